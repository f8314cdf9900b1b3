"""Jobs that used up other material than their bills of material name, and what quality decided."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlmodel import Session

from activities import hold_mails, mismatches
from api.auth import Principal, Reader, allowed
from api.changes import perform
from api.fields import Body, Text
from api.routes.shop_floor import Why
from api.wire import Answer, api_router
from models.domain.authority import Actor
from models.domain.commands import Signature
from models.domain.errors import Unknown
from models.domain.materials import MAY_DECIDE, Decision, possible
from models.queries import lot_uses, shop_floor
from models.queries.shop_floor import MISMATCHES, Record

router = api_router(tags=["Quality"])
Quality = Annotated[Principal, Depends(allowed(*MAY_DECIDE))]


class SignatureBody(Body):
    name: Text
    meaning: Text | None = None


class MismatchDecision(Body):
    """Accepting other material needs a signature, as does whatever is decided later; `hold` puts all the job made on hold, `scrap` scraps what is here of
    it and holds what is elsewhere."""

    decision: Decision
    reason: Why
    signature: SignatureBody | None = None


@router.get("/material-mismatches")
def list_mismatches(
    request: Request, principal: Reader, is_open: Annotated[bool | None, Query(alias="open")] = None
) -> Answer:
    """The newest first. An open one keeps what its job made from being dispatched."""
    undecided = (MISMATCHES.c.decision == "") & MISMATCHES.c.withdrawn_at.is_(None)
    where = [] if is_open is None else [undecided if is_open else ~undecided]
    with request.app.state.database.read() as session:
        rows = shop_floor.known_mismatches(session, *where, cleared=principal.cleared)
        items = shown(session, rows, cleared=principal.cleared)
    return Answer({"items": items, "next": None})


def shown(session: Session, rows: list[Record], *, cleared: bool) -> list[Record]:
    """With what was `scrapped` for each, where else pieces of the same lots are, and what it is `possible` to decide."""
    scrapped = shop_floor.scrapped(session, [row["id"] for row in rows])
    jobs = {row["work_order"] for row in rows if row["decision"] == Decision.SCRAP}
    # All in one question of each kind, however many there are.
    made = shop_floor.lots_made_each(session, jobs)
    lots = sorted({lot for each in made.values() for lot in each})
    left = set(shop_floor.not_all_scrapped(session, lots))
    elsewhere = lot_uses.but_scrapped(session, lots, cleared=cleared)
    items = []
    for row in rows:
        of_it = made.get(row["work_order"], []) if row["decision"] == Decision.SCRAP else []
        ways = possible(shop_floor.as_mismatch(row), left=not left.isdisjoint(of_it))
        items.append(
            row
            | {
                "scrapped": scrapped.get(row["id"], []),
                "elsewhere": [use for lot in of_it for use in elsewhere.get(lot, [])],
                "possible": [way.value for way in ways],
            }
        )
    return items


@router.post("/material-mismatches/{mismatch}/disposition")
def decide_mismatch(mismatch: str, body: MismatchDecision, request: Request, principal: Quality) -> Answer:
    """What is on hold is decided about again, and so is what was elsewhere when the rest was scrapped: signed."""

    def change(session: Session, now: datetime) -> Answer:
        known = MISMATCHES.c.id == mismatch
        if not shop_floor.known_mismatches(session, known, cleared=principal.cleared):
            raise Unknown("unknown", "There is no {kind} {key}.", kind="material mismatch", key=mismatch)
        signed = body.signature
        signature = None if signed is None else Signature(name=signed.name, meaning=signed.meaning or "")
        actor = Actor(principal.id, principal.kind, principal.roles, principal.cleared)
        mismatches.disposition(session, mismatch, body.decision, body.reason, signature, actor, now)
        hold_mails.tell(session, request.app.state.settings, now)
        (found,) = shown(session, shop_floor.mismatches(session, known), cleared=principal.cleared)
        return Answer(found)

    return perform(request, principal, change)
