"""How much of an outside operation is covered: the pieces that orders make, or made, of it. What nobody makes any
more is to be ordered again, as far as there still are pieces that can come there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from models.domain.errors import Refusal
from models.domain.quantities import ZERO


@dataclass(frozen=True, slots=True)
class Cover:
    """So many pieces of an operation on one line: of a draft what it says, of an order what is ordered still.
    `gone` there for good; `named`: whoever asks may know of the order."""

    order: str
    quantity: Decimal
    named: bool = True
    gone: Decimal = ZERO
    draft: bool = False
    cancelling: bool = False


@dataclass(frozen=True, slots=True)
class Covered:
    """Of an operation: how many pieces are covered, whoever may know by what, and by which orders that whoever asks
    may know of, each with its share. `gone`: how many of them are gone for good, scrapped, lost, used up in tests or
    kept by the supplier; `missing`: how many were before they came here, on which orders; `there`: how many the work
    order is known to have had at all, zero where nobody says."""

    quantity: Decimal = ZERO
    by: tuple[tuple[str, Decimal], ...] = ()
    gone: Decimal = ZERO
    missing: Decimal = ZERO
    missing_on: tuple[str, ...] = ()
    there: Decimal = ZERO
    # Those of the orders that cover it until their cancelling has ended.
    cancelling: tuple[str, ...] = ()

    @property
    def orders(self) -> tuple[str, ...]:
        return tuple(order for order, _ in self.by)

    def left(self, of: Decimal) -> Decimal:
        """What is still to be ordered of so many: others in place of those that are gone only where there are
        others, and none that can never come here."""
        can_come = max(of, self.there) - self.missing
        return max(ZERO, min(of + self.gone, can_come) - self.quantity)

    def without(self, order: str) -> Covered:
        """By all others than this one."""
        own = sum((some for each, some in self.by if each == order), ZERO)
        return replace(
            self, quantity=self.quantity - own, by=tuple(each for each in self.by if each[0] != order)
        )


def covered(covers: Iterable[Cover]) -> Covered:
    """What makes none of the pieces is not named."""
    some, gone, by = ZERO, ZERO, dict[str, Decimal]()
    cancelling = set[str]()
    for each in covers:
        some += each.quantity
        gone += each.gone
        if each.named and each.quantity:
            by[each.order] = by.get(each.order, ZERO) + each.quantity
            if each.cancelling:
                cancelling.add(each.order)
    return Covered(some, tuple(sorted(by.items())), gone, cancelling=tuple(sorted(cancelling)))


def of_a_job(
    operations: Iterable[int], covers: Mapping[int, Iterable[Cover]], made: Decimal
) -> dict[int, Covered]:
    """By operation of a work order, out of which `made` pieces have come at most. Pieces that an order has, or is to
    get, at an earlier operation exist as well, and what is gone there is missing later."""
    found: dict[int, Covered] = {}
    missing, there = ZERO, made
    missing_on = set[str]()
    for operation in sorted({*operations, *covers}):
        here = list(covers.get(operation, ()))
        whole = covered(here)
        found[operation] = replace(whole, missing=missing, missing_on=tuple(sorted(missing_on)), there=there)
        issued = sum((each.quantity for each in here if not each.draft), ZERO)
        there = max(there, issued + missing)
        missing += whole.gone
        missing_on |= {each.order for each in here if each.gone and each.named}
    return found


def nothing_left(found: Covered, work_order: str, operation: int, field: str) -> Refusal:
    """That the operation is not to be ordered once more, and by what it is covered."""
    about: dict[str, Any] = {"field": field, "work_order": work_order, "operation": operation}
    orders = ", ".join(found.orders)
    if found.cancelling:
        return Refusal(
            "operations.covered",
            "{work_order} operation {operation} is covered by {orders} until the cancelling of {cancelling} has "
            "ended. Take it out of the selection until then.",
            **about,
            orders=orders,
            cancelling=", ".join(found.cancelling),
        )
    if found.missing:
        return Refusal(
            "operations.covered",
            "{work_order} operation {operation} is covered by {orders}, and {missing} pieces can never come there: "
            "they were scrapped, lost or used up before, on {missing_on}. Take it out of the selection until "
            "others are made in their place.",
            **about,
            orders=orders or "–",
            missing=found.missing,
            missing_on=", ".join(found.missing_on) or "–",
        )
    if not orders:
        return Refusal(
            "operations.covered",
            "{work_order} operation {operation} is covered by an order that only cleared people see. "
            "Take it out of the selection.",
            **about,
        )
    return Refusal(
        "operations.covered",
        "{work_order} operation {operation} is covered by {orders}. Take it out of the selection.",
        **about,
        orders=orders,
    )


def more_than_left(
    found: Covered, of: Decimal, entered: Decimal, work_order: str, operation: int, field: str
) -> Refusal:
    """That so many of an operation are more than there is still to be ordered of it."""
    return Refusal(
        "operations.beyond",
        "Of {work_order} operation {operation}, {left} pieces are still to be ordered; you entered {entered}. Enter "
        "{left} or fewer, or raise the quantity of the work order first.",
        field=field,
        work_order=work_order,
        operation=operation,
        left=found.left(of),
        entered=entered,
    )
