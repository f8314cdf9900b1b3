"""What orders cover of an operation, and what of it is still to be ordered."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from models.domain.covering import Cover, Covered, covered, nothing_left, of_a_job
from tests.domain.orders import parametrize

D = Decimal


@parametrize(
    "covers, left, by",
    ((), 10, ()),
    ((Cover("SO-1", D(10)),), 0, (("SO-1", D(10)),)),
    ((Cover("SO-1", D(6)),), 4, (("SO-1", D(6)),)),
    # Nobody makes it any more: the order is not named.
    ((Cover("SO-1", D(0)),), 10, ()),
    ((Cover("SO-2", D(3)), Cover("SO-1", D(2)), Cover("SO-2", D(1))), 4, (("SO-1", D(2)), ("SO-2", D(4)))),
    # Ordered once more by hand.
    ((Cover("SO-1", D(10)), Cover("SO-2", D(5))), 0, (("SO-1", D(10)), ("SO-2", D(5)))),
    # What only others may know of counts all the same.
    ((Cover("SO-1", D(6), named=False),), 4, ()),
)
def test_what_is_still_to_be_ordered_of_ten(
    covers: Sequence[Cover], left: int, by: Sequence[tuple[str, Decimal]]
) -> None:
    found = covered(covers)
    assert (found.left(D(10)), found.by) == (left, by)


def test_a_draft_is_looked_at_without_its_own_pieces() -> None:
    found = Covered(D(9), (("SO-1", D(6)), ("SO-2", D(1))))
    assert found.without("SO-1") == Covered(D(3), (("SO-2", D(1)),))
    assert found.without("SO-9") == found


def made(some: int, gone: int = 0, order: str = "SO-1") -> Cover:
    return Cover(order, D(some), gone=D(gone))


@parametrize(
    "covers, out_of_the_job, left",
    # What was used up in tests at operation 20 can never come to operation 30.
    ({20: [made(100, 2)], 30: [made(98, 0, "SO-2")]}, 100, (0, 0)),
    ({20: [made(100, 2)], 30: [made(90, 0, "SO-2")]}, 100, (0, 8)),
    # Nor is it to be ordered before anything is ordered there; nobody need write down what the shop makes.
    ({20: [made(100, 2)]}, 0, (0, 98)),
    ({20: [made(100, 100)]}, 0, (0, 0)),
    # What is gone where it is worked on is not sent again, wherever else there are pieces for it.
    ({20: [made(100)], 30: [made(100, 5, "SO-2")]}, 100, (0, 0)),
    # Others were made in their place: they go through both.
    ({20: [made(100, 2)], 30: [made(98, 0, "SO-2")]}, 102, (2, 2)),
    ({20: [made(100, 2)], 30: [made(98, 0, "SO-2")]}, 130, (2, 2)),
    # They were ordered by hand, though nobody wrote down that they were made.
    ({20: [made(100, 2), made(2, 0, "SO-3")], 30: [made(98, 0, "SO-2")]}, 0, (0, 2)),
    # A draft for them is no piece yet.
    ({20: [made(100, 2), Cover("SO-3", D(2), draft=True)], 30: [made(98, 0, "SO-2")]}, 0, (0, 0)),
    # Made, ordered where they came from, and gone as well.
    ({20: [made(104, 4)], 30: [made(96, 0, "SO-2")]}, 104, (0, 4)),
    ({20: [made(100, 2)], 30: [made(98, 3, "SO-2")]}, 0, (0, 0)),
    # An order given away has what is lost there still: the draft that has the rest is all there is to order.
    ({20: [made(80, 20), Cover("SO-2", D(20), draft=True)]}, 100, (0, 80)),
)  # fmt: skip
def test_what_is_to_be_ordered_of_a_hundred_is_what_can_still_come(
    covers: dict[int, list[Cover]], out_of_the_job: int, left: tuple[int, int]
) -> None:
    found = of_a_job([20, 30], covers, D(out_of_the_job))
    assert tuple(found[at].left(D(100)) for at in (20, 30)) == left


@parametrize(
    "found, said",
    (Covered(D(9), (("SO-1", D(9)),)), "WO-1 operation 30 is covered by SO-1. Take it out of the selection."),
    (Covered(D(9)), "WO-1 operation 30 is covered by an order that only cleared people see. "
                    "Take it out of the selection."),
    (Covered(D(9), (("SO-1", D(9)),), cancelling=("SO-1",)),
     "WO-1 operation 30 is covered by SO-1 until the cancelling of SO-1 has ended. "
     "Take it out of the selection until then."),
    (Covered(D(7), (("SO-1", D(7)),), missing=D(2), missing_on=("SO-0",)),
     "WO-1 operation 30 is covered by SO-1, and 2 pieces can never come there: they were scrapped, lost or used up "
     "before, on SO-0. Take it out of the selection until others are made in their place."),
)  # fmt: skip
def test_who_orders_it_again_is_told_what_covers_it(found: Covered, said: str) -> None:
    refusal = nothing_left(found, "WO-1", 30, "operations.0")
    assert (refusal.code, refusal.detail) == ("operations.covered", said)
    assert refusal.errors[0].field == "operations.0"
