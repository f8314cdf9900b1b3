"""Outbox rows for notices: addresses, locales, links and the words' values. Sends nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select
from sqlmodel import Session

from activities import mail_contexts as m
from activities.mail_message import mail_host, sender_of
from models.domain import events as e
from models.domain.authority import Role
from models.domain.deadlines import Party, now_owed_by
from models.domain.notices import Notice
from models.domain.order import Order
from models.domain.pieces import Bucket, Move, line_of, lot_of, total
from models.domain.records import Alert, LineTerms, PlannedLot
from models.domain.tokens import fingerprint, link_token
from models.queries.contacts import Person, supplier_contacts, user, users_with
from models.settings import Settings
from models.tables.orders import LinkRow
from models.tables.outbox import Outbox, OutboxRecipient, message_id, thread_id, workflow_id
from models.tables.suppliers import Supplier
from models.tables.types import table

_OUTBOX = table(Outbox)
_RECIPIENTS = table(OutboxRecipient)
_LINKS = table(LinkRow)
_ADD_MAIL, _ADD_RECIPIENT, _ADD_LINK = map(insert, (_OUTBOX, _RECIPIENTS, _LINKS))
_LIVING_LINK = (
    select(_LINKS.c.id)
    .where(
        _LINKS.c.order_number == bindparam("order"),
        _LINKS.c.contact == bindparam("contact"),
        _LINKS.c.revoked_at.is_(None),
        _LINKS.c.expires_at > bindparam("until"),
    )
    .order_by(_LINKS.c.expires_at.desc())
    .limit(1)
)
_ROLES: dict[Party, Role] = {
    "buyer": Role.BUYER,
    "approver": Role.APPROVER,
    "planner": Role.PLANNER,
    "quality": Role.QUALITY,
    "receiving": Role.RECEIVING,
    "admin": Role.ADMIN,
}


class Letters:
    """Writes the outbox of one transaction. Ids are derived from the command, so that applying it
    again writes nothing new."""

    def __init__(self, session: Session, settings: Settings, command: str, now: datetime) -> None:
        self.session = session
        self.settings = settings
        self.command = command
        self.now = now
        self.host = mail_host(settings.mail_from)
        self.written: list[str] = []

    def write(self, order: Order, notices: Iterable[Notice]) -> None:
        notices = list(notices)
        # Most commands tell nobody.
        buyer = user(self.session, order.buyer) if notices else None
        for notice in notices:
            for person in self._people(order, notice.party, buyer):
                # A controlled order's mail goes to cleared people only.
                if order.export_controlled and not person.cleared:
                    continue
                link = self._link(order, person) if notice.party == "supplier" else ""
                context = self._context(order, notice, buyer, link)
                self.add(order.number, person, context)

    def add(self, order_number: str, person: Person, context: m.MailContext) -> None:
        """One mail to one person."""
        outbox = str(uuid.uuid5(uuid.UUID(self.command), f"{len(self.written)}:{person.party}"))
        self.session.execute(
            _ADD_MAIL,
            {
                "id": outbox,
                "order_number": order_number,
                "kind": "mail",
                "template": m.name_of(context),
                "context": m.dump(context),
                "locale": person.locale,
                "message_id": message_id(outbox, self.host),
                "thread": thread_id(order_number, self.host),
                "state": "queued",
                "workflow_id": workflow_id(outbox),
                "created_at": self.now,
            },
        )
        self.session.execute(
            _ADD_RECIPIENT,
            {
                "outbox_id": outbox,
                "party": person.party,
                "address": person.email,
                "name": person.name,
                "state": "queued",
                "smtp_text": "",
                "tries": 0,
                "updated_at": self.now,
            },
        )
        self.written.append(outbox)

    def _people(self, order: Order, party: Party, buyer: Person | None) -> list[Person]:
        if party == "supplier":
            supplier = self.session.get(Supplier, order.supplier)
            return supplier_contacts(self.session, supplier, self.now) if supplier is not None else []
        if party == "buyer" and buyer is not None:
            return [buyer]
        people = users_with(self.session, _ROLES[party], order.plant)
        # Where nobody has the role, the buyer hears it: an alert told to nobody is no alert.
        return people or ([buyer] if buyer is not None else [])

    def _link(self, order: Order, person: Person) -> str:
        return link_for(self.session, self.settings, order.number, person.id, self.now)

    def _context(self, order: Order, notice: Notice, buyer: Person | None, link: str) -> m.MailContext:
        event = notice.event
        ours: dict[str, Any] = {"order": order.number, "company": self.settings.company}
        theirs: dict[str, Any] = {
            **ours,
            "buyer": buyer.name if buyer is not None else self.settings.company,
            "buyer_email": buyer.email if buyer is not None else sender_of(self.settings.mail_from)[1],
            "link_id": link,
        }
        match event:
            case e.OrderIssued():
                return order_issued(order, theirs)
            case e.ReminderSent(rule="ack_reminder"):
                return m.AcknowledgmentReminder(
                    **theirs,
                    process=order.process_name,
                    need_by=order.need_by,
                    issued_on=order.supplier_calendar.local_date(order.issued_at),
                )
            case e.ReminderSent():
                return m.MilestoneReminder(**theirs, milestones=_due(order, self.now))
            case e.OrderHeld():
                return m.OrderHeld(**theirs, reason=event.reason)
            case e.OrderResumed():
                return m.OrderResumed(**theirs, need_by=order.need_by)
            case e.CancellationRequested():
                return m.OrderCancelled(
                    **theirs, reason=event.reason, returns=_there(order), coming=_coming(order)
                )
            case e.NonconformanceDispositioned() | e.DispositionDecided():
                return m.ReworkRequested(
                    **theirs,
                    nonconformance=event.nonconformance,
                    defect=order.nonconformances[event.nonconformance].defect,
                    pieces=_going_back(order, event.moves),
                )
            case e.InspectionReviewed():
                inspection = order.inspections[event.inspection]
                return m.InspectionReviewed(
                    **theirs,
                    inspection=event.inspection,
                    decision=_decision(event.decision),
                    pieces=_pieces(order, inspection.line, inspection.lot, inspection.lot_size),
                    note=event.note,
                )
            case e.OrderClosed() | e.OrderForceCompleted():
                return m.OrderClosed(**theirs, totals=_totals(order))
            case e.OrderAcknowledged():
                return m.OrderAcknowledged(
                    **ours,
                    supplier=order.supplier_name,
                    process=order.process_name,
                    need_by=order.need_by,
                    promise_date=event.promise_date,
                    supplier_order=event.supplier_order,
                )
            case e.OrderCountered():
                return m.OrderCountered(
                    **ours,
                    supplier=order.supplier_name,
                    process=order.process_name,
                    need_by=order.need_by,
                    changes=_changes(order, event.before, event.terms),
                    reason=event.reason,
                    supplier_order=event.supplier_order,
                )
            case e.CounterAccepted():
                return m.CounterAnswered(
                    **theirs,
                    decision="accept",
                    need_by=order.need_by,
                    changes=_changes(order, event.before, event.terms),
                    reason=event.reason,
                )
            case e.CounterRejected():
                return m.CounterAnswered(
                    **theirs, decision="reject", need_by=order.need_by, reason=event.reason
                )
            case e.ChangeProposed():
                return m.ChangeProposed(
                    **ours,
                    supplier=order.supplier_name,
                    process=order.process_name,
                    change=_change_order(order, event.change),
                    reason=event.reason,
                )
            case e.ChangeApproved() if notice.party == "supplier":
                return m.ChangeApproved(
                    **theirs,
                    change=_change_order(order, event.change),
                    reason=order.changes[event.change].reason,
                    revision=order.revision,
                )
            case e.ChangeApproved() | e.ChangeRejected():
                return m.ChangeDecided(
                    **ours,
                    supplier=order.supplier_name,
                    decision="approve" if isinstance(event, e.ChangeApproved) else "reject",
                    change=_change_order(order, event.change),
                    reason=event.reason,
                )
            case e.ChangeWithdrawn():
                return m.ChangeWithdrawn(**theirs, change=event.change, need_by=order.need_by)
            case e.ChangeAcknowledged() | e.ChangeDeclined():
                return m.ChangeAnswered(
                    **ours,
                    supplier=order.supplier_name,
                    decision="accept" if isinstance(event, e.ChangeAcknowledged) else "decline",
                    change=_change_order(order, event.change),
                    revision=order.revision,
                    reason=event.reason if isinstance(event, e.ChangeDeclined) else "",
                )
            case e.OrderDeclined():
                return m.OrderDeclined(
                    **ours,
                    supplier=order.supplier_name,
                    process=order.process_name,
                    need_by=order.need_by,
                    reason=event.reason,
                )
            case e.AlertRaised() | e.AlertEscalated():
                return self._alert(order, order.alerts[event.alert], ours)
        raise AssertionError(f"no mail is written about {event.name}")

    def _alert(self, order: Order, alert: Alert, ours: dict[str, Any]) -> m.Alert:
        return m.Alert(
            **ours,
            rule=alert.rule,
            since=alert.since,
            timezone=order.plant_calendar.timezone,
            supplier=order.supplier_name,
            process=order.process_name,
            owed_by=now_owed_by(order, alert),
            details=alert.details,
        )


def link_for(session: Session, settings: Settings, order: str, contact: str, now: datetime) -> str:
    """The id of a link that lives at least a month longer, made when there is none."""
    until = now + timedelta(days=min(30, settings.link_days // 2))
    living: str | None = session.scalar(_LIVING_LINK, {"order": order, "contact": contact, "until": until})
    if living is not None:
        return living
    link = uuid.uuid4().hex
    session.execute(
        _ADD_LINK,
        {
            "id": link,
            "fingerprint": fingerprint(link_token(settings.secret_key.get_secret_value().encode(), link)),
            "order_number": order,
            "contact": contact,
            "created_at": now,
            "expires_at": now + timedelta(days=settings.link_days),
        },
    )
    return link


def order_issued(order: Order, theirs: dict[str, Any]) -> m.OrderIssued:
    """The mail a supplier gets about a new order; `theirs` is what all mails to suppliers carry."""
    shipped = next((item.planned for item in order.milestones if item.kind == "shipped"), None)
    return m.OrderIssued(
        **theirs,
        process=order.process_name,
        spec=order.spec,
        spec_revision=order.spec_revision,
        need_by=order.need_by,
        purchase_order=order.purchase_order,
        ship_by=shipped,
        lines=tuple(
            m.OrderLine(
                work_order=line.work_order,
                part=line.part,
                revision=line.part_revision,
                description=line.description,
                quantity=str(line.ordered),
                unit=line.unit,
                lots=_planned(line.lots),
            )
            for line in order.lines
        ),
    )


def _changes(
    order: Order, before: Iterable[LineTerms], terms: Iterable[LineTerms]
) -> tuple[m.TermsChange, ...]:
    """The lines that differ, side by side."""
    changes = []
    for was, now in zip(before, terms, strict=True):
        line = order.line(was.line)
        assert line is not None, "terms are of the order's lines"
        if was != now:
            changes.append(
                m.TermsChange(
                    part=line.part,
                    revision=line.part_revision,
                    unit=line.unit,
                    currency=order.currency,
                    quantity=(str(was.quantity), str(now.quantity)),
                    unit_price=(str(was.unit_price), str(now.unit_price)),
                    promise_date=(was.promise_date, now.promise_date),
                )
            )
    return tuple(changes)


def _change_order(order: Order, name: str) -> m.ChangeOrder:
    """A change as its mails tell it, with the lines that differ."""
    change = order.changes[name]
    lines = []
    for was, now in zip(change.before.lines, change.after.lines, strict=True):
        line = order.line(was.line)
        assert line is not None, "a change is of the order's lines"
        if was != now:
            lines.append(
                m.LineChange(
                    part=line.part,
                    revision=line.part_revision,
                    unit=line.unit,
                    currency=order.currency,
                    quantity=(str(was.quantity), str(now.quantity)),
                    unit_price=(str(was.unit_price), str(now.unit_price)),
                    lots=(_planned(was.lots), _planned(now.lots)),
                )
            )
    return m.ChangeOrder(
        change=name,
        need_by=(change.before.need_by, change.after.need_by),
        spec_revision=(change.before.spec_revision, change.after.spec_revision),
        lines=tuple(lines),
    )


def _planned(lots: Iterable[PlannedLot]) -> tuple[m.PlannedLot, ...]:
    return tuple(m.PlannedLot(lot=lot.lot, quantity=str(lot.quantity), heat=lot.heat) for lot in lots)


def _pieces(order: Order, number: int, lot: str, quantity: Decimal) -> m.Pieces:
    line = order.line(number)
    assert line is not None, "moves and inspections are on the order's lines"
    return m.Pieces(
        part=line.part, revision=line.part_revision, quantity=str(quantity), unit=line.unit, lot=lot
    )


def _there(order: Order) -> tuple[m.Pieces, ...]:
    return _in(order, Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER)


def _coming(order: Order) -> tuple[m.Pieces, ...]:
    return _in(order, Bucket.IN_TRANSIT_BACK)


def _in(order: Order, *buckets: Bucket) -> tuple[m.Pieces, ...]:
    return tuple(
        _pieces(order, line_of(at), lot_of(at), quantity)
        for at, pieces in order.stock.items()
        if (quantity := sum((pieces.get(bucket, Decimal(0)) for bucket in buckets), Decimal(0)))
    )


def _going_back(order: Order, moves: Iterable[Move]) -> tuple[m.Pieces, ...]:
    return tuple(
        _pieces(order, move.line, move.lot, move.quantity)
        for move in moves
        if move.target is Bucket.IN_TRANSIT_OUT
    )


def _due(order: Order, now: datetime) -> tuple[m.DueMilestone, ...]:
    today = order.supplier_calendar.local_date(now)
    soon = order.supplier_calendar.add_workdays(today, 1)
    return tuple(
        m.DueMilestone(name=item.name, planned=item.planned, overdue=item.planned < today)
        for item in order.milestones
        if item.actual is None and item.planned <= soon
    )


def _totals(order: Order) -> tuple[m.Total, ...]:
    return tuple(
        m.Total(
            part=line.part,
            revision=line.part_revision,
            unit=line.unit,
            ordered=str(line.ordered),
            accepted=str(total(order.stock, Bucket.ACCEPTED, line=line.line)),
            scrapped=str(total(order.stock, Bucket.SCRAPPED, line=line.line)),
            lost=str(total(order.stock, Bucket.LOST, line=line.line)),
        )
        for line in order.lines
    )


def _decision(text: str) -> Literal["release", "reject"]:
    return "release" if text == "release" else "reject"
