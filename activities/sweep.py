"""The hourly sweep: examines what is open, says what it found, and sees to orders nobody drives.

An order without a workflow gets a saved command, in which time passes. The relay delivers it as it
delivers every command, and starts the missing workflow with it: there is one way in, here too.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy import select
from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client

from activities.apply import save_system_command
from activities.doctor import examine
from activities.findings import REMEDIES, Finding
from activities.sweep_types import SWEEP, Swept
from models.db import Database
from models.domain.order import ENDED, Stage
from models.settings import Settings
from models.tables.orders import CommandRow, OrderRow
from models.tables.types import table

log = structlog.get_logger(__name__)
_ORDERS = table(OrderRow)
_COMMANDS = table(CommandRow)
_SHOWN = 50


class Sweeper:
    """The activity of the sweep workflow."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        client: Client,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._settings = settings
        self._client = client
        self._clock = clock

    @activity.defn(name=SWEEP)
    async def sweep(self) -> Swept:
        """Examines open orders and those that ended lately; changes nothing but what `Swept` says."""
        now = self._clock()
        findings = await examine(
            self._database,
            self._settings.files_dir,
            self._client,
            now,
            task_queue=self._settings.task_queue,
            everything=False,
        )
        tell(findings)
        await asyncio.to_thread(self._remind_ended, now)
        alone = [finding.where for finding in findings if finding.code == "workflow.missing"]
        return Swept(
            found=dict(Counter(finding.code for finding in findings)),
            lines=[f"{finding.where}: {finding.what}" for finding in findings[:_SHOWN]],
            restarted=await asyncio.to_thread(self._restart, alone, now),
        )

    def _remind_ended(self, now: datetime) -> None:
        """What outlives its order is due without a workflow: corrective actions, papers still owed."""
        with self._database.read() as session:
            numbers = session.scalars(
                select(_ORDERS.c.number)
                .where(_ORDERS.c.next_due <= now, _ORDERS.c.stage.in_(ENDED))
                .order_by(_ORDERS.c.number)
            ).all()
        for number in numbers:
            with self._database.write() as session:
                let_time_pass(session, number, now, ended=True)

    def _restart(self, numbers: Sequence[str], now: datetime) -> list[str]:
        restarted = []
        for number in numbers:
            with self._database.write() as session:
                if let_time_pass(session, number, now):
                    restarted.append(number)
        return restarted


def let_time_pass(session: Session, number: str, now: datetime, *, ended: bool = False) -> bool:
    """Saves a command that does nothing but what is due; False when the order has ended (or, with `ended`,
    has not) or already has a command that waits, which does as well."""
    order = session.execute(
        select(_ORDERS.c.stage, _ORDERS.c.version).where(_ORDERS.c.number == number).with_for_update()
    ).one()
    waiting = session.scalar(
        select(_COMMANDS.c.id)
        .where(_COMMANDS.c.order_number == number, _COMMANDS.c.status == "received")
        .limit(1)
    )
    if waiting is not None or order.stage == Stage.DRAFT or (order.stage in ENDED) is not ended:
        return False
    command = str(uuid.uuid5(uuid.NAMESPACE_URL, f"sendout:sweep:{number}:{order.version}:{now.isoformat()}"))
    save_system_command(session, command, number, "pass-deadlines", {}, now)
    return True


def tell(findings: Sequence[Finding]) -> None:
    """To the log, a line each, and to the metrics, a number per code; a code nobody found counts 0."""
    for finding in findings:
        log.warning("sweep_found", code=finding.code, where=finding.where, what=finding.what)
    counts = Counter(finding.code for finding in findings)
    gauge = activity.metric_meter().create_gauge("sendout_findings", "What the sweep found, by code.")
    for code in REMEDIES:
        gauge.set(counts[code], {"code": code})
