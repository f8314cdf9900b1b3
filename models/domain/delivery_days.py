"""What tells the lines of one order apart that are of one job: which delivery each is, and its own days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.domain.order import Line, Order


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a line that comes in several: its place among them, from 1, and how many they are; both
    are 0 for a line that comes in one and only has days of its own. `promised` is None until somebody
    promised. `unit_price` is its own where the deliveries cost differently."""

    number: int
    of: int
    promised: date | None
    needed: date
    unit_price: Decimal | None


def known_by_line(order: Order, line: Line) -> bool:
    """Whether others of the order's lines have its part, so that its number tells it apart."""
    part = (line.part, line.part_revision)
    return sum((each.part, each.part_revision) == part for each in order.lines) > 1


def promised(order: Order, line: Line) -> date | None:
    return line.promise or order.promise_current


def needed(order: Order, line: Line) -> date:
    return line.need_by or order.need_by


def delivery(order: Order, line: Line) -> Delivery | None:
    """None where the order's own days say all there is to say."""
    first = line.delivery_of or line.line
    fellows = [each for each in order.lines if first in (each.line, each.delivery_of)]
    several = len(fellows) > 1
    days = {(promised(order, each), needed(order, each)) for each in order.lines}
    if not several and len(days) == 1:
        return None
    differs = len({each.unit_price for each in fellows}) > 1
    return Delivery(
        fellows.index(line) + 1 if several else 0,
        len(fellows) if several else 0,
        promised(order, line),
        needed(order, line),
        line.unit_price if differs else None,
    )


def days_promised(order: Order) -> list[date]:
    """Every day promised for some of its lines, the first one first."""
    return sorted({day for line in order.lines if (day := promised(order, line)) is not None})


def days_needed(order: Order, lines: Collection[Line] | None = None) -> list[date]:
    """Every day on which some of `lines`, or of all, are needed, the first one first."""
    return sorted({needed(order, line) for line in (order.lines if lines is None else lines)})
