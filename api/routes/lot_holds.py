"""Holds of lots: placed by who finds something, released by the design authority."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field, StringConstraints
from sqlmodel import Session

from activities import hold_mails, holding
from api.auth import Principal, Reader, allowed
from api.changes import perform
from api.fields import Body, Note
from api.routes.lots import lots
from api.routes.material_mismatches import SignatureBody
from api.routes.orders import cursor, paged
from api.routes.resource import Paging
from api.wire import Answer, api_router
from models.domain.authority import Actor
from models.domain.commands import Signature
from models.domain.lot_holds import MAY_HOLD, MAY_RELEASE, OpenHold
from models.domain.texts import LONGEST_TOLD
from models.queries import hold_reach, lot_holds
from models.queries.contacts import user

router = api_router(tags=["Lots"])
Holder = Annotated[Principal, Depends(allowed(*MAY_HOLD))]
Releaser = Annotated[Principal, Depends(allowed(*MAY_RELEASE))]
_STANDING = ("lot", "part", "part_revision", "reason", "held_by", "held_at")
Why = Annotated[Note, StringConstraints(min_length=1, max_length=LONGEST_TOLD)]


class ReasonBody(Body):
    """Suppliers who have such pieces read the reason."""

    reason: Why


class ReleaseBody(ReasonBody):
    signature: SignatureBody | None = Field(
        default=None, description="Left out: signed with the name of who releases."
    )


@router.post("/lots/{number}/hold")
def hold_lot(number: str, body: ReasonBody, request: Request, principal: Holder) -> Answer:
    """The lot and everything made from it is not sent, accepted, used or dispatched until it is released.

    `orders` are the open ones that have such pieces; their suppliers are asked to stop.
    """

    def change(session: Session, now: datetime) -> Answer:
        lot = lots.get(session, number, cleared=principal.cleared).number
        hold = OpenHold(str(uuid.uuid4()), principal.id, body.reason)
        told = holding.place(session, lot, hold, body.reason, now)
        hold_mails.tell(session, request.app.state.settings, now)
        return _answer(session, principal, lot, told)

    return perform(request, principal, change)


@router.post("/lots/{number}/release")
def release_lot(number: str, body: ReleaseBody, request: Request, principal: Releaser) -> Answer:
    """By somebody else than who placed the hold; `orders` that had been told of it are told to go on.

    A hold that a contradicting certificate placed ends with the certificate that matches.
    """

    def change(session: Session, now: datetime) -> Answer:
        lot = lots.get(session, number, cleared=principal.cleared).number
        actor = Actor(principal.id, principal.kind, principal.roles, principal.cleared)
        signature = _signature(session, principal, body.signature)
        told = holding.release_by(session, lot, actor, body.reason, signature, now)
        hold_mails.tell(session, request.app.state.settings, now)
        return _answer(session, principal, lot, told)

    return perform(request, principal, change)


@router.get("/lots/{number}/holds")
def list_lot_holds(number: str, request: Request, principal: Reader) -> Answer:
    """Every hold of the lot, the latest first. `covered_by` is another lot on hold that it was made from;
    `covers` are the lots a hold of this one reaches."""
    with request.app.state.database.read() as session:
        number = lots.get(session, number, cleared=principal.cleared).number
        covered = lot_holds.covering(session, [number], cleared=principal.cleared).get(number)
        items = [_shown(session, principal, row) for row in lot_holds.history(session, number)]
        covers = _covers(session, principal, number)
        touched = _touched(session, principal, number)
    above = None if covered is None else {"lot": covered.lot or None, "reason": covered.reason}
    return Answer({"items": items, "next": None, "covers": covers, "covered_by": above, "touches": touched})


@router.get("/lot-holds")
def list_standing_holds(request: Request, page: Paging, principal: Reader) -> Answer:
    """Every hold nobody has released, the oldest first, with what it touches: open orders and drafts, jobs, and
    dispatches with their customers."""
    with request.app.state.database.read() as session:
        items = standing(session, principal, cursor(page), page.limit + 1)
    return paged(items, page.limit, lambda item: f"{item['held_at'].isoformat()}|{item['hold']}")


def standing(session: Session, principal: Principal, after: str | None, limit: int) -> list[dict[str, Any]]:
    """At most `limit` holds nobody has released behind the cursor, as the API shows them."""
    return [
        {"hold": row["id"]}
        | {name: row[name] for name in _STANDING}
        | {"touches": _touched(session, principal, row["lot"])}
        for row in hold_reach.standing(session, cleared=principal.cleared, after=after, limit=limit)
    ]


def _answer(session: Session, principal: Principal, number: str, told: list[str]) -> Answer:
    # What was written went past the row that was read.
    session.expire_all()
    return Answer(
        lots.view(session, lots.get(session, number, cleared=principal.cleared))
        | {
            "covers": _covers(session, principal, number),
            "orders": lot_holds.visible(session, told, cleared=principal.cleared),
            "touches": _touched(session, principal, number),
        }
    )


def _covers(session: Session, principal: Principal, number: str) -> list[str]:
    return lot_holds.known_lots(session, lot_holds.made_from(session, number), cleared=principal.cleared)


def _touched(session: Session, principal: Principal, number: str) -> dict[str, Any]:
    return asdict(hold_reach.reach(session, number, cleared=principal.cleared))


def _signature(session: Session, principal: Principal, body: SignatureBody | None) -> Signature:
    if body is not None:
        return Signature(body.name, body.meaning or "")
    person = user(session, principal.id)
    return Signature(person.name if person is not None else "")


def _shown(session: Session, principal: Principal, row: dict[str, Any]) -> dict[str, Any]:
    seen = lot_holds.visible(session, row["orders"], cleared=principal.cleared)
    told = {name: row[name] for name in row if name not in ("id", "told_at", "release_told_at")}
    return {"hold": row["id"], **told, "orders": seen}
