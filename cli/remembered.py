"""Starts ``kb``: a look-up that was answered before is answered from what was kept, all else by the command itself.

Loading the command takes ten times as long as Python itself. So this file imports nothing but what every Python has
loaded, keeps what the command printed for a look-up, and prints it again as long as no page, no word of the call and
nothing of the screen has changed. There is one renderer; this only remembers what it wrote.
"""

from __future__ import annotations

import os
import sys

_LAYOUT = "1"
_SAID = (
    "TRAINOSCOPE_LANG",
    "LC_ALL",
    "LC_MESSAGES",
    "LANG",
    "NO_COLOR",
    "TERM",
    "COLORTERM",
    "COLUMNS",
    "FORCE_COLOR",
    "PAGER",
    "NO_PAGER",
)
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_MOST = 1 << 20  # bytes of an answer that is kept
_HEAD = 8  # bytes that tell how long a key is


def main() -> int:
    """Run ``kb`` with the process's arguments; gives the exit code."""
    words = sys.argv[1:]
    key = _key(words) if _is_plain(words) else b""
    file = _file(key) if key else ""
    if file and (kept := _kept(file, key)) is not None:
        return _print(*kept)
    from cli import kb_app

    if not file or sys.stdout is None or sys.stderr is None:
        return kb_app.main()
    tee, errors = _Tee(sys.stdout), _Tee(sys.stderr)  # an answer that came with a complaint is not kept
    sys.stdout, sys.stderr = tee, errors
    code = kb_app.main()
    sys.stdout, sys.stderr = tee.stream, errors.stream
    if code in (0, 1) and not errors.said:
        _keep(file, key, code, tee)
    return code


def _is_plain(words: list[str]) -> bool:
    """Whether a call is a look-up with nothing but a language beside its words, on a system whose folders we know."""
    if len(words) < 2 or words[0] != "lookup" or os.name != "posix" or sum(map(len, words)) > 300:
        return False
    rest = [word for at, word in enumerate(words[1:], 1) if word != "--lang" and words[at - 1] != "--lang"]
    return bool(rest) and not any(word.startswith("-") for word in rest)


def _key(words: list[str]) -> bytes:
    """All that the answer depends on: words, screen, environment, and the state of every page and program."""
    try:
        screen = tuple(os.get_terminal_size(1)) if os.isatty(1) else None
    except OSError:
        screen = None
    parts = [_LAYOUT, sys.version, _HOME, str(screen), str(sys.stdout and sys.stdout.encoding), *words]
    parts += [f"{name}={os.environ.get(name)}" for name in _SAID]
    pages = f"{_HOME}/kb/entries"
    try:
        for folder in (f"{_HOME}/kb", f"{_HOME}/cli", pages, *(one.path for one in os.scandir(pages) if one.is_dir())):
            for entry in os.scandir(folder):
                if entry.name.endswith((".py", ".yaml")):
                    facts = entry.stat()
                    parts.append(f"{entry.name}/{facts.st_mtime_ns}/{facts.st_size}")
        parts += _own_pages()
    except OSError:
        return b""
    return "\0".join(parts).encode("utf-8", "surrogatepass")


def _own_pages() -> list[str]:
    """The state of the user's own entries, where platformdirs has them; raises `OSError` where that is not plain."""
    home, data = os.environ.get("HOME", ""), os.environ.get("XDG_DATA_HOME", "")
    if not home.startswith("/") or (data and (sys.platform == "darwin" or not data.startswith("/"))):
        raise OSError
    where = f"{home}/Library/Application Support" if sys.platform == "darwin" else data or f"{home}/.local/share"
    own = f"{where}/trainoscope/entries"
    if not os.path.isdir(own):
        return []
    parts = [own]
    for folder in (own, *sorted(one.path for one in os.scandir(own) if one.is_dir())):
        for entry in sorted(os.scandir(folder), key=lambda one: one.name):
            facts = entry.stat()
            parts.append(f"{entry.path}/{facts.st_mtime_ns}/{facts.st_size}")
    return parts


def _file(key: bytes) -> str:
    """Where an answer is kept: the user's cache folder, as platformdirs names it; "" where there is none."""
    from binascii import crc32

    home = os.environ.get("HOME", "")
    if sys.platform == "darwin":
        cache = f"{home}/Library/Caches"
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or f"{home}/.cache"
    return f"{cache}/trainoscope/answers/{crc32(key):08x}" if cache.startswith("/") else ""


def _kept(file: str, key: bytes) -> tuple[int, bytes] | None:
    """The exit code and the text behind the same key; None where there is none."""
    try:
        with open(file, "rb") as stream:
            data = stream.read(2 * _MOST)
    except OSError:
        return None
    end = _HEAD + len(key)
    if data[:_HEAD] != len(key).to_bytes(_HEAD, "big") or data[_HEAD:end] != key or data[end : end + 1] not in b"01":
        return None
    return int(data[end : end + 1]), data[end + 1 :]


def _print(code: int, text: bytes) -> int:
    try:
        while text:
            text = text[os.write(1, text) :]
    except BrokenPipeError:
        return 0
    except OSError:
        return 2
    return code


def _keep(file: str, key: bytes, code: int, tee: _Tee) -> None:
    """Write beside and move into place; a folder that cannot be written costs time, never an answer."""
    try:
        text = "".join(tee.said).encode(getattr(tee.stream, "encoding", None) or "utf-8", "nearest")
        if not text or len(text) > _MOST:
            return
        os.makedirs(os.path.dirname(file), exist_ok=True)
        beside = f"{file}.{os.getpid()}"
        with open(beside, "wb") as stream:
            stream.write(len(key).to_bytes(_HEAD, "big") + key + str(code).encode() + text)
        os.replace(beside, file)
    except (OSError, ValueError, LookupError):
        return


class _Tee:
    """A stream that remembers what was written to it."""

    def __init__(self, stream: object) -> None:
        self.stream = stream
        self.said: list[str] = []

    def write(self, text: str) -> int:
        """Remember the text, and write it."""
        self.said.append(text)
        return int(self.stream.write(text))  # type: ignore[attr-defined] # a stream that can be written

    def writelines(self, lines: object) -> None:
        """Each line in turn."""
        for line in lines:  # type: ignore[attr-defined] # any iterable of text
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)


if __name__ == "__main__":
    sys.exit(main())
