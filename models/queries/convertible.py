"""What converting operations into drafts has to know: the operations, who may do them, and free lots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from models.domain.covering import Covered
from models.domain.grouping import Approved, Key, Selected, ShelfLot
from models.domain.quantities import ZERO
from models.domain.worked import Step
from models.queries import picking, specifications
from models.queries.covering import covering
from models.queries.orders import Reader
from models.queries.worked import done_by
from models.tables.lots import Lot
from models.tables.orders import OrderRow
from models.tables.parts import Part
from models.tables.processes import Process
from models.tables.suppliers import SupplierApproval
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder

_OPERATIONS = table(Operation)
_JOBS = table(WorkOrder)
_PARTS = table(Part)
_PROCESSES = table(Process)
_ORDERS = table(OrderRow)
_APPROVALS = table(SupplierApproval)
_LOTS = table(Lot)
_OPERATION_OF = (
    select(
        _OPERATIONS,
        _JOBS.c.part,
        _JOBS.c.revision,
        _JOBS.c.quantity,
        _JOBS.c.due,
        _JOBS.c.type,
        _PARTS.c.uom,
        _PARTS.c.export_controlled,
        _PROCESSES.c.milestones,
    )
    .join(_JOBS, _JOBS.c.number == _OPERATIONS.c.work_order)
    .join(_PARTS, and_(_PARTS.c.number == _JOBS.c.part, _PARTS.c.revision == _JOBS.c.revision))
    .join(_PROCESSES, _PROCESSES.c.code == _OPERATIONS.c.process)
    .where(_OPERATIONS.c.kind == "outside")
    .order_by(_OPERATIONS.c.work_order, _OPERATIONS.c.sequence)
)


def selected(session: Session, reader: Reader, wanted: Collection[Key], day: date) -> dict[Key, Selected]:
    """Those of these operations there are for this reader, what is ordered of each, and to which revision of the
    specification on that day."""
    jobs = {work_order for work_order, _ in wanted}
    query = _OPERATION_OF.where(_OPERATIONS.c.work_order.in_(jobs))
    if not reader.cleared:
        query = query.where(_PARTS.c.export_controlled.is_(False))
    rows = session.execute(query).all()
    ordered = covering(session, jobs, cleared=reader.cleared)
    register = specifications.registered(session, {row.spec for row in rows})
    by_job: dict[str, list[Any]] = {}
    for row in rows:
        by_job.setdefault(row.work_order, []).append(row)
    return {
        (row.work_order, row.sequence): Selected(
            work_order=row.work_order,
            operation=row.sequence,
            part=row.part,
            part_revision=row.revision,
            unit=row.uom,
            quantity=row.quantity,
            due=row.due,
            type=row.type,
            process=row.process,
            spec=row.spec or "",
            spec_revision=specifications.revision_for(
                register, row.spec or "", day, otherwise=row.spec_revision or ""
            ),
            lead=sum(_lead(later.milestones) for later in steps[place + 1 :]),
            first=place == 0,
            covered=ordered.get((row.work_order, row.sequence), Covered()),
        )
        for steps in by_job.values()
        for place, row in enumerate(steps)
        if (row.work_order, row.sequence) in wanted
    }


def _lead(milestones: Iterable[Mapping[str, Any]]) -> int:
    """Working days a process takes, as far as its milestones say."""
    return max((int(item["day"]) for item in milestones if item.get("day") is not None), default=0)


def approved(
    session: Session, wanted: Collection[tuple[str, str]], day: date
) -> dict[tuple[str, str], list[Approved]]:
    """By process and specification, who is approved for it that day and when each last did the process."""
    processes = {process for process, _ in wanted}
    latest = {
        (row.process, row.supplier): row.latest.date()
        for row in session.execute(
            select(_ORDERS.c.process, _ORDERS.c.supplier, func.max(_ORDERS.c.issued_at).label("latest"))
            .where(_ORDERS.c.process.in_(processes), _ORDERS.c.issued_at.is_not(None))
            .group_by(_ORDERS.c.process, _ORDERS.c.supplier)
        )
    }
    valid = session.execute(
        select(_APPROVALS.c.process, _APPROVALS.c.spec, _APPROVALS.c.supplier)
        .where(
            _APPROVALS.c.process.in_(processes),
            _APPROVALS.c.valid_from <= day,
            or_(_APPROVALS.c.valid_to.is_(None), _APPROVALS.c.valid_to >= day),
        )
        .order_by(_APPROVALS.c.supplier)
    ).all()
    found: dict[tuple[str, str], list[Approved]] = {}
    for process, spec in wanted:
        able = {row.supplier for row in valid if row.process == process and row.spec in ("", spec)}
        found[process, spec] = [Approved(each, latest.get((process, each))) for each in sorted(able)]
    return found


def shelf(session: Session, parts: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[ShelfLot]]:
    """By part and revision, the lots that may go out, the oldest first, and what of each no open order has
    planned and no work order has picked already. A lot of a part without a revision is one of any."""
    rows = session.execute(
        select(_LOTS.c.number, _LOTS.c.part, _LOTS.c.part_revision, _LOTS.c.uom, _LOTS.c.on_hand)
        .where(_LOTS.c.part.in_({part for part, _ in parts}), _LOTS.c.on_hand > 0, _LOTS.c.held.is_(False))
        .order_by(_LOTS.c.received_on.is_(None), _LOTS.c.received_on, _LOTS.c.number)
    ).all()
    spoken_for = picking.spoken_for(session, [row.number for row in rows])
    found: dict[tuple[str, str], list[ShelfLot]] = {}
    for part, revision in parts:
        found[part, revision] = [
            ShelfLot(row.number, row.uom, max(ZERO, row.on_hand - spoken_for.get(row.number, ZERO)))
            for row in rows
            if row.part == part and row.part_revision in (None, revision)
        ]
    return found


def done(
    session: Session, known: Mapping[Key, Selected], shelf: Mapping[tuple[str, str], Iterable[ShelfLot]]
) -> dict[tuple[Key, str], Decimal]:
    """What these operations have done already of the lots that may go out."""
    asked = {
        (at, lot.lot): Step(each.work_order, each.operation, each.process, each.type)
        for at, each in known.items()
        if each.first
        for lot in shelf.get((each.part, each.part_revision), ())
    }
    lots = {lot for _, lot in asked}
    rows = session.execute(select(_LOTS.c.number, _LOTS.c.on_hand).where(_LOTS.c.number.in_(lots)))
    here = {row.number: row.on_hand for row in rows}
    found = done_by(session, [(lot, step) for (_, lot), step in asked.items()], here, cleared=True)
    return {place: found[place[1], step].done for place, step in asked.items() if (place[1], step) in found}
