"""Reads how a run was set: hparams.yaml, config.yaml, args.json, adapter_config.json and the like; no curves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diagnose.run import Note, Trace
from diagnose.tables.decode import decoded, is_binary
from diagnose.tables.jsontext import salvaged
from diagnose.trackers.argument_lines import options
from diagnose.trackers.plain import Plain
from diagnose.trackers.settings_names import YAML, holds_settings
from kb import foreign_yaml
from kb.refused import unreadable
from kb.text import Text

FORMAT = "settings_file"
LARGEST = 1 << 20  # bytes; beyond it is data
_WRAPPED = re.compile(r"[^/]+/(?:value(?:/.*)?|desc|sort)")


def sniff(path: Path, head: bytes) -> bool:
    """Whether it has the name of a settings file and is text; a log of the same name is left to others."""
    text, _ = decoded(head)
    return not is_binary(text) and holds_settings(path, text)


def read(path: Path) -> list[Trace]:
    """One trace without series: plain numbers, words and truth values by name, nested names joined with ``/``."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        return [_trace(path, {}, [unreadable(error)])]
    if len(data) > LARGEST:
        return [_trace(path, {}, [Text("too large for settings; skipped", "过大，不像设置文件，已跳过")])]
    text, _ = decoded(data)
    if not text.strip():
        return [_trace(path, {}, [Text("the file is empty", "文件是空的")])]
    said: list[Text] = []
    documents = _from_yaml(text, said) if path.suffix.lower() in YAML else _from_json(text, said)
    plain = Plain()
    for document in documents:
        plain.take("", _as_mapping(path.stem.lower(), document))
    values = _unwrapped(plain.values)
    if not values:
        said.append(Text("no settings in it", "其中没有设置"))
    return [_trace(path, values, said, plain.notes(str(path)))]


def _as_mapping(stem: str, document: Any) -> Mapping[str, Any]:
    """What a document says by name; some files keep a command line, or write every value in quotes."""
    if stem == "overrides" and isinstance(document, list):  # Hydra
        return options(document)
    if not isinstance(document, dict):
        return {}
    if stem == "wandb-metadata":
        words = document.get("args")
        return options(words) if isinstance(words, list) else {}
    if stem == "debug":  # nnU-Net
        return {key: foreign_yaml.typed(one) if isinstance(one, str) else one for key, one in document.items()}
    return document


def _from_json(text: str, said: list[Text]) -> list[Any]:
    document, wrong = salvaged(text)
    if wrong is not None:
        said.append(wrong)
    return [document]


def _from_yaml(text: str, said: list[Text]) -> list[Any]:
    found = foreign_yaml.read(text)
    if found.wrong is not None:
        said.append(found.wrong)
    if found.refused:
        tags = ", ".join(found.refused[:4])
        said.append(
            Text(
                f"refused to build what these tags ask for: {tags}; the rest is read",
                f"拒绝按这些标签构造对象：{tags}；其余内容已读取",
            )
        )
    if found.references:
        said.append(
            Text(
                f"references to other parts of the file: {found.references}; not followed",
                f"有 {found.references} 处引用文件的其他部分，未展开",
            )
        )
    return found.documents


def _unwrapped(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings of W&B and SwanLab, who file each under ``NAME/value`` beside a description, by their own names."""
    mine = {name: one for name, one in values.items() if not name.startswith(("_wandb/", "wandb_version"))}
    if not mine or not all(map(_WRAPPED.fullmatch, mine)):
        return values
    kept = [(name.split("/", 2), one) for name, one in mine.items()]
    return {"/".join([parts[0], *parts[2:]]): one for parts, one in kept if parts[1] == "value"}


def _trace(path: Path, settings: Mapping[str, Any], said: list[Text], notes: list[Note] | None = None) -> Trace:
    every = [*(Note(str(path), what) for what in said), *(notes or [])]
    return Trace(path, FORMAT, settings=settings, notes=tuple(every))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Settings as a script dumps its arguments."""
    path = folder / "args.json"
    path.write_text('{"lr": 0.001, "model": {"name": "unet", "deep": true}, "seed": null}', encoding="utf-8")
    return path, [Trace(path, FORMAT, settings={"lr": 0.001, "model/name": "unet", "model/deep": True})]
