"""Which sales-order lines a dispatch delivers: the ones it names before those that are only due first."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain.deliveries import Going, Sold, delivered
from models.domain.errors import Refusal

PART = ("F", "B")
FIRST, LATER = ("SO-1", 1), ("SO-2", 3)
SOLD = {LATER: Sold("NORTHWIND", PART, Decimal(40)), ("SO-9", 1): Sold("CONTOSO", PART, Decimal(5))}
WANTED = {PART: [(FIRST, Decimal(30)), (LATER, Decimal(40))]}


def going(
    some: int, named: tuple[str, int] | None = None, revision: str | None = "B", part: str = "F"
) -> Going:
    return Going(part, revision, Decimal(some), named=named)


@pytest.mark.parametrize(
    ("lines", "shares"),
    [
        ([going(35)], [[(FIRST, 30), (LATER, 5)]]),
        ([going(35, LATER)], [[(LATER, 35)]]),
        # What is named counts first, wherever it stands.
        ([going(35), going(40, LATER)], [[(FIRST, 30)], [(LATER, 40)]]),
        ([going(20), going(20)], [[(FIRST, 20)], [(FIRST, 10), (LATER, 10)]]),
        ([going(4, LATER, None)], [[(LATER, 4)]]),
        ([going(4, None, None)], [[]]),
    ],
)
def test_pieces_are_for_the_lines_named_then_for_those_due_first(
    lines: list[Going], shares: list[list[tuple[tuple[str, int], int]]]
) -> None:
    assert delivered(lines, "NORTHWIND", SOLD, WANTED) == shares


@pytest.mark.parametrize(
    ("lines", "code", "field"),
    [
        ([going(1, ("NO", 1))], "sales_line.unknown", "lines.0.sales_order"),
        ([going(1, ("SO-9", 1))], "sales_line.other_customer", "lines.0.sales_order"),
        ([going(1, LATER, part="G")], "sales_line.other_part", "lines.0.sales_order"),
        ([going(1, LATER, "A")], "sales_line.other_part", "lines.0.sales_order"),
        ([Going("F", "B", Decimal(1), False, LATER)], "sales_line.other_part", "lines.0.sales_order"),
        ([going(41, LATER)], "sales_line.beyond_open", "lines.0.quantity"),
        ([going(30, LATER), going(11, LATER)], "sales_line.beyond_open", "lines.1.quantity"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(lines: list[Going], code: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        delivered(lines, "NORTHWIND", SOLD, WANTED)
    assert (refused.value.code, refused.value.errors[0].field) == (code, field)


def test_the_refusal_says_what_is_open() -> None:
    with pytest.raises(Refusal, match="10 of SO-2 line 3 are still to be delivered, not 11"):
        delivered([going(30, LATER), going(11, LATER)], "NORTHWIND", SOLD, WANTED)
