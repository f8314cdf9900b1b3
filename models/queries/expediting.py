"""Which orders of a supplier may come later for one that is expedited."""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from models.codec import load_order
from models.domain.decisions.expediting import NOT_SHIPPED
from models.domain.order import Order
from models.tables.orders import OrderRow
from models.tables.types import table

_ORDERS = table(OrderRow)
_MOST = 50
_OTHERS = (
    select(_ORDERS.c.snapshot)
    .where(
        _ORDERS.c.stage.in_(sorted(stage.value for stage in NOT_SHIPPED)),
        _ORDERS.c.supplier == bindparam("supplier"),
        _ORDERS.c.number != bindparam("order"),
        or_(_ORDERS.c.export_controlled.is_(False), bindparam("cleared")),
    )
    .order_by(_ORDERS.c.process != bindparam("process"), _ORDERS.c.need_by, _ORDERS.c.number)
    .limit(_MOST)
)


def others_there(session: Session, order: Order, *, cleared: bool) -> list[Order]:
    """The supplier's other orders that were not shipped yet, those of the same process first. Controlled ones
    do not exist for who is not `cleared`."""
    asked = {
        "supplier": order.supplier,
        "order": order.number,
        "process": order.process,
        "cleared": cleared,
    }
    return [load_order(snapshot) for snapshot in session.scalars(_OTHERS, asked)]
