"""Pages of master data: all kinds, all of one kind, one record."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from sqlalchemy import ColumnElement
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.pages.master.records import Place, show
from api.pages.master.registry import SCREENS
from api.pages.master.saving import MOST_FIELDS, take
from api.pages.master.screens import Cell, Screen, cell, may
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.routes.resource import Page
from api.supplier.fields import typed
from models.queries import controlled, master_lists

router = page_router()
_ROWS = 50


def locate(address: str) -> Place:
    """The record, or the form for a new one, behind `/master/`. Raises 404."""
    name, *rest = address.split("/")
    screen = SCREENS.get(name)
    if screen is not None:
        depth = len(screen.known_by)
        if rest == ["new"]:
            return Place(screen, None)
        if screen.slashed and rest:
            return Place(screen, ("/".join(rest),))
        if len(rest) == depth:
            return Place(screen, tuple(rest))
        if len(rest) == depth + 2 and rest[depth] in screen.children:
            below, last, owner = screen.children[rest[depth]], rest[-1], (name, *rest[:depth])
            return Place(below, None if last == "new" else (last,), owner, screen)
    raise HTTPException(404)


@router.get("/master")
def overview(request: Request, staff: Visitor) -> Response:
    with request.app.state.database.read() as session:
        counts = {
            name: master_lists.count(session, screen.resource.table, *_seen(staff, screen))
            for name, screen in SCREENS.items()
        }
    return draw(
        request,
        staff,
        "pages/master/overview.html",
        screens=[(screen, counts[name], may(staff, screen.create)) for name, screen in SCREENS.items()],
    )


@router.get("/master/{name}")
def listed(
    request: Request,
    staff: Visitor,
    name: str,
    q: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    if name not in SCREENS:
        raise HTTPException(404)
    return listing(request, staff, SCREENS[name], q.strip(), after)


@router.get("/master/{address:path}")
def record(request: Request, staff: Visitor, address: str) -> Response:
    return show(request, staff, locate(address))


@router.post("/master/{address:path}")
async def save(request: Request, staff: Visitor, address: str) -> Response:
    place = locate(address)
    await place.admit(request)
    form = await typed(request, most=MOST_FIELDS)
    return await run_in_threadpool(take, request, staff, place, form)


def listing(
    request: Request,
    staff: Staff,
    screen: Screen,
    q: str,
    after: str | None,
    template: str = "pages/master/list.html",
) -> Response:
    """All records of a kind, or those with `q` in one of their searched columns."""
    resource = screen.resource
    where = [master_lists.containing(resource.table, screen.searched, q)] if q else []
    groups = screen.groups
    chosen = request.query_params.get(groups.name, "") if groups is not None else ""
    with request.app.state.database.read() as session:
        seen = _seen(staff, screen)
        counts = groups.counts(session, *where, *seen) if groups is not None else {}
        if groups is not None and chosen in groups.called:
            where.append(groups.where(chosen))
        records, following = resource.listed(
            session, Page(after, _ROWS), *where, by=screen.known_by, cleared=staff.principal.cleared
        )
        total = master_lists.count(session, resource.table, *where, *seen)
        records = list(screen.more(session, records))
    rows = []
    for each in records:
        known = Cell(str(each[screen.known_by[0]]), "", screen.path_of(each))
        rows.append([known, *(cell(column.show(staff.words, each)) for column in screen.columns)])
    kept = {name: text for name, text in (("q", q), (groups.name if groups else "", chosen)) if name and text}
    more = kept | {"after": following or ""}
    return draw(
        request,
        staff,
        template,
        screen=screen,
        rows=rows,
        total=total,
        q=q,
        groups=[
            (
                screen.path() + "?" + urlencode(kept | {groups.name: value}),
                label,
                counts[value],
                value == chosen,
            )
            for value, label in groups.called.items()
        ]
        if groups is not None
        else [],
        every=(f"{screen.path()}?{urlencode({'q': q})}" if q else screen.path(), sum(counts.values())),
        chosen=(groups.name, chosen) if groups is not None and chosen else None,
        first=after is None,
        key_label=screen.parts[0].label,
        more=f"{screen.path()}?{urlencode(more)}" if following else None,
        may_make=may(staff, screen.create),
    )


def _seen(staff: Staff, screen: Screen) -> tuple[ColumnElement[bool], ...]:
    return controlled.visible(screen.resource.table, cleared=staff.principal.cleared)
