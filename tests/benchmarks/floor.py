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

from temporalio.client import Client, WorkflowHandle

from tests.benchmarks.bare import BareWorkflow
from tests.benchmarks.figures import Round
from tests.processes import Running, environment, start

QUEUE = "bench-floor"


@dataclass
class Floor:
    """A running worker for bare workflows, and a client that steps them."""

    client: Client
    worker: Running
    start_worker: Any

    async def open(self, count: int) -> list[WorkflowHandle[Any, Any]]:
        """Workflows that have started; not measured, though an order's first step starts its own."""
        found = [
            await self.client.start_workflow(BareWorkflow.run, id=f"bare-{uuid.uuid4()}", task_queue=QUEUE)
            for _ in range(count)
        ]
        for handle in found:
            await handle.query("__temporal_workflow_metadata")
        return found

    async def drive(self, handles: Sequence[WorkflowHandle[Any, Any]], count: int = 8) -> Round:
        """Every workflow at once, `count` updates of each one after another."""
        waits: list[float] = []

        async def one(handle: WorkflowHandle[Any, Any]) -> None:
            for _ in range(count):
                begun = time.perf_counter()
                await handle.execute_update(BareWorkflow.step)
                waits.append(time.perf_counter() - begun)

        begun = time.perf_counter()
        await asyncio.gather(*(one(handle) for handle in handles))
        return Round(len(waits), time.perf_counter() - begun, waits)

    async def end(self, handles: Sequence[WorkflowHandle[Any, Any]]) -> None:
        for handle in handles:
            await handle.signal(BareWorkflow.end)

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
