"""What follows from a nonconformance: decisions about its pieces, corrective actions, reviews.

A corrective action is planned for somebody until a day, done, and verified by somebody else. One that was
not effective is over; another one takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

# Owns an action instead of one of our people.
SUPPLIER = "supplier"


class ActionState(StrEnum):
    """Where an action stands; of a nonconformance, where its actions do."""

    NONE = "none"
    PLANNED = "planned"
    COMPLETED = "completed"
    VERIFIED = "verified"
    INEFFECTIVE = "ineffective"


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of some of the pieces."""

    decision: str
    at: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Review:
    """Management looked at it."""

    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class CorrectiveAction:
    """`owner` is the id of one of our people, or `SUPPLIER`; people are named by id throughout."""

    action: str
    cause: str
    what: str
    owner: str
    due: date
    planned_at: datetime
    planned_by: str
    completed_at: datetime | None = None
    completed_by: str = ""
    done: str = ""
    verified_at: datetime | None = None
    verified_by: str = ""
    effective: bool = False
    verdict: str = ""

    @property
    def state(self) -> ActionState:
        if self.verified_at is not None:
            return ActionState.VERIFIED if self.effective else ActionState.INEFFECTIVE
        return ActionState.PLANNED if self.completed_at is None else ActionState.COMPLETED


def standing(actions: Iterable[CorrectiveAction]) -> ActionState:
    """Of all actions together: what is still to be done counts first, then the last word."""
    states = [action.state for action in actions]
    for state in (ActionState.PLANNED, ActionState.COMPLETED):
        if state in states:
            return state
    return states[-1] if states else ActionState.NONE


def next_due(actions: Iterable[CorrectiveAction]) -> date | None:
    """By when the next of them is to be done."""
    return min((each.due for each in actions if each.state is ActionState.PLANNED), default=None)
