"""What is to be made: sales-order lines and what stock needs, ticked and made into work orders at once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities.i18n import N_
from api.errors import status_of
from api.pages.drafting import saving
from api.pages.master.screens import guard_of, may
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.routes.demand import convert_demand, record_made
from api.supplier.fields import Fields, typed
from api.supplier.troubles import Trouble, troubles
from models import making
from models.domain.demand import MOST, UNCONFIRMED, ForLine, ForStock, Suggestion
from models.domain.errors import Refusal
from models.queries import demand
from models.tables.plants import Plant
from models.tables.types import table

router = page_router()
_ROWS = 50
_SOON = timedelta(days=3)
_PATH = "/demand"
_PLANTS = table(Plant)
_ROW, _LINE, _STOCK, _CONFIRM = "row", "line", "stock", "confirm"
# What the inputs of a row are called, by the end of their names.
_CALLED = {"quantity": N_("Make"), "start": N_("Start")}
Wanted = list[tuple[str, ForLine | ForStock]]


@dataclass(frozen=True, slots=True)
class Where:
    """Which part of the list is looked at, and whose working days count."""

    q: str = ""
    start: int = 0
    plant: str = ""


@router.get(_PATH)
def to_make(
    request: Request,
    staff: Visitor,
    q: Annotated[str, Query(max_length=100)] = "",
    start: Annotated[int, Query(ge=0, le=10**6)] = 0,
    plant: Annotated[str, Query(max_length=64)] = "",
    made: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Lines nobody makes all of, the first due first, and suggestions for stock."""
    return _drawn(request, staff, Where(q.strip(), start, plant), made=made.split()[:MOST])


@router.post(_PATH)
async def convert(request: Request, staff: Visitor) -> Response:
    """Makes what is ticked, or says what stands in the way."""
    await guard_of(convert_demand)(request)
    fields = Fields(await typed(request))
    return await run_in_threadpool(_convert, request, staff, fields)


def _convert(request: Request, staff: Staff, fields: Fields) -> Response:
    begin = fields.raw("start")
    where = Where(
        fields.raw("q"), int(begin) if begin.isdecimal() and len(begin) < 7 else 0, fields.raw("plant")
    )
    wanted: Wanted = []
    try:
        wanted = _wanted(request, staff, fields)
        made = saving.once(
            request,
            staff,
            fields.raw("form"),
            fields.typed,
            lambda session, now: " ".join(
                record_made(
                    session,
                    staff.principal,
                    making.make(
                        session,
                        staff.reader,
                        [each for _, each in wanted],
                        _plant(session, staff, where),
                        now,
                        confirmed=bool(fields.raw(_CONFIRM)),
                    ),
                    now,
                )
            ),
        )
    except Refusal as refusal:
        return _drawn(request, staff, where, fields=fields, wanted=wanted, refusal=refusal)
    return RedirectResponse(f"{_PATH}?{urlencode({'made': made})}", 303)


def _wanted(request: Request, staff: Staff, fields: Fields) -> Wanted:
    """What is ticked. A quantity or a start nobody changed is left to be proposed anew: what else is ticked may
    have taken it. Raises `Invalid` naming every input that cannot be read."""
    found: Wanted = []
    units = _units(request, staff, fields)
    for name in fields.typed:
        value = fields.raw(name)
        kind, _, rest = value.partition("/")
        first, stroke, second = rest.rpartition("/")
        if not name.startswith(f"{_ROW}.") or name.count(".") != 1 or not stroke:
            continue
        at, when = f"{name}.quantity", f"{name}.start"
        some = fields.quantity(at, units.get(value, "")) if _changed(fields, at) else None
        begin = fields.day(when) if _changed(fields, when) else None
        if kind == _STOCK:
            found.append((name, ForStock(first, second, some, begin)))
        elif second.isdecimal() and len(second) < 10:
            found.append((name, ForLine(first, int(second), some, begin)))
    fields.check()
    return found


def _changed(fields: Fields, name: str) -> bool:
    return fields.raw(name) not in ("", fields.raw(f"{name}.was"))


def _units(request: Request, staff: Staff, fields: Fields) -> dict[str, str]:
    """The unit of what each ticked row makes, for numbers that pieces alone make clear."""
    values = [fields.raw(name) for name in fields.typed if name.startswith(f"{_ROW}.")]
    keys = set()
    for value in values:
        kind, _, rest = value.partition("/")
        number, _, line = rest.rpartition("/")
        if kind == _LINE and line.isdecimal() and len(line) < 10:
            keys.add((number, int(line)))
    with request.app.state.database.read() as session:
        lines = demand.sales_lines(session, staff.reader, only=keys) if keys else []
    return {f"{_LINE}/{line.sales_order}/{line.line}": line.unit for line in lines}


def _plant(session: Session, staff: Staff, where: Where) -> str:
    """Whose working days count: the one that was chosen, else one's own, else the first there is."""
    first = select(_PLANTS.c.code).order_by(_PLANTS.c.code).limit(1)
    return where.plant or saving.only_plant(session, staff) or session.scalar(first) or ""


