"""What became of a box that somebody has booked in already: when, by whom, as which lots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session

from models.codec import load_order
from models.domain.order import Order
from models.domain.trace import name_of
from models.queries.order_stream import names
from models.queries.trace_boxes import came_of
from models.tables.orders import EventRow, OrderRow
from models.tables.types import table

_ORDERS, _EVENTS = table(OrderRow), table(EventRow)


@dataclass(frozen=True, slots=True)
class Came:
    """`unprocessed`: it came back as it went out."""

    lot: str
    quantity: Decimal
    unit: str
    unprocessed: bool


@dataclass(frozen=True, slots=True)
class Booked:
    """The latest receipt of a box that nothing is left in. `by` is empty where nobody is known any more."""

    parcel: str
    order: str
    receipt: str
    at: datetime
    by: str
    lots: tuple[Came, ...]


def booked(session: Session, number: str, parcel: str) -> Booked | None:
    """None while something is in the box, or when its receipt was taken back."""
    order = _order(session, number)
    box = order.parcels.get(parcel) if order is not None else None
    if order is None or box is None or box.void or any(box.contents.values()):
        return None
    receipts = [each for each in order.receipts if not each.void and parcel in (each.parcel, *each.parcels)]
    if not receipts:
        return None
    last = receipts[-1]
    family = [order, *_before(session, order)]
    packed = [f"order:{each.number}:{at}" for each in family for at in box.packed]
    lots = tuple(
        Came(name_of(each.node), each.quantity, each.unit, each.how == "return")
        for each in came_of(session, parcel, packed)
    )
    return Booked(parcel, number, last.receipt, last.at, _who(session, family, last.receipt), lots)


def _before(session: Session, order: Order) -> list[Order]:
    """What it was split from: the stream that tells of what happened before is there."""
    found: list[Order] = []
    before = order.kin.split_from
    while before and (parent := _order(session, before)) is not None:
        found.append(parent)
        before = parent.kin.split_from
    return found


def _who(session: Session, family: list[Order], receipt: str) -> str:
    for order in family:
        told = next((each.sequence for each in order.receipts if each.receipt == receipt), 0)
        actor = session.scalar(
            select(_EVENTS.c.actor).where(_EVENTS.c.order_number == order.number, _EVENTS.c.sequence == told)
        )
        if actor is not None:
            return names(session, [actor]).get(actor, "")
    return ""


def _order(session: Session, number: str) -> Order | None:
    snapshot = session.scalar(select(_ORDERS.c.snapshot).where(_ORDERS.c.number == number))
    return load_order(snapshot) if snapshot is not None else None
