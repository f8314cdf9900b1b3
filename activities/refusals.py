"""Refusals as data: kept on the command row, raised again by whoever reads it, told late by mail."""

from __future__ import annotations

from typing import Any

from activities import mail_parts, our_mails
from activities.letters import Letters, link_for
from models.codec import adapter, plain
from models.domain.errors import FieldError, Forbidden, Invalid, Refusal, Stale, Standing, Unknown
from models.domain.order import Order
from models.queries.contacts import supplier_contacts, user
from models.tables.suppliers import Supplier

_KINDS: dict[str, type[Refusal]] = {
    kind.__name__: kind for kind in (Refusal, Invalid, Forbidden, Unknown, Stale)
}


def as_json(refusal: Refusal) -> dict[str, Any]:
    return {
        "kind": type(refusal).__name__,
        "code": refusal.code,
        "text": refusal.text,
        "values": refusal.values,
        "errors": [
            {"field": error.field, "text": error.text, "values": dict(error.values)}
            for error in refusal.errors
        ],
        "standing": plain(refusal.standing) if refusal.standing is not None else None,
    }


def from_json(data: dict[str, Any]) -> Refusal:
    """The refusal that `as_json` kept."""
    errors = tuple(
        FieldError(error["field"], error["text"], tuple(error["values"].items())) for error in data["errors"]
    )
    refusal = _KINDS[data["kind"]](data["code"], data["text"], errors=errors, **data["values"])
    if data.get("standing") is not None:
        refusal.standing = adapter(Standing).validate_python(data["standing"])
    return refusal


def cannot_be_kept() -> Invalid:
    """What is said of a command that fails in the same way however often it is tried."""
    return Invalid(
        "command.impossible",
        "The database cannot keep this: a number is too large or a text too long. Nothing has changed. "
        "Enter less and send it again; if it is refused once more, tell whoever runs Sendout.",
    )


def tell_late(letters: Letters, number: str, order: Order | None, command: Any, refusal: Refusal) -> None:
    """The person was told "saved"; now that it is refused, a mail says why."""
    person = None
    link = ""
    if command.actor_kind == "user":
        person = user(letters.session, command.actor_id)
    elif command.actor_kind == "supplier" and order is not None:
        supplier = letters.session.get(Supplier, order.supplier)
        contacts = supplier_contacts(letters.session, supplier, letters.now) if supplier is not None else []
        person = next((contact for contact in contacts if contact.id == command.actor_id), None)
        if person is not None:
            link = link_for(letters.session, letters.settings, number, person.id, letters.now)
    if person is None:
        return
    letters.add(
        number,
        person,
        our_mails.CommandRefused(
            order=number,
            company=letters.settings.company,
            command=command.name,
            received_at=command.received_at,
            timezone=order.plant_calendar.timezone if order is not None else "UTC",
            why=mail_parts.Sentence(text=refusal.text, values=refusal.values),
            problems=tuple(
                mail_parts.Sentence(text=error.text, values=dict(error.values))
                for error in refusal.errors
                if error.text != refusal.text
            ),
            link_id=link,
        ),
    )
