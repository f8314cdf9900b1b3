"""Loads what `decide` has to know beside the order, under the locks of the running transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from activities import lot_facts
from activities.line_facts import line_fact, operation_facts, to_add
from models import drafts, order_numbers
from models.calendars import plant_calendar, supplier_calendar
from models.codec import adapter, load_event
from models.domain import commands as c
from models.domain.across import born
from models.domain.calendar import WorkingCalendar
from models.domain.contract import Terms
from models.domain.errors import Invalid
from models.domain.evidence import DocumentType
from models.domain.facts import Draft, EventFact, Facts, IssueFacts, LineFact, LotFact, lots_to_lock
from models.domain.milestones import MilestoneKind, MilestoneTemplate
from models.domain.order import Order
from models.domain.pieces import Bucket, Move, key, line_of, lot_of
from models.domain.serial_stock import SerialStock
from models.domain.serials import typed_in
from models.domain.upstream import Upstream
from models.domain.worked import Worked, step_of
from models.queries.approved import approved_suppliers
from models.queries.contacts import Person, contacts_to_be
from models.queries.contracts import agreed, terms_of
from models.queries.issuing import master_data
from models.queries.serial_stock import serial_stock
from models.queries.serials import been, elsewhere, lock_parts
from models.queries.transfers import next_orders
from models.queries.upstream import onward
from models.queries.waiting import upstream
from models.queries.worked import done_by
from models.tables.orders import CommandRow, EventRow, OrderRow
from models.tables.people import User
from models.tables.plants import Calendar, Plant
from models.tables.processes import Process
from models.tables.suppliers import Supplier, SupplierApproval
from models.tables.types import table
from models.tables.work_orders import WorkOrder

# Holidays are frozen this far: an order that runs longer is replanned.
_HORIZON = timedelta(days=730)
_EVENTS = table(EventRow)
_COMMANDS = table(CommandRow)
# One question for what is then read by its keys.
_WHOSE_DAYS = (
    select(Plant, Calendar, Supplier)
    .join(Calendar, col(Calendar.code) == Plant.calendar)
    .join(Supplier, col(Supplier.code) == bindparam("supplier"))
    .where(col(Plant.code) == bindparam("plant"))
)


# What may make pieces accepted.
_ACCEPTING = (c.Receive, c.Judge, c.ResolveOver, c.DecideDisposition)
# What puts a serial somewhere, or takes it from where another order may have had it since.
_OF_SERIALS = (c.Send, c.ReportNonconformance, c.Correct)


def gather(session: Session, row: OrderRow, order: Order | None, command: c.Command, now: datetime) -> Facts:
    """The facts for one command. Lots are locked in name order, so that two orders never wait crosswise."""
    facts = _gather(session, row, order, command, now)
    if order is not None and isinstance(command, c.Send | c.ProposeChange):
        facts = lot_facts.with_materials(session, order, facts)
    if order is not None and isinstance(command, c.Send):
        facts = lot_facts.with_undecided(session, facts)
    if order is not None and isinstance(command, _ACCEPTING):
        facts = lot_facts.with_held_work(session, order, facts)
    if order is not None and isinstance(command, c.Receive):
        facts = lot_facts.with_origins(session, command, facts)
    if order is not None and isinstance(command, c.Receive | c.ResolveOver):
        # Before a number is given, as who books a bought lot does: neither waits crosswise.
        facts = replace(facts, serial_stock=_of_surplus(session, order, command))
    if order is not None and isinstance(command, c.Receive | c.Ship):
        facts = lot_facts.with_new_numbers(session, order, command, facts, now)
    if order is not None and (wanted := to_add(order, command)):
        able = _approved_now(session, order, now)
        return replace(facts, approved=able, operations=operation_facts(session, order, wanted, now))
    if order is None or not isinstance(command, _OF_SERIALS):
        return facts
    if not any(line.by_serial for line in order.lines):
        return facts
    about = _about(order, command, facts.event)
    found = elsewhere(session, order, sorted(about), lock=isinstance(command, c.Send))
    facts = replace(facts, elsewhere=found)
    if not isinstance(command, c.Send):
        facts = replace(facts, serial_stock=_gone_since(session, order, about))
    if isinstance(command, c.Send):
        named = sorted(typed_in(command))
        facts = replace(
            facts, serial_stock=_serial_stock(session, order, command), been=been(session, order, named)
        )
    return facts


def _of_surplus(session: Session, order: Order, command: c.Receive | c.ResolveOver) -> SerialStock:
    """Where the pieces are that nobody sent here, and which of their lots are known piece by piece. Read under the
    parts' locks: whoever lets pieces go, or counts them as surplus elsewhere, waits."""
    parts = {line.line: line.part for line in order.lines if line.by_serial}
    if isinstance(command, c.ResolveOver):
        pieces = {
            (parts[line_of(at)], lot_of(at))
            for at, place in order.serials.items()
            if place.bucket is Bucket.OVER
        }
    else:
        typed = {(line, serial) for line, serial in typed_in(command) if line in parts}
        pieces = {(parts[line], serial) for line, serial in typed if key(line, serial) not in order.serials}
    if not pieces:
        return SerialStock()
    lock_parts(session, {part for part, _ in pieces})
    lots = {lot_of(at) for at in order.stock} - {""}
    return serial_stock(session, lots, pieces, settling=order.number)


