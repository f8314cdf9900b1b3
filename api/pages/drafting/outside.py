"""Outside operations of all work orders: select, look at the drafts they become, make them at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities.i18n import N_
from api.errors import status_of
from api.pages.drafting import saving
from api.pages.drafting.offers import called
from api.pages.order_list import NO_SUPPLIER
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.supplier.fields import Fields, typed
from api.supplier.troubles import Trouble, troubles
from models import converting
from models.domain import authority
from models.domain.errors import Refusal, Stale
from models.domain.grouping import MOST, Group, Key, Why
from models.queries import open_operations, sourcing
from models.queries.open_operations import Wanted
from models.queries.sourcing import Outside
from models.tables.orders import OrderRow
from models.tables.plants import Plant
from models.tables.processes import Process
from models.tables.suppliers import Supplier
from models.tables.types import table

router = page_router()
_ROWS = 50
_PATH = "/outside"
_ORDERS, _PLANTS, _SUPPLIERS = table(OrderRow), table(Plant), table(Supplier)
_WHY: dict[Why, str] = {
    Why.NAMED: N_("named by you"),
    Why.ONLY_APPROVED: N_("the only one approved for this"),
    Why.LAST_USED: N_("did this process last"),
}


@router.get("/outside")
def operations(
    request: Request,
    staff: Visitor,
    q: Annotated[str, Query(max_length=100)] = "",
    process: Annotated[str, Query(max_length=64)] = "",
    supplier: Annotated[str, Query(max_length=7)] = "",
    due_before: date | None = None,
    covered: bool = False,
    every: bool = False,
    start: Annotated[int, Query(ge=0, le=10**6)] = 0,
    made: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Every outside operation of which something is still to be ordered, the first due first; with `covered` all of them. `every`
    ticks what is shown."""
    wanted = Wanted(staff.words.today, q.strip(), process, supplier, due_before, covered)
    with request.app.state.database.read() as session:
        found = open_operations.listed(session, staff.reader, wanted, start, _ROWS + 1)
        processes = open_operations.choices(session, staff.reader, wanted, "process")
        suppliers = open_operations.choices(session, staff.reader, wanted, "supplier")
        unknown = _unknown(request, session, wanted, staff)
        drafted = _drafted(session, staff, made) if made else []
    given = _given(request)
    return draw(
        request,
        staff,
        "pages/outside/list.html",
        found=found[:_ROWS],
        more=_with(request, start=str(start + _ROWS)) if len(found) > _ROWS else "",
        wanted=wanted,
        every=every,
        every_address=_with(request, every=None if every else "true"),
        open_address=_with(request, covered=None, every=None),
        covered_address=_with(request, covered="true", every=None),
        process_options=processes,
        supplier_options=suppliers,
        kept={
            name: value
            for name, value in given.items()
            if name not in ("process", "supplier", "due_before", "q")
        },
        narrowed=bool(given.keys() - {"covered", "every"}),
        unknown=unknown,
        made=drafted,
    )


@router.post("/outside")
async def convert(request: Request, staff: Visitor) -> Response:
    """Shows the drafts that what is ticked becomes, or makes them."""
    authority.check("issue", staff.actor, None)
    fields = Fields(await typed(request))
    return await run_in_threadpool(_convert, request, staff, fields)


def _convert(request: Request, staff: Staff, fields: Fields) -> Response:
    keys = _selected(fields)
    groups: list[Group] = []
    try:
        wanted = _wanted(request, staff, fields, keys)
        if fields.raw("do") == "make":
            made = saving.once(
                request,
                staff,
                fields.raw("form"),
                fields.typed,
                lambda *at: _make(staff, wanted, fields, *at),
            )
            return RedirectResponse(f"{_PATH}?{urlencode({'made': made})}", 303)
        with request.app.state.database.read() as session:
            groups = converting.groups(session, staff.reader, wanted, request.app.state.clock())
    except Other as other:
        return _review(request, staff, fields, keys, other.groups, other)
    except Refusal as refusal:
        return _review(request, staff, fields, keys, groups, refusal)
    return _review(request, staff, fields, keys, groups)


class Other(Stale):
    """What would be made is not what was looked at, but `groups`."""

    def __init__(self, groups: list[Group]) -> None:
        text = N_("This is not what you looked at: it changed meanwhile, or you did. Look at it once more.")
        super().__init__("operations.changed", text)
        self.groups = groups


def _sealed(groups: list[Group]) -> str:
    """What tells the drafts somebody looked at from others."""
    return hashlib.sha256(repr(groups).encode()).hexdigest()


def _make(staff: Staff, wanted: converting.Wanted, fields: Fields, session: Session, now: datetime) -> str:
    groups = converting.groups(session, staff.reader, wanted, now)
    if _sealed(groups) != fields.raw("seen"):
        raise Other(groups)
    made = converting.make(session, staff.reader, wanted, staff.principal.id, now)
    return " ".join(draft.number for draft, _ in made)


def _selected(fields: Fields) -> list[Key]:
    """What is ticked: `op.0` is WO-3201/30, and no number of a work order has such a stroke."""
    found = []
    for name in fields.typed:
        job, stroke, operation = fields.raw(name).rpartition("/")
        if name.startswith("op.") and stroke and operation.isdecimal() and len(operation) < 10:
            found.append((job, int(operation)))
    return list(dict.fromkeys(found))


