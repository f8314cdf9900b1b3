"""Open pages are told that something changed: soon, what concerns them, and nobody else."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from api import people
from api.app import now
from api.pages.live import ALL, Live
from api.sessions import COOKIE, create_session
from models.db import Database
from models.domain.authority import Role
from models.tables.orders import OrderRow
from tests.pages.browser import Browsers
from tests.processes import answers, environment, free_port, running, sendout, wait_until
from tests.stories import issued
from tests.systems import System

CHANGED = b"event: changed\ndata: 1\n\n"
HEARTBEAT = b": still here\n\n"
# What was done before a page was opened is told once, for a look back of a few seconds.
SETTLED = 12.0


@asynccontextmanager
async def listening(
    system: System, about: str, drawn: datetime | None = None, *, live: Live | None = None
) -> AsyncIterator[asyncio.Queue[bytes]]:
    """What the stream of a page says, as it comes, but that it is still there; of one drawn just now
    unless `drawn` says when."""
    live = live or system.app.state.live
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen() -> None:
        async for part in live.changes(about, drawn or now()):
            if part != HEARTBEAT:
                heard.put_nowait(part)

    task = asyncio.create_task(listen())
    assert b"retry" in await asyncio.wait_for(heard.get(), 1)
    try:
        yield heard
    finally:
        task.cancel()


async def quiet(heard: asyncio.Queue[bytes]) -> None:
    """Past what is told about the moments before."""
    await asyncio.sleep(SETTLED)
    while not heard.empty():
        heard.get_nowait()


async def test_a_page_hears_of_its_order_within_two_seconds_and_of_no_other(system: System) -> None:
    mine, other = await issued(system), await issued(system)
    async with (
        listening(system, mine) as at_mine,
        listening(system, other) as at_other,
        listening(system, ALL) as at_all,
    ):
        await asyncio.gather(quiet(at_mine), quiet(at_other), quiet(at_all))
        await system.command(Role.BUYER, mine, "hold", reason="wait")
        assert await asyncio.wait_for(at_mine.get(), 2) == CHANGED
        assert await asyncio.wait_for(at_all.get(), 1) == CHANGED
        await asyncio.sleep(2)
        assert at_other.empty()


async def test_what_changed_before_a_page_could_listen_is_told_when_it_does(system: System) -> None:
    mine, other = await issued(system), await issued(system)
    async with listening(system, ALL) as somebody:
        await quiet(somebody)
        drawn = now()
        await asyncio.sleep(2.5)
        await system.command(Role.BUYER, mine, "hold", reason="wait")
        assert await asyncio.wait_for(somebody.get(), 2) == CHANGED
        await asyncio.sleep(2.5)
        async with (
            listening(system, mine, drawn) as at_mine,
            listening(system, other, drawn) as at_other,
            listening(system, ALL, drawn) as at_all,
            listening(system, mine) as drawn_after,
        ):
            assert await asyncio.wait_for(at_mine.get(), 1) == CHANGED
            assert await asyncio.wait_for(at_all.get(), 1) == CHANGED
            await asyncio.sleep(1.5)
            assert at_other.empty()
            assert drawn_after.empty()


@contextmanager
def away(database: Database, error: Exception) -> Iterator[list[str]]:
    """Every question fails with `error` during the block; gives those that were asked."""
    asked: list[str] = []

    def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)
        raise error

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)


@pytest.mark.parametrize(
    "error", [OperationalError("SELECT", {}, Exception("away")), RuntimeError("not foreseen")]
)
async def test_what_changed_while_no_look_succeeded_is_told_as_soon_as_one_does(
    system: System, error: Exception
) -> None:
    mine = await issued(system)
    skipped = timedelta()
    database = Database(system.settings.database)
    live = Live(database, lambda: now() + skipped)
    looking = asyncio.create_task(live.run())
    try:
        async with listening(system, mine, live=live) as at_mine:
            with suppress(TimeoutError):
                assert await asyncio.wait_for(at_mine.get(), 5) == CHANGED, "it was issued just now"
            with away(database, error) as asked:
                await system.command(Role.BUYER, mine, "hold", reason="wait")
                await asyncio.sleep(2.5)
                assert asked, "looks were taken"
                # Far longer than anybody looks back.
                skipped = timedelta(minutes=1)
                await asyncio.sleep(1.5)
                assert at_mine.empty()
            assert await asyncio.wait_for(at_mine.get(), 10) == CHANGED
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        database.dispose()


async def test_every_page_that_listens_is_let_go_when_the_process_ends(system: System) -> None:
    live = Live(system.database, now)
    stream = live.changes(ALL, now())
    assert b"retry" in await anext(stream)
    waiting = asyncio.ensure_future(anext(stream, b"the end"))
    await asyncio.sleep(0.1)
    live.close()
    assert await asyncio.wait_for(waiting, 1) == b"the end"


async def test_a_controlled_orders_stream_is_not_there_for_people_who_are_not_cleared(
    system: System, browsers: Browsers
) -> None:
    number = await issued(system)
    with system.database.write() as session:
        session.get_one(OrderRow, number).export_controlled = True
    answer = await browsers.of(Role.BUYER).get(f"/live?about={number}")
    assert answer.status_code == 404
    assert (await browsers.of(Role.BUYER).get("/live?about=SO-0-0")).status_code == 404


async def test_a_stranger_hears_nothing(browsers: Browsers) -> None:
    assert (await browsers.stranger().get("/live")).status_code == 303


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_process_ends_at_once_while_a_page_listens(tmp_path: Path, database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        user = people.create_user(session, "ana@example.com", [Role.VIEWER], None, now())
        secret = create_session(session, user, now())
    with database.read() as session:
        assert not session.scalars(select(OrderRow)).all()
    database.dispose()
    port = free_port()
    settings = environment(
        SENDOUT_DATABASE_URL=database_url,
        SENDOUT_DATA_DIR=tmp_path / "data",
        SENDOUT_SECRET_KEY="a key for tests, long enough to sign with",
        TEMPORAL_ADDRESS=f"127.0.0.1:{free_port()}",
    )
    with running(sendout("api", "--port", str(port)), tmp_path / "log", settings) as server:
        wait_until(lambda: answers(port), "the API")
        with socket.create_connection(("127.0.0.1", port), timeout=20) as page:
            page.sendall(
                f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {COOKIE}={secret}\r\n\r\n".encode()
            )
            heard = b""
            while b"retry: 2000" not in heard:
                part = page.recv(4096)
                assert part, heard
                heard += part
            assert b"text/event-stream" in heard
            began = time.monotonic()
            # It ends by the signal once everything is closed, or with 0.
            assert server.stop() in (0, -signal.SIGTERM), server.output
            assert time.monotonic() - began < 8, "not the fifteen seconds a server waits for open answers"
