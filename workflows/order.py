"""One workflow per order, from issue to its end. Its id is the order number.

It keeps commands in line, waits for the next deadline and starts deliveries. What any of it means
is decided in the activity: no rule of the business is evaluated here, so a changed rule can never
replay a running order into another state.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey, SearchAttributeUpdate, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from activities.contracts import APPLY, PASS_DEADLINES, Applied, ApplyInput, Carried, DeadlineInput
    from workflows.delivery import DeliveryWorkflow
    from workflows.phases import ACKNOWLEDGED, CLOSED, IN_PROCESS, RECEIVED, SHIPPED, reached

_KEYWORDS = {
    name: SearchAttributeKey.for_keyword(name)
    for name in ("Stage", "Supplier", "Buyer", "Process", "Late", "Urgent", "Hold")
}
_DUE_AT = SearchAttributeKey.for_datetime("DueAt")
# One quick try inside the workflow task: it saves the server a round trip and two thirds of the
# history. What it cannot finish goes to an ordinary activity, which blocks no other command.
_QUICK = timedelta(seconds=2)
_PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(minutes=1))
_REMEMBERED = 500


@workflow.defn(name="OrderWorkflow")
class OrderWorkflow:
    """Runs an order through its phases; people act on it by `execute`."""

    @workflow.init
    def __init__(self, order: str, carried: Carried | None = None) -> None:
        carried = carried or Carried()
        self.order = order
        self.stage = carried.stage
        self.due = _instant(carried.due)
        self.done = dict(carried.done)
        self.unsent = list(carried.unsent)
        self.attributes = dict(carried.attributes)
        self.woken = False
        self.turn = asyncio.Lock()

    @workflow.run
    async def run(self, order: str, carried: Carried | None = None) -> str:
        await self.until(ACKNOWLEDGED)
        await self.until(IN_PROCESS)
        await self.until(SHIPPED)
        await self.until(RECEIVED)
        await self.until(CLOSED)
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self.deliver()
        return self.stage

    async def until(self, phase: int) -> None:
        """Waits for commands and deadlines, whichever is first, until the order has reached `phase`."""
        while not reached(self.stage, phase):
            self.woken = False
            await self.deliver()
            if workflow.info().is_continue_as_new_suggested():
                await self.carry_on()
            if not await self.changed():
                await self.pass_deadlines()

    @workflow.update
    async def execute(self, command: str) -> str:
        """Applies a saved command, after those before it; answers `applied` or `refused`."""
        async with self.turn:
            if command in self.done:
                return self.done[command]
            applied = await self.apply(ApplyInput(command, workflow.now().isoformat()))
            self.remember(command, applied.status)
            self.stand(applied)
            return applied.status

    async def changed(self) -> bool:
        """True when a command changed something, False when the next deadline came first."""
        wait = None if self.due is None else self.due - workflow.now()
        if wait is not None and wait <= timedelta(0):
            return False
        try:
            await workflow.wait_condition(
                lambda: self.woken or bool(self.unsent), timeout=wait, timeout_summary=f"deadline {self.due}"
            )
        except TimeoutError:
            return self.due is None or self.due > workflow.now()
        return True

    async def pass_deadlines(self) -> None:
        """Tells whoever has to know that time has passed."""
        async with self.turn:
            if self.due is None or self.due > workflow.now():
                return
            self.stand(
                await workflow.execute_activity(
                    PASS_DEADLINES,
                    DeadlineInput(self.order, self.due.isoformat(), workflow.now().isoformat()),
                    result_type=Applied,
                    start_to_close_timeout=timedelta(seconds=30),
                    retry_policy=_PATIENT,
                    summary=f"Deadline {self.due:%Y-%m-%d %H:%M} UTC",
                )
            )

    async def apply(self, asked: ApplyInput) -> Applied:
        """One decision and one transaction; idempotent, so the second try may meet the first one's result."""
        try:
            applied: Applied = await workflow.execute_local_activity(
                APPLY,
                asked,
                result_type=Applied,
                start_to_close_timeout=_QUICK,
                schedule_to_close_timeout=_QUICK,
                retry_policy=RetryPolicy(maximum_attempts=1),
                summary="Apply a command",
            )
        except ActivityError:
            applied = await workflow.execute_activity(
                APPLY,
                asked,
                result_type=Applied,
                start_to_close_timeout=timedelta(seconds=30),
                retry_policy=_PATIENT,
                summary="Apply a command, patiently",
            )
        return applied

    def stand(self, applied: Applied) -> None:
        """Takes over where the order stands, for the timer, the Web UI and the next phase."""
        due = _instant(applied.due)
        self.unsent += applied.outbox
        changes: list[SearchAttributeUpdate] = []  # type: ignore[type-arg]
        for name, value in applied.attributes.items():
            if self.attributes.get(name) != value:
                self.attributes[name] = value
                changes.append(_KEYWORDS[name].value_set(value))
        if due != self.due:
            changes.append(_DUE_AT.value_set(due) if due is not None else _DUE_AT.value_unset())
        if changes:
            workflow.upsert_search_attributes(changes)
        workflow.set_current_details(applied.details)
        self.stage, self.due, self.woken = applied.stage, due, True

    async def deliver(self) -> None:
        """Starts one delivery per outbox row; they outlive this workflow."""
        while self.unsent:
            outbox = self.unsent[0]
            # A command applied twice names its mails twice; each has one workflow all the same.
            with suppress(WorkflowAlreadyStartedError):
                await workflow.start_child_workflow(
                    DeliveryWorkflow.run,
                    outbox,
                    id=f"mail-{outbox}",
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                    static_summary=f"Mail of order {self.order}",
                )
            self.unsent.pop(0)

    def remember(self, command: str, status: str) -> None:
        self.done[command] = status
        while len(self.done) > _REMEMBERED:
            del self.done[next(iter(self.done))]

    async def carry_on(self) -> None:
        """Continues in a fresh history, once no command is under way."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self.deliver()
        workflow.continue_as_new(
            args=[
                self.order,
                Carried(
                    stage=self.stage,
                    due=self.due.isoformat() if self.due is not None else "",
                    done=dict(self.done),
                    attributes=self.attributes,
                ),
            ]
        )


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
