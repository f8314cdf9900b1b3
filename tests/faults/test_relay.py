"""The relay of one API process: whom it comes to, in which order, and that nothing stops it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from api.relay import Relay
from models.settings import Settings
from models.tables.orders import CommandRow, OrderRow
from models.tables.types import table
from tests.mails import put_in_outbox
from tests.stories import draft, master_data
from tests.systems import System, running
from tests.workflows.journeys import Clock

COMMANDS = table(CommandRow)
ORDERS = table(OrderRow)
PAGE = 2
LONG_AGO = timedelta(minutes=5)


@pytest.fixture
async def system(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    """Nobody works on it but the relay of the test."""
    settings = settings.model_copy(update={"relay_interval": 3600.0})
    async with running(settings, temporal_env.client, working=False) as system:
        await master_data(system, plan=False)
        yield system


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def relay(system: System, clock: Clock) -> Relay:
    return Relay(system.app.state.dispatcher, clock, page=PAGE)


def wait(system: System, order: str, *ages: timedelta, **values: Any) -> list[str]:
    """Commands that wait in the line of an order, each saved so long ago."""
    rows = [
        {
            "id": str(uuid.uuid4()),
            "order_number": order,
            "sequence": place + 1,
            "name": "hold",
            "payload": {"reason": "A new drawing is on its way."},
            "actor_id": "somebody",
            "actor_kind": "user",
            "actor_roles": ["buyer"],
            "received_at": datetime.now(UTC) - age,
            **values,
        }
        for place, age in enumerate(ages)
    ]
    with system.database.write() as session:
        session.execute(insert(COMMANDS), rows)
    return [str(row["id"]) for row in rows]


def settled(system: System, order: str) -> list[str]:
    """The order's commands that wait no more."""
    with system.database.read() as session:
        done = select(COMMANDS.c.id).where(COMMANDS.c.order_number == order, COMMANDS.c.status != "received")
        return list(session.scalars(done.order_by(COMMANDS.c.sequence)))


def copies(system: System, number: str, *names: str) -> None:
    """More orders like this one."""
    with system.database.write() as session:
        row = session.execute(select(ORDERS).where(ORDERS.c.number == number)).one()._asdict()
        session.execute(insert(ORDERS), [row | {"number": name} for name in names])


async def test_orders_that_are_stuck_keep_no_other_order_waiting(system: System, relay: Relay) -> None:
    number = await draft(system)
    stuck = [f"{number}-A{place}" for place in range(PAGE + 1)]
    fine = f"{number}-B"
    copies(system, number, *stuck, fine)
    for order in stuck:
        wait(system, order, LONG_AGO, name="a command of a version that is gone")
    waiting = wait(system, fine, LONG_AGO)
    for _ in range(2):
        await relay.look()
    assert settled(system, fine) == waiting
    assert not any(settled(system, order) for order in stuck)


async def test_a_later_command_leaves_no_earlier_one_behind_whatever_the_clocks_say(
    system: System, relay: Relay
) -> None:
    number = await draft(system)
    # The first one was saved by a machine whose clock is ahead.
    waiting = wait(system, number, -LONG_AGO, LONG_AGO)
    await relay.look()
    assert settled(system, number) == waiting


async def test_what_a_request_has_only_just_saved_is_left_to_it(system: System, relay: Relay) -> None:
    number = await draft(system)
    wait(system, number, timedelta(0))
    await relay.look()
    assert settled(system, number) == []


async def test_what_the_product_asks_of_itself_waits_for_nobody(system: System, relay: Relay) -> None:
    number = await draft(system)
    waiting = wait(system, number, timedelta(0), actor_id="system", actor_kind="system")
    await relay.look()
    assert settled(system, number) == waiting


async def test_mails_that_wait_for_the_mail_server_hide_no_mail_that_nobody_started(
    system: System, relay: Relay
) -> None:
    written_at = datetime.now(UTC) - LONG_AGO
    waiting = [put_in_outbox(system.database, "li@acme.test", written_at=written_at) for _ in range(4 * PAGE)]
    for outbox in waiting:
        await system.app.state.dispatcher.deliver(outbox)
    forgotten = [put_in_outbox(system.database, "li@acme.test", written_at=written_at) for _ in range(2)]
    for _ in range(6):
        await relay.look()
    for outbox in (*waiting, *forgotten):
        assert await status(system, outbox) is WorkflowExecutionStatus.RUNNING


async def test_a_delivery_that_somebody_ended_is_started_again(
    system: System, relay: Relay, clock: Clock
) -> None:
    outbox = put_in_outbox(system.database, "li@acme.test", written_at=datetime.now(UTC) - LONG_AGO)
    await relay.look()
    await system.temporal.get_workflow_handle(f"mail-{outbox}").terminate("by mistake")
    await relay.look()
    assert await status(system, outbox) is WorkflowExecutionStatus.TERMINATED
    clock.ahead = timedelta(minutes=11)
    await relay.look()
    assert await status(system, outbox) is WorkflowExecutionStatus.RUNNING


async def test_of_two_relays_one_works_until_its_lease_is_over(
    system: System, relay: Relay, clock: Clock
) -> None:
    other, number = Relay(system.app.state.dispatcher, clock), await draft(system)
    first = f"{number}-A"
    copies(system, number, first)
    wait(system, first, LONG_AGO)
    await relay.look()
    assert len(settled(system, first)) == 1
    wait(system, number, LONG_AGO)
    await other.look()
    assert settled(system, number) == []
    clock.ahead = other.lease + timedelta(seconds=1)
    await other.look()
    assert len(settled(system, number)) == 1


async def status(system: System, outbox: str) -> WorkflowExecutionStatus | None:
    try:
        return (await system.temporal.get_workflow_handle(f"mail-{outbox}").describe()).status
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
