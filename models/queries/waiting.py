"""What operations wait for: pieces that the operation before is done with, as far as they are still here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select
from sqlmodel import Session

from models.domain.quantities import ZERO
from models.domain.upstream import Upstream, before
from models.domain.worked import History, Step, Way, worked
from models.queries.upstream import ordered
from models.queries.worked import history
from models.tables.lots import Lot
from models.tables.orders import EdgeRow, LineRow, OrderRow, PiecesRow
from models.tables.shop_floor import ConsumptionRow
from models.tables.types import table

_EDGES, _LINES, _ORDERS, _PIECES = table(EdgeRow), table(LineRow), table(OrderRow), table(PiecesRow)
_LOTS, _USED = table(Lot), table(ConsumptionRow)


def upstream(session: Session, lines: Mapping[int, tuple[str, int]], *, cleared: bool) -> dict[int, Upstream]:
    """Of lines given with work order and operation those that wait for an operation before them."""
    known = ordered(session, {work_order for work_order, _ in lines.values()}, cleared=cleared)
    found = {
        line: before(operation, known.get(work_order, ())) for line, (work_order, operation) in lines.items()
    }
    wanted = {
        (lines[line][0], waits.operation)
        for line, waits in found.items()
        if waits is not None and waits.usable
    }
    here = {at: _still_here(session, *at) for at in sorted(wanted)}
    return {
        line: replace(waits, here=here.get((lines[line][0], waits.operation)))
        for line, waits in found.items()
        if waits is not None
    }


def _still_here(session: Session, work_order: str, operation: int) -> Decimal:
    """At most so many of the pieces the operation is done with are on our shelf: those in its lots, and what came
    back from later operations in theirs. What was accepted without a lot, and what the job itself used of
    these lots, is taken to be here: as other lots, under names nobody tied to it."""
    rows = session.execute(
        select(
            _PIECES.c.order_number,
            _PIECES.c.line,
            _PIECES.c.lot,
            _PIECES.c.accepted,
            _LINES.c.operation,
            _ORDERS.c.process,
            _ORDERS.c.type,
        )
        .join(_LINES, and_(_LINES.c.order_number == _PIECES.c.order_number, _LINES.c.line == _PIECES.c.line))
        .join(_ORDERS, _ORDERS.c.number == _LINES.c.order_number)
        .where(_LINES.c.work_order == work_order, _LINES.c.operation >= operation)
    ).all()
    lots = _came_as(session, rows)
    told = history(session, lots.keys(), cleared=True) if lots else History({})
    steps = {Step(work_order, row.operation, row.process, row.type) for row in rows}
    shelf = sum((min(some, _done(some, told, lot, steps)) for lot, some in lots.items()), ZERO)
    accepted = sum((row.accepted for row in rows if row.operation == operation), ZERO)
    return (
        shelf
        + _used(session, work_order, lots)
        + max(ZERO, accepted - _named(told, lots, work_order, operation))
    )


def _came_as(session: Session, rows: Iterable[Any]) -> dict[str, Decimal]:
    """By lot in which pieces of these lines were booked in, what is on hand of it."""
    nodes = [f"order:{row.order_number}:{row.line}:{row.lot}" for row in rows if row.lot]
    named = select(_EDGES.c.to_node).where(
        _EDGES.c.from_node.in_(nodes), _EDGES.c.how == "process", _EDGES.c.to_node.startswith("lot:")
    )
    names = {node.removeprefix("lot:") for node in session.scalars(named.distinct())}
    query = select(_LOTS.c.number, _LOTS.c.on_hand).where(_LOTS.c.number.in_(names))
    return {row.number: row.on_hand for row in session.execute(query)}


def _done(here: Decimal, told: History, lot: str, steps: Collection[Step]) -> Decimal:
    """A piece that several of the operations are done with may be counted by each: more than is there is cut off."""
    return sum((worked(here, told.of(lot), step).done for step in steps), ZERO)


def _named(told: History, lots: Collection[str], work_order: str, operation: int) -> Decimal:
    """How many pieces the operation was accepted for under the name of a lot."""
    found = ZERO
    for each in (passage for lot in lots for passage in told.of(lot)):
        if each.step is not None and (each.step.work_order, each.step.operation) == (work_order, operation):
            sign = {Way.ACCEPTED: 1, Way.DOUBTED: -1}.get(each.way, 0)
            found += sign * each.quantity
    return found


def _used(session: Session, work_order: str, lots: Collection[str]) -> Decimal:
    query = select(func.sum(_USED.c.quantity)).where(
        _USED.c.work_order == work_order, _USED.c.lot.in_(lots), _USED.c.reversed_at.is_(None)
    )
    return session.scalar(query) or ZERO
