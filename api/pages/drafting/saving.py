"""Saves what a draft's form says, once however often it is sent, and never over what others changed unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import orjson
from fastapi import Request
from sqlalchemy import select
from sqlmodel import Session, col

from activities.i18n import N_
from api.changes import transact
from api.dispatch import Dispatcher
from api.pages.staff import Staff
from api.wishes import Outcome, Wish
from models import drafts
from models.codec import adapter, plain
from models.domain.commands import Issue
from models.domain.errors import Invalid, Refusal, Stale
from models.domain.facts import Draft
from models.queries import contracts
from models.queries import orders as queries
from models.tables.master_changes import Idempotency
from models.tables.plants import Plant

# Not part of what a form says.
_ENVELOPE = frozenset({"form", "do"})
ISSUED = N_("The order was issued; it is no longer edited, only changed by agreement with the supplier.")
_CHANGED = N_(
    "Somebody has changed this draft since you opened it. Nothing of yours is saved yet: what you changed is "
    "still here, everything else is as it is now. Look at it and send it again."
)


class Overtaken(Stale):
    """The draft is `kept` now, which is not what the form was drawn from: `before`, None when that cannot
    be read. `mine` is what was sent."""

    def __init__(self, before: Draft | None, mine: Draft, kept: Draft) -> None:
        super().__init__("draft.changed", _CHANGED)
        self.before, self.mine, self.kept = before, mine, kept


def draft_of(session: Session, staff: Staff, number: str) -> Draft:
    """The draft as it is saved. Raises `Refusal` when it was issued."""
    row = queries.stored(session, number, staff.reader)
    if row.draft is None:
        raise Refusal("order.issued", ISSUED)
    return drafts.of_row(row)


def new(request: Request, staff: Staff, draft: Draft, form: str, typed: Mapping[str, str]) -> str:
    """Saves a new draft and gives its number; of a form that was sent before, the number it got then."""

    def save(session: Session, now: datetime) -> str:
        priced = contracts.priced(session, draft, now)
        return drafts.create(session, priced, now, cleared=staff.reader.cleared).number

    return once(request, staff, form, typed, save)


def once(
    request: Request,
    staff: Staff,
    form: str,
    typed: Mapping[str, str],
    save: Callable[[Session, datetime], str],
) -> str:
    """Does what a form asks for in one transaction and gives its answer; of a form that was sent before, the
    answer it got then. Raises `Refusal` when it said something else then."""
    if not (form.isalnum() and len(form) <= 64):
        raise Invalid("form.stale", "This form was open too long. Look at it again and send it once more.")
    mark = _mark(typed)

    def change(session: Session, now: datetime) -> str:
        earlier = session.get(Idempotency, (staff.principal.id, f"page:{form}"))
        if earlier is not None:
            return _earlier(earlier, mark)
        answer = save(session, now)
        session.add(
            Idempotency(
                principal=staff.principal.id,
                key=f"page:{form}",
                request_hash=mark,
                status=303,
                body="",
                location=answer,
                created_at=now,
            )
        )
        return answer

    return transact(request, change)


def _earlier(earlier: Idempotency, mark: str) -> str:
    if earlier.request_hash != mark:
        raise Refusal(
            "form.reused",
            "This form was sent before with other values. Look at what was saved, then send it if it is new.",
        )
    return earlier.location or ""


def changed(request: Request, staff: Staff, draft: Draft, seen: str) -> int:
    """Replaces a draft and gives its version. Raises `Overtaken` when it is no longer what was `seen`."""

    def save(session: Session, now: datetime) -> int:
        queries.stored(session, draft.number, staff.reader)
        kept = drafts.load(session, draft.number)
        if kept is None:
            raise Refusal("order.issued", ISSUED)
        merged = replace(draft, buyer=kept.buyer, plant=draft.plant or kept.plant)
        merged = contracts.priced(session, merged, now)
        if drafts.checked(session, merged, now, cleared=staff.reader.cleared) == kept:
            return drafts.version(session, draft.number)
        before = unsealed(seen)
        if before != kept:
            raise Overtaken(before, merged, kept)
        drafts.save(session, merged, now, cleared=staff.reader.cleared)
        return drafts.version(session, draft.number)

    return transact(request, save)


async def issue(request: Request, staff: Staff, number: str, form: str, version: int) -> Outcome:
    """Issues a draft as it was saved, once for one form."""
    dispatcher: Dispatcher = request.app.state.dispatcher
    wish = Wish(
        order=number,
        command=Issue(),
        actor=staff.actor,
        if_match=version,
        idempotency_key=f"page:{form}:issue" if form else None,
        request_hash=f"issue {number}",
    )
    return await dispatcher.acted(wish, request.app.state.clock())


def sealed(draft: Draft) -> str:
    """A draft as it was looked at, to be sent along with its form."""
    return orjson.dumps(plain(draft)).decode()


def unsealed(text: str) -> Draft | None:
    """None when it was made by hand: then nobody has looked at anything."""
    try:
        return adapter(Draft).validate_python(orjson.loads(text))
    except ValueError:
        return None


def only_plant(session: Session, staff: Staff) -> str:
    """The plant that orders when nobody chose one; empty when it has to be chosen."""
    if staff.principal.plant:
        return staff.principal.plant
    plants = session.scalars(select(col(Plant.code)).limit(2)).all()
    return str(plants[0]) if len(plants) == 1 else ""


def _mark(typed: Mapping[str, str]) -> str:
    told = sorted((name, value) for name, value in typed.items() if name not in _ENVELOPE)
    return hashlib.sha256(repr(told).encode()).hexdigest()
