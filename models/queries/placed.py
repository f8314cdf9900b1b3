"""What the orders of a work order took from it, drafts among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from models import drafts
from models.codec import load_order
from models.domain.job_changes import Placed, Step
from models.domain.still_ordered import still_ordered
from models.tables.orders import DraftLineRow, LineRow, OrderRow
from models.tables.types import table

_ORDERS, _LINES, _DRAFTED = table(OrderRow), table(LineRow), table(DraftLineRow)
_UNTOLD = "…"


def placed(session: Session, work_order: str, *, cleared: bool) -> list[Placed]:
    """By order, every operation of the work order on one that is not cancelled. Orders that only cleared people
    know of count without their number for the others."""
    mine = (select(each.c.order_number).where(each.c.work_order == work_order) for each in (_LINES, _DRAFTED))
    query = (
        select(_ORDERS)
        .where(or_(*(_ORDERS.c.number.in_(each) for each in mine)), _ORDERS.c.stage != "cancelled")
        .order_by(_ORDERS.c.number)
    )
    found = []
    for row in session.execute(query):
        name = row.number if cleared or not row.export_controlled else _UNTOLD
        found += [each for job, each in _on(row, name) if job == work_order]
    return found


def _on(row: Any, name: str) -> Iterator[tuple[str, Placed]]:
    """Work order and operation of every line of an order, or a draft."""
    if row.draft is not None:
        draft = drafts.of_row(row)
        for line in draft.lines:
            step = Step(line.operation, "outside", draft.process, draft.spec, draft.spec_revision)
            yield line.work_order, Placed(name, step, line.quantity)
    elif row.snapshot is not None:
        order = load_order(row.snapshot)
        for each in order.lines:
            step = Step(each.operation, "outside", order.process, order.spec, order.spec_revision)
            yield each.work_order, Placed(name, step, still_ordered(order, each))
