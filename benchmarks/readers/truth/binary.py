"""Binary traces through the library that wrote them: TensorBoard, torch, wandb."""

from __future__ import annotations

import json
from pathlib import Path

from . import Run, add, written


def runs(path: Path) -> list[Run]:
    if path.suffix == ".pt":
        return _torch(path)
    return _wandb(path) if path.suffix == ".wandb" else _events(path)


def _events(path: Path) -> list[Run]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    events = EventAccumulator(
        str(path), size_guidance=dict.fromkeys(("scalars", "tensors"), 0), purge_orphaned_data=False
    )
    events.Reload()
    run: Run = {}
    for tag in events.Tags()["scalars"]:
        for one in events.Scalars(tag):
            add(run, tag, one.step, one.value)
    for tag in events.Tags()["tensors"]:
        if events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
            for one in events.Tensors(tag):
                add(run, tag, one.step, make_ndarray(one.tensor_proto).item())
    if "epoch" in run:
        run["?epoch"] = run.pop("epoch")
    return written([run])


def _torch(path: Path) -> list[Run]:
    import torch

    values = torch.load(path, weights_only=True)
    return [{path.stem: [(at, float(value)) for at, value in enumerate(values)]}]


def _wandb(path: Path) -> list[Run]:
    from wandb.proto import wandb_internal_pb2
    from wandb.sdk.internal.datastore import DataStore

    store = DataStore()
    store.open_for_scan(str(path))
    run: Run = {}
    while True:
        try:
            data = store.scan_data()
        except AssertionError:  # the package's own way of saying that the file ends inside a record
            break
        if data is None:
            break
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        if record.WhichOneof("record_type") == "stats":
            for item in record.stats.item:  # the machine's load: a reader may take it for curves
                add(run, f"?system/{item.key}", None, float(json.loads(item.value_json)))
        if record.WhichOneof("record_type") != "history":
            continue
        row = {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}
        for key, value in row.items():
            if not key.startswith("_") and isinstance(value, int | float):
                add(run, key, row.get("_step", record.history.step.num), value)
    return written([run])
