"""Which orders go on with the pieces of another: those of its work orders at a later operation."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.codec import load_order
from models.domain import gate
from models.domain.order import Order
from models.domain.sendable import room
from models.domain.transfers import fits, same_job
from models.tables.orders import LineRow, OrderRow
from models.tables.types import table

_ORDERS = table(OrderRow)
_LINES = table(LineRow)
_MOST = 20
_OF = (
    select(_ORDERS.c.snapshot)
    .where(
        _ORDERS.c.stage.in_(sorted(gate.ALLOWED["send"])),
        _ORDERS.c.number != bindparam("order"),
        # Whoever sees a controlled order is cleared for the others of its parts.
        _ORDERS.c.export_controlled == bindparam("controlled"),
    )
    .order_by(_ORDERS.c.number)
    .limit(_MOST)
)
_SAME_JOB = _OF.where(
    _ORDERS.c.number.in_(
        select(_LINES.c.order_number).where(_LINES.c.work_order.in_(bindparam("jobs", expanding=True)))
    )
)


def following(session: Session, order: Order) -> list[Order]:
    """The orders that pieces of `order` may go straight to as they stand: those that go on with its work
    orders and take more pieces. Our own people may name another one for the same part."""
    asked = {
        "order": order.number,
        "controlled": order.export_controlled,
        "jobs": sorted({line.work_order for line in order.lines}),
    }
    found = [load_order(each) for each in session.scalars(_SAME_JOB, asked)]
    return [other for other in found if _takes(order, other)]


def _takes(order: Order, other: Order) -> bool:
    fitting = any(
        fits(line, its) and same_job(line, its) and room(other, its) > 0
        for line in order.lines
        for its in other.lines
    )
    return fitting and gate.why_not(other, "send") is None


def next_orders(session: Session, order: Order) -> tuple[str, ...]:
    """Their numbers, as far as they are of the same work orders."""
    return tuple(other.number for other in following(session, order))
