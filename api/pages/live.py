"""Tells open pages that something they show has changed; they fetch it again themselves.

One look at the database a second serves every open page of a process, and none is taken while no
page is open. The stream says only that something changed, never what: reading is asked for anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import structlog
from fastapi import Query, Request, Response
from sqlalchemy import bindparam, or_, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.auth import Clock
from api.errors import DATABASE_AWAY
from api.pages.route import page_router
from api.pages.staff import Visitor
from models.db import Database
from models.queries import orders as queries
from models.tables.orders import CommandRow
from models.tables.types import table

log = structlog.get_logger(__name__)
router = page_router()
_COMMANDS = table(CommandRow)
# Everything that changes an order is a command: saved, then applied.
_SINCE = or_(_COMMANDS.c.applied_at > bindparam("since"), _COMMANDS.c.received_at > bindparam("since"))
_CHANGED = select(_COMMANDS.c.id, _COMMANDS.c.status, _COMMANDS.c.order_number).where(_SINCE)
_EVERY = 1.0
# Clocks of several processes differ, a commit takes a moment, and what was tried again carries the time
# at which it was asked: so far back is looked again.
_OVERLAP = timedelta(seconds=10)
# So long after its time a command's row may be there to be read.
_COMMIT = timedelta(seconds=2)
# Proxies end a connection nothing comes over.
_HEARTBEAT = 15.0
ALL = "orders"
# The last second a date can tell.
_LAST_SECOND = 253402300799


class Live:
    """Wakes the pages that listen in this process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._listeners: dict[asyncio.Event, str] = {}
        self._told: set[tuple[str, str]] = set()
        # Up to when everything has been told; while looks fail, it stays.
        self._looked: datetime | None = None
        self.closed = False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            if not self._listeners:
                self._told.clear()
                self._looked = None
                continue
            try:
                await self._look_and_wake()
            except DATABASE_AWAY as error:
                log.warning("live_look_failed", reason=type(error).__name__)
            except Exception:
                # Whatever it was, the pages of this process go on being told.
                log.exception("live_look_failed")

    async def _look_and_wake(self) -> None:
        now = self._clock()
        self._looked = self._looked or now
        changed = await run_in_threadpool(self._look, self._looked - _OVERLAP)
        self._looked = now
        self._wake(changed)

    def close(self) -> None:
        """The process is about to end: every stream ends, so that nothing waits for it."""
        self.closed = True
        for event in self._listeners:
            event.set()

    async def changes(self, about: str, drawn: datetime) -> AsyncIterator[bytes]:
        """The stream of one page about one order, or about `ALL`. What changed between `drawn` and now is
        told at once: a page listens a moment after it was read, and again after its connection broke."""
        event = asyncio.Event()
        self._listeners[event] = about
        try:
            yield b"retry: 2000\n\n"
            if await run_in_threadpool(self._missed, about, drawn - _COMMIT):
                event.set()
            while not self.closed:
                try:
                    await asyncio.wait_for(event.wait(), _HEARTBEAT)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                event.clear()
                if not self.closed:
                    yield b"event: changed\ndata: 1\n\n"
        finally:
            del self._listeners[event]

    def _missed(self, about: str, since: datetime) -> bool:
        changed = _CHANGED if about == ALL else _CHANGED.where(_COMMANDS.c.order_number == about)
        with self._database.read() as session:
            return session.execute(changed.limit(1), {"since": since}).first() is not None

    def _look(self, since: datetime) -> set[str]:
        """The orders somebody has not been told about."""
        with self._database.read() as session:
            rows = [
                (row.id, row.status, row.order_number) for row in session.execute(_CHANGED, {"since": since})
            ]
        marks = {(command, status) for command, status, _ in rows}
        found = {order for command, status, order in rows if (command, status) not in self._told}
        self._told = marks
        return found

    def _wake(self, changed: set[str]) -> None:
        for event, about in self._listeners.items():
            if changed and (about == ALL or about in changed):
                event.set()


@router.get("/live")
async def live(
    request: Request,
    staff: Visitor,
    about: str = Query(ALL, max_length=64),
    drawn: float | None = Query(None, ge=0, le=_LAST_SECOND),
) -> Response:
    """Server-sent events: `changed` whenever the order, or any order, has since the page was drawn
    (seconds since 1970; without it, from now on)."""
    if about != ALL:
        await run_in_threadpool(_exists, request, about, staff.reader)
    since = staff.now if drawn is None else datetime.fromtimestamp(drawn, UTC)
    stream = request.app.state.live.changes(about, since)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _exists(request: Request, number: str, reader: queries.Reader) -> None:
    with request.app.state.database.read() as session:
        queries.stored(session, number, reader)
