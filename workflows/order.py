"""One workflow per order, from issue to its end. Its id is the order number.

It keeps commands in line and waits for the next deadline. What any of it means is decided in the
activity: no rule of the business is evaluated here, so a changed rule can never replay a running
order into another state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.contracts import APPLY, PASS_DEADLINES, Applied, ApplyInput, Carried, DeadlineInput
    from workflows.phases import ACKNOWLEDGED, CLOSED, IN_PROCESS, RECEIVED, SHIPPED, reached
    from workflows.shown import changes

# One quick try inside the workflow task: it saves the server a round trip and two thirds of the
# history. What it cannot finish goes to an ordinary activity, which blocks no other command.
_QUICK = timedelta(seconds=2)
_ONCE = RetryPolicy(maximum_attempts=1)
_PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(minutes=1))
# A deadline that is still due after it was passed comes from a wrong rule; it must not spin.
_PACE = timedelta(minutes=1)
_REMEMBERED = 500
# Seconds for which what the Web UI lists of an order stays as it is. To list one anew costs the server
# half as much as a command, and nobody reads along while a program hurries an order through.
PAUSE = 5.0


@workflow.defn(name="OrderWorkflow")
class OrderWorkflow:
    """Runs an order through its phases; people act on it by `execute`."""

    @workflow.init
    def __init__(self, order: str, carried: Carried | None = None) -> None:
        # Here and not in `run`: a command may be handled before `run` begins.
        carried = carried or Carried()
        self.order = order
        self.stage = carried.stage
        self.due = _instant(carried.due)
        self.waits_for = carried.waits_for
        self.done = dict(carried.done)
        self.listed = dict(carried.shown)
        self.shown = dict(carried.shown)
        shown_at = _instant(carried.shown_at)
        # The API's clock may be ahead of Temporal's.
        self.shown_at = min(shown_at, workflow.now()) if shown_at is not None else None
        self.pause = timedelta(seconds=carried.pause)
        self.turn = asyncio.Lock()
        workflow.set_current_details(carried.details)

    @workflow.run
    async def run(self, order: str, carried: Carried | None = None) -> str:
        await self.until(ACKNOWLEDGED)
        await self.until(IN_PROCESS)
        await self.until(SHIPPED)
        await self.until(RECEIVED)
        await self.until(CLOSED)
        # Every command that has come is answered; what comes later needs no workflow.
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.stage

    async def until(self, phase: int) -> None:
        """Lets people act and deadlines pass, whichever is first, until the order has reached `phase`."""
        while not reached(self.stage, phase):
            with _unmoved():
                if self.may_carry_on():
                    self.carry_on()
                await self.something_to_do(phase)
                if self.due is not None and self.due <= workflow.now():
                    await self.pass_deadlines()
                self.list_anew()

    @workflow.update
    async def execute(self, command: str, name: str = "") -> str:
        """Applies a saved command, after those before it; answers `applied` or `refused`.

        `name` is what operators read beside it in the Web UI; nothing depends on it.
        """
        async with self.turn:
            if command not in self.done:
                applied = await self.apply(ApplyInput(command, workflow.now().isoformat()), name)
                self.remember(command, applied.status)
                self.stand(applied)
            return self.done[command]

    async def something_to_do(self, phase: int) -> None:
        """Waits for the next deadline, for the end of a pause, or for what else `until` has to look at."""
        wakes = self.wakes()
        if wakes is not None and wakes <= workflow.now():
            return
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self.wakes() != wakes or reached(self.stage, phase) or self.may_carry_on(),
                timeout=wakes - workflow.now() if wakes is not None else None,
                timeout_summary=self.waits_for if wakes == self.due else "List in the Web UI",
            )

    def wakes(self) -> datetime | None:
        """When something is to be done though nobody acts."""
        if self.shown == self.listed or self.shown_at is None:
            return self.due
        shows = self.shown_at + self.pause
        return shows if self.due is None else min(self.due, shows)

    async def pass_deadlines(self) -> None:
        """Tells whoever has to know that time has passed."""
        async with self.turn:
            now = workflow.now()
            if self.due is None or self.due > now:
                return
            applied: Applied = await workflow.execute_activity(
                PASS_DEADLINES,
                DeadlineInput(self.order, str(workflow.uuid4()), now.isoformat()),
                result_type=Applied,
                start_to_close_timeout=timedelta(seconds=30),
                retry_policy=_PATIENT,
                summary=self.waits_for,
            )
            self.stand(applied)
            if self.due is not None and self.due <= now:
                self.due = now + _PACE

    async def apply(self, asked: ApplyInput, name: str) -> Applied:
        """One decision and one transaction; idempotent, so the second try may meet the first one's result."""
        summary = f"Apply {name or asked.command}"
        # A local activity fails with its own error, not wrapped in an `ActivityError`.
        with suppress(FailureError):
            quickly: Applied = await workflow.execute_local_activity(
                APPLY,
                asked,
                result_type=Applied,
                schedule_to_close_timeout=_QUICK,
                retry_policy=_ONCE,
                summary=summary,
            )
            return quickly
        patiently: Applied = await workflow.execute_activity(
            APPLY,
            asked,
            result_type=Applied,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_PATIENT,
            summary=summary,
        )
        return patiently

    def stand(self, applied: Applied) -> None:
        """Takes over where the order stands, for the next phase, the timer and the Web UI."""
        self.stage, self.due, self.waits_for = applied.stage, _instant(applied.due), applied.waits_for
        # An activity of an earlier version named neither stage nor deadline among its attributes.
        now = {"Stage": applied.stage, "DueAt": applied.due}
        self.shown = {**self.shown, **now, **applied.attributes}
        workflow.set_current_details(applied.details)
        self.list_anew(now=reached(self.stage, CLOSED))

    def list_anew(self, *, now: bool = False) -> None:
        """Brings Temporal's list of orders up to date, once a pause at most unless it has to be now."""
        if now or self.shown_at is None or self.shown_at + self.pause <= workflow.now():
            if updates := list(changes(self.listed, self.shown)):
                workflow.upsert_search_attributes(updates)
                self.shown_at = workflow.now()
            self.listed = self.shown

    def remember(self, command: str, status: str) -> None:
        self.done[command] = status
        while len(self.done) > _REMEMBERED:
            del self.done[next(iter(self.done))]

    def may_carry_on(self) -> bool:
        """The history is long, and nobody is waiting for an answer that would be lost with it."""
        return workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished()

    def carry_on(self) -> NoReturn:
        """Continues in a fresh history. Nothing may be awaited after `may_carry_on` said yes."""
        self.list_anew(now=True)
        workflow.continue_as_new(
            args=[
                self.order,
                Carried(
                    stage=self.stage,
                    due=self.due.isoformat() if self.due is not None else "",
                    waits_for=self.waits_for,
                    done=self.done,
                    shown=self.shown,
                    details=workflow.get_current_details(),
                    pause=self.pause.total_seconds(),
                    shown_at=self.shown_at.isoformat() if self.shown_at is not None else "",
                ),
            ]
        )


@contextmanager
def _unmoved() -> Iterator[None]:
    """Temporal's own "cancel" is not how an order ends: that is a command, with every piece accounted for."""
    try:
        yield
    except BaseException as error:
        if not is_cancelled_exception(error):
            raise


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
