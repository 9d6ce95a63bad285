"""A pasted error finds its page through colours, boxes and wrappers, by question and by look-up alike."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest

from benchmarks.ask import pasted as benchmark
from cli.kb_app import main
from kb.ask import errors, pasted

OOM = "RuntimeError: CUDA out of memory. Tried to allocate 1.71 GiB (GPU 0; 31.72 GiB total capacity)"
SHAPES = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x25088 and 512x10)"
TRACEBACK = f"""Traceback (most recent call last):
  File "/home/me/net.py", line 17, in forward
    return self.fc(x)
{SHAPES}
"""
ASSERTED = """../aten/Loss.cu:94: operator(): block: [0,0,0], thread: [96,0,0] Assertion `input_val >= zero && input_val <= one` failed.
Traceback (most recent call last):
  File "main.py", line 212, in <module>
    loss.backward()
RuntimeError: CUDA error: device-side assert triggered
"""  # noqa: E501 - as torch prints it
APPLYING = "RuntimeError: applying transform <monai.transforms.compose.Compose object at 0x7f12920a50a0>"
HYDRA = "Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace."
STACK = "".join(f"frame #{n}: c10::Error::Error(c10::SourceLocation) + 0x57 (0x7f8 in libc10.so)\n" for n in range(40))
UNKNOWN = (
    'Traceback (most recent call last):\n  File "run.py", line 3, in frob\nZorkError: the gnome of part seven left'
)
SPAWNED = """AttributeError: Can't pickle local object 'main.<locals>.<lambda>'
Traceback (most recent call last):
  File "D:\\lib\\multiprocessing\\spawn.py", line 126, in _main
    self = load(from_parent)
