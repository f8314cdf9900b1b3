"""What has left for customers though its job used other material than its bill of material says: found out later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from models.domain.materials import Decision
from models.queries import controlled, hold_reach, shop_floor
from models.queries.hold_reach import Gone
from models.queries.prepared import Prepared
from models.queries.shop_floor import MISMATCHES
from models.tables.shop_floor import MaterialMismatchRow

UNDECIDED = (MISMATCHES.c.decision == "", MISMATCHES.c.withdrawn_at.is_(None))
# Every trace with a job in it asks, by whether who asks is cleared.
_NOT_ACCEPTED = {
    cleared: Prepared(
        select(MISMATCHES.c.work_order, MISMATCHES.c.id, MISMATCHES.c.decision)
        .where(MISMATCHES.c.decision != Decision.ACCEPT.value, MISMATCHES.c.withdrawn_at.is_(None))
        .where(*controlled.visible(MaterialMismatchRow, cleared=cleared))
        .order_by(MISMATCHES.c.opened_at, MISMATCHES.c.id)
    )
    for cleared in (False, True)
}


@dataclass(frozen=True, slots=True)
class GoneWrong:
    """A mismatch nobody has decided about, and the dispatches with pieces of its job."""

    mismatch: dict[str, Any]
    dispatches: tuple[Gone, ...]


def gone_wrong(session: Session, *where: ColumnElement[bool], cleared: bool) -> list[GoneWrong]:
    """The newest mismatch first, as far as somebody may know of them and of the dispatches."""
    found = []
    for row in shop_floor.known_mismatches(session, *UNDECIDED, *where, cleared=cleared):
        gone = hold_reach.dispatched_of(session, row["work_order"], cleared=cleared)
        if gone:
            found.append(GoneWrong(row, tuple(gone)))
    return found


def not_accepted(session: Session, *, cleared: bool) -> dict[str, dict[str, str]]:
    """By job, its mismatches that quality has not accepted, the first one first, with what was decided instead."""
    found: dict[str, dict[str, str]] = {}
    for job, mismatch, decision in _NOT_ACCEPTED[cleared].rows(session):
        found.setdefault(job, {})[mismatch] = decision
    return found
