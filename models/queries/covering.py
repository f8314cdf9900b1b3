"""Which orders cover an operation of a work order and how much of it, drafts among them."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, or_, select
from sqlmodel import Session

from models.domain.covering import Cover, Covered, of_a_job
from models.domain.quantities import ZERO
from models.queries.demand import most_made
from models.tables.orders import DraftLineRow, LineRow, OrderRow
from models.tables.shop_floor import OutputRow
from models.tables.types import Exact, table
from models.tables.work_orders import Operation, WorkOrder

_OPERATIONS = table(Operation)
_JOBS = table(WorkOrder)
_ORDERS = table(OrderRow)
_LINES = table(LineRow)
_DRAFTED = table(DraftLineRow)
_OUTPUTS = table(OutputRow)


def covering(
    session: Session, work_orders: Collection[str], *, cleared: bool = True
) -> dict[tuple[str, int], Covered]:
    """By work order and operation, those of which nothing is ordered or missing left out. Without `cleared` orders
    that only cleared people know of are not named; their pieces count all the same."""
    found: dict[str, dict[int, list[Cover]]] = {}
    if not work_orders:
        return {}
    for lines in (_LINES, _DRAFTED):
        draft = lines is _DRAFTED
        some = (lines.c.quantity,) if draft else (lines.c.still_ordered, lines.c.gone)
        query = (
            select(
                lines.c.work_order,
                lines.c.operation,
                lines.c.order_number,
                _ORDERS.c.export_controlled,
                _ORDERS.c.flags,
                *some,
            )
            .join(_ORDERS, _ORDERS.c.number == lines.c.order_number)
            .where(lines.c.work_order.in_(work_orders))
        )
        for row in session.execute(query):
            cover = Cover(
                row.order_number,
                row.quantity if draft else row.still_ordered,
                named=cleared or not row.export_controlled,
                gone=ZERO if draft else row.gone,
                draft=draft,
                cancelling="cancelling" in row.flags,
            )
            found.setdefault(row.work_order, {}).setdefault(row.operation, []).append(cover)
    # What the shop made matters only where something of it is gone.
    lossy = {job for job, at in found.items() if any(each.gone for covers in at.values() for each in covers)}
    made = most_made(session, lossy) if lossy else {}
    steps = _steps(session, lossy) if lossy else {}
    return {
        (job, operation): each
        for job, at in found.items()
        for operation, each in of_a_job(steps.get(job, ()), at, made.get(job, ZERO)).items()
    }


def _steps(session: Session, work_orders: Collection[str]) -> dict[str, list[int]]:
    query = select(_OPERATIONS.c.work_order, _OPERATIONS.c.sequence).where(
        _OPERATIONS.c.work_order.in_(work_orders), _OPERATIONS.c.kind == "outside"
    )
    found: dict[str, list[int]] = {}
    for row in session.execute(query):
        found.setdefault(row.work_order, []).append(row.sequence)
    return found


def uncovered(*, by_drafts: bool) -> ColumnElement[bool]:
    """Whether something of the row of `operation` in a query is still to be ordered, as `Covered.left` says it; with
    `by_drafts` what is in a draft is not."""
    issued, gone = _sum(_LINES, _LINES.c.still_ordered), _sum(_LINES, _LINES.c.gone)
    some = issued + _sum(_DRAFTED, _DRAFTED.c.quantity) if by_drafts else issued
    # Cheap, and false of nearly all: what follows is looked at for the others only.
    return and_(
        _JOBS.c.quantity > some - gone, or_(_JOBS.c.quantity > some + _missing(), _made(some), _had(some))
    )


def _missing() -> ColumnElement[Decimal]:
    """What is gone for good before the operation."""
    before = and_(_LINES.c.work_order == _JOBS.c.number, _LINES.c.operation < _OPERATIONS.c.sequence)
    whole = select(func.sum(_LINES.c.gone)).where(before).correlate(_JOBS, _OPERATIONS)
    return func.coalesce(whole.scalar_subquery(), ZERO, type_=Exact)


def _made(some: ColumnElement[Decimal]) -> ColumnElement[bool]:
    """More came out of one of the work order's operations than is covered here or missing."""
    outputs = (
        select(_OUTPUTS.c.operation)
        .where(_OUTPUTS.c.work_order == _JOBS.c.number, _OUTPUTS.c.reversed_at.is_(None))
        .group_by(_OUTPUTS.c.operation)
        .having(func.sum(_OUTPUTS.c.quantity) > some + _missing())
        .correlate(_JOBS, _OPERATIONS)
    )
    return exists(outputs)


def _had(some: ColumnElement[Decimal]) -> ColumnElement[bool]:
    """Orders have more at an earlier operation than is covered here or missing since."""
    earlier, since = _LINES.alias(), _LINES.alias()
    missing = (
        select(func.sum(since.c.gone))
        .where(
            since.c.work_order == _JOBS.c.number,
            since.c.operation >= earlier.c.operation,
            since.c.operation < _OPERATIONS.c.sequence,
        )
        .correlate(_JOBS, _OPERATIONS, earlier)
    )
    lines = (
        select(earlier.c.operation)
        .where(earlier.c.work_order == _JOBS.c.number, earlier.c.operation < _OPERATIONS.c.sequence)
        .group_by(earlier.c.operation)
        .having(func.sum(earlier.c.still_ordered) > some + missing.scalar_subquery())
        .correlate(_JOBS, _OPERATIONS)
    )
    return exists(lines)


def _sum(lines: FromClause, some: ColumnElement[Decimal]) -> ColumnElement[Decimal]:
    whole = (
        select(func.sum(some))
        .where(lines.c.work_order == _OPERATIONS.c.work_order, lines.c.operation == _OPERATIONS.c.sequence)
        .correlate(_JOBS, _OPERATIONS)
    )
    return func.coalesce(whole.scalar_subquery(), ZERO, type_=Exact)
