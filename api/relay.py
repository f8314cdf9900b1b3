"""Delivers what could not be sent: commands in their order's order, and mails nobody started.

One runs in every API process; a lease lets one of them work. All it does is idempotent, so a lease
that changes hands too early costs a little work and nothing else.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.auth import Clock
from api.dispatch import Dispatcher
from models.tables.leases import LeaseRow
from models.tables.orders import CommandRow
from models.tables.outbox import Outbox
from models.tables.types import table

log = structlog.get_logger(__name__)
_COMMANDS = table(CommandRow)
_OUTBOX = table(Outbox)
_LEASES = table(LeaseRow)
_LEASE = timedelta(seconds=30)
# Younger rows are most likely still in the hands of the request that saved them.
_COMMAND_AGE = timedelta(seconds=2)
_MAIL_AGE = timedelta(seconds=20)
_AT_ONCE = 10
_BATCH = 200


class Relay:
    """Looks every `relay_interval` seconds until cancelled."""

    def __init__(self, dispatcher: Dispatcher, clock: Clock) -> None:
        self.dispatcher = dispatcher
        self.clock = clock
        self.name = uuid.uuid4().hex

    async def run(self) -> None:
        while True:
            try:
                if await run_in_threadpool(self._claim):
                    await self.look()
            except SQLAlchemyError as error:
                # The database is away; nothing can be lost while nothing can be read.
                log.warning("relay_waits", reason=type(error).__name__)
            await asyncio.sleep(self.dispatcher.settings.relay_interval)

    async def look(self) -> None:
        """One round: every order's waiting commands one after another, several orders at once."""
        commands, mails = await run_in_threadpool(self._waiting)
        slots = asyncio.Semaphore(_AT_ONCE)

        async def in_line(order: str, waiting: list[tuple[str, str]]) -> None:
            async with slots:
                for command, name in waiting:
                    await self.dispatcher.send(command, order, name)
                    if (await self.dispatcher.outcome(command)).waiting:
                        # It keeps its place: what came after it waits for it.
                        return

        await asyncio.gather(*(in_line(order, waiting) for order, waiting in commands.items()))
        for outbox in mails:
            await self.dispatcher.deliver(outbox)

    def _waiting(self) -> tuple[dict[str, list[tuple[str, str]]], list[str]]:
        now = self.clock()
        with self.dispatcher.database.read() as session:
            rows = session.execute(
                select(_COMMANDS.c.id, _COMMANDS.c.order_number, _COMMANDS.c.name)
                .where(_COMMANDS.c.status == "received", _COMMANDS.c.received_at < now - _COMMAND_AGE)
                .order_by(_COMMANDS.c.order_number, _COMMANDS.c.sequence)
                .limit(_BATCH)
            ).all()
            mails = session.scalars(
                select(_OUTBOX.c.id)
                .where(_OUTBOX.c.state == "queued", _OUTBOX.c.created_at < now - _MAIL_AGE)
                .order_by(_OUTBOX.c.created_at)
                .limit(_BATCH)
            ).all()
        commands: dict[str, list[tuple[str, str]]] = {}
        for row in rows:
            commands.setdefault(row.order_number, []).append((row.id, row.name))
        return commands, list(mails)

    def _claim(self) -> bool:
        now = self.clock()
        if not self._anything(now):
            return False
        with self.dispatcher.database.write() as session:
            mine = session.scalar(
                update(_LEASES)
                .where(
                    _LEASES.c.name == "relay",
                    (_LEASES.c.holder == self.name) | (_LEASES.c.expires_at < now),
                )
                .values(holder=self.name, expires_at=now + _LEASE)
                .returning(_LEASES.c.name)
            )
            if mine is not None:
                return True
            if session.scalar(select(func.count()).where(_LEASES.c.name == "relay")):
                return False
        try:
            with self.dispatcher.database.write() as session:
                session.execute(
                    insert(_LEASES).values(name="relay", holder=self.name, expires_at=now + _LEASE)
                )
        except IntegrityError:
            return False
        return True

    def _anything(self, now: datetime) -> bool:
        """Most of the time nothing waits: then nothing is written either."""
        with self.dispatcher.database.read() as session:
            command = session.scalar(
                select(_COMMANDS.c.id)
                .where(_COMMANDS.c.status == "received", _COMMANDS.c.received_at < now - _COMMAND_AGE)
                .limit(1)
            )
            mail = session.scalar(
                select(_OUTBOX.c.id)
                .where(_OUTBOX.c.state == "queued", _OUTBOX.c.created_at < now - _MAIL_AGE)
                .limit(1)
            )
        return command is not None or mail is not None
