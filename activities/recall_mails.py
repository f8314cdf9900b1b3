"""Mails to the contacts of customers who got recalled parts: one each, however often it is approved."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from activities.mail_message import mail_host, sender_of
from activities.outgoing import queue_once
from activities.supplier_mails import Dispatched, RecallNotice
from models.domain.recalls import Recall
from models.queries.contacts import Person, user
from models.settings import Settings

_IDS = uuid.UUID("d5b8a0f6-94f4-4b0b-9a54-8c1c5c3f7f63")


def write(
    session: Session, settings: Settings, recall: Recall, reached: dict[str, Any], now: datetime
) -> list[str]:
    """The mails that were not written before, in the outbox. Their ids follow from recall and contact."""
    opener = user(session, recall.opened_by)
    answered_by = {
        "buyer": opener.name if opener is not None else settings.company,
        "buyer_email": opener.email if opener is not None else sender_of(settings.mail_from)[1],
    }
    written = []
    for customer in reached["customers"]:
        context = RecallNotice(
            order=recall.number,
            company=settings.company,
            **answered_by,
            customer=customer["name"],
            reason=recall.reason,
            pieces=tuple(_dispatched(line) for line in customer["lines"]),
        )
        for contact in customer["contacts"]:
            outbox = str(
                uuid.uuid5(_IDS, f"{recall.number}:{customer['customer']}:{contact['email'].lower()}")
            )
            person = _person(customer["customer"], contact)
            if queue_once(session, outbox, person, context, host=mail_host(settings.mail_from), now=now):
                written.append(outbox)
    return written


def _person(customer: str, contact: dict[str, str]) -> Person:
    """The address stays out of what names them."""
    mark = hashlib.sha256(contact["email"].lower().encode()).hexdigest()[:12]
    party = f"customer_contact:{customer}:{mark}"
    return Person(party, party, contact["name"], contact["email"], contact["locale"], cleared=False)


def _dispatched(line: dict[str, Any]) -> Dispatched:
    return Dispatched(
        part=line["part"],
        revision=line["part_revision"] or "",
        quantity=line["quantity"],
        unit=line["unit"],
        lot=line["lot"],
        dispatch=line["dispatch"],
        shipped_on=date.fromisoformat(line["shipped_on"]),
        serials=tuple(line["serials"]),
    )
