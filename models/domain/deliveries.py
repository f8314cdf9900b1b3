"""Which sales-order lines a dispatch delivers: those it names, the others in the sequence they are due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.domain.demand import LineKey, PartKey, shared_out
from models.domain.errors import Invalid, Refusal
from models.domain.quantities import ZERO

Shares = list[tuple[LineKey, Decimal]]


@dataclass(frozen=True, slots=True)
class Going:
    """A line of a dispatch. `revision` is None for a lot of any; `counted` in the unit of its part, or in another
    one; `named`: the sales-order line it is said to deliver."""

    part: str
    revision: str | None
    quantity: Decimal
    counted: bool = True
    named: LineKey | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """A sales-order line that a dispatch names, and how much of it the customer has not got."""

    customer: str
    part: PartKey
    open: Decimal


def delivered(
    going: Sequence[Going],
    customer: str,
    sold: Mapping[LineKey, Sold],
    wanted: Mapping[PartKey, Shares],
) -> list[Shares]:
    """By line of the dispatch what of it is for which sales-order line. `wanted` is what the customer still wants of
    each part revision, the first due first. Raises `Invalid`, or `Refusal` naming what is open."""
    taken: dict[LineKey, Decimal] = {}
    found: list[Shares] = [[] for _ in going]
    for index, line in enumerate(going):
        if line.named is not None:
            _check(line, line.named, index, customer, sold, taken.get(line.named, ZERO))
            taken[line.named] = taken.get(line.named, ZERO) + line.quantity
            found[index] = [(line.named, line.quantity)]
    for index, line in enumerate(going):
        if line.named is None and line.revision is not None and line.counted:
            left = list(_left(wanted.get((line.part, line.revision), ()), taken))
            found[index] = shared_out(line.quantity, left)
            for key, some in found[index]:
                taken[key] = taken.get(key, ZERO) + some
    return found


def _left(
    wanted: Sequence[tuple[LineKey, Decimal]], taken: Mapping[LineKey, Decimal]
) -> Iterator[tuple[LineKey, Decimal]]:
    for key, still in wanted:
        yield key, max(ZERO, still - taken.get(key, ZERO))


def _check(
    line: Going, named: LineKey, index: int, customer: str, sold: Mapping[LineKey, Sold], taken: Decimal
) -> None:
    at = f"lines.{index}"
    called: Mapping[str, Any] = {"sales_order": named[0], "line": named[1]}
    known = sold.get(named)
    if known is None:
        raise Invalid(
            "sales_line.unknown",
            "There is no sales order {sales_order} with a line {line}.",
            field=f"{at}.sales_order",
            **called,
        )
    if known.customer != customer:
        raise Refusal(
            "sales_line.other_customer",
            "{sales_order} is an order of {owner}, and this leaves for {customer}. Name one of that customer's, or none.",
            field=f"{at}.sales_order",
            owner=known.customer,
            customer=customer,
            **called,
        )
    if line.part != known.part[0] or line.revision not in (None, known.part[1]) or not line.counted:
        raise Refusal(
            "sales_line.other_part",
            "{sales_order} line {line} is for {part}; this lot is another part, revision or unit. Name another line, or none.",
            field=f"{at}.sales_order",
            part=" ".join(known.part),
            **called,
        )
    if line.quantity > known.open - taken:
        raise Refusal(
            "sales_line.beyond_open",
            "{open} of {sales_order} line {line} are still to be delivered, not {quantity}. Enter what is for it in a "
            "line of its own.",
            field=f"{at}.quantity",
            open=max(ZERO, known.open - taken),
            quantity=line.quantity,
            **called,
        )
