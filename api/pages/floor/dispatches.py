"""What left for customers: the list, one dispatch as its packing list, and the forms for both ways."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

import orjson
from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from activities.i18n import N_
from api.pages.floor import deeds
from api.pages.floor.deeds import Deed
from api.pages.floor.jobs import REVERSE, reason
from api.pages.floor.panels import people, state
from api.pages.master import choices
from api.pages.master.forms import Form
from api.pages.master.inputs import Input, Rows
from api.pages.master.screens import may
from api.pages.order.compliance_told import MELTED
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.trace_words import asking
from api.routes import dispatches
from api.routes.dispatches import DispatchBody
from api.routes.shop_floor import ReversalBody
from api.supplier.words import Words
from models.domain.melting import Melted
from models.queries import order_stream, shop_floor
from models.queries.shop_floor import Record

router = page_router()
_ROWS = 50
# What fits one of the clauses alone is to be looked at.
_MELT_KINDS = {
    Melted.QUALIFYING: "watch",
    Melted.UNKNOWN: "watch",
    Melted.ELSEWHERE: "act",
}
FORM = Form(
    (
        Input("customer", N_("Customer"), "suggest", options=choices.customers),
        Input("destination", N_("Destination")),
        Rows(
            "lines",
            N_("What leaves"),
            (
                Input("lot", N_("Lot"), "suggest", options=choices.lots_to_dispatch),
                Input("quantity", N_("Quantity"), "number"),
                Input("serials", N_("Serial numbers"), "lines"),
                Input("sales_order", N_("Sales order"), "suggest", options=choices.sales_orders),
                Input("line", N_("Line"), "whole"),
            ),
            N_("Add a lot"),
            N_("Without a sales order it is for what the customer wants of it, the first due first."),
        ),
        Input("carrier", N_("Carrier")),
        Input("vehicle", N_("Vehicle")),
        Input("recipient", N_("Recipient")),
        Input("shipped_on", N_("Shipped on"), "day", N_("Left out: today.")),
        Input("confirm", N_("Pieces leave as they are, though not everything is done with them"), "flag"),
    )
)


@router.get("/dispatches")
def show_dispatches(
    request: Request,
    staff: Visitor,
    q: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    with request.app.state.database.read() as session:
        items = shop_floor.dispatches(
            session,
            cleared=staff.principal.cleared,
            after=after or None,
            limit=_ROWS + 1,
            words=q.strip(),
        )
        names = order_stream.names(session, people(items))
    more = (
        {name: text for name, text in (("q", q), ("after", items[_ROWS - 1]["number"])) if text}
        if (len(items) > _ROWS)
        else None
    )
    return draw(
        request,
        staff,
        "pages/floor/dispatches.html",
        items=[(item, _summed(staff.words, item), state(staff.words, item, names)) for item in items[:_ROWS]],
        q=q,
        may_dispatch=may(staff, dispatches.record_dispatch),
        more=f"/dispatches?{urlencode(more)}" if more else None,
    )


@router.get("/dispatches/new")
async def ask_dispatch(request: Request, staff: Visitor) -> Response:
    return await deeds.ask(request, staff, _dispatching(staff))


@router.post("/dispatches/new")
async def dispatch(request: Request, staff: Visitor) -> Response:
    return await deeds.do(request, staff, _dispatching(staff))


@router.get("/dispatches/{number}.pdf")
async def print_dispatch(number: str, request: Request, staff: Visitor) -> Response:
    return await dispatches.pdf(number, request, staff.principal, staff.words.locale)


@router.get("/dispatches/{number}")
def show_dispatch(number: str, request: Request, staff: Visitor) -> Response:
    with request.app.state.database.read() as session:
        found = dispatches.read(session, staff.principal, number)
        names = order_stream.names(session, people([found]))
    return draw(
        request,
        staff,
        "pages/floor/dispatch.html",
        found=found,
        customer=found["customer_name"],
        state=state(staff.words, found, names),
        recorded=f"{names.get(found['recorded_by'], '')} · {staff.words.time(found['recorded_at'])}",
        trace=asking(f"dispatch:{number}"),
        melted=[
            (_MELT_KINDS[each["melted"]], each["lot"], staff.words.say(MELTED[each["melted"]][1]))
            for each in found["warnings"]
        ],
        may_reverse=found["reversed_at"] is None and may(staff, dispatches.reverse_dispatch),
    )


@router.get("/dispatches/{number}/reverse")
async def ask_reversal(number: str, request: Request, staff: Visitor) -> Response:
    return await deeds.ask(request, staff, await run_in_threadpool(_reversing, request, staff, number))


@router.post("/dispatches/{number}/reverse")
async def reverse(number: str, request: Request, staff: Visitor) -> Response:
    return await deeds.do(request, staff, await run_in_threadpool(_reversing, request, staff, number))


def _dispatching(staff: Staff) -> Deed:
    return Deed(
        N_("New dispatch"),
        N_("What leaves is off the shelf. Held, pending and rejected pieces stay here."),
        N_("Dispatch it"),
        FORM,
        DispatchBody,
        dispatches.record_dispatch,
        lambda asked, body: dispatches.record_dispatch(body, asked, staff.principal),
        ("/dispatches", staff.words.say(N_("Back to the dispatches"))),
        lambda answer: f"/dispatches/{orjson.loads(answer.body)['number']}",
    )


def _reversing(request: Request, staff: Staff, number: str) -> Deed:
    with request.app.state.database.read() as session:
        found = dispatches.read(session, staff.principal, number)
    return Deed(
        N_("Reverse the dispatch"),
        N_("Its pieces are on the shelf again. The note stays, marked as reversed, with who did it and why."),
        REVERSE,
        Form((reason(),)),
        ReversalBody,
        dispatches.reverse_dispatch,
        lambda asked, body: dispatches.reverse_dispatch(number, body, asked, staff.principal),
        (f"/dispatches/{number}", staff.words.say(N_("Back to dispatch {number}"), number=number)),
        lambda _answer: f"/dispatches/{number}",
        (
            (N_("Dispatch"), number),
            (N_("Customer"), " · ".join(filter(None, (found["customer"], found["customer_name"])))),
            (N_("What left"), _summed(staff.words, found)),
        ),
    )


def _summed(words: Words, found: Record) -> str:
    return words.listed(
        f"{words.amount(line['quantity'], line['unit'])} {line['lot']}" for line in found["lines"]
    )
