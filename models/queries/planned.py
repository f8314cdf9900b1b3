"""What open orders, drafts among them, are going to send of our lots: what was not sent yet, and what came back as it
went."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session

from models.codec import load_order
from models.domain.identifiers import Kind
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, key, line_of, lot_of, sent
from models.domain.quantities import ZERO
from models.domain.sendable import came_back
from models.tables.orders import DraftLineRow, IdentifierRow, LineRow, OrderRow
from models.tables.types import table
from models.tables.work_orders import Operation

_ORDERS, _IDENTIFIERS = table(OrderRow), table(IdentifierRow)
_LINES, _DRAFTED, _OPERATIONS = table(LineRow), table(DraftLineRow), table(Operation)


@dataclass(frozen=True, slots=True)
class Plan:
    """So much of a lot, by an order, for an operation of a work order."""

    order: str
    work_order: str
    operation: int
    lot: str
    quantity: Decimal


def of_lots(session: Session, lots: Collection[str]) -> dict[str, Decimal]:
    """Of each lot."""
    found: dict[str, Decimal] = {}
    for plan in plans_of(session, lots):
        found[plan.lot] = found.get(plan.lot, ZERO) + plan.quantity
    return found


def plans_of(session: Session, lots: Collection[str]) -> Iterable[Plan]:
    """Everything that open orders which have to do with these lots are going to send."""
    numbers = select(_IDENTIFIERS.c.order_number).where(
        _IDENTIFIERS.c.kind == Kind.LOT.value, _IDENTIFIERS.c.value.in_(lots)
    )
    return _plans(session, _ORDERS.c.number.in_(numbers.distinct()))


def of_jobs(session: Session, jobs: Collection[str]) -> dict[str, Decimal]:
    """For the first outside operation of each work order."""
    first = {
        row.work_order: row.first
        for row in session.execute(
            select(_OPERATIONS.c.work_order, func.min(_OPERATIONS.c.sequence).label("first"))
            .where(_OPERATIONS.c.work_order.in_(jobs), _OPERATIONS.c.kind == "outside")
            .group_by(_OPERATIONS.c.work_order)
        )
    }
    theirs = or_(
        *(
            _ORDERS.c.number.in_(select(lines.c.order_number).where(lines.c.work_order.in_(jobs)))
            for lines in (_LINES, _DRAFTED)
        )
    )
    found: dict[str, Decimal] = {}
    for plan in _plans(session, theirs):
        if first.get(plan.work_order) == plan.operation:
            found[plan.work_order] = found.get(plan.work_order, ZERO) + plan.quantity
    return found


def _plans(session: Session, which: ColumnElement[bool]) -> Iterable[Plan]:
    query = select(_ORDERS.c.number, _ORDERS.c.draft, _ORDERS.c.snapshot).where(
        which, _ORDERS.c.ended_at.is_(None)
    )
    for row in session.execute(query):
        yield from _drafted(row.number, row.draft) if row.snapshot is None else _issued(row.snapshot)


def _drafted(number: str, draft: Any) -> Iterable[Plan]:
    for line in draft["lines"]:
        for lot, some in line["lots"]:
            yield Plan(number, line["work_order"], line["operation"], lot, Decimal(str(some)))


def _issued(snapshot: Any) -> Iterable[Plan]:
    order = load_order(snapshot)
    for line in order.lines:
        going: dict[str, Decimal] = {}
        for planned in line.lots:
            gone = sent(order.stock.get(key(line.line, planned.lot), {}))
            if not line.short_closed and planned.quantity > gone:
                going[planned.lot] = planned.quantity - gone
        for lot, again in _again(order, line):
            going[lot] = going.get(lot, ZERO) + again
        for lot, some in going.items():
            yield Plan(order.number, line.work_order, line.operation, lot, some)


def _again(order: Order, line: Line) -> Iterable[tuple[str, Decimal]]:
    """By lot, what came back as it went and is to be sent once more."""
    left = came_back(order, line)
    for at, pieces in order.stock.items():
        some = min(left, pieces.get(Bucket.RETURNED_UNPROCESSED, ZERO)) if line_of(at) == line.line else ZERO
        if some and lot_of(at):
            left -= some
            yield lot_of(at), some
