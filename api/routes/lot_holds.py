"""Holds of lots: placed by who finds something, released by the design authority."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import StringConstraints
from sqlmodel import Session

from activities import holding
from api.auth import Principal, Reader, allowed
from api.changes import perform
from api.fields import Body, Note
from api.routes.lots import lots
from api.wire import Answer, api_router
from models.domain.authority import Actor
from models.domain.lot_holds import MAY_HOLD, MAY_RELEASE, OpenHold
from models.domain.texts import LONGEST_TOLD
from models.queries import lot_holds

router = api_router(tags=["Lots"])
Holder = Annotated[Principal, Depends(allowed(*MAY_HOLD))]
Releaser = Annotated[Principal, Depends(allowed(*MAY_RELEASE))]
Why = Annotated[Note, StringConstraints(min_length=1, max_length=LONGEST_TOLD)]


class ReasonBody(Body):
    """Suppliers who have such pieces read the reason."""

    reason: Why


@router.post("/lots/{number}/hold")
def hold_lot(number: str, body: ReasonBody, request: Request, principal: Holder) -> Answer:
    """The lot and everything made from it is not sent, accepted, used or dispatched until it is released.

    `orders` are the open ones that have such pieces; their suppliers are asked to stop.
    """

    def change(session: Session, now: datetime) -> Answer:
        lots.get(session, number, cleared=principal.cleared)
        hold = OpenHold(str(uuid.uuid4()), principal.id, body.reason)
        told = holding.place(session, number, hold, body.reason, now)
        return _answer(session, principal, number, told)

    return perform(request, principal, change)


@router.post("/lots/{number}/release")
def release_lot(number: str, body: ReasonBody, request: Request, principal: Releaser) -> Answer:
    """By somebody else than who placed the hold; `orders` that had been told of it are told to go on.

    A hold that a contradicting certificate placed ends with the certificate that matches.
    """

    def change(session: Session, now: datetime) -> Answer:
        lots.get(session, number, cleared=principal.cleared)
        actor = Actor(principal.id, principal.kind, principal.roles, principal.cleared)
        told = holding.release_by(session, number, actor, body.reason, now)
        return _answer(session, principal, number, told)

    return perform(request, principal, change)


@router.get("/lots/{number}/holds")
def list_lot_holds(number: str, request: Request, principal: Reader) -> Answer:
    """Every hold of the lot, the latest first. `covered_by` is another lot on hold that it was made from;
    `covers` are the lots a hold of this one reaches."""
    with request.app.state.database.read() as session:
        lots.get(session, number, cleared=principal.cleared)
        covered = lot_holds.covering(session, [number]).get(number)
        items = [_shown(session, principal, row) for row in lot_holds.history(session, number)]
        covers = sorted(lot_holds.made_from(session, number))
    above = None if covered is None else {"lot": covered.lot, "reason": covered.reason}
    return Answer({"items": items, "next": None, "covers": covers, "covered_by": above})


def _answer(session: Session, principal: Principal, number: str, told: list[str]) -> Answer:
    # What was written went past the row that was read.
    session.expire_all()
    return Answer(
        lots.view(session, lots.get(session, number, cleared=principal.cleared))
        | {
            "covers": sorted(lot_holds.made_from(session, number)),
            "orders": lot_holds.visible(session, told, cleared=principal.cleared),
        }
    )


def _shown(session: Session, principal: Principal, row: dict[str, Any]) -> dict[str, Any]:
    seen = lot_holds.visible(session, row["orders"], cleared=principal.cleared)
    return {"hold": row.pop("id"), **row, "orders": seen}
