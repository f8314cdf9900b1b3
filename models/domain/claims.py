"""What was lost is claimed from who lost it, until a day; what turns up again is claimed no more.

A claim outlives its order. One that was paid or credited is open again when pieces turn up for which that
was: somebody has to say what becomes of the money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from models.domain.calendar import WorkingCalendar
from models.domain.pieces import Bucket, Move, key
from models.domain.quantities import ZERO

# By then it is told to who lost it: carriers do not answer for what they hear of later.
WORKDAYS = 5
CARRIER = "carrier"
SUPPLIER = "supplier"
# Outcomes with money, which is for the pieces that were missing then.
WITH_MONEY = frozenset({"paid", "credited"})


class ClaimState(StrEnum):
    OPEN = "open"
    REOPENED = "reopened"
    SETTLED = "settled"
    FOUND = "found"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Loss:
    """What one claim is about, as the event keeps it: pieces by stock key, and the box they were in."""

    claim: str
    against: str
    due: date
    pieces: Mapping[str, Decimal]
    parcel: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """`pieces` were lost and `found` of them turned up, by stock key. `since`: when its clock began, which
    is when it was opened, or when pieces last turned up. `settled_for`: how many were missing then."""

    claim: str
    against: str
    reason: str
    opened_by: int
    opened_at: datetime
    since: datetime
    due: date
    pieces: Mapping[str, Decimal]
    parcel: str = ""
    found: Mapping[str, Decimal] = field(default_factory=dict)
    outcome: str = ""
    amount: Decimal | None = None
    note: str = ""
    settled_at: datetime | None = None
    settled_by: str = ""
    settled_for: Decimal = ZERO
    void: bool = False

    @property
    def missing(self) -> Decimal:
        return sum(self.pieces.values(), ZERO) - sum(self.found.values(), ZERO)

    @property
    def state(self) -> ClaimState:
        if self.void:
            return ClaimState.VOID
        if not self.outcome:
            return ClaimState.OPEN if self.missing else ClaimState.FOUND
        changed = self.outcome in WITH_MONEY and self.missing != self.settled_for
        return ClaimState.REOPENED if changed else ClaimState.SETTLED

    @property
    def open(self) -> bool:
        return self.state in (ClaimState.OPEN, ClaimState.REOPENED)


def due_from(calendar: WorkingCalendar, at: datetime) -> date:
    return calendar.add_workdays(calendar.local_date(at), WORKDAYS)


def with_found(
    claims: Mapping[str, Claim],
    moves: Iterable[Move],
    at: datetime,
    calendar: WorkingCalendar,
    *,
    undo: bool = False,
) -> Mapping[str, Claim]:
    """The claims after `moves`. Lost pieces that turn up are those of the earliest claim that misses some;
    `undo`: that was counted wrongly, and the latest misses them again."""
    if not claims:
        return claims
    after = dict(claims)
    for move in moves:
        forward = move.reversed() if undo else move
        if (forward.source, forward.target) != (Bucket.LOST, Bucket.PENDING):
            continue
        place, left = key(move.line, move.lot), move.quantity
        for name in reversed(after) if undo else list(after):
            claim = after[name]
            found = claim.found.get(place, ZERO)
            some = ZERO if claim.void else min(left, found if undo else claim.pieces.get(place, ZERO) - found)
            if not some:
                continue
            left -= some
            now = {**claim.found, place: found - some if undo else found + some}
            again = claim.outcome and not undo
            after[name] = replace(
                claim,
                found={each: many for each, many in now.items() if many},
                since=at if again else claim.since,
                due=due_from(calendar, at) if again else claim.due,
            )
    return after
