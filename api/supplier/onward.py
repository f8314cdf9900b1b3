"""Where a box may go instead of back to us: straight to an order that goes on with its pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from activities.i18n import N_
from api.supplier.fields import Fields
from api.supplier.naming import line_among
from api.supplier.words import Words
from models.domain.billing import weight_asked
from models.domain.commands import Ship
from models.domain.order import Line, Order
from models.domain.sendable import room
from models.domain.transfers import fits, same_job


@dataclass(frozen=True, slots=True)
class Destination:
    """`value` is the order, and the line of it where several would do; `room` is how many it takes.

    `weighed`: somebody has to say what pieces weigh that go there.
    """

    value: str
    supplier: str
    order: str
    room: str
    weighed: bool


def destinations(order: Order, others: Iterable[Order], words: Words) -> tuple[Destination, ...]:
    return tuple(each for other in others for each in _of(order, other, words))


def _of(order: Order, other: Order, words: Words) -> Iterator[Destination]:
    lines = _fitting(order, other)
    for line in lines:
        if not room(other, line):
            continue
        value = other.number if len(lines) == 1 else f"{other.number}:{line.line}"
        amount = words.amount(room(other, line), line.unit)
        takes = words.say(N_("takes {amount} of {part}"), amount=amount, part=line_among(other, line, words))
        weighed = any(weight_asked(mine, line) for mine in order.lines if _goes_to(mine, line))
        yield Destination(value, other.supplier_name, other.number, takes, weighed)


def _fitting(order: Order, other: Order) -> list[Line]:
    """The lines of `other` that go on with pieces of `order`."""
    return [its for its in other.lines if any(_goes_to(line, its) for line in order.lines)]


def _goes_to(line: Line, other: Line) -> bool:
    return fits(line, other) and same_job(line, other)


def sent_to(fields: Fields, ship: Ship) -> Ship:
    """The box with where it goes, as chosen in the form; as it is when it comes back to us."""
    order, _, line = fields.text("to").partition(":")
    if not order:
        return ship
    to_line = int(line) if line.isdecimal() and len(line) < 6 else None
    return replace(ship, to_order=order, lines=tuple(replace(item, to_line=to_line) for item in ship.lines))
