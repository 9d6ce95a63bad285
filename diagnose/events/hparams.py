"""Takes the settings out of the record that TensorBoard's HParams plugin writes when a session starts.

The messages are tensorboard/plugins/hparams/plugin_data.proto and google/protobuf/struct.proto.
"""

from __future__ import annotations

from collections.abc import Iterator

from diagnose.trackers.protobuf import double, fields, text

PLUGIN = "hparams"
Setting = float | str | bool


def settings_of(event: bytes) -> dict[str, Setting]:
    """Every hyper-parameter in the payload of an event; nothing where it is damaged or written otherwise."""
    try:
        return {
            name: value
            for summary in _inside(event, 5)
            for entry in _inside(summary, 1)
            for metadata in _inside(entry, 9)
            for plugin in _inside(metadata, 1)
            for content in _inside(plugin, 2)
            for start in _inside(content, 3)
            for pair in _inside(start, 1)
            for name, value in _setting(pair)
        }
    except ValueError:
        return {}


def _inside(message: bytes, number: int) -> Iterator[bytes]:
    """The messages (or texts) in the field ``number``."""
    return (content for field, content in fields(message) if field == number and isinstance(content, bytes))


def _setting(pair: bytes) -> Iterator[tuple[str, Setting]]:
    name = "".join(map(text, _inside(pair, 1)))
    for value in _inside(pair, 2):
        for kind, content in fields(value):
            if kind == 2:
                yield name, double(content)
            elif kind == 3:
                yield name, text(content)
            elif kind == 4:
                yield name, bool(content)
