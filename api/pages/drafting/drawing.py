"""A draft's form as a page: as it begins, with what is wrong at its inputs, or with what others changed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from api.errors import status_of
from api.pages.drafting import asking, lines, naming, saving
from api.pages.drafting.form import whole, written
from api.pages.drafting.sheet import lots_by_line, sheet
from api.pages.staff import Staff, draw
from api.pages.wording import BASES
from api.supplier.fields import Fields
from api.supplier.troubles import Trouble, troubles
from models.domain.draft_changes import differences, merged
from models.domain.errors import Refusal

_DOWN = {name: place for place, name in enumerate(("supplier", "need_by", "purchase_order", "spec"), 1)}


def form(
    request: Request,
    staff: Staff,
    given: Mapping[str, str],
    path: str,
    *,
    status: int = 200,
    summary: str = "",
    wrong: tuple[Trouble, ...] = (),
    changed: list[str] | None = None,
    preview: asking.Preview | None = None,
    focus: str = "",
) -> Response:
    """`focus`: where somebody goes on, the beginning of a line's names or `removed`."""
    with request.app.state.database.read() as session:
        around = sheet(session, staff, given)
    number = given.get("number", "")
    mail = urlencode(lines.said(given))
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
        named=naming.names(staff.words, given, (trouble.input for trouble in wrong)),
        changed=changed or (),
        removed={name: text for name, text in given.items() if name.startswith(f"{lines.TAKEN}.")},
        focus=focus,
        previews=preview.letters if preview is not None else None,
        unpriced=preview.unpriced if preview is not None else (),
        bases=[(basis.value, staff.words.say(word)) for basis, word in BASES.items()],
        frames=[
            f"/orders/new/mail?{mail}&reader={place}"
            for place in range(len(preview.letters) if preview is not None else 0)
        ],
        back=f"/orders/{number}" if number else "/orders/new",
    )


def refused(
    request: Request,
    staff: Staff,
    given: Mapping[str, str],
    path: str,
    refusal: Refusal,
    places: Mapping[str, str],
    note: str = "",
) -> Response:
    """The form as it was typed, with everything that is wrong at its input."""
    found = tuple(
        sorted((_placed(each, given, places) for each in troubles(refusal, None, staff.words)), key=_down)
    )
    summary = " ".join(filter(None, [note, staff.words.refusal(refusal)]))
    return form(request, staff, given, path, status=status_of(refusal), summary=summary, wrong=found)


def overtaken(request: Request, staff: Staff, path: str, refusal: saving.Overtaken) -> Response:
    """The form as both want it, with what others changed; sent again it is saved."""
    before, mine, kept = refusal.before, refusal.mine, refusal.kept
    both = merged(before, mine, kept) if before is not None else mine
    with request.app.state.database.read() as session:
        given = written(both, *lots_by_line(session, staff, both)) | {"seen": saving.sealed(kept)}
        suppliers = {code: name for code, name, _ in sheet(session, staff, given).suppliers}
    changed = (
        naming.told(staff.words, differences(before, kept), differences(before, mine), suppliers)
        if before is not None
        else []
    )
    summary = staff.words.refusal(refusal)
    return form(request, staff, given, path, status=status_of(refusal), summary=summary, changed=changed)


def closed(request: Request, staff: Staff, number: str, given: Mapping[str, str] | None = None) -> Response:
    """Why an order is not edited any more, and what was typed into the form it had."""
    entered: list[tuple[str, str]] = []
    before = saving.unsealed((given or {}).get("seen", ""))
    if given is not None and before is not None:
        mine = asking.understood(request, staff, Fields(given), number).draft
        mine = replace(mine, buyer=before.buyer, plant=mine.plant or before.plant)
        with request.app.state.database.read() as session:
            suppliers = {code: name for code, name, _ in sheet(session, staff, given).suppliers}
        entered = naming.entered(staff.words, differences(before, mine), suppliers)
    sentence = staff.words.say(saving.ISSUED)
    return draw(
        request,
        staff,
        "pages/drafting/closed.html",
        409,
        number=number,
        sentence=sentence,
        entered=entered,
    )


def _down(trouble: Trouble) -> tuple[int, int]:
    """From the top of the page to its end: lines, then one more of them, then the whole order."""
    if trouble.input.startswith("lines."):
        return 0, whole(trouble.input.split(".")[1], 0)
    return (1, 0) if trouble.input == "add" else (2, _DOWN.get(trouble.input, 0))


def _placed(trouble: Trouble, given: Mapping[str, Any], places: Mapping[str, str]) -> Trouble:
    """At the input its value came from; what is wrong with the lots of a line is said at its quantity,
    with what it is for at its heading, and all lines have one currency."""
    name = places.get(trouble.input, trouble.input)
    if name.endswith(".currency"):
        name = "currency"
    if name.endswith(".lots"):
        name = f"{name.removesuffix('lots')}quantity"
    if name.startswith("lines.") and name.endswith((".line", ".operation")):
        name = f"{name.rpartition('.')[0]}.work_order"
    known = name in given or name.endswith(".use") or name in ("supplier", "plant")
    return Trouble(name if known else "", name if known else "", trouble.text)
