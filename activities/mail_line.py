"""Who stands before a mail: the earlier mails of its order to the same address that are on their way.

Each mail has a delivery of its own, and "resumed" must not be read before "on hold". A mail with a
fresh link stands in no line: who asked for it waits for it now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.tables.orders import CommandRow
from models.tables.outbox import MailState, Outbox, OutboxRecipient, RecipientState
from models.tables.types import table

_COMMANDS = table(CommandRow)
_OUTBOX = table(Outbox)
_RECIPIENTS = table(OutboxRecipient)
_APART = "fresh_link"
# A mail that cannot be sent at all must not take those behind it along: they go on by themselves after
# a day, with days of tries left.
_LONGEST_WAIT = timedelta(days=1)
# Seconds: the one before needs one moment, or its mail server is away.
_FIRST_RETRY, _GROWTH, _LONGEST_RETRY = 0.3, 1.5, 30.0

# Built once: to build a statement costs as much as to run it.
_BEFORE = (
    select(_OUTBOX.c.id, _OUTBOX.c.created_at, _RECIPIENTS.c.address)
    .join(_RECIPIENTS, _RECIPIENTS.c.outbox_id == _OUTBOX.c.id)
    .where(
        _OUTBOX.c.order_number == bindparam("order"),
        _OUTBOX.c.state == MailState.QUEUED.value,
        _OUTBOX.c.template != _APART,
        _OUTBOX.c.created_at <= bindparam("written"),
        _OUTBOX.c.id != bindparam("mail"),
        _RECIPIENTS.c.state == RecipientState.QUEUED.value,
    )
)
_WROTE_THEN = (
    select(_COMMANDS.c.result)
    .where(_COMMANDS.c.order_number == bindparam("order"), _COMMANDS.c.applied_at == bindparam("written"))
    .order_by(_COMMANDS.c.sequence)
)


def taken(session: Session, row: Outbox, recipients: Sequence[OutboxRecipient], now: datetime) -> set[str]:
    """Those of the recipients' addresses that an earlier mail of the order is still on its way to."""
    if row.order_number is None or row.template == _APART or now - row.created_at > _LONGEST_WAIT:
        return set()
    ours = {each.address for each in recipients}
    asked = {"order": row.order_number, "written": row.created_at, "mail": row.id}
    found = [each for each in session.execute(_BEFORE, asked) if each.address in ours]
    tied = any(each.created_at == row.created_at for each in found)
    earlier = _written_earlier(session, row) if tied else set()
    return {each.address for each in found if each.created_at < row.created_at or each.id in earlier}


def retry_after(attempt: int) -> timedelta:
    """How long a mail that is not yet its turn waits before it looks again."""
    # A power of a large attempt would be no number any more.
    grown = _FIRST_RETRY * _GROWTH ** min(attempt - 1, 20)
    return timedelta(seconds=min(grown, _LONGEST_RETRY))


def _written_earlier(session: Session, row: Outbox) -> set[str]:
    """The mails of the very same moment that were written before this one: two commands may be applied at
    one time of the workflow's clock, and each says in its result what it wrote, in order."""
    asked: dict[str, Any] = {"order": row.order_number, "written": row.created_at}
    written = [
        mail for result in session.scalars(_WROTE_THEN, asked) for mail in (result or {}).get("outbox", [])
    ]
    # One that no command wrote has no place among them, and waits for none.
    return set(written[: written.index(row.id)]) if row.id in written else set()
