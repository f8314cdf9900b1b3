"""Holds of lots, placed and released; the open orders that have such pieces are told by commands.

Locks are taken as `apply` takes them, orders before lots and both by name: a send that has looked at a
lot is done before the hold sees which orders have pieces of it, or finds the lot held.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel import Session

from activities.own_commands import save_system_command
from models.domain.authority import Actor
from models.domain.commands import Signature
from models.domain.events import DocumentAdded
from models.domain.hold_releases import signed_release
from models.domain.lot_holds import BY_DOCUMENT, OpenHold, check_hold, not_held, to_release
from models.domain.order import Order
from models.queries import lot_holds, shop_floor
from models.queries.signing import signer
from models.tables.lots import Lot, LotHoldRow
from models.tables.orders import CommandRow, OrderRow
from models.tables.types import table

_LOTS, _HOLDS, _ORDERS, _COMMANDS = table(Lot), table(LotHoldRow), table(OrderRow), table(CommandRow)
_IDS = uuid.UUID("5b7c6a3e-0f2d-4c57-9a51-6e0b8f0d2f11")


def place(
    session: Session, lot: str, hold: OpenHold, told: str, now: datetime, *, apart: str = ""
) -> list[str]:
    """Puts the lot on hold and gives the orders that are told of it, but for order `apart`. `told` is the
    reason as their suppliers may read it. Raises `Refusal` when a person holds the lot already."""
    covered = lot_holds.made_from(session, lot)
    _lock_orders(session, lot_holds.orders_with(session, covered))
    _lock_lots(session, covered)
    if not hold.of_a_document:
        check_hold(lot, lot_holds.open_holds(session, lot))
    orders = lot_holds.orders_with(session, lot_holds.made_from(session, lot))
    orders.pop(apart, None)
    _lock_orders(session, orders)
    session.execute(
        insert(_HOLDS).values(
            id=hold.hold,
            lot=lot,
            reason=hold.reason,
            held_by=hold.by,
            held_at=now,
            orders=list(orders),
        )
    )
    _summarise(session, lot)
    # An order that anybody may know of does not name a lot that only cleared people know of.
    untold = orders.keys() & (
        set() if _known(session, lot) else lot_holds.visible(session, orders, cleared=False)
    )
    for order, lots in orders.items():
        about = lots[0] if order in untold else lot
        payload = {"hold": hold.hold, "lot": about, "lots": list(lots), "reason": told}
        _tell(session, order, hold.hold, "report-lot-hold", payload, now)
    return list(orders)


def release_by(
    session: Session, lot: str, actor: Actor, reason: str, signature: Signature, now: datetime
) -> list[str]:
    """Ends the hold a person placed, and gives the open orders that had been told of it. Raises `Refusal`,
    `Invalid` or `Forbidden`."""
    wrong = shop_floor.to_be_scrapped(session, lot)
    stays = wrong is not None and bool(shop_floor.not_all_scrapped(session, [lot]))
    hold = to_release(
        lot,
        lot_holds.open_holds(session, lot),
        actor,
        above=lot_holds.covering(session, [lot], cleared=actor.cleared).get(lot),
        scrapped_of=wrong["work_order"] if wrong is not None and stays else "",
    )
    released = signed_release(hold, lot, reason, signature, signer(session, actor.id, signature.name), actor)
    told = _release(session, lot, hold.hold, actor.id, reason, reason, now)
    kept = asdict(released) | {"at": now.isoformat()}
    session.execute(update(_HOLDS).where(_HOLDS.c.id == hold.hold).values(signature=kept))
    return told


def _release(
    session: Session, lot: str, hold: str, by: str, reason: str, told: str, now: datetime
) -> list[str]:
    orders: list[str] = session.execute(select(_HOLDS.c.orders).where(_HOLDS.c.id == hold)).scalar_one()
    still = _lock_heirs(session, orders)
    _lock_lots(session, {lot})
    ended = session.execute(
        update(_HOLDS)
        .where(_HOLDS.c.id == hold, _HOLDS.c.released_at.is_(None))
        .values(released_by=by, released_at=now, release_reason=reason)
        .returning(_HOLDS.c.id)
    ).all()
    if not ended:
        # Somebody else was faster.
        raise not_held(lot)
    _summarise(session, lot)
    for order in still:
        _tell(session, order, hold, "report-lot-release", {"hold": hold, "reason": told}, now)
    return still


def of_document(session: Session, event: DocumentAdded, order: Order, now: datetime) -> None:
    """A paper that contradicts its order holds what was accepted; the correction that matches lets it go."""
    by = f"{BY_DOCUMENT}{event.document}"
    for lot in sorted(event.holds):
        reason = f"{event.document} of order {order.number} contradicts the order"
        hold = OpenHold(f"{event.document}:{lot}", by, reason)
        # Another order's supplier reads nothing of this one.
        place(session, lot, hold, "", now, apart=order.number)
    gone = {f"{BY_DOCUMENT}{name}" for name, document in order.documents.items() if not document.current}
    for lot in sorted(event.releases):
        for open_hold in lot_holds.open_holds(session, lot):
            if open_hold.by in gone:
                _release(session, lot, open_hold.hold, by, f"{event.document} matches", "", now)


def _known(session: Session, lot: str) -> bool:
    return bool(lot_holds.known_lots(session, [lot], cleared=False))


def _tell(
    session: Session, order: str, hold: str, name: str, payload: Mapping[str, object], now: datetime
) -> None:
    """One command an order, whatever is tried again."""
    command = str(uuid.uuid5(_IDS, f"{hold}:{name}:{order}"))
    if session.get(CommandRow, command) is None:
        save_system_command(session, command, order, name, dict(payload), now)


def _summarise(session: Session, lot: str) -> None:
    """What the lot's own columns say: the first hold that stands."""
    standing = lot_holds.open_holds(session, lot)
    first = standing[0] if standing else None
    session.execute(
        update(_LOTS)
        .where(_LOTS.c.number == lot)
        .values(
            held=first is not None,
            hold_reason=first.reason if first is not None else None,
            held_by=first.by if first is not None else None,
        )
    )


def _lock_orders(session: Session, orders: Collection[str]) -> list[str]:
    """Those of the orders that are still open, locked."""
    rows = session.scalars(
        select(_ORDERS.c.number)
        .where(_ORDERS.c.number.in_(sorted(orders)), _ORDERS.c.ended_at.is_(None))
        .order_by(_ORDERS.c.number)
        .with_for_update()
    )
    return list(rows)


def _lock_heirs(session: Session, orders: Collection[str]) -> list[str]:
    """Those that go on with the pieces of `orders`, locked: one may have been split since, or just now."""
    known = lot_holds.gone_on_as(session, orders)
    while True:
        still = _lock_orders(session, known)
        more = lot_holds.gone_on_as(session, known)
        if more == known:
            return still
        known = more


def _lock_lots(session: Session, lots: Collection[str]) -> None:
    session.execute(
        select(_LOTS.c.number)
        .where(_LOTS.c.number.in_(sorted(lots)))
        .order_by(_LOTS.c.number)
        .with_for_update()
    ).all()
