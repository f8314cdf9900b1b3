"""A new order, or a draft again: choose the operation, fill in, see the supplier's mail, save or issue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse

from activities.i18n import N_
from activities.preview import Letter
from api.pages.drafting import asking, drawing, saving
from api.pages.drafting.form import written
from api.pages.drafting.sheet import lots_by_line
from api.pages.mailbox import HTML_POLICY
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.supplier.fields import Fields, typed
from models import drafts
from models.domain import authority
from models.domain.errors import Refusal, Unknown
from models.queries import orders as queries
from models.queries import sourcing

router = page_router()
_ROWS = 50
# Of 200 lines with 40 lots each.
MOST_FIELDS = 30_000
_KEPT = N_("It is saved as draft {number}, but not issued:")


@router.get("/orders/new")
def new_order(
    request: Request,
    staff: Visitor,
    work_order: Annotated[str, Query(max_length=64)] = "",
    operation: Annotated[int | None, Query(ge=0, le=10**9)] = None,
    q: Annotated[str, Query(max_length=100)] = "",
    covered: bool = False,
    discarded: Annotated[str, Query(max_length=64)] = "",
    start: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> Response:
    """The operations that may be ordered; with one chosen, its form."""
    _may(staff)
    if work_order and operation is not None:
        return drawing.form(
            request, staff, asking.begun(request, staff, work_order, operation), "/orders/new"
        )
    with request.app.state.database.read() as session:
        found = sourcing.outside(
            session, staff.reader, q.strip(), covered=covered, start=start, limit=_ROWS + 1
        )
    given = {"q": q.strip(), "covered": "true" if covered else ""}
    return draw(
        request,
        staff,
        "pages/drafting/choose.html",
        found=[
            (each, f"/orders/new?{urlencode({'work_order': each.work_order, 'operation': each.operation})}")
            for each in found[:_ROWS]
        ],
        more=_address(given | {"start": str(start + _ROWS)}) if len(found) > _ROWS else "",
        q=q.strip(),
        covered=covered,
        discarded=_discarded(request, discarded) if discarded else "",
        uncovered_address=_address(given | {"covered": ""}),
        covered_address=_address(given | {"covered": "true"}),
    )


@router.post("/orders/new")
async def save_new(request: Request, staff: Visitor) -> Response:
    """Shows the supplier's mail, saves a draft, or saves and issues it."""
    _may(staff)
    return await _taken(request, staff, Fields(await typed(request, most=MOST_FIELDS)), "/orders/new", "")


@router.get("/orders/new/mail")
async def preview_mail(
    request: Request, staff: Visitor, reader: Annotated[int, Query(ge=0, le=1000)] = 0
) -> Response:
    """The HTML of the mail that the draft in the address would become, for the frame of the form's page."""
    _may(staff)
    fields = Fields(dict(request.query_params))
    found = await run_in_threadpool(asking.letters, request, staff, fields, fields.raw("number"))
    return _framed(found.letters, reader)


@router.get("/orders/{number}/issue/mail")
def mail_of_draft(
    number: str, request: Request, staff: Visitor, reader: Annotated[int, Query(ge=0, le=1000)] = 0
) -> Response:
    """The HTML of the mail that issuing the saved draft sends, for the frame of the page that issues it."""
    _may(staff)
    return _framed(asking.letters_of(request, staff, number), reader)


def _framed(found: list[Letter], reader: int) -> Response:
    if reader >= len(found):
        raise Unknown("contact.unknown", "Nobody at the supplier would get this mail.")
    headers = {"Content-Security-Policy": HTML_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(found[reader].mail.html, headers=headers)


@router.get("/orders/{number}/edit")
def edit(number: str, request: Request, staff: Visitor) -> Response:
    """The same form for a draft that is saved; afterwards, why it is not edited any more."""
    _may(staff)
    with request.app.state.database.read() as session:
        if queries.stored(session, number, staff.reader).draft is None:
            return drawing.closed(request, staff, number)
        draft = saving.draft_of(session, staff, number)
        units, lots = lots_by_line(session, staff, draft)
    given = written(draft, units, lots) | {"seen": saving.sealed(draft)}
    return drawing.form(request, staff, given, f"/orders/{number}/edit")


@router.post("/orders/{number}/edit")
async def save_again(number: str, request: Request, staff: Visitor) -> Response:
    """Saves the draft again; refused when somebody else has changed it meanwhile."""
    _may(staff)
    return await _taken(
        request, staff, Fields(await typed(request, most=MOST_FIELDS)), f"/orders/{number}/edit", number
    )


async def _taken(request: Request, staff: Staff, fields: Fields, path: str, number: str) -> Response:
    """What the pressed button asks for; a refusal shows the form again as it was typed."""
    done, sent = fields.raw("do"), fields.raw("form")
    places: Mapping[str, str] = {}
    try:
        lines = await run_in_threadpool(asking.with_lines, request, staff, fields.typed)
        if lines is not None:
            given, focus = lines
            return await run_in_threadpool(drawing.form, request, staff, given, path, focus=focus)
        if done == "preview":
            found = await run_in_threadpool(asking.letters, request, staff, fields, number)
            return await run_in_threadpool(drawing.form, request, staff, fields.typed, path, preview=found)
        what = await run_in_threadpool(asking.understood, request, staff, fields, number)
        places = what.places
        version = 0
        if number:
            version = await run_in_threadpool(saving.changed, request, staff, what.draft, fields.raw("seen"))
        else:
            number = await run_in_threadpool(saving.new, request, staff, what.draft, sent, fields.typed)
            path = f"/orders/{number}/edit"
        if done != "issue":
            return RedirectResponse(f"/orders/{number}", 303)
        return await _issued(request, staff, fields, path, number, version, places)
    except saving.Overtaken as refusal:
        return await run_in_threadpool(drawing.overtaken, request, staff, path, refusal)
    except Refusal as refusal:
        if refusal.code == "order.issued":
            return await run_in_threadpool(drawing.closed, request, staff, number, fields.typed)
        return await run_in_threadpool(drawing.refused, request, staff, fields.typed, path, refusal, places)


async def _issued(
    request: Request,
    staff: Staff,
    fields: Fields,
    path: str,
    number: str,
    version: int,
    places: Mapping[str, str],
) -> Response:
    """The draft is saved whatever comes of issuing it."""
    outcome = await saving.issue(request, staff, number, fields.raw("form"), version)
    try:
        outcome.raise_refusal()
    except Refusal as refusal:
        given = await run_in_threadpool(_again, request, staff, fields.typed, number)
        note = staff.words.say(_KEPT, number=number)
        return await run_in_threadpool(drawing.refused, request, staff, given, path, refusal, places, note)
    return RedirectResponse(f"/orders/{number}?saved={outcome.id}", 303)


def _again(request: Request, staff: Staff, given: Mapping[str, str], number: str) -> dict[str, str]:
    """What was typed, as the form of the draft it has become."""
    with request.app.state.database.read() as session:
        draft = saving.draft_of(session, staff, number)
    return {**given, "number": number, "seen": saving.sealed(draft)}


def _discarded(request: Request, number: str) -> str:
    """The number, when there was such a draft and somebody discarded it."""
    with request.app.state.database.read() as session:
        return number if drafts.discarded(session, number) else ""


def _may(staff: Staff) -> None:
    """Raises `Forbidden` for whoever does not buy."""
    authority.check("issue", staff.actor, None)


def _address(given: Mapping[str, str]) -> str:
    rest = urlencode({name: value for name, value in given.items() if value})
    return f"/orders/new?{rest}" if rest else "/orders/new"
