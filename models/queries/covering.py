"""Which orders cover an operation of a work order and how much of it, drafts among them."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import ColumnElement, FromClause, func, select
from sqlmodel import Session

from models.domain.covering import Cover, Covered, covered
from models.domain.quantities import ZERO
from models.tables.orders import DraftLineRow, LineRow, OrderRow
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder

_OPERATIONS = table(Operation)
_JOBS = table(WorkOrder)
_ORDERS = table(OrderRow)
_LINES = table(LineRow)
_DRAFTED = table(DraftLineRow)


def covering(
    session: Session, work_orders: Collection[str], *, cleared: bool = True
) -> dict[tuple[str, int], Covered]:
    """By work order and operation. Without `cleared` orders that only cleared people know of are not named; their
    pieces count all the same."""
    found: dict[tuple[str, int], list[Cover]] = {}
    if not work_orders:
        return {}
    for lines, some in ((_LINES, _LINES.c.still_ordered), (_DRAFTED, _DRAFTED.c.quantity)):
        query = (
            select(
                lines.c.work_order,
                lines.c.operation,
                lines.c.order_number,
                some.label("some"),
                _ORDERS.c.export_controlled,
            )
            .join(_ORDERS, _ORDERS.c.number == lines.c.order_number)
            .where(lines.c.work_order.in_(work_orders))
        )
        for row in session.execute(query):
            cover = Cover(row.order_number, row.some, cleared or not row.export_controlled)
            found.setdefault((row.work_order, row.operation), []).append(cover)
    return {at: covered(covers) for at, covers in found.items()}


def uncovered(*, by_drafts: bool) -> ColumnElement[bool]:
    """Whether something of the row of `operation` in a query is still to be ordered; with `by_drafts` what is in a
    draft is not."""
    issued = _sum(_LINES, _LINES.c.still_ordered)
    if not by_drafts:
        return _JOBS.c.quantity > issued
    return _JOBS.c.quantity > issued + _sum(_DRAFTED, _DRAFTED.c.quantity)


def _sum(lines: FromClause, some: ColumnElement[Decimal]) -> ColumnElement[Decimal]:
    whole = select(func.sum(some)).where(
        lines.c.work_order == _OPERATIONS.c.work_order, lines.c.operation == _OPERATIONS.c.sequence
    )
    return func.coalesce(whole.scalar_subquery(), ZERO)
