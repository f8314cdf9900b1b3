"""Records histories for `test_replay.py`: ``python -m tests.replay.record [NAME ...]``.

A stored history stands for the orders that were running when it was recorded, so it is not recorded
again when the workflow changes: it is what the change has to get along with. Only stories that are
not there yet are recorded; a change that adds something to the workflow adds a story here.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from activities.apply import apply
from activities.contracts import Applied
from models.domain.authority import OnBehalfOf, Role
from models.domain.causes import Cause
from models.domain.commands import Acknowledge, Hold
from models.domain.deadlines import RULES
from models.domain.order import Order
from models.migrate import upgrade
from models.settings import Settings
from models.tables.outbox import Outbox
from models.tables.types import table
from tests.stories import BEHALF, draft, issued, master_data
from tests.systems import System, running
from tests.workflows.conftest import start_server
from tests.workflows.histories import runs
from tests.workflows.jobs import main_job
from tests.workflows.journeys import Journey, eventually, journey
from tests.workflows.sending import BUYER, acknowledged, save, saved, send, statuses
from workflows.client import connect
from workflows.order import PAUSE

HERE = Path(__file__).parent
ISSUED_AT = "2040-03-05 09:00"
# A process of this machine, as Temporal names it: of nobody's interest.
PROCESS = re.compile(r"^\d+@[^\s-]+")


@dataclass
class Recorder:
    """Plays stories on real servers and keeps what Temporal wrote down about them."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    server: WorkflowEnvironment
    # Where a history is long after a few commands.
    short: WorkflowEnvironment

    def settings(self) -> Settings:
        """With a new, empty database."""
        folder = self.folder / uuid.uuid4().hex
        folder.mkdir()
        url = f"sqlite:///{folder}/sendout.db"
        upgrade(url)
        return Settings(
            _env_file=None,
            data_dir=folder,
            database_url=url,
            secret_key="a key for recording, long enough to sign with",
            task_queue=folder.name,
            sandbox=True,
        )

    @asynccontextmanager
    async def system(self, server: WorkflowEnvironment) -> AsyncIterator[System]:
        """The product with master data, on one of the servers."""
        self.monkeypatch.setenv("TEMPORAL_ADDRESS", server.client.service_client.config.target_host)
        async with running(self.settings(), await connect()) as system:
            await master_data(system)
            yield system

    @asynccontextmanager
    async def journey(self) -> AsyncIterator[Journey]:
        """A draft in the spring of 2040, when time can be skipped."""
        async with journey(self.settings(), self.server, self.monkeypatch, ISSUED_AT) as story:
            yield story

    async def keep(self, name: str, workflow: WorkflowHandle[Any, Any]) -> None:
        history = json.loads((await workflow.fetch_history()).to_json())
        (HERE / f"{name}.json").write_text(json.dumps(_cleaned(history), separators=(",", ":")) + "\n")
        print(f"{name}: {len(history['events'])} events")  # noqa: T201


async def closed(record: Recorder) -> None:
    """The main job."""
    async with record.system(record.server) as system:
        number = await draft(system)
        await main_job(system, number)
        workflow = system.temporal.get_workflow_handle(number)
        await workflow.result()
        await record.keep("closed", workflow)


async def delivered(record: Recorder) -> None:
    """A mail that the mail server takes at the second time of asking."""
    async with record.system(record.server) as system:
        system.smtp.answers["orders@acme.example"] = "450 busy"
        number = await issued(system)
        await eventually(lambda: bool(system.smtp.asked), "a mail")
        system.smtp.answers.clear()
        rows = table(Outbox).c
        with system.database.read() as session:
            mail = session.scalars(select(rows.workflow_id).where(rows.order_number == number)).one()
        workflow = system.temporal.get_workflow_handle(mail)
        await workflow.result()
        await record.keep("delivered", workflow)


async def declined(record: Recorder) -> None:
    await _declined(record, "declined")


async def named(record: Recorder) -> None:
    """The same when commands came with their names."""
    await _declined(record, "named")


async def _declined(record: Recorder, story: str) -> None:
    """The supplier declines, the buyer cancels."""
    async with record.system(record.server) as system:
        number = await issued(system)
        await system.command(
            Role.BUYER, number, "acknowledge", decision="decline", reason="full", on_behalf_of=BEHALF
        )
        await system.command(Role.BUYER, number, "cancel", reason="elsewhere")
        workflow = system.temporal.get_workflow_handle(number)
        await workflow.result()
        await record.keep(story, workflow)


async def held(record: Recorder) -> None:
    """Reminders and alerts, a hold and a resume in between, and still running."""
    async with record.journey() as story:
        await story.act(Role.BUYER, "issue")
        await story.to("2040-03-07 12:00")
        await story.act(Role.BUYER, "hold", reason="drawing unclear")
        await story.to("2040-03-20 10:00")
        await story.act(Role.BUYER, "resume")
        await story.to("2040-03-27 10:00")
        await story.as_supplier("acknowledge", decision="accept")
        await story.to("2040-03-27 10:05")
        await record.keep("held", story.workflow)


