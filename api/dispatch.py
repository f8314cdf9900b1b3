"""From an HTTP request to a decided order: save the command, send it, read what became of it.

The command row is committed before Temporal is asked. Whatever happens after that (a timeout, a
killed process, a server that is away), the row is still there and the relay delivers it.
"""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, TypeVarTuple

import structlog
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy import bindparam, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.apply import apply, before_issue
from activities.contracts import Applied, Carried
from activities.settling import settled
from api.errors import DATABASE_AWAY, Unanswered
from api.wishes import Outcome, Wish
from models import clearance
from models.codec import load_order, plain
from models.db import Database
from models.domain.deadlines import next_deadline
from models.domain.errors import Invalid, Unknown
from models.domain.order import ENDED, Stage
from models.settings import Settings
from models.tables.orders import CommandRow, OrderRow
from models.tables.types import table
from workflows.order import PAUSE, OrderWorkflow
from workflows.post import start_delivery
from workflows.shown import at_first

log = structlog.get_logger(__name__)
Given = TypeVarTuple("Given")
Found = TypeVar("Found")
# Threads that work at commands at once on SQLite, where one writes at a time: more of them get in one
# another's way. On PostgreSQL, where some wait for their order's row, all the process has may be at it.
_THREADS = 8
_COMMANDS = table(CommandRow)
_ORDERS = table(OrderRow)
# A workflow somebody terminated may be started again; one that has ended by itself has nothing to do.
_AGAIN = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
_OF_ORDER = _COMMANDS.c.order_number == bindparam("order")
_LOCK_ORDER = (
    select(_ORDERS.c.number, _ORDERS.c.export_controlled)
    .where(_ORDERS.c.number == bindparam("order"))
    .with_for_update()
)
_LINE = select(
    select(func.coalesce(func.max(_COMMANDS.c.sequence), 0)).where(_OF_ORDER).scalar_subquery().label("last"),
    select(func.min(_COMMANDS.c.received_at))
    .where(_OF_ORDER, _COMMANDS.c.status == "received")
    .scalar_subquery()
    .label("waiting_since"),
)
_EARLIER = _COMMANDS.alias("earlier")
_STANDS_BEHIND = select(
    exists().where(
        _COMMANDS.c.id == bindparam("command"),
        _EARLIER.c.order_number == _COMMANDS.c.order_number,
        _EARLIER.c.sequence < _COMMANDS.c.sequence,
        _EARLIER.c.status == "received",
    )
)
_COMMAND = select(_COMMANDS).where(_COMMANDS.c.id == bindparam("command"))
_ADD_COMMAND = insert(_COMMANDS)
# So often a request looks whether those before it in the order's line are settled.
_LOOK_AGAIN = 0.05

# How long a page waits for a command that another request is just sending.
_SETTLING_SECONDS = 1.5

Look = Callable[[Session], Any]


@dataclass(frozen=True, slots=True)
class Saved:
    """A command's row. `ours`: this request made it and sends it. `behind`: since when the first of
    those before it in its order's line has waited."""

    command: str
    ours: bool = True
    behind: datetime | None = None


