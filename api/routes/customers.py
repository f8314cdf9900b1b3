"""Customers, and who is written to there when something is wrong with what they got."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field
from sqlmodel import Session

from api.auth import Admin, Principal, Reader, allowed
from api.fields import Body, Email, Key, Locale, Text
from api.routes.resource import Checks, Items, Paging, Resource
from api.wire import Answer, api_router
from models.domain.authority import Role
from models.tables.shop_floor import Customer

router = api_router(tags=["Customers"])
customers = Resource(Customer, "customer", ("code",))


class CustomerContact(Body):
    name: Text
    email: Email
    locale: Locale = Field(default="en", description="The language mails to this person are written in.")


class CustomerFields(Body):
    name: Text
    contacts: Annotated[list[CustomerContact], Field(max_length=100)] = []


class CustomerBody(CustomerFields):
    code: Key


class CustomerEdit(CustomerFields):
    code: Key | None = None


class CustomerView(CustomerBody):
    created_at: datetime


@router.post("/customers", status_code=201, response_model=CustomerView)
def create_customer(
    body: CustomerBody, request: Request, principal: Annotated[Principal, Depends(allowed(Role.BUYER))]
) -> Answer:
    def make(_session: Session, now: datetime) -> Customer:
        return Customer(**body.model_dump(), created_at=now)

    return customers.create(request, principal, make)


@router.get("/customers", response_model=Items[CustomerView])
def list_customers(request: Request, page: Paging, _principal: Reader) -> Answer:
    return customers.page(request, page)


@router.get("/customers/{code}", response_model=CustomerView)
def read_customer(code: str, request: Request, _principal: Reader) -> Answer:
    return customers.read(request, code)


@router.put("/customers/{code}", response_model=CustomerView)
def replace_customer(code: str, body: CustomerEdit, request: Request, principal: Admin) -> Answer:
    def change(_session: Session, customer: Customer) -> None:
        checks = Checks()
        checks.same("code", body.code, code)
        checks.settle()
        customer.sqlmodel_update(body.model_dump(exclude={"code"}))

    return customers.replace(request, principal, (code,), change)
