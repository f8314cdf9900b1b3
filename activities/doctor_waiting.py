"""Finds what waits longer than it should, and links that belong to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlmodel import Session

from activities.delivery_types import Patience
from activities.findings import Finding, found
from models.domain.order import ENDED
from models.tables.orders import CommandRow, LinkRow, OrderRow
from models.tables.outbox import MailState, Outbox
from models.tables.suppliers import SupplierContact
from models.tables.types import table

_ORDERS = table(OrderRow)
_COMMANDS = table(CommandRow)
_OUTBOX = table(Outbox)
_LINKS = table(LinkRow)
_CONTACTS = table(SupplierContact)
_DEADLINE_GRACE = timedelta(minutes=2)
_COMMAND_GRACE = timedelta(minutes=5)
_MAIL_GRACE = timedelta(hours=1)


def waiting(session: Session, now: datetime) -> Iterator[Finding]:
    yield from _deadlines(session, now)
    yield from _commands(session, now)
    yield from _mails(session, now)


def _deadlines(session: Session, now: datetime) -> Iterator[Finding]:
    """An order on hold has no next deadline, so none of these is."""
    rows = session.execute(
        select(_ORDERS.c.number, _ORDERS.c.next_due)
        .where(_ORDERS.c.next_due < now - _DEADLINE_GRACE, _ORDERS.c.stage.not_in(ENDED))
        .order_by(_ORDERS.c.number)
    )
    for row in rows:
        yield found("deadline.missed", row.number, f"A deadline passed at {row.next_due:%Y-%m-%d %H:%M} UTC.")


def _commands(session: Session, now: datetime) -> Iterator[Finding]:
    rows = session.execute(
        select(_COMMANDS.c.id, _COMMANDS.c.order_number, _COMMANDS.c.name, _COMMANDS.c.received_at)
        .where(_COMMANDS.c.status == "received", _COMMANDS.c.received_at < now - _COMMAND_GRACE)
        .order_by(_COMMANDS.c.order_number, _COMMANDS.c.sequence)
    )
    for row in rows:
        what = f"{row.name} waits since {row.received_at:%Y-%m-%d %H:%M} UTC to be applied."
        yield found("command.stuck", f"{row.order_number} command {row.id}", what)


def _mails(session: Session, now: datetime) -> Iterator[Finding]:
    patience = timedelta(seconds=Patience().give_up_after)
    rows = session.execute(
        select(_OUTBOX.c.id, _OUTBOX.c.order_number, _OUTBOX.c.template, _OUTBOX.c.created_at)
        .where(
            _OUTBOX.c.state == MailState.QUEUED.value,
            _OUTBOX.c.created_at < now - patience - _MAIL_GRACE,
        )
        .order_by(_OUTBOX.c.created_at, _OUTBOX.c.id)
    )
    for row in rows:
        what = f"{row.template} is queued since {row.created_at:%Y-%m-%d %H:%M} UTC."
        yield found("mail.stuck", f"{row.order_number or 'no order'} mail {row.id}", what)


def unattended(session: Session, now: datetime) -> list[str]:
    """Mails that should have a delivery workflow by now; whether they have is Temporal's to say."""
    query = select(_OUTBOX.c.id).where(
        _OUTBOX.c.state == MailState.QUEUED.value, _OUTBOX.c.created_at < now - _MAIL_GRACE
    )
    return list(session.scalars(query.order_by(_OUTBOX.c.created_at, _OUTBOX.c.id)))


def links(session: Session) -> Iterator[Finding]:
    """Each link must belong to a contact of the very supplier that has the order."""
    rows = session.execute(
        select(_LINKS.c.id, _LINKS.c.order_number)
        .join(_ORDERS, _ORDERS.c.number == _LINKS.c.order_number, isouter=True)
        .join(_CONTACTS, _CONTACTS.c.id == _LINKS.c.contact, isouter=True)
        .where(
            _LINKS.c.revoked_at.is_(None),
            or_(_CONTACTS.c.id.is_(None), _CONTACTS.c.supplier != _ORDERS.c.supplier),
        )
        .order_by(_LINKS.c.id)
    )
    for row in rows:
        yield found(
            "link.contact", f"{row.order_number} link {row.id}", "Its contact is not one of the supplier's."
        )
