"""The activities of the order workflow: the only callers of `apply` inside Temporal."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.apply import UnknownCommand, apply, pass_deadlines, save_system_command
from activities.contracts import APPLY, PASS_DEADLINES, Applied, ApplyInput, DeadlineInput
from activities.settling import settled
from models.db import Database
from models.settings import Settings
from models.tables.orders import CommandRow, OrderRow
from models.tables.outbox import Outbox, OutboxRecipient


class Post(Protocol):
    """Sees the mails of an applied command on their way, and waits for nothing."""

    def __call__(self, order: str, outbox: Sequence[str]) -> None: ...


class OrderActivities:
    """Synchronous: they block on the database, so a worker runs them in its thread pool. Nothing is
    thrown into their threads when their time is up, for it could hit between a lock and its release."""

    def __init__(self, database: Database, settings: Settings, post: Post) -> None:
        self.database = database
        self.settings = settings
        self.post = post

    @property
    def all(self) -> list[Callable[..., Any]]:
        return [self.apply, self.pass_deadlines]

    @activity.defn(name=APPLY, no_thread_cancel_exception=True)
    def apply(self, asked: ApplyInput) -> Applied:
        """Commits before it returns: what Temporal hears has happened."""
        now = datetime.fromisoformat(asked.now)

        def work(session: Session, impossible: bool) -> Applied:
            return apply(session, self.settings, asked.command, now, impossible=impossible)

        try:
            with _no_names():
                applied = settled(self.database, work)
        except UnknownCommand as error:
            # An update may outlive a database that was set back to a backup; it must not block the line.
            raise ApplicationError(
                "this command was never saved", type="command.unknown", non_retryable=True
            ) from error
        self.post(activity.info().workflow_id or "", applied.outbox)
        return applied

    @activity.defn(name=PASS_DEADLINES, no_thread_cancel_exception=True)
    def pass_deadlines(self, asked: DeadlineInput) -> Applied:
        now = datetime.fromisoformat(asked.now)

        def work(session: Session, impossible: bool) -> Applied:
            return pass_deadlines(
                session, self.settings, asked.order, asked.command, now, impossible=impossible
            )

        with _no_names():
            applied = settled(self.database, work)
        self.post(asked.order, applied.outbox)
        return applied


@contextmanager
def _no_names() -> Iterator[None]:
    """Failures stay in Temporal's history, and an error of the database quotes the rows it was about:
    only what kind of error it was, and where in our code, is passed on."""
    try:
        yield
    except UnknownCommand:
        raise
    except Exception as error:  # noqa: BLE001
        ours = [frame for frame in extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
        cause = getattr(error, "orig", None)
        kind = type(error).__name__ + (f" ({type(cause).__name__})" if cause is not None else "")
        place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
        raise ApplicationError(f"{kind} at {place}", type=kind) from None


def report_undeliverable(session: Session, row: Outbox, failed: Sequence[OutboxRecipient]) -> None:
    """Saves the command that raises the alert; the relay delivers it to the order."""
    if row.order_number is None or row.template == "fresh_link":
        return
    session.execute(
        select(col(OrderRow.number)).where(col(OrderRow.number) == row.order_number).with_for_update()
    )
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
