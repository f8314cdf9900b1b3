"""A trace on paper: the answer, the drawing, everything unfolded."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.auth import Principal
from api.pages import trace_words as said
from api.pages.trace_graph import drawing
from api.pages.trace_told import DIRECTIONS, box, told
from api.pdf import as_pdf
from api.supplier.words import Words
from models.domain.errors import Refusal
from models.domain.trace import Direction
from models.queries.trace_reach import MOST_HELD, too_many
from models.queries.trace_roots import Match
from models.queries.trace_view import View, found

# So many of one kind stand above each other before they are folded: nobody opens them on paper, and more
# could not be read on one sheet. The list names them all.
_MOST = 16


async def paper(
    request: Request, principal: Principal, match: Match, direction: Direction, locale: str, timezone: str
) -> Response:
    """What `match` names as PDF, its times as they are in `timezone`. Raises `Refusal` where nobody could read
    that much."""

    def read() -> View:
        with request.app.state.database.snapshot() as session:
            if too_many(session, match.begin.roots, direction):
                raise Refusal(
                    "trace.too_many",
                    "More than {count} lots, jobs, orders and dispatches belong to it: too many for paper. Ask "
                    "for the CSV file, which has all of them.",
                    count=MOST_HELD,
                )
            return found(session, match, direction, cleared=principal.cleared).view

    view = await run_in_threadpool(read)
    now = request.app.state.clock()
    words = Words(locale, timezone, now.astimezone(ZoneInfo(timezone)).date())
    known = said.names(words, view["nodes"], view["customers"])
    roots = view["root"]["nodes"]
    picture = drawing(view["nodes"], view["edges"], roots, [], _MOST)
    return await as_pdf(
        f"trace-{match.value}",
        "pdf/trace.html",
        locale=locale,
        words=words,
        company=request.app.state.settings.company,
        as_of=f"{words.day(words.today)} {words.time(now)} {timezone}",
        direction=words.say(DIRECTIONS[direction]),
        boxes=[box(words, each, known, roots) for each in picture.boxes],
        **told(words, view, known, picture, direction),
    )
