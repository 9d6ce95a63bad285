"""Large files are read by two processes, with the figures of one and of torch, and tell what is alarming at once."""

from __future__ import annotations

import os
import sys

import pytest

from diagnose.readers import safetensors_checkpoint, torch_checkpoint
from diagnose.tensors import ahead, early, partner, quick, samples
from diagnose.tensors.load import opened
from diagnose.tensors.summary import Allowance, Scanner
from tests.against_torch import agree, checkpoint_of, saved, torch


def large(dtype=torch.float32, kind="normal", count=700_001):
    torch.manual_seed(0)
    made = {
        "normal": lambda: torch.randn(count) * 0.02,
        "squares": lambda: torch.randn(count).pow(2) * 1e-9,
        "tiny": lambda: torch.randn(count) * 1e-30,
        "denormal": lambda: torch.randn(count) * 1e-41,
        "huge": lambda: torch.randn(count) * 1e30,
        "far from zero": lambda: 1 + torch.randn(count) * 1e-3,
        "sparse": lambda: torch.randn(count) * (torch.rand(count) > 0.9),
        "minus zeros": lambda: -0.0 * torch.ones(count) * (torch.arange(count) % 7),
        "one of a kind": lambda: torch.full((count,), -0.25),
        "one NaN": lambda: torch.randn(count).index_fill(0, torch.tensor([350_000]), float("nan")),
        "infinities": lambda: torch.randn(count).index_fill(0, torch.tensor([0, count - 1]), float("-inf")),
        "no finite one": lambda: torch.full((count,), float("inf")),
        "mixed sizes": lambda: torch.randn(count) * torch.logspace(-30, 15, count),
    }
    return made[kind]().to(dtype)


KINDS = ["normal", "squares", "tiny", "denormal", "huge", "far from zero", "sparse", "minus zeros", "one of a kind"]
KINDS += ["one NaN", "infinities", "no finite one", "mixed sizes"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_large_tensors_have_the_figures_torch_gives(tmp_path, dtype, kind, monkeypatch):
    monkeypatch.setattr(ahead, "WORTHWHILE", 1)
    tensor = large(dtype, kind)

    agree(
        checkpoint_of(saved(tmp_path, {"odd": tensor, "even": tensor[1:], "short": tensor[:1500]})).tensors["odd"],
        tensor,
    )
    agree(checkpoint_of(tmp_path / "thing.pt").tensors["even"], tensor[1:])
    agree(checkpoint_of(tmp_path / "thing.pt").tensors["short"], tensor[:1500])


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """A file that is worth a second process, its figures as one process has them, and what the second one answers."""
    torch.manual_seed(0)
    state = {f"layer{at}.weight": torch.randn(300, 1000 + at) for at in range(10)}
    state |= {f"layer{at}.half": torch.randn(300, 1000 + at).bfloat16() for at in range(10)}
    path = saved(tmp_path, state)
    alone = checkpoint_of(path)
    for name, tensor in state.items():
        agree(alone.tensors[name], tensor)
    answered = []
    answers = partner.Partner.answers
    monkeypatch.setattr(
        partner.Partner, "answers", lambda one, **how: answered.extend(found := answers(one, **how)) or found
    )
    monkeypatch.setattr(ahead, "WORTHWHILE", 1)
    monkeypatch.setattr(ahead, "SHARED", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return path, alone, answered


needs_preadv = pytest.mark.skipif(not ahead.PREADV, reason="two processes cannot read one open file here")


@needs_preadv
def test_two_processes_give_the_figures_of_one_to_the_last_bit(shared):
    path, alone, answered = shared

    together = checkpoint_of(path)

    assert together == alone
    assert len(answered) >= partner.IN_FLIGHT
    for (name, _, _), found in answered:
        assert found == alone.tensors[name]
        assert found.sample.tolist() == alone.tensors[name].sample.tolist()
        assert found.rows.tolist() == alone.tensors[name].rows.tolist()
        assert together.tensors[name].rows.tolist() == found.rows.tolist()


@needs_preadv
def test_a_second_process_that_dies_or_cannot_start_costs_no_figure(shared, monkeypatch):
    path, alone, answered = shared
    give = partner.Partner.give
    monkeypatch.setattr(partner.Partner, "give", lambda one, task: (one._process.kill(), give(one, task)))
    assert checkpoint_of(path) == alone

    monkeypatch.setattr(sys, "executable", str(path / "nowhere"))
    assert checkpoint_of(path) == alone
    assert answered == []


@needs_preadv
def test_the_second_process_imports_nothing_from_where_the_user_stands(shared, tmp_path, monkeypatch):
    path, alone, answered = shared
    for name in ("numpy", "diagnose", "pickle", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert checkpoint_of(path) == alone

    assert answered
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "shape", [(700, 1000), (3, 5, 7, 11), (16384, 40), (5, 300_000), (70_000,), (1, 90_000)], ids=str
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_rows_picked_while_reading_are_those_looked_at_afterwards(tmp_path, shape, dtype):
    torch.manual_seed(0)
    tensor = torch.randn(shape).to(dtype)
    tensor[0] = 0
    path = saved(tmp_path, {"w": tensor})
    with path.open("rb") as file:
        record = opened(file, path.stat().st_size).root["w"]
        scanner = Scanner(Allowance(1 << 40))

        picked = scanner.summary("w", record, closely=True)

        afterwards = samples.loudness(record, scanner._fetch)
    assert picked.rows.tolist() == afterwards.tolist()
    assert not len(picked.rows) or picked.rows[0] == 0


def test_numpy_without_a_dot_of_rows_gives_the_same_sums(monkeypatch):
    rows = large()[:1024].reshape(4, 256).numpy()
    expected = (rows.astype(float) ** 2).sum(axis=1)
    fast = quick._dots(rows, rows)
    monkeypatch.delattr(quick.np, "vecdot", raising=False)

    assert fast == pytest.approx(expected, rel=1e-6)
    assert quick._dots(rows, rows) == pytest.approx(expected, rel=1e-6)


def news_of(read, path):
    heard = []
    with early.heard_by(lambda where, what: heard.append((where, what.en))):
        read(path)
    return heard


def test_a_large_file_tells_of_the_first_nan_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(ahead, "WORTHWHILE", 1)
    state = {"good": large(), "bad": large(kind="one NaN"), "worse": large(kind="no finite one")}
    path = saved(tmp_path, state)

    ((where, what),) = news_of(torch_checkpoint.read, path)

    assert where == path
    assert what in (
        "bad: 1 of 700001 elements are NaN or infinite; still reading",
        "worse: 700001 of 700001 elements are NaN or infinite; still reading",
    )


def test_news_comes_while_tensors_are_still_waiting(tmp_path, monkeypatch):
    monkeypatch.setattr(ahead, "WORTHWHILE", 1)
    safetensors = pytest.importorskip("safetensors.torch")
    path = tmp_path / "model.safetensors"
    safetensors.save_file({"a": large(kind="one NaN"), **{f"b{at}": large() for at in range(5)}}, path)
    summarised = []
    summary = ahead.Scanner.summary

    def counted(self, name, record, **how):
        summarised.append(name)
        return summary(self, name, record, **how)

    monkeypatch.setattr(ahead.Scanner, "summary", counted)
    when = []

    with early.heard_by(lambda *_: when.append(len(summarised))):
        safetensors_checkpoint.read(path)

    assert when[0] < 6


def test_small_files_have_no_news_before_their_findings(tmp_path):
    assert news_of(torch_checkpoint.read, saved(tmp_path, {"bad": large(kind="one NaN")})) == []
