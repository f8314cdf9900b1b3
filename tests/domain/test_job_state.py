"""How a work order stands, from what was recorded of it."""

from __future__ import annotations

from decimal import Decimal

from models.domain.job_state import JobState, job_state
from tests.domain.orders import parametrize


@parametrize(
    "begun, finished, state",
    (False, 0, JobState.OPEN),
    (True, 0, JobState.IN_WORK),
    (True, 99, JobState.IN_WORK),
    (True, 100, JobState.DONE),
    (True, 101, JobState.DONE),
)
def test_a_work_order_is_done_when_its_last_operation_brought_all_its_pieces(
    begun: bool, finished: int, state: JobState
) -> None:
    assert job_state(Decimal(100), begun=begun, finished=Decimal(finished)) is state
