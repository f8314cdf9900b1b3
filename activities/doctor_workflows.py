"""Compares open orders with running workflows, both ways.

A list is a moment old when it arrives; whatever looks wrong in it is asked for once more by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.doctor_waiting import unattended
from activities.findings import Finding, found
from models.db import Database
from models.domain.order import ENDED, Stage
from models.tables.orders import CommandRow, OrderRow
from models.tables.types import table

_ORDERS = table(OrderRow)
_COMMANDS = table(CommandRow)
_OPEN = _ORDERS.c.stage.not_in([*ENDED, Stage.DRAFT])
# A workflow outlives its order's end by the time it takes to start the last mails.
_GRACE = timedelta(minutes=2)
_AT_ONCE = 20


async def workflows(database: Database, client: Client, now: datetime, task_queue: str) -> list[Finding]:
    """Raises `RPCError` when Temporal does not answer."""
    doubts = Doubts(database, client, now)
    running = await _running(client, "OrderWorkflow", task_queue)
    orders = await asyncio.to_thread(doubts.open_orders)
    mails = await asyncio.to_thread(doubts.unattended)
    if mails:
        mails -= await _running(client, "DeliveryWorkflow", task_queue)
    return [
        *await _each(orders - running, doubts.missing),
        *await _each(running - orders, doubts.surplus),
        *await _each(mails, doubts.alone),
    ]


class Doubts:
    """Asks about one order or mail at a time, Temporal before the database or after as it matters."""

    def __init__(self, database: Database, client: Client, now: datetime) -> None:
        self.database = database
        self.client = client
        self.now = now

    async def missing(self, number: str) -> Finding | None:
        # The database is asked last: an order ends there before its workflow does.
        if await self._runs(number) or not await asyncio.to_thread(self._is_open, number):
            return None
        return found("workflow.missing", number, "The order is open and has no workflow.")

    async def surplus(self, number: str) -> Finding | None:
        why = await asyncio.to_thread(self._needs_none, number)
        return found("workflow.surplus", number, why) if why and await self._runs(number) else None

    async def alone(self, workflow: str) -> Finding | None:
        if await self._runs(workflow):
            return None
        return found("mail.unattended", workflow, "It is queued and no workflow delivers it.")

    def open_orders(self) -> set[str]:
        with self.database.read() as session:
            return set(session.scalars(select(_ORDERS.c.number).where(_OPEN)))

    def unattended(self) -> set[str]:
        with self.database.read() as session:
            return {f"mail-{outbox}" for outbox in unattended(session, self.now)}

    async def _runs(self, workflow: str) -> bool:
        try:
            description = await self.client.get_workflow_handle(workflow).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return description.status is WorkflowExecutionStatus.RUNNING

    def _is_open(self, number: str) -> bool:
        """And no command waits for it: the relay starts its workflow with that."""
        waits = exists().where(_COMMANDS.c.order_number == _ORDERS.c.number, _COMMANDS.c.status == "received")
        alone = select(_ORDERS.c.number).where(_ORDERS.c.number == number, _OPEN, ~waits)
        with self.database.read() as session:
            return session.scalar(alone) is not None

    def _needs_none(self, number: str) -> str:
        """Why a workflow of this order has nothing to do; empty when it has."""
        with self.database.read() as session:
            row = session.execute(
                select(_ORDERS.c.stage, _ORDERS.c.ended_at).where(_ORDERS.c.number == number)
            ).first()
            asked = session.scalar(select(_COMMANDS.c.id).where(_COMMANDS.c.order_number == number).limit(1))
        if row is None:
            return "A workflow runs for an order that is not in the database."
        if row.stage == Stage.DRAFT:
            # A refused issue leaves its workflow waiting for the next one.
            return "" if asked is not None else "A workflow runs for a draft of which nobody asked anything."
        if row.stage in ENDED and row.ended_at is not None and row.ended_at < self.now - _GRACE:
            return f"A workflow runs although the order is {row.stage}."
        return ""


async def _running(client: Client, kind: str, task_queue: str) -> set[str]:
    query = f"WorkflowType = '{kind}' AND ExecutionStatus = 'Running' AND TaskQueue = '{task_queue}'"
    return {execution.id async for execution in client.list_workflows(query)}


async def _each(names: Iterable[str], ask: Callable[[str], Awaitable[Finding | None]]) -> list[Finding]:
    """What is found, several asked at once."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def asked(name: str) -> Finding | None:
        async with slots:
            return await ask(name)

    answers = await asyncio.gather(*(asked(name) for name in sorted(names)))
    return [answer for answer in answers if answer is not None]
