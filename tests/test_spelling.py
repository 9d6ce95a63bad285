"""The English of the library is spelt as the dictionaries have it; aliases may hold the typos people make."""

from __future__ import annotations

import subprocess
import sys

from kb.bilingual import pairs

# ESGE is a society, STARD a checklist, CONECCT a classification, "en bloc" a way to resect, a curve swings to and fro;
# what begins with availabel is quoted from libraries
KNOWN = "esge,stard,conecct,bloc,fro,fpr,cann,re-use,fo,availabel,occured,tranformer,intergers,lenght,euqal,divisble"


def test_no_page_holds_a_common_misspelling(built_in, tmp_path):
    lines = [
        f"{entry.id} {'.'.join(map(str, route))}: {' '.join(english.split())}\n"
        for entry in built_in.values()
        for route, english, _ in pairs(entry)
        if english.strip()
    ]
    path = tmp_path / "pages.txt"
    path.write_text("".join(lines), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", "--ignore-words-list", KNOWN, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    wrong = [
        lines[int(line.split(":")[1]) - 1].split(":")[0] + line.split(":", 2)[2] for line in done.stdout.splitlines()
    ]
    assert wrong == []
    assert done.stderr == ""
