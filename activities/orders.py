"""The activities of the order workflow: the only callers of `apply` inside Temporal."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.apply import UnknownCommand, apply, pass_deadlines, save_system_command
from activities.contracts import APPLY, PASS_DEADLINES, Applied, ApplyInput, DeadlineInput
from models.db import Database
from models.settings import Settings
from models.tables.orders import CommandRow, OrderRow
from models.tables.outbox import Outbox, OutboxRecipient


class OrderActivities:
    """Synchronous: they block on the database, so a worker runs them in its thread pool."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings

    @property
    def all(self) -> list[Callable[..., Any]]:
        return [self.apply, self.pass_deadlines]

    @activity.defn(name=APPLY)
    def apply(self, asked: ApplyInput) -> Applied:
        """Commits before it returns: what Temporal hears has happened."""
        try:
            with self.database.write() as session:
                return apply(session, self.settings, asked.command, datetime.fromisoformat(asked.now))
        except UnknownCommand as error:
            # An update may outlive a database that was set back to a backup; it must not block the line.
            raise ApplicationError(
                "this command was never saved", type="command.unknown", non_retryable=True
            ) from error

    @activity.defn(name=PASS_DEADLINES)
    def pass_deadlines(self, asked: DeadlineInput) -> Applied:
        with self.database.write() as session:
            return pass_deadlines(
                session,
                self.settings,
                asked.order,
                datetime.fromisoformat(asked.due),
                datetime.fromisoformat(asked.now),
            )


def report_undeliverable(session: Session, row: Outbox, failed: Sequence[OutboxRecipient]) -> None:
    """Saves the command that raises the alert; the relay delivers it to the order."""
    if row.order_number is None or row.template == "fresh_link":
        return
    session.execute(select(OrderRow.number).where(OrderRow.number == row.order_number).with_for_update())  # type: ignore[call-overload]
    command = str(uuid.uuid5(uuid.UUID(row.id), "undeliverable"))
    if session.get(CommandRow, command) is not None:
        return
    payload = {
        "outbox": row.id,
        "template": row.template,
        "party": ", ".join(recipient.party for recipient in failed),
        "reason": ", ".join(sorted({str(recipient.smtp_code or "no answer") for recipient in failed})),
    }
    now = max(recipient.updated_at for recipient in failed)
    save_system_command(session, command, row.order_number, "report-undeliverable", payload, now)
