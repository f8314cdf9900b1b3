"""Operators follow an order in Temporal's Web UI, which learns nothing about people."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from api.temporal import SEARCH_ATTRIBUTES
from models.domain.authority import Role
from models.domain.tokens import link_token
from models.settings import Settings
from models.tables.orders import LinkRow, OrderRow
from models.tables.outbox import Outbox
from models.tables.types import table
from tests.stories import BEHALF, draft, issued, master_data
from tests.systems import System, running
from tests.workflows.histories import details, events, kinds, of_kind, summaries
from tests.workflows.journeys import eventually, journey

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def found(client: Client, query: str) -> list[str]:
    return [workflow.id async for workflow in client.list_workflows(query)]


async def finds(client: Client, query: str, order: str) -> None:
    """Until the list of orders, which lags a little, has it."""
    for _ in range(100):
        if order in await found(client, query):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{order} is not found by {query}")


def sent(system: System, order: str) -> list[str]:
    """The workflows that deliver the order's mails."""
    mails = table(Outbox).c
    with system.database.read() as session:
        return list(session.scalars(select(mails.workflow_id).where(mails.order_number == order)))


async def test_operators_find_an_order_by_what_it_is_about(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    client = temporal_env.client
    async with running(settings, client) as system:
        await master_data(system)
        number = await issued(system, priority="urgent")
        workflow = client.get_workflow_handle(number)
        description = await workflow.describe()
        order = await system.get(f"/orders/{number}")
        with system.database.read() as session:
            row = session.execute(select(table(OrderRow)).where(table(OrderRow).c.number == number)).one()
        assert description.id == number
        assert await description.static_summary() == f"Outside-processing order {number}"
        assert dict(description.search_attributes) | {"BuildIds": []} == {
            "Stage": ["issued"],
            "Supplier": ["ACME"],
            "Buyer": [row.buyer],
            "Process": ["PLATE"],
            "Late": ["no"],
            "Urgent": ["yes"],
            "Hold": ["no"],
            "DueAt": [row.next_due.replace(second=0, microsecond=0)],
            "BuildIds": [],
        }
        await finds(client, 'Stage="issued" AND Supplier="ACME" AND Urgent="yes"', number)
        soon = row.next_due + timedelta(minutes=1)
        await finds(client, f'DueAt < "{soon:%Y-%m-%dT%H:%M:%SZ}"', number)

        assert "Acme Plating owes an answer" in await details(workflow)
        assert order["need_by"] in await details(workflow)
        await system.command(Role.BUYER, number, "hold", reason="drawing unclear")
        assert "hold" in await details(workflow)
        await finds(client, 'Hold="yes" AND DueAt IS NULL', number)
        assert number not in await found(client, 'Hold="no"')


async def test_an_order_is_listed_from_its_start_as_what_it_is_about_to_be(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    client = temporal_env.client
    async with running(settings, client) as system:
        await master_data(system)
        number = await issued(system)
        history = await events(client.get_workflow_handle(number))
        begun = history[0]["workflowExecutionStartedEventAttributes"]
        assert begun["searchAttributes"]["indexedFields"].keys() == SEARCH_ATTRIBUTES.keys()
        assert "issued" in str(begun["searchAttributes"]["indexedFields"]["Stage"])
        assert kinds(history)["UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"] == 0


async def test_an_order_hurried_along_is_listed_anew_after_a_pause_and_its_end_at_once(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    client = temporal_env.client

    async def listed(workflow: WorkflowHandle[Any, Any]) -> int:
        return kinds(await events(workflow))["UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"]

    async with running(settings, client) as system:
        await master_data(system)
        number = await issued(system)
        workflow = client.get_workflow_handle(number)
        for _ in range(3):
            await system.command(Role.BUYER, number, "hold", reason="drawing unclear")
            await system.command(Role.BUYER, number, "resume")
        await system.command(Role.BUYER, number, "hold", reason="drawing unclear")
        # The details of one order are always those of this moment.
        assert "hold" in await details(workflow)
        assert await listed(workflow) < 4
        await finds(client, 'Hold="yes" AND DueAt IS NULL', number)
        so_far = await listed(workflow)
        await system.command(Role.BUYER, number, "resume")
        await system.command(Role.BUYER, number, "cancel", reason="elsewhere")
        await workflow.result()
        assert (await workflow.describe()).search_attributes["Stage"] == ["cancelled"]
        assert await listed(workflow) <= so_far + 2


async def test_what_an_order_does_and_waits_for_has_a_name(
    settings: Settings, skipping_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with journey(settings, skipping_env, monkeypatch, "2040-03-05 09:00") as story:
        await story.act(Role.BUYER, "issue")
        await story.to("2040-03-07 12:00")
        history = await events(story.workflow)
        timers = ["Answer expected · revision-1", "No answer · revision-1"]
        assert summaries(history, "TIMER_STARTED") == [
            *timers,
            "Milestone overdue · REC-2040-03-07",
        ]
        assert summaries(history, "ACTIVITY_TASK_SCHEDULED") == timers
        (update,) = of_kind(history, "WORKFLOW_EXECUTION_UPDATE_ACCEPTED")
        request = update["workflowExecutionUpdateAcceptedEventAttributes"]["acceptedRequest"]
        # The update has its command's id, and says nothing else of it than what kind of command it is.
        assert request["input"]["args"] == {"payloads": [request["meta"]["updateId"], "issue"]}
        assert summaries(history, "MARKER_RECORDED") == ["Apply issue"]
        await eventually(lambda: len(story.system.smtp.received) == 3, "the mails")
        mails = [story.system.temporal.get_workflow_handle(each) for each in sent(story.system, story.number)]
        named = [await (await mail.describe()).static_summary() for mail in mails]
        assert set(named) == {f"Mail of order {story.number}"}
        await story.to("2040-03-08 12:00")
        last = summaries(await events(story.workflow), "TIMER_STARTED")[-1]
        assert last == "Milestone overdue · REC-2040-03-07 · escalation 1"


async def test_temporal_learns_nobodys_name_address_or_link(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    client = temporal_env.client
    async with running(settings, client) as system:
        await master_data(system)
        number = await draft(system)
        # An error of the database quotes what it was about: here the mail's recipient.
        rename(system, "outbox_recipient", "elsewhere")
        issuing = asyncio.create_task(system.command(Role.BUYER, number, "issue"))
        await asyncio.sleep(1)
        rename(system, "elsewhere", "outbox_recipient")
        await issuing
        await system.command(
            Role.PLANNER, number, "report-milestone", status=422, code="NO SUCH", on_behalf_of=BEHALF
        )
        await system.command(
            Role.BUYER, number, "acknowledge", decision="decline", reason="ask Ana", on_behalf_of=BEHALF
        )
        await eventually(lambda: len(system.smtp.received) == 2, "the mails")

        with system.database.read() as session:
            links = session.scalars(select(table(LinkRow).c.id)).all()
        ids = (number, *sent(system, number))
        histories = [await events(client.get_workflow_handle(each)) for each in ids]
        failed = of_kind(histories[0], "MARKER_RECORDED") + of_kind(histories[0], "ACTIVITY_TASK_STARTED")
        assert "OperationalError" in json.dumps(failed)
        told = json.dumps(histories) + str(
            (await client.get_workflow_handle(number).describe()).raw_description
        )
        key = settings.secret_key.get_secret_value()
        tokens = [link_token(key.encode(), link) for link in links]
        assert len(tokens) == 1
        for secret in ("acme.example", "Ana", "example.com", key, *links, *tokens):
            assert secret not in told


def rename(system: System, old: str, new: str) -> None:
    with system.database.write() as session:
        session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
