"""Logs as trainers write them, long enough to have many lines of every kind, with a restart and odd lines in them."""

from __future__ import annotations

CONFIG = "[2024-05-06 07:08:09 AM-train.py-INFO:Config: epoch: 2; lr: 0.0001; load: None; batchsize: 16]"


def sinet() -> list[str]:
    lines = []
    for run in range(2):
        lines.append(CONFIG)
        for epoch in range(1, 6):
            lines.append(f"lr: 0.{epoch}")
            for step in range(1, 50):
                loss = "nan" if step == 17 else "oops" if step == 33 else f"{1 / (step + epoch + run):.4f}"
                lines.append(f"Epoch [{epoch:03d}/005], Step [{step:04d}/0049], Total_loss: {loss} Loss1: 0.5")
            lines.append(f"[Val Info]:Epoch:{epoch} MAE:0.0{epoch} bestEpoch:1 bestMAE:0.01]")
    return [*lines, "Epoch [006/005], Step [0001/0049], Total_loss: 0.4512 Loss1: 0."]


def transunet() -> list[str]:
    lines = []
    for run in range(2):
        lines += ["Namespace(base_lr=0.05, max_iterations=300)", "20 iterations per epoch. 300 max iterations"]
        for step in range(1, 200):
            lines.append(
                f"iteration {step} : loss : {'nan' if step == 7 else f'{1 / (step + run):.6f}'}, loss_ce: 1e-05"
            )
            if step % 20 == 0:
                lines.append(f"epoch {step // 20}, mean train loss: 0.{step}")
    return [*lines, "iteration 200 : loss : 0.5"]


def mmengine() -> list[str]:
    lines = []
    for run in range(2):
        for step in range(10, 1000, 10):
            loss = "nan" if step == 170 else "oops" if step == 330 else f"{1 / (step + run):.4f}"
            lines.append(
                f"2024/05/06 07:08:{step % 60:02d} - mmengine - INFO - Iter(train) [{step:4d}/1000]  "
                f"lr: {1 / step:.4e}  eta: 1 day, 3:02:00  time: 0.1{step}  loss: {loss}"
            )
            if step % 100 == 0:
                lines += ["+---+---+", "| Class | IoU |", f"| polyp | 0.{step} |"]
                lines.append(f"2024/05/06 07:08:09 - mmengine - INFO - Iter(val) [9/9]    mIoU: 0.{step}  time: 0.1")
    return [
        *lines,
        "2024/05/06 07:08:09 - mmengine - INFO - Iter(train) [1000/1000]  lr: 1.0000e-03  time: 0.1  loss: 0.",
    ]


def mmcv() -> list[str]:
    lines = []
    for run in range(2):
        for epoch in range(1, 7):
            head = f"2024-05-06 07:08:09,123 - mmseg - INFO - Epoch [{epoch}]"
            losses = [f"lr: 1.000e-02, memory: 900, loss: {1 / (step + epoch + run):.4f}" for step in range(1, 41)]
            lines += [f"{head}[{step}/40]\t{said}" for step, said in enumerate(losses, 1)]
            lines.append(f"2024-05-06 07:08:09,123 - mmseg - INFO - Epoch(val) [{epoch}][9]\tmIoU: 0.{epoch}")
    return [*lines, "2024-05-06 07:08:09,123 - mmseg - INFO - Epoch [7][1/40]\tlr: 1.000e-02, memory: 900"]


def detectron2() -> list[str]:
    lines = []
    for run in range(2):
        for step in range(19, 4000, 20):
            lines.append(
                f"[05/06 07:08:09] d2.utils.events INFO:  eta: 0:01:00  iter: {step}  "
                f"total_loss: {1 / (step + run):.4g}  lr: {1 / step:.5g}  max_mem: 900M"
            )
            if step % 1000 == 999:
                head = "[05/06 07:08:09] d2.evaluation.testing INFO: copypaste: "
                for task in ("bbox", "segm"):
                    lines += [f"{head}Task: {task}", f"{head}AP,AP50", f"{head}{step / 100},nan"]
    return lines


def objects() -> list[str]:
    lines = ['{"env": "a machine", "seed": 7}']
    for run in range(2):
        for epoch in range(1, 9):
            for step in range(1, 31):
                loss = "NaN" if step == 17 else "oops" if step == 13 else repr(1 / (step + epoch + run))
                lines.append(
                    f'{{"mode": "train", "epoch": {epoch}, "iter": {step}, "loss": {loss}, "lr": [0.1, 2e-05]}}'
                )
            lines.append(
                f'{{"mode": "val", "epoch": {epoch}, "iter": 30, "scores": {{"dice": 0.{epoch}, "best": true}}}}'
            )
    return [*lines, '{"mode": "train", "epoch": 9, "iter": 1, "lo']


def listed() -> list[str]:
    return [
        "[",
        *(f'  {{"step": {step}, "loss": 0.{step}}},' for step in range(500)),
        '  {"step": 500, "loss": 7}',
        "]",
    ]


