"""The option ``--llm``: which language model may phrase answers, and an answer with what came of asking it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.problem import Problem
from kb.prose import Line
from kb.text import Lang, Text

if TYPE_CHECKING:  # nothing of the network is loaded unless it is asked for
    from kb.ask.chat import Chat
    from kb.ask.phrase import Phrased
    from kb.ask.reply import Reply
    from kb.collection import Library

URL, MODEL, KEY = "TRAINOSCOPE_LLM_URL", "TRAINOSCOPE_LLM_MODEL", "TRAINOSCOPE_LLM_KEY"


def configured(folder: Path, environ: Mapping[str, str] = os.environ) -> Chat:
    """The model named by the environment, else by ``[llm]`` of the settings nearest to ``folder``.

    The key goes only to an address that stands in the environment as well: settings may lie in a folder that someone
    else wrote. Raises `Problem` where no model is named.
    """
    from diagnose import projectfile
    from kb.ask.chat import PATIENCE, Chat

    said = projectfile.nearest(folder).llm
    url, model = environ.get(URL) or said.get("url", ""), environ.get(MODEL) or said.get("model", "")
    if not url or not model:
        example = f"{URL}=http://localhost:11434/v1 {MODEL}=qwen2.5:7b"
        raise Problem(
            Text("no model is set up for --llm", "没有为 --llm 配置模型"),
            hint=Text(
                f"set {example}, or url and model under [llm] in trainoscope.toml",
                f"设置环境变量 {example}，或在 trainoscope.toml 的 [llm] 中写 url 和 model",
            ),
        )
    key = environ.get(KEY, "") if environ.get(URL) else ""
    return Chat(str(url), str(model), key.strip(), float(said.get("timeout", PATIENCE)))


def told(reply: Reply, library: Library, lang: Lang, width: int, chat: Chat | None = None) -> list[Line]:
    """What a person reads: the answer, in the words of the model at ``chat`` if there is one, and a line about that."""
    from kb.ask import show
    from kb.sheet import Sheet

    spoken = _phrased(reply, library, chat)
    if spoken is None:
        return show.lines(reply, library, lang, width)
    note = Sheet(lang, width)
    note.item("", spoken.note.of(lang), "dim", indent="")
    return [*show.lines(spoken.reply, library, lang, width), *note.lines]


def as_data(reply: Reply, library: Library, chat: Chat | None) -> dict[str, Any]:
    """What ``--json`` says of the model; nothing where none was asked for, null where there was nothing to phrase."""
    if chat is None:
        return {}
    spoken = _phrased(reply, library, chat)
    if spoken is None:
        return {"phrased": None}
    note = {"en": spoken.note.en, "zh": spoken.note.zh}
    return {"phrased": {"text": spoken.text, "dropped": spoken.dropped, "note": note}}


def _phrased(reply: Reply, library: Library, chat: Chat | None) -> Phrased | None:
    if chat is None:
        return None
    from kb.ask import phrase

    return phrase.phrased(reply, library, chat)
