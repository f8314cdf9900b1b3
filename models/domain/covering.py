"""How much of an outside operation is covered: the pieces that orders make, or made, of it. What nobody makes any
more is to be ordered again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from models.domain.quantities import ZERO


@dataclass(frozen=True, slots=True)
class Cover:
    """So many pieces of an operation on one line: of a draft what it says, of an order what is ordered still.
    `named`: whoever asks may know of the order."""

    order: str
    quantity: Decimal
    named: bool = True


@dataclass(frozen=True, slots=True)
class Covered:
    """Of an operation: how many pieces are covered, whoever may know by what, and by which orders that whoever asks
    may know of, each with its share."""

    quantity: Decimal = ZERO
    by: tuple[tuple[str, Decimal], ...] = ()

    @property
    def orders(self) -> tuple[str, ...]:
        return tuple(order for order, _ in self.by)

    def left(self, of: Decimal) -> Decimal:
        """What is still to be ordered of so many."""
        return max(ZERO, of - self.quantity)

    def without(self, order: str) -> Covered:
        """By all others than this one."""
        own = sum((some for each, some in self.by if each == order), ZERO)
        return Covered(self.quantity - own, tuple(each for each in self.by if each[0] != order))


def covered(covers: Iterable[Cover]) -> Covered:
    """What makes none of the pieces is not named."""
    some, by = ZERO, dict[str, Decimal]()
    for each in covers:
        some += each.quantity
        if each.named and each.quantity:
            by[each.order] = by.get(each.order, ZERO) + each.quantity
    return Covered(some, tuple(sorted(by.items())))
