"""Scanning: a phone's camera or a typed number leads to the right page, or fills a field of a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Query, Request, Response
from starlette.responses import RedirectResponse

from activities.i18n import N_
from api.pages.route import local_path, page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.wording import KINDS
from models.domain.errors import Refusal
from models.domain.identifiers import Kind
from models.domain.labels import Kind as LabelKind
from models.domain.labels import Subject
from models.domain.labels import address as label_address
from models.domain.scanned import LONGEST, Scanned, read
from models.queries import scanning
from models.queries.booked_boxes import Booked, Came, booked
from models.queries.scanning import Match, What

router = page_router()
# What reads symbols where the browser cannot is WebAssembly; this page alone may run it.
_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
WHAT: Mapping[What, str] = {
    **{What(kind.value): KINDS[kind] for kind in Kind if kind.value in {*What}},
    What.DISPATCH: N_("Dispatch"),
    What.TRANSFER: N_("Transfer"),
}
_LOTS = dict.fromkeys((What.LOT, What.SUPPLIER_LOT, What.HEAT, What.CERTIFICATE), "lots")
_MASTER = {What.WORK_ORDER: "work-orders", **_LOTS}
# Part of every form, and nothing anybody typed.
_ENVELOPE = ("form", "version", "field", "q")
Text = Annotated[str, Query(max_length=LONGEST)]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things of the same name."""

    what: str
    number: str
    about: str
    address: str


@dataclass(frozen=True, slots=True)
class BookedIn:
    """A box that was received already: what is said of it, its lots with address and quantity, its order."""

    said: str
    lots: tuple[tuple[str, str, str], ...]
    order: tuple[str, str]


@router.get("/scan")
def scan(request: Request, staff: Visitor, q: Text = "") -> Response:
    """Without a number it waits for one."""
    if not q.strip():
        return _page(request, staff)
    return _land(request, staff, q)


@router.get("/l/{number}")
def open_lot(number: str, request: Request, staff: Visitor) -> Response:
    """What a printed label says: its lot."""
    return _labelled(request, staff, Subject(LabelKind.LOT, number))


@router.get("/o/{number}")
def open_order(number: str, request: Request, staff: Visitor) -> Response:
    return _labelled(request, staff, Subject(LabelKind.ORDER, number))


@router.get("/b/{number}")
def open_parcel(number: str, request: Request, staff: Visitor) -> Response:
    return _labelled(request, staff, Subject(LabelKind.PARCEL, number))


@router.get("/01/{rest:path}")
def open_trade_item(request: Request, staff: Visitor) -> Response:
    """A GS1 Digital Link of ours."""
    # As it was printed: what is in its steps may itself be written with a slash.
    path = request.scope["raw_path"].decode("ascii", "replace")
    return _land(request, staff, f"{request.app.state.settings.public_url}{path}?{request.url.query}")


@router.get("/scan/to/{back:path}")
def fill(back: str, request: Request, staff: Visitor, field: Text, q: Text = "") -> Response:
    """Gives what is scanned to the field of the form at `back`, with what was typed there before."""
    back = local_path(f"/{back}")
    kept = {name: value for name, value in request.query_params.items() if name not in _ENVELOPE}
    if not q.strip():
        return _page(request, staff, kept={**kept, "field": field}, back=back)
    try:
        scanned = read(q)
    except Refusal as refusal:
        return _page(request, staff, q, kept={**kept, "field": field}, back=back, refusal=refusal)
    values = _values(request, staff, scanned, field.rpartition(".")[2])
    choices = [
        Choice(what, value, about, _filled(back, kept, field, value, scanned))
        for what, value, about in values
    ]
    if len(choices) == 1:
        return RedirectResponse(choices[0].address, 303)
    return _page(request, staff, q, kept={**kept, "field": field}, back=back, choices=choices)


def _values(request: Request, staff: Staff, scanned: Scanned, field: str) -> Sequence[tuple[str, str, str]]:
    """What may be meant for a field: what it is, its value, what tells it from others."""
    matches: Sequence[Match] = []
    if scanned.subject is not None or field.endswith("lot"):
        with request.app.state.database.read() as session:
            matches = scanning.found(session, scanned, staff.reader)
    if field.endswith("lot"):
        lots = {match.number: match for match in matches if _MASTER.get(match.what) == "lots"}
        if lots:
            return [(staff.words.say(WHAT[each.what]), each.number, each.about) for each in lots.values()]
    plain = scanned.subject.number if scanned.subject is not None else scanned.text
    value = scanned.serial if "serial" in field else scanned.lot
    return [("", value or plain, "")]


