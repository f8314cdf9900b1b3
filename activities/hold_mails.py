"""Mails to planners and quality: a lot is on hold and what that touches, and when it is over.

What is to be told is the holds' own rows. Whoever places or releases one has it told in the same transaction;
a mail's id follows from hold and person, so that nobody is written to twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session

from activities.mail_message import mail_host
from activities.our_mails import HeldDispatch, HoldMail, HoldPlaced, HoldReleased
from activities.outgoing import queue_once
from models.domain.authority import Role
from models.domain.lot_holds import BY_DOCUMENT
from models.queries import controlled, hold_reach
from models.queries.contacts import Person, everybody_with, user, users_with
from models.queries.hold_reach import Gone, Reach
from models.settings import Settings
from models.tables.lots import Lot, LotHoldRow
from models.tables.types import table

_HOLDS = table(LotHoldRow)
_IDS = uuid.UUID("0b4e8b1d-60c7-4a53-9d6e-2f3a6a3d7c58")
_TOLD = (Role.PLANNER, Role.QUALITY)
# A mail names so many of each kind and counts the others; the lot's page has all.
_MOST = 40
Hold = Mapping[str, Any]


def tell(session: Session, settings: Settings, now: datetime) -> list[str]:
    """The mails about holds that nobody was written to about yet, in the outbox."""
    written: list[str] = []
    for hold in hold_reach.untold(session):
        over = hold["released_at"] is not None
        reaches: dict[bool, Reach] = {}
        for person in _people(session, hold):
            if person.cleared not in reaches:
                reaches[person.cleared] = hold_reach.reach(session, hold["lot"], cleared=person.cleared)
            context = _context(session, settings, hold, reaches[person.cleared], over=over)
            outbox = str(uuid.uuid5(_IDS, f"{hold['id']}:{'over' if over else 'placed'}:{person.id}"))
            if queue_once(session, outbox, person, context, host=mail_host(settings.mail_from), now=now):
                written.append(outbox)
        done = {"told_at": hold["told_at"] or now} | ({"release_told_at": now} if over else {})
        session.execute(update(_HOLDS).where(_HOLDS.c.id == hold["id"]).values(**done))
    return written


def _people(session: Session, hold: Hold) -> list[Person]:
    """Planners and quality of the lot's plant who may know of it, admins where there are none."""

    plant = hold["plant"]
    hidden = controlled.hidden(session, session.get_one(Lot, hold["lot"]), cleared=False)

    def with_role(role: Role) -> list[Person]:
        everybody = users_with(session, role, plant) if plant is not None else everybody_with(session, role)
        return [person for person in everybody if person.cleared or not hidden]

    found = {person.id: person for role in _TOLD for person in with_role(role)} or {
        person.id: person for person in with_role(Role.ADMIN)
    }
    return list(found.values())


def _context(session: Session, settings: Settings, hold: Hold, reach: Reach, *, over: bool) -> HoldMail:
    facts: dict[str, Any] = {
        "order": hold["lot"],
        "company": settings.company,
        "part": hold["part"],
        "revision": hold["part_revision"] or "",
        "reason": hold["release_reason"] or "" if over else hold["reason"],
        "by": _called(session, hold["released_by"] if over else hold["held_by"]),
        "lots": reach.lots[:_MOST],
        "orders": reach.orders[:_MOST],
        "jobs": reach.jobs[:_MOST],
        "dispatches": tuple(gone(each) for each in reach.dispatches[:_MOST]),
        "more": sum(
            max(len(some) - _MOST, 0) for some in (reach.lots, reach.orders, reach.jobs, reach.dispatches)
        ),
    }
    return HoldReleased(**facts) if over else HoldPlaced(**facts)


def _called(session: Session, by: str) -> str:
    """A person's name, or the document that contradicted its order."""
    if by.startswith(BY_DOCUMENT):
        return by.removeprefix(BY_DOCUMENT)
    person = user(session, by)
    return person.name if person is not None else ""


def gone(dispatch: Gone) -> HeldDispatch:
    return HeldDispatch(
        dispatch=dispatch.dispatch,
        customer=dispatch.customer,
        name=dispatch.name,
        shipped_on=dispatch.shipped_on,
        lots=tuple(dict.fromkeys(line.lot for line in dispatch.lines)),
    )
