"""Starts deliveries: one workflow per outbox row, whoever asks and however often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from models.settings import Settings
from workflows.delivery import DeliveryWorkflow

log = structlog.get_logger(__name__)
# Seconds: mail goes when no command has come for so long, or when it has waited for so long.
_QUIET = 0.1
_PATIENCE = 5.0


async def start_delivery(
    client: Client, settings: Settings, outbox: str, *, order: str = "", here: bool = False
) -> bool:
    """Starts the delivery of a mail unless it is started; says whether it is.

    `here` offers it to the worker on this very client, which saves the server a round trip.
    """
    try:
        async with asyncio.timeout(settings.update_timeout):
            await client.start_workflow(
                DeliveryWorkflow.run,
                outbox,
                id=f"mail-{outbox}",
                task_queue=settings.task_queue,
                # One that somebody terminated may be started again.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                static_summary=f"Mail of order {order}" if order else None,
                request_eager_start=here,
            )
    except WorkflowAlreadyStartedError:
        return True
    except (TimeoutError, RPCError, RuntimeError) as error:
        log.warning("mail_waits", outbox=outbox, reason=type(error).__name__)
        return False
    return True


class Post:
    """Starts the deliveries of what one worker's commands have written.

    Answers go before mail: a delivery costs Temporal about as much as three commands, and nobody
    waits for it. What this worker does not come to start, because it is killed or the server is
    away, the relay starts.
    """

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._mails: asyncio.Queue[tuple[str, str, float]] = asyncio.Queue()
        self._last_command = 0.0

    def take(self, order: str, outbox: Sequence[str]) -> None:
        """A command of `order` was applied and has written these mails, or none. From any thread."""
        self._last_command = time.monotonic()
        for mail in outbox:
            entry = (order, mail, self._last_command + _PATIENCE)
            self._loop.call_soon_threadsafe(self._mails.put_nowait, entry)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            order, mail, latest = await self._mails.get()
            await self._a_quiet_moment(latest)
            try:
                await start_delivery(self._client, self._settings, mail, order=order, here=True)
            except Exception:
                # The relay starts this one; the next one is not to blame.
                log.exception("mail_waits", outbox=mail)

    async def _a_quiet_moment(self, latest: float) -> None:
        now = time.monotonic()
        while now < (until := min(latest, self._last_command + _QUIET)):
            await asyncio.sleep(until - now)
            now = time.monotonic()


@asynccontextmanager
async def posting(client: Client, settings: Settings) -> AsyncIterator[Post]:
    """A `Post` for the worker on `client`, at work during the block."""
    post = Post(client, settings)
    running = asyncio.create_task(post.run())
    try:
        yield post
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
