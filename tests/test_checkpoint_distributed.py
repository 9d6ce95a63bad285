"""Folders of torch.distributed.checkpoint are read as one checkpoint, and what their metadata claims is not trusted."""

from __future__ import annotations

import os
import pickle
import shutil
import warnings

import pytest

from diagnose.assemble import assemble
from diagnose.readers import distributed_checkpoint
from tests.against_torch import agree, torch
from tests.trained import trained

dcp = pytest.importorskip("torch.distributed.checkpoint")
metadata = pytest.importorskip("torch.distributed.checkpoint.metadata")
filesystem = pytest.importorskip("torch.distributed.checkpoint.filesystem")

NAMES = ["../outside.distcp", "/etc/passwd", "..", "", "a/b", ".metadata", "link.distcp", "\x00"]


def write(folder, content):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dcp.save(content, checkpoint_id=folder, no_dist=True)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from torch.distributed.checkpoint.state_dict import get_state_dict

    model, optimizer = trained()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights, state = get_state_dict(model, optimizer)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3).state_dict()
    where = tmp_path_factory.mktemp("run") / "step_3"
    return write(where, {"model": weights, "optimizer": state, "scheduler": scheduler, "global_step": 7}), weights


def only(path):
    (run,) = assemble([path])
    (checkpoint,) = run.checkpoints
    return run, checkpoint


@pytest.mark.parametrize("named", ["", ".metadata", "__0_0.distcp"])
def test_model_optimizer_scheduler_and_step_are_read_whichever_file_is_named(folder, named):
    where, weights = folder

    run, checkpoint = only(where / named)

    assert [note.what.en for note in run.notes] == []
    assert (checkpoint.path, checkpoint.step, set(checkpoint.tensors)) == (where, 7, set(weights))
    for name, tensor in weights.items():
        agree(checkpoint.tensors[name], tensor)
    assert checkpoint.optimizer.matched == "param_names"
    assert checkpoint.optimizer.slot_of("gamma") is not None
    group, slot = checkpoint.optimizer.slot_of("conv.weight")
    assert (group.lr, checkpoint.optimizer.state[slot]["step"]) == (1e-3, 3)
    assert checkpoint.optimizer.state[slot]["exp_avg"].shape == (4, 3, 3, 3)
    assert checkpoint.scheduler["step_size"] == 3


def pieces(folder, shape, cuts, tensor, overlap=0):
    """A folder in which rank after rank saved some rows of one tensor."""
    folder.mkdir()
    chunks, places = [], {}
    for rank, (first, last) in enumerate(cuts):
        part = tensor[first:last].clone()
        torch.save(part, folder / f"__{rank}_0.distcp")
        start = torch.Size([max(first - overlap, 0), *([0] * (len(shape) - 1))])
        chunks.append(metadata.ChunkStorageMetadata(start, part.shape))
        size = (folder / f"__{rank}_0.distcp").stat().st_size
        info = pytest.importorskip("torch.distributed.checkpoint.filesystem")._StorageInfo(
            f"__{rank}_0.distcp", 0, size
        )
        places[metadata.MetadataIndex("layer.weight", start)] = info
    properties = metadata.TensorProperties(tensor.dtype)
    whole = metadata.TensorStorageMetadata(properties, torch.Size(shape), chunks)
    described = metadata.Metadata({"layer.weight": whole}, storage_data=places)
    (folder / ".metadata").write_bytes(pickle.dumps(described))
    return folder


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64], ids=str)
@pytest.mark.parametrize("columns", [3, 500])
def test_a_tensor_in_pieces_has_the_figures_of_the_whole(tmp_path, columns, dtype):
    torch.manual_seed(0)
    tensor = (torch.randn(10, columns) * 9).to(dtype)

    run, checkpoint = only(pieces(tmp_path / "x", (10, columns), [(0, 4), (4, 8), (8, 10)], tensor))

    assert [note.what.en for note in run.notes] == []
    agree(checkpoint.tensors["layer.weight"], tensor)


