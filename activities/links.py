"""Emailed links: who holds one, when it ends, and how a fresh one reaches the same person."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from activities import supplier_mails
from activities.letters import Letters, link_for
from activities.mail_message import sender_of
from models.codec import load_order
from models.domain.order import Order
from models.domain.tokens import fingerprint
from models.queries.contacts import Person, supplier_contacts, user
from models.settings import Settings
from models.tables.orders import LinkRow, OrderRow
from models.tables.outbox import Outbox, OutboxRecipient
from models.tables.suppliers import Supplier
from models.tables.types import table

_LINKS = table(LinkRow)
_ORDERS = table(OrderRow)
_OUTBOX = table(Outbox)
_RECIPIENTS = table(OutboxRecipient)
# Whoever presses the button again within this time has the mail already, or soon will.
FRESH_EVERY = timedelta(minutes=10)


def by_token(session: Session, token: str) -> Any:
    """The link of a token, living or not; None when there never was one."""
    return session.execute(select(_LINKS).where(_LINKS.c.fingerprint == fingerprint(token))).first()


def by_id(session: Session, link: str) -> Any:
    """The link with this id, living or not; None when there never was one."""
    return session.execute(select(_LINKS).where(_LINKS.c.id == link)).first()


def kindred(session: Session, link: Any, order: Order, now: datetime) -> dict[str, Any]:
    """By order, the same contact's living links to those that go on with this one, and to the other parts of the
    one it is a part of. To what another supplier has there is none."""
    kin = order.kin
    wanted = {kin.merged_into, *kin.superseded_by, *kin.siblings} - {""}
    if not wanted:
        return {}
    rows = session.execute(
        select(_LINKS)
        .where(
            _LINKS.c.order_number.in_(sorted(wanted)),
            _LINKS.c.contact == link.contact,
            _LINKS.c.revoked_at.is_(None),
            _LINKS.c.expires_at > now,
        )
        .order_by(_LINKS.c.expires_at)
    )
    return {row.order_number: row for row in rows}


def living(link: Any, now: datetime) -> bool:
    """Whether the link (a row or None) still opens its order."""
    return link is not None and link.revoked_at is None and link.expires_at > now


def revoke(session: Session, order: str, contact: str | None, now: datetime) -> list[str]:
    """Ends the living links of an order at once, those of one contact or (None) of all; gives their ids.

    Later mails, and whoever asks for a fresh link, get new ones. To shut a person out, also take
    `orders` out of what the contact is notified of.
    """
    wanted = [_LINKS.c.order_number == order, _LINKS.c.revoked_at.is_(None), _LINKS.c.expires_at > now]
    if contact is not None:
        wanted.append(_LINKS.c.contact == contact)
    ended = session.scalars(update(_LINKS).where(*wanted).values(revoked_at=now).returning(_LINKS.c.id))
    return sorted(ended)


def mail_fresh(session: Session, settings: Settings, link: Any, now: datetime) -> list[str]:
    """Writes the mail with a fresh link for whom `link` (a row or None) was made; gives outbox ids.

    It goes to the address we know, whoever asked. Nothing is written when there never was such a
    link, when its contact no longer gets orders, or when the same mail was written just now.
    """
    if link is None:
        return []
    row = session.execute(
        select(_ORDERS.c.snapshot, _ORDERS.c.supplier).where(_ORDERS.c.number == link.order_number)
    ).one()
    person = _contact(session, row.supplier, link.contact, now)
    if person is None or _written_lately(session, link.order_number, person, now):
        return []
    order = load_order(row.snapshot)
    if order.export_controlled and not person.cleared:
        return []
    buyer = user(session, order.buyer)
    fresh = link_for(session, settings, order.number, person.id, now)
    context = supplier_mails.FreshLink(
        order=order.number,
        company=settings.company,
        buyer=buyer.name if buyer is not None else settings.company,
        buyer_email=buyer.email if buyer is not None else sender_of(settings.mail_from)[1],
        link_id=fresh,
        process=order.process_name,
        expires_on=order.supplier_calendar.local_date(by_id(session, fresh).expires_at),
    )
    letters = Letters(session, settings, str(uuid.uuid4()), now)
    letters.add(order.number, person, context)
    return letters.written


def _contact(session: Session, supplier: str, contact: str, now: datetime) -> Person | None:
    """The contact, as long as they are notified of orders."""
    company = session.get_one(Supplier, supplier)
    return next((each for each in supplier_contacts(session, company, now) if each.id == contact), None)


def _written_lately(session: Session, order: str, person: Person, now: datetime) -> bool:
    lately = session.scalar(
        select(_OUTBOX.c.id)
        .join(_RECIPIENTS, _RECIPIENTS.c.outbox_id == _OUTBOX.c.id)
        .where(
            _OUTBOX.c.order_number == order,
            _OUTBOX.c.template == "fresh_link",
            _OUTBOX.c.created_at > now - FRESH_EVERY,
            _RECIPIENTS.c.party == person.party,
        )
        .limit(1)
    )
    return lately is not None
