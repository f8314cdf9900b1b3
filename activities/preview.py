"""The mail a draft would become, for its buyer to read before anybody outside does. Saves nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from activities.facts import of_draft
from activities.mail_facts import order_issued
from activities.mail_message import mail_host, sender_of
from activities.rendering import Rendered, render
from models.domain.decisions.issuing import issue
from models.domain.errors import Unknown
from models.domain.events import OrderIssued
from models.domain.facts import Draft
from models.queries.contacts import contacts_to_be, user
from models.settings import Settings
from models.tables.suppliers import Supplier

# Where the number will stand, and the secret part of the link.
_DOTS = "…"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person, in their language."""

    name: str
    email: str
    locale: str
    mail: Rendered


def letters(session: Session, settings: Settings, draft: Draft, now: datetime) -> list[Letter]:
    """The mails that issuing `draft` now would send. Raises what issuing it would be refused with."""
    supplier = session.get(Supplier, draft.supplier)
    if supplier is None:
        raise Unknown("supplier.unknown", "There is no supplier {supplier}.", supplier=draft.supplier)
    contacts = contacts_to_be(session, supplier, now)
    draft = replace(draft, number=draft.number or f"SO-{now.year}-{_DOTS}")
    (issued,) = issue(of_draft(session, draft, supplier, contacts, now), now)
    assert isinstance(issued, OrderIssued), "issuing is one event"
    buyer = user(session, draft.buyer)
    context = order_issued(
        issued.order,
        {
            "order": draft.number,
            "company": settings.company,
            "buyer": buyer.name if buyer is not None else settings.company,
            "buyer_email": buyer.email if buyer is not None else sender_of(settings.mail_from)[1],
            "link_id": "preview",
        },
    )
    return [
        Letter(
            person.name,
            person.email,
            person.locale,
            render(
                context,
                locale=person.locale,
                reader=person.name,
                link=f"{settings.public_url.rstrip('/')}/s/{_DOTS}",
                written_at=now,
                host=mail_host(settings.mail_from),
            ),
        )
        for person in contacts
        if person.cleared or not issued.order.export_controlled
    ]