class Dispatcher:
    """One per process; shared by the JSON API, the supplier's pages and the relay."""

    def __init__(self, database: Database, settings: Settings, client: Client) -> None:
        self.database = database
        self.settings = settings
        self.client = client
        self._threads = CapacityLimiter(_THREADS) if database.is_sqlite else None

    async def act(
        self, wish: Wish, now: datetime, look: Look | None = None, patience: float | None = None
    ) -> Outcome:
        """Saves the wish, sends it when those before it are settled, and says what became of it.

        `look` reads what is to be shown once it is applied, in the snapshot its outcome is read from.
        `patience` is how many seconds whoever asks waits for it, when that is less than usual.
        Raises `Unanswered` when the database goes away after it was saved.
        """
        saved = await self._thread(self._save, wish, now)
        command = saved.command
        until = time.monotonic() + min(patience or math.inf, self.settings.update_timeout)
        try:
            if saved.ours and await self._its_turn(saved, now, until):
                await self.send(command, wish.order, wish.command.name, until)
            return await self._thread(self._outcome, command, True, look)
        except DATABASE_AWAY as error:
            log.warning("outcome_unread", order=wish.order, command=command, reason=type(error).__name__)
            raise Unanswered(command) from None

    async def send(self, command: str, order: str, name: str, until: float | None = None) -> None:
        """Hands a saved command to its order. Returns when it is settled, or when nobody can tell yet."""
        left = until - time.monotonic() if until is not None else self.settings.update_timeout
        try:
            async with asyncio.timeout(left):
                await self._send(command, order, name)
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            log.warning("command_waits", order=order, command=command)
        except (
            RPCError,
            WorkflowUpdateFailedError,
            WorkflowAlreadyStartedError,
            RuntimeError,
            *DATABASE_AWAY,
        ) as error:
            log.warning("command_waits", order=order, command=command, reason=type(error).__name__)

    async def outcome(self, command: str) -> Outcome:
        """Raises `Unknown` when there is no such command."""
        return await self._thread(self._outcome, command, False, None)

    async def acted(self, wish: Wish, now: datetime) -> Outcome:
        """As `act` for a page, where a person waits: not for long, but a double click's second request
        waits a moment for the first."""
        began = time.monotonic()
        outcome = await self.act(wish, now, patience=self.settings.page_timeout)
        while outcome.waiting and time.monotonic() - began < _SETTLING_SECONDS:
            await asyncio.sleep(0.1)
            outcome = await self.outcome(outcome.id)
        return outcome

    async def deliver(self, outbox: str) -> bool:
        """Starts the delivery of a mail, once however often this is called; says whether it is started."""
        return await start_delivery(self.client, self.settings, outbox)

    async def _its_turn(self, saved: Saved, now: datetime, until: float) -> bool:
        """Whether those before it are settled while whoever saved them still waits for them; what
        takes longer than a request waits is the relay's to send, and this with it."""
        if saved.behind is None:
            return True
        left = self.settings.update_timeout - (now - saved.behind).total_seconds()
        left = min(left, until - time.monotonic())
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                while True:
                    if not await self._thread(self._stands_behind, saved.command):
                        return True
                    await asyncio.sleep(_LOOK_AGAIN)
        return False

    async def _thread(self, work: Callable[[*Given], Found], *given: *Given) -> Found:
        return await run_sync(work, *given, limiter=self._threads)

    def _stands_behind(self, command: str) -> bool:
        with self.database.read() as session:
            return bool(session.scalar(_STANDS_BEHIND, {"command": command}))

    async def _send(self, command: str, order: str, name: str) -> None:
        if name != "issue":
            try:
                await self.client.get_workflow_handle(order).execute_update(
                    OrderWorkflow.execute, args=[command, name], id=command
                )
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            else:
                return
        carried = await self._thread(self._carried, order, name, command)
        if carried is None:
            await self._apply_here(command)
            if name == "issue":
                # What would have been refused may have become possible a moment later.
                carried = await self._thread(self._carried, order, "", command)
        if carried is not None:
            await self._start(command, order, name, carried)

    async def _start(self, command: str, order: str, name: str, carried: Carried) -> None:
        """Starts the order's workflow with its command: the first time, or again after Temporal lost it."""
        operation = WithStartWorkflowOperation(
            OrderWorkflow.run,
            args=[order, carried],
            id=order,
            task_queue=self.settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=_AGAIN,
            search_attributes=at_first(carried.shown),
            static_summary=f"Outside-processing order {order}",
        )
        # The handle fails with the operation; asyncio logs an error that nobody has asked for.
        handle = asyncio.create_task(operation.workflow_handle())
        handle.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await self.client.execute_update_with_start_workflow(
                OrderWorkflow.execute,
                args=[command, name],
                id=command,
                start_workflow_operation=operation,
            )
        finally:
            handle.cancel()

    async def _apply_here(self, command: str) -> None:
        """Before its issue and after its end an order has no workflow: the same `apply` without one."""

        def work(session: Session, impossible: bool) -> Applied:
            received = session.scalar(select(_COMMANDS.c.received_at).where(_COMMANDS.c.id == command))
            assert received is not None, "the command was saved before it was sent"
            return apply(session, self.settings, command, received, impossible=impossible)

        for outbox in (await self._thread(settled, self.database, work)).outbox:
            await self.deliver(outbox)

    def _carried(self, number: str, name: str, command: str) -> Carried | None:
        """What a new workflow has to know of an order; None when a command needs no workflow: before an
        order is issued, with an `issue` that would be refused, and after its end."""
        with self.database.read() as session:
            row = session.execute(
                select(_ORDERS.c.stage, _ORDERS.c.snapshot).where(_ORDERS.c.number == number)
            ).one()
            if row.stage in ENDED:
                return None
            if row.stage == Stage.DRAFT:
                carried = before_issue(session, command) if name == "issue" else None
                return replace(carried, pause=PAUSE) if carried is not None else None
        due = next_deadline(load_order(row.snapshot))
        return Carried(stage=row.stage, due=due.isoformat() if due is not None else "", pause=PAUSE)

    def _save(self, wish: Wish, now: datetime) -> Saved:
        """Committed when this returns."""
        try:
            return self._saved(wish, now)
        except IntegrityError:
            # The same key came for another order at the same time, and was faster.
            return self._saved(wish, now)

    def _saved(self, wish: Wish, now: datetime) -> Saved:
        with self.database.write(pipelined=True) as session:
            known = session.execute(_LOCK_ORDER, {"order": wish.order}).first()
            hidden = known is not None and known.export_controlled and not wish.actor.cleared
            if hidden:
                clearance.barred("order", wish.order)
            if known is None or hidden:
                raise unknown_order(wish.order)
            earlier = self._earlier(session, wish)
            if earlier is not None:
                return Saved(earlier, ours=False)
            line = session.execute(_LINE, {"order": wish.order}).one()
            command = str(uuid.uuid4())
            session.execute(_ADD_COMMAND, _row(command, line.last + 1, wish, now))
        return Saved(command, behind=line.waiting_since)

    def _earlier(self, session: Session, wish: Wish) -> str | None:
        """The command that came with the same key before; a repeated request is not a second wish."""
        if wish.idempotency_key is None:
            return None
        row = session.execute(
            select(_COMMANDS.c.id, _COMMANDS.c.request_hash).where(
                _COMMANDS.c.actor_id == wish.actor.id, _COMMANDS.c.idempotency_key == wish.idempotency_key
            )
        ).first()
        if row is None:
            return None
        if row.request_hash != wish.request_hash:
            raise Invalid(
                "idempotency.reused",
                "This key came with another request before; use a new key for a new request.",
                field="Idempotency-Key",
            )
        known: str = row.id
        return known

    def _outcome(self, command: str, answering: bool, look: Look | None) -> Outcome:
        """`answering` notes that somebody is about to be told "saved": a later refusal goes by mail."""
        with self.database.read() as session:
            row = session.execute(_COMMAND, {"command": command}).first()
            if row is None:
                raise Unknown("command.unknown", "There is no such command.")
            seen = look(session) if look is not None and row.status == "applied" else None
        if answering and row.status == "received" and not row.answered_early:
            with self.database.write() as session:
                # Under the order's lock like `apply`, which otherwise could have read the command
                # already, decide to refuse it, and not know that a mail has to say so.
                session.execute(_LOCK_ORDER, {"order": row.order_number})
                session.execute(
                    update(_COMMANDS)
                    .where(_COMMANDS.c.id == command, _COMMANDS.c.status == "received")
                    .values(answered_early=True)
                )
            return self._outcome(command, False, look)
        return Outcome(
            row.id, row.order_number, row.name, row.status, row.received_at, row.result or {}, seen
        )


def unknown_order(number: str) -> Unknown:
    return Unknown("order.unknown", "There is no order {number}.", number=number)


def _row(command: str, sequence: int, wish: Wish, now: datetime) -> dict[str, Any]:
    return {
        "id": command,
        "order_number": wish.order,
        "sequence": sequence,
        "name": wish.command.name,
        "payload": plain(wish.command),
        "actor_id": wish.actor.id,
        "actor_kind": wish.actor.kind,
        "actor_roles": sorted(role.value for role in wish.actor.roles),
        "cleared": wish.actor.cleared,
        "on_behalf_of": plain(wish.on_behalf_of) if wish.on_behalf_of is not None else None,
        "revision": wish.revision,
        "if_match": wish.if_match,
        "idempotency_key": wish.idempotency_key,
        "request_hash": wish.request_hash,
        "received_at": now,
        "status": "received",
        "answered_early": False,
    }
