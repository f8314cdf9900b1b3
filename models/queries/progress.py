"""Work orders with those below them, or of a project, and how far they have come outside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import Session

from models.codec import load_order
from models.domain.order import Order
from models.domain.pieces import SENT
from models.domain.progress import Figures, LineProgress
from models.domain.quantities import ZERO
from models.queries.orders import Reader
from models.queries.upstream import handed_on
from models.tables.orders import LineRow, OrderRow, PiecesRow
from models.tables.parts import Part
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_JOBS = table(WorkOrder)
_PARTS = table(Part)
_ORDERS = table(OrderRow)
_LINES = table(LineRow)
_PIECES = table(PiecesRow)


@dataclass(frozen=True, slots=True)
class Member:
    """A work order of a family."""

    number: str
    parent: str | None
    type: str
    part: str
    revision: str
    quantity: Decimal
    unit: str
    due: date | None


def below(session: Session, reader: Reader, number: str) -> list[Member]:
    """A work order and all below it, as far as they exist for this reader, by their numbers."""
    return _family(session, reader, _JOBS.c.number == number)


def of_project(session: Session, reader: Reader, project: str) -> list[Member]:
    """The work orders of a project and all below them, as far as they exist for this reader."""
    return _family(session, reader, _JOBS.c.project == project)


def _family(session: Session, reader: Reader, root: ColumnElement[bool]) -> list[Member]:
    family = select(_JOBS.c.number).where(root).cte("family", recursive=True)
    family = family.union(select(_JOBS.c.number).join(family, _JOBS.c.parent == family.c.number))
    query = (
        select(_JOBS, _PARTS.c.uom)
        .join(family, family.c.number == _JOBS.c.number)
        .join(_PARTS, and_(_PARTS.c.number == _JOBS.c.part, _PARTS.c.revision == _JOBS.c.revision))
        .order_by(_JOBS.c.number)
    )
    if not reader.cleared:
        query = query.where(_PARTS.c.export_controlled.is_(False))
    return [
        Member(row.number, row.parent, row.type, row.part, row.revision, row.quantity, row.uom, row.due)
        for row in session.execute(query)
    ]


def lines_of(session: Session, reader: Reader, work_orders: Collection[str]) -> list[LineProgress]:
    """Every line of an issued order for these work orders, with where its pieces are."""
    query = (
        select(
            _LINES.c.order_number,
            _LINES.c.line,
            _LINES.c.work_order,
            _LINES.c.operation,
            _LINES.c.unit,
            _LINES.c.still_ordered,
            _ORDERS.c.process,
            *(_PIECES.c[bucket.value] for bucket in SENT),
        )
        .join(_ORDERS, _ORDERS.c.number == _LINES.c.order_number)
        .outerjoin(
            _PIECES, and_(_PIECES.c.order_number == _LINES.c.order_number, _PIECES.c.line == _LINES.c.line)
        )
        .where(_LINES.c.work_order.in_(work_orders))
        .order_by(_LINES.c.work_order, _LINES.c.operation, _LINES.c.order_number, _LINES.c.line)
    )
    if not reader.cleared:
        query = query.where(_ORDERS.c.export_controlled.is_(False))
    rows: dict[tuple[str, int], list[Any]] = {}
    for row in session.execute(query).mappings():
        rows.setdefault((row["order_number"], row["line"]), []).append(row)
    senders = {of for (of, _), lots in rows.items() if any(lot["forwarded"] for lot in lots)}
    counted = {at: (lots[0]["process"], lots[0]["unit"]) for at, lots in rows.items()}
    gone = handed_on(session, senders, counted)
    return [_line(lots, gone.get(at, ZERO)) for at, lots in rows.items()]


def orders_of(session: Session, numbers: Collection[str]) -> list[Order]:
    """The states of these orders."""
    query = select(_ORDERS.c.snapshot).where(_ORDERS.c.number.in_(numbers), _ORDERS.c.snapshot.is_not(None))
    return [load_order(snapshot) for snapshot in session.scalars(query.order_by(_ORDERS.c.number))]


def _line(lots: list[Any], handed_on: Decimal) -> LineProgress:
    """A line with a row for each lot that was sent on it, or one without pieces."""
    row = lots[0]
    held = {bucket.value: sum((lot[bucket.value] or ZERO for lot in lots), ZERO) for bucket in SENT}
    return LineProgress(
        work_order=row["work_order"],
        operation=row["operation"],
        order=row["order_number"],
        process=row["process"],
        unit=row["unit"],
        figures=Figures(
            ordered=row["still_ordered"],
            sent=sum(held.values(), ZERO),
            accepted=held["accepted"],
            pending=held["pending"],
            rejected=held["rejected"],
            scrapped=held["scrapped"],
            lost=held["lost"],
            test_consumed=held["test_consumed"],
            forwarded=held["forwarded"],
        ),
        handed_on=handed_on,
    )
