"""What else travels in the same box: open parcels of other orders with the same carrier and tracking number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.codec import load_order
from models.domain.identifiers import Kind
from models.domain.order import Order
from models.domain.records import Parcel
from models.tables.orders import IdentifierRow, OrderRow
from models.tables.types import table

_ORDERS, _IDENTIFIERS = table(OrderRow), table(IdentifierRow)
_MOST = 20
# A box comes from one supplier, however many orders its pieces are of.
_SAME_TRACKING = (
    select(_ORDERS.c.snapshot)
    .where(
        _ORDERS.c.number.in_(
            select(_IDENTIFIERS.c.order_number).where(
                _IDENTIFIERS.c.kind == Kind.TRACKING.value,
                _IDENTIFIERS.c.value.in_(bindparam("tracking", expanding=True)),
            )
        ),
        _ORDERS.c.number != bindparam("order"),
        _ORDERS.c.supplier == bindparam("supplier"),
        _ORDERS.c.ended_at.is_(None),
        _ORDERS.c.export_controlled.in_(bindparam("controlled", expanding=True)),
    )
    .order_by(_ORDERS.c.number)
    .limit(_MOST)
)


@dataclass(frozen=True, slots=True)
class Fellow:
    """A parcel of order `order` that came in the same box as `beside` of the order asked about."""

    order: Order
    parcel: Parcel
    beside: str


def still_open(order: Order) -> list[Parcel]:
    """Announced boxes with something nobody has taken out yet."""
    return [item for item in order.parcels.values() if not item.void and any(item.contents.values())]


def same_box(session: Session, order: Order, *, cleared: bool) -> list[Fellow]:
    """Open parcels of other orders that travel with one of this order's, also with one received already."""
    mine = {
        (item.carrier.casefold(), item.tracking): item.parcel
        for item in order.parcels.values()
        if item.tracking and not item.void
    }
    if not mine:
        return []
    asked = {
        "tracking": sorted({tracking for _, tracking in mine}),
        "order": order.number,
        "supplier": order.supplier,
        "controlled": [False, True] if cleared else [False],
    }
    return [
        Fellow(other, parcel, mine[travel])
        for other in map(load_order, session.scalars(_SAME_TRACKING, asked))
        for parcel in still_open(other)
        if (travel := (parcel.carrier.casefold(), parcel.tracking)) in mine
    ]
