"""Optimizer slots get the right parameter names, and never a wrong one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.run import Group, Tensor
from diagnose.tensors import arrangements
from diagnose.tensors.matching import match

SHAPES = [(1,), (4,), (4, 4), (8,)]


def tensor(name, shape, dtype="float32"):
    return Tensor(name, dtype, tuple(shape), 0.0, 0.0, 0.0, 0.0, 0, 0)


def model(*named):
    return {name: tensor(name, shape) for name, shape in named}


def adam(*slots):
    return {slot: {"step": 1.0, "exp_avg": tensor("exp_avg", shape)} for slot, shape in slots}


def group(*slots, names=None, **numbers):
    return Group(tuple(slots), tuple(names or [""] * len(slots)), numbers)


def names_in(optimizer):
    return {name for one in optimizer.groups for name in one.names if name}


def test_stored_names_are_taken_as_they_are():
    tensors = model(("a", (4,)), ("b", (4,)))

    found = match(tensors, [group(0, names=["b"])], {})

    assert (found.matched, found.groups[0].names, found.uncertain) == ("param_names", ("b",), frozenset())


@pytest.mark.parametrize(("stored", "saved"), [("net.a", "a"), ("a", "net.a"), ("a", "module.net.a")])
def test_stored_names_follow_a_prefix_that_a_wrapper_added_or_removed(stored, saved):
    tensors = model((saved, (4,)), (saved.replace("a", "z"), (4,)))

    found = match(tensors, [group(0, names=[stored])], {})

    assert found.groups[0].names == (saved,)


def test_counting_shapes_is_certain_when_all_of_a_shape_are_in_or_none_is():
    tensors = model(("conv", (4, 4)), ("gamma", (1,)), ("head", (4, 4)), ("bias", (4,)))

    found = match(tensors, [group(0, 1, 2)], adam((0, (4, 4)), (1, (4, 4)), (2, (4,))))

    assert (found.matched, found.groups[0].names, found.uncertain) == ("shapes", ("conv", "head", "bias"), frozenset())
    assert found.slot_of("gamma") is None


def test_a_slot_of_unknown_shape_leaves_an_absent_parameter_undecided():
    tensors = model(("conv", (4, 4)), ("gamma", (1,)), ("beta", (8,)))

    found = match(tensors, [group(0, 1)], adam((0, (4, 4))))

    assert found.slot_of("conv") is not None
    assert found.uncertain == {"gamma", "beta"}


def test_order_tells_which_of_two_gates_is_missing():
    tensors = model(("a.conv", (4, 4)), ("a.gamma", (1,)), ("b.conv", (4, 4)), ("b.gamma", (1,)), ("head", (8,)))
    state = adam((0, (4, 4)), (1, (4, 4)), (2, (1,)), (3, (8,)))

    found = match(tensors, [group(0, 1, 2, 3)], state)

    assert (found.matched, found.uncertain) == ("order", frozenset())
    assert found.groups[0].names == ("a.conv", "b.conv", "b.gamma", "head")


def test_order_cannot_tell_neighbours_of_one_shape_apart():
    tensors = model(("conv", (4, 4)), ("gamma", (1,)), ("beta", (1,)))

    found = match(tensors, [group(0, 1)], adam((0, (4, 4)), (1, (1,))))

    assert found.uncertain == {"gamma", "beta"}
    assert found.groups[0].names == ("conv", "")


def test_running_statistics_and_counters_are_no_parameters():
    tensors = model(("bn.weight", (4,)), ("bn.bias", (4,)), ("bn.running_mean", (4,)), ("bn.running_var", (4,)))
    tensors["bn.num_batches_tracked"] = tensor("bn.num_batches_tracked", (), "int64")

    found = match(tensors, [group(0, 1)], adam((0, (4,)), (1, (4,))))

    assert (found.groups[0].names, found.uncertain) == (("bn.weight", "bn.bias"), frozenset())


def test_decay_and_no_decay_groups_are_told_apart():
    tensors = model(("a.w", (4, 4)), ("a.b", (4,)), ("b.w", (4, 4)), ("b.b", (4,)), ("gamma", (1,)))
    state = adam((0, (4, 4)), (1, (4, 4)), (2, (4,)), (3, (4,)))

    found = match(tensors, [group(0, 1, weight_decay=0.1), group(2, 3, weight_decay=0.0)], state)

    assert [one.names for one in found.groups] == [("a.w", "b.w"), ("a.b", "b.b")]
    assert found.slot_of("gamma") is None
    assert "gamma" not in found.uncertain


def test_an_optimizer_without_state_is_matched_when_it_holds_everything():
    tensors = model(("a", (4, 4)), ("b", (4,)))

    found = match(tensors, [group(0, 1)], {})

    assert (found.matched, found.groups[0].names) == ("shapes", ("a", "b"))


def test_an_optimizer_without_state_that_holds_less_tells_nothing():
    tensors = model(("a", (4, 4)), ("b", (4,)))

    found = match(tensors, [group(0)], {})

    assert (found.matched, found.uncertain) == ("unmatched", {"a", "b"})


def test_an_optimizer_of_another_model_tells_nothing():
    tensors = model(("a", (4, 4)), ("b", (4,)), ("c", (1,)))

    found = match(tensors, [group(0, 1)], adam((0, (4, 4)), (1, (9, 9))))

    assert (found.matched, found.uncertain) == ("unmatched", {"a", "b", "c"})


def test_an_order_the_model_does_not_have_leaves_only_what_counting_proves():
    tensors = model(("backbone", (4, 4)), ("mid", (4,)), ("head", (8,)), ("other", (4,)), ("gamma", (1,)))
    state = adam((0, (8,)), (1, (4,)), (2, (4, 4)))

    found = match(tensors, [group(0, 1, 2)], state)

    assert found.slot_of("gamma") is None
    assert found.uncertain == {"mid", "other"}
    assert found.groups[0].names == ("head", "", "backbone")


def test_a_large_model_in_many_groups_is_matched_in_bounded_time():
    named = [
        (f"block{at}.{part}", shape) for at in range(300) for part, shape in (("w", (at + 2, 2)), ("b", (at + 2,)))
    ]
    groups = [group(2 * at, 2 * at + 1) for at in range(300)]
    state = adam(*[(slot, shape) for slot, (_, shape) in enumerate(named)])

    found = match(model(*named, ("gamma", (1,))), groups, state)

    assert (found.matched, found.uncertain) == ("shapes", frozenset())
    assert found.groups[7].names == ("block7.w", "block7.b")


@st.composite
def training_setups(draw):
    """A model order, which parameters the optimizer holds, in which groups, and which slots have no state."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=14))
    kept = draw(st.lists(st.booleans(), min_size=len(shapes), max_size=len(shapes)))
    count = draw(st.integers(1, 3))
    home = draw(st.lists(st.integers(0, count - 1), min_size=len(shapes), max_size=len(shapes)))
    silent = draw(st.lists(st.integers(0, 9), min_size=len(shapes), max_size=len(shapes)))
    return shapes, kept, count, home, [one == 0 for one in silent]