def _serial_stock(session: Session, order: Order, command: c.Send) -> SerialStock:
    """Read under the lots' and the parts' locks: whoever else lets pieces go waits for them."""
    parts = {line.line: line.part for line in order.lines if line.by_serial}
    named = {(parts[line], serial) for line, serial in typed_in(command) if line in parts}
    lots = {item.lot for item in command.lines}
    lots |= {lot.lot for line in order.lines for lot in line.lots}
    return serial_stock(session, lots - {""}, named)


def _gone_since(session: Session, order: Order, about: set[tuple[int, str]]) -> SerialStock:
    """Which of them were dispatched or used up since, read under the lots' locks."""
    parts = {line.line: line.part for line in order.lines if line.by_serial}
    return serial_stock(session, (), {(parts[line], serial) for line, serial in about if line in parts})


def _about(order: Order, command: c.Command, event: EventFact | None) -> set[tuple[int, str]]:
    """The serials that the command is about, each with its line."""
    named = set(typed_in(command))
    if event is not None:
        moves: tuple[Move, ...] = getattr(event.event, "moves", ())
        named |= {(move.line, serial) for move in moves for serial in move.serials}
    if isinstance(command, c.ReportNonconformance):
        # All that is there may be meant without being named.
        named |= {(line_of(name), lot_of(name)) for name in order.serials}
    return named


def _gather(session: Session, row: OrderRow, order: Order | None, command: c.Command, now: datetime) -> Facts:
    if isinstance(command, c.Issue):
        if row.draft is None:
            return Facts()
        draft = adapter(Draft).validate_python(row.draft)
        at_hand = master_data(session, draft)
        supplier = session.get(Supplier, draft.supplier)
        assert supplier is not None, "a foreign key keeps the supplier"
        # Facts are looked at before an order is issued too, where nothing may be written.
        known = of_draft(session, draft, supplier, contacts_to_be(session, supplier, now), now)
        del at_hand
        return replace(known, draft_version=row.version)
    if order is None:
        return Facts()
    event = _event(session, order, command.event) if isinstance(command, c.Correct) else None
    straight_on = next_orders(session, order) if isinstance(command, c.Ship) and command.to_order else ()
    locked = lots_to_lock(order, command)
    given = lot_facts.given_names(session, order, command) if isinstance(command, c.Receive) else {}
    if given:
        return lot_facts.of_given_names(session, order, locked, given, Facts(next_orders=straight_on))
    lots = lot_facts.lots(session, locked, lock=True, cleared=order.export_controlled) if locked else {}
    if isinstance(command, c.Send) and not command.nonconformance:
        waits = _upstream(session, order, command)
        return Facts(lots=lots, upstream=waits, worked=_worked(session, order, command, lots))
    if isinstance(command, c.ReportNonconformance | c.Correct):
        return _of_doubt(session, order, Facts(lots=lots, event=event))
    if locked or straight_on:
        return Facts(lots=lots, next_orders=straight_on)
    if count := born(command):
        numbers = order_numbers.coming_numbers(session, order.type, now.year, count)
        facts = Facts(pending_commands=_pending(session, order), numbers=numbers)
        if not isinstance(command, c.Reassign):
            return facts
        approved = _approved_now(session, order, now)
        return _of_supplier(session, command.supplier, now, replace(facts, approved=approved))
    if isinstance(command, c.PlanContingency):
        return Facts(approved=_approved_now(session, order, now))
    if isinstance(command, c.Close):
        return Facts(pending_commands=_pending(session, order))
    if isinstance(command, c.PlanAction):
        return Facts(owner=_person(session, command.owner))
    if isinstance(command, c.Replan):
        return Facts(calendars=calendars_now(session, order))
    return Facts()