def _drawn(
    request: Request,
    staff: Staff,
    where: Where,
    *,
    made: list[str] | None = None,
    fields: Fields | None = None,
    wanted: Wanted | None = None,
    refusal: Refusal | None = None,
) -> Response:
    now = request.app.state.clock()
    with request.app.state.database.read() as session:
        plant = _plant(session, staff, where)
        lines, suggestions = [], []
        if plant:
            lines = making.lines(
                session, staff.reader, plant, now, q=where.q, start=where.start, limit=_ROWS + 1
            )
            suggestions = making.suggestions(session, staff.reader, plant, now) if not where.start else []
        plants = list(session.execute(select(_PLANTS.c.code, _PLANTS.c.name).order_by(_PLANTS.c.name)))
    if where.q:
        suggestions = [each for each in suggestions if where.q.lower() in each.of.part.lower()]
    rows = [_line(staff, each) for each in lines[:_ROWS]]
    rows += [_stock(staff, each) for each in suggestions[:_ROWS]]
    rows = [row | {"name": f"{_ROW}.{place}"} for place, row in enumerate(rows)]
    kept = _kept(fields, rows)
    following = {"q": where.q, "plant": where.plant, "start": where.start + _ROWS}
    return draw(
        request,
        staff,
        "pages/demand/list.html",
        status_of(refusal) if refusal is not None else 200,
        lines=[row for row in rows if row["kind"] == _LINE],
        stock=[row for row in rows if row["kind"] == _STOCK],
        typed=kept,
        key=secrets.token_hex(16),
        where=where,
        more=f"{_PATH}?{urlencode({name: value for name, value in following.items() if value})}"
        if len(lines) > _ROWS
        else "",
        plants=plants if len(plants) > 1 else [],
        plant=plant,
        may_make=may(staff, convert_demand),
        made=made or [],
        # Asked for once there is something to confirm.
        asks=refusal is not None and (refusal.code == UNCONFIRMED or _CONFIRM in kept),
        summary=staff.words.refusal(refusal) if refusal is not None else "",
        troubles=_placed(staff, refusal, wanted or [], rows, fields) if refusal is not None else (),
    )


def _line(staff: Staff, found: making.Proposed) -> dict[str, Any]:
    line, words = found.line, staff.words
    return _row(_LINE, f"{line.sales_order}/{line.line}", line.left, found.start) | {
        "called": f"{line.sales_order} · {line.line}",
        "address": f"/master/sales-orders/{quote(line.sales_order, safe='')}",
        "q": line.sales_order,
        "customer": line.customer,
        "part": f"{line.part} {line.revision}",
        "open": words.amount(line.left, line.unit),
        "of": words.amount(line.quantity, line.unit) if line.left != line.quantity else "",
        "due": words.far_day(line.due),
        "work_orders": line.work_orders,
    }


def _stock(staff: Staff, found: Suggestion) -> dict[str, Any]:
    of, words = found.of, staff.words
    figures = (
        (N_("Safety stock"), of.safety_stock),
        (N_("Wanted by customers"), of.open_demand),
        (N_("On hand"), of.on_hand),
        (N_("Coming"), of.on_order),
    )
    return _row(_STOCK, f"{of.part}/{of.revision}", found.quantity, found.start) | {
        "called": f"{of.part} {of.revision}",
        "address": f"/master/parts/{quote(of.part, safe='')}/{quote(of.revision, safe='')}",
        "q": of.part,
        "part": "",
        "figures": [(label, words.amount(some, of.unit)) for label, some in figures],
        "due": words.far_day(found.due),
    }


def to_begin(session: Session, staff: Staff, now: datetime, most: int) -> list[dict[str, Any]]:
    """What somebody who makes work orders should make in the next days, the first to begin first."""
    plant = _plant(session, staff, Where())
    if not plant or not may(staff, convert_demand):
        return []
    soon = staff.words.today + _SOON
    lines = making.lines(session, staff.reader, plant, now, limit=_ROWS)
    rows = [(each.start, _line(staff, each)) for each in lines]
    rows += [
        (each.start, _stock(staff, each)) for each in making.suggestions(session, staff.reader, plant, now)
    ]
    first = sorted((row for row in rows if row[0] <= soon), key=lambda row: row[0])[:most]
    return [row | {"begins": staff.words.far_day(start)} for start, row in first]


def _row(kind: str, key: str, some: Decimal, start: date) -> dict[str, Any]:
    return {"kind": kind, "value": f"{kind}/{key}", "quantity": str(some), "start": start.isoformat()}


def _kept(fields: Fields | None, rows: list[dict[str, Any]]) -> Mapping[str, str]:
    """What was typed, at the rows as they stand now: others may have gone meanwhile."""
    if fields is None:
        return {}
    names = {row["value"]: row["name"] for row in rows}
    found = {_CONFIRM: fields.raw(_CONFIRM)} if fields.raw(_CONFIRM) else {}
    for name, value in fields.typed.items():
        if value in names:
            found[names[value]] = value
            for each in ("quantity", "start"):
                if _changed(fields, f"{name}.{each}"):
                    found[f"{names[value]}.{each}"] = fields.raw(f"{name}.{each}")
    return found


def _placed(
    staff: Staff, refusal: Refusal, wanted: Wanted, rows: list[dict[str, Any]], fields: Fields | None
) -> tuple[Trouble, ...]:
    """Each at the row it is about, where that is still there."""
    now = {row["value"]: row for row in rows}
    found = []
    for each in troubles(refusal, None, staff.words):
        first, _, rest = each.input.partition(".")
        place, _, last = rest.partition(".")
        name = (
            wanted[int(place)][0] if first == "lines" and place.isdecimal() and wanted else f"{first}.{place}"
        )
        row = now.get(fields.raw(name)) if fields is not None else None
        at = ".".join(filter(None, (row["name"], last))) if row is not None else ""
        where = row and " · ".join(filter(None, (row["called"], staff.words.say(_CALLED.get(last, "")))))
        found.append(Trouble(at, at, each.text, where or ""))
    return tuple(found)
