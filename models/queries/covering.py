"""Which orders cover an operation of a work order, drafts among them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Session

from models.tables.orders import DraftLineRow, LineRow, OrderRow
from models.tables.types import table
from models.tables.work_orders import Operation

_OPERATIONS = table(Operation)
_ORDERS = table(OrderRow)
_LINES = table(LineRow)
_DRAFTED = table(DraftLineRow)


def covering(
    session: Session, work_orders: Collection[str], *, cleared: bool = True
) -> dict[tuple[str, int], list[str]]:
    """Work order and operation -> the numbers of the orders that cover it; cancelled ones do not. Without
    `cleared` those that only cleared people know of are left out."""
    found: dict[tuple[str, int], list[str]] = {}
    if not work_orders:
        return found
    for lines in (_LINES, _DRAFTED):
        query = (
            select(lines.c.work_order, lines.c.operation, lines.c.order_number)
            .join(_ORDERS, _ORDERS.c.number == lines.c.order_number)
            .where(lines.c.work_order.in_(work_orders), _ORDERS.c.stage != "cancelled")
            .order_by(lines.c.order_number)
        )
        if not cleared:
            query = query.where(_ORDERS.c.export_controlled.is_(False))
        for row in session.execute(query):
            numbers = found.setdefault((row.work_order, row.operation), [])
            if row.order_number not in numbers:
                numbers.append(row.order_number)
    return found


def covered(*, by_drafts: bool) -> ColumnElement[bool]:
    """Whether an order covers the row of `operation` in a query; with `by_drafts` a draft is enough."""
    issued = exists().where(
        _LINES.c.work_order == _OPERATIONS.c.work_order,
        _LINES.c.operation == _OPERATIONS.c.sequence,
        _ORDERS.c.number == _LINES.c.order_number,
        _ORDERS.c.stage != "cancelled",
    )
    if not by_drafts:
        return issued
    drafted = exists().where(
        _DRAFTED.c.work_order == _OPERATIONS.c.work_order,
        _DRAFTED.c.operation == _OPERATIONS.c.sequence,
    )
    return or_(issued, drafted)
