"""How far work orders have come outside: what was ordered, sent and accepted of each operation, and what it
cost, summed over orders, and over the work orders of a parent or a project."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal

from models.domain import billing, settlement
from models.domain.charges import ChargeKind
from models.domain.order import Line, Order
from models.domain.quantities import ZERO
from models.domain.still_ordered import still_ordered


@dataclass(frozen=True, slots=True)
class Figures:
    """Pieces in the unit of their part. `ordered` are those ordered still, `sent` all that ever left us; the others
    are where they are now."""

    ordered: Decimal = ZERO
    sent: Decimal = ZERO
    accepted: Decimal = ZERO
    pending: Decimal = ZERO
    rejected: Decimal = ZERO
    scrapped: Decimal = ZERO
    lost: Decimal = ZERO
    test_consumed: Decimal = ZERO
    forwarded: Decimal = ZERO

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class LineProgress:
    """One line of one order. A cancelled one orders nothing any more, and has what it has."""

    work_order: str
    operation: int
    order: str
    process: str
    unit: str
    figures: Figures
    # Of those sent, the ones that went straight to another line of the same process, which has them now.
    handed_on: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one type of orders in one currency; amounts of different ones are never added. `ordered` and
    `accepted` by price alone, `total` with all that is charged and deducted."""

    bucket: str
    currency: str
    ordered: Decimal = ZERO
    accepted: Decimal = ZERO
    total: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Total:
    """All pieces a process has to do with, counted in one unit: a piece counts at each of its operations, but
    once where it went straight from one order of the process to another."""

    process: str
    unit: str
    figures: Figures
    orders: tuple[str, ...]


def totals(lines: Iterable[LineProgress]) -> list[Total]:
    """By process and unit."""
    found: dict[tuple[str, str], Total] = {}
    for line in lines:
        at = (line.process, line.unit)
        known = found.get(at, Total(*at, Figures(), ()))
        orders = tuple(sorted({*known.orders, line.order}))
        once = replace(line.figures, sent=line.figures.sent - line.handed_on)
        found[at] = Total(*at, known.figures + once, orders)
    return [found[at] for at in sorted(found)]


def costs(orders: Iterable[Order], work_orders: Collection[str], now: datetime | None = None) -> list[Cost]:
    """What the lines for these work orders cost: settled when their order has ended, else as it stands, `now`.
    What an order is charged as a whole belongs to them when all its lines do."""
    found: dict[tuple[str, str], Cost] = {}
    for order in orders:
        mine = {line.line for line in order.lines if line.work_order in work_orders}
        counted = mine | {0} if len(mine) == len(order.lines) else mine
        charges = [charge for charge in settlement.cost_of(order, now) if charge.line in counted]
        at = (order.type, order.currency)
        known = found.get(at, Cost(*at))
        found[at] = Cost(
            *at,
            known.ordered + sum((_ordered(order, line) for line in order.lines if line.line in mine), ZERO),
            known.accepted
            + billing.total_of(charge for charge in charges if charge.kind is ChargeKind.PRICE),
            known.total + billing.total_of(charges),
        )
    return [found[at] for at in sorted(found)]


def _ordered(order: Order, line: Line) -> Decimal:
    """By price alone what is ordered still; nothing of what nobody has weighed yet."""
    return billing.ordered_amount(order, replace(line, ordered=still_ordered(order, line))) or ZERO
