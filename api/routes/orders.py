"""Orders: drafts, lists and reads. Commands on issued orders are in `order_commands`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlmodel import Session, col

from api.auth import Principal, Reader, allowed
from api.changes import perform, transact
from api.fields import Body, Day, Key, Number, Whole
from api.routes.resource import Page, Paging
from api.wire import Answer, api_router
from models import draft_warnings, drafts
from models.codec import load_order
from models.domain.authority import Role
from models.domain.contract import Basis
from models.domain.decide import check_version
from models.domain.errors import Invalid, Refusal
from models.domain.facts import Draft, DraftLine
from models.domain.order import Order, Stage
from models.domain.order_types import OrderType
from models.queries import contracts, order_list, order_records, order_search
from models.queries import orders as queries
from models.queries.cursors import bad_cursor
from models.tables.plants import Plant

router = api_router(tags=["Orders"])
Buyer = Annotated[Principal, Depends(allowed(Role.BUYER))]

_CURRENCY = "USD"
Words = Annotated[str, StringConstraints(max_length=200)]
Priority = Literal["normal", "urgent"]
Place = Annotated[Whole, Field(ge=1)]


class LotBody(Body):
    lot: Key
    quantity: Number


class LineBody(Body):
    line: Place | None = None
    work_order: Key
    operation: Whole
    quantity: Number
    unit_price: Number | None = Field(
        default=None,
        description="Left out: the price of the supplier's terms; without any the line waits for one. 0: for nothing.",
    )
    basis: Basis | None = Field(default=None, description="What the price is paid for; a piece.")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$")] | None = Field(
        default=None,
        description="Left out: that of the order's other lines, else of the supplier's terms, else USD.",
    )
    lots: Annotated[list[LotBody], Field(max_length=200)] = []
    tolerance: Number = Decimal("0.01")
    first_article: Number | None = Field(
        default=None, description="So many go first; the others once quality has released their inspection."
    )
    setup_allowance: Number = Field(
        default=Decimal(0), description="So many of them the supplier may use up in setting up."
    )


class DraftBody(Body):
    supplier: Key
    process: Key
    spec: Words = ""
    spec_revision: Words = ""
    need_by: Day
    purchase_order: Words = ""
    priority: Priority = "normal"
    plant: Key | None = None
    lines: Annotated[list[LineBody], Field(max_length=200)] = []


class DraftEdit(Body):
    """Only what is given changes; `lines`, when given, replaces all lines."""

    supplier: Key | None = None
    process: Key | None = None
    spec: Words | None = None
    spec_revision: Words | None = None
    need_by: Day | None = None
    purchase_order: Words | None = None
    priority: Priority | None = None
    lines: Annotated[list[LineBody], Field(max_length=200)] | None = None


def reader(principal: Principal) -> queries.Reader:
    return queries.Reader(principal.roles, principal.cleared, principal.kind == "supplier")


@router.post("/orders", status_code=201)
def create_order(body: DraftBody, request: Request, principal: Buyer) -> Answer:
    """A draft. `warnings` names operations another order covers already, lines of more than their work order has,
    and those without a price, with which it is not issued."""

    def make(session: Session, now: Any) -> Answer:
        draft = Draft(
            number="",
            plant=body.plant or principal.plant or only_plant(session),
            buyer=principal.id,
            supplier=body.supplier,
            process=body.process,
            spec=body.spec,
            spec_revision=body.spec_revision,
            need_by=body.need_by,
            purchase_order=body.purchase_order,
            priority=body.priority,
            lines=_lines(body.lines),
        )
        draft = contracts.priced(session, draft, now, otherwise=_CURRENCY)
        draft = drafts.create(session, draft, now, cleared=principal.cleared)
        return _shown(
            session,
            draft.number,
            principal,
            201,
            now,
            draft_warnings.warnings(session, draft, now, cleared=principal.cleared),
        )

    return perform(request, principal, make)


@router.patch("/orders/{number}")
def edit_order(number: str, body: DraftEdit, request: Request, principal: Buyer) -> Answer:
    """Edits a draft; an issued order changes by commands only (409). `If-Match` takes its ETag (412)."""

    def change(session: Session, now: Any) -> Answer:
        queries.stored(session, number, reader(principal))
        draft = drafts.load(session, number)
        if draft is None:
            raise Refusal("order.issued", "The order was issued; it is no longer edited, only commanded.")
        check_version(if_match(request), drafts.version(session, number))
        given = {
            name: getattr(body, name) for name in body.model_fields_set if getattr(body, name) is not None
        }
        if "lines" in given:
            given["lines"] = _lines(body.lines or [])
        draft = replace(draft, **given)
        draft = contracts.priced(session, draft, now, otherwise=_CURRENCY)
        drafts.save(session, draft, now, cleared=principal.cleared)
        return _shown(
            session,
            number,
            principal,
            200,
            now,
            draft_warnings.warnings(session, draft, now, cleared=principal.cleared),
        )

    return perform(request, principal, change)


@router.delete("/orders/{number}", status_code=204, response_class=Response)
def discard_order(number: str, request: Request, principal: Buyer) -> Response:
    """Discards a draft; an issued order is cancelled instead (409). `If-Match` takes its ETag (412)."""

    def change(session: Session, now: datetime) -> None:
        queries.stored(session, number, reader(principal))
        drafts.discard(session, number, if_match(request), principal.id, now)

    transact(request, change)
    return Response(status_code=204)


@router.get("/orders")
def list_orders(
    request: Request,
    page: Paging,
    principal: Reader,
    stage: Stage | None = None,
    supplier: str | None = None,
    process: str | None = None,
    late: bool | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    due_before: date | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    order_type: Annotated[OrderType | None, Query(alias="type")] = None,
) -> Answer:
    """The most pressing first. Every word of `q` is the beginning of some identifier of the order, and
    `found_by` says of which. `open` ones are neither closed nor cancelled."""
    wanted = order_list.Filter(
        stage.value if stage else None,
        supplier,
        process,
        late,
        q,
        due_before,
        is_open,
        order_type.value if order_type else None,
    )
    with request.app.state.database.read() as session:
        items = order_list.listed(session, wanted, reader(principal), cursor(page), page.limit + 1)
        if q and order_search.asked(q):
            found = order_search.reasons(session, q, [item["number"] for item in items])
            items = [
                item
                | {"found_by": [{"kind": by.kind.value, "value": by.value} for by in found[item["number"]]]}
                for item in items
            ]
    return paged(items, page.limit, lambda item: f"{item['need_by']}|{item['number']}")


@router.get("/orders/{number}")
def read_order(number: str, request: Request, principal: Reader) -> Answer:
    with request.app.state.database.read() as session:
        return _shown(session, number, principal, 200, request.app.state.clock())


@router.get("/orders/{number}/events")
def list_events(number: str, request: Request, page: Paging, principal: Reader) -> Answer:
    """The stream: who did what, when; each hash covers the one before it."""
    after = cursor(page)
    if after is not None and (not after.isdecimal() or len(after) > 9):
        raise bad_cursor()
    with request.app.state.database.read() as session:
        queries.stored(session, number, reader(principal))
        items = order_records.events(session, number, int(after or 0), page.limit + 1)
    return paged(items, page.limit, lambda item: str(item["sequence"]))


@router.get("/orders/{number}/documents")
def list_documents(number: str, request: Request, principal: Reader) -> Answer:
    with request.app.state.database.read() as session:
        order = _issued(session, number, principal)
    return Answer({"items": order_records.documents(order) if order else [], "next": None})


@router.get("/orders/{number}/inspections")
def list_inspections(number: str, request: Request, principal: Reader) -> Answer:
    with request.app.state.database.read() as session:
        order = _issued(session, number, principal)
        items = order_records.inspections(session, order) if order else []
    return Answer({"items": items, "next": None})


@router.get("/orders/{number}/nonconformances")
def list_nonconformances(number: str, request: Request, principal: Reader) -> Answer:
    with request.app.state.database.read() as session:
        order = _issued(session, number, principal)
    return Answer({"items": order_records.nonconformances(order) if order else [], "next": None})


@router.get("/orders/{number}/mail")
def list_mail(number: str, request: Request, principal: Reader) -> Answer:
    """Every mail about the order and what became of it."""
    with request.app.state.database.read() as session:
        queries.stored(session, number, reader(principal))
        items = order_records.mail(session, number)
    return Answer({"items": items, "next": None})


@router.get("/orders/{number}/alerts")
def list_order_alerts(number: str, request: Request, principal: Reader) -> Answer:
    with request.app.state.database.read() as session:
        queries.stored(session, number, reader(principal))
        items = order_records.alerts(session, reader(principal), order=number, limit=1000)
    return Answer({"items": items, "next": None})


def if_match(request: Request) -> int | None:
    """The version somebody decided on, from the ETag they send back."""
    given = request.headers.get("if-match")
    if given is None:
        return None
    text = given.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise Invalid(
            "request.if_match", "If-Match takes the ETag of the order you looked at.", field="If-Match"
        )
    return int(text)


def cursor(page: Page) -> str | None:
    return page.cursor or None


def paged(items: list[dict[str, Any]], limit: int, key: Any, **beside: Any) -> Answer:
    """One page and where the next begins, from a query that asked for one row more; `beside` stands with it."""
    more = len(items) > limit
    items = items[:limit]
    return Answer({"items": items, "next": key(items[-1]) if more else None} | beside)


def _issued(session: Session, number: str, principal: Principal) -> Order | None:
    row = queries.stored(session, number, reader(principal))
    return load_order(row.snapshot) if row.snapshot is not None else None


def _shown(
    session: Session,
    number: str,
    principal: Principal,
    status: int,
    now: datetime,
    warnings: list[str] | None = None,
) -> Answer:
    shown = queries.view(session, number, reader(principal), now)
    if warnings is not None:
        shown["warnings"] = warnings
    headers = {"ETag": f'"{shown["version"]}"'}
    if status == 201:
        headers["Location"] = f"/api/v1/orders/{number}"
    return Answer(shown, status, headers)


def _lines(lines: list[LineBody]) -> tuple[DraftLine, ...]:
    return tuple(
        DraftLine(
            line=line.line or place + 1,
            work_order=line.work_order,
            operation=line.operation,
            quantity=line.quantity,
            unit_price=line.unit_price,
            currency=(line.currency or "").upper(),
            lots=tuple((lot.lot, lot.quantity) for lot in line.lots),
            tolerance=line.tolerance,
            first_article=line.first_article or Decimal(0),
            setup_allowance=line.setup_allowance,
            basis=line.basis or Basis.PIECE,
        )
        for place, line in enumerate(lines)
    )


def only_plant(session: Session) -> str:
    """The plant that orders when nobody named one. Raises `Invalid` when it has to be named."""
    plants = session.scalars(select(col(Plant.code)).order_by(col(Plant.code)).limit(2)).all()
    if len(plants) != 1:
        raise Invalid(
            "plant.missing",
            "Say which plant orders this." if plants else "Create a plant first.",
            field="plant",
        )
    return str(plants[0])
