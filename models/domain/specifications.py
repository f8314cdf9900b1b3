"""Which revision of a specification is in force on a day, and how another stands beside it.

Everything follows from the register as it is: a revision is in force from its day on until the next one is, or
until it is withdrawn. What is registered later, for a day that has passed, counts for that day all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.domain.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class SpecRevision:
    """`withdrawn_on`: the first day it is no longer in force, where no next one took its place."""

    revision: str
    in_force_from: date
    withdrawn_on: date | None = None


class Standing(StrEnum):
    """How the revision that is ordered stands on the day it was ordered."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    COMING = "coming"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    UNNAMED = "unnamed"


def in_force(revisions: Collection[SpecRevision], day: date) -> SpecRevision | None:
    """None before the first and after the last was withdrawn."""
    begun = [each for each in revisions if each.in_force_from <= day]
    latest = max(begun, key=lambda each: each.in_force_from, default=None)
    return None if latest is None or _withdrawn(latest, day) else latest


def standing(revisions: Collection[SpecRevision], ordered: str, day: date) -> Standing:
    """How `ordered` stands on a day; empty when none was named."""
    if not ordered:
        return Standing.UNNAMED
    found = next((each for each in revisions if each.revision == ordered), None)
    if found is None:
        return Standing.UNKNOWN
    if found.in_force_from > day:
        return Standing.COMING
    if found == in_force(revisions, day):
        return Standing.IN_FORCE
    return Standing.WITHDRAWN if _withdrawn(found, day) else Standing.SUPERSEDED


def check(revisions: Sequence[SpecRevision]) -> None:
    """Raises `Invalid` naming each revision that is there twice, begins with another, or ends before it begins."""
    wrong: list[FieldError] = []
    for place, each in enumerate(revisions):
        at, before = f"revisions.{place}", revisions[:place]
        if any(other.revision == each.revision for other in before):
            text = "Revision {revision} is named twice."
            wrong.append(FieldError(f"{at}.revision", text, (("revision", each.revision),)))
        same = next((other for other in before if other.in_force_from == each.in_force_from), None)
        if same is not None:
            text = "Revision {revision} is in force from this day already; only one is in force on a day."
            wrong.append(FieldError(f"{at}.in_force_from", text, (("revision", same.revision),)))
        if each.withdrawn_on is not None and each.withdrawn_on <= each.in_force_from:
            text = "A revision is withdrawn after it came into force; enter a later day."
            wrong.append(FieldError(f"{at}.withdrawn_on", text))
    if wrong:
        raise Invalid(
            "specification.revisions",
            "Some fields do not fit; correct them and send it again.",
            errors=tuple(wrong),
        )


def _withdrawn(revision: SpecRevision, day: date) -> bool:
    return revision.withdrawn_on is not None and revision.withdrawn_on <= day
