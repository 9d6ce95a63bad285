"""What rests on purpose and what was forgotten, told from names, shapes and order alone."""

from pathlib import Path

import pytest

from diagnose.resting import is_learnt, pairs, parameters, resting, same, weights
from diagnose.run import Checkpoint, Tensor


def tensor(name, shape=(4, 4), dtype="float32", mean=0.1):
    return Tensor(name, dtype, shape, -1.0, 1.0, mean, 0.5, 0, 0)


def network(*names, step=10, gates=()):
    vectors = ("bias", "gamma", "norm.weight", "bn.weight", "running_mean")
    shapes = {name: (4,) if name.endswith(vectors) else (4, 4) for name in names}
    tensors = {name: tensor(name, shape) for name, shape in shapes.items()}
    return Checkpoint(Path("one.pt"), tensors, step, gates=gates)


def rests(idle, *names, share=0.9):
    checkpoint = network(*names)
    return resting(list(names), idle, checkpoint.tensors, share)


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "learnt"),
    [
        ("enc.weight", (4, 4), "float32", True),
        ("enc.bias", (4,), "bfloat16", True),
        ("attn.in_proj_weight", (4, 4), "float32", True),
        ("rnn.weight_ih_l0_reverse", (4, 4), "float32", True),
        ("attn.bias", (1, 1, 8, 8), "float32", False),
        ("attn.masked_bias", (), "float32", False),
        ("criterion.weight", (4,), "float32", False),
        ("dice_loss.weight", (4,), "float32", False),
        ("enc.weight", (4, 4), "int8", False),
        ("enc.running_mean", (4,), "float32", False),
        ("enc.weight_mask", (4, 4), "float32", False),
    ],
)
def test_weights_and_biases_are_known_by_name_shape_and_type(name, shape, dtype, learnt):
    assert is_learnt(name, tensor(name, shape, dtype)) == learnt


def test_a_batch_norm_that_counts_no_batches_is_made_of_buffers():
    frozen = network("bn.weight", "bn.bias", "bn.running_mean", "head.weight")
    alive = network("bn.weight", "bn.running_mean", "bn.num_batches_tracked", "head.weight")

    assert parameters(frozen) == ["head.weight"]
    assert parameters(alive) == ["bn.weight", "head.weight"]


def test_a_gate_is_a_parameter_but_no_weight_matrix():
    checkpoint = network("attn.lora_B.weight", "attn.gamma", "head.weight", gates=("attn.lora_B.weight", "attn.gamma"))

    assert parameters(checkpoint) == ["attn.lora_B.weight", "attn.gamma", "head.weight"]
    assert weights(checkpoint) == ["head.weight"]


@pytest.mark.parametrize(
    ("idle", "how"),
    [
        (["enc.a.weight", "enc.b.weight"], "on-purpose"),
        (["enc.a.weight"], "on-purpose"),
        (["enc.b.weight"], "inside"),
        (["mid.weight", "mid.bias"], "inside"),
        (["mid.weight"], "scattered"),
        (["norm.weight"], "scattered"),
        (["bn.weight"], "on-purpose"),
        (["head.weight"], "last-module"),
        (["bn.weight", "head.weight"], None),
    ],
)
def test_modules_rest_on_purpose_unless_they_come_last_or_are_torn(idle, how):
    names = ["enc.a.weight", "enc.b.weight", "mid.weight", "mid.bias", "norm.weight", "bn.weight", "head.weight"]
    tensors = network(*names).tensors | {"bn.running_mean": tensor("bn.running_mean", (4,))}

    found = resting(names, idle, tensors, 0.9)

    assert set(found) == set(idle)
    assert set(found.values()) == ({how} if how else {"on-purpose", "last-module"})


def test_the_classifier_inside_a_backbone_rests_on_purpose_and_another_layer_there_does_not():
    names = ["enc.a.weight", "enc.fc.weight", "fc.weight", "head.weight"]

    assert rests(["enc.fc.weight", "fc.weight"], *names) == {"enc.fc.weight": "on-purpose", "fc.weight": "inside"}


def test_norms_are_left_out_with_the_biases_when_no_vector_is_awake():
    names = ["a.weight", "a.bias", "bn.weight", "bn.bias", "head.weight", "head.bias"]
    tensors = network(*names).tensors | {"bn.running_mean": tensor("bn.running_mean", (4,))}

    assert set(resting(names, [name for name in names if tensors[name].shape == (4,)], tensors, 0.9).values()) == {
        "scattered"
    }
    assert set(resting(names, ["bn.weight", "bn.bias"], tensors, 0.9).values()) == {"on-purpose"}


def test_copies_at_the_end_and_most_of_a_model_rest_on_purpose():
    assert rests(["teacher.a.weight"], "student.a.weight", "student.b.weight", "teacher.a.weight") == {
        "teacher.a.weight": "on-purpose"
    }
    assert set(rests(["b.weight", "c.weight"], "a.weight", "b.weight", "c.weight", share=0.6).values()) == {
        "on-purpose"
    }


def test_tensors_are_the_same_when_every_digit_is_and_never_without_figures():
    nothing = tensor("a", mean=float("nan"))

    assert same(tensor("a"), tensor("b"))
    assert not same(tensor("a"), tensor("a", mean=0.1 + 1e-16 * 2))
    assert not same(tensor("a"), tensor("a", shape=(16,)))
    assert not same(nothing, tensor("a", mean=float("nan")))


def test_only_earlier_files_of_the_same_network_are_compared_with_the_last():
    first, other, last = network("a.weight", step=5), network("b.weight", step=7), network("a.weight", step=9)
    again, undated = network("a.weight", step=9), network("a.weight", step=None)

    assert list(pairs((first, other, last))) == [(first, last)]
    assert list(pairs((last, again))) == []
    assert list(pairs((first, undated))) == []
    assert list(pairs(())) == []
