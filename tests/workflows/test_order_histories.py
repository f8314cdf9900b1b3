"""Histories that get long, are interrupted or come to an end while people act on the order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.domain.commands import Cancel
from models.settings import Settings
from models.tables.orders import OrderRow
from models.tables.types import table
from tests.stories import draft, issued, master_data
from tests.systems import running
from tests.workflows.histories import details, events, kinds, of_kind, runs
from tests.workflows.jobs import main_job
from tests.workflows.sending import BUYER, acknowledged, applied, save, saved, send, statuses
from workflows.client import connect
from workflows.order import PAUSE, OrderWorkflow

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_long_history_is_continued_with_commands_in_flight_and_none_is_lost_or_doubled(
    settings: Settings, short_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", short_env.client.service_client.config.target_host)
    client = await connect()
    async with running(settings, client) as system:
        await master_data(system)
        number = await acknowledged(system)
        commands = [saved(system, number, f"note {index}") for index in range(30)]
        choice = random.Random(7)

        async def client_sends(mine: list[str]) -> None:
            for command in mine:
                await asyncio.sleep(choice.uniform(0, 0.1))
                await send(system, number, command)

        await asyncio.gather(*(client_sends(commands[start::4]) for start in range(4)))
        assert applied(system, number) == Counter(commands)

        histories = await runs(client, number)
        assert len(histories) > 2
        for history in histories[:-1]:
            counted = kinds(await events(history))
            assert counted["WORKFLOW_EXECUTION_CONTINUED_AS_NEW"] == 1
            # Nobody's answer was cut off.
            accepted = counted["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"]
            assert accepted == counted["WORKFLOW_EXECUTION_UPDATE_COMPLETED"]

        # Sent again, a command of an earlier history is answered from memory.
        for command in commands[:10]:
            await send(system, number, command)
        assert applied(system, number) == Counter(commands)
        again = [kinds(await events(history)) for history in await runs(client, number)]
        # On a busy machine somebody asks again for what takes long; that does nothing once more.
        assert sum(each["WORKFLOW_EXECUTION_UPDATE_COMPLETED"] for each in again) >= 42
        assert sum(each["MARKER_RECORDED"] + each["ACTIVITY_TASK_SCHEDULED"] for each in again) == 32

        # What ops sees and what the order waits for came along.
        assert len(again) > len(histories) - 1
        workflow = client.get_workflow_handle(number)
        description = await workflow.describe()
        assert description.search_attributes["Stage"] == ["acknowledged"]
        assert "Acme Plating" in await details(workflow)
        with system.database.read() as session:
            due = session.scalar(select(table(OrderRow).c.next_due).where(table(OrderRow).c.number == number))
        assert due is not None
        started = of_kind(await events(workflow), "TIMER_STARTED")
        waits = float(started[-1]["timerStartedEventAttributes"]["startToFireTimeout"].removesuffix("s"))
        fires = datetime.fromisoformat(started[-1]["eventTime"][:26] + "+00:00") + timedelta(seconds=waits)
        assert abs(fires - due) < timedelta(seconds=1)


async def test_a_continued_history_knows_what_is_listed_and_how_seldom(
    settings: Settings, short_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", short_env.client.service_client.config.target_host)
    client = await connect()
    async with running(settings, client) as system:
        await master_data(system)
        number = await issued(system)
        for _ in range(10):
            await system.command(Role.BUYER, number, "hold", reason="drawing")
            await system.command(Role.BUYER, number, "resume")
        listed: dict[str, str] = {}
        continued = 0
        for history in await runs(client, number):
            for event in await events(history):
                told = event.get("upsertWorkflowSearchAttributesEventAttributes", {})
                told = event.get("workflowExecutionStartedEventAttributes", told)
                listed |= told.get("searchAttributes", {}).get("indexedFields", {})
                if next_run := event.get("workflowExecutionContinuedAsNewEventAttributes"):
                    carried = next_run["input"]["payloads"][1]
                    assert carried["pause"] == PAUSE
                    # What was not listed yet is listed before: the next history takes it for done.
                    assert carried["shown"]["Hold"] == listed["Hold"]
                    continued += 1
        assert continued


async def test_commands_that_meet_the_end_of_their_order_are_all_settled(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system, asyncio.timeout(40):
        await master_data(system)
        for _ in range(3):
            number = await acknowledged(system)
            commands = [saved(system, number, "first")]
            end = save(system, number, Cancel("no longer needed"), BUYER)
            commands += [saved(system, number, f"note {index}") for index in range(8)]
            in_line = [commands[0], end, *commands[1:]]
            # Some in line with the end, some while the order is leaving, some when it is gone.
            await asyncio.gather(
                *(after(0.02 * place, send(system, number, each)) for place, each in enumerate(in_line))
            )
            workflow = temporal_env.client.get_workflow_handle(number)
            assert await workflow.result() == "cancelled"
            counted = kinds(await events(workflow))
            accepted = counted["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"]
            assert accepted == counted["WORKFLOW_EXECUTION_UPDATE_COMPLETED"]
            for command in in_line:
                await send(system, number, command)
            settled = statuses(system, number)
            assert "received" not in settled.values()
            assert settled[end] == "applied"
            refused = sum(status == "refused" for status in settled.values())
            assert len(applied(system, number)) == len(commands) - refused


async def after(seconds: float, act: Awaitable[None]) -> None:
    await asyncio.sleep(seconds)
    await act


async def test_temporals_own_cancel_does_not_end_an_order(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        number = await acknowledged(system)
        workflow = temporal_env.client.get_workflow_handle(number)
        begun = await workflow.describe()
        await workflow.cancel()
        order = await system.command(Role.BUYER, number, "hold", reason="drawing")
        assert "hold" in order["flags"]
        now = await workflow.describe()
        assert (now.status, now.run_id) == (WorkflowExecutionStatus.RUNNING, begun.run_id)
        await system.command(Role.BUYER, number, "cancel", reason="no longer needed")
        assert await workflow.result() == "cancelled"


async def test_a_terminated_order_goes_on_with_its_next_command(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        number = await acknowledged(system)
        workflow = temporal_env.client.get_workflow_handle(number)
        command = saved(system, number, "on its way")
        with system.database.write():
            # Taken on, and unable to finish.
            sending = asyncio.create_task(send(system, number, command))
            await asyncio.sleep(1)
            await workflow.terminate("by mistake")
        await sending
        await send(system, number, command)
        assert statuses(system, number)[command] == "applied"
        assert applied(system, number) == Counter([command])
        order = await system.command(Role.BUYER, number, "hold", reason="drawing")
        assert "hold" in order["flags"]
        description = await workflow.describe()
        assert description.status is WorkflowExecutionStatus.RUNNING
        assert description.search_attributes["Supplier"] == ["ACME"]


async def test_a_command_nobody_saved_fails_alone(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        number = await acknowledged(system)
        workflow = temporal_env.client.get_workflow_handle(number)
        with pytest.raises(WorkflowUpdateFailedError):
            await workflow.execute_update(OrderWorkflow.execute, "never saved")
        order = await system.command(Role.BUYER, number, "hold", reason="drawing")
        assert "hold" in order["flags"]
        assert "WORKFLOW_TASK_FAILED" not in kinds(await events(workflow))


async def test_without_a_cache_every_task_replays_the_order_and_nothing_changes(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    client = temporal_env.client
    async with running(settings, client, cached=0) as system:
        await master_data(system)
        number = await draft(system)
        # A worker that forgets an order in the middle of a local activity lets its task time out and
        # does it again; the usual ten seconds would make this slow.
        workflow = await client.start_workflow(
            OrderWorkflow.run,
            number,
            id=number,
            task_queue=settings.task_queue,
            task_timeout=timedelta(seconds=1),
        )
        await main_job(system, number)
        assert await workflow.result() == "closed"
        assert "WORKFLOW_TASK_FAILED" not in kinds(await events(workflow))
        assert set(statuses(system, number).values()) == {"applied"}
