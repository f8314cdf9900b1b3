"""Which orders might be merged: those of the same supplier and process that nothing was sent of yet."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.codec import load_order
from models.domain.gate import ALLOWED
from models.domain.order import Order
from models.tables.orders import OrderRow
from models.tables.types import table

_ORDERS = table(OrderRow)
_MOST = 50
_ALIKE = (
    select(_ORDERS.c.snapshot)
    .where(
        _ORDERS.c.stage.in_(sorted(ALLOWED["merge"])),
        _ORDERS.c.supplier == bindparam("supplier"),
        _ORDERS.c.process == bindparam("process"),
        _ORDERS.c.number != bindparam("order"),
        _ORDERS.c.export_controlled == bindparam("controlled"),
    )
    .order_by(_ORDERS.c.need_by, _ORDERS.c.number)
    .limit(_MOST)
)


def alike(session: Session, order: Order) -> list[Order]:
    """Those of the same supplier and process, the most pressing first; whether they go is the core's to say.
    Whoever sees a controlled order is cleared for the others, too."""
    asked = {
        "supplier": order.supplier,
        "process": order.process,
        "order": order.number,
        "controlled": order.export_controlled,
    }
    return [load_order(snapshot) for snapshot in session.scalars(_ALIKE, asked)]
