"""What a hold of a lot touches: orders, jobs and dispatches with their customers, and which holds stand.

Asked of the genealogy as it is now, so that whatever was made or sent after the hold is touched, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from models.domain.identifiers import Kind
from models.queries import controlled
from models.queries.cursors import behind
from models.queries.lot_holds import below, below_node, orders_with
from models.queries.order_records import instant
from models.tables.lots import Lot, LotHoldRow
from models.tables.orders import IdentifierRow, OrderRow
from models.tables.shop_floor import Customer, DispatchLineRow, DispatchRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_ORDERS, _IDENTIFIERS = table(OrderRow), table(IdentifierRow)
_DISPATCHES, _LINES, _CUSTOMERS = table(DispatchRow), table(DispatchLineRow), table(Customer)
_HOLDS, _LOTS = table(LotHoldRow), table(Lot)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class GoneLine:
    """Pieces of a held lot, or made from one, that left for a customer."""

    lot: str
    part: str
    part_revision: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A dispatch that has such pieces; `name` is the customer's, empty when nobody knows it."""

    dispatch: str
    customer: str
    name: str
    shipped_on: date
    lines: tuple[GoneLine, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """All that a reader may know of it, by name. `orders` are open or drafts: they have such pieces, have
    booked some in, or are to send some."""

    lots: tuple[str, ...]
    orders: tuple[str, ...]
    jobs: tuple[str, ...]
    dispatches: tuple[Gone, ...]


def reach(session: Session, lot: str, *, cleared: bool) -> Reach:
    """What a hold of the lot touches; the lot itself is no part of `lots`."""
    nodes = below(session, lot)
    lots = sorted(_named(nodes, "lot:"))
    passed = {name.split(":", 1)[0] for name in _named(nodes, "order:")}
    touched = passed | orders_with(session, lots).keys() | _that_name(session, lots)
    open_ones = (_ORDERS.c.ended_at.is_(None), *_public(_ORDERS, cleared))
    jobs = _kept(
        session,
        col(WorkOrder.number),
        _named(nodes, "job:"),
        controlled.visible(WorkOrder, cleared=cleared),
    )
    made = _kept(session, col(Lot.number), set(lots) - {lot}, controlled.visible(Lot, cleared=cleared))
    return Reach(
        tuple(made),
        tuple(_kept(session, _ORDERS.c.number, touched, open_ones)),
        tuple(jobs),
        tuple(_gone(session, _named(nodes, "dispatch:"), set(lots), cleared=cleared)),
    )


def dispatched_of(session: Session, job: str, *, cleared: bool) -> list[Gone]:
    """The dispatches with lots of what the job made, over every step, the latest first."""
    nodes = below_node(session, f"job:{job}")
    return _gone(session, _named(nodes, "dispatch:"), _named(nodes, "lot:"), cleared=cleared)


def standing(
    session: Session, *, cleared: bool, after: str | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """At most `limit` holds that nobody has released behind `after` (held at and id), the oldest first; each
    with the part of its lot."""
    query = (
        select(_HOLDS, _LOTS.c.part, _LOTS.c.part_revision, _LOTS.c.plant)
        .join(_LOTS, _LOTS.c.number == _HOLDS.c.lot)
        .where(*_standing(cleared))
        .order_by(_HOLDS.c.held_at, _HOLDS.c.id)
    )
    if after is not None:
        at, last = behind(after, instant)
        later = (_HOLDS.c.held_at == at) & (_HOLDS.c.id > last)
        query = query.where((_HOLDS.c.held_at > at) | later)
    return [dict(row) for row in session.execute(query.limit(limit)).mappings()]


def counting(*, cleared: bool) -> Select[Any]:
    """The question how many holds nobody has released."""
    query = select(func.count()).select_from(_HOLDS).join(_LOTS, _LOTS.c.number == _HOLDS.c.lot)
    return query.where(*_standing(cleared))


def count(session: Session, *, cleared: bool) -> int:
    return session.scalar(counting(cleared=cleared)) or 0


def untold(session: Session) -> list[dict[str, Any]]:
    """Holds of which, or of whose end, nobody was written to yet."""
    placed = _HOLDS.c.told_at.is_(None)
    ended = _HOLDS.c.released_at.is_not(None) & _HOLDS.c.release_told_at.is_(None)
    query = (
        select(_HOLDS, _LOTS.c.part, _LOTS.c.part_revision, _LOTS.c.plant)
        .join(_LOTS, _LOTS.c.number == _HOLDS.c.lot)
        .where(placed | ended)
        .order_by(_HOLDS.c.held_at, _HOLDS.c.id)
    )
    return [dict(row) for row in session.execute(query).mappings()]


def _standing(cleared: bool) -> list[ColumnElement[bool]]:
    return [_HOLDS.c.released_at.is_(None), *controlled.visible(Lot, cleared=cleared)]


def _that_name(session: Session, lots: Collection[str]) -> set[str]:
    """Orders that are to send one of the lots, or have booked it in."""
    found: set[str] = set()
    named = sorted(lots)
    for place in range(0, len(named), _AT_ONCE):
        some = named[place : place + _AT_ONCE]
        query = select(_IDENTIFIERS.c.order_number).where(
            _IDENTIFIERS.c.kind == Kind.LOT.value, _IDENTIFIERS.c.value.in_(some)
        )
        found |= set(session.scalars(query))
    return found


def _kept(
    session: Session, key: Any, names: Collection[str], where: Iterable[ColumnElement[bool]]
) -> list[str]:
    """Those of the names whose rows fulfil the conditions, in order."""
    found: list[str] = []
    ordered = sorted(names)
    for place in range(0, len(ordered), _AT_ONCE):
        some = ordered[place : place + _AT_ONCE]
        found += session.scalars(select(key).where(key.in_(some), *where).order_by(key))
    return found


def _gone(session: Session, numbers: Collection[str], lots: set[str], *, cleared: bool) -> list[Gone]:
    """The dispatches with their lines of these lots, the latest first."""
    found: dict[str, Gone] = {}
    ordered = sorted(numbers, reverse=True)
    for place in range(0, len(ordered), _AT_ONCE):
        rows = session.execute(
            select(_DISPATCHES, _CUSTOMERS.c.name, _LINES.c.lot, _LINES.c.part, _LINES.c.part_revision)
            .add_columns(_LINES.c.quantity, _LINES.c.unit)
            .join(_LINES, _LINES.c.dispatch == _DISPATCHES.c.number)
            .join(_CUSTOMERS, _CUSTOMERS.c.code == _DISPATCHES.c.customer, isouter=True)
            .where(
                _DISPATCHES.c.number.in_(ordered[place : place + _AT_ONCE]),
                _DISPATCHES.c.reversed_at.is_(None),
                *_public(_DISPATCHES, cleared),
            )
            .order_by(_DISPATCHES.c.number.desc(), _LINES.c.line)
        )
        for row in rows:
            if row.lot not in lots:
                continue
            line = GoneLine(row.lot, row.part, row.part_revision or "", row.quantity, row.unit)
            known = found.get(row.number)
            earlier = known.lines if known is not None else ()
            found[row.number] = Gone(
                row.number, row.customer, row.name or "", row.shipped_on, (*earlier, line)
            )
    return list(found.values())


def _public(of: Any, cleared: bool) -> list[ColumnElement[bool]]:
    return [] if cleared else [of.c.export_controlled.is_(False)]


def _named(nodes: Iterable[str], kind: str) -> set[str]:
    return {node.removeprefix(kind) for node in nodes if node.startswith(kind)}
