"""Drives the yardstick of `bare`: its own worker process, updates sent by Temporal's client."""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from tests.benchmarks.bare import BareWorkflow
from tests.benchmarks.figures import Round
from tests.processes import Running, environment, start

QUEUE = "bench-floor"
STEPS = 8


@dataclass
class Floor:
    """A running worker for bare workflows, and a client that steps them."""

    client: Client
    worker: Running
    start_worker: Any

    async def live(self, count: int) -> Round:
        """`count` workflows at once, each from its start to its end in eight steps, as an order is."""
        return await self._drive([str(uuid.uuid4()) for _ in range(count)], count, STEPS, starts=True)

    async def open(self, count: int) -> list[str]:
        """The ids of workflows that have started."""
        ids = [str(uuid.uuid4()) for _ in range(count)]
        for one in ids:
            handle = await self.client.start_workflow(BareWorkflow.run, id=one, task_queue=QUEUE)
            await handle.query("__temporal_workflow_metadata")
        return ids

    async def drive(self, ids: Sequence[str], at_once: int, count: int = STEPS) -> Round:
        """Open workflows, `at_once` at a time, `count` updates of each one after another."""
        return await self._drive(ids, at_once, count, starts=False)

    async def _drive(self, ids: Sequence[str], at_once: int, count: int, *, starts: bool) -> Round:
        waits: list[float] = []
        turn = asyncio.Semaphore(at_once)

        async def one(name: str) -> None:
            async with turn:
                for step in range(count):
                    begun = time.perf_counter()
                    if starts and step == 0:
                        await self._begin(name)
                    else:
                        handle = self.client.get_workflow_handle_for(BareWorkflow.run, name)
                        await handle.execute_update(BareWorkflow.step, step + 1 == STEPS)
                    waits.append(time.perf_counter() - begun)

        begun = time.perf_counter()
        await asyncio.gather(*(one(name) for name in ids))
        return Round(len(waits), time.perf_counter() - begun, waits)

    async def _begin(self, name: str) -> None:
        """The first step starts the workflow, as issuing an order does."""
        start = WithStartWorkflowOperation(
            BareWorkflow.run, id=name, task_queue=QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.FAIL
        )
        await self.client.execute_update_with_start_workflow(
            BareWorkflow.step, False, start_workflow_operation=start
        )

    def restart_worker(self) -> None:
        self.worker.stop()
        self.worker = self.start_worker()


@contextmanager
def floor(client: Client, address: str, folder: Path) -> Iterator[Floor]:
    def start_worker() -> Running:
        command = [sys.executable, "-m", "tests.benchmarks.bare", address, QUEUE]
        worker = start(command, folder / "floor.log", environment())
        worker.wait_for("ready")
        return worker

    found = Floor(client, start_worker(), start_worker)
    try:
        yield found
    finally:
        found.worker.kill()
