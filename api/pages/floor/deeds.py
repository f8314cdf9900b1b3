"""Something written down on the shop floor: a form of inputs that ends at the API's own route."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.errors import status_of
from api.pages.master import choices
from api.pages.master.forms import ADD, FORM, REMOVE, Form
from api.pages.master.inputs import Input, Rows, rows_of
from api.pages.master.records import Sheet
from api.pages.master.saving import asking, once
from api.pages.master.screens import guard_of
from api.pages.staff import Staff, draw
from api.supplier.fields import typed
from api.supplier.troubles import troubles
from api.wire import Answer, ExactRequest
from models.domain.errors import Refusal

# What a label says, looked for with the camera beside each row's input.
_SCANNED = ("lot", "serials")


@dataclass(frozen=True, slots=True)
class Deed:
    """`body` is what the form is read into, `send` hands it to the route `ends_at`, `back` leads where one came
    from, `done` says where to go on from the answer. `named`: inputs that go by another name in refusals."""

    heading: str
    about: str
    button: str
    form: Form
    body: type[BaseModel]
    ends_at: Callable[..., Answer]
    send: Callable[[ExactRequest, Any], Answer]
    back: tuple[str, str]
    done: Callable[[Answer], str]
    facts: tuple[tuple[str, str], ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)


async def ask(request: Request, staff: Staff, deed: Deed) -> Response:
    """The form, filled with what is known or what the address says."""
    await guard_of(deed.ends_at)(request)
    # As somebody left it to scan a number, rows and all.
    asked = deed.form.kept(dict(request.query_params))
    sheet = Sheet({**deed.given, **asked}, form=secrets.token_urlsafe(12))
    return await run_in_threadpool(_drawn, request, staff, deed, sheet)


async def do(request: Request, staff: Staff, deed: Deed) -> Response:
    """What becomes of a sent form: a row more or less, a record written down, or the form again."""
    await guard_of(deed.ends_at)(request)
    given = await typed(request)
    return await run_in_threadpool(_taken, request, staff, deed, given)


def _taken(request: Request, staff: Staff, deed: Deed, given: Mapping[str, str]) -> Response:
    if ADD in given or REMOVE in given:
        return _drawn(request, staff, deed, _with_rows(deed, given))
    kept = deed.form.kept(given)
    try:
        body = deed.form.read(kept | _instants(deed.form, kept, staff), deed.body)
        answer = deed.send(asking(request, idempotency_key=once(given)), body)
    except Refusal as refusal:
        refusal.errors = tuple(
            replace(error, field=deed.named.get(error.field, error.field)) for error in refusal.errors
        )
        wrong = troubles(refusal, None, staff.words)
        sheet = Sheet(kept, form=given.get(FORM, ""), summary=staff.words.refusal(refusal), troubles=wrong)
        return _drawn(request, staff, deed, sheet, status_of(refusal))
    return RedirectResponse(deed.done(answer), 303)


def _with_rows(deed: Deed, given: Mapping[str, str]) -> Sheet:
    own = deed.form.again(given)
    focus = ""
    for part in deed.form.parts:
        if isinstance(part, Rows) and part.name == given.get(ADD):
            focus = f"{part.name}.{rows_of(own, part.name)}.{part.inputs[0].name}"
            own[focus] = ""
    return Sheet(own, form=given.get(FORM, ""), focus=focus)


def _instants(form: Form, kept: Mapping[str, str], staff: Staff) -> dict[str, str]:
    """What the clocks of the reader's plant show, as instants; what is no time is refused by the body."""
    found = {}
    for part in form.parts:
        if isinstance(part, Input) and part.kind == "moment" and part.name in kept:
            try:
                local = datetime.fromisoformat(kept[part.name])
            except ValueError:
                continue
            found[part.name] = local.replace(tzinfo=ZoneInfo(staff.words.timezone)).isoformat()
    return found


def _drawn(request: Request, staff: Staff, deed: Deed, sheet: Sheet, status: int = 200) -> Response:
    with request.app.state.database.read() as session:
        options = {
            at: each.options(session, staff.words)
            for part in deed.form.parts
            for at, each in _inputs(part)
            if each.options is not None
        }
    return draw(
        request,
        staff,
        "pages/floor/form.html",
        status,
        deed=deed,
        sheet=sheet,
        parts=deed.form.parts,
        options=options,
        settled={},
        needed={name for name, info in deed.body.model_fields.items() if info.is_required()},
        most=choices.MOST,
        scan=_SCANNED,
        rows=lambda part: range(max(rows_of(sheet.typed, part.name), 1)),
        is_rows=lambda part: isinstance(part, Rows),
        **sheet.problem(deed.form, staff.words),
    )


def _inputs(part: Input | Rows) -> list[tuple[str, Input]]:
    if isinstance(part, Rows):
        return [(f"{part.name}.{each.name}", each) for each in part.inputs]
    return [(part.name, part)]