def printed() -> list[str]:
    lines = ["***** Running training *****"]
    for run in range(2):
        for step in range(1, 200):
            rate = "'1e-05'" if step % 3 else "2.5e-05"
            lines.append(f"{{'loss': {1 / (step + run)!r}, 'learning_rate': {rate}, 'epoch': {step / 50:.2f}}}")
            if step % 50 == 0:
                lines.append(f"{{'eval_loss': np.float64(0.{step}), 'epoch': {step / 50}}}")
    return [*lines, "{'loss': 0.5, 'learni"]


def keras(end: str) -> list[str]:
    lines = []
    for run in range(2):
        for epoch in range(1, 7):
            lines.append(f"Epoch {epoch}/6")
            bars = [
                f"{step:2d}/40 [{'=' * (step // 4)}>{'.' * (10 - step // 4)}] - ETA: {41 - step}s - loss: "
                f"{'nan' if step == 7 else f'{1 / (step + epoch + run):.4f}'} - dice: 0.{step}"
                for step in range(1, 41)
            ]
            bars.append(f"40/40 [==========] - 4s 100ms/step - loss: 0.{epoch} - dice: 0.5 - val_loss: 0.2{run}")
            if epoch == 3:
                bars += ["a warning", *(f"{step}/9 [===] - ETA: 1s - loss: 0.{step}" for step in range(1, 10))]
            lines.append(end.join(bars))
    return lines


def cut_epoch() -> list[str]:
    bars = [f"{step}/999 [==>..] - ETA: 9s - loss: {1 / step:.4f}" for step in range(1, 600)]
    return ["[keras", "Epoch 1/6", "\x08\x08\r".join(bars), f"{600}/999 [==>..] - ETA: 9s - loss: 0."]


def two_bars() -> list[str]:
    train = [f"{step}/99 [==>..] - ETA: 9s - loss: {1 / step:.4f}" for step in range(1, 50)]
    return ["[keras", "Epoch 1/6", *train, *(f"{step}/99 [==>..] - ETA: 9s - loss: 0.{step}" for step in range(1, 70))]


def yolo() -> list[str]:
    lines = [f"    1/6   8.5G  0.{step}   0.5   12   640:  10%|# | {step}/40 [00:01" for step in range(1, 30)]
    for _ in range(2):
        for epoch in range(1, 7):
            lines += ["", "      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size"]
            bars = [
                f"        {epoch}/6      8.{step}G     {'nan' if step == 40 else step / 7:.4}   0.{step}    12    640: "
                f"{step}%|{'█' * (step // 4)}| {step}/40 [00:01<00:02, 9.1it/s]"
                for step in range(41)
            ]
            lines.append("\r" + "\r".join(bars))
            header = "   Class     Images  Instances      Box(P          R      mAP50  mAP50-95): "
            lines.append("\r".join(f"{header}{at}0%|{'█' * at}| {at}/9 [00:01<00:02" for at in range(10)))
            lines += [f"   all   10   12   0.{epoch}00   0.250   0.375   0.125", ""]
    return lines


def under_bars(end: str, clock: str) -> list[str]:
    lines = ["***** Running training *****"]
    for run in range(2):
        for step in range(1, 301):
            bar = f"{step // 3:3d}%|{'█' * (step // 30)}| {step}/300 [00:{step % 60:02d}<01:00,  1.0s/it]"
            if step % 3:
                lines.append(bar + end)
                continue
            loss = "oops" if step == 42 else "nan" if step == 45 else repr(1 / (step + run))
            own = f", '{clock}': {step / 100 if clock == 'epoch' else step}"
            lines.append(f"{bar}\r  \r{{'loss': {loss}, 'learning_rate': {1 / step!r}{own}}}\n")
            if step % 30 == 0:
                lines += [f"{at * 10}%|{'#' * at}| {at}/10 [00:01<00:02{end}" for at in range(11)]
                lines.append(f"\r{{'eval_loss': 0.{step}, 'eval_time': np.float64(1.5){own}}}\n")
                lines.append(f"{{'eval_other_loss': 0.2{own}}}\n" if step % 60 else f"{step}%| | {step + 1}/300 [{end}")
    return ["".join(lines) + "{'loss': 0.5, 'learni"]


def meters() -> list[str]:
    lines = []
    for run in range(2):
        lines.append(f"Namespace(lr={run})")
        for epoch in range(5):
            for step in range(0, 200, 4):
                loss = "nan" if step == 40 else f"{1 / (1 + step + epoch + run):.4f}"
                lines.append(
                    f"Epoch: [{epoch}]  [{step:3d}/200]  eta: 0:01:00  lr: 0.001  loss: {loss} (0.75)  max mem: 9"
                )
            lines += ["a warning", "", f"Epoch: [{epoch}]  [199/200]  lr: oops  loss: 0.5 (0.5)"]
            for times in range(1 + epoch % 2):
                for step in range(60):
                    lines.append(
                        f"Test:  [{step:2d}/60]  loss: 0.{step}{times} (0.{60 - step}0)  acc1: 75.{step} (7.{epoch})"
                    )
                lines += ["saved"] * (epoch == 3)
            lines.append(f"* Acc@1 6{epoch}.500 loss 0.375")
    return [*lines, "Epoch: [5]  [  0/200]  eta: 0:01:00  lr: 0.001  loss: 0.5 (0."]