def built(setup):
    shapes, kept, count, home, silent = setup
    tensors = model(*[(f"p{at}", shape) for at, shape in enumerate(shapes)])
    groups, truth, state, slot = [], {}, {}, 0
    for one in range(count):
        members = [at for at in range(len(shapes)) if kept[at] and home[at] == one]
        groups.append(group(*range(slot, slot + len(members))))
        for at in members:
            truth[f"p{at}"] = (one, slot)
            if not silent[at]:
                state |= adam((slot, shapes[at]))
            slot += 1
    return tensors, groups, state, truth


def never_wrong(found, tensors, truth):
    for at, one in enumerate(found.groups):
        for slot, name in zip(one.slots, one.names, strict=True):
            assert not name or truth[name] == (at, slot)
    left_out = set(tensors) - names_in(found) - found.uncertain
    assert left_out.isdisjoint(truth)


@settings(max_examples=200, deadline=None)
@given(training_setups())
def test_no_slot_is_ever_given_a_wrong_name_and_no_parameter_wrongly_left_out(setup):
    tensors, groups, state, truth = built(setup)

    found = match(tensors, groups, state)

    never_wrong(found, tensors, truth)


@settings(max_examples=200, deadline=None)
@given(training_setups())
def test_the_weaker_way_for_very_large_models_is_never_wrong_either(setup):
    tensors, groups, state, truth = built(setup)
    before = arrangements.MOST_BITS
    arrangements.MOST_BITS = 17 * 16

    try:
        found = match(tensors, groups, state)
    finally:
        arrangements.MOST_BITS = before

    never_wrong(found, tensors, truth)


@settings(max_examples=150, deadline=None)
@given(training_setups())
def test_everything_is_decided_when_all_shapes_differ(setup):
    shapes, kept, count, home, _ = setup
    apart = [(at + 1, at + 1) for at in range(len(shapes))]
    tensors, groups, state, truth = built((apart, kept, count, home, [False] * len(shapes)))

    found = match(tensors, groups, state)

    if truth:
        assert found.uncertain == frozenset()
        assert names_in(found) == set(truth)


@settings(max_examples=150, deadline=None)
@given(training_setups())
def test_what_is_undecided_really_has_two_arrangements(setup):
    tensors, groups, state, _ = built(setup)
    if (
        math.prod(len(one.slots) + 1 for one in groups) > 200
        or len(tensors) > 8
        or not any(one.slots for one in groups)
    ):
        return
    shapes = [one.shape for one in tensors.values()]
    wanted = [[state[slot]["exp_avg"].shape if slot in state else None for slot in one.slots] for one in groups]

    places = arrangements.arrange(shapes, wanted)

    assert places is not None
    assert [(place.possible, place.certain) for place in places] == brute_force(shapes, wanted)


def brute_force(shapes, groups):
    """Every arrangement there is, tried one by one."""
    seen = [set() for _ in shapes]

    def go(at, filled, chosen):
        if at == len(shapes):
            if all(done == len(one) for done, one in zip(filled, groups, strict=True)):
                for row, choice in zip(seen, chosen, strict=True):
                    row.add(choice)
            return
        go(at + 1, filled, [*chosen, None])
        for one, slots in enumerate(groups):
            if filled[one] < len(slots) and slots[filled[one]] in (None, shapes[at]):
                more = [done + (other == one) for other, done in enumerate(filled)]
                go(at + 1, more, [*chosen, (one, filled[one])])

    go(0, [0] * len(groups), [])
    return [(bool(row - {None}), next(iter(row)) if len(row) == 1 and None not in row else None) for row in seen]
