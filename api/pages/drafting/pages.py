"""A new order, or a draft again: choose the operation, fill in, see the supplier's mail, save or issue."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse

from activities.i18n import N_
from activities.preview import Letter, letters
from api.errors import status_of
from api.pages.drafting import saving
from api.pages.drafting.form import Written, fresh, read, written
from api.pages.drafting.sheet import lots_by_line, on_offer, sheet
from api.pages.mailbox import HTML_POLICY
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.supplier.fields import Fields, typed
from api.supplier.troubles import Trouble, troubles
from models import drafts
from models.domain import authority
from models.domain.errors import FieldError, Invalid, Refusal, Unknown
from models.domain.facts import Draft
from models.queries import orders as queries
from models.queries import sourcing

router = page_router()
_ROWS = 50
# Not part of what the mail says.
_ENVELOPE = frozenset({"form", "do", "seen"})
_KEPT = N_("It is saved as draft {number}, but not issued:")


@router.get("/orders/new")
def new_order(
    request: Request,
    staff: Visitor,
    work_order: Annotated[str, Query(max_length=64)] = "",
    operation: Annotated[int | None, Query(ge=0, le=10**9)] = None,
    q: Annotated[str, Query(max_length=100)] = "",
    covered: bool = False,
    start: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> Response:
    """The operations that may be ordered; with one chosen, its form."""
    _may(staff)
    if work_order and operation is not None:
        return _form(request, staff, _begun(request, staff, work_order, operation), "/orders/new")
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
        uncovered_address=_address(given | {"covered": ""}),
        covered_address=_address(given | {"covered": "true"}),
    )


@router.post("/orders/new")
async def save_new(request: Request, staff: Visitor) -> Response:
    """Shows the supplier's mail, saves a draft, or saves and issues it."""
    _may(staff)
    return await _taken(request, staff, Fields(await typed(request)), "/orders/new", "")


