"""The yardstick: a workflow whose update runs one empty activity, on a worker with every default."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
async def nothing() -> None:
    """An activity costs its task, its result and six events; this one costs nothing else."""


@workflow.defn
class BareWorkflow:
    """Open until its last step."""

    def __init__(self) -> None:
        self.ended = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.ended)

    @workflow.update
    async def step(self, last: bool) -> None:
        await workflow.execute_activity(nothing, start_to_close_timeout=timedelta(seconds=30))
        self.ended = last


async def _work(address: str, queue: str) -> None:
    client = await Client.connect(address)
    worker = Worker(client, task_queue=queue, workflows=[BareWorkflow], activities=[nothing])
    print("ready", flush=True)  # noqa: T201 - who started this process waits for the word
    await worker.run()


if __name__ == "__main__":
    asyncio.run(_work(*sys.argv[1:]))
