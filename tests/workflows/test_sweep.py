"""The hourly sweep: what it tells, and what it starts again."""

from __future__ import annotations

import asyncio
import re
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleOverlapPolicy,
    WorkflowExecutionStatus,
)
from temporalio.testing import WorkflowEnvironment

from activities.findings import REMEDIES
from activities.sweep import Sweeper
from activities.sweep_types import Swept
from models.domain.authority import Role
from models.settings import Settings
from models.tables.orders import PiecesRow
from models.tables.types import table
from tests.processes import free_port
from tests.stories import BEHALF, LOT, issued, master_data
from tests.systems import System, running
from workflows.client import connect, measured
from workflows.options import worker
from workflows.schedules import SweepWorkflow, schedule_sweep, sweep_id

PIECES = table(PiecesRow)


@asynccontextmanager
async def sweeping(system: System) -> AsyncIterator[Callable[[], Awaitable[Swept]]]:
    """Lets the schedule's workflow run at once, on a worker of its own."""
    client = system.temporal
    settings = system.settings.model_copy(update={"task_queue": f"{system.settings.task_queue}-sweep"})
    sweeper = Sweeper(system.database, system.settings, client)

    async def sweep() -> Swept:
        name = sweep_id(settings.task_queue)
        swept: Swept = await client.execute_workflow(
            SweepWorkflow.run, id=name, task_queue=settings.task_queue
        )
        return swept

    async with worker(client, settings, [sweeper.sweep]):
        yield sweep


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - Temporal announces nothing
            await asyncio.sleep(0.2)


async def runs(client: Client, number: str) -> bool:
    description = await client.get_workflow_handle(number).describe()
    return description.status is WorkflowExecutionStatus.RUNNING


async def test_an_order_whose_workflow_was_ended_goes_on(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system, sweeping(system) as sweep:
        await master_data(system)
        number = await issued(system)
        assert await sweep() == Swept()
        await temporal_env.client.get_workflow_handle(number).terminate("by mistake")
        swept = await sweep()
        assert swept == Swept(
            found={"workflow.missing": 1},
            lines=[f"{number}: The order is open and has no workflow."],
            restarted=[number],
        )

        async def again() -> bool:
            return await runs(temporal_env.client, number)

        await until(again)
        order = await system.command(
            Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF
        )
        assert order["stage"] == "acknowledged"
        assert await sweep() == Swept()


async def test_a_second_sweep_does_not_ask_again_while_the_first_ones_command_waits(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    slow = settings.model_copy(update={"relay_interval": 3600.0})
    async with running(slow, temporal_env.client) as system, sweeping(system) as sweep:
        await master_data(system)
        number = await issued(system)
        await temporal_env.client.get_workflow_handle(number).terminate("by mistake")
        assert (await sweep()).restarted == [number]
        assert (await sweep()).restarted == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_it_finds_is_in_the_log(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system, sweeping(system) as sweep:
        await master_data(system)
        number = await issued(system)
        await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 9}])
        with system.database.write() as session:
            session.execute(update(PIECES).values(in_transit_out=10))
        with capture_logs() as logs:
            swept = await sweep()
        assert swept.found == {"lot.unexplained": 1, "pieces.not_conserved": 1, "tables.differ": 1}
        told = {(line["code"], line["where"]) for line in logs if line["event"] == "sweep_found"}
        assert ("pieces.not_conserved", f"{number} line 1 lot {LOT}") in told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_prometheus_reads_what_was_found(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    address = f"127.0.0.1:{free_port()}"
    client = await connect(runtime=measured(address))
    async with running(settings, client) as system, sweeping(system) as sweep:
        await master_data(system)
        number = await issued(system)
        await client.get_workflow_handle(number).terminate("by mistake")
        await sweep()
        answer = await asyncio.to_thread(urllib.request.urlopen, f"http://{address}/metrics", timeout=10)
        read = answer.read().decode()
    counted = {
        code: int(value)
        for code, value in re.findall(r'^sendout_findings{.*code="([a-z_.]+)".*} (\d+)$', read, re.MULTILINE)
    }
    assert counted.keys() == REMEDIES.keys()
    assert counted["workflow.missing"] == 1
    assert counted["stream.chain"] == 0


async def test_it_is_scheduled_once_sweeps_at_once_and_stays_paused(
    temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    client, queue = temporal_env.client, "test-schedule"
    handle = client.get_schedule_handle(sweep_id(queue))
    await schedule_sweep(client, queue)
    try:

        async def begun() -> bool:
            return bool((await handle.describe()).info.running_actions)

        await until(begun)
        await handle.pause(note="maintenance")
        await schedule_sweep(client, queue)
        described = await handle.describe()
        assert described.info.num_actions == 1, "not again for a schedule that is known"
        assert described.schedule.state.paused
        assert described.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
        assert [interval.every for interval in described.schedule.spec.intervals] == [timedelta(hours=1)]
        for action in described.info.running_actions:
            assert isinstance(action, ScheduleActionExecutionStartWorkflow)
            await client.get_workflow_handle(action.workflow_id).terminate("nobody works in this queue")
    finally:
        await handle.delete()
