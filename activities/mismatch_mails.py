"""Mails to quality: what a job used differs from its bill of material, and pieces it made have left already.

Before they leave, the dispatch is refused and says so; afterwards nobody would ask. A mail's id follows from mismatch
and person, so that nobody is written to twice about the same one.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlmodel import Session

from activities.hold_mails import gone
from activities.mail_message import mail_host
from activities.our_mails import MaterialLeft
from activities.outgoing import queue_once
from models.domain.authority import Role
from models.queries import controlled
from models.queries.contacts import Person, everybody_with
from models.queries.gone_wrong import GoneWrong, gone_wrong
from models.queries.shop_floor import MISMATCHES
from models.settings import Settings
from models.tables.shop_floor import MaterialMismatchRow

_IDS = uuid.UUID("3c1d9a52-7f2b-4a0e-8a35-5b1f6c0d9e74")
# A mail names so many dispatches and counts the others.
_MOST = 40


def tell(session: Session, settings: Settings, job: str, now: datetime) -> None:
    """In the transaction that recorded something of the job."""
    for found in gone_wrong(session, MISMATCHES.c.work_order == job, cleared=True):
        mismatch = found.mismatch["id"]
        for person in _people(session, mismatch):
            outbox = str(uuid.uuid5(_IDS, f"{mismatch}:{person.id}"))
            context = _context(settings, found)
            queue_once(session, outbox, person, context, host=mail_host(settings.mail_from), now=now)


def _people(session: Session, mismatch: str) -> list[Person]:
    """Quality as far as they may know of it, admins where there are none."""
    row = session.get_one(MaterialMismatchRow, mismatch)
    hidden = controlled.hidden(session, row, cleared=False)

    def who_may_know(role: Role) -> list[Person]:
        return [person for person in everybody_with(session, role) if person.cleared or not hidden]

    return who_may_know(Role.QUALITY) or who_may_know(Role.ADMIN)


def _context(settings: Settings, found: GoneWrong) -> MaterialLeft:
    row = found.mismatch
    return MaterialLeft(
        order=row["id"],
        company=settings.company,
        work_order=row["work_order"],
        wrong=row["wrong"],
        lot=row["lot"],
        part=row["part"],
        revision=row["part_revision"] or "",
        quantity=f"{row['quantity']:f}",
        unit=row["unit"],
        dispatches=tuple(gone(each) for each in found.dispatches[:_MOST]),
        more=max(len(found.dispatches) - _MOST, 0),
    )