def _approved_now(session: Session, order: Order, now: datetime) -> dict[str, str]:
    today = order.plant_calendar.local_date(now)
    return approved_suppliers(session, order.process, order.spec, today)


def _of_supplier(session: Session, code: str, now: datetime, facts: Facts) -> Facts:
    """With whether there is one, and whom its orders go to."""
    supplier = session.get(Supplier, code.strip())
    contacts = contacts_to_be(session, supplier, now) if supplier is not None else ()
    return replace(
        facts,
        supplier_known=supplier is not None,
        supplier_has_contact=bool(contacts),
        supplier_terms=tuple(terms_of(session, code.strip())),
        contacts_cleared=any(person.cleared for person in contacts),
    )


def of_draft(
    session: Session, draft: Draft, supplier: Supplier, contacts: Sequence[Person], now: datetime
) -> Facts:
    """What issuing a draft has to know; `contacts` are those who get its mail."""
    named = (lot for line in draft.lines for lot, _ in line.lots)
    # What covers them is not looked at before they are sent.
    lots = lot_facts.lots(session, named, lock=False, cleared=False)
    return Facts(lots=lots, issue=_issue(session, draft, supplier, contacts, now))


def _upstream(session: Session, order: Order, command: c.Send) -> dict[int, Upstream]:
    """What the lines to be sent wait for. Two orders may want the same accepted pieces: the operations' rows
    keep them apart, and what is counted is counted anew behind them."""
    named = {item.line for item in command.lines}
    lines = {line.line: (line.work_order, line.operation) for line in order.lines if line.line in named}
    found = upstream(session, lines, cleared=order.export_controlled)
    if not found:
        return {}
    drafts.lock_operations(session, {lines[line] for line in found})
    return upstream(session, lines, cleared=order.export_controlled)


def _worked(
    session: Session, order: Order, command: c.Send, lots: Mapping[str, LotFact]
) -> dict[str, Worked]:
    """What the lots' pieces have been through already, read under the lots' locks: of two orders that want the
    same raw pieces, the second sees that the first has them."""
    wanted = {
        key(line.line, lot): (lot, step_of(order, line))
        for item in command.lines
        if (line := order.line(item.line)) is not None
        for lot in {item.lot, *(planned.lot for planned in line.lots)} & lots.keys()
        if lots[lot].unit == line.unit
    }
    here = {lot: fact.on_hand for lot, fact in lots.items()}
    known = done_by(session, wanted.values(), here, cleared=order.export_controlled)
    return {at: known[place] for at, place in wanted.items() if place in known}


def _of_doubt(session: Session, order: Order, known: Facts) -> Facts:
    """What operations after these lines' have of their pieces, and what those before left: accepted pieces are
    to be so no longer, or pieces that came back as they were are to be out again."""
    lines = {line.line: (line.work_order, line.operation) for line in order.lines}
    drafts.lock_operations_from(session, set(lines.values()))
    cleared = order.export_controlled
    return replace(
        known,
        onward=onward(session, lines, cleared=cleared),
        upstream=upstream(session, lines, cleared=cleared),
    )


