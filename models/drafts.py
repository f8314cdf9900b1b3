"""Drafts: orders nobody outside has seen. Saved, edited and numbered in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, tuple_, update
from sqlmodel import Session

from models.codec import adapter, plain
from models.domain import texts
from models.domain.decide import check_version
from models.domain.decisions import lots_going
from models.domain.errors import FieldError, Invalid, Refusal
from models.domain.facts import Draft, DraftLine
from models.domain.quantities import CURRENCIES, quantity
from models.order_numbers import next_number
from models.queries import specifications
from models.queries.controlled import hidden
from models.queries.local_day import today_at
from models.queries.lot_numbers import as_written
from models.queries.materials import named
from models.tables.lots import Lot
from models.tables.master_changes import MasterChange
from models.tables.orders import CommandRow, OrderRow
from models.tables.parts import Part
from models.tables.plants import Plant
from models.tables.processes import Process
from models.tables.projection import write_draft
from models.tables.suppliers import Supplier
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder

_ORDERS = table(OrderRow)
_COMMANDS = table(CommandRow)
_OPERATIONS = table(Operation)
_CHANGES = table(MasterChange)


def create(session: Session, draft: Draft, now: datetime, *, cleared: bool = True) -> Draft:
    """Saves a new draft under the next number of its type and year, for who is `cleared` for controlled parts or
    not. Raises `Invalid` naming every wrong field."""
    lock_operations(session, operations_of(draft))
    draft = checked(session, draft, now, cleared=cleared)
    draft = replace(draft, number=next_number(session, draft.type, now.year))
    add(session, draft, now)
    return draft


def add(session: Session, draft: Draft, now: datetime) -> None:
    """Writes a new draft that has its number."""
    session.execute(
        insert(_ORDERS).values(
            number=draft.number,
            stage="draft",
            flags=[],
            late=False,
            version=0,
            revision=0,
            last_hash="",
            created_at=now,
            **_columns(session, draft),
        )
    )
    write_draft(session, None, draft)


def operations_of(draft: Draft) -> set[tuple[str, int]]:
    """Work order and operation of every line."""
    return {(line.work_order, line.operation) for line in draft.lines}


def lock_operations(session: Session, wanted: Collection[tuple[str, int]]) -> None:
    """Keeps two that order the same operations at once apart: the second waits here and then sees what the
    first ordered. Always in the same sequence, so that nobody waits crosswise."""
    if wanted:
        keys = tuple_(_OPERATIONS.c.work_order, _OPERATIONS.c.sequence)
        query = select(_OPERATIONS.c.sequence).where(keys.in_(sorted(wanted)))
        session.execute(
            query.order_by(_OPERATIONS.c.work_order, _OPERATIONS.c.sequence).with_for_update()
        ).all()


def lock_operations_from(session: Session, wanted: Collection[tuple[str, int]]) -> None:
    """Keeps what these operations and those after them have taken as it is: whoever sends there waits here."""
    if wanted:
        here = [and_(_OPERATIONS.c.work_order == job, _OPERATIONS.c.sequence >= at) for job, at in wanted]
        query = select(_OPERATIONS.c.sequence).where(or_(*here))
        session.execute(
            query.order_by(_OPERATIONS.c.work_order, _OPERATIONS.c.sequence).with_for_update()
        ).all()


def load(session: Session, number: str) -> Draft | None:
    """The draft under its row's lock, None when the order was issued."""
    row = session.execute(select(_ORDERS).where(_ORDERS.c.number == number).with_for_update()).first()
    return of_row(row) if row is not None and row.draft is not None else None


def version(session: Session, number: str) -> int:
    """How often a draft was saved again; once it is issued, its last event's sequence."""
    found: int = session.execute(select(_ORDERS.c.version).where(_ORDERS.c.number == number)).scalar_one()
    return found


def of_row(row: Any) -> Draft:
    """The draft in its order's row."""
    return adapter(Draft).validate_python(row.draft)


def save(session: Session, draft: Draft, now: datetime, *, cleared: bool = True) -> None:
    """Replaces a draft. Refused once `issue` was saved: what is being issued no longer changes."""
    _refuse_while_issued(session, draft.number)
    lock_operations(session, operations_of(draft))
    before = load(session, draft.number)
    # Where it came from is no term of it that somebody edits.
    came_from = before.reassigned_from if before is not None else ""
    draft = replace(checked(session, draft, now, cleared=cleared), reassigned_from=came_from)
    write_draft(session, before, draft)
    session.execute(
        update(_ORDERS)
        .where(_ORDERS.c.number == draft.number)
        .values(version=_ORDERS.c.version + 1, **_columns(session, draft))
    )


