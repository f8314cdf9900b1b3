"""The product with an order whose weeks pass in seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from models.tables.orders import OrderRow
from models.tables.types import table
from tests.stories import BEHALF, draft, master_data
from tests.systems import System, running
from workflows.client import connect
from workflows.order import OrderWorkflow

# From the event to the database, on a slow machine.
AT_ONCE = timedelta(minutes=1)
# What a test asks for at ten is decided some hundredths later: a pause from ten to ten may be that much
# shorter, and what was due after it that much earlier.
A_MOMENT = timedelta(milliseconds=500)
# So that there is somebody of every kind who can be told.
EVERYBODY = (Role.BUYER, Role.PLANNER, Role.QUALITY, Role.RECEIVING)


def at(text: str) -> datetime:
    """An instant in UTC, written like ``2040-03-05 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Clock:
    """The API's clock, which follows the order's."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def set(self, instant: datetime) -> None:
        self.ahead = instant - datetime.now(UTC)


@dataclass
class Journey:
    """One order, and the clock of everything around it."""

    environment: WorkflowEnvironment
    system: System
    clock: Clock
    number: str
    workflow: WorkflowHandle[Any, Any]

    async def to(self, instant: str, *, settled: bool = True) -> None:
        """Lets time pass until `instant`; what is due on the way happens when it is due, and all of it
        has happened then unless a test is about what never settles."""
        now = await self.environment.get_current_time(self.workflow)
        assert await self.environment.fast_forward(self.workflow, at(instant) - now)
        if settled:
            await eventually(lambda: not self._owes(at(instant)), "what is due by then")
        self.clock.set(await self.environment.get_current_time(self.workflow))

    def _owes(self, instant: datetime) -> bool:
        """Whether a deadline that is over by `instant` was not passed yet: on a busy machine it comes late."""
        rows = table(OrderRow).c
        with self.system.database.read() as session:
            due = session.scalar(select(rows.next_due).where(rows.number == self.number))
        return due is not None and due <= instant

    async def act(self, who: Role, command: str, **body: Any) -> Any:
        return await self.system.command(who, self.number, command, **body)

    async def as_supplier(self, command: str, **body: Any) -> Any:
        return await self.act(Role.BUYER, command, on_behalf_of=BEHALF, **body)

    async def events(self, *types: str) -> list[Mapping[str, Any]]:
        """The order's events of these types, or all of them."""
        items = (await self.system.get(f"/orders/{self.number}/events?limit=200"))["items"]
        return [item for item in items if not types or item["type"] in types]


@asynccontextmanager
async def journey(
    settings: Settings,
    environment: WorkflowEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    start: str,
    *,
    quantity: int = 1200,
    need_by: str = "2040-04-16",
    cached: int = 100,
    **process: Any,
) -> AsyncIterator[Journey]:
    """The product at `start`, with a draft that is ready to be issued."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", environment.client.service_client.config.target_host)
    clock = Clock()
    clock.set(at(start))
    client = await connect()
    async with running(settings, client, cached=cached, clock=clock) as system:
        for role in EVERYBODY:
            system.login(role)
        await master_data(system, plan=False, documents=(), **process)
        number = await draft(system, quantity, need_by=need_by)
        # Waits for its first command, as after an `issue` that was refused, until the day has come.
        workflow = await client.start_workflow(
            OrderWorkflow.run, number, id=number, task_queue=settings.task_queue
        )
        story = Journey(environment, system, clock, number, workflow)
        await story.to(start)
        yield story


_WORDS = {
    "reminder_sent": "reminded",
    "alert_raised": "raised",
    "alert_escalated": "escalated",
    "alert_cleared": "cleared",
}


async def told(story: Journey) -> list[tuple[datetime, str, str]]:
    """Who was told and what was cleared: when, what happened, by which rule."""
    rules: dict[str, str] = {}
    found = []
    for event in await story.events(*_WORDS):
        payload = event["payload"]
        rule = payload.get("rule") or rules[payload["alert"]]
        rules[payload.get("alert", "")] = rule
        found.append((datetime.fromisoformat(event["at"]), _WORDS[event["type"]], rule))
    return found


def mails(story: Journey) -> list[tuple[datetime, str]]:
    """Every mail the mail server took: when it was written, and to whom."""
    return sorted(
        (parsedate_to_datetime(mail.message["Date"]), mail.recipients[0])
        for mail in story.system.smtp.received
    )


def assert_at(happened: Sequence[tuple[Any, ...]], expected: Sequence[tuple[Any, ...]]) -> None:
    """The same things in the same order, each when it was due: never early and not much later.

    The first of each tuple is the instant; expected ones are written like ``2040-03-05 09:00``.
    """
    seen = [f"{when + A_MOMENT:%Y-%m-%d %H:%M} {rest}" for when, *rest in happened]
    wanted = [f"{when} {rest}" for when, *rest in expected]
    assert seen == wanted, "\n".join(["happened:", *seen, "expected:", *wanted])
    for (when, *_), (due, *_) in zip(happened, expected, strict=True):
        assert at(due) <= when + A_MOMENT < at(due) + AT_ONCE, f"due {due}, happened {when}"


async def eventually(condition: Callable[[], bool], what: str, patience: float = 30) -> None:
    """Until the condition holds, while this process's own API and worker go on."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {patience:.0f} s"
        await asyncio.sleep(0.05)
