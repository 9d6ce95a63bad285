"""Writes look-alikes of large tables and text logs: the lines trainers print, with a falling curve in them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path

COLUMNS = "epoch,step,train/loss,train/dice_loss,train/bce_loss,val/loss,val/dice,val/iou,lr,grad_norm,time,mem"
LENGTH = 1000  # steps to an epoch
BLOCK = 5000  # lines between looks at the size
Point = tuple[int, int, int, float, float]  # row, epoch (from 1), step in the epoch (from 1), loss, learning rate


def table(path: Path, rows: int) -> None:
    """A CSV of twelve columns."""
    draw = random.Random(0).random
    with path.open("w", encoding="ascii") as file:
        file.write(COLUMNS + "\n")
        for row in range(rows):
            a, b, c = draw(), draw(), draw()
            file.write(
                f"{row // LENGTH},{row},{a + b:.6f},{a:.6f},{b:.6f},{c:.6f},{1 - c:.5f},{a * c:.5f},"
                f"{0.01 * (1 - row / rows):.8f},{10 * b:.4f},{0.1 + c / 10:.3f},{2000 + int(100 * c)}\n"
            )


def _points(rows: int) -> Iterator[Point]:
    draw = random.Random(0).random
    for row in range(rows):
        yield row, row // LENGTH + 1, row % LENGTH + 1, 0.05 + math.exp(-row / 2e5) * (0.5 + draw()), 0.01 / (1 + row)


def _sinet(p: Point) -> str:
    row, epoch, step, loss, _ = p
    return (
        f"2024-05-06 07:{row // 60 % 60:02d}:{row % 60:02d}.123456 Epoch [{epoch:03d}/900], "
        f"Step [{step:04d}/{LENGTH}], Total_loss: {loss:.4f} Loss1: {loss / 3:.4f} Loss2: {loss / 4:.4f}"
    )


def _transunet(p: Point) -> str:
    row, _, _, loss, _ = p
    return f"[07:{row // 60 % 60:02d}:{row % 60:02d}.123] iteration {row + 1} : loss : {loss:f}, loss_ce: {loss / 2:f}"


def _mmengine(p: Point) -> str:
    row, _, _, loss, rate = p
    return (
        f"2024/05/06 07:{row // 60 % 60:02d}:{row % 60:02d} - mmengine - INFO - Iter(train) [{row + 1:6d}/9000000]  "
        f"base_lr: {rate:.4e} lr: {rate:.4e}  eta: 1 day, 3:02:{row % 60:02d}  time: 0.{row % 900 + 100}  "
        f"data_time: 0.0{row % 90 + 10}  memory: 9876  loss: {loss:.4f}  decode.loss_ce: {loss / 2:.4f}  "
        f"decode.acc_seg: {90 - loss:.4f}"
    )


def _hf(p: Point) -> str:
    row, _, _, loss, rate = p
    return (
        f"{{'loss': {loss:.4f}, 'grad_norm': {loss * 3!r}, 'learning_rate': {rate!r}, 'epoch': {(row + 1) / 1000:.3f}}}"
    )


def _nanogpt(p: Point) -> str:
    row, _, _, loss, _ = p
    return f"iter {row}: loss {loss:.4f}, time {100 + loss:.2f}ms, mfu {30 + loss:.2f}%"


def _megatron(p: Point) -> str:
    row, _, _, loss, rate = p
    return (
        f" iteration {row + 1:8d}/ 9000000 | consumed samples: {(row + 1) * 64:12d} | elapsed time per iteration (ms): "
        f"{500 + loss:.1f} | learning rate: {rate:.3E} | global batch size:    64 | lm loss: {loss:.6E} | "
        f"loss scale: 1.0 | grad norm: {loss:.3f} | number of skipped iterations:   0 | number of nan iterations:   0 |"
    )


def _fairseq(p: Point) -> str:
    row, epoch, step, loss, rate = p
    return (
        f"2024-05-06 07:{row // 60 % 60:02d}:{row % 60:02d} | INFO | train_inner | epoch {epoch:03d}: "
        f"{step:6d} / {LENGTH} loss={loss:.3f}, ppl={2**loss:.2f}, wps={30000 + row % 999}, ups=1.2{row % 10}, "
        f"wpb=25000, bsz=800, num_updates={row + 1}, lr={rate:.6g}, gnorm={loss:.3f}, train_wall=80, wall={row // 2}"
    )


def _keras(p: Point) -> str:
    row, epoch, step, loss, _ = p
    head = f"Epoch {epoch}/9000\n" if step == 1 else ""
    return head + (
        f"{step:4d}/{LENGTH} [{'=' * (step // 40)}>{'.' * (25 - step // 40)}] - ETA: {row % 60}s - loss: {loss:.4f} - "
        f"accuracy: {1 / (1 + loss):.4f}"
    )


def _epoch_step(p: Point) -> str:
    row, epoch, step, loss, rate = p
    return (
        f"2024-05-06 07:{row // 60 % 60:02d}:{row % 60:02d} INFO Epoch [{epoch}/9000] Step [{step}/{LENGTH}] "
        f"loss: {loss:.4f} dice: {1 / (1 + loss):.4f} lr: {rate:.6f}"
    )


def _by_hand(p: Point) -> str:
    row, epoch, step, loss, rate = p
    head = "" if step < LENGTH else f"\n[val] epoch {epoch} mean dice: {1 / (1 + loss):.4f}"
    return (
        f"2024-05-06 07:{row // 60 % 60:02d}:{row % 60:02d},123 [INFO] epoch {epoch} iter {step}/{LENGTH} | "
        f"loss {loss:.4f} | dice loss {loss / 3:.4f} | lr {rate:.3e} | 0.{row % 90 + 10}s/it{head}"
    )


def _ignite(p: Point) -> str:
    _, epoch, step, loss, _ = p
    return (
        "2024-05-06 07:08:09,123 ignite.engine.engine.SupervisedTrainer INFO: "
        f"Epoch: {epoch}/9000, Iter: {step}/{LENGTH} -- train_loss: {loss:.4f} "
    )


def _detectron2(p: Point) -> str:
    row, _, _, loss, rate = p
    return (
        f"[05/06 07:{row // 60 % 60:02d}:{row % 60:02d}] d2.utils.events INFO:  eta: 1:02:{row % 60:02d}  iter: {row}  "
        f"total_loss: {loss:.4g}  loss_cls: {loss / 2:.4g}  loss_box_reg: {loss / 3:.4g}  time: 0.1{row % 900 + 100}  "
        f"data_time: 0.0{row % 90 + 10}  lr: {rate:.5g}  max_mem: 9876M"
    )


def _jsonl(p: Point) -> str:
    row, _, _, loss, rate = p
    return (
        f'{{"lr": {rate!r}, "data_time": 0.01{row % 99}, "loss": {loss!r}, "time": 0.3{row % 99}, "iter": {row}, '
        f'"memory": 9876, "step": {row}}}'
    )


def _lateral(p: Point) -> str:
    row, epoch, step, loss, _ = p
    return (
        f"2024-05-06 07:{row // 60 % 60:02d}:{row % 60:02d}.123456 Epoch [{epoch:03d}/900], "
        f"Step [{step:04d}/{LENGTH}], [lateral-2: {loss:.4f}, lateral-3: {loss / 2:.4f}, "
        f"lateral-4: {loss / 3:.4f}, lateral-5: {loss / 4:.4f}]"
    )


def _polyp(p: Point) -> str:
    row, _, _, loss, _ = p
    name = ("CVC-300", "CVC-ClinicDB", "Kvasir", "CVC-ColonDB", "ETIS-LaribPolypDB")[row % 5]
    head = f"[2024-05-06 07:08:{row % 60:02d} AM-train.py-INFO:"
    return f"{head}epoch: {row // 5}, dataset: {name}, dice: {1 / (1 + loss)!r}]"


def _keras_redrawn(p: Point) -> str:
    step = p[2]
    return f"{_keras(p)}\n" if step == LENGTH else f"{_keras(p)}\r"


def _bar(done: int, of: int) -> str:
    full = done * 10 // of
    return f"{done * 100 // of:3d}%|{'█' * full}{' ' * (10 - full)}| {done}/{of}"


def _hf_bars(p: Point) -> str:
    row, _, step, _, _ = p
    times = f"[1:0{row % 10}:{row % 60:02d}<20:02:{step % 60:02d},  1.{step % 90 + 10}s/it]"
    bar = f"{_bar(row % 9_000_000 + 1, 9_000_000)} {times}"
    return f"{bar}\r{' ' * 40}\r{_hf(p)}\n" if row % 10 == 9 else f"{bar}\r"


def _yolo(p: Point) -> str:
    _, epoch, step, loss, _ = p
    losses = f"{loss:9.4f}  {loss / 2:9.4f}  {loss / 3:9.4f}"
    now = f"\r      {epoch}/900      {step % 4 + 7}.5G  {losses}         12        640: "
    bar = f"{_bar(step, LENGTH)} [00:{step % 60:02d}<01:02,  9.{step % 90 + 10}it/s]"
    if step == 1:
        return f"\n      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n{now}{bar}"
    header = "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): "
    bars = "\r".join(f"{header}{_bar(done, 9)} [00:0{done}<00:0{9 - done},  9.10it/s]" for done in range(1, 10))
    scores = f"                   all        100        120{3 * f'  {1 / (1 + loss):9.3f}'}  {0.9 / (1 + loss):9.3f}"
    return f"{now}{bar}\n{bars}\n{scores}\n" if step == LENGTH else f"{now}{bar}"


def _nnunet(p: Point) -> str:
    row, _, _, loss, rate = p
    now = f"2024-05-06 07:{row // 60 % 60:02d}:{row % 60:02d}.123456: "
    return "\n".join(
        (
            f"{now}Epoch {row} ",
            f"{now}Current learning rate: {rate:.5f} ",
            f"{now}train_loss {-1 / (1 + loss):.4f} ",
            f"{now}val_loss {-0.9 / (1 + loss):.4f} ",
            f"{now}Pseudo dice [np.float32({1 / (1 + loss):.4f}), np.float32({0.9 / (1 + loss):.4f})] ",
            f"{now}Epoch time: {100 + loss:.2f} s ",
            "",
        )
    )


def _meters(p: Point) -> str:
    row, epoch, step, loss, rate = p
    times = f"eta: 0:1{row % 10}:{row % 60:02d}  "
    meters = f"loss: {loss:.4f} ({loss / 2 + 0.3:.4f})  time: 0.{row % 900 + 100} (0.4321)  data: 0.0002  max mem: 9876"
    train = f"Epoch: [{epoch}]  [{step - 1:4d}/{LENGTH}]  {times}lr: {rate:.6f}  {meters}"
    if step < LENGTH:
        return train
    tests = [f"Test:  [{at:3d}/100]  {times}acc1: {80 + loss:.4f} (80.1234)  {meters}" for at in range(100)]
    return "\n".join((train, *tests, f"* Acc@1 {80 + loss:.3f} loss {loss:.3f}"))


def _paddle(p: Point) -> str:
    row, epoch, _, loss, rate = p
    head = f"2024-05-06 07:{row // 60 % 60:02d}:{row % 60:02d} [INFO]\t"
    return (
        f"{head}[TRAIN] epoch: {epoch}, iter: {row + 1}/9000000, loss: {loss:.4f}, lr: {rate:.6f}, "
        f"batch_cost: 0.{row % 9000 + 1000}, reader_cost: 0.0{row % 900 + 100}, "
        f"ips: {30 + loss:.4f} samples/sec | ETA 01:02:03"
    )


LINES: dict[str, tuple[str, Callable[[Point], str]]] = {
    "epoch_step": ("run.log", _epoch_step),
    "cod_log": ("log.txt", _sinet),
    "transunet_log": ("log.txt", _transunet),
    "openmmlab_log": ("20240506.log", _mmengine),
    "keras_log": ("fit.log", _keras),
    "hf_stdout_log": ("train.out", _hf),
    "nanogpt": ("train.log", _nanogpt),
    "megatron": ("pretrain.out", _megatron),
    "fairseq": ("train.log", _fairseq),
    "general_log": ("my_run.log", _by_hand),
    "ignite": ("monai.log", _ignite),
    "detectron2_log": ("log.txt", _detectron2),
    "jsonl": ("scalars.json", _jsonl),
    "lateral": ("nohup.out", _lateral),
    "polyp_log": ("train_log.log", _polyp),
    "keras_redrawn": ("fit.out", _keras_redrawn),
    "hf_bars": ("train.out", _hf_bars),
    "yolo_stdout_log": ("yolo.log", _yolo),
    "nnunet_log": ("training_log_2024_5_6.txt", _nnunet),
    "meter_log": ("train.log", _meters),
    "paddle_log": ("train.log", _paddle),
}


def log(folder: Path, form: str, size: int) -> Path:
    """A text log of one format, of at least ``size`` bytes; it is not made again when it is there."""
    name, line = LINES[form]
    path = folder / form / name
    if path.exists() and path.stat().st_size >= size:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        for point in _points(1 << 40):
            said = line(point)
            file.write(said if said[0] == "\r" or said[-1] in "\r\n" else said + "\n")
            if point[0] % BLOCK == 0 and file.tell() >= size:
                return path
    return path
