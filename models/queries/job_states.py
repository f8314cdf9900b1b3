"""How work orders stand: of some of them, how many are in each state, and those that are in one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlmodel import Session

from models.domain.job_state import JobState, job_state
from models.domain.quantities import ZERO
from models.tables.orders import LineRow, PiecesRow
from models.tables.shop_floor import ConsumptionRow, OutputRow
from models.tables.types import Exact, table
from models.tables.work_orders import Operation, WorkOrder

_JOBS, _STEPS = table(WorkOrder), table(Operation)
_LINES, _PIECES = table(LineRow), table(PiecesRow)
_USED, _MADE = table(ConsumptionRow), table(OutputRow)

_MINE = _LINES.c.work_order == _JOBS.c.number
_THERE = and_(_PIECES.c.order_number == _LINES.c.order_number, _PIECES.c.line == _LINES.c.line)
_LAST = (
    select(func.max(_STEPS.c.sequence))
    .where(_STEPS.c.work_order == _JOBS.c.number)
    .correlate(_JOBS)
    .scalar_subquery()
)
_BEGUN = or_(
    exists().where(_MINE, _THERE).correlate(_JOBS),
    *(
        exists().where(each.c.work_order == _JOBS.c.number, each.c.reversed_at.is_(None)).correlate(_JOBS)
        for each in (_USED, _MADE)
    ),
)
_ENDS_OUTSIDE = (
    exists()
    .where(_STEPS.c.work_order == _JOBS.c.number, _STEPS.c.sequence == _LAST, _STEPS.c.kind == "outside")
    .correlate(_JOBS)
)
_ACCEPTED = (
    select(func.coalesce(func.sum(_PIECES.c.accepted), ZERO, type_=Exact))
    .where(_MINE, _THERE, _LINES.c.operation == _LAST)
    .correlate(_JOBS)
    .scalar_subquery()
)
# An output that names no operation came out of the job.
_CAME_OUT = (
    select(func.coalesce(func.sum(_MADE.c.quantity), ZERO, type_=Exact))
    .where(
        _MADE.c.work_order == _JOBS.c.number,
        _MADE.c.reversed_at.is_(None),
        or_(_MADE.c.operation.is_(None), _MADE.c.operation == _LAST),
    )
    .correlate(_JOBS)
    .scalar_subquery()
)
_FINISHED = case((_ENDS_OUTSIDE, _ACCEPTED), else_=_CAME_OUT)
# As the rule of the domain says it, for lists and counts.
_STATE: ColumnElement[str] = case(
    (~_BEGUN, JobState.OPEN.value),
    (_JOBS.c.quantity <= _FINISHED, JobState.DONE.value),
    else_=JobState.IN_WORK.value,
)


def states(session: Session, numbers: Collection[str]) -> dict[str, JobState]:
    """By work order."""
    query = select(
        _JOBS.c.number, _JOBS.c.quantity, _BEGUN.label("begun"), _FINISHED.label("finished")
    ).where(_JOBS.c.number.in_(numbers))
    return {
        row.number: job_state(row.quantity, begun=bool(row.begun), finished=row.finished)
        for row in session.execute(query)
    }


def are(state: JobState) -> ColumnElement[bool]:
    """Whether a work order of a query is in this state."""
    return _STATE.in_([state.value])


def counts(session: Session, *where: ColumnElement[bool]) -> dict[str, int]:
    """How many there are in each state, of those that meet `where`."""
    inner = select(_STATE.label("state")).select_from(_JOBS).where(*where).subquery()
    query = select(inner.c.state, func.count().label("number")).group_by(inner.c.state)
    found = {row.state: row.number for row in session.execute(query)}
    return {each.value: found.get(each.value, 0) for each in JobState}