@router.get("/orders/new/mail")
async def preview_mail(
    request: Request, staff: Visitor, reader: Annotated[int, Query(ge=0, le=1000)] = 0
) -> Response:
    """The HTML of the mail that the draft in the address would become, for the frame of the form's page."""
    _may(staff)
    fields = Fields(dict(request.query_params))
    found = await run_in_threadpool(_letters, request, staff, fields, fields.raw("number"))
    if reader >= len(found):
        raise Unknown("contact.unknown", "Nobody at the supplier would get this mail.")
    headers = {"Content-Security-Policy": HTML_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(found[reader].mail.html, headers=headers)


@router.get("/orders/{number}/edit")
def edit(number: str, request: Request, staff: Visitor) -> Response:
    """The same form for a draft that is saved; afterwards, why it is not edited any more."""
    _may(staff)
    with request.app.state.database.read() as session:
        row = queries.stored(session, number, staff.reader)
        if row.draft is None:
            return _closed(request, staff, number)
        draft = drafts.of_row(row)
        units, lots = lots_by_line(session, staff, draft)
    given = written(draft, units, lots) | {"seen": saving.sign_of(draft)}
    return _form(request, staff, given, f"/orders/{number}/edit")


@router.post("/orders/{number}/edit")
async def save_again(number: str, request: Request, staff: Visitor) -> Response:
    """Saves the draft again; refused when somebody else has changed it meanwhile."""
    _may(staff)
    return await _taken(request, staff, Fields(await typed(request)), f"/orders/{number}/edit", number)


async def _taken(request: Request, staff: Staff, fields: Fields, path: str, number: str) -> Response:
    """What the pressed button asks for; a refusal shows the form again as it was typed."""
    done, form = fields.raw("do"), fields.raw("form")
    places: Mapping[str, str] = {}
    try:
        if done == "preview":
            found = await run_in_threadpool(_letters, request, staff, fields, number)
            return await run_in_threadpool(_form, request, staff, fields.typed, path, previews=found)
        what = await run_in_threadpool(_read, request, staff, fields, number)
        places = what.places
        version = 0
        if number:
            version = await run_in_threadpool(saving.changed, request, staff, what.draft, fields.raw("seen"))
        else:
            number = await run_in_threadpool(saving.new, request, staff, what.draft, form, fields.typed)
            path = f"/orders/{number}/edit"
        if done != "issue":
            return RedirectResponse(f"/orders/{number}", 303)
        return await _issued(request, staff, fields, path, number, version, places)
    except Refusal as refusal:
        if refusal.code == "order.issued":
            return await run_in_threadpool(_closed, request, staff, number)
        return await _refused(request, staff, fields.typed, path, refusal, places)


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
        return await _refused(request, staff, given, path, refusal, places, note)
    return RedirectResponse(f"/orders/{number}?saved={outcome.id}", 303)


def _again(request: Request, staff: Staff, given: Mapping[str, str], number: str) -> dict[str, str]:
    """What was typed, as the form of the draft it has become."""
    with request.app.state.database.read() as session:
        draft = drafts.of_row(queries.stored(session, number, staff.reader))
    return {**given, "number": number, "seen": saving.sign_of(draft)}


async def _refused(
    request: Request,
    staff: Staff,
    given: Mapping[str, str],
    path: str,
    refusal: Refusal,
    places: Mapping[str, str],
    note: str = "",
) -> Response:
    found = tuple(_placed(each, given, places) for each in troubles(refusal, None, staff.words))
    summary = " ".join(filter(None, [note, staff.words.refusal(refusal)]))
    return await run_in_threadpool(
        _form, request, staff, given, path, status=status_of(refusal), summary=summary, wrong=found
    )


def _placed(trouble: Trouble, given: Mapping[str, str], places: Mapping[str, str]) -> Trouble:
    """At the input its value came from; what is wrong with the lots of a line is said at its quantity,
    and all lines have one currency."""
    name = places.get(trouble.input, trouble.input)
    if name.endswith(".currency"):
        name = "currency"
    if name.endswith(".lots"):
        name = f"{name.removesuffix('lots')}quantity"
    known = name in given or name.endswith(".use") or name in ("supplier", "plant")
    return Trouble(name if known else "", name if known else "", trouble.text)


def _begun(request: Request, staff: Staff, work_order: str, operation: int) -> dict[str, str]:
    with request.app.state.database.read() as session:
        found = sourcing.operation(session, staff.reader, work_order, operation)
        if found is None:
            raise Unknown(
                "operation.unknown",
                "{work_order} has no outside operation {operation}.",
                work_order=work_order,
                operation=operation,
            )
        return fresh(found, on_offer(session, found), staff.words.today)


def _read(request: Request, staff: Staff, fields: Fields, number: str) -> Written:
    with request.app.state.database.read() as session:
        plant = saving.only_plant(session, staff)
        what = read(fields, number=number, plant=plant, buyer=staff.principal.id)
        if not what.draft.plant and not number:
            text = N_("Choose the plant that orders this.")
            raise Invalid("plant.missing", text, errors=(FieldError("plant", text),))
        return what


def _letters(request: Request, staff: Staff, fields: Fields, number: str) -> list[Letter]:
    """The mails a form would become. Nothing is saved."""
    draft = _read(request, staff, fields, number).draft
    state, now = request.app.state, request.app.state.clock()
    with state.database.read() as session:
        checked = drafts.checked(session, _completed(session, staff, draft))
        return letters(session, state.settings, checked, now)


def _completed(session: Any, staff: Staff, draft: Draft) -> Draft:
    """A saved draft keeps its plant and its buyer."""
    if not draft.number:
        return draft
    kept = drafts.of_row(queries.stored(session, draft.number, staff.reader))
    return replace(draft, plant=draft.plant or kept.plant, buyer=kept.buyer)


def _form(
    request: Request,
    staff: Staff,
    given: Mapping[str, str],
    path: str,
    *,
    status: int = 200,
    summary: str = "",
    wrong: tuple[Trouble, ...] = (),
    previews: list[Letter] | None = None,
) -> Response:
    with request.app.state.database.read() as session:
        around = sheet(session, staff, given)
    number = given.get("number", "")
    mail = urlencode({name: value for name, value in given.items() if name not in _ENVELOPE})
    return draw(
        request,
        staff,
        "pages/drafting/form.html",
        status,
        sheet=around,
        typed=given,
        number=number,
        action=path,
        # One for every time the form is drawn: what a browser sends twice is one form.
        key=secrets.token_hex(16),
        summary=summary,
        troubles=wrong,
        previews=previews,
        frames=[f"/orders/new/mail?{mail}&reader={place}" for place in range(len(previews or ()))],
        back=f"/orders/{number}" if number else "/orders/new",
    )


def _closed(request: Request, staff: Staff, number: str) -> Response:
    sentence = staff.words.say(saving.ISSUED)
    return draw(request, staff, "pages/drafting/closed.html", 409, number=number, sentence=sentence)


def _may(staff: Staff) -> None:
    """Raises `Forbidden` for whoever does not buy."""
    authority.check("issue", staff.actor, None)


def _address(given: Mapping[str, str]) -> str:
    rest = urlencode({name: value for name, value in given.items() if value})
    return f"/orders/new?{rest}" if rest else "/orders/new"
