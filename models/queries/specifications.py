"""What the register of specifications says of an order, by the day on which it was ordered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.domain.specifications import SpecRevision, Standing, in_force, standing
from models.tables.specifications import Specification
from models.tables.types import table

View = dict[str, Any]
Register = dict[str, tuple[SpecRevision, ...]]
_SPECIFICATIONS = table(Specification)
_REGISTERED = select(_SPECIFICATIONS.c.code, _SPECIFICATIONS.c.revisions).where(
    _SPECIFICATIONS.c.code.in_(bindparam("codes", expanding=True))
)


def registered(session: Session, codes: Collection[str]) -> Register:
    """The revisions of those of these specifications that are in the register."""
    asked = sorted({code for code in codes if code})
    rows = session.execute(_REGISTERED, {"codes": asked}) if asked else ()
    return {row.code: tuple(map(_revision, row.revisions)) for row in rows}


def revision_for(register: Register, spec: str, day: date, otherwise: str) -> str:
    """The revision that is ordered on a day when nobody names one: that in force, else what a routing says."""
    current = in_force(register.get(spec, ()), day)
    return current.revision if current is not None else otherwise


def judged(register: Register, spec: str, ordered: str, day: date) -> View | None:
    """What was ordered beside what was in force that day; None for what is not in the register."""
    revisions = register.get(spec)
    if revisions is None:
        return None
    current, how = in_force(revisions, day), standing(revisions, ordered, day)
    return {
        "spec": spec,
        "ordered": ordered,
        "day": day,
        "in_force": current.revision if current is not None else None,
        "in_force_from": current.in_force_from if current is not None else None,
        "standing": how.value,
        "ok": how is Standing.IN_FORCE,
    }


def _revision(kept: View) -> SpecRevision:
    withdrawn = kept["withdrawn_on"]
    return SpecRevision(
        kept["revision"],
        date.fromisoformat(kept["in_force_from"]),
        date.fromisoformat(withdrawn) if withdrawn else None,
    )
