"""The worker process: runs workflows and activities until it is told to stop."""

from __future__ import annotations

import asyncio
import signal

import structlog
from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from activities.drill_reminder import DrillReminders
from activities.mail import Mailer
from activities.orders import OrderActivities, report_undeliverable
from activities.sweep import Sweeper
from models.db import Database
from models.secrets import with_secret_key
from models.settings import Settings
from workflows.client import connect, measured
from workflows.options import worker
from workflows.post import posting
from workflows.schedules import schedule_drill_reminder, schedule_sweep

log = structlog.get_logger(__name__)


async def run_worker(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; waits for the Temporal server as long as it takes."""
    settings = with_secret_key(settings)
    database = Database(settings.database)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    client = await _connected(stop, measured(settings.metrics_address))
    if client is None:
        return
    mailer = Mailer(database, settings, report_undeliverable)
    sweeper = Sweeper(database, settings, client)
    reminders = DrillReminders(database, settings)
    async with posting(client, settings) as post:
        orders = OrderActivities(database, settings, post.take)
        own = [*orders.all, *mailer.activities, sweeper.sweep, reminders.remind]
        async with worker(client, settings, own):
            await _schedule(client, settings)
            await stop.wait()
    database.dispose()


async def _schedule(client: Client, settings: Settings) -> None:
    """Orders do not wait for what is scheduled: where schedules are not to be had, the worker works without."""
    try:
        await schedule_sweep(client, settings.task_queue)
        await schedule_drill_reminder(client, settings.task_queue)
    except RPCError as error:
        log.warning("not_scheduled", reason=error.status.name)


async def _connected(stop: asyncio.Event, runtime: Runtime | None) -> Client | None:
    """A client as soon as the server answers; None when told to stop before."""
    while not stop.is_set():
        try:
            return await connect(runtime=runtime)
        except RuntimeError:
            await asyncio.sleep(1)
    return None