def paddleseg() -> list[str]:
    lines = []
    for run in range(2):
        for step in range(1, 900):
            loss = "nan" if step == 40 else "oops" if step == 50 else f"{1 / (step + run):.4f}"
            lines.append(
                f"[INFO]\t[TRAIN] epoch: {step // 90}, iter: {step}/900, loss: {loss}, cost: 0.{step}s | ETA 00:01"
            )
            if step % 90 == 0:
                lines += [f"[INFO]\t[EVAL] #Images: 76 mIoU: 0.{step}", "[INFO]\t[EVAL] Class IoU:", f"[0.75 0.{step}]"]
    return [*lines, "[INFO]\t[TRAIN] epoch: 9, iter: 900/900, loss: 0.5000, cost: 0."]


def paddleclas() -> list[str]:
    lines = []
    for run in range(2):
        for epoch in range(1, 9):
            head = f"ppcls INFO: [Train][Epoch {epoch}/9]"
            lines += [f"{head}[Iter: {step}/90]lr: 0.1, loss: {1 / (step + epoch + run):.5f}" for step in range(90)]
            lines.append(f"{head}[Avg]CELoss: 0.{epoch}, loss: 0.{epoch}")
            lines += [f"ppcls INFO: [Eval][Epoch {epoch}][Iter: {step}/40]loss: 0.{step}" for step in range(40)]
            lines.append(f"ppcls INFO: [Eval][Epoch {epoch}][Avg]loss: 0.{epoch}")
    return lines


def paddledet() -> list[str]:
    return [
        f"stats INFO: Epoch: [{epoch}] [{step:3d}/200] learning_rate: 0.1 loss: {1 / (1 + step + epoch)} eta: 1:0"
        for _ in range(2)
        for epoch in range(4)
        for step in range(0, 200, 2)
    ]


def darknet() -> list[str]:
    lines = []
    for run in range(2):
        for step in range(1, 500):
            lines.append(f"Region 82 Avg IOU: 0.{step}, count: 5")
            loss = "-nan" if step == 40 else "oops" if step == 50 else f"{9 / (step + run):.6f}"
            lines.append(f" {step}: {loss}, 8.25 avg loss, 0.001 rate, 3.5 seconds, 64 images, 1.2 hours left")
            if step % 100 == 0:
                lines.append(f" mean average precision (mAP@0.50) = 0.{step}, or 25.00 %")
    return [*lines, " 500: 7.2"]


def nnunet() -> list[str]:
    lines = ["2024-05-06 07:08:09.123456: train_loss 0.75"]
    for run in range(2):
        for epoch in range(3, 99):
            now = f"2024-0{run + 1}-{epoch % 31 + 1:02d} 07:08:{epoch % 60:02d}.{epoch:06d}: "
            loss = "nan" if epoch == 40 else "oops" if epoch == 50 else f"{1 / (epoch + run):.4f}"
            said = [
                f"Epoch {epoch} ",
                f"Current learning rate: {1 / epoch:.5f} ",
                f"train_loss {loss} ",
                "val_loss -0.5",
            ]
            said += [f"Pseudo dice [np.float32(0.{epoch}), 0.5]", "Epoch time: 60.0 s", "", "a remark"]
            lines += [f"{now}{one}" for one in said] + ["", "unstamped"]
        lines.append(f"{now}train_loss 0.5")
    return [*lines, f"{now}Epoch 99", f"{now}Pseudo dice [0.5, 0."]


def rounds(end: str) -> list[str]:
    lines = ["[07:08:09] WARNING: something"]
    for run in range(2):
        for step in range(300):
            loss = "nan" if step == 40 else f"{1 / (1 + step + run):.5f}"
            bar = "9%|#  | 9/99 [00:01<00:02, 1.0it/s] " if step % 50 == 7 else ""
            lines.append(f"{bar}[{step}]\ttrain-auc:{loss}{end}\tvalid_0's binary_logloss: 0.{step}")
            lines += ["Stopping."] * (step % 100 == 99)
    return [*lines, "[300]\ttrain-auc:0.5"]


def boxes() -> list[str]:
    lines = []
    for run in range(2):
        for step in range(1, 60):
            lines += ["-" * 30, "| time/ |  |", f"|    total_timesteps | {step * 64} |", "| train/ |  |"]
            lines += [f"|    loss | {'oops' if step == 9 else round(1 / (step + run), 4)} |", "-" * 30, "a remark", ""]
    return lines
