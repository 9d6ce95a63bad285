"""Two sizes in a message: a pixel apart and they are an odd side in a U-Net, far apart and they are another mistake."""

import pytest

from kb.ask import reply
from kb.ask.templates import stands_in

SAID = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}"


@pytest.mark.parametrize(("a", "b"), [(60, 61), (45, 44), (2, 3), (7, 5), (128, 120)])
def test_sizes_that_are_near_are_an_odd_side(built_in, whole, a, b):
    assert reply.reply(built_in, whole, SAID.format(a, b, 3)).entry == "unet-odd-size"


@pytest.mark.parametrize(("a", "b"), [(128, 512), (23, 2), (14, 64), (3, 352), (1024, 256)])
def test_sizes_that_are_far_apart_cannot_be_broadcast(built_in, whole, a, b):
    assert reply.reply(built_in, whole, SAID.format(a, b, 3)).entry == "broadcast-mismatch"


def test_a_near_number_is_asked_for_by_a_sign_of_its_own():
    assert stands_in("sizes (*) and (≈) differ", "sizes (60) and (61) differ")
    assert not stands_in("sizes (*) and (≈) differ", "sizes (60) and (90) differ")
    assert stands_in("sizes (*) and (*) differ", "sizes (60) and (90) differ")


def test_a_message_without_numbers_is_near_nothing_but_raises_nothing():
    assert stands_in("sizes (*) and (≈) differ", "sizes () and () differ")
