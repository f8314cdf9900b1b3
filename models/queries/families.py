"""What a work order is below, kept as it is while somebody changes that."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from models.queries import controlled
from models.tables.work_orders import WorkOrder

# Whose parent changes takes its turn here: a ring of two is closed by whoever looks second, and rows locked on
# the way up would be locked crosswise. SQLite's writers take turns anyway.
_LOCK = 7_361_043
_UNTOLD = "…"


def lock(session: Session) -> None:
    """Until the transaction ends nobody else puts a work order below another one."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def upwards(session: Session, number: str | None, *, cleared: bool) -> list[str]:
    """The work order, what it is below, and so on up, each once; those masked that somebody who is not `cleared`
    does not know of."""
    seen: set[str] = set()
    found = []
    while number is not None and number not in seen:
        seen.add(number)
        row = session.get(WorkOrder, number, populate_existing=True)
        hidden = row is not None and controlled.hidden(session, row, cleared=cleared)
        found.append(_UNTOLD if hidden else number)
        number = row.parent if row is not None else None
    return found
