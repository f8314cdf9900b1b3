"""How workers run: in one place, so that tests and production differ only where they say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from models.settings import Settings
from workflows.delivery import DeliveryWorkflow
from workflows.order import OrderWorkflow
from workflows.schedules import DrillReminderWorkflow, SweepWorkflow

WORKFLOWS = [OrderWorkflow, DeliveryWorkflow, SweepWorkflow, DrillReminderWorkflow]
# Activities at once: mails waiting for a server, and commands whose quick try had to give up. Each has a
# thread: without one it would time out waiting.
SLOTS = 20
# Quick tries at once. They are short and want one interpreter and one disk: twenty of them took a tenth
# longer than three. One that hangs in the database gives its command up to the activities above.
QUICK = 3
# An open order costs about 100 KB here; one that is not cached replays its history first.
CACHED_ORDERS = 5_000


def runner(settings: Settings) -> WorkflowRunner:
    """The sandbox in tests and replay; without it in production, where import-linter keeps workflow
    modules pure and every workflow task is a third cheaper."""
    if not settings.sandbox:
        return UnsandboxedWorkflowRunner()
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("activities", "models")
    )


def worker(
    client: Client,
    settings: Settings,
    activities: Sequence[Callable[..., Any]],
    *,
    cached: int = CACHED_ORDERS,
) -> Worker:
    """A worker for orders and deliveries; it stops gracefully and finishes what it has begun."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=WORKFLOWS,
        activities=activities,
        activity_executor=ThreadPoolExecutor(SLOTS + QUICK, thread_name_prefix="activity"),
        max_concurrent_activities=SLOTS,
        max_concurrent_local_activities=QUICK,
        max_cached_workflows=cached,
        # Workflow code only computes: a second thread would wait for the first one's interpreter lock.
        workflow_task_executor=ThreadPoolExecutor(1, thread_name_prefix="workflow"),
        # So long an order's next task waits for the worker that knows it, which may have been killed.
        # Less than a request waits for its answer.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=4),
        workflow_runner=runner(settings),
        graceful_shutdown_timeout=timedelta(seconds=10),
    )
