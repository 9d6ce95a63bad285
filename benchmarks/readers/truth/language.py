"""Language models on stdout: nanoGPT and llm.c, Megatron, fairseq, the dictionaries of the Hugging Face Trainer."""

from __future__ import annotations

import re
from pathlib import Path

from . import Run, add, written

NUMBER = r"(-?\d[\d.]*(?:[eE][+-]?\d+)?|nan|inf)"


def runs(path: Path) -> list[Run]:
    text = path.read_text(encoding="utf-8")
    make = {"nanogpt_text": _nanogpt, "megatron_text": _megatron, "fairseq_text": _fairseq, "hf_stdout": _trainer}
    return written([make[path.parts[-3]](text.splitlines())])


def _nanogpt(lines: list[str]) -> Run:
    run: Run = {}
    for line in lines:
        if match := re.match(rf"s:(\d+) tel:{NUMBER}$", line):
            add(run, "val/loss", int(match[1]), match[2])
        elif match := re.match(rf"s:(\d+) trl:{NUMBER}(?: lr:{NUMBER} norm:{NUMBER})?$", line):
            for name, value in zip(("train/loss", "lr", "grad_norm"), match.groups()[1:], strict=True):
                if value:
                    add(run, name, int(match[1]), value)
        elif match := re.match(
            rf"step:(\d+)/\d+ (val_loss|train_loss):{NUMBER} train_time:{NUMBER}ms step_avg:{NUMBER}ms", line
        ):
            add(run, match[2], int(match[1]), match[3])
            if match[2] == "train_loss":
                add(run, "train_time", int(match[1]), match[4])
                add(run, "step_avg", int(match[1]), match[5])
        elif match := re.search(rf"step (\d+): train loss {NUMBER}, val loss {NUMBER}", line):
            add(run, "train loss", int(match[1]), match[2])
            add(run, "val loss", int(match[1]), match[3])
        elif match := re.search(rf"iter (\d+): loss {NUMBER}, time {NUMBER}ms, mfu {NUMBER}%", line):
            for name, value in zip(("loss", "time", "mfu"), match.groups()[1:], strict=True):
                add(run, name, int(match[1]), value)
        elif match := re.match(rf"(\d+) \| loss {NUMBER} \| lr {NUMBER} \| {NUMBER}ms \| mfu {NUMBER}%", line):
            for name, value in zip(("loss", "lr", "time", "mfu"), match.groups()[1:], strict=True):
                add(run, name, int(match[1]), value)
    return run


def _megatron(lines: list[str]) -> Run:
    run: Run = {}
    step = None
    for line in lines:
        if not (match := re.search(r"iteration\s+(\d+)/\s*\d+ \|(.*)", line)):
            continue
        step, cells = int(match[1]), match[2].split("|")
        skipped = re.search(r"skipped iterations:\s+(\d+)", line)
        for cell in cells[:-1]:  # the last one has no bar behind it: it may be cut
            name, _, value = cell.strip().rpartition(":")
            add(run, name, step, float(value))
        whole = len(cells) > 5
        if whole and not any("loss:" in cell for cell in cells) and not (skipped and int(skipped[1])):
            add(run, "lm loss", step, float("nan"))  # Megatron leaves the loss out when it is NaN
    return run


def _fairseq(lines: list[str]) -> Run:
    run: Run = {}
    for line in lines:
        if not re.search(r"epoch \d+", line) or "saved" in line:
            continue
        part = "valid" if "valid" in line else "train"
        pairs = re.findall(rf"(\w+)[ =]{NUMBER}%?(?=,| \||\s*$)", line)
        step = next(float(value) for name, value in pairs if name == "num_updates")
        for name, value in pairs:
            if name in ("epoch", "num_updates"):
                continue
            already = name.startswith(("valid_", "train_"))
            add(run, name if already else f"{part}/{name}", step, float(value))
    said = re.findall(rf"overflow detected, setting loss scale to: {NUMBER}", "\n".join(lines))
    lowered = list(map(float, said))
    if lowered and min(lowered) < 1:  # a step apart behind the last row
        for behind, value in enumerate(lowered, 1):
            add(run, "train/loss_scale", step + behind, value)
    return run


def _trainer(lines: list[str]) -> Run:
    run: Run = {}
    step = None
    for line in lines:
        for match in re.finditer(r"\| (\d+)/\d+ \[", line):
            step = float(match[1])
        if match := re.search(r"\{'loss'.*\}", line):
            for name, value in re.findall(rf"'(\w+)': {NUMBER}(?=[,}}])", match[0]):
                add(run, "?epoch" if name == "epoch" else name, step, float(value))
    return run
