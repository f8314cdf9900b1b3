"""Mails to quality: what a job used differs from its bill of material, and pieces it made have left already.

Before they leave, the dispatch is refused and says so; afterwards nobody would ask. A mail's id follows from mismatch
and person, so that nobody is written to twice about the same one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from activities.hold_mails import gone
from activities.mail_message import mail_host
from activities.our_mails import MaterialLeft
from activities.outgoing import queue_once
from models.domain.authority import Role
from models.queries import shop_floor
from models.queries.contacts import Person, everybody_with, users_with
from models.queries.gone_wrong import GoneWrong, gone_wrong
from models.queries.shop_floor import MISMATCHES
from models.settings import Settings

_IDS = uuid.UUID("3c1d9a52-7f2b-4a0e-8a35-5b1f6c0d9e74")
# A mail names so many dispatches and counts the others.
_MOST = 40


def tell(session: Session, settings: Settings, job: str, now: datetime) -> None:
    """In the transaction that recorded something of the job. Who is not cleared is told of the mismatches and the
    dispatches that everybody may know of."""
    known = {each.mismatch["id"]: each for each in _of_job(session, job, cleared=False)}
    for found in _of_job(session, job, cleared=True):
        mismatch = found.mismatch["id"]
        public = known.get(mismatch)
        for person in _people(session, job, hidden=public is None):
            outbox = str(uuid.uuid5(_IDS, f"{mismatch}:{person.id}"))
            context = _context(settings, found if person.cleared or public is None else public)
            queue_once(session, outbox, person, context, host=mail_host(settings.mail_from), now=now)


def _of_job(session: Session, job: str, *, cleared: bool) -> list[GoneWrong]:
    return gone_wrong(session, MISMATCHES.c.work_order == job, cleared=cleared)


def _people(session: Session, job: str, *, hidden: bool) -> list[Person]:
    """Quality of the plants where the job's lots were made, as far as they may know of it; all of quality where
    those have nobody, admins where there are none."""

    def who_may_know(people: Iterable[Person]) -> list[Person]:
        return [
            person for person in {each.id: each for each in people}.values() if person.cleared or not hidden
        ]

    plants = shop_floor.plants_of(session, job)
    near = [person for plant in plants for person in users_with(session, Role.QUALITY, plant)]
    everybody = everybody_with(session, Role.QUALITY)
    return who_may_know(near) or who_may_know(everybody) or who_may_know(everybody_with(session, Role.ADMIN))


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