def _event(session: Session, order: Order, sequence: int) -> EventFact | None:
    if not 1 <= sequence <= order.version:
        return None
    row = session.execute(
        select(_EVENTS).where(_EVENTS.c.order_number == order.number, _EVENTS.c.sequence == sequence)
    ).first()
    return EventFact(row.sequence, row.at, load_event(row.type, row.payload)) if row is not None else None


def _person(session: Session, email: str) -> str:
    """The id of one of our people who has this mail address; empty for nobody."""
    found = session.scalar(
        select(col(User.id)).where(
            func.lower(User.email) == email.strip().lower(), col(User.active).is_(True)
        )
    )
    return found or ""


def _pending(session: Session, order: Order) -> int:
    """Commands that wait beside the one being applied."""
    count = session.scalar(
        select(func.count()).where(_COMMANDS.c.order_number == order.number, _COMMANDS.c.status == "received")
    )
    return max(0, (count or 0) - 1)


def calendars_now(session: Session, order: Order) -> tuple[WorkingCalendar, WorkingCalendar]:
    """The plant's and the supplier's calendars as they would be frozen into the order today."""
    known = session.execute(_WHOSE_DAYS, {"plant": order.plant, "supplier": order.supplier}).one()
    return _calendars(session, order.plant, known.Supplier, order.issued_at)


def _calendars(
    session: Session, plant_code: str, supplier: Supplier | None, now: datetime
) -> tuple[WorkingCalendar, WorkingCalendar]:
    """The plant's and the supplier's working days, frozen from a month ago to the horizon."""
    plant = session.get(Plant, plant_code)
    assert plant is not None, "a foreign key keeps the plant"
    assert supplier is not None, "a foreign key keeps the supplier"
    first, last = (now - timedelta(days=31)).date(), (now + _HORIZON).date()
    return plant_calendar(session, plant, first, last), supplier_calendar(session, supplier, first, last)


def _issue(
    session: Session, draft: Draft, supplier: Supplier, contacts: Sequence[Person], now: datetime
) -> IssueFacts:
    process = session.get(Process, draft.process)
    assert process is not None, "a foreign key keeps the process"
    ours, theirs = _calendars(session, draft.plant, supplier, now)
    terms = agreed(session, draft, ours.local_date(now))
    return IssueFacts(
        draft=draft,
        supplier_name=supplier.name,
        supplier_has_contact=bool(contacts),
        approved=_approved(session, draft, ours.local_date(now)),
        process_name=process.name,
        release_before_ship=process.release_before_ship,
        milestones=tuple(
            MilestoneTemplate(item["code"], MilestoneKind(item["kind"]), item["name"], item.get("day"))
            for item in process.milestones
        ),
        required_documents=tuple(DocumentType(kind) for kind in process.required_documents),
        lines={
            line.line: _line(session, draft, line.work_order, index, terms.get(line.line))
            for index, line in enumerate(draft.lines)
        },
        plant_calendar=ours,
        supplier_calendar=theirs,
        contacts_cleared=any(person.cleared for person in contacts),
    )


def _approved(session: Session, draft: Draft, today: date) -> bool:
    rows = session.scalars(
        select(SupplierApproval).where(
            col(SupplierApproval.supplier) == draft.supplier,
            col(SupplierApproval.process) == draft.process,
            col(SupplierApproval.valid_from) <= today,
        )
    )
    return any(
        row.spec in ("", draft.spec) and (row.valid_to is None or row.valid_to >= today) for row in rows
    )


def _line(session: Session, draft: Draft, work_order: str, index: int, contract: Terms | None) -> LineFact:
    job = session.get(WorkOrder, work_order)
    if job is None:
        raise Invalid(
            "work_order.unknown",
            "There is no work order {work_order}.",
            field=f"lines.{index}.work_order",
            work_order=work_order,
        )
    return line_fact(session, job, draft.process, contract)
