"""What orders cover of an operation, and what of it is still to be ordered."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from models.domain.covering import Cover, Covered, covered
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
