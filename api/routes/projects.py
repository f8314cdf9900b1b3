"""How far work orders have come outside, with those below them, and whole projects."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlmodel import Session

from api.auth import Reader
from api.routes.orders import reader
from api.wire import Answer, api_router
from models.domain.errors import Unknown
from models.domain.progress import LineProgress, costs, totals
from models.domain.upstream import before
from models.queries import progress
from models.queries.orders import Reader as OrderReader
from models.queries.progress import Member
from models.queries.upstream import ordered

router = api_router(tags=["Work orders"])
Record = dict[str, Any]


@router.get("/projects/{project:path}")
def read_project(project: str, request: Request, principal: Reader) -> Answer:
    """Its work orders and all below them, and what was ordered, sent and accepted of them outside: `totals` by
    process, `costs` by type and currency."""
    with request.app.state.database.read() as session:
        found = project_of(session, reader(principal), project, request.app.state.clock())
    return Answer(found)


def project_of(session: Session, whose: OrderReader, project: str, now: datetime) -> Record:
    """Raises `Unknown` when no work order of it exists for this reader."""
    members = progress.of_project(session, whose, project)
    if not members:
        raise Unknown("project.unknown", "There is no project {project}.", project=project)
    lines = progress.lines_of(session, whose, [member.number for member in members])
    return {"project": project} | summed(session, members, lines, now)


def family_of(session: Session, whose: OrderReader, number: str, now: datetime) -> Record:
    """A work order's outside operations one by one, and the sums of it and all below it."""
    members = progress.below(session, whose, number)
    lines = progress.lines_of(session, whose, [member.number for member in members])
    known = ordered(session, [number], cleared=whose.cleared).get(number, [])
    mine = [line for line in lines if line.work_order == number]
    operations = []
    for operation in sorted({line.operation for line in mine}):
        (total,) = totals(line for line in mine if line.operation == operation)[:1]
        waits = before(operation, known)
        operations.append(
            {"operation": operation, "process": total.process, "unit": total.unit}
            | asdict(total.figures)
            | {"orders": list(total.orders), "usable": waits.usable if waits is not None else None}
        )
    return {"outside": operations, "family": summed(session, members, lines, now)}


def summed(
    session: Session, members: Collection[Member], lines: Sequence[LineProgress], now: datetime
) -> Record:
    orders = progress.orders_of(session, {line.order for line in lines})
    return {
        "work_orders": [asdict(member) for member in members],
        "totals": [
            {"process": each.process, "unit": each.unit}
            | asdict(each.figures)
            | {"orders": list(each.orders)}
            for each in totals(lines)
        ],
        "costs": [asdict(each) for each in costs(orders, {member.number for member in members}, now)],
    }
