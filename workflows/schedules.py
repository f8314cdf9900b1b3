"""What happens whether or not anybody asks: every hour the sweep, every quarter the drill reminder."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.drill_types import REMIND_DRILL, Reminded
    from activities.sweep_types import SWEEP, Swept

# A server that was away on the day catches up within a month.
_LATE = timedelta(days=31)


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


@workflow.defn(name="DrillReminderWorkflow")
class DrillReminderWorkflow:
    """Has quality reminded of the recall drill the last quarter went without."""

    @workflow.run
    async def run(self) -> Reminded:
        reminded: Reminded = await workflow.execute_activity(
            REMIND_DRILL,
            result_type=Reminded,
            start_to_close_timeout=timedelta(minutes=5),
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=30)),
            summary="Look for a signed drill, remind quality when there is none",
        )
        said = "a drill was signed" if reminded.drilled else f"no drill; mails written: {reminded.mails}"
        workflow.set_current_details(f"{reminded.quarter}: {said}")
        return reminded


def sweep_id(task_queue: str) -> str:
    """The id of the schedule; each system has its own, also where several share a namespace."""
    return f"sweep-{task_queue}"


def drill_reminder_id(task_queue: str) -> str:
    """The id of the schedule, one a system as `sweep_id`."""
    return f"drill-reminder-{task_queue}"


async def schedule_sweep(client: Client, task_queue: str) -> None:
    """Creates the schedule or brings it to this version.

    A server that does not know it may have forgotten more: then it sweeps at once.
    """
    name = sweep_id(task_queue)
    wanted = Schedule(
        action=ScheduleActionStartWorkflow(SweepWorkflow.run, id=name, task_queue=task_queue),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(hours=1))]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=10)),
    )
    await _keep(client, name, wanted, at_once=True)


async def schedule_drill_reminder(client: Client, task_queue: str) -> None:
    """The same for the first morning of each quarter. Nobody is written to on the day it is set up."""
    name = drill_reminder_id(task_queue)
    quarterly = ScheduleCalendarSpec(
        hour=(ScheduleRange(6),),
        day_of_month=(ScheduleRange(1),),
        month=tuple(ScheduleRange(month) for month in (1, 4, 7, 10)),
    )
    wanted = Schedule(
        action=ScheduleActionStartWorkflow(DrillReminderWorkflow.run, id=name, task_queue=task_queue),
        spec=ScheduleSpec(calendars=[quarterly]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_LATE),
    )
    await _keep(client, name, wanted, at_once=False)


async def _keep(client: Client, name: str, wanted: Schedule, *, at_once: bool) -> None:
    """There from now on as `wanted`; paused by somebody, it stays paused."""

    def renewed(known: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(replace(wanted, state=known.description.schedule.state))

    try:
        await client.create_schedule(name, wanted, trigger_immediately=at_once)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(renewed)
