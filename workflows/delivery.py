"""Delivers one outbox row. Its id is ``mail-<outbox id>``; neither it nor anything it carries says
who the mail is for."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.delivery_types import GIVE_UP, SEND_MAIL, Patience, SendOutcome


@workflow.defn(name="DeliveryWorkflow")
class DeliveryWorkflow:
    """Tries until every recipient's fate is known, or until waiting any longer helps nobody."""

    @workflow.run
    async def run(self, outbox_id: str, patience: Patience | None = None) -> SendOutcome:
        patience = patience or Patience()
        try:
            outcome = await self._hand_over(outbox_id, patience)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            outcome = await self._give_up(outbox_id, patience)
        workflow.set_current_details(
            f"**{outcome.state}**: accepted for {outcome.sent}, failed for {outcome.failed}"
        )
        return outcome

    async def _hand_over(self, outbox_id: str, patience: Patience) -> SendOutcome:
        outcome: SendOutcome = await workflow.execute_activity(
            SEND_MAIL,
            outbox_id,
            result_type=SendOutcome,
            start_to_close_timeout=timedelta(seconds=patience.attempt),
            schedule_to_close_timeout=timedelta(seconds=patience.give_up_after),
            retry_policy=_retries(patience),
            summary="Hand the mail to the mail server",
        )
        return outcome

    async def _give_up(self, outbox_id: str, patience: Patience) -> SendOutcome:
        outcome: SendOutcome = await workflow.execute_activity(
            GIVE_UP,
            outbox_id,
            result_type=SendOutcome,
            start_to_close_timeout=timedelta(seconds=patience.attempt),
            retry_policy=_retries(patience),
            summary="Mark the mail undeliverable and tell its order",
        )
        return outcome


def _retries(patience: Patience) -> RetryPolicy:
    return RetryPolicy(
        initial_interval=timedelta(seconds=patience.first_retry),
        maximum_interval=timedelta(seconds=patience.longest_retry),
    )
