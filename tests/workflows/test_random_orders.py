"""The random machine of the core through the real workflow: every command, lines of several lots, pieces with serial
numbers, each asked twice. After each step the tables say what the events say, and every history replays."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import Phase
from hypothesis import settings as often
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy import select
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from api.dispatch import Dispatcher
from models.db import Database
from models.domain import commands as c
from models.settings import Settings
from tests.activities.stored import COMMANDS, ORDERS, Store, StoredScene
from tests.activities.test_apply_machine import StoredOrders
from tests.domain.test_machine import RUNS, SOAK
from tests.smtp import mail_server
from tests.systems import serving
from workflows.options import WORKFLOWS, runner

pytestmark = pytest.mark.hypothesis
# As the orders of the core's tests have it, between issue and need-by.
WEEKS = timedelta(weeks=7)
# Seconds until somebody who waits for a decision believes that none will come.
PATIENCE = 120.0


class Orchestrated(Store):
    """Its commands go to the orders' workflows, where it is now; the machine asks from a thread of its own."""

    def __init__(self, dispatcher: Dispatcher, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(dispatcher.database, dispatcher.settings)
        self.dispatcher = dispatcher
        self.loop = loop
        self.replayed = 0

    def issued(self, number: str, *lines: Any, **terms: Any) -> StoredScene:
        return super().issued(number, *lines, need_by=(datetime.now(UTC) + WEEKS).date(), **terms)

    def ask(self, scene: StoredScene, *asked: Any) -> Any:
        scene.now = datetime.now(UTC)
        return super().ask(scene, *asked)

    def refresh(self, now: datetime) -> None:
        super().refresh(datetime.now(UTC))

    def _apply(self, name: str, now: datetime) -> None:
        with self.database.read() as session:
            row = session.execute(select(COMMANDS).where(COMMANDS.c.id == name)).one()
        asked = time.monotonic()
        while not self._decided(name):
            assert time.monotonic() - asked < PATIENCE, f"{row.name} was not decided"
            # Nobody can tell yet what became of one that took long: it is asked for again, by the same id.
            self._wait(self.dispatcher.send(name, row.order_number, row.name))

    def _decided(self, name: str) -> bool:
        with self.database.read() as session:
            status = session.scalar(select(COMMANDS.c.status).where(COMMANDS.c.id == name))
        return status in ("applied", "refused")

    def replay(self) -> None:
        """Every order's history leads its workflow the same way again; then the orders are over."""
        with self.database.read() as session:
            numbers = session.scalars(select(ORDERS.c.number).where(ORDERS.c.snapshot.is_not(None))).all()
        for number in numbers:
            self._wait(self._replay(number))

    async def _replay(self, number: str) -> None:
        handle = self.dispatcher.client.get_workflow_handle(number)
        history = await handle.fetch_history()
        replayer = Replayer(workflows=WORKFLOWS, workflow_runner=runner(self.settings))
        await replayer.replay_workflow(history)
        self.replayed += 1
        if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
            await handle.terminate("the next one has its number")

    def _wait(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(60)


class Orders(StoredOrders):
    """Its clock is that of the server, so that only the machine of the core lets weeks pass."""

    store: Orchestrated

    @rule()
    def time_passes(self) -> None:
        self.ask(c.PassDeadlines())

    def the_next_deadline_comes(self) -> None:
        """Not within seconds."""

    def teardown(self) -> None:
        super().teardown()
        self.store.replay()


# Asked by who waits for its decision, and by who waits less than any takes, as on a busy machine.
@pytest.mark.parametrize(("wait", "examples"), [(None, 5), (0.01, 1)], ids=["patient", "hasty"])
async def test_whatever_is_asked_of_the_workflow_its_history_replays_to_the_same_order(
    database: Database,
    settings: Settings,
    temporal_env: WorkflowEnvironment,
    temporal_address: str,
    wait: float | None,
    examples: int,
) -> None:
    with mail_server() as smtp:
        settings = settings.model_copy(update={"smtp_url": smtp.url})
        hasty = settings if wait is None else settings.model_copy(update={"update_timeout": wait})
        async with serving(settings, temporal_env.client):
            dispatcher = Dispatcher(database, hasty, temporal_env.client)
            store = Orchestrated(dispatcher, asyncio.get_running_loop())
            few = often(
                RUNS,
                max_examples=200 if SOAK else examples,
                stateful_step_count=60 if SOAK else 12,
                # A sequence takes seconds: what goes wrong is told as it was found.
                phases=(Phase.explicit, Phase.reuse, Phase.generate),
            )
            machine: Any = partial(Orders, store)
            await asyncio.to_thread(run_state_machine_as_test, machine, settings=few)
    assert store.replayed >= examples