def test_a_missing_piece_leaves_its_tensor_without_figures_and_is_told(tmp_path):
    folder = pieces(tmp_path / "x", (10, 3), [(0, 4), (4, 10)], torch.randn(10, 3))
    (folder / "__1_0.distcp").unlink()

    run, checkpoint = only(folder)

    said = " | ".join(note.what.en for note in run.notes)
    assert "files named in .metadata and not beside it: 1" in said
    assert "no statistics for layer.weight" in said
    assert checkpoint.tensors["layer.weight"].shape == (10, 3)


def test_a_piece_that_is_damaged_is_told(tmp_path):
    tensor = torch.randn(10, 3)
    folder = pieces(tmp_path / "x", (10, 3), [(0, 4), (4, 10)], tensor)
    raw = bytearray((folder / "__1_0.distcp").read_bytes())
    raw[raw.index(tensor[4:].numpy().tobytes())] ^= 1
    (folder / "__1_0.distcp").write_bytes(raw)

    run, _ = only(folder)

    assert any("the checksum stored with them" in note.what.en for note in run.notes)


def test_pieces_that_do_not_make_a_whole_are_not_added_up(tmp_path):
    run, _ = only(pieces(tmp_path / "x", (20, 3), [(0, 4), (4, 10)], torch.randn(10, 3)))

    assert any("its pieces do not make a whole" in note.what.en for note in run.notes)


def test_data_without_its_metadata_says_what_is_missing(folder, tmp_path):
    shutil.copy(folder[0] / "__0_0.distcp", tmp_path)

    (trace,) = distributed_checkpoint.read(tmp_path / "__0_0.distcp")

    assert "the .metadata beside it is missing" in trace.notes[0].what.en


def hostile(folder, places, tmp_path, **more):
    where = tmp_path / "x"
    shutil.copytree(folder, where)
    described = pickle.loads((where / ".metadata").read_bytes())
    described.storage_data = {key: places(info) for key, info in described.storage_data.items()}
    for name, value in more.items():
        setattr(described, name, value)
    (where / ".metadata").write_bytes(pickle.dumps(described))
    return where


@pytest.mark.parametrize(
    "name", ["../outside.distcp", "/etc/passwd", "..", "", "a/b", ".metadata", "link.distcp", "\x00"]
)
def test_only_files_beside_the_metadata_are_opened(folder, tmp_path, name):
    torch.save(torch.ones(3), tmp_path / "outside.distcp")

    def moved(info):
        return type(info)(name, 0, info.length)

    where = hostile(folder[0], moved, tmp_path)
    (where / "link.distcp").symlink_to(tmp_path / "outside.distcp")

    (trace,) = distributed_checkpoint.read(where / "__0_0.distcp")

    assert all(one.mean != one.mean for one in trace.checkpoints[0].tensors.values())
    assert any("not beside it: 1" in note.what.en for note in trace.notes)


@pytest.mark.parametrize(("offset", "length"), [(1 << 50, 100), (0, 1 << 50), (-5, 10), (10, 3), (0, 0), (1.5, 2)])
def test_offsets_and_lengths_outside_the_file_cost_nothing(folder, tmp_path, offset, length):
    where = hostile(folder[0], lambda info: type(info)(info.relative_path, offset, length), tmp_path)

    (trace,) = distributed_checkpoint.read(where / "__0_0.distcp")

    assert trace.notes


class Runs:
    def __reduce__(self):
        return os.system, ("false",)


def test_what_the_metadata_or_a_piece_would_run_is_named_and_not_run(folder, tmp_path, monkeypatch):
    where = hostile(folder[0], lambda info: info, tmp_path, storage_meta=Runs())
    monkeypatch.setattr(os, "system", lambda *_: pytest.fail("run"))

    (trace,) = distributed_checkpoint.read(where / "__0_0.distcp")

    assert trace.checkpoints[0].unsafe == (f"{os.name}.system",)
    assert "gamma" in trace.checkpoints[0].tensors
