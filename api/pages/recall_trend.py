"""Rows of the list of recalls, and how long drills took as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from activities.i18n import N_
from api.pages.staff import Staff
from api.recall_words import minutes
from api.supplier.words import Words
from models.domain.recalls import Recall

# The last so many drills, drawn in a box of this size.
_MOST = 12
_WIDE, _HIGH = 480, 96
_GAP = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One recall of the list."""

    number: str
    reason: str
    about: str
    drawn: bool
    drill: bool
    opened: str
    signed: str
    minutes: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One drill: where its bar stands and what it says."""

    number: str
    minutes: str
    left: int
    top: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        return self.left + self.width // 2


def row(recall: Recall, staff: Staff) -> Row:
    words = staff.words
    return Row(
        recall.number,
        recall.reason,
        recall.identifier.partition(":")[2],
        recall.drawn,
        recall.drill,
        words.time(recall.opened_at),
        words.time(recall.signed_at) if recall.signed_at else "",
        minutes(recall.minutes(staff.now), words),
    )


def bars(shown: Sequence[Recall], words: Words) -> list[Bar]:
    """The earliest first; empty while there are not two to compare."""
    drills = _drills(shown)
    if len(drills) < 2:
        return []
    longest = max(1, *(took for _, took in drills))
    width = _WIDE // _MOST - _GAP
    found = []
    for place, (recall, took) in enumerate(drills):
        height = max(1, took * (_HIGH - 16) // longest)
        left = place * (_WIDE // _MOST) + _GAP // 2
        found.append(Bar(recall.number, minutes(took, words), left, 100 - height, width, height))
    return found


def trend(shown: Sequence[Recall], words: Words) -> str:
    """The same as a sentence, for who hears the page."""
    told = words.listed(str(took) for _, took in _drills(shown))
    return words.say(N_("Minutes of the last drills, the earliest first: {minutes}"), minutes=told)


def _drills(shown: Sequence[Recall]) -> list[tuple[Recall, int]]:
    signed = [
        (recall, recall.minutes(recall.signed_at)) for recall in shown if recall.drill and recall.signed_at
    ]
    return signed[:_MOST][::-1]