async def another_rule(record: Recorder) -> None:
    """From a time when suppliers had four hours to answer, and only the administrator heard of it."""
    reminder, overdue = RULES["ack_reminder"], RULES["ack_overdue"]

    def within_four_hours(order: Order) -> Iterator[Cause]:
        for cause in reminder.find(order):
            due = order.supplier_calendar.add_working_time(order.issued_at, timedelta(hours=4))
            yield replace(cause, due=due)

    record.monkeypatch.setitem(RULES, "ack_reminder", replace(reminder, find=within_four_hours))
    changed = replace(overdue, escalate=("admin",), patience=timedelta(hours=3))
    record.monkeypatch.setitem(RULES, "ack_overdue", changed)
    async with record.journey() as story:
        await story.act(Role.BUYER, "issue")
        await story.to("2040-03-08 12:00")
        await story.as_supplier("acknowledge", decision="accept")
        await story.act(Role.BUYER, "cancel", reason="elsewhere")
        await story.workflow.result()
        await record.keep("another_rule", story.workflow)


async def continued(record: Recorder) -> None:
    """A chain of histories, some with commands that arrived during the change."""
    async with record.system(record.short) as system:
        number = await acknowledged(system)
        commands = [saved(system, number, f"note {index}") for index in range(24)]
        await asyncio.gather(*(send(system, number, command) for command in commands[:8]))
        for command in commands:
            await send(system, number, command)
        await system.command(Role.BUYER, number, "cancel", reason="elsewhere")
        await system.temporal.get_workflow_handle(number).result()
        for place, workflow in enumerate(await runs(system.temporal, number), 1):
            await record.keep(f"continued_{place}", workflow)


async def interrupted(record: Recorder) -> None:
    """The database fails during a command, and somebody presses Temporal's own "cancel"."""
    async with record.system(record.server) as system:
        number = await draft(system)
        with system.database.write() as session:
            session.execute(text("ALTER TABLE outbox_recipient RENAME TO elsewhere"))
        issuing = asyncio.create_task(system.command(Role.BUYER, number, "issue"))
        await asyncio.sleep(1)
        with system.database.write() as session:
            session.execute(text("ALTER TABLE elsewhere RENAME TO outbox_recipient"))
        await issuing
        workflow = system.temporal.get_workflow_handle(number)
        await workflow.cancel()
        await system.command(Role.BUYER, number, "hold", reason="drawing unclear")
        await system.command(Role.BUYER, number, "cancel", reason="elsewhere")
        await workflow.result()
        await record.keep("interrupted", workflow)


async def hurried(record: Recorder) -> None:
    """More happens than is listed in the Web UI, until there is a pause; then the end, listed at once."""
    async with record.system(record.server) as system:
        number = await issued(system)
        await system.command(Role.BUYER, number, "hold", reason="drawing unclear")
        await system.command(Role.BUYER, number, "resume")
        await asyncio.sleep(PAUSE + 1)
        await system.command(Role.BUYER, number, "hold", reason="drawing unclear")
        await system.command(Role.BUYER, number, "cancel", reason="elsewhere")
        workflow = system.temporal.get_workflow_handle(number)
        await workflow.result()
        await record.keep("hurried", workflow)


async def in_line(record: Recorder) -> None:
    """Two commands at once, and for both the quick try is not enough."""

    def slowly(*given: Any, **named: Any) -> Applied:
        if activity.info().is_local:
            raise TimeoutError
        time.sleep(0.5)
        return apply(*given, **named)

    async with record.system(record.server) as system:
        number = await issued(system)
        record.monkeypatch.setattr("activities.orders.apply", slowly)
        # What the order waits for next changes while the second command is at work.
        accept = save(system, number, Acknowledge("accept"), BUYER, OnBehalfOf("Ana", "phone"))
        hold = save(system, number, Hold("drawing unclear"), BUYER)
        await asyncio.gather(send(system, number, accept), send(system, number, hold))
        await eventually(lambda: set(statuses(system, number).values()) == {"applied"}, "both")
        await record.keep("in_line", system.temporal.get_workflow_handle(number))


STORIES: dict[str, Callable[[Recorder], Awaitable[None]]] = {
    story.__name__: story
    for story in (
        closed,
        delivered,
        declined,
        held,
        another_rule,
        continued,
        interrupted,
        named,
        hurried,
        in_line,
    )
}


def _cleaned(value: Any) -> Any:
    """The same history without what it says of this machine."""
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {name: _cleaned(item) for name, item in value.items() if name != "stackTrace"}
    return PROCESS.sub("worker", value) if isinstance(value, str) else value


async def main(names: list[str]) -> None:
    missing = [name for name in STORIES if not list(HERE.glob(f"{name}*.json"))]
    with tempfile.TemporaryDirectory() as folder:
        short = Path(folder) / "short"
        short.mkdir()
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(await start_server(Path(folder)))
            brief = await stack.enter_async_context(
                await start_server(short, limit__historyCount__suggestContinueAsNew="60")
            )
            for name in names or missing:
                with pytest.MonkeyPatch.context() as monkeypatch:
                    await STORIES[name](Recorder(Path(folder), monkeypatch, server, brief))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
    sys.stdout.flush()
    # A client that is still connected sometimes aborts the interpreter's end.
    os._exit(0)
