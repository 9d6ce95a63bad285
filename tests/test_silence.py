"""Texts that lie beside runs and hold no training: nothing may be read out of them."""

from __future__ import annotations

import pytest

from diagnose.files import read_file


def nine(text: str) -> str:
    """The text nine times, # replaced by the number of the time."""
    return "".join(text.replace("#", str(n)) + "\n" for n in range(1, 10))


TEXTS = {
    "latex": nine("Overfull \\hbox (#.4pt too wide) in paragraph at lines #--#\n[#]"),
    "latex source": nine("Epoch & Loss \\\\ \\hline\n# & 0.# & 0.8# \\\\"),
    "nvidia-smi": nine("| N/A   3#C    P0    50W / 312W |   #MiB / 32510MiB |  #%  Default |"),
    "nvidia-smi dmon": "# gpu   pwr gtemp    sm   mem   enc   dec\n" + nine("    0   5#   3#    #    1    0    0"),
    "launcher": nine("[#]:\n  rank      : # (local_rank: #)\n  exitcode  : 1 (pid: 123#)"),
    "torchrun": nine("W0506 07:08:0#.123 torch/distributed/run.py:79#] Setting OMP_NUM_THREADS to be 1 for process #"),
    "nccl": nine("node0:123#:456# [#] NCCL INFO Channel 0#/0# : 0[#] -> 1[#] via P2P/IPC"),
    "traceback": "Traceback:\n" + nine('  File "train.py", line #, in f\n    loss = f(x, #)'),
    "cuda memory": nine("RuntimeError: CUDA out of memory. Tried to allocate #.00 GiB (GPU 0; 1#.78 GiB total)"),
    "socket": nine("socket.send() raised exception #."),
    "source code": nine("def train#(x):\n    loss = 0.#\n    acc = 0.#\n    for epoch in range(#):\n        pass"),
    "format strings": nine("print(f'Epoch {epoch}: loss {loss:.#f}')"),
    "formatting calls": nine("print('Epoch: %d, loss: %.#f' % (epoch, loss))"),
    "logging calls": nine("logging.info('iteration %d : loss : %f, loss_ce: %f' % (iter_num, loss.item(), #))"),
    "a diff": nine("@@ -#,7 +#,7 @@\n-    loss_weight = 0.#\n+    loss_weight = 0.5"),
    "downloads": nine("   --- #.3/12.3 MB 3.# MB/s eta 0:00:0#"),
    "pip": nine("Collecting torch==2.#\n  Downloading torch-2.#-cp311.whl (7#.1 MB)"),
    "requirements": nine("package-#==1.#.2"),
    "conda": nine("libgcc-ng  #.2.0  h5d# _0  conda-forge"),
    "docker": nine("Step #/12 : RUN pip install thing#==1.#"),
    "wget": nine("  #0K .......... .......... .......... .......... .......... #%  1#.5M 0s"),
    "git": nine("remote: Counting objects: #0% (#/10)\nReceiving objects: #0% (#/10), 1.# MiB | 2.# MiB/s"),
    "make": nine("[ #0%] Building CXX object src/CMakeFiles/a.dir/file#.cpp.o"),
    "pytest": nine("tests/test_#.py::test_loss PASSED [ #%]"),
    "settings of every start": nine("Training:\n  epochs: 9\n  lr: 0.0#\n  loss_weight: 0.#"),
    "argparse": "Namespace(epochs=100, lr=0.01, loss_weight=0.5, val_interval=1)\n" * 4,
    "yaml": nine("model#:\n  epochs: 10#\n  lr: 0.0#\n  loss: dice\n  dropout: 0.#"),
    "mmengine configuration": nine("loss_decode#=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.#),\n"),
    "options of tensorflow": nine("I0506 07:08:09.123 140#:123] loss_scale_# = 0.5"),
    "model": nine("  (conv#): Conv2d(#, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))"),
    "model summary": nine("Conv2d-#        [-1, 64, 11#, 112]           9,40#\nBatchNorm2d-#   [-1, 64, 11, 11]  12#"),
    "torchinfo": nine("├─Conv2d: 1-#            [1, 64, 112, 11#]         9,40#"),
    "keras summary": nine("conv2d_# (Conv2D)   (None, 6#, 64, 32)   89#"),
    "flops": nine("layer#.conv: 1.#2 GMac, 3.#% MACs, 0.5# M, 2.# % Params"),
    "scores of single cases": "test\n" + nine("case # mean_dice 0.8# mean_hd95 5.#"),
    "scores of images": nine("image_#.png dice: 0.8# iou: 0.7#"),
    "a final table": "Dataset  mDice  mIoU\nKvasir  0.91  0.86\nCVC-300  0.90  0.83\nETIS  0.78  0.71\n",
    "classification report": "precision recall f1-score support\n" + nine("class#  0.9#  0.8#  0.8#  10#"),
    "data preparation": nine("step #: wrote shard, size=#00, offset=#"),
    "preprocessing": nine("processing case #/9: spacing 0.#, size 51#"),
    "searches": nine("Trial # finished with value: 0.8# and parameters: {'lr': 0.0#}."),
    "improvements": nine("Validation loss decreased (0.#5 --> 0.#1). Saving"),
    "early stopping": nine("EarlyStopping counter: # out of 10"),
    "saved files": nine("Saved checkpoint epoch_#.pth (size 10# MB)"),
    "two lines": "Epoch 1 loss 0.5\nEpoch 2 loss 0.4\n",
    "prose": "We trained for 3 epochs. The loss was 0.5, then 0.4; the dice was 0.8 in the end.\n" * 5,
    "results": "Results of training\n- UNet: dice 0.81\n- PraNet: dice 0.82\n- Polyp-PVT: dice 0.83\n",
    "a change log": nine("v1.#: the loss is now 0.# times the old one, epoch by epoch"),
    "a git log": nine("commit abc#\nDate: Mon May # 07:08:0# 2024\n    lower the learning rate to 0.00#"),
    "slurm": nine("slurmstepd: error: *** JOB 123# ON node# CANCELLED AT 2024-05-06T07:08:0# ***"),
    "top": nine("  123# user  20   0   12.#g   3.#g  python  #0.0  5.# 10:0#.12 train"),
    "access log": nine('10.0.0.# - - [06/May/2024:07:08:0# +0000] "GET /loss HTTP/1.1" 200 12#'),
    "LFS pointer": "version https://git-lfs.github.com/spec/v1\noid sha256:abcdef0123\nsize 123456\n",
    "warnings": nine("UserWarning: lr_scheduler.step() before optimizer.step() at line #, loss may be 0.#"),
    "apt": nine("Get:# http://deb.example.org stable/main amd64 package# 1.#-2 [12.# kB]"),
    "coordinates": nine("0 0.#1 0.#2 0.#3 0.#4"),
    "subtitles": nine("#\n00:00:0#,000 --> 00:00:0#,500\nthe loss of epoch # is high"),
    "blanks": "\n \n\t\n",
}


@pytest.mark.parametrize("name", ["run.log", "train_log.txt", "slurm-123.out"])
@pytest.mark.parametrize("what", TEXTS)
def test_a_text_without_training_stays_silent(tmp_path, what, name):
    path = tmp_path / name
    path.write_text(TEXTS[what], encoding="utf-8")

    traces = read_file(path)

    assert traces is not None
    assert [one.name for trace in traces for one in trace.series] == []
    assert any(trace.notes for trace in traces)
