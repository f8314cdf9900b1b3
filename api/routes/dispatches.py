"""What left for customers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import Field, model_validator
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from activities import dispatching
from activities.dispatching import Papers
from activities.i18n import N_
from api.auth import Principal, Reader, allowed
from api.changes import perform
from api.fields import Body, Day, Key, Number, Serials, Text, Whole, wrong_value
from api.pdf import as_pdf
from api.routes.orders import cursor, paged
from api.routes.resource import Paging
from api.routes.shop_floor import ReversalBody, recorder
from api.supplier.words import Words, language
from api.wire import Answer, api_router
from models.domain.authority import Role
from models.domain.errors import Unknown
from models.domain.quantities import ZERO
from models.domain.shop_floor import MAY_DISPATCH, Leaving
from models.queries import master, shop_floor
from models.queries.local_day import today_at
from models.queries.shop_floor import Record

router = api_router(tags=["Dispatches"])
Dock = Annotated[Principal, Depends(allowed(*MAY_DISPATCH))]
Reverser = Annotated[Principal, Depends(allowed(*MAY_DISPATCH, Role.QUALITY))]


class DispatchLine(Body):
    lot: Key
    quantity: Number
    serials: Serials = []
    sales_order: Key | None = Field(
        default=None,
        description="What it delivers. Left out: what the customer wants of it, the first due first.",
    )
    line: Whole | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> DispatchLine:
        if (self.sales_order is None) != (self.line is None):
            raise wrong_value("dispatch.line", N_("Name the sales order and its line, or neither."))
        return self

    @property
    def sold(self) -> tuple[str, int] | None:
        return None if self.sales_order is None or self.line is None else (self.sales_order, self.line)


class DispatchBody(Body):
    customer: Key = Field(description="A customer's code; one may be named before it is known.")
    destination: Text
    vehicle: Text | None = None
    carrier: Text | None = None
    recipient: Text | None = None
    shipped_on: Day | None = Field(
        default=None, description="Left out: today. Earlier, the record is marked late."
    )
    lines: Annotated[list[DispatchLine], Field(min_length=1, max_length=500)]
    confirm: bool = Field(
        default=False,
        description="Pieces leave as they are, though an outside operation was begun with their lot.",
    )


@router.post("/dispatches", status_code=201)
def record_dispatch(body: DispatchBody, request: Request, principal: Dock) -> Answer:
    """Pieces leave for a customer. Held, pending and rejected ones do not, nor what was made with other
    material than its bill of material names. `warnings` names the lots of parts under DFARS whose metal was
    not melted where a clause asks for it, or nobody said where, and the `clauses`; they stay as they were given."""

    def change(session: Session, now: datetime) -> Answer:
        papers = Papers(
            body.customer,
            body.destination,
            body.vehicle or "",
            body.carrier or "",
            body.recipient or "",
            body.shipped_on,
        )
        lines = tuple(Leaving(line.lot, line.quantity, tuple(line.serials), line.sold) for line in body.lines)
        today = today_at(session, principal.plant, now)
        by, cleared = recorder(principal), principal.cleared
        number = dispatching.dispatch(
            session, papers, lines, by, today, now, cleared=cleared, confirmed=body.confirm
        )
        found = read(session, principal, number)
        return Answer(found, 201, {"Location": f"{request.url.path}/{number}"})

    return perform(request, principal, change)


@router.get("/dispatches")
def list_dispatches(
    request: Request, page: Paging, principal: Reader, customer: Text | None = None, lot: Key | None = None
) -> Answer:
    """The newest first; reversed ones too."""
    with request.app.state.database.read() as session:
        items = shop_floor.dispatches(
            session,
            cleared=principal.cleared,
            after=cursor(page),
            limit=page.limit + 1,
            customer=customer,
            lot=lot,
        )
    return paged(items, page.limit, lambda item: str(item["number"]))


@router.get("/dispatches/{number}.pdf", response_class=Response)
async def print_dispatch(number: str, request: Request, principal: Reader) -> Response:
    """Its packing list, with lots and serial numbers."""
    return await pdf(number, request, principal, language(request, principal.locale))


@router.get("/dispatches/{number}")
def read_dispatch(number: str, request: Request, principal: Reader) -> Answer:
    with request.app.state.database.read() as session:
        return Answer(read(session, principal, number))


@router.post("/dispatches/{number}/reverse")
def reverse_dispatch(number: str, body: ReversalBody, request: Request, principal: Reverser) -> Answer:
    """Takes back what was typed wrongly: the pieces are on the shelf again."""

    def change(session: Session, now: datetime) -> Answer:
        by, cleared = recorder(principal), principal.cleared
        dispatching.reverse_dispatch(session, number, body.reason, by, now, cleared=cleared)
        return Answer(read(session, principal, number))

    return perform(request, principal, change)


async def pdf(number: str, request: Request, principal: Principal, locale: str) -> Response:
    """The packing list in one language. Raises `Unknown`."""

    def asked() -> tuple[Record, dict[tuple[str, str], str]]:
        with request.app.state.database.read() as session:
            found = read(session, principal, number)
            return found, master.descriptions(session, {line["part"] for line in found["lines"]})

    found, called = await run_in_threadpool(asked)
    words = Words(locale, "UTC", date.min)
    sums: dict[str, Decimal] = {}
    for line in found["lines"]:
        sums[line["unit"]] = sums.get(line["unit"], ZERO) + line["quantity"]
        line["description"] = called.get((line["part"], line["part_revision"] or ""), "")
    taken_back = found["reversed_at"] is not None
    return await as_pdf(
        number,
        "pdf/packing_list.html",
        locale=words.locale,
        company=request.app.state.settings.company,
        words=words,
        found=found,
        total=words.listed(words.amount(some, unit) for unit, some in sorted(sums.items())),
        reversed=words.say(N_("Reversed: these pieces did not leave.")) if taken_back else "",
    )


def read(session: Session, principal: Principal, number: str) -> Record:
    """Raises `Unknown`, also for an export-controlled one when the reader is not cleared."""
    found = shop_floor.dispatch(session, number, cleared=principal.cleared)
    if found is None:
        raise Unknown("unknown", "There is no {kind} {key}.", kind="dispatch", key=number)
    lots = [] if found["reversed_at"] is not None else [line["lot"] for line in found["lines"]]
    wrong = shop_floor.blocking(session, lots, cleared=principal.cleared)
    # What was found to be wrong with its material after it left.
    return found | {
        "mismatches": [
            {"mismatch": each.id, "work_order": each.work_order, "lot": lot}
            for lot, each in wrong.items()
            if each is not None
        ]
    }
