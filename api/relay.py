"""Delivers what could not be sent: commands in their order's order, and mails nobody started.

One runs in every API process; a lease lets one of them work. All it does is idempotent, so a lease
that changes hands too early costs a little work and nothing else.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import anyio
import structlog
from sqlalchemy import Select, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.auth import Clock
from api.dispatch import Dispatcher
from models.tables.leases import LeaseRow
from models.tables.orders import CommandRow
from models.tables.outbox import MailState, Outbox
from models.tables.types import table

log = structlog.get_logger(__name__)
_COMMANDS = table(CommandRow)
_OUTBOX = table(Outbox)
_LEASES = table(LeaseRow)
# Younger rows are most likely still in the hands of the request or workflow that saved them.
_COMMAND_AGE = timedelta(seconds=2)
_MAIL_AGE = timedelta(seconds=20)
# A started delivery waits for its mail server by itself; asking again finds one that was terminated.
_ASK_AGAIN = timedelta(minutes=10)
# Nothing new is begun in a round that took this long, so that the lease outlives the round.
_ROUND = 5.0
_SLACK = 2.0
_ORDERS_AT_ONCE = 10
_MAILS_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Work:
    """What a round is about: orders with commands that wait, mails whose delivery may not be started."""

    orders: list[str]
    mails: list[str]

    @property
    def wanted(self) -> bool:
        return bool(self.orders or self.mails)


class Relay:
    """Looks every `relay_interval` seconds until cancelled; at a round it takes a page of each kind."""

    def __init__(self, dispatcher: Dispatcher, clock: Clock, *, page: int = 200) -> None:
        self.dispatcher = dispatcher
        self.clock = clock
        self.page = page
        # Operators read it in the table of leases.
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.lease = timedelta(seconds=_ROUND + dispatcher.settings.update_timeout + _SLACK)
        # The last ones a round came to; the next goes on behind them, so that nobody is kept waiting
        # by what is stuck.
        self._order = ""
        self._mail = ""
        self._started: dict[str, datetime] = {}
        self._until = 0.0

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except SQLAlchemyError as error:
                # The database is away; nothing can be lost while nothing can be read.
                log.warning("relay_waits", reason=type(error).__name__)
            await anyio.sleep(self.dispatcher.settings.relay_interval)

    async def look(self) -> None:
        """One round, if anything waits and this relay may: every order's commands one after another,
        several orders at once."""
        work = await run_in_threadpool(self._waiting)
        if not work.wanted or not await run_in_threadpool(self._claim):
            return
        self._until = anyio.current_time() + _ROUND
        async with anyio.create_task_group() as group:
            for count, names, act in (
                (_ORDERS_AT_ONCE, iter(work.orders), self._send_line),
                (_MAILS_AT_ONCE, iter(work.mails), self._deliver),
            ):
                for _ in range(count):
                    group.start_soon(self._one_after_another, names, act)

    async def _one_after_another(self, names: Iterator[str], act: Callable[[str], Awaitable[None]]) -> None:
        for name in names:
            try:
                await act(name)
            except Exception:
                # What is wrong with one must not stop the others, now or in any later round.
                log.exception("relay_failed", of=name)
            if self._over():
                return

    async def _send_line(self, order: str) -> None:
        self._order = order
        for command, name in await run_in_threadpool(self._line, order):
            await self.dispatcher.send(command, order, name)
            if (await self.dispatcher.outcome(command)).waiting or self._over():
                # It keeps its place: what came after it waits for it.
                return

    async def _deliver(self, outbox: str) -> None:
        self._mail = outbox
        if await self.dispatcher.deliver(outbox):
            self._started[outbox] = self.clock()

    def _over(self) -> bool:
        return anyio.current_time() > self._until

    def _waiting(self) -> Work:
        now = self.clock()
        self._started = {mail: at for mail, at in self._started.items() if at > now - _ASK_AGAIN}
        orders = (
            select(_COMMANDS.c.order_number)
            .distinct()
            .where(
                _COMMANDS.c.status == "received",
                # Nobody but the relay sends what the product asked of itself.
                or_(_COMMANDS.c.received_at < now - _COMMAND_AGE, _COMMANDS.c.actor_kind == "system"),
            )
        )
        mails = select(_OUTBOX.c.id).where(
            _OUTBOX.c.state == MailState.QUEUED.value, _OUTBOX.c.created_at < now - _MAIL_AGE
        )
        with self.dispatcher.database.read() as session:
            found = self._page(session, mails, _OUTBOX.c.id, self._mail)
            work = Work(
                orders=self._page(session, orders, _COMMANDS.c.order_number, self._order),
                mails=[mail for mail in found if mail not in self._started],
            )
        if found and not work.mails:
            self._mail = found[-1]
        return work

    def _line(self, order: str) -> list[tuple[str, str]]:
        """Id and name of an order's waiting commands, the first first."""
        with self.dispatcher.database.read() as session:
            rows = session.execute(
                select(_COMMANDS.c.id, _COMMANDS.c.name)
                .where(_COMMANDS.c.order_number == order, _COMMANDS.c.status == "received")
                .order_by(_COMMANDS.c.sequence)
                .limit(self.page)
            )
            return [(row.id, row.name) for row in rows]

    def _claim(self) -> bool:
        """Whether this relay is the one that works now; true for at least the length of a round."""
        now = self.clock()
        with self.dispatcher.database.write() as session:
            mine = session.scalar(
                update(_LEASES)
                .where(
                    _LEASES.c.name == "relay",
                    (_LEASES.c.holder == self.name) | (_LEASES.c.expires_at < now),
                )
                .values(holder=self.name, expires_at=now + self.lease)
                .returning(_LEASES.c.name)
            )
            if mine is not None:
                return True
            if session.scalar(select(func.count()).where(_LEASES.c.name == "relay")):
                return False
        try:
            with self.dispatcher.database.write() as session:
                session.execute(
                    insert(_LEASES).values(name="relay", holder=self.name, expires_at=now + self.lease)
                )
        except IntegrityError:
            return False
        return True

    def _page(self, session: Session, query: Select[Any], key: Any, last: str) -> list[str]:
        """A page of `query` in the order of `key`, from behind `last` and round to it."""
        found = list(session.scalars(query.where(key > last).order_by(key).limit(self.page)))
        if len(found) < self.page and last:
            found += session.scalars(query.where(key <= last).order_by(key).limit(self.page - len(found)))
        return found
