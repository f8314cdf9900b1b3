"""What is to leave the house: one row a mail, one row more for each person who gets it.

The transaction that decides to send writes both; the delivery workflow of the row sends. What is
kept here is enough to send the very same mail again: template, context, ids and the date. A link
is kept as its ``link_id`` only, its token is derived while sending.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.types import Json, Utc


class MailState(StrEnum):
    """Of a whole mail; all but ``queued`` are final."""

    QUEUED = "queued"
    SENT = "sent"
    PARTLY = "partly"
    UNDELIVERABLE = "undeliverable"


class RecipientState(StrEnum):
    """Of one recipient; ``sent`` means that the mail server accepted it."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Outbox(SQLModel, table=True):
    """One mail. A mail with a link belongs to one contact, so it has one recipient."""

    __tablename__ = "outbox"

    # A UUID given by the writer; the delivery workflow is named after it.
    id: str = Field(primary_key=True)
    order_number: str | None = Field(default=None, index=True)
    kind: str = "mail"
    # A name in activities.mail_contexts.MAILS, and the fields of that context as JSON.
    template: str
    context: dict[str, Any] = Field(sa_type=Json, default_factory=dict)
    locale: str
    # `<id@host>`: the same at every attempt, so that a doubtful resend is seen as the same mail.
    message_id: str
    # `<order-number@host>`: what all mails of an order answer to; null stands alone.
    thread: str | None = None
    state: str = Field(default=MailState.QUEUED.value, index=True)
    workflow_id: str
    # Also the mail's Date.
    created_at: datetime = Field(sa_type=Utc)
    # When the last recipient's fate was known and at least one had it.
    sent_at: datetime | None = Field(default=None, sa_type=Utc)


class OutboxRecipient(SQLModel, table=True):
    """A person a mail goes to, and what the mail server said about them last."""

    __tablename__ = "outbox_recipient"

    outbox_id: str = Field(primary_key=True, foreign_key="outbox.id")
    # `supplier_contact:<id>` or `user:<id>`: opaque, so that the person can be erased.
    party: str = Field(primary_key=True)
    address: str
    name: str = ""
    state: str = RecipientState.QUEUED.value
    # Null when there was no answer: the server was away, or the address cannot be used.
    smtp_code: int | None = None
    smtp_text: str = ""
    tries: int = 0
    updated_at: datetime = Field(sa_type=Utc)


def message_id(outbox_id: str, host: str) -> str:
    """The Message-ID of a mail from ``host``."""
    return f"<{outbox_id}@{host}>"


def thread_id(order_number: str, host: str) -> str:
    """The Message-ID that all mails of an order refer to."""
    return f"<order-{order_number}@{host}>"


def workflow_id(outbox_id: str) -> str:
    """The id of the workflow that delivers this mail."""
    return f"mail-{outbox_id}"
