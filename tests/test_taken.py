"""Tests that a large log, whose steps are taken at once, reads as it does line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.readers import (
    boosting_log,
    boxed_log,
    cod_log,
    darknet_log,
    detectron2_log,
    hf_stdout_log,
    jsonl_log,
    keras_log,
    meter_log,
    nnunet_log,
    openmmlab_log,
    paddle_log,
    transunet_log,
    yolo_stdout_log,
)
from diagnose.run import Trace
from diagnose.tables import harvest, taken
from tests import look_alikes


def told(traces: list[Trace]) -> list[object]:
    return [
        (
            {s.name: (s.steps.tolist(), [repr(v) for v in s.values.tolist()]) for s in t.series},
            t.settings,
            t.notes,
        )
        for t in traces
    ]


@pytest.mark.parametrize(
    ("reader", "lines"),
    [
        (cod_log, look_alikes.sinet()),
        (transunet_log, look_alikes.transunet()),
        (openmmlab_log, look_alikes.mmengine()),
        (openmmlab_log, look_alikes.mmcv()),
        (openmmlab_log, ["\r".join(look_alikes.mmengine())]),
        (detectron2_log, [f"9%|#| 1/9 [\r{line}" for line in look_alikes.detectron2()]),
        (detectron2_log, look_alikes.detectron2()),
        (boosting_log, look_alikes.rounds("")),
        (boosting_log, look_alikes.rounds("+0.25")),
        (boxed_log, look_alikes.boxes()),
        (nnunet_log, look_alikes.nnunet()),
        (meter_log, look_alikes.meters()),
        (paddle_log, look_alikes.paddleseg()),
        (paddle_log, look_alikes.paddleclas()),
        (paddle_log, look_alikes.paddledet()),
        (darknet_log, look_alikes.darknet()),
        (hf_stdout_log, look_alikes.printed()),
        (hf_stdout_log, look_alikes.under_bars("\r", "epoch")),
        (hf_stdout_log, look_alikes.under_bars("\n", "epoch")),
        (hf_stdout_log, look_alikes.under_bars("\r", "global_step")),
        (keras_log, look_alikes.keras("\r")),
        (keras_log, look_alikes.keras("\n")),
        (keras_log, look_alikes.cut_epoch()),
        (keras_log, look_alikes.two_bars()),
        (yolo_stdout_log, look_alikes.yolo()),
        (jsonl_log, look_alikes.objects()),
        (jsonl_log, look_alikes.listed()),
    ],
)
def test_steps_taken_at_once_read_as_they_do_line_by_line(tmp_path: Path, monkeypatch, reader, lines) -> None:
    path = tmp_path / "log.txt"
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    slowly = told(reader.read(path))
    monkeypatch.setattr(taken, "LARGE", 100)
    monkeypatch.setattr(harvest, "PIECE", 4000)
    assert told(reader.read(path)) == slowly
    assert len(slowly) == 2 - (lines[0] in ("[", "[keras"))
