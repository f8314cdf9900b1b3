"""Outbox rows for notices: addresses, locales, links and the words' values. Sends nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlmodel import Session

from activities import mail_facts, mail_parts, mail_pieces, our_mails, supplier_mails
from activities.mail_message import mail_host, sender_of
from activities.outgoing import queue
from models.domain import delivery_days
from models.domain import events as e
from models.domain.authority import Role
from models.domain.deadlines import Party, now_owed_by
from models.domain.notices import Notice
from models.domain.order import Order
from models.domain.records import Alert
from models.domain.tokens import fingerprint, link_token
from models.queries.contacts import Person, supplier_contacts, user, users_with
from models.settings import Settings
from models.tables.orders import LinkRow
from models.tables.suppliers import Supplier
from models.tables.types import table

_LINKS = table(LinkRow)
_ADD_LINK = insert(_LINKS)
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
            party = mail_facts.owed_by(order, notice) if notice.party == "owner" else notice.party
            for person in self._people(order, notice, party, buyer):
                # A controlled order's mail goes to cleared people only.
                if order.export_controlled and not person.cleared:
                    continue
                link = self._link(order, person) if party == "supplier" else ""
                context = self._context(order, notice, buyer, link)
                self.add(order.number, person, context)

    def add(self, order_number: str, person: Person, context: mail_parts.MailContext) -> None:
        """One mail to one person."""
        outbox = str(uuid.uuid5(uuid.UUID(self.command), f"{len(self.written)}:{person.party}"))
        queue(self.session, outbox, person, context, host=self.host, now=self.now, order=order_number)
        self.written.append(outbox)

    def _people(self, order: Order, notice: Notice, party: Party, buyer: Person | None) -> list[Person]:
        if notice.party == "owner" and party != "supplier":
            owner = user(self.session, mail_facts.action_of(order, notice.event).owner)
            if owner is not None:
                return [owner]
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

    def _context(
        self, order: Order, notice: Notice, buyer: Person | None, link: str
    ) -> mail_parts.MailContext:
        event = notice.event
        ours: dict[str, Any] = {"order": order.number, "company": self.settings.company}
        theirs: dict[str, Any] = {
            **ours,
            "buyer": buyer.name if buyer is not None else self.settings.company,
            "buyer_email": buyer.email if buyer is not None else sender_of(self.settings.mail_from)[1],
            "link_id": link,
        }
        match event:
            case e.OrderIssued() if order.kin.split_from:
                return mail_facts.order_split(order, theirs)
            case e.OrderIssued():
                return mail_facts.order_issued(order, theirs)
            case e.ReminderSent(rule="ack_reminder"):
                first, *later = delivery_days.days_needed(order)
                return supplier_mails.AcknowledgmentReminder(
                    **theirs,
                    process=order.process_name,
                    need_by=first,
                    later=tuple(later),
                    issued_on=order.supplier_calendar.local_date(order.issued_at),
                )
            case e.ReminderSent(rule="contingency_soon"):
                return mail_facts.contingency_reminder(order, ours)
            case e.ReminderSent(rule="transfer_due"):
                asked = order.transfers[event.occurrence.partition("#")[0]]
                return mail_facts.transfer_offered(order, asked, theirs)
            case e.ReminderSent(rule="claim_due"):
                return mail_facts.claim_reminder(order, ours)
            case e.ReminderSent(rule="change_reminder"):
                return mail_facts.change_reminder(order, theirs)
            case e.ReminderSent(rule="return_reminder"):
                returns, coming = mail_pieces.to_leave(order), mail_pieces.coming(order)
                return supplier_mails.ReturnReminder(**theirs, returns=returns, coming=coming)
            case e.ActionPlanned():
                return our_mails.ActionPlanned(**ours, **mail_facts.corrective(order, event), link_id=link)
            case e.ReminderSent(rule="corrective_action_due"):
                return our_mails.ActionDue(**ours, **mail_facts.corrective(order, event), link_id=link)
            case e.ReminderSent():
                return supplier_mails.MilestoneReminder(**theirs, milestones=mail_facts.due(order, self.now))
            case e.OrderHeld():
                return supplier_mails.OrderHeld(**theirs, reason=event.reason)
            case e.OrderResumed():
                return supplier_mails.OrderResumed(**theirs, need_by=order.need_by)
            case e.CancellationRequested():
                return supplier_mails.OrderCancelled(
                    **theirs,
                    reason=event.reason,
                    returns=mail_pieces.there(order),
                    coming=mail_pieces.coming(order),
                )
            case e.NonconformanceDispositioned() | e.DispositionDecided():
                back: type[supplier_mails.ReworkRequested | supplier_mails.PiecesReturned]
                back = (
                    supplier_mails.PiecesReturned
                    if notice.mail == "pieces_returned"
                    else supplier_mails.ReworkRequested
                )
                return back(
                    **theirs,
                    nonconformance=event.nonconformance,
                    defect=order.nonconformances[event.nonconformance].defect,
                    pieces=mail_pieces.going_back(order, event.moves),
                )
            case e.InspectionReviewed():
                inspection = order.inspections[event.inspection]
                return supplier_mails.InspectionReviewed(
                    **theirs,
                    inspection=event.inspection,
                    decision=mail_facts.decision(event.decision),
                    pieces=mail_pieces.some_pieces(
                        order, inspection.line, inspection.lot, inspection.lot_size
                    ),
                    note=event.note,
                    first_article=mail_pieces.first_pieces(order, inspection),
                )
            case e.LotHeld():
                pieces = mail_pieces.there_of(order, event.lots)
                return supplier_mails.LotHeld(**theirs, lots=event.lots, pieces=pieces, reason=event.reason)
            case e.LotReleased():
                pieces = mail_pieces.there_of(order, event.lots)
                return supplier_mails.LotReleased(
                    **theirs, lots=event.lots, pieces=pieces, need_by=order.need_by
                )
            case e.OrderClosed() | e.OrderForceCompleted():
                return supplier_mails.OrderClosed(**theirs, totals=mail_facts.totals(order))
            case e.OrderAcknowledged():
                return mail_facts.order_acknowledged(order, event, ours)
            case e.OrderCountered():
                return our_mails.OrderCountered(
                    **ours,
                    supplier=order.supplier_name,
                    process=order.process_name,
                    need_by=order.need_by,
                    changes=mail_facts.changes(order, event.before, event.terms),
                    reason=event.reason,
                    supplier_order=event.supplier_order,
                )
            case e.CounterAccepted():
                return mail_facts.counter_accepted(order, event, theirs)
            case e.CounterRejected():
                return mail_facts.counter_rejected(order, event, theirs)
            case e.ChangeProposed():
                return our_mails.ChangeProposed(
                    **ours,
                    supplier=order.supplier_name,
                    process=order.process_name,
                    change=mail_facts.change_order(order, event.change),
                    reason=event.reason,
                )
            case e.ChangeApproved() if notice.party == "supplier":
                return supplier_mails.ChangeApproved(
                    **theirs,
                    change=mail_facts.change_order(order, event.change),
                    reason=order.changes[event.change].reason,
                    revision=order.revision,
                    returns=mail_pieces.leaves_with(order, event.change),
                )
            case e.ChangeApproved() | e.ChangeRejected():
                return our_mails.ChangeDecided(
                    **ours,
                    supplier=order.supplier_name,
                    decision="approve" if isinstance(event, e.ChangeApproved) else "reject",
                    change=mail_facts.change_order(order, event.change),
                    reason=event.reason,
                )
            case e.ChangeWithdrawn():
                return supplier_mails.ChangeWithdrawn(**theirs, change=event.change, need_by=order.need_by)
            case e.ChangeAcknowledged() | e.ChangeDeclined():
                return our_mails.ChangeAnswered(
                    **ours,
                    supplier=order.supplier_name,
                    decision="accept" if isinstance(event, e.ChangeAcknowledged) else "decline",
                    change=mail_facts.change_order(order, event.change),
                    revision=order.revision,
                    reason=event.reason if isinstance(event, e.ChangeDeclined) else "",
                )
            case e.OrderExpedited():
                return supplier_mails.ExpediteRequested(
                    **theirs,
                    process=order.process_name,
                    need_by=(event.before, event.need_by),
                    reason=event.reason,
                    revision=order.revision,
                )
            case e.PushTakenBack():
                return our_mails.PushTakenBack(
                    **ours,
                    supplier=order.supplier_name,
                    by=event.by,
                    expected=event.forecast,
                    need_by=order.need_by,
                )
            case e.OrdersMerged():
                return mail_facts.orders_merged(order, event, theirs)
            case e.TransferAnnounced() if notice.party == "supplier":
                return mail_facts.transfer_offered(order, event.transfer, theirs)
            case e.TransferAnnounced():
                return mail_facts.transfer_announced(order, event.transfer, ours)
            case e.TransferWithdrawn():
                return mail_facts.transfer_withdrawn(order, event.transfer, theirs)
            case e.TransferRefused():
                return mail_facts.transfer_refused(order, event, ours)
            case e.OrderReassigned():
                return supplier_mails.OrderReassigned(
                    **theirs,
                    reason=event.reason,
                    transfer=event.pieces == "transfer",
                    there=mail_pieces.to_leave(order),
                    rework=mail_pieces.to_rework(order),
                    coming=mail_pieces.coming(order),
                    kept=mail_pieces.accepted(order),
                )
            case e.OrderDeclined():
                return our_mails.OrderDeclined(
                    **ours,
                    supplier=order.supplier_name,
                    process=order.process_name,
                    need_by=order.need_by,
                    reason=event.reason,
                )
            case e.AlertRaised() | e.AlertEscalated():
                return self._alert(order, order.alerts[event.alert], ours)
        raise AssertionError(f"no mail is written about {event.name}")

    def _alert(self, order: Order, alert: Alert, ours: dict[str, Any]) -> our_mails.Alert:
        return our_mails.Alert(
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
