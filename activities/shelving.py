"""Writes what orders do to our own stock: lots shrink and grow, documents hold and release them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from activities import holding
from models.domain import events as e
from models.domain.evolve import LotChange, lot_changes
from models.domain.order import Order
from models.tables.lots import Lot
from models.tables.types import table

_LOTS = table(Lot)
# Built once: to build a statement costs as much as to run it.
_LOCK_LOTS = (
    select(_LOTS.c.number, _LOTS.c.uom, _LOTS.c.quantity, _LOTS.c.on_hand)
    .where(_LOTS.c.number.in_(bindparam("lots", expanding=True)))
    .order_by(_LOTS.c.number)
    .with_for_update()
)
_SHELVE = update(_LOTS).where(_LOTS.c.number == bindparam("lot"))
_ADD_LOT = insert(_LOTS)


def shelve(session: Session, happened: Iterable[tuple[Order, Sequence[e.Event]]], now: datetime) -> None:
    """Our shelf: lots sent out shrink, accepted and unprocessed ones grow; documents hold and release.

    `happened` are the events of each order with the state they led to. Pieces that one order hands to
    another leave the shelf as it is.
    """
    changes: list[tuple[str, LotChange]] = []
    for after, events in happened:
        for event in events:
            if isinstance(event, e.DocumentAdded):
                holding.of_document(session, event, after, now)
        changes += sorted(lot_changes(after, events).items())
    if changes:
        _change_lots(session, changes, now)


def _change_lots(session: Session, changes: Sequence[tuple[str, LotChange]], now: datetime) -> None:
    names = sorted({name for name, _ in changes})
    units, stock = {}, {}
    for row in session.execute(_LOCK_LOTS, {"lots": names}):
        units[row.number], stock[row.number] = row.uom, (row.quantity, row.on_hand)
    before = dict(stock)
    for name, change in changes:
        if name not in units:
            units[name], stock[name] = change.unit, (change.booked, change.quantity)
            _add_lot(session, name, change, now)
            before[name] = stock[name]
        elif units[name] == change.unit:
            # Of bars counted in kilograms, those go that the sending took; pieces of another count are no change.
            quantity, on_hand = stock[name]
            stock[name] = (quantity + change.booked, on_hand + change.quantity)
    for name, (quantity, on_hand) in sorted(stock.items()):
        if stock[name] != before[name]:
            session.execute(_SHELVE, {"lot": name, "quantity": quantity, "on_hand": on_hand})


def _add_lot(session: Session, name: str, change: LotChange, now: datetime) -> None:
    session.execute(
        _ADD_LOT,
        {
            "number": name,
            "part": change.part,
            "part_revision": change.part_revision,
            "quantity": change.booked,
            "uom": change.unit,
            "on_hand": change.quantity,
            "held": False,
            "created_at": now,
        },
    )
