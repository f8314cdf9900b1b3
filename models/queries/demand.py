"""What customers want and what stock needs, with what there is and what is coming."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from models.domain.demand import Job, LineKey, PartKey, Position, SalesLine, coming
from models.domain.pieces import OUT, SENT, Bucket
from models.domain.quantities import ZERO
from models.queries import planned
from models.queries.deliveries import gone, has
from models.queries.orders import Reader
from models.queries.picking import shelf
from models.tables.demand import SalesOrder, SalesOrderLine, WorkOrderDemand
from models.tables.orders import LineRow, PiecesRow
from models.tables.parts import Part
from models.tables.shop_floor import OutputRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_ORDERS, _LINES = table(SalesOrder), table(SalesOrderLine)
_MADE, _PARTS, _JOBS = table(WorkOrderDemand), table(Part), table(WorkOrder)
_OUTSIDE_LINES, _PIECES, _OUTPUTS = table(LineRow), table(PiecesRow), table(OutputRow)
_COMING = (*OUT, Bucket.PENDING)


def lines_of(session: Session, numbers: Collection[str]) -> dict[str, list[SalesOrderLine]]:
    """The lines of each sales order, in their sequence."""
    found: dict[str, list[SalesOrderLine]] = {number: [] for number in numbers}
    query = rows_of(SalesOrderLine).where(col(SalesOrderLine.sales_order).in_(numbers))
    for line in session.exec(query.order_by(col(SalesOrderLine.sales_order), col(SalesOrderLine.line))):
        found[line.sales_order].append(line)
    return found


def lock_lines(session: Session, numbers: Collection[str]) -> None:
    """Keeps two that make the same lines, or change them, apart; always in the same sequence."""
    query = select(_LINES.c.line).where(_LINES.c.sales_order.in_(sorted(numbers)))
    session.execute(query.order_by(_LINES.c.sales_order, _LINES.c.line).with_for_update()).all()


def lock_parts(session: Session, wanted: Collection[PartKey]) -> None:
    """Keeps two that make the same parts for stock apart."""
    keys = tuple_(_PARTS.c.number, _PARTS.c.revision)
    query = select(_PARTS.c.number).where(keys.in_(sorted(wanted)))
    session.execute(query.order_by(_PARTS.c.number, _PARTS.c.revision).with_for_update()).all()


def work_orders_for(session: Session, numbers: Collection[str]) -> dict[LineKey, tuple[str, ...]]:
    """Which work orders were made for the lines of these sales orders."""
    query = select(_MADE).where(_MADE.c.sales_order.in_(numbers)).order_by(_MADE.c.work_order)
    found: dict[LineKey, tuple[str, ...]] = {}
    for row in session.execute(query):
        at = (row.sales_order, row.line)
        found[at] = (*found.get(at, ()), row.work_order)
    return found


def made_for(session: Session, work_order: str) -> dict[str, Any] | None:
    """The sales-order line a work order was made for; None for any other."""
    row = session.execute(select(_MADE).where(_MADE.c.work_order == work_order)).mappings().first()
    return {name: row[name] for name in ("sales_order", "line", "quantity")} if row is not None else None


def sales_lines(
    session: Session,
    reader: Reader,
    *,
    only: Collection[LineKey] | None = None,
    q: str = "",
    start: int = 0,
    limit: int | None = None,
    every: bool = False,
) -> list[SalesLine]:
    """Sales-order lines as far as they exist for this reader, the first due first: those of `only`, or those
    nobody makes all of yet, or with `every` all."""
    made = (
        select(_MADE.c.sales_order, _MADE.c.line, func.sum(_MADE.c.quantity).label("made"))
        .group_by(_MADE.c.sales_order, _MADE.c.line)
        .subquery()
    )
    took = gone()
    query = (
        select(_LINES, _ORDERS.c.customer, _PARTS.c.uom, _PARTS.c.lead_days, made.c.made)
        .add_columns(has(took).label("has"))
        .join(_ORDERS, _ORDERS.c.number == _LINES.c.sales_order)
        .join(_PARTS, _its_part())
        .outerjoin(made, and_(made.c.sales_order == _LINES.c.sales_order, made.c.line == _LINES.c.line))
        .outerjoin(took, and_(took.c.sales_order == _LINES.c.sales_order, took.c.line == _LINES.c.line))
        .order_by(_LINES.c.due, _LINES.c.sales_order, _LINES.c.line)
    )
    if only is not None:
        query = query.where(tuple_(_LINES.c.sales_order, _LINES.c.line).in_(sorted(only)))
    elif not every:
        query = query.where(
            _LINES.c.quantity > has(took), _LINES.c.quantity > func.coalesce(made.c.made, ZERO)
        )
    for word in q.split():
        query = query.where(
            or_(
                *(
                    column.icontains(word, autoescape=True)
                    for column in (_LINES.c.sales_order, _LINES.c.part, _ORDERS.c.customer)
                )
            )
        )
    if not reader.cleared:
        query = query.where(_PARTS.c.export_controlled.is_(False))
    rows = session.execute(query.offset(start).limit(limit)).all()
    jobs = work_orders_for(session, {row.sales_order for row in rows})
    return [
        SalesLine(
            sales_order=row.sales_order,
            line=row.line,
            customer=row.customer,
            part=row.part,
            revision=row.revision,
            unit=row.uom,
            quantity=row.quantity,
            due=row.due,
            delivered=row.has,
            made=row.made or ZERO,
            work_orders=jobs.get((row.sales_order, row.line), ()),
            lead_days=row.lead_days or 0,
        )
        for row in rows
    ]


def positions(session: Session, reader: Reader, only: Collection[PartKey] | None = None) -> list[Position]:
    """How every part revision with a safety stock stands, as far as it exists for this reader; of `only`."""
    query = select(_PARTS).where(_PARTS.c.safety_stock.is_not(None))
    if only is not None:
        query = query.where(tuple_(_PARTS.c.number, _PARTS.c.revision).in_(sorted(only)))
    if not reader.cleared:
        query = query.where(_PARTS.c.export_controlled.is_(False))
    rows = session.execute(query.order_by(_PARTS.c.number, _PARTS.c.revision)).all()
    keys = {(row.number, row.revision) for row in rows}
    stock = shelf(session, {number for number, _ in keys}, sendable=False)
    jobs = _jobs(session, keys)
    wanted = _wanted(session, keys)
    return [
        Position(
            part=row.number,
            revision=row.revision,
            unit=row.uom,
            safety_stock=row.safety_stock,
            on_hand=sum(
                (
                    lot.free
                    for lot in stock.get(row.number, ())
                    if lot.unit == row.uom and lot.revision in (None, row.revision)
                ),
                ZERO,
            ),
            coming={job.number: coming(job) for job in jobs.get((row.number, row.revision), ())},
            wanted=tuple(wanted.get((row.number, row.revision), ())),
            lot_multiple=row.lot_multiple,
            lead_days=row.lead_days or 0,
        )
        for row in rows
    ]


def stocked_revision(session: Session, part: str) -> str:
    """The latest revision of a part that has a safety stock; empty when none has."""
    query = select(_PARTS.c.revision).where(_PARTS.c.number == part, _PARTS.c.safety_stock.is_not(None))
    return session.scalar(query.order_by(_PARTS.c.created_at.desc(), _PARTS.c.revision.desc()).limit(1)) or ""


def _its_part() -> ColumnElement[bool]:
    return and_(_PARTS.c.number == _LINES.c.part, _PARTS.c.revision == _LINES.c.revision)


def _wanted(session: Session, parts: Collection[PartKey]) -> dict[PartKey, list[tuple[Any, Decimal]]]:
    took = gone()
    query = (
        select(_LINES, has(took).label("has"))
        .outerjoin(took, and_(took.c.sales_order == _LINES.c.sales_order, took.c.line == _LINES.c.line))
        .where(tuple_(_LINES.c.part, _LINES.c.revision).in_(sorted(parts)), _LINES.c.quantity > has(took))
    )
    found: dict[PartKey, list[tuple[Any, Decimal]]] = {}
    for row in session.execute(query.order_by(_LINES.c.due)):
        found.setdefault((row.part, row.revision), []).append((row.due, row.quantity - row.has))
    return found


def _jobs(session: Session, parts: Collection[PartKey]) -> dict[PartKey, list[Job]]:
    """The work orders of these parts, with where their pieces are."""
    keys = tuple_(_JOBS.c.part, _JOBS.c.revision)
    rows = session.execute(select(_JOBS).where(keys.in_(sorted(parts))).order_by(_JOBS.c.number)).all()
    numbers = [row.number for row in rows]
    made = most_made(session, numbers)
    taken, out = _pieces(session, numbers)
    on_shelf = planned.of_jobs(session, numbers)
    found: dict[PartKey, list[Job]] = {}
    for row in rows:
        job = Job(
            number=row.number,
            quantity=row.quantity,
            made=made.get(row.number, ZERO),
            sent=taken.get(row.number, ZERO),
            out=out.get(row.number, ZERO),
            planned=on_shelf.get(row.number, ZERO),
        )
        found.setdefault((row.part, row.revision), []).append(job)
    return found


def most_made(session: Session, jobs: Collection[str]) -> dict[str, Decimal]:
    """By work order the most that came out of one of its operations."""
    query = select(
        _OUTPUTS.c.work_order, _OUTPUTS.c.operation, func.sum(_OUTPUTS.c.quantity).label("made")
    ).where(_OUTPUTS.c.work_order.in_(jobs), _OUTPUTS.c.reversed_at.is_(None))
    found: dict[str, Decimal] = {}
    for row in session.execute(query.group_by(_OUTPUTS.c.work_order, _OUTPUTS.c.operation)):
        found[row.work_order] = max(found.get(row.work_order, ZERO), row.made)
    return found


def _pieces(session: Session, jobs: Collection[str]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """By work order the most that went out for one operation, and all that is still to come back."""
    query = (
        select(
            _OUTSIDE_LINES.c.work_order,
            _OUTSIDE_LINES.c.operation,
            *(_PIECES.c[bucket.value] for bucket in SENT),
        )
        .join(
            _PIECES,
            and_(
                _PIECES.c.order_number == _OUTSIDE_LINES.c.order_number,
                _PIECES.c.line == _OUTSIDE_LINES.c.line,
            ),
        )
        .where(_OUTSIDE_LINES.c.work_order.in_(jobs))
    )
    by_operation: dict[tuple[str, int], Decimal] = {}
    out: dict[str, Decimal] = {}
    for row in session.execute(query).mappings():
        pieces: dict[Bucket, Decimal] = {bucket: row[bucket.value] for bucket in SENT}
        some = sum(pieces.values(), ZERO) - pieces[Bucket.RETURNED_UNPROCESSED]
        at = (row["work_order"], row["operation"])
        by_operation[at] = by_operation.get(at, ZERO) + some
        coming_back = sum((pieces[bucket] for bucket in _COMING), ZERO)
        out[row["work_order"]] = out.get(row["work_order"], ZERO) + coming_back
    taken: dict[str, Decimal] = {}
    for (job, _), some in by_operation.items():
        taken[job] = max(taken.get(job, ZERO), some)
    return taken, out
