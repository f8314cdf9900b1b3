"""The outside operation before another of the same work order: its accepted pieces are what the next one has
to work with, while the first order still goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from models.domain.quantities import ZERO


@dataclass(frozen=True, slots=True)
class Ordered:
    """Some pieces of one operation on one order: `on` are those it has done with that may go on, accepted
    here or sent straight to the next operation; `taken` those it was sent and did not get back unprocessed.
    What went straight to another order of the same operation counts there only. An order somebody may not
    know of has no number."""

    operation: int
    order: str
    on: Decimal = ZERO
    taken: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Upstream:
    """What an operation waits for: the last operation before it that is ordered, its orders, how many of its
    pieces were accepted, and how many of these this operation has taken already, on whichever order. `here`: how many
    can still be on our shelf, None where nobody can say: others left for a customer, into another job or went on."""

    operation: int
    orders: tuple[str, ...]
    accepted: Decimal
    taken: Decimal
    here: Decimal | None = None

    @property
    def usable(self) -> Decimal:
        """How many more may be sent now. Pending and rejected pieces never are."""
        left = max(ZERO, self.accepted - self.taken)
        return left if self.here is None else min(left, self.here)


@dataclass(frozen=True, slots=True)
class Onward:
    """How many of an operation's pieces are still here: accepted, or sent straight on, on whichever order, and
    not taken by an operation after it; and which of these, on which orders, took the others."""

    left: Decimal
    operation: int = 0
    orders: tuple[str, ...] = ()


def before(operation: int, ordered: Iterable[Ordered]) -> Upstream | None:
    """What `operation` waits for among all that is ordered of its work order; None when nothing outside
    comes before it, or nobody has ordered it: then nobody here knows when it is done."""
    ordered = list(ordered)
    earlier = max((each.operation for each in ordered if each.operation < operation), default=None)
    if earlier is None:
        return None
    return Upstream(
        operation=earlier,
        orders=tuple(sorted({each.order for each in ordered if each.operation == earlier and each.order})),
        accepted=sum((each.on for each in ordered if each.operation == earlier), ZERO),
        taken=sum((each.taken for each in ordered if each.operation == operation), ZERO),
    )


def after(operation: int, ordered: Iterable[Ordered]) -> Onward | None:
    """What of `operation` did not go on yet; None when nothing outside has taken any. What is at a later
    operation came through all between: the one that took most says how many went on."""
    ordered = list(ordered)
    taken: dict[int, Decimal] = {}
    for each in ordered:
        if each.operation > operation and each.taken:
            taken[each.operation] = taken.get(each.operation, ZERO) + each.taken
    if not taken:
        return None
    most = max(taken.values())
    by = min(number for number, some in taken.items() if some == most)
    done = sum((each.on for each in ordered if each.operation == operation), ZERO)
    holders = {each.order for each in ordered if each.operation == by and each.taken and each.order}
    return Onward(max(ZERO, done - most), by, tuple(sorted(holders)))
