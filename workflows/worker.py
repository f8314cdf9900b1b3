"""The worker process: runs workflows and activities until it is told to stop."""

from __future__ import annotations

import asyncio
import signal

from temporalio.client import Client

from activities.mail import Mailer
from activities.orders import OrderActivities, report_undeliverable
from models.db import Database
from models.secrets import with_secret_key
from models.settings import Settings
from workflows.client import connect
from workflows.options import worker


async def run_worker(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; waits for the Temporal server as long as it takes."""
    settings = with_secret_key(settings)
    database = Database(settings.database)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    client = await _connected(stop)
    if client is None:
        return
    orders = OrderActivities(database, settings)
    mailer = Mailer(database, settings, report_undeliverable)
    async with worker(client, settings, [*orders.all, *mailer.activities]):
        await stop.wait()
    database.dispose()


async def _connected(stop: asyncio.Event) -> Client | None:
    """A client as soon as the server answers; None when told to stop before."""
    while not stop.is_set():
        try:
            return await connect()
        except RuntimeError:
            await asyncio.sleep(1)
    return None
