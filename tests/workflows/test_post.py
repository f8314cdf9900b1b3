"""Mail leaves after people have their answers, soon, and once."""

from __future__ import annotations

import asyncio
import time
import uuid

import pytest
from sqlalchemy import select
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from models.tables.outbox import Outbox
from models.tables.types import table
from tests.stories import BEHALF, issued, master_data
from tests.systems import System, running
from tests.workflows.histories import events, kinds
from tests.workflows.journeys import eventually
from workflows.post import posting, start_delivery

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(temporal_env: WorkflowEnvironment) -> Client:
    return temporal_env.client


async def started(client: Client, outbox: str) -> bool:
    try:
        await client.get_workflow_handle(f"mail-{outbox}").describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def until_started(client: Client, outbox: str, patience: float) -> float:
    begun = time.monotonic()
    while not await started(client, outbox):
        assert time.monotonic() - begun < patience
        await asyncio.sleep(0.05)
    return time.monotonic() - begun


async def test_a_mail_leaves_when_commands_pause(client: Client, settings: Settings) -> None:
    mail = str(uuid.uuid4())
    async with posting(client, settings) as post:
        post.take("SO-1", [mail])
        for _ in range(20):
            await asyncio.sleep(0.03)
            post.take("SO-1", [])
        assert not await started(client, mail)
        assert await until_started(client, mail, 3) < 2
    description = await client.get_workflow_handle(f"mail-{mail}").describe()
    assert await description.static_summary() == "Mail of order SO-1"


async def test_a_mail_does_not_wait_for_a_pause_that_never_comes(client: Client, settings: Settings) -> None:
    mail = str(uuid.uuid4())
    async with posting(client, settings) as post:
        post.take("SO-1", [mail])

        async def commands() -> None:
            while True:
                post.take("SO-1", [])
                await asyncio.sleep(0.02)

        busy = asyncio.create_task(commands())
        assert await until_started(client, mail, 15) > 3
        busy.cancel()


async def test_a_mail_has_one_delivery_whoever_starts_it(client: Client, settings: Settings) -> None:
    mail = str(uuid.uuid4())
    first = await asyncio.gather(*(start_delivery(client, settings, mail) for _ in range(4)))
    assert first == [True] * 4
    workflow = client.get_workflow_handle(f"mail-{mail}")
    assert (await workflow.describe()).status is WorkflowExecutionStatus.RUNNING
    assert await start_delivery(client, settings, mail)
    await workflow.terminate("by mistake")
    assert await start_delivery(client, settings, mail)
    assert (await workflow.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_an_order_tells_everybody_without_a_line_in_its_own_history(
    settings: Settings, client: Client, temporal_address: str
) -> None:
    async with running(settings, client) as system:
        await master_data(system)
        number = await issued(system)
        await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        await eventually(lambda: fates(system, number) == ["sent", "sent"], "the mails")
        told = kinds(await events(client.get_workflow_handle(number)))
        assert not any("CHILD" in kind for kind in told)


def fates(system: System, order: str) -> list[str]:
    mails = table(Outbox).c
    with system.database.read() as session:
        return list(session.scalars(select(mails.state).where(mails.order_number == order)))