EOFError: Ran out of input
"""


@pytest.fixture(scope="module")
def looked_up(built_in, whole):
    return lambda text: pasted.looked_up(built_in, lambda: whole, text)[0]


@pytest.fixture(scope="module")
def ways(built_in, whole):
    return benchmark.ways(built_in, whole)


@pytest.mark.parametrize(
    "text",
    [
        TRACEBACK,
        "\n".join(f"[rank0]: {line}" for line in TRACEBACK.splitlines()),
        "\n".join(f"> {line}" for line in TRACEBACK.splitlines()),
        f"\x1b[1;31mRuntimeError\x1b[0m: {SHAPES[14:]}",
        f"│ ❱ 17 │   return self.fc(x)   │\n╰──────╯\n{SHAPES}",
        f" 83%|████▎  | 5/6 [03:09<00:37, 37.83s/it]{SHAPES}",
        f"训练时出现{SHAPES}，请问怎么解决",
        f"_**{SHAPES}**_",
        f"E       {SHAPES}",
        SHAPES[14:],
        f"2024-12-29T15:37:17 - !!! Exception during processing !!! {SHAPES[14:]}",
        f"RuntimeError: {SHAPES[14:]}\nException raised from addmm at Blas.cpp:44 (most recent call first):\n{STACK}",
        f"terminate called after throwing an instance of 'c10::Error'\n  what():  {SHAPES[14:]}\n{STACK}",
        f"RuntimeError: The following operation failed in the TorchScript interpreter.\n{SHAPES}",
        f"Error executing job with overrides: ['gpu=1']\n{SHAPES}\n\n{HYDRA}",
        f"{TRACEBACK}torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n====\ntrain.py FAILED\n",
        f"RuntimeError: Caught RuntimeError in replica 1 on device 1.\nOriginal {TRACEBACK}",
        f"{TRACEBACK}Error Message Summary:\nFatalError: `Process abort signal` is detected by the operating system.\n",
        f"{TRACEBACK}SystemError: (Fatal) Blocking queue is killed because the data reader raises an exception.\n",
    ],
)
def test_a_message_is_found_in_whatever_it_is_wrapped(asked, looked_up, text):
    assert asked(text).entry == "linear-shape-mismatch"
    assert looked_up(text).entry.id == "linear-shape-mismatch"


@pytest.mark.parametrize(
    "text",
    [
        "Process finished with exit code 137 (interrupted by signal 9: SIGKILL)",
        "进程已结束,退出代码137",
        "torch.distributed.elastic.multiprocessing.api: [ERROR] failed (exitcode: -9) local_rank: 0 (pid: 1234)",
        "subprocess.CalledProcessError: Command '['python', 'train.py']' died with <Signals.SIGKILL: 9>.",
    ],
)
def test_the_end_of_a_process_that_was_killed_is_explained(asked, looked_up, text):
    assert asked(text).entry == "host-memory-full"
    assert looked_up(text).entry.id == "host-memory-full"


@pytest.mark.parametrize(
    "text",
    [
        "Process finished with exit code 0",
        "进程已结束,退出代码0",
        "subprocess.CalledProcessError: Command '['git', 'push']' returned non-zero exit status 128.",
        "npm ERR! code ELIFECYCLE\nnpm ERR! errno 134",
        "docker: Error response from daemon: pull access denied for app, repository does not exist.",
        "fatal: refusing to merge unrelated histories",
        "scrapy.exceptions.NotConfigured: no gnome of part seven",
        "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: users",
        "tensorflow.python.framework.errors_impl.InvalidArgumentError: logits and labels must be broadcastable",
    ],
)
def test_the_end_of_any_other_process_has_no_template(whole, text):
    assert errors.recognise(text, whole.errors) == []


def test_quotes_that_a_word_processor_has_bent_are_read_as_straight_ones(asked):
    assert asked("AttributeError: ‘numpy.ndarray’ object has no attribute ‘cuda’").entry == "argument-not-tensor"


def test_the_last_exception_counts_before_the_one_it_was_raised_from(asked):
    chained = f"{OOM}\n\nDuring handling of the above exception, another exception occurred:\n\n{TRACEBACK}"

    assert asked(chained).entry == "linear-shape-mismatch"
    assert asked(chained + "\n  frame #0: c10::Error in libc10.so" * 200).entry == "linear-shape-mismatch"


def test_an_earlier_exception_explains_a_last_one_that_says_nothing(asked, looked_up):
    assert asked(SPAWNED).entry == "windows-lambda-pickle"
    assert looked_up(SPAWNED + "\n" * 2_000).entry.id == "windows-lambda-pickle"


def test_what_was_wrapped_explains_more_than_its_wrapper(asked, looked_up):
    wrapped = f"{OOM}\n\nThe above exception was the direct cause of the following exception:\n\n{APPLYING}"

    assert asked(wrapped).entry == looked_up(wrapped).entry.id == "cuda-oom"
    assert asked(APPLYING).entry == looked_up(APPLYING).entry.id == "monai-transform"


def test_the_lines_before_a_message_tell_whose_it_is(asked, looked_up):
    said = "IndexError: list index out of range"
    called = f"""  File "verify.py", line 2, in verify
    reader = determine_reader_writer_from_dataset_json(dataset_json, images[0])
{said}"""

    assert asked(said).entry == looked_up(said).entry.id == "index-out-of-bounds"
    assert asked(called).entry == looked_up(called).entry.id == "nnunet-dataset"


def test_a_warning_before_a_wrapper_does_not_explain_it(asked):
    warned = "UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`."

    assert asked(f"train.py:7: {warned}\n{APPLYING}").entry == "monai-transform"


def test_a_warning_is_not_the_answer_to_an_error_that_no_page_knows(asked, looked_up):
    warned = "UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`."

    assert asked(f"train.py:7: {warned}").entry == "scheduler-order"
    assert asked(f"train.py:7: {warned}\n{UNKNOWN}").entry is None
    assert looked_up(f"{UNKNOWN}\n{warned}").entry is None


def test_a_warning_within_the_output_of_a_build_is_not_what_failed(asked):
    built = "/tmp/pip-build-env-x/overlay/lib/python3.12/site-packages/torch/_subclasses/functional_tensor.py:275: "
    warned = f"{built}UserWarning: Failed to initialize NumPy: No module named 'numpy'"

    assert asked(warned).entry == "numpy-2"
    failed = "error: subprocess-exited-with-error\n  Getting requirements to build wheel did not run successfully."
    assert asked(f"{failed}\n{warned}").entry == "cuda-extension-build"


def test_a_message_that_fits_comes_before_a_name_that_is_only_spelled_nearly_like_it(looked_up):
    said = "module 'torchvision.models' has no attribute 'segmentation'"

    assert looked_up(said).entry.id == "torchvision-mismatch"
    assert looked_up("module segmentation_models_pytorch has no attribute utils").entry.id == "timm-smp-names"


def test_the_assertion_of_a_kernel_says_more_than_the_exception_after_it(asked, looked_up):
    assert asked(ASSERTED).entry == "bceloss-vs-bcewithlogits"
    assert looked_up(ASSERTED).entry.id == "bceloss-vs-bcewithlogits"
    assert asked(ASSERTED[ASSERTED.index("Traceback") :]).entry == "target-out-of-bounds"


def test_hundreds_of_names_between_two_parts_of_a_message_do_not_hide_it(asked):
    names = [f"layer{n}.weight" for n in range(400)]
    missing, unexpected = (", ".join(f'"{start}{name}"' for name in names) for start in ("", "module."))
    said = f"Missing key(s) in state_dict: {missing}.\n\tUnexpected key(s) in state_dict: {unexpected}."

    assert asked(f"RuntimeError: Error(s) in loading state_dict for Net:\n\t{said}").entry == "module-prefix"


@pytest.mark.parametrize("text", [OOM, f"Traceback (most recent call last):\n{OOM}", f"[rank1]: torch.OutOf{OOM[7:]}"])
def test_a_look_up_of_a_message_gives_the_page_a_question_gives(asked, looked_up, text):
    assert asked(text).entry == "cuda-oom"
    assert looked_up(text).entry.id == "cuda-oom"


def test_a_message_without_the_name_of_its_exception_is_looked_up(looked_up):
    found = looked_up("Attempted unscale_ but _scale is None")

    assert (found.entry.id, found.taken) == ("gradscaler-skip", "Attempted * but _scale is None.")


def test_a_message_whose_quotes_were_made_typographic_is_recognised(asked):
    assert (
        asked("AttributeError: module ‘torchvision.transforms’ has no attribute ‘Scale’").entry
        == "torchvision-mismatch"
    )
    assert asked("模型‘UNet’和模块‘transforms’有什么区别").entry != "torchvision-mismatch"


@pytest.mark.parametrize("part", ["dev", "read", "walked", "new", "newest", "sealed"])
@pytest.mark.parametrize("command", ["kb ask -", "kb lookup -"])
def test_texts_that_were_read_and_mended_by_keep_leading_to_their_page(ways, command, part):
    say = ways[command]
    held = [one for one in benchmark.read(part) if command not in one.missed]

    said = {one.name: benchmark.judged(one, say(one.text)) for one in held}
    assert len(said) >= 60
    assert {name: how for name, how in said.items() if how not in ("right", "refused", "offered")} == {}


def test_a_sentence_that_is_no_name_is_looked_up_as_the_question_it_is(asked, looked_up):
    sentence = "why does my loss become nan"

    assert looked_up(sentence).entry.id == asked(sentence).entry
    assert looked_up("a polyp of the fourth kind").entry is None


def test_a_message_about_another_attribute_is_not_taken_for_the_one_of_a_template(whole):
    found = errors.recognise("AttributeError: 'NoneType' object has no attribute 'text'", whole.errors)

    assert {(whole.ids[one.number], one.template) for one in found[:1]} == {
        ("none-value", "'NoneType' object has no attribute '*'")
    }


@pytest.mark.parametrize(
    "message",
    [
        "TypeError: cross_entropy() got an unexpected keyword argument 'ignore_idx'",
        "TypeError: Upsample.__init__() got an unexpected keyword argument 'scale'",
        "AttributeError: 'NoneType' object has no attribute 'seek'. Please pre-load the data into a buffer",
    ],
)
def test_a_message_about_another_function_is_not_taken_for_the_one_of_a_template(whole, message):
    fits = errors.recognise(message, whole.errors)

    assert [one.template for one in fits if not re.search(r"(?:attribute|argument) '?\*", one.template)] == []


def test_a_message_typed_from_memory_is_recognised_nearly(whole):
    said = "RuntimeError: expected all the tensors to be on same device, but found two devices"

    near = errors.recognise(said, whole.errors)

    assert near[0].score < 1
    assert {whole.ids[one.number] for one in near} == {"device-mismatch"}


def test_templates_that_nearly_fit_are_left_out_beside_one_that_fits(whole):
    found = errors.recognise(
        "Input type (torch.cuda.ByteTensor) and weight type (torch.cuda.FloatTensor) should be the same", whole.errors
    )

    assert {whole.ids[one.number] for one in found} == {"dtype-mismatch"}


def test_a_pasted_message_is_looked_up_from_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TRACEBACK.encode())))

    assert main(["lookup", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["entry"]["id"] == "linear-shape-mismatch"


def test_a_line_of_a_message_on_the_command_line_is_looked_up(capsys):
    assert main(["lookup", "shapes cannot be multiplied (4x25088 and 512x10)", "--lang", "en"]) == 0
    assert "nn.Linear" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["kb ask -", "kb lookup -"])
def test_errors_of_other_programs_are_not_answered(ways, command):
    say = ways[command]

    said = {one.name: (benchmark.judged(one, say(one.text)), bool(one.expected)) for one in benchmark.read("outside")}
    assert [name for name, (how, known) in said.items() if how == "answered" or (known and how != "right")] == []


def test_the_pasted_texts_name_pages_there_are_and_where_they_are_from(built_in, ways):
    texts = {part: list(benchmark.read(part)) for part in benchmark.PARTS}

    every = [one for part in texts.values() for one in part]
    assert {page for one in every for page in one.expected} <= set(built_in)
    assert [one.name for one in every if not one.source or not one.text.strip()] == []
    assert {command for one in every for command in one.missed} <= set(ways)
    assert not {one.text for one in texts["dev"]} & {one.text for one in texts["test"]}
    assert len(texts["test"]) == len(texts["dev"]) == 70