def discard(session: Session, number: str, seen: int | None, actor: str, now: datetime) -> None:
    """Takes a draft away with what was asked of it in vain; what it said is kept with who discarded it.

    Its number is not given again. Refused once it is an order, or being issued, and while the order whose work it
    was given still says so; raises `Stale` when it is
    no longer the version that was `seen`.
    """
    draft = load(session, number)
    if draft is None:
        raise Refusal("order.issued", "The order was issued; it is no longer discarded, only cancelled.")
    check_version(seen, version(session, number))
    _refuse_while_issued(session, number)
    _refuse_what_was_given(session, draft)
    write_draft(session, draft, None)
    session.execute(delete(_COMMANDS).where(_COMMANDS.c.order_number == number))
    session.execute(delete(_ORDERS).where(_ORDERS.c.number == number))
    after = {"discarded_at": now.isoformat()}
    change = MasterChange(
        table_name=_ORDERS.name, key=number, before=plain(draft), after=after, actor=actor, at=now
    )
    session.add(change)


def _refuse_what_was_given(session: Session, draft: Draft) -> None:
    """The order that gave its work away closed short for it: without the draft nobody would do the rest."""
    before = draft.reassigned_from
    stage = session.scalar(select(_ORDERS.c.stage).where(_ORDERS.c.number == before)) if before else None
    if stage is not None and stage != "cancelled":
        raise Refusal(
            "draft.given",
            "{order} gave what it had not done to this draft; discarded, nobody would do it. Edit the draft instead: "
            "choose another supplier, quantity or day.",
            order=before,
        )


def discarded(session: Session, number: str) -> bool:
    """Whether there was a draft of this number that somebody discarded."""
    found = select(_CHANGES.c.id).where(_CHANGES.c.table_name == _ORDERS.name, _CHANGES.c.key == number)
    return session.scalar(found.limit(1)) is not None


def _refuse_while_issued(session: Session, number: str) -> None:
    waiting = session.scalar(
        select(_COMMANDS.c.id).where(_COMMANDS.c.order_number == number, _COMMANDS.c.status == "received")
    )
    if waiting is not None:
        raise Refusal("order.issuing", "The order is being issued; it can no longer be edited.")


def checked(session: Session, draft: Draft, now: datetime, *, cleared: bool = True) -> Draft:
    """The draft with its names known, its quantities plain and its specification filled in: that of the routing, in the
    revision in force on the plant's day, else in the routing's. Who is not `cleared`
    knows of no controlled part's work orders and lots."""
    wrong: list[FieldError] = []
    if session.get(Supplier, draft.supplier) is None:
        wrong.append(_unknown("supplier", "supplier", draft.supplier))
    if session.get(Process, draft.process) is None:
        wrong.append(_unknown("process", "process", draft.process))
    if session.get(Plant, draft.plant) is None:
        wrong.append(_unknown("plant", "plant", draft.plant))
    wrong += [
        problem
        for field in ("spec", "spec_revision", "purchase_order")
        for _, problem in texts.problems(field, getattr(draft, field))
    ]
    lines: list[DraftLine] = []
    operations: list[Operation] = []
    for index, line in enumerate(draft.lines):
        operation = session.get(Operation, (line.work_order, line.operation))
        job = session.get(WorkOrder, line.work_order)
        if job is None or hidden(session, job, cleared=cleared):
            wrong.append(_unknown(f"lines.{index}.work_order", "work order", line.work_order))
        elif operation is None or operation.kind != "outside":
            wrong.append(
                FieldError(
                    f"lines.{index}.operation",
                    "{work_order} has no outside operation {operation}.",
                    (("work_order", line.work_order), ("operation", str(line.operation))),
                )
            )
        else:
            operations.append(operation)
        lines.append(_line(session, line, index, wrong, cleared=cleared))
    wrong += _repeated(draft.lines)
    wrong += _mixed(draft.lines)
    order_type = _type_of(session, draft, wrong)
    if wrong:
        text = "One field needs attention." if len(wrong) == 1 else "{count} fields need attention."
        raise Invalid("draft.invalid", text, errors=tuple(wrong), count=len(wrong))
    first = operations[0] if operations else None
    spec = draft.spec or (first.spec if first else None) or ""
    routed = (first.spec_revision if first else None) or ""
    return replace(
        draft,
        lines=tuple(lines),
        type=order_type,
        spec=spec,
        spec_revision=draft.spec_revision or _in_force(session, draft.plant, spec, routed, now),
    )


def _in_force(session: Session, plant: str, spec: str, otherwise: str, now: datetime) -> str:
    day = today_at(session, plant, now)
    return specifications.revision_for(specifications.registered(session, {spec}), spec, day, otherwise)


