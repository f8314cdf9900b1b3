"""Suppliers."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request
from sqlmodel import Session

from api.auth import Admin, Reader
from api.fields import Body, Country, Email, Key, Locale, SupplierCode, Text, Timezone
from api.routes.resource import Checks, Items, Paging, Resource
from api.wire import Answer, api_router
from models.tables.plants import Calendar
from models.tables.suppliers import Supplier

router = api_router(tags=["Suppliers"])
suppliers = Resource(Supplier, "supplier", ("code",))


class SupplierFields(Body):
    name: Text
    email: Email
    contact: Text | None = None
    locale: Locale = "en"
    timezone: Timezone
    country: Country
    calendar: Key | None = None


class SupplierBody(SupplierFields):
    code: SupplierCode


class SupplierEdit(SupplierFields):
    code: SupplierCode | None = None


class SupplierView(SupplierBody):
    created_at: datetime


@router.post("/suppliers", status_code=201, response_model=SupplierView)
def create_supplier(body: SupplierBody, request: Request, principal: Admin) -> Answer:
    def make(session: Session, now: datetime) -> Supplier:
        _check(session, body)
        return Supplier(**body.model_dump(), created_at=now)

    return suppliers.create(request, principal, make)


@router.get("/suppliers", response_model=Items[SupplierView])
def list_suppliers(request: Request, page: Paging, _principal: Reader) -> Answer:
    return suppliers.page(request, page)


@router.get("/suppliers/{code}", response_model=SupplierView)
def read_supplier(code: str, request: Request, _principal: Reader) -> Answer:
    return suppliers.read(request, code)


@router.put("/suppliers/{code}", response_model=SupplierView)
def replace_supplier(code: str, body: SupplierEdit, request: Request, principal: Admin) -> Answer:
    def change(session: Session, supplier: Supplier) -> None:
        _check(session, body, code)
        supplier.sqlmodel_update(body.model_dump(exclude={"code"}))

    return suppliers.replace(request, principal, (code,), change)


def _check(session: Session, body: SupplierBody | SupplierEdit, code: str | None = None) -> None:
    checks = Checks()
    if code is not None:
        checks.same("code", body.code, code)
    checks.exists(session, Calendar, body.calendar, "calendar", "calendar")
    checks.settle()