def _filled(back: str, kept: Mapping[str, str], field: str, value: str, scanned: Scanned) -> str:
    """The form again; a count on a supplier's label goes into the quantity beside its lot."""
    if field.endswith("serials") and kept.get(field):
        # One after the other, each in its line.
        value = f"{kept[field].rstrip()}\n{value}"
    values = {**kept, field: value}
    beside = f"{field.removesuffix('lot')}quantity"
    if scanned.count is not None and field.rpartition(".")[2] == "lot" and not kept.get(beside):
        values[beside] = f"{scanned.count}"
    return f"{back}?{urlencode(values)}"


def _labelled(request: Request, staff: Staff, subject: Subject) -> Response:
    return _land(request, staff, label_address(request.app.state.settings.public_url, subject))


def _land(request: Request, staff: Staff, text: str) -> Response:
    """The one page of what has this name, or the choice, or that there is none."""
    try:
        scanned = read(text)
    except Refusal as refusal:
        return _page(request, staff, text, refusal=refusal)
    with request.app.state.database.read() as session:
        matches = scanning.found(session, scanned, staff.reader)
        if len(matches) == 1 and matches[0].what is What.PARCEL:
            box = booked(session, matches[0].number, matches[0].value)
            if box is not None:
                return _page(request, staff, booked=_told(staff, box))
    # The same thing may be found by several of its names.
    choices: dict[str, Choice] = {}
    for match in matches:
        address = _address(staff, match)
        choices.setdefault(address, _choice(staff, match, address))
    if len(choices) == 1:
        return RedirectResponse(next(iter(choices)), 303)
    named = scanned.subject.number if scanned.subject is not None else scanned.lot or scanned.text
    return _page(request, staff, named, choices=tuple(choices.values()))


def _told(staff: Staff, box: Booked) -> BookedIn:
    say, at = staff.words.say, staff.words.time(box.at)
    told = {"parcel": box.parcel, "at": at, "receipt": box.receipt}
    return BookedIn(
        say(N_("Parcel {parcel} is booked in: {who} received it as {receipt}, {at}."), **told, who=box.by)
        if box.by
        else say(N_("Parcel {parcel} is booked in: it was received as {receipt}, {at}."), **told),
        tuple(
            (
                say(N_("Lot {lot}"), lot=each.lot),
                f"/master/lots/{quote(each.lot, safe='')}",
                _came(staff, each),
            )
            for each in box.lots
        ),
        (say(N_("Order {order}"), order=box.order), f"/orders/{quote(box.order, safe='')}"),
    )


def _came(staff: Staff, each: Came) -> str:
    amount = staff.words.amount(each.quantity, each.unit) if each.quantity else ""
    unprocessed = staff.words.say(N_("returned unprocessed")) if each.unprocessed else ""
    return " · ".join(filter(None, [amount, unprocessed]))


def _choice(staff: Staff, match: Match, address: str) -> Choice:
    same = "" if match.value == match.number else match.value
    about = " · ".join(filter(None, [same, match.about]))
    return Choice(staff.words.say(WHAT[match.what]), match.number, about, address)


def _address(staff: Staff, match: Match) -> str:
    number = quote(match.number, safe="")
    match match.what:
        case What.PARCEL if staff.may("receive"):
            return f"/orders/{number}/receive?{urlencode({'parcel': match.value})}"
        case What.PART:
            return f"/master/parts/{number}/{quote(match.revision, safe='')}"
        case What.DISPATCH:
            return f"/dispatches/{number}"
        case kind if kind in _MASTER:
            return f"/master/{_MASTER[kind]}/{number}"
        case _:
            return f"/orders/{number}"


def _page(
    request: Request,
    staff: Staff,
    looked_for: str = "",
    *,
    kept: Mapping[str, str] | None = None,
    back: str = "",
    choices: Sequence[Choice] = (),
    refusal: Refusal | None = None,
    booked: BookedIn | None = None,
) -> Response:
    nothing = bool(looked_for) and not choices and refusal is None and booked is None
    answer = draw(
        request,
        staff,
        "pages/scan.html",
        422 if refusal is not None else 404 if nothing else 200,
        looked_for=looked_for,
        kept=kept or {},
        back=back,
        action=f"/scan/to{back}" if back else "/scan",
        choices=choices,
        nothing=nothing,
        booked=booked,
        problem=staff.words.refusal(refusal) if refusal is not None else "",
    )
    answer.headers["content-security-policy"] = _POLICY
    return answer
