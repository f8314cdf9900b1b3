"""One mail to one person, written into the outbox; what waits there is delivered whoever wrote it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from activities import mail_contexts
from activities.mail_parts import MailContext
from models.queries.contacts import Person
from models.tables.outbox import Outbox, OutboxRecipient, message_id, thread_id, workflow_id
from models.tables.types import table

_ADD_MAIL, _ADD_RECIPIENT = map(insert, (table(Outbox), table(OutboxRecipient)))


def queue(
    session: Session,
    outbox: str,
    person: Person,
    context: MailContext,
    *,
    host: str,
    now: datetime,
    order: str | None = None,
) -> None:
    """Mail `outbox`, in the thread of `order` where it is about one. Given once only."""
    session.execute(
        _ADD_MAIL,
        {
            "id": outbox,
            "order_number": order,
            "kind": "mail",
            "template": mail_contexts.name_of(context),
            "context": mail_contexts.dump(context),
            "locale": person.locale,
            "message_id": message_id(outbox, host),
            "thread": thread_id(order, host) if order is not None else None,
            "state": "queued",
            "workflow_id": workflow_id(outbox),
            "created_at": now,
        },
    )
    session.execute(
        _ADD_RECIPIENT,
        {
            "outbox_id": outbox,
            "party": person.party,
            "address": person.email,
            "name": person.name,
            "state": "queued",
            "smtp_text": "",
            "tries": 0,
            "updated_at": now,
        },
    )


def queue_once(
    session: Session,
    outbox: str,
    person: Person,
    context: MailContext,
    *,
    host: str,
    now: datetime,
) -> bool:
    """The same for a mail about no order; False when it was written before."""
    if session.get(Outbox, outbox) is not None:
        return False
    queue(session, outbox, person, context, host=host, now=now)
    return True
