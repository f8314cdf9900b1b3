"""Which orders go on with the pieces of another: those of its work orders at a later operation."""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from models.codec import load_order
from models.domain import gate
from models.domain.order import Order
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
_SAME_PART = _OF.where(
    _ORDERS.c.number.in_(
        select(_LINES.c.order_number).where(
            or_(
                _LINES.c.work_order.in_(bindparam("jobs", expanding=True)),
                _LINES.c.part.in_(bindparam("parts", expanding=True)),
            )
        )
    )
)


def following(session: Session, order: Order, *, any_job: bool = False) -> list[Order]:
    """The orders that pieces of `order` may go straight to as they stand; with `any_job` also those of
    other work orders for the same part, which our own people may choose."""
    asked = {
        "order": order.number,
        "controlled": order.export_controlled,
        "jobs": sorted({line.work_order for line in order.lines}),
    }
    if any_job:
        asked["parts"] = sorted({line.part for line in order.lines})
    found = [load_order(each) for each in session.scalars(_SAME_PART if any_job else _SAME_JOB, asked)]
    return [other for other in found if _takes(order, other, any_job)]


def _takes(order: Order, other: Order, any_job: bool) -> bool:
    fitting = any(
        fits(line, its) and (any_job or same_job(line, its)) for line in order.lines for its in other.lines
    )
    return fitting and gate.why_not(other, "send") is None


def next_orders(session: Session, order: Order) -> tuple[str, ...]:
    """Their numbers, as far as they are of the same work orders."""
    return tuple(other.number for other in following(session, order))
