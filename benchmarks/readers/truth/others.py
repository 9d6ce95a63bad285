"""One parser a file for the logs of nobody's framework, MONAI's engine, MLflow's files and W&B's console copy."""

from __future__ import annotations

import re
from pathlib import Path

from . import Run, add, written

N = r"(-?\d[\d.]*(?:[eE][+-]?\d+)?|nan|Infinity)"


def runs(path: Path) -> list[Run]:
    text = path.read_text(encoding="utf-8")
    if path.parts[-3] == "mlflow":
        cells = [line.split() for line in text.splitlines()]
        return [{path.name: [(float(step), float(value)) for _, value, step in cells]}]
    if path.parts[-3] == "wandb":
        return [{"test accuracy": [(None, float(one)) for one in re.findall(r'"test accuracy ([\d.]+)', text)]}]
    make = next(make for key, make in PARSERS.items() if path.parts[-2].startswith(key))
    return written([make(text)])


def _ignite(text: str) -> Run:
    run: Run = {}
    for epoch, at, length, loss in re.findall(rf"Epoch: (\d+)/\d+, Iter: (\d+)/(\d+) -- train_loss: {N}", text):
        add(run, "train_loss", (int(epoch) - 1) * int(length) + int(at), loss)
    for line in re.findall(r"Metrics -- (.*)", text):
        for name, value in re.findall(rf"(\w[\w ]*?): {N}", line):
            add(run, name, None, value)
    return run


def _attention_unet(text: str) -> Run:
    run: Run = {}
    epoch = 25.0  # the two rows above `Epoch [26/100]`
    for line in text.splitlines():
        if match := re.match(rf"Epoch \[(\d+)/\d+\], Loss: {N}", line):
            epoch = float(match[1])
            add(run, "Loss", epoch, match[2])
        elif match := re.match(r"\[(Train|Valid)\w+\] (.*)", line):
            for name, value in re.findall(rf"(\w+): {N}(?=,|$)", match[2]):
                add(run, f"{'train' if match[1] == 'Train' else 'val'}/{name}", epoch, value)
        elif match := re.match(rf"Decay learning rate to lr: {N}\.$", line):
            add(run, "lr", epoch, match[1])
    return run


def _dssinet(text: str) -> Run:
    run: Run = {}  # 201 steps an epoch: they are logged from 0000 to 0200
    for epoch, step, took, loss in re.findall(rf"epoch: (\d+), step (\d+), Time: {N}s,.*loss: {N}", text):
        at = (float(epoch) - 1) * 201 + float(step)
        add(run, "loss", at, loss)
        add(run, "Time", at, took)
    for loss in re.findall(rf"Train loss: {N}", text):
        add(run, "Train loss", None, loss)
    return run


def _milesial(text: str) -> Run:
    run: Run = {}
    for value in re.findall(rf"Validation Dice score: {N}", text):
        add(run, "Validation Dice score", None, value)
    for value in re.findall(rf"loss \(batch\)={N}\]", text):
        add(run, "?loss (batch)", None, value)
    return run


def _validation_dice(text: str) -> Run:
    return {"Validation Dice Coeff": [(None, float(one)) for one in re.findall(rf"Validation Dice Coeff: {N}", text)]}


def _bigdl(text: str) -> Run:
    run: Run = {}
    names = {"Throughput": "Throughput is", "Loss": "Loss is", "Current learning rate": "Current learning rate is"}
    names |= {"Current weight decay": "Current weight decay is", "Current momentum": "Current momentum is"}
    for line in text.splitlines():
        step = float(re.search(r"\[Iteration (\d+)\]", line)[1])
        for name, said in names.items():
            if match := re.search(rf"{said} {N}(?=\.? |\.$|\. )", line):
                add(run, f"train/{name}", step, match[1].rstrip(".").replace("Infinity", "inf"))
    return run


def _tensors(text: str) -> Run:
    return {"tensor": [(None, float(one)) for one in re.findall(rf"tensor\({N}, device", text)]}


def _lite_mono(text: str) -> Run:
    run: Run = {}
    rows = re.findall(rf"lr {N} \|lr_p {N} \| batch\s+(\d+) \| examples/s:\s+{N} \| loss: {N}", text)
    for lr, pose, batch, speed, loss in rows:
        for name, value in (("lr", lr), ("lr_p", pose), ("examples/s", speed), ("loss", loss)):
            add(run, name, int(batch), value)
    return run


def _ln_two(text: str) -> Run:
    run: Run = {}
    for step, loss, accuracy in re.findall(rf"= >   step: (\d+) loss: {N} accuracy:{N}", text):
        add(run, "loss", int(step), loss)
        add(run, "accuracy", int(step), accuracy)
    return run


def _epos(text: str) -> Run:
    run: Run = {}
    for line in text.splitlines():
        if match := re.match(r"step: (\d+) (.*)", line):
            for name, value in re.findall(rf"(\w+): {N}", match[2]):
                add(run, name, int(match[1]), value)
        elif match := re.search(rf"global_step/sec: {N}", line):
            add(run, "?global_step/sec", None, match[1])
    return run


def _qtseg(text: str) -> Run:
    run: Run = {}
    for kind, line in re.findall(r"^Epoch 4/350 - (epoch_loss|val_loss)(.*)", text, re.MULTILINE):
        part = "val" if kind == "val_loss" else "train"
        for name, value in re.findall(rf"(\w+): {N}", kind + line):
            add(run, f"{part}/{name}", 4, value)
    return run


def _tudui(text: str) -> Run:
    run: Run = {}
    step = None
    for line in text.splitlines():
        if match := re.match(rf"训练次数：(\d+), Loss：{N}", line):
            step = int(match[1])
            add(run, "Loss", step, match[2])
        elif match := re.match(rf"(整体测试集上的\w+): {N}", line):
            add(run, match[1], step, match[2])
    return run


PARSERS = {
    "Project-MONAI": _ignite,
    "LeeJunHyun": _attention_unet,
    "Legion56": _dssinet,
    "XuPenglei": _validation_dice,
    "intel": _bigdl,
    "lich99": _tensors,
    "milesial": _milesial,
    "noahzn": _lite_mono,
    "tensorflow": _ln_two,
    "thodan": _epos,
    "tpnam0901": _qtseg,
    "xiaotudui": _tudui,
}
