"""What a line keeps of the master data of its part, as it stands on the day it is ordered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from models import drafts
from models.domain import commands as c
from models.domain.changes import Change
from models.domain.contract import Terms, applying
from models.domain.covering import Covered
from models.domain.facts import LineFact, OperationFact
from models.domain.inspection import Characteristic, Sample
from models.domain.inspection import InspectionPlan as FrozenPlan
from models.domain.order import Order
from models.domain.quantities import UNIT_DECIMALS
from models.queries.contracts import terms_of
from models.queries.covering import covering
from models.queries.materials import named
from models.tables.parts import InspectionPlan, Part
from models.tables.work_orders import Operation, WorkOrder


def line_fact(session: Session, job: WorkOrder, process: str, contract: Terms | None) -> LineFact:
    part = session.get(Part, (job.part, job.revision))
    assert part is not None, "foreign keys keep the part"
    return LineFact(
        part=part.number,
        part_revision=part.revision,
        description=part.description,
        unit=part.uom,
        export_controlled=part.export_controlled,
        plan=_plan(session.get(InspectionPlan, (part.number, part.revision, process))),
        contract=contract,
        by_serial=part.trace == "serial" and UNIT_DECIMALS.get(part.uom) == 0,
        materials=named(part.bom),
    )


def to_add(order: Order, command: c.Command) -> frozenset[tuple[str, int]]:
    """The outside operations of which `command` asks for more: as lines of the order, or on lines there are; or
    decides about it."""
    if isinstance(command, c.ProposeChange):
        return frozenset(filter(None, (_asked_more(order, item) for item in command.changes.lines)))
    change: Change | None = None
    if isinstance(command, c.DecideChange) and command.decision == "approve":
        change = order.change_to_decide
    elif isinstance(command, c.Acknowledge) and command.decision == "accept" and command.change:
        change = order.change_to_answer
    if change is None:
        return frozenset()
    raised = {(line.work_order, line.operation) for line in order.lines if line.line in change.raised}
    return frozenset(raised | {(item.work_order, item.operation) for item in change.added})


def _asked_more(order: Order, item: c.ChangedLine) -> tuple[str, int] | None:
    if item.line is None:
        return item.work_order.strip(), item.operation or 0
    line = order.line(item.line)
    return (line.work_order, line.operation) if line is not None and item.quantity is not None else None


def operation_facts(
    session: Session, order: Order, wanted: Iterable[tuple[str, int]], now: datetime
) -> dict[tuple[str, int], OperationFact]:
    """Those of the operations there are, under their locks: two orders that want the same one wait for each other."""
    keys = set(wanted)
    drafts.lock_operations(session, keys)
    jobs = {work_order for work_order, _ in keys}
    # Whoever sees a controlled order may know of the others.
    ordered = covering(session, jobs, cleared=order.export_controlled)
    agreed, today = terms_of(session, order.supplier), order.plant_calendar.local_date(now)
    found: dict[tuple[str, int], OperationFact] = {}
    for key in sorted(keys):
        operation, job = session.get(Operation, key), session.get(WorkOrder, key[0])
        if operation is None or job is None or operation.kind != "outside":
            continue
        contract = applying(agreed, process=order.process, part=job.part, currency=order.currency, day=today)
        found[key] = OperationFact(
            process=operation.process or "",
            spec=operation.spec or "",
            spec_revision=operation.spec_revision or "",
            type=job.type,
            line=line_fact(session, job, order.process, contract),
            quantity=job.quantity,
            covered=ordered.get(key, Covered()),
        )
    return found


def _plan(row: InspectionPlan | None) -> FrozenPlan | None:
    if row is None:
        return None

    def number(raw: object) -> Decimal | None:
        return None if raw is None else Decimal(str(raw))

    return FrozenPlan(
        row.part,
        row.revision,
        row.process,
        tuple(
            Characteristic(
                number=str(item["number"]),
                name=item["name"],
                kind=item.get("kind") or "variable",
                nominal=number(item.get("nominal")),
                lower=number(item.get("lower")),
                upper=number(item.get("upper")),
                unit=item.get("unit") or "",
                method=item.get("method") or "",
                sample=Sample.of(item.get("sample", "all")),
            )
            for item in row.characteristics
        ),
    )
