"""The list of outside operations over all work orders, by process, supplier and day; the first due first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlmodel import Session

from models.queries import covering, sourcing
from models.queries.orders import Reader
from models.tables.processes import Process
from models.tables.suppliers import Supplier, SupplierApproval
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder

_OPERATIONS = table(Operation)
_JOBS = table(WorkOrder)
_PROCESSES = table(Process)
_SUPPLIERS = table(Supplier)
_APPROVALS = table(SupplierApproval)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for; `today` is the day on which a supplier has to be approved."""

    today: date
    q: str = ""
    process: str = ""
    # One that may do it.
    supplier: str = ""
    due_before: date | None = None
    # Also what is all ordered already, or in a draft.
    covered: bool = False


def listed(
    session: Session, reader: Reader, wanted: Wanted, start: int, limit: int
) -> list[sourcing.Outside]:
    return sourcing.outside(
        session, reader, wanted.q, covered=True, start=start, limit=limit, where=_conditions(wanted)
    )


def choices(
    session: Session, reader: Reader, wanted: Wanted, by: Literal["supplier", "process"]
) -> list[tuple[str, str, int]]:
    """Code, name and number of operations of every process among those `wanted` finds, or of every supplier
    that may do some of them, whichever it asks for itself."""
    wanted = replace(wanted, process="") if by == "process" else replace(wanted, supplier="")
    found = sourcing.FROM.where(
        *sourcing.known(reader), *sourcing.matching(wanted.q), *_conditions(wanted)
    ).subquery()
    if by == "process":
        query = (
            select(_PROCESSES.c.code, _PROCESSES.c.name, func.count())
            .select_from(found)
            .join(_PROCESSES, _PROCESSES.c.code == found.c.process)
        )
        named = _PROCESSES
    else:
        able = exists().where(
            _APPROVALS.c.supplier == _SUPPLIERS.c.code,
            _APPROVALS.c.process == found.c.process,
            or_(_APPROVALS.c.spec == "", _APPROVALS.c.spec == func.coalesce(found.c.spec, "")),
            *_valid(wanted.today),
        )
        query = (
            select(_SUPPLIERS.c.code, _SUPPLIERS.c.name, func.count())
            .select_from(found)
            .join(_SUPPLIERS, able)
        )
        named = _SUPPLIERS
    rows = session.execute(query.group_by(named.c.code, named.c.name).order_by(named.c.name, named.c.code))
    return [(code, name, count) for code, name, count in rows]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if not wanted.covered:
        found.append(covering.uncovered(by_drafts=True))
    if wanted.process:
        found.append(_OPERATIONS.c.process == wanted.process)
    if wanted.due_before is not None:
        found.append(_JOBS.c.due < wanted.due_before)
    if wanted.supplier:
        found.append(
            exists().where(
                _APPROVALS.c.supplier == wanted.supplier,
                _APPROVALS.c.process == _OPERATIONS.c.process,
                or_(_APPROVALS.c.spec == "", _APPROVALS.c.spec == func.coalesce(_OPERATIONS.c.spec, "")),
                *_valid(wanted.today),
            )
        )
    return found


def _valid(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        _APPROVALS.c.valid_from <= day,
        or_(_APPROVALS.c.valid_to.is_(None), _APPROVALS.c.valid_to >= day),
    )
