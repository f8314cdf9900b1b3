"""A sent form: read, handed to the API's own route, and shown again with what is wrong or has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request, Response
from starlette.responses import RedirectResponse

from activities.i18n import N_
from api.errors import status_of
from api.pages.master import history
from api.pages.master.forms import ADD, BEFORE, FORM, REMOVE, sealed, unsealed
from api.pages.master.inputs import Rows, rows_of
from api.pages.master.records import Place, Sheet, options_of, show
from api.pages.master.screens import body_of
from api.pages.staff import Staff
from api.routes.resource import Fields as Record
from api.routes.resource import etag
from api.supplier.troubles import troubles
from api.wire import ExactRequest
from models.domain.errors import Refusal, Stale

MOST_FIELDS = 20_000
_ATTEMPTS = 3


def take(request: Request, staff: Staff, place: Place, typed: Mapping[str, str], **more: Any) -> Response:
    """What becomes of a form: a row more or less, a record saved, or the form again."""
    if ADD in typed or REMOVE in typed:
        return show(request, staff, place, _with_rows(place, typed), **more)
    form, kept = place.form, place.form.kept(typed)
    try:
        body = form.read(kept, body_of(place.route))
        if place.key is None:
            return _made(request, staff, place, typed, body)
        return _changed(request, staff, place, typed, kept, body, more)
    except Refusal as refusal:
        sheet = Sheet(
            kept,
            typed.get(BEFORE, ""),
            typed.get(FORM, ""),
            staff.words.refusal(refusal),
            troubles(refusal, None, staff.words),
        )
        return show(request, staff, place, sheet, status_of(refusal), **more)


def asking(request: Request, **headers: str) -> ExactRequest:
    """The request as a program would have sent it, with headers of its own."""
    own = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items() if value]
    return ExactRequest({**request.scope, "headers": [*request.scope["headers"], *own]}, request.receive)


def once(typed: Mapping[str, str]) -> str:
    """The key under which a form is sent: pressed twice it is one, corrected it is another."""
    if not typed.get(FORM):
        return ""
    digest = hashlib.sha256(sealed(typed).encode()).hexdigest()[:40]
    return f"page-{hashlib.sha256(typed[FORM].encode()).hexdigest()[:24]}-{digest}"


def _with_rows(place: Place, typed: Mapping[str, str]) -> Sheet:
    own = place.form.again(typed)
    focus = ""
    for part in place.form.parts:
        if isinstance(part, Rows) and part.name == typed.get(ADD):
            focus = f"{part.name}.{rows_of(own, part.name)}.{part.inputs[0].name}"
            own[focus] = ""
    return Sheet(own, typed.get(BEFORE, ""), typed.get(FORM, ""), focus=focus)


def _made(request: Request, staff: Staff, place: Place, typed: Mapping[str, str], body: Any) -> Response:
    answer = place.screen.create(
        *place.whose,
        body=body,
        request=asking(request, idempotency_key=once(typed)),
        principal=staff.principal,
    )
    where = place.screen.path_of(orjson.loads(answer.body), place.owner)
    # What is below another record is seen there, among its like.
    shown = place.above.path_of(_key_of(place)) if place.above is not None else where
    return RedirectResponse(f"{shown}?saved=made", 303)


def _key_of(place: Place) -> Record:
    assert place.above is not None
    return dict(zip(place.above.known_by, place.whose, strict=True))


def _changed(
    request: Request,
    staff: Staff,
    place: Place,
    typed: Mapping[str, str],
    kept: Mapping[str, str],
    body: Any,
    more: Mapping[str, Any],
) -> Response:
    """Saved against the very state that was compared with what the form was drawn from."""
    assert place.key is not None
    before = unsealed(typed.get(BEFORE, ""))
    for attempt in range(1, _ATTEMPTS + 1):
        with request.app.state.database.read() as session:
            record = place.record(session, cleared=staff.principal.cleared)
        now = place.form.fill(record)
        if now == dict(kept):
            break
        if now != before:
            return _overtaken(request, staff, place, typed, kept, record, more)
        try:
            place.screen.replace(
                *place.whose,
                *place.key,
                body=body,
                request=asking(request, if_match=etag(record)),
                principal=staff.principal,
            )
        except Stale:
            if attempt == _ATTEMPTS:
                raise
            continue
        break
    shown = place.above.path_of(_key_of(place)) if place.above is not None else request.url.path
    return RedirectResponse(f"{shown}?saved=changed", 303)


def _overtaken(
    request: Request,
    staff: Staff,
    place: Place,
    typed: Mapping[str, str],
    kept: Mapping[str, str],
    record: Record,
    more: Mapping[str, Any],
) -> Response:
    """Somebody else saved meanwhile: their values where nothing was typed, and what they changed in words."""
    before, now = unsealed(typed.get(BEFORE, "")), place.form.fill(record)
    with request.app.state.database.read() as session:
        options = options_of(session, staff.words, place.screen)
        theirs = history.in_lines(staff.words, place.form.changes(before, now), options)
        who = history.last_by(session, place.screen, record)
    sheet = Sheet(
        place.form.merged(before, kept, now),
        sealed(now),
        typed.get(FORM, ""),
        staff.words.say(
            N_("{who} changed this while you did; nothing of yours is saved yet. Look at it and save again."),
            who=who or staff.words.say(N_("Somebody")),
        ),
        theirs=theirs,
    )
    return show(request, staff, place, sheet, 412, **more)
