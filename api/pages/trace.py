"""The trace page: the answer first, then the way of the pieces as a drawing, a list and tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Request, Response

from activities.i18n import N_
from api.pages import trace_words as said
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.trace_graph import Box, drawing
from api.pages.trace_told import DIRECTIONS, told
from api.pages.trace_told import box as told_box
from api.routes.trace import paper
from models.domain.errors import Choice, Unknown
from models.domain.trace import Direction
from models.queries.trace_near import named
from models.queries.trace_reach import MOST_HELD, too_many
from models.queries.trace_roots import LONGEST
from models.queries.trace_view import found

router = page_router()
# Per cent; 0 is as wide as the page. A drawing that does not fit is scrolled.
_ZOOMS = (0, 50, 75, 100, 150)
# Narrower than this a drawing is shown as it is, and wider than this it could not be read as wide as a page: it
# is scrolled.
_FITS = range(1200, 1500)
# Tables of more rows are folded.
_FOLDED_FROM = 20
_MOST_OPENED = 20


@router.get("/trace")
def trace(
    request: Request,
    staff: Visitor,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    direction: Direction = Direction.BOTH,
    opened: Annotated[list[str], Query(alias="open", max_length=_MOST_OPENED)] = [],  # noqa: B006 - FastAPI copies it
    zoom: int | None = None,
) -> Response:
    """Asked by any identifier; several things of one name are offered."""
    asked = q.strip()
    shown: dict[str, Any] = {
        "q": asked,
        "direction": direction,
        "directions": [(each.value, staff.words.say(label)) for each, label in DIRECTIONS.items()],
        "unknown": "",
        "choices": [],
        "view": None,
        "most": 0,
    }
    if not asked:
        return draw(request, staff, "pages/trace.html", **shown)
    cleared = staff.principal.cleared
    with request.app.state.database.snapshot() as session:
        try:
            matches = named(session, asked, cleared=cleared)
        except Unknown as refusal:
            offered = [_choice(staff, each, direction) for each in refusal.choices or ()]
            told_so = {"unknown": staff.words.refusal(refusal), "choices": offered}
            return draw(request, staff, "pages/trace.html", 404, **shown | told_so)
        if len(matches) > 1:
            choices = [_choice(staff, match.choice, direction) for match in matches]
            return draw(request, staff, "pages/trace.html", **shown | {"choices": choices})
        named_alone = quote(matches[0].identifier, safe="")
        sheet = f"/api/v1/trace/{named_alone}.csv?direction={direction.value}"
        if too_many(session, matches[0].begin.roots, direction):
            return draw(request, staff, "pages/trace.html", **shown | {"most": MOST_HELD, "sheet": sheet})
        view = found(session, matches[0], direction, cleared=cleared).view
    known = said.names(staff.words, view["nodes"], view["customers"])
    picture = drawing(view["nodes"], view["edges"], view["root"]["nodes"], opened)
    usual = 0 if picture.width in _FITS else 100
    asks = _Asks(asked, direction, tuple(opened), zoom if zoom in _ZOOMS else usual, usual, sheet)
    begun = view["root"]["nodes"]
    return draw(
        request,
        staff,
        "pages/trace.html",
        **shown
        | told(staff.words, view, known, picture, direction)
        | {
            "boxes": [asks.box(staff, box, known, begun) for box in picture.boxes],
            "scale": asks.zoom,
            "zooms": [(each, asks.address(zoom=each)) for each in _ZOOMS],
            "both_ways": said.asking(view["root"]["identifier"], Direction.BOTH),
            "folded_from": _FOLDED_FROM,
            "sheet": sheet,
            "paper": f"/trace.pdf?q={named_alone}&direction={direction.value}",
        },
    )


@router.get("/trace.pdf")
async def print_trace(
    request: Request,
    staff: Visitor,
    q: Annotated[str, Query(min_length=1, max_length=LONGEST)],
    direction: Direction = Direction.BOTH,
) -> Response:
    """The page on paper, in its reader's language and zone."""
    words = staff.words
    return await paper(request, staff.principal, q, direction, words.locale, words.timezone)


class _Asks:
    """The page as it was asked for, and the addresses of the same with something else."""

    def __init__(
        self, q: str, direction: Direction, opened: tuple[str, ...], zoom: int, usual: int, sheet: str
    ) -> None:
        self.sheet = sheet
        self.q, self.direction, self.opened = q, direction.value, opened
        self.zoom, self.usual = zoom, usual

    def address(self, *, opened: tuple[str, ...] | None = None, zoom: int | None = None) -> str:
        scale = self.zoom if zoom is None else zoom
        base = said.asking(self.q, self.direction, zoom="" if scale == self.usual else str(scale))
        names = self.opened if opened is None else opened
        return base + "".join(f"&open={quote(name, safe='')}" for name in dict.fromkeys(names)) + "#graph"

    def box(
        self, staff: Staff, box: Box, known: dict[str, said.Name], roots: Collection[str]
    ) -> dict[str, Any]:
        shown = told_box(staff.words, box, known, roots)
        if box.fold in self.opened:
            # No drawing has room for more of them; the file has every one.
            name = replace(shown["name"], about=staff.words.say(N_("In the file (CSV)")))
            return shown | {"name": name, "address": self.sheet}
        if box.fold:
            name = replace(shown["name"], about=staff.words.say(N_("Show them")))
            return shown | {"name": name, "address": self.address(opened=(*self.opened, box.fold))}
        return shown | {"address": said.asking(said.identifier(box.id), self.direction)}


def _choice(staff: Staff, choice: Choice, direction: Direction) -> dict[str, str]:
    return {
        "kind": staff.words.say(said.KINDS[choice.kind]),
        "value": said.called(staff.words, choice.kind, choice.value),
        "of": choice.of,
        "address": said.asking(choice.identifier, direction.value),
    }
