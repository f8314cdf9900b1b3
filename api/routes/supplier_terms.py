"""What a supplier's work costs from a day on, and what follows when it is late, early or not good."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field
from sqlmodel import Session, col, select

from api.auth import Principal, Reader, allowed
from api.fields import Body, Day, Key, Number, Text
from api.routes.resource import Checks, Items, Paging, Resource
from api.routes.suppliers import suppliers
from api.wire import Answer, api_router
from models.domain import money
from models.domain.authority import Role
from models.domain.contract import Basis
from models.domain.errors import Invalid, Refusal
from models.domain.quantities import CURRENCIES, ZERO, quantity
from models.queries import master
from models.tables.processes import Process
from models.tables.suppliers import SupplierTerms

router = api_router(tags=["Suppliers"])
terms = Resource(SupplierTerms, "terms", ("id",))
Negotiator = Annotated[Principal, Depends(allowed(Role.BUYER, Role.FINANCE))]

# Paid as they are; a price is multiplied first and may be finer.
_PAID = ("minimum", "lot_charge", "expedite_fee", "late_per_day", "reject_charge", "early_reward")


class TermsBody(Body):
    process: Key | None = Field(default=None, description="Left out: every process.")
    part: Key | None = Field(default=None, description="Left out: every part.")
    basis: Basis = Field(default=Basis.PIECE, description="What the price is paid for.")
    price: Number = ZERO
    minimum: Number = Field(
        default=ZERO, description="The least that a line is billed: price and lot charges."
    )
    lot_charge: Number = Field(default=ZERO, description="For every lot of a line.")
    expedite_fee: Number = Field(default=ZERO, description="For every time the order is hurried.")
    late_per_day: Number = Field(default=ZERO, description="Deducted from a line for every working day late.")
    reject_charge: Number = Field(
        default=ZERO, description="Deducted for every piece rejected through the supplier's fault."
    )
    early_reward: Number = Field(default=ZERO, description="Paid for a line that is complete a day early.")
    currency: Text
    valid_from: Day


class TermsView(TermsBody):
    id: str
    supplier: str
    process: str = Field(description="Empty: every process.")
    part: str = Field(description="Empty: every part.")
    created_at: datetime


@router.post("/suppliers/{code}/terms", status_code=201, response_model=TermsView)
def create_terms(code: str, body: TermsBody, request: Request, principal: Negotiator) -> Answer:
    """Orders issued from then on take them over; those issued before keep what was agreed."""

    def make(session: Session, now: datetime) -> SupplierTerms:
        suppliers.get(session, code)
        values = _columns(session, principal, code, body)
        return SupplierTerms(id=f"st_{secrets.token_hex(8)}", supplier=code, **values, created_at=now)

    return terms.create(request, principal, make)


@router.get("/suppliers/{code}/terms", response_model=Items[TermsView])
def list_terms(code: str, request: Request, page: Paging, principal: Reader) -> Answer:
    suppliers.must_exist(request, code)
    return terms.page(request, page, col(SupplierTerms.supplier) == code, cleared=principal.cleared)


@router.get("/suppliers/{code}/terms/{entry}", response_model=TermsView)
def read_terms(code: str, entry: str, request: Request, principal: Reader) -> Answer:
    return terms.read(request, entry, within={"supplier": code}, cleared=principal.cleared)


@router.put("/suppliers/{code}/terms/{entry}", response_model=TermsView)
def replace_terms(code: str, entry: str, body: TermsBody, request: Request, principal: Negotiator) -> Answer:
    def change(session: Session, row: SupplierTerms) -> None:
        row.sqlmodel_update(_columns(session, principal, code, body, but=entry))

    return terms.replace(request, principal, (entry,), change, within={"supplier": code})


def _columns(
    session: Session, principal: Principal, code: str, body: TermsBody, *, but: str = ""
) -> dict[str, Any]:
    """What is kept. Raises ``Invalid``, or ``Refusal`` ``exists`` for second ones from the same day."""
    checks = Checks()
    checks.exists(session, Process, body.process, "process", "process")
    if body.part is not None and not master.known_parts(session, [body.part], cleared=principal.cleared):
        text = "There is no {kind} {key}; create it first."
        checks.wrong("part", text, kind="part", key=body.part)
    values = body.model_dump() | {
        "process": body.process or "",
        "part": body.part or "",
        "basis": body.basis.value,
        "currency": body.currency.upper(),
    }
    if values["currency"] not in CURRENCIES:
        text = "{entered} is not a currency; enter its three letters (ISO 4217), such as USD."
        checks.wrong("currency", text, entered=body.currency)
    else:
        _check_amounts(checks, values)
    checks.settle()
    taken = session.exec(
        select(SupplierTerms.id).where(
            SupplierTerms.supplier == code,
            SupplierTerms.process == values["process"],
            SupplierTerms.part == values["part"],
            SupplierTerms.currency == values["currency"],
            SupplierTerms.valid_from == body.valid_from,
            SupplierTerms.id != but,
        )
    ).first()
    if taken is not None:
        text = "{supplier} already has such terms from {day}: {terms}. Change those instead."
        raise Refusal("exists", text, field="valid_from", supplier=code, day=body.valid_from, terms=taken)
    return values


def _check_amounts(checks: Checks, values: dict[str, Any]) -> None:
    currency = values["currency"]
    for name in ("price", *_PAID):
        try:
            values[name] = quantity(values[name], field=name, unit="a price")
        except Invalid as error:
            checks.errors += error.errors
            continue
        if name != "price" and money.amount(values[name], currency) != values[name]:
            text = "{currency} is paid with {decimals} decimals; {entered} has more."
            checks.wrong(
                name, text, currency=currency, decimals=money.decimals(currency), entered=values[name]
            )
