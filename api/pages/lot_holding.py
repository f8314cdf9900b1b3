"""Put a lot on hold, or release it: what that reaches is shown before the button."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities.i18n import N_
from api.errors import status_of
from api.pages.master.saving import asking, once
from api.pages.master.screens import guard_of
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.routes.lot_holds import ReasonBody, ReleaseBody, hold_lot, release_lot
from api.routes.lots import lots
from api.routes.material_mismatches import SignatureBody
from api.supplier.fields import LONGEST_TEXT, Fields, typed
from api.supplier.troubles import troubles
from models.domain.errors import Refusal
from models.queries import hold_reach, lot_holds

router = page_router()
What = Literal["hold", "release"]
_GUARDED = {"hold": hold_lot, "release": release_lot}


@dataclass(frozen=True, slots=True)
class Reach:
    """What a hold of the lot covers: lots made from it, open orders that have or are to have such pieces, jobs,
    and dispatches with their customers."""

    number: str
    part: str
    amount: str
    reason: str
    lots: tuple[str, ...]
    orders: tuple[str, ...]
    # Orders that have such pieces and this person may not know of are counted, not named.
    others: int
    jobs: tuple[str, ...]
    dispatches: tuple[tuple[str, str], ...]


@router.get("/lots/{number}/{what}")
async def ask(number: str, what: What, request: Request, staff: Visitor) -> Response:
    await guard_of(_GUARDED[what])(request)
    return await run_in_threadpool(_asked, request, staff, number, what, {})


@router.post("/lots/{number}/{what}")
async def do(number: str, what: What, request: Request, staff: Visitor) -> Response:
    await guard_of(_GUARDED[what])(request)
    form = await typed(request)
    try:
        await run_in_threadpool(_done, request, staff, number, what, form)
    except Refusal as refusal:
        refusal.errors = tuple(
            replace(error, field="signature") if error.field == "signature.name" else error
            for error in refusal.errors
        )
        return await run_in_threadpool(_asked, request, staff, number, what, form, refusal)
    return RedirectResponse(f"/master/lots/{quote(number, safe='')}?saved=changed", 303)


def _done(request: Request, staff: Staff, number: str, what: What, form: Mapping[str, str]) -> None:
    fields = Fields(form)
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", N_("Give a reason."))
    name = fields.text("signature") if what == "release" else ""
    if what == "release" and not name:
        fields.wrong("signature", N_("Sign with your printed name."))
    fields.check()
    sent = asking(request, idempotency_key=once(form))
    if what == "hold":
        hold_lot(number, ReasonBody(reason=reason), sent, staff.principal)
    else:
        signed = SignatureBody(name=name)
        release_lot(number, ReleaseBody(reason=reason, signature=signed), sent, staff.principal)


def _asked(
    request: Request,
    staff: Staff,
    number: str,
    what: What,
    form: Mapping[str, str],
    refusal: Refusal | None = None,
) -> Response:
    wrong = troubles(refusal, None, staff.words) if refusal is not None else ()
    return draw(
        request,
        staff,
        "pages/lot_holding.html",
        status_of(refusal) if refusal is not None else 200,
        what=what,
        reach=_reach(request, staff, number),
        typed=form,
        key=form.get("form") or secrets.token_urlsafe(12),
        summary=staff.words.refusal(refusal) if refusal is not None else "",
        troubles=wrong,
        called={"reason": N_("Reason"), "signature": N_("Signature")},
        changed=(),
    )


def _reach(request: Request, staff: Staff, number: str) -> Reach:
    """Raises `Unknown`."""
    with request.app.state.database.read() as session:
        lot = lots.get(session, number, cleared=staff.principal.cleared)
        covered = lot_holds.made_from(session, number)
        orders = lot_holds.orders_with(session, covered)
        seen = lot_holds.visible(session, orders, cleared=staff.principal.cleared)
        touched = hold_reach.reach(session, number, cleared=staff.principal.cleared)
        return Reach(
            number,
            " ".join(filter(None, [lot.part, lot.part_revision])),
            staff.words.amount(lot.on_hand, lot.uom),
            lot.hold_reason or "",
            tuple(lot_holds.known_lots(session, covered - {number}, cleared=staff.principal.cleared)),
            touched.orders,
            len(orders) - len(seen),
            touched.jobs,
            tuple((gone.dispatch, gone.name or gone.customer) for gone in touched.dispatches),
        )
