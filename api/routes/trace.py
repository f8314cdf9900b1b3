"""Where pieces came from and where they went, from anything that names them."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from io import StringIO
from itertools import islice
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api import trace_paper
from api.auth import Principal, Reader
from api.sheets import cell
from api.supplier.words import language
from api.wire import Answer, api_router
from api.zones import Zone
from models.domain.at_most import AtMost
from models.domain.conversions import conversions, taken
from models.domain.order import Order
from models.domain.trace import Direction, Step
from models.queries import lot_papers, trace_nodes
from models.queries.trace import streamed
from models.queries.trace_near import named
from models.queries.trace_roots import Match
from models.queries.trace_view import at_most, found

router = api_router(tags=["Trace"])
_SHEET = (
    "from",
    "to",
    "quantity",
    "unit",
    "how",
    "parcel",
    "load",
    "order",
    "unsure",
    "certificates",
    "counted_in",
    "conversion",
    "at_most",
    "taken",
    "taken_unit",
)
# So many lines of a file are sent at once.
_LINES = 1_000
Which = Annotated[
    Direction, Query(description="Where pieces came from (`back`), where they went (`forward`), or `both`.")
]


@router.get("/trace/{identifier:path}.csv", response_class=Response)
def download_trace(
    identifier: str, request: Request, principal: Reader, direction: Which = Direction.BOTH
) -> Response:
    """Every edge of a trace as a file for a spreadsheet, however many there are: it is sent while it is read."""
    return file(request, principal, identifier, direction)


@router.get("/trace/{identifier:path}.pdf", response_class=Response)
async def print_trace(
    identifier: str, request: Request, principal: Reader, zone: Zone, direction: Which = Direction.BOTH
) -> Response:
    """The answer, the drawing, and everything behind them on paper, in the time zone of the reader's plant."""
    locale = language(request, principal.locale)
    return await paper(request, principal, identifier, direction, locale, zone)


@router.get("/trace/{identifier:path}")
def read_trace(
    identifier: str, request: Request, principal: Reader, direction: Which = Direction.BOTH
) -> Response:
    """By lot, heat, supplier lot, serial number, work order, order, parcel, transfer, load, dispatch or
    certificate number. Where several are called so the answer is 300 with `choices`; the `identifier` of each
    names it alone.

    `unexplained` of each balance must be 0; its `items` say what every figure is summed from, and `lots` has
    the balance of each lot.
    """
    begun = time.perf_counter()
    with request.app.state.database.snapshot() as session:
        matches = named(session, identifier, cleared=principal.cleared)
        if len(matches) > 1:
            return Answer({"choices": [choice(match) for match in matches]}, 300)
        view = found(session, matches[0], direction, cleared=principal.cleared).view
    elapsed = round((time.perf_counter() - begun) * 1000, 1)
    return Answer(view | {"elapsed_ms": elapsed})


def choice(match: Match) -> dict[str, str]:
    return asdict(match.choice)


async def paper(
    request: Request, principal: Principal, identifier: str, direction: Direction, locale: str, timezone: str
) -> Response:
    """Raises `Unknown`; several of that name are answered 300."""

    def read() -> list[Match]:
        with request.app.state.database.snapshot() as session:
            return named(session, identifier, cleared=principal.cleared)

    matches = await run_in_threadpool(read)
    if len(matches) > 1:
        return Answer({"choices": [choice(match) for match in matches]}, 300)
    return await trace_paper.paper(request, principal, matches[0], direction, locale, timezone)


def file(request: Request, principal: Principal, identifier: str, direction: Direction) -> Response:
    """The edges as CSV, sent while they are read. Raises `Unknown`; several of that name are answered 300."""
    with ExitStack() as opened:
        session = opened.enter_context(request.app.state.database.snapshot(spilling=True))
        matches = named(session, identifier, cleared=principal.cleared)
        if len(matches) > 1:
            return Answer({"choices": [choice(match) for match in matches]}, 300)
        name = quote(f"trace-{matches[0].value}", safe="")
        return StreamingResponse(
            _sheet(opened.pop_all(), session, matches[0], direction, cleared=principal.cleared),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}.csv"},
        )


def _sheet(
    opened: ExitStack, session: Session, match: Match, direction: Direction, *, cleared: bool
) -> Iterator[bytes]:
    with opened:
        written = StringIO()
        writer = csv.writer(written, lineterminator="\r\n")
        # The mark that spreadsheets need to read it as what it is.
        written.write("\ufeff")
        writer.writerow(_SHEET)
        bounds = at_most(session, match.begin, direction, cleared=cleared)
        walked = streamed(session, match.begin, direction, cleared=cleared)
        while some := list(islice(walked, _LINES)):
            papers = lot_papers.numbers(session, (step.link.source for step in some))
            converted = trace_nodes.converting(session, (step.link for step in some))
            writer.writerows(_row(step, papers.get(step.link.source, ()), converted, bounds) for step in some)
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
        yield written.getvalue().encode()


def _row(
    step: Step, papers: Iterable[str], converted: Mapping[str, Order], bounds: AtMost | None
) -> list[str]:
    link = step.link
    counted = conversions(converted[link.order], link) if link.order in converted else ()
    told_of = (
        ", ".join(each.counted_in for each in counted),
        ", ".join(str(each.factor) for each in counted),
    )
    quantity = link.quantity or link.assumed
    # Empty where nobody could say it of so many.
    most = "" if bounds is None else bounds.links.get(link.key, quantity)
    took = taken(converted[link.order], link) if link.order in converted else None
    given = ("", "") if took is None else (took.quantity, took.unit)
    told = (link.source, link.target, quantity, link.unit, link.how, link.parcel, link.load, link.order)
    return [cell(value) for value in (*told, step.unsure, ", ".join(papers), *told_of, most, *given)]
