"""What happened to one order, newest first: its events, the mails between them, and the people by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.tables.orders import CommandRow, EventRow
from models.tables.outbox import Outbox, OutboxRecipient
from models.tables.people import User
from models.tables.suppliers import Supplier, SupplierContact
from models.tables.types import table

_EVENTS, _OUTBOX, _RECIPIENTS = table(EventRow), table(Outbox), table(OutboxRecipient)
_USERS, _CONTACTS, _SUPPLIERS = table(User), table(SupplierContact), table(Supplier)
_COMMANDS = table(CommandRow)
# Built once: to build a statement costs as much as to run it.
_NEWEST = (
    select(
        _EVENTS.c.sequence,
        _EVENTS.c.type,
        _EVENTS.c.at,
        _EVENTS.c.actor,
        _EVENTS.c.on_behalf_of,
        _EVENTS.c.payload,
    )
    .where(_EVENTS.c.order_number == bindparam("order"), _EVENTS.c.sequence <= bindparam("before"))
    .order_by(_EVENTS.c.sequence.desc())
    .limit(bindparam("limit"))
)
_MAILS = (
    select(
        _OUTBOX.c.id,
        _OUTBOX.c.template,
        _OUTBOX.c.context,
        _OUTBOX.c.created_at,
        _RECIPIENTS.c.name,
        _RECIPIENTS.c.party,
        _RECIPIENTS.c.state,
        _RECIPIENTS.c.smtp_code,
    )
    .join(_RECIPIENTS, _RECIPIENTS.c.outbox_id == _OUTBOX.c.id)
    .where(
        _OUTBOX.c.order_number == bindparam("order"),
        _OUTBOX.c.created_at >= bindparam("first"),
        _OUTBOX.c.created_at < bindparam("last"),
    )
    .order_by(_OUTBOX.c.created_at.desc(), _OUTBOX.c.id)
    .limit(bindparam("limit"))
)
_COMMAND = select(_COMMANDS).where(
    _COMMANDS.c.id == bindparam("command"), _COMMANDS.c.order_number == bindparam("order")
)
_OURS = select(_USERS.c.id, _USERS.c.name, _USERS.c.email).where(
    _USERS.c.id.in_(bindparam("ids", expanding=True))
)
_THEIRS = (
    select(_CONTACTS.c.id, _CONTACTS.c.name, _CONTACTS.c.email, _SUPPLIERS.c.name.label("supplier"))
    .join(_SUPPLIERS, _SUPPLIERS.c.code == _CONTACTS.c.supplier)
    .where(_CONTACTS.c.id.in_(bindparam("ids", expanding=True)))
)
# Later than any sequence; before and after any instant.
_END = 2**31 - 1
_EVER, _NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_MOST_MAILS = 200


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the stream. `older` is the sequence to go on before, None at the beginning."""

    events: tuple[Any, ...]
    mails: tuple[Any, ...]
    older: int | None


def stretch(session: Session, number: str, before: int | None, limit: int) -> Stretch:
    """The newest `limit` events, or those before event `before`, with the mails written meanwhile."""
    rows = session.execute(
        _NEWEST, {"order": number, "before": before or _END, "limit": limit + (2 if before else 1)}
    ).all()
    # The event that the last page ended with says where this page's mails end.
    last = rows[0].at if before and rows and rows[0].sequence == before else None
    rows = [row for row in rows if before is None or row.sequence < before]
    shown, more = rows[:limit], len(rows) > limit
    if not shown:
        return Stretch((), (), None)
    mails = session.execute(
        _MAILS,
        {
            "order": number,
            "first": shown[-1].at if more else _EVER,
            "last": last or _NEVER,
            "limit": _MOST_MAILS,
        },
    ).all()
    return Stretch(tuple(shown), tuple(mails), shown[-1].sequence if more else None)


def names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """What people are called, by opaque id: ours, and suppliers' contacts with their firm. Who is gone is
    not in it."""
    if not ids:
        return {}
    wanted = {"ids": list(ids)}
    found: dict[str, str] = {row.id: row.name or row.email for row in session.execute(_OURS, wanted)}
    for row in session.execute(_THEIRS, wanted):
        name = row.name or row.email
        found[row.id] = name if name == row.supplier else f"{name} ({row.supplier})"
    return found


def command(session: Session, number: str, command_id: str) -> Any:
    """A command of this order as it was saved; None when there is no such one."""
    return session.execute(_COMMAND, {"command": command_id, "order": number}).first()
