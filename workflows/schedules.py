"""What happens every hour whether or not anybody asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.sweep_types import SWEEP, Swept


@workflow.defn(name="SweepWorkflow")
class SweepWorkflow:
    """Has everything examined, and shows in the Web UI what was found."""

    @workflow.run
    async def run(self) -> Swept:
        swept: Swept = await workflow.execute_activity(
            SWEEP,
            result_type=Swept,
            start_to_close_timeout=timedelta(minutes=30),
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=30), maximum_attempts=3),
            summary="Compare all that is written down twice",
        )
        found = [f"- {line}" for line in swept.lines]
        restarted = [f"Started again: {', '.join(swept.restarted)}"] if swept.restarted else []
        workflow.set_current_details("\n".join([*found, *restarted]) or "Nothing contradicts anything.")
        return swept


def sweep_id(task_queue: str) -> str:
    """The id of the schedule; each system has its own, also where several share a namespace."""
    return f"sweep-{task_queue}"


async def schedule_sweep(client: Client, task_queue: str) -> None:
    """Creates the schedule or brings it to this version; paused by somebody, it stays paused.

    A server that does not know it may have forgotten more: then it sweeps at once.
    """
    name = sweep_id(task_queue)
    wanted = Schedule(
        action=ScheduleActionStartWorkflow(SweepWorkflow.run, id=name, task_queue=task_queue),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(hours=1))]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=10)),
    )

    def renewed(known: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(replace(wanted, state=known.description.schedule.state))

    try:
        await client.create_schedule(name, wanted, trigger_immediately=True)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(renewed)
