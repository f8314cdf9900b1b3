"""How a work order stands, from what was recorded of it: nobody says so."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum


class JobState(StrEnum):
    """`open`: nothing was sent, made or drawn yet; `done`: its last operation brought all its pieces."""

    OPEN = "open"
    IN_WORK = "in_work"
    DONE = "done"


def job_state(quantity: Decimal, *, begun: bool, finished: Decimal) -> JobState:
    """`begun`: something was sent, made or drawn; `finished`: pieces accepted after its last operation, or that
    came out of it where that is done in house. What was scrapped is neither and has to be made anew."""
    if not begun:
        return JobState.OPEN
    return JobState.DONE if finished >= quantity else JobState.IN_WORK