def _line(
    session: Session, line: DraftLine, index: int, wrong: list[FieldError], *, cleared: bool
) -> DraftLine:
    where = f"lines.{index}"
    job = session.get(WorkOrder, line.work_order)
    part = session.get(Part, (job.part, job.revision)) if job is not None else None
    unit = part.uom if part is not None else None
    try:
        ordered = quantity(line.quantity, field=f"{where}.quantity", unit=unit, zero=False)
        price = line.unit_price
        if price is not None:
            price = quantity(price, field=f"{where}.unit_price", unit="a price")
        tolerance = quantity(line.tolerance, field=f"{where}.tolerance")
        first = quantity(line.first_article, field=f"{where}.first_article", unit=unit)
        setup = quantity(line.setup_allowance, field=f"{where}.setup_allowance", unit=unit)
        lots = tuple(
            (lot, quantity(some, field=f"{where}.lots.{place}.quantity", unit=unit))
            for place, (lot, some) in enumerate(line.lots)
        )
    except Invalid as error:
        wrong += error.errors
        return line
    if ordered == 0:
        wrong.append(FieldError(f"{where}.quantity", "Enter more than zero."))
    if tolerance >= 1:
        wrong.append(FieldError(f"{where}.tolerance", "The tolerance must be less than the whole quantity."))
    if first > ordered:
        wrong.append(FieldError(f"{where}.first_article", "The first pieces are some of those ordered."))
    if setup > ordered:
        text = "The pieces for setting up are some of those ordered."
        wrong.append(FieldError(f"{where}.setup_allowance", text))
    if line.currency not in CURRENCIES:
        text = "{entered} is not a currency; enter its three letters (ISO 4217), such as USD."
        wrong.append(FieldError(f"{where}.currency", text, (("entered", line.currency),)))
    written = as_written(session, {lot for lot, _ in lots})
    for place, (lot, _) in enumerate(lots):
        known = session.get(Lot, written.get(lot, lot))
        if known is None or hidden(session, known, cleared=cleared):
            wrong.append(_unknown(f"{where}.lots.{place}.lot", "lot", lot))
        elif part is not None and not lots_going.may_go(known.part, part.number, named(part.bom)):
            at, may_be = f"{where}.lots.{place}.lot", named(part.bom)
            wrong += lots_going.other_part(lot, known.part, line.line, part.number, may_be, at).errors
    return replace(
        line,
        quantity=ordered,
        unit_price=price,
        tolerance=tolerance,
        first_article=first,
        setup_allowance=setup,
        lots=tuple((written.get(lot, lot), some) for lot, some in lots),
    )


def _repeated(lines: Sequence[DraftLine]) -> list[FieldError]:
    seen: set[int] = set()
    found = []
    for index, line in enumerate(lines):
        if line.line in seen:
            found.append(FieldError(f"lines.{index}.line", "Line numbers must differ."))
        seen.add(line.line)
    return found


def _mixed(lines: Sequence[DraftLine]) -> list[FieldError]:
    """The lines that are not in the currency of the first."""
    return [
        FieldError(
            f"lines.{index}.currency",
            "The first line is in {currency}, this one in {other}. One order has one currency: make another order.",
            (("currency", lines[0].currency), ("other", line.currency)),
        )
        for index, line in enumerate(lines)
        if {line.currency, lines[0].currency} <= CURRENCIES and line.currency != lines[0].currency
    ]


def _type_of(session: Session, draft: Draft, wrong: list[FieldError]) -> str:
    """The type of a draft's work orders; one that has a number keeps the type it was numbered in."""
    found = session.scalar(select(_ORDERS.c.type).where(_ORDERS.c.number == draft.number))
    for index, line in enumerate(draft.lines):
        job = session.get(WorkOrder, line.work_order)
        if job is None:
            continue
        found = found or job.type
        if job.type != found:
            text = "{work_order} is {type}, the order is {other}. Each type has numbers and costs of its own: make another order."
            values = (("work_order", line.work_order), ("type", job.type), ("other", found))
            wrong.append(FieldError(f"lines.{index}.work_order", text, values))
    return found or draft.type


# Whole sentences: a language may need another article or ending for each kind.
_UNKNOWN = {
    "supplier": "There is no supplier {value}. Create it first or correct the name.",
    "process": "There is no process {value}. Create it first or correct the name.",
    "plant": "There is no plant {value}. Create it first or correct the name.",
    "work order": "There is no work order {value}. Create it first or correct the name.",
    "lot": "There is no lot {value}. Create it first or correct the name.",
}


def _unknown(field: str, kind: str, value: str) -> FieldError:
    return FieldError(field, _UNKNOWN[kind], (("value", value),))


def _columns(session: Session, draft: Draft) -> dict[str, Any]:
    controlled = any(
        part is not None and part.export_controlled
        for line in draft.lines
        if (job := session.get(WorkOrder, line.work_order)) is not None
        for part in [session.get(Part, (job.part, job.revision))]
    )
    return {
        "plant": draft.plant,
        "buyer": draft.buyer,
        "supplier": draft.supplier,
        "process": draft.process,
        "type": draft.type,
        "purchase_order": draft.purchase_order,
        "export_controlled": controlled,
        "need_by": draft.need_by,
        "draft": plain(draft),
    }
