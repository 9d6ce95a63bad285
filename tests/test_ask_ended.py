"""What a shell, an IDE, a launcher or pip says of a failure is answered, but never before what stopped it."""

from __future__ import annotations

import pytest

LONG = "Traceback (most recent call last):\n"
SHAPES = f"{LONG}RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x25088 and 512x10)\n"
UNKNOWN = f"{LONG}ZorkError: the gnome of part seven left\n"
BARE = "bare-assertion"
OMP = "Setting OMP_NUM_THREADS environment variable for each process to be 1 in default, to avoid your system being \n"
LAUNCHER = "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n====\ntrain.py FAILED\n"


@pytest.mark.parametrize(
    "end", ["Process finished with exit code 1", "进程已结束,退出代码1", "进程已结束,退出代码为 1"]
)
def test_exit_code_one_asks_for_the_lines_above_and_never_hides_them(answered, end):
    assert answered(end) == answered(f"训练刚开始就{end}，不知道哪里错了") == "exit-code-one"
    assert answered(f"{SHAPES}\n{end}") == "linear-shape-mismatch"
    assert answered(f"{UNKNOWN}\n{end}") is None
    assert (
        answered(f'{LONG}  File "train.py", line 9, in main\n    assert radius > 3\nAssertionError\n\n{end}\n') == BARE
    )
    assert answered(f"{end}37 (interrupted by signal 9: SIGKILL)") == "host-memory-full"


@pytest.mark.parametrize(
    ("code", "said"),
    [("-9", "host-memory-full"), ("-11", "native-crash"), ("-7", "num-workers"), ("1", "nccl-failure")],
)
def test_how_a_worker_of_torchrun_ended_explains_that_it_failed(answered, code, said):
    report = f"ERROR:torch.distributed.elastic.multiprocessing.api:failed (exitcode: {code}) local_rank: 0 (pid: 7)\n"

    assert answered(f"{OMP}{report}{LONG}{LAUNCHER}") == said
    assert answered(f"{SHAPES}{report}{LONG}{LAUNCHER}") == "linear-shape-mismatch"


def test_a_build_is_explained_by_what_stopped_it_not_by_that_it_stopped(answered):
    failed = "error: subprocess-exited-with-error\n\n× Building wheel for net (setup.py) did not run successfully.\n"
    stopped = "fatal error: cusparse.h: No such file or directory\n"

    assert answered(failed) == "environment-conflict"
    assert answered(f"{failed}{stopped}{failed}") == "cuda-extension-build"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Killed", "host-memory-full"),
        ("12%|█ | 5/40 [00:12<1:12]Killed", "host-memory-full"),
        ("$ python train.py\nKilled", "host-memory-full"),
        ("Pip subprocess error:\nCondaEnvException: Pip failed", "install-file"),
        ("MemoryError", "host-memory-full"),
        ("Segmentation fault (core dumped)", "native-crash"),
        ("ConnectionResetError: [Errno 104] Connection reset by peer", "worker-connection-lost"),
    ],
)
def test_a_bare_end_is_answered_by_the_page_on_its_causes(answered, text, said):
    assert answered(text) == said


def test_what_slurm_says_of_a_program_that_failed_comes_behind_what_the_program_said(answered):
    end = "srun: error: gpu01: task 0: Exited with exit code 1"

    assert answered(end) == "job-refused"
    assert answered(f"{SHAPES}{end}") == "linear-shape-mismatch"
    assert answered(f"{UNKNOWN}{end}") is None


def test_a_crash_after_a_warning_is_what_happened(answered):
    warned = "net.py:12: UserWarning: the gnome of part seven is old\n"

    assert answered(f"{warned}Segmentation fault\n") == "native-crash"
    assert answered(warned) is None


def test_a_wheel_that_was_not_built_needs_no_more_than_the_head_of_what_pip_says(answered):
    said = "  Building wheel for gnome (pyproject.toml) ... error\n  error: subprocess-exited-with-error\n"

    assert answered(said) == "environment-conflict"
    assert answered(f"{said}  error: command 'gcc' failed with exit status 1") == "cuda-extension-build"


def test_what_says_little_is_told_by_the_library_it_was_raised_in(answered):
    frames = '  File "C:\\envs\\seg\\lib\\site-packages\\pandas\\core\\indexes\\base.py", line 3807, in get_loc\n'

    assert answered(f"{LONG}{frames}KeyError: 4064") == "csv-table"
    assert answered(f"{LONG}KeyError: 4064") != "csv-table"


def test_a_message_that_another_exception_quotes_is_read_without_its_backslashes(answered):
    quoted = "AttributeError(\"module \\'albumentations\\' has no attribute \\'Gnome\\'\")"

    assert answered(f"Error in call to gnome: {quoted}") == "albumentations-call"


def test_a_worker_only_hands_on_what_stopped_it(answered):
    handed = "RuntimeError: Caught RuntimeError in DataLoader worker process 0.\nOriginal Traceback\n"

    assert answered(handed) == "worker-exception"
    assert answered(handed + SHAPES) == "linear-shape-mismatch"
    assert answered(handed + UNKNOWN) == "worker-exception"