def _wanted(request: Request, staff: Staff, fields: Fields, keys: list[Key]) -> converting.Wanted:
    """Raises `Invalid` naming every input that cannot be read."""
    need_by = fields.day("need_by")
    if len(keys) > MOST:
        text = N_("Select at most {count} operations at a time.")
        fields.wrong("operations", text, count=MOST)
    with request.app.state.database.read() as session:
        plant = fields.raw("plant") or saving.only_plant(session, staff)
    if keys and not plant and fields.raw("do") == "make":
        fields.wrong("plant", N_("Choose the plant that orders this."))
    fields.check()
    if not plant:
        with request.app.state.database.read() as session:
            plant = session.scalar(select(_PLANTS.c.code).order_by(_PLANTS.c.code).limit(1)) or ""
    return converting.Wanted(tuple(keys), plant, fields.raw("supplier"), need_by)


def _review(
    request: Request,
    staff: Staff,
    fields: Fields,
    keys: list[Key],
    groups: list[Group],
    refusal: Refusal | None = None,
) -> Response:
    with request.app.state.database.read() as session:
        known = sourcing.operations(session, staff.reader, {job for job, _ in keys})
        names: dict[str, str] = {
            row.code: row.name for row in session.execute(select(_SUPPLIERS.c.code, _SUPPLIERS.c.name))
        }
        plants = _plants(session, staff)
    wrong = tuple(_placed(each) for each in troubles(refusal, None, staff.words)) if refusal else ()
    return draw(
        request,
        staff,
        "pages/outside/review.html",
        status_of(refusal) if refusal is not None else 200,
        key=secrets.token_hex(16),
        typed=fields.typed,
        rows=[_row(staff, place, key, known.get(key)) for place, key in enumerate(keys)],
        groups=[_shown(staff, group, names) for group in groups],
        seen=_sealed(groups),
        suppliers=sorted(names.items(), key=lambda each: each[1]),
        plants=plants,
        summary=staff.words.refusal(refusal) if refusal is not None else "",
        troubles=wrong,
        named={},
        changed=(),
    )


def _placed(trouble: Trouble) -> Trouble:
    """At the operation it is about."""
    name = trouble.input.replace("operations.", "op.")
    return Trouble(name, name, trouble.text) if name != "operations" else Trouble("", "", trouble.text)


def _row(staff: Staff, place: int, key: Key, found: Outside | None) -> dict[str, Any]:
    """An operation to tick; one that is not there, or ordered whole already, is not ticked again."""
    words = staff.words
    about = (
        [
            f"{found.part} {found.part_revision}",
            words.amount(found.left or found.quantity, found.unit),
            found.process_name,
            words.say(N_("due {day}"), day=words.far_day(found.due)) if found.due else "",
        ]
        if found is not None
        else []
    )
    return {
        "name": f"op.{place}",
        "value": f"{key[0]}/{key[1]}",
        "job": called(*key),
        "about": " · ".join(filter(None, about)),
        "ticked": found is not None and found.left > 0,
    }


def _shown(staff: Staff, group: Group, names: Mapping[str, str]) -> dict[str, Any]:
    words = staff.words
    return {
        "supplier": f"{names[group.supplier]} ({group.supplier})",
        "why": _WHY[group.why],
        "approved": group.approved,
        "process": group.process,
        "spec": " ".join(filter(None, (group.spec, group.spec_revision))),
        "type": group.type,
        "need_by": words.far_day(group.need_by),
        "lines": [
            {
                "job": called(line.of.work_order, line.of.operation),
                "part": f"{line.of.part} {line.of.part_revision}",
                "quantity": words.amount(line.of.left, line.of.unit),
                "due": words.day(line.of.due) if line.of.due else "",
                "lots": words.listed(lot for lot, _ in line.lots),
            }
            for line in group.lines
        ],
    }


def _plants(session: Session, staff: Staff) -> list[tuple[str, str]]:
    """Only when one has to choose."""
    if saving.only_plant(session, staff):
        return []
    rows = session.execute(select(_PLANTS.c.code, _PLANTS.c.name).order_by(_PLANTS.c.name))
    return [(row.code, row.name) for row in rows]


def _drafted(session: Session, staff: Staff, made: str) -> list[str]:
    """Those of these numbers that are orders this person may know of, in their sequence."""
    numbers = made.split()[:MOST]
    query = select(_ORDERS.c.number).where(_ORDERS.c.number.in_(numbers))
    if not staff.reader.cleared:
        query = query.where(_ORDERS.c.export_controlled.is_(False))
    there = set(session.scalars(query))
    return [number for number in numbers if number in there]


def _unknown(request: Request, session: Session, wanted: Wanted, staff: Staff) -> list[tuple[str, str]]:
    """Filters that name nothing there is, each with the list's address without it."""
    found = []
    if wanted.supplier and session.get(Supplier, wanted.supplier) is None:
        text = staff.words.say(NO_SUPPLIER, code=wanted.supplier)
        found.append((text, _with(request, supplier=None)))
    if wanted.process and session.get(Process, wanted.process) is None:
        text = staff.words.say(N_("There is no process with the code {code}."), code=wanted.process)
        found.append((text, _with(request, process=None)))
    return found


def _given(request: Request) -> dict[str, str]:
    """The filters in the address, without the place in the list."""
    return {
        name: value for name, value in request.query_params.items() if value and name not in ("start", "made")
    }


def _with(request: Request, **changed: str | None) -> str:
    """The list's address with other filters."""
    rest = urlencode({name: value for name, value in (_given(request) | changed).items() if value})
    return f"{_PATH}?{rest}" if rest else _PATH
