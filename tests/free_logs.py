"""Logs of no framework to test with: four epochs of any text, and what is read of one."""

from diagnose.readers import general_log

FALL, RISE = (0.8, 0.6, 0.5, 0.4), (0.1, 0.3, 0.4, 0.5)


def read(tmp_path, text):
    path = tmp_path / "run.log"
    path.write_text(text, encoding="utf-8")
    traces = general_log.read(path)
    found = [{one.name: (one.steps.tolist(), one.values.tolist()) for one in trace.series} for trace in traces]
    return found, " ".join(note.what.en for trace in traces for note in trace.notes)


def epochs(text, first=1):
    """The text for each of four epochs: ``{n}`` the epoch, ``{a}`` what falls, ``{b}`` what rises."""
    return "".join(text.format(n=n, a=a, b=b) for n, (a, b) in enumerate(zip(FALL, RISE, strict=True), first))


def curve(values, first=1):
    return list(range(first, first + len(values))), list(values)
