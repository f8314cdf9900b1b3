"""Sends the mails of the outbox.

Handing a mail over and writing down that it was taken cannot be one act, so a crash in between
sends a mail twice; both copies have the same Message-ID and the same bytes. Whatever leaves this
file for Temporal names no person: what a server says usually repeats the address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities import mail_line
from activities.delivery_types import GIVE_UP, SEND_MAIL, SendOutcome
from activities.mail_contexts import load
from activities.mail_message import compose, mail_host, mailbox, sender_of
from activities.relay import Answer, Connection, Relay, Verdict
from activities.rendering import one_line, render
from activities.staff_pages import address_of
from models.db import Database
from models.domain.tokens import link_token
from models.settings import Settings
from models.tables.outbox import MailState, Outbox, OutboxRecipient, RecipientState

# Less than the workflow grants an attempt, so that two attempts never talk at once.
ATTEMPT_SECONDS = 50.0
_LONGEST_TEXT = 500
_STATE = {Verdict.ACCEPTED: RecipientState.SENT, Verdict.REFUSED: RecipientState.FAILED}


class ReportUndeliverable(Protocol):
    """Tells a mail's order that somebody will never get it, in the transaction that settles it."""

    def __call__(self, session: Session, row: Outbox, failed: Sequence[OutboxRecipient]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A mail and those of its recipients who do not have it yet; detached from the database."""

    row: Outbox
    recipients: list[OutboxRecipient]
    # Whether others wait for an earlier mail of the order to reach them first.
    in_line: bool


class Mailer:
    """The activities of the delivery workflow; ``activities`` is what a worker registers."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        report_undeliverable: ReportUndeliverable,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises ``ValueError`` for settings no mail could be sent with."""
        self._database = database
        self._report_undeliverable = report_undeliverable
        self._clock = clock
        self._relay = Relay.at(settings.smtp_url)
        self._sender = settings.mail_from
        self._sender_address = sender_of(settings.mail_from)[1]
        self._host = mail_host(settings.mail_from)
        self._public_url = settings.public_url.rstrip("/")
        self._secret = settings.secret_key.get_secret_value().encode()
        link_token(self._secret, "the first mail with a link should not be the one to find out")

    @property
    def activities(self) -> list[Callable[..., Any]]:
        return [self.send_mail, self.give_up]

    @activity.defn(name=SEND_MAIL)
    async def send_mail(self, outbox_id: str) -> SendOutcome:
        """Sends to everybody who does not have it yet; returns when everybody's fate is known.

        Raises a retryable ``ApplicationError`` while somebody still waits: for the mail server, or
        for an earlier mail of the order.
        """
        waiting = await asyncio.to_thread(self._load, outbox_id)
        if waiting.recipients:
            try:
                async with asyncio.timeout(ATTEMPT_SECONDS):
                    await self._hand_over(waiting)
            except TimeoutError:
                raise _later("mail.slow", "The mail server took too long.") from None
        elif waiting.in_line:
            raise _not_yet()
        return await asyncio.to_thread(self._settle, outbox_id)

    @activity.defn(name=GIVE_UP)
    async def give_up(self, outbox_id: str) -> SendOutcome:
        """Everybody who still does not have it never will."""
        return await asyncio.to_thread(self._settle, outbox_id, give_up=True)

    async def _hand_over(self, waiting: _Waiting) -> None:
        away: Answer | None = None
        async with Connection(self._relay) as connection:
            for recipient in waiting.recipients:
                answer = away or await self._deliver(connection, waiting.row, recipient)
                await asyncio.to_thread(self._record, recipient, answer)
                if answer.verdict is Verdict.AWAY:
                    away = answer

    async def _deliver(self, connection: Connection, row: Outbox, recipient: OutboxRecipient) -> Answer:
        try:
            address = mailbox(recipient.address)
        except ValueError as error:
            return Answer(Verdict.REFUSED, None, str(error))
        message = await asyncio.to_thread(self._message, row, recipient, address)
        return await connection.deliver(self._sender_address, address, message)

    def _message(self, row: Outbox, recipient: OutboxRecipient, address: str) -> bytes:
        """The bytes for one recipient."""
        try:
            context = load(row.template, row.context)
            rendered = render(
                context,
                locale=row.locale,
                reader=recipient.name,
                link=address_of(context, self._public_url, self._secret),
                written_at=row.created_at,
                host=self._host,
            )
            return compose(row, rendered, sender=self._sender, name=recipient.name, address=address)
        except Exception as error:  # noqa: BLE001
            # Whatever it is, its text may quote the context. The mail is kept waiting: the next
            # version of the product may know how to write it.
            kind = type(error).__name__
            raise ApplicationError(
                f"The mail {row.template} cannot be written: {kind}.", type="mail.unwritable"
            ) from None

    def _load(self, outbox_id: str) -> _Waiting:
        with _no_names(), self._database.read() as session:
            row = _row(session, outbox_id)
            recipients = _recipients(session, outbox_id)
            waiting = [each for each in recipients if each.state == RecipientState.QUEUED]
            if row.state != MailState.QUEUED or not waiting:
                return _Waiting(row, [], in_line=False)
            before = mail_line.taken(session, row, waiting, self._clock())
            next_ones = [each for each in waiting if each.address not in before]
            return _Waiting(row, next_ones, in_line=bool(before))

    def _record(self, recipient: OutboxRecipient, answer: Answer) -> None:
        """One recipient's answer, kept at once: the next one may never come."""
        with _no_names(), self._database.write() as session:
            session.execute(
                update(OutboxRecipient)
                .where(
                    col(OutboxRecipient.outbox_id) == recipient.outbox_id,
                    col(OutboxRecipient.party) == recipient.party,
                    col(OutboxRecipient.state) == RecipientState.QUEUED.value,
                )
                .values(
                    state=_STATE.get(answer.verdict, RecipientState.QUEUED).value,
                    smtp_code=answer.code,
                    smtp_text=one_line(answer.text)[:_LONGEST_TEXT],
                    tries=OutboxRecipient.tries + 1,
                    updated_at=self._clock(),
                )
            )

    def _settle(self, outbox_id: str, *, give_up: bool = False) -> SendOutcome:
        """Writes the mail's final state, once. Raises a retryable error while somebody waits."""
        with _no_names(), self._database.write() as session:
            row = _row(session, outbox_id, lock=True)
            recipients = _recipients(session, outbox_id)
            if row.state == MailState.QUEUED:
                if give_up:
                    self._fail_the_waiting(recipients)
                _refuse_waiting(recipients)
                self._finish(session, row, recipients)
            return SendOutcome(
                outbox=row.id,
                state=row.state,
                sent=sum(each.state == RecipientState.SENT for each in recipients),
                failed=sum(each.state == RecipientState.FAILED for each in recipients),
            )

    def _fail_the_waiting(self, recipients: Sequence[OutboxRecipient]) -> None:
        for recipient in recipients:
            if recipient.state == RecipientState.QUEUED:
                recipient.state = RecipientState.FAILED.value
                recipient.updated_at = self._clock()

    def _finish(self, session: Session, row: Outbox, recipients: Sequence[OutboxRecipient]) -> None:
        failed = [each for each in recipients if each.state == RecipientState.FAILED]
        if len(failed) == len(recipients):
            row.state = MailState.UNDELIVERABLE.value
        else:
            row.state = (MailState.PARTLY if failed else MailState.SENT).value
            row.sent_at = self._clock()
        session.flush()
        if failed:
            self._report_undeliverable(session, row, failed)


def _row(session: Session, outbox_id: str, *, lock: bool = False) -> Outbox:
    query = select(Outbox).where(Outbox.id == outbox_id)
    row = session.exec(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise ApplicationError(
            f"There is no outbox row {outbox_id}.", type="outbox.unknown", non_retryable=True
        )
    return row


def _recipients(session: Session, outbox_id: str) -> Sequence[OutboxRecipient]:
    return session.exec(
        select(OutboxRecipient).where(OutboxRecipient.outbox_id == outbox_id).order_by(OutboxRecipient.party)
    ).all()


def _refuse_waiting(recipients: Sequence[OutboxRecipient]) -> None:
    waiting = [each for each in recipients if each.state == RecipientState.QUEUED]
    if waiting:
        codes = sorted({str(each.smtp_code or "no answer") for each in waiting})
        raise _later(
            "mail.waiting",
            f"{len(waiting)} of {len(recipients)} recipients still wait; the mail server: {', '.join(codes)}.",
        )


def _later(code: str, message: str) -> ApplicationError:
    """Expected, and tried again."""
    return ApplicationError(message, type=code, category=ApplicationErrorCategory.BENIGN)


def _not_yet() -> ApplicationError:
    """Not its turn. The delay is given, for the usual ones grow with a mail server that is away."""
    attempt = activity.info().attempt if activity.in_activity() else 1
    return ApplicationError(
        "An earlier mail of the order to the same address is still on its way.",
        type="mail.in_line",
        category=ApplicationErrorCategory.BENIGN,
        next_retry_delay=mail_line.retry_after(attempt),
    )


@contextmanager
def _no_names() -> Iterator[None]:
    """A database error quotes the statement's values, addresses among them."""
    try:
        yield
    except SQLAlchemyError as error:
        raise ApplicationError(
            f"The database did not answer: {type(error).__name__}.", type="database.away"
        ) from None
