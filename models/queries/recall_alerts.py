"""Recall mails that reached nobody at a customer: alerts that stand until all of its contacts have one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from models.tables.outbox import OutboxRecipient, RecipientState
from models.tables.recalls import RecallRow
from models.tables.shop_floor import Customer
from models.tables.types import table

_RECALLS, _RECIPIENTS, _CUSTOMERS = table(RecallRow), table(OutboxRecipient), table(Customer)
_CONTACT = "customer_contact:"


@dataclass(frozen=True, slots=True)
class Failed:
    """A contact who was not reached; `smtp_code` is what the mail server said, None when nothing."""

    name: str
    address: str
    smtp_code: int | None


@dataclass(frozen=True, slots=True)
class Unreached:
    """A customer of whose contacts some have not heard of the recall; `since` the first mail failed."""

    recall: str
    customer: str
    customer_name: str
    since: datetime
    failed: tuple[Failed, ...]


def unreached(session: Session, *, cleared: bool) -> list[Unreached]:
    """The longest unreached first. Over once every contact the customer has now was sent a mail: a corrected
    address is written to when the recall is approved again, and who was told otherwise is taken off."""
    real = select(_RECALLS.c.number, _RECALLS.c.mails).where(_RECALLS.c.approved_at.is_not(None))
    if not cleared:
        real = real.where(_RECALLS.c.controlled.is_(False))
    found = []
    for recall in session.execute(real.order_by(_RECALLS.c.number)):
        found += _of_recall(session, recall.number, recall.mails)
    return sorted(found, key=lambda each: (each.since, each.recall, each.customer))


def count(session: Session, *, cleared: bool) -> int:
    """How many customers: one short question while no real recall was approved."""
    return len(unreached(session, cleared=cleared))


def _of_recall(session: Session, recall: str, mails: list[str]) -> list[Unreached]:
    rows = session.execute(
        select(_RECIPIENTS)
        .where(_RECIPIENTS.c.outbox_id.in_(mails), _RECIPIENTS.c.state != RecipientState.QUEUED.value)
        .order_by(_RECIPIENTS.c.updated_at, _RECIPIENTS.c.address)
    ).all()
    sent = {row.address.lower() for row in rows if row.state == RecipientState.SENT}
    failed: dict[str, list[Failed]] = {}
    since: dict[str, datetime] = {}
    for row in rows:
        if row.state == RecipientState.FAILED:
            customer = row.party.removeprefix(_CONTACT).rpartition(":")[0]
            failed.setdefault(customer, []).append(Failed(row.name, row.address, row.smtp_code))
            since.setdefault(customer, row.updated_at)
    found = []
    for customer, unreachable in failed.items():
        known = session.execute(select(_CUSTOMERS).where(_CUSTOMERS.c.code == customer)).one_or_none()
        contacts = {each["email"].lower() for each in known.contacts} if known is not None else set()
        if contacts and contacts <= sent:
            continue
        name = known.name if known is not None else customer
        found.append(Unreached(recall, customer, name, since[customer], tuple(unreachable)))
    return found
