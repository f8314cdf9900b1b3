"""Discard a draft: it is shown once more with the button that takes it away, which cannot be undone."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities.i18n import N_
from api.changes import transact
from api.errors import status_of
from api.pages.desk import desk
from api.pages.drafting import asking, drawing, saving
from api.pages.order.drafted import drafted
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.supplier.fields import Fields, typed
from models import drafts
from models.domain import authority
from models.domain.errors import Refusal, Stale, Unknown
from models.queries import orders as queries

router = page_router()
_CHANGED = N_("Somebody has changed this draft since you opened it. Look at it again before you discard it.")


@router.get("/orders/{number}/discard")
def ask(number: str, request: Request, staff: Visitor) -> Response:
    """What would be lost; of an order that was issued, why it is not discarded any more."""
    authority.check("issue", staff.actor, None)
    try:
        return _asked(request, staff, number)
    except Unknown:
        raise
    except Refusal as refusal:
        return _asked(request, staff, number, refusal)


@router.post("/orders/{number}/discard")
async def discard(number: str, request: Request, staff: Visitor) -> Response:
    """Takes the draft away as it was seen; of two presses the second finds it gone, and is no error."""
    authority.check("issue", staff.actor, None)
    fields = Fields(await typed(request))
    try:
        await run_in_threadpool(_discarded, request, staff, number, fields.raw("version"))
    except Unknown:
        if not await run_in_threadpool(_gone, request, number):
            raise
    except Refusal as refusal:
        return await run_in_threadpool(_asked, request, staff, number, refusal, fields.raw("seen"))
    return RedirectResponse(f"/orders/new?discarded={number}", 303)


def _discarded(request: Request, staff: Staff, number: str, version: str) -> None:
    seen = int(version) if version.isdecimal() and len(version) < 10 else -1

    def change(session: Session, now: datetime) -> None:
        queries.stored(session, number, staff.reader)
        drafts.discard(session, number, seen, staff.actor.id, now)

    transact(request, change)


def _gone(request: Request, number: str) -> bool:
    with request.app.state.database.read() as session:
        return drafts.discarded(session, number)


def _asked(
    request: Request, staff: Staff, number: str, refusal: Refusal | None = None, seen: str = ""
) -> Response:
    if refusal is not None and refusal.code == "order.issued":
        return drawing.closed(request, staff, number)
    with request.app.state.database.read() as session:
        shown = desk(session, staff, number)
        kept = saving.draft_of(session, staff, number)
        stale = isinstance(refusal, Stale)
        return draw(
            request,
            staff,
            "pages/drafting/discard.html",
            status_of(refusal) if refusal is not None else 200,
            number=number,
            view=shown.view,
            draft=drafted(session, shown),
            seen=saving.sealed(kept),
            summary=staff.words.say(_CHANGED) if stale else staff.words.refusal(refusal) if refusal else "",
            changed=asking.changed(session, staff, number, seen) if stale else (),
            troubles=(),
        )
