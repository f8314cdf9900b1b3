"""Sales-order lines and suggestions for stock into work orders, in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models import picking
from models.calendars import plant_calendar
from models.domain.calendar import WorkingCalendar
from models.domain.demand import (
    JOB_SERIES,
    Around,
    ForLine,
    ForStock,
    NewJob,
    Position,
    SalesLine,
    Suggestion,
    converted,
    job_number,
    start_for,
    suggestion,
)
from models.domain.errors import Invalid
from models.queries import demand
from models.queries.orders import Reader
from models.tables.demand import Routing, WorkOrderDemand
from models.tables.orders import OrderSeries
from models.tables.plants import Plant
from models.tables.work_orders import Operation, WorkOrder

_HORIZON = timedelta(days=5 * 366)
Wanted = Sequence[ForLine | ForStock]


@dataclass(frozen=True, slots=True)
class Made:
    """A work order that was made, what it is for, and how many operations it has."""

    work_order: WorkOrder
    job: NewJob
    operations: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """A sales-order line nobody makes all of, with the day on which work on it is to begin."""

    line: SalesLine
    start: date


def lines(session: Session, reader: Reader, plant: str, now: datetime, **which: object) -> list[Proposed]:
    """As `models.queries.demand.sales_lines`, each with the start that is proposed for it."""
    calendar, today = _days(session, plant, now)
    found = demand.sales_lines(session, reader, **which)  # type: ignore[arg-type]
    return [Proposed(line, start_for(line.due, line.lead_days, calendar, today)) for line in found]


def suggestions(session: Session, reader: Reader, plant: str, now: datetime) -> list[Suggestion]:
    """What is to be made for stock, as things stand."""
    calendar, today = _days(session, plant, now)
    found = (suggestion(each, calendar, today) for each in demand.positions(session, reader))
    return [each for each in found if each is not None]


def make(
    session: Session, reader: Reader, wanted: Wanted, plant: str, now: datetime, *, confirmed: bool = False
) -> list[Made]:
    """Saves the work orders a selection becomes with their routings and picking lists, all of them or none;
    more than is left or needed only when somebody `confirmed` that.
    Of two that select the same line or suggestion at once, the second is refused with the first one's work
    order."""
    calendar, today = _days(session, plant, now)
    wanted = [_with_revision(session, each) for each in wanted]
    named = {(each.sales_order, each.line) for each in wanted if isinstance(each, ForLine)}
    parts = {(each.part, each.revision) for each in wanted if isinstance(each, ForStock)}
    demand.lock_lines(session, {number for number, _ in named})
    demand.lock_parts(session, parts)
    known = {(each.sales_order, each.line): each for each in demand.sales_lines(session, reader, only=named)}
    stock: dict[tuple[str, str], Position] = {
        (each.part, each.revision): each for each in demand.positions(session, reader, parts)
    }
    jobs = converted(wanted, Around(known, stock, calendar, today), confirmed=confirmed)
    made = [_made(session, job, now) for job in jobs]
    picking.propose(session, [each.work_order for each in made])
    return made


def _with_revision(session: Session, each: ForLine | ForStock) -> ForLine | ForStock:
    if isinstance(each, ForLine) or each.revision:
        return each
    return ForStock(each.part, demand.stocked_revision(session, each.part), each.quantity, each.start)


def _days(session: Session, code: str, now: datetime) -> tuple[WorkingCalendar, date]:
    """The plant's working days, and what day it is there. Raises `Invalid`."""
    plant = session.get(Plant, code)
    if plant is None:
        raise Invalid(
            "plant.unknown",
            "There is no plant {plant}. Create it first or correct the name.",
            field="plant",
            plant=code,
        )
    today = now.astimezone(ZoneInfo(plant.timezone)).date()
    return plant_calendar(session, plant, today - _HORIZON, today + _HORIZON), today


def _made(session: Session, job: NewJob, now: datetime) -> Made:
    line = job.line
    work_order = WorkOrder(
        number=_next_number(session, job.type, now.year),
        type=job.type,
        part=job.part,
        revision=job.revision,
        quantity=job.quantity,
        start=job.start,
        due=job.due,
        customer=line.customer if line else None,
        customer_order=line.sales_order if line else None,
        created_at=now,
    )
    session.add(work_order)
    # Everything else points at it.
    session.flush()
    if line is not None:
        session.add(
            WorkOrderDemand(
                work_order=work_order.number,
                sales_order=line.sales_order,
                line=line.line,
                quantity=job.quantity,
            )
        )
    routing = session.get(Routing, (job.part, job.revision))
    steps = routing.operations if routing is not None else []
    session.add_all(Operation(work_order=work_order.number, **step) for step in steps)
    session.flush()
    return Made(work_order, job, len(steps))


def _next_number(session: Session, order_type: str, year: int) -> str:
    """The next free number of the series. Its row is locked until the caller commits; a number somebody
    typed in by hand is passed over."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    last = col(OrderSeries.last)
    count_up = (
        insert(OrderSeries)
        .values(series=JOB_SERIES[order_type], year=year, last=1)
        .on_conflict_do_update(index_elements=["series", "year"], set_={"last": last + 1})
        .returning(last)
    )
    while True:
        number = job_number(order_type, year, session.execute(count_up).scalar_one())
        if session.get(WorkOrder, number) is None:
            return number
