"""What used a lot: jobs that drew it, order lines it went out on, dispatches it left with, and scrap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from models.domain.trace import NodeKind, kind_of, lot_node, name_of, work_of
from models.queries.trace import Genealogy
from models.tables.orders import EdgeRow, EventRow
from models.tables.shop_floor import ConsumptionRow, DispatchRow, ScrappedRow
from models.tables.types import table

_EDGES, _EVENTS = table(EdgeRow), table(EventRow)
_CONSUMED, _DISPATCHES, _SCRAPPED = table(ConsumptionRow), table(DispatchRow), table(ScrappedRow)

_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Use:
    """All of the lot that went one way, what was taken back already taken off. `at` is the last time; `last` tells
    one from another, the newest the greatest."""

    kind: str
    number: str
    # Of an order.
    line: int | None
    how: str
    quantity: Decimal
    unit: str
    at: datetime | date | None
    last: int


@dataclass(frozen=True, slots=True)
class Uses:
    """Some of the uses, the newest first, and how many there are in all."""

    count: int
    some: tuple[Use, ...]


def of_lot(session: Session, lot: str, *, cleared: bool, limit: int, before: int | None = None) -> Uses:
    """At most `limit` uses behind `before`; those that only cleared people know of are neither told nor counted."""
    last = func.max(_EDGES.c.id).label("last")
    query = (
        select(_EDGES.c.to_node, _EDGES.c.how, _EDGES.c.unit, func.sum(_EDGES.c.quantity), last)
        .where(_EDGES.c.from_node == lot_node(lot))
        .group_by(_EDGES.c.to_node, _EDGES.c.how, _EDGES.c.unit)
        .having(func.sum(_EDGES.c.quantity) > 0)
    )
    genealogy = Genealogy(session, cleared)
    if genealogy.whole:
        count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        if before is not None:
            query = query.having(last < before)
        rows = list(session.execute(query.order_by(last.desc()).limit(limit)))
    else:
        every = list(session.execute(query.order_by(last.desc())))
        seen = set(genealogy.visible(dict.fromkeys(row[0] for row in every)))
        known = [row for row in every if row[0] in seen]
        count = len(known)
        rows = [row for row in known if before is None or row.last < before][:limit]
    when = _when(session, [row.last for row in rows])
    return Uses(count, tuple(_use(row, when) for row in rows))


def but_scrapped(session: Session, lots: Iterable[str], *, cleared: bool) -> dict[str, list[dict[str, Any]]]:
    """By lot, where pieces of it went that were not scrapped, the newest first."""
    last = func.max(_EDGES.c.id).label("last")
    query = (
        select(_EDGES.c.from_node, _EDGES.c.to_node, _EDGES.c.how, _EDGES.c.unit)
        .add_columns(func.sum(_EDGES.c.quantity).label("quantity"), last)
        .where(_EDGES.c.from_node.in_([lot_node(lot) for lot in lots]))
        .group_by(_EDGES.c.from_node, _EDGES.c.to_node, _EDGES.c.how, _EDGES.c.unit)
        .having(func.sum(_EDGES.c.quantity) > 0)
    )
    rows = session.execute(query.order_by(last.desc())).all()
    seen = set(Genealogy(session, cleared).visible(dict.fromkeys(row.to_node for row in rows)))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row.to_node not in seen or kind_of(row.to_node) is NodeKind.SCRAP:
            continue
        lot, use = name_of(row.from_node), _use((row.to_node, row.how, row.unit, row.quantity, row.last), {})
        told = {
            "lot": lot,
            "kind": use.kind,
            "number": use.number,
            "quantity": use.quantity,
            "unit": use.unit,
        }
        found.setdefault(lot, []).append(told)
    return {lot: uses[:_MOST_NAMED] for lot, uses in found.items()}


def _use(row: tuple[str, str, str, Decimal, int], when: dict[int, datetime | date]) -> Use:
    node, how, unit, quantity, last = row
    kind = kind_of(node)
    work = work_of(node) if kind is NodeKind.ORDER else None
    number = work.order if work is not None else name_of(node)
    called = "work_order" if kind is NodeKind.JOB else kind.value
    return Use(called, number, work.line if work else None, how, quantity, unit, when.get(last), last)


def _when(session: Session, edges: list[int]) -> dict[int, datetime | date]:
    """When what each edge tells of was, as its order's event or the shop floor's record says."""
    found: dict[int, datetime | date] = {}
    for rows, moment, joined in (
        (
            _EVENTS,
            _EVENTS.c.at,
            (_EVENTS.c.order_number == _EDGES.c.order_number) & (_EVENTS.c.sequence == _EDGES.c.event),
        ),
        (_CONSUMED, _CONSUMED.c.at, _CONSUMED.c.id == _EDGES.c.source),
        (_SCRAPPED, _SCRAPPED.c.at, _SCRAPPED.c.id == _EDGES.c.source),
        (
            _DISPATCHES,
            _DISPATCHES.c.shipped_on,
            _EDGES.c.to_node == "dispatch:" + _DISPATCHES.c.number,
        ),
    ):
        query = select(_EDGES.c.id, moment).join(rows, joined).where(_EDGES.c.id.in_(edges))
        for edge, at in session.execute(query):
            found.setdefault(edge, at)
    return found
