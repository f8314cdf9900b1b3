"""Writes down what the shop floor did, and takes back what was written wrongly: one transaction each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from activities import bom_check, holding, lot_names, mismatches
from activities.floor_stock import (
    Recorder,
    begin_lot,
    known_lot,
    locked_job,
    serials_there,
    shelved,
    write,
)
from models.domain import floor_records as records
from models.domain import shop_floor as rules
from models.domain.errors import Unknown
from models.domain.lot_holds import OpenHold
from models.domain.materials import Component, wrong_material
from models.domain.shop_floor import Job
from models.domain.unfinished import may_be_used
from models.queries import controlled, shop_floor, worked
from models.queries.lot_holds import above
from models.queries.lot_numbers import as_written
from models.queries.shop_floor import CONSUMPTIONS, MISMATCHES, OUTPUTS
from models.tables.lots import Lot
from models.tables.parts import Part
from models.tables.shop_floor import ConsumptionRow, OutputRow
from models.tables.types import table


@dataclass(frozen=True, slots=True)
class Step:
    """Where and by whom something was done; `at` is when, now if nobody says."""

    operation: int | None = None
    operator: str = ""
    machine: str = ""
    at: datetime | None = None


def consume(
    session: Session,
    number: str,
    lot: str,
    quantity: Decimal,
    serials: tuple[str, ...],
    step: Step,
    by: Recorder,
    now: datetime,
    *,
    usual: Decimal | None = None,
    confirmed: bool = False,
) -> str:
    """Material of a lot went into job `number`; gives the record. Other material than its bill of material
    names, or more of it, is recorded all the same, and opens a mismatch. `usual`: see `bom_check`. What came back
    unprocessed has to be `confirmed`."""
    written = as_written(session, [lot]).get(lot, lot)
    job = locked_job(session, number, by, with_lot=written)
    there = None
    if known_lot(session, written, by):
        lot, there = written, shelved(session, [written], cleared=by.cleared).get(written)
    of_itself = job.node in above(session, f"lot:{lot}")
    lots = {} if there is None else {lot: there}
    stock = serials_there(session, lots, [(lot, serial) for serial in serials])
    edge = rules.consume(job, lot, there, quantity, serials, stock, of_itself=of_itself)
    assert there is not None, "the rule refuses a lot there is not"
    begun = worked.leaving(session, {lot: there.fact.on_hand}, cleared=False)
    may_be_used(there.fact, edge.quantity, begun.get(lot), confirmed=confirmed)
    at, late = records.happened(step.at, now)
    rules.was_there(lot, there, at, "at")
    record = str(uuid.uuid4())
    session.execute(
        insert(CONSUMPTIONS).values(
            id=record,
            work_order=number,
            lot=lot,
            part=there.fact.part,
            part_revision=there.part_revision,
            quantity=edge.quantity,
            unit=edge.unit,
            serials=list(serials),
            **_said(job, step, at, late, by, now),
        )
    )
    write(session, edge, record)
    _compare(session, job, record, now)
    bom_check.compare(session, job, usual, by.id, now)
    return record


def produce(
    session: Session,
    number: str,
    lot: str | None,
    quantity: Decimal,
    serials: tuple[str, ...],
    inspection: Mapping[str, str] | None,
    step: Step,
    by: Recorder,
    now: datetime,
    *,
    over: Decimal,
    usual: Decimal | None = None,
    confirmed: bool = False,
) -> str:
    """Pieces came out of job `number`; gives the record. What failed its inspection is put on hold; many more
    than the job is for have to be `confirmed`."""
    job = locked_job(session, number, by)
    name = lot_names.one(session, lot or records.lot_number(number, _numbered_like(session, number)))
    there = shelved(session, [name], cleared=by.cleared).get(name)
    if there is not None and not known_lot(session, name, by):
        raise rules.there_before(job, name)
    failed = inspection is not None and inspection["verdict"] == "fail"
    of_itself = there is not None and f"lot:{name}" in above(session, job.node)
    edge = rules.make(job, name, there, quantity, serials, of_itself=of_itself, failed=failed)
    made = shop_floor.made_by(session, number, step.operation)
    rules.not_absurd(job, made, edge.quantity, over=over, confirmed=confirmed)
    rules.new_serials(serials, shop_floor.serials_made(session, job.part) if serials else {}, job.part)
    at, late = records.happened(step.at, now)
    rules.had_begun(job, at)
    if there is None:
        begin_lot(session, job, name, by.plant, now)
    record = str(uuid.uuid4())
    session.execute(
        insert(OUTPUTS).values(
            id=record,
            work_order=number,
            lot=name,
            part=job.part,
            part_revision=job.revision,
            quantity=edge.quantity,
            unit=edge.unit,
            serials=list(serials),
            inspection=None if inspection is None else dict(inspection),
            **_said(job, step, at, late, by, now),
        )
    )
    write(session, edge, record)
    if failed and inspection is not None:
        reason = inspection["note"] or "Failed its inspection"
        holding.place(session, name, OpenHold(str(uuid.uuid4()), by.id, reason), reason, now)
    bom_check.compare(session, job, usual, by.id, now)
    mismatches.made_later(session, number, name, now)
    return record


def reverse_consumption(
    session: Session,
    number: str,
    record: str,
    reason: str,
    by: Recorder,
    now: datetime,
    *,
    usual: Decimal | None = None,
) -> None:
    """The material is on the shelf again, and a mismatch it opened is withdrawn."""
    job = locked_job(session, number, by)
    row = _record(session, CONSUMPTIONS, number, record, by)
    shelved(session, [row.lot], cleared=by.cleared)
    rules.not_again(row.reversed_at)
    rules.reverse_consumption(outputs=shop_floor.made_since(session, row))
    write(session, records.taken_back(records.consumed(number, row.lot, row.quantity, row.unit)), record)
    _taken_back(session, CONSUMPTIONS, record, reason, by, now)
    withdrawn = update(MISMATCHES).where(MISMATCHES.c.consumption == record).values(withdrawn_at=now)
    session.execute(withdrawn)
    bom_check.compare(session, job, usual, by.id, now)
    mismatches.scrap_again(session, [row.lot], now)


def reverse_output(
    session: Session,
    number: str,
    record: str,
    reason: str,
    by: Recorder,
    now: datetime,
    *,
    usual: Decimal | None = None,
) -> None:
    """The pieces leave the shelf again; the lot stays, with what else is in it."""
    job = locked_job(session, number, by)
    row = _record(session, OUTPUTS, number, record, by)
    there = shelved(session, [row.lot], cleared=by.cleared)[row.lot]
    rules.not_again(row.reversed_at)
    rules.reverse_output(there, row.quantity)
    write(session, records.taken_back(records.produced(number, row.lot, row.quantity, row.unit)), record)
    _taken_back(session, OUTPUTS, record, reason, by, now)
    bom_check.compare(session, job, usual, by.id, now)


def _said(job: Job, step: Step, at: datetime, late: bool, by: Recorder, now: datetime) -> dict[str, Any]:
    return {
        "operation": rules.step_of(job, step.operation),
        "operator": step.operator,
        "machine": step.machine,
        "at": at,
        "recorded_at": now,
        "recorded_by": by.id,
        "late": late,
        "reverse_reason": "",
    }


def _numbered_like(session: Session, job: str) -> list[str]:
    """The lots whose numbers begin as those of the job do, in capitals."""
    begin = records.lot_number(job, ()).removesuffix("A")
    number = func.upper(table(Lot).c.number)
    return list(session.scalars(select(number).where(number.startswith(begin.upper(), autoescape=True))))


def _compare(session: Session, job: Job, consumption: str, now: datetime) -> None:
    row = session.execute(select(CONSUMPTIONS).where(CONSUMPTIONS.c.id == consumption)).one()
    bom = session.get_one(Part, (job.part, job.revision)).bom
    named = [Component(each["part"], each.get("revision")) for each in bom]
    wrong = wrong_material(named, row.part, row.part_revision)
    if wrong is None:
        return
    session.execute(
        insert(MISMATCHES).values(
            id=shop_floor.next_mismatch(session, job.number),
            consumption=consumption,
            work_order=job.number,
            lot=row.lot,
            part=row.part,
            part_revision=row.part_revision,
            quantity=row.quantity,
            unit=row.unit,
            wrong=wrong.value,
            expected=[each for each in bom if wrong == "part" or each["part"] == row.part],
            opened_at=now,
            opened_by=row.recorded_by,
            decision="",
            reason="",
            earlier=[],
        )
    )


def _record(session: Session, target: Any, job: str, record: str, by: Recorder) -> Any:
    rows = ConsumptionRow if target is CONSUMPTIONS else OutputRow
    visible = controlled.visible(rows, cleared=by.cleared)
    query = select(target).where(target.c.id == record, target.c.work_order == job, *visible)
    row = session.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise Unknown("unknown", "There is no {kind} {key}.", kind="record", key=record)
    return row


def _taken_back(session: Session, target: Any, record: str, reason: str, by: Recorder, now: datetime) -> None:
    done = {"reversed_at": now, "reversed_by": by.id, "reverse_reason": reason}
    session.execute(update(target).where(target.c.id == record).values(**done))
