"""The people at a supplier who get its mail."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import Field
from sqlmodel import Session, col, select

from api.auth import Admin, Principal, Reader, allowed
from api.fields import Body, Email, Flag, Locale, Text
from api.routes.resource import Items, Paging, Resource
from api.routes.suppliers import suppliers
from api.wire import Answer, api_router
from models.domain.authority import Role
from models.domain.errors import Refusal
from models.tables.suppliers import SupplierContact

router = api_router(tags=["Suppliers"])
contacts = Resource(SupplierContact, "contact", ("id",))


class ContactBody(Body):
    name: Text
    email: Email
    locale: Locale | None = Field(default=None, description="Left out: the supplier's.")
    cleared: Flag = False
    notify: list[Literal["orders", "digest", "quality"]] = ["orders"]


class ContactView(ContactBody):
    id: str
    supplier: str
    created_at: datetime


@router.post("/suppliers/{code}/contacts", status_code=201, response_model=ContactView)
def create_contact(
    code: str,
    body: ContactBody,
    request: Request,
    principal: Annotated[Principal, Depends(allowed(Role.BUYER))],
) -> Answer:
    def make(session: Session, now: datetime) -> SupplierContact:
        values = _columns(session, code, body)
        return SupplierContact(id=f"sc_{secrets.token_hex(8)}", supplier=code, **values, created_at=now)

    return contacts.create(request, principal, make)


@router.get("/suppliers/{code}/contacts", response_model=Items[ContactView])
def list_contacts(code: str, request: Request, page: Paging, _principal: Reader) -> Answer:
    suppliers.must_exist(request, code)
    return contacts.page(request, page, col(SupplierContact.supplier) == code)


@router.get("/suppliers/{code}/contacts/{contact}", response_model=ContactView)
def read_contact(code: str, contact: str, request: Request, _principal: Reader) -> Answer:
    return contacts.read(request, contact, within={"supplier": code})


@router.put("/suppliers/{code}/contacts/{contact}", response_model=ContactView)
def replace_contact(code: str, contact: str, body: ContactBody, request: Request, principal: Admin) -> Answer:
    def change(session: Session, row: SupplierContact) -> None:
        row.sqlmodel_update(_columns(session, code, body, but=contact))

    return contacts.replace(request, principal, (contact,), change, within={"supplier": code})


def _columns(session: Session, code: str, body: ContactBody, *, but: str = "") -> dict[str, Any]:
    """What is kept. Raises ``Refusal`` ``exists`` when another contact has the address."""
    supplier = suppliers.get(session, code)
    taken = session.exec(
        select(SupplierContact.id).where(
            SupplierContact.supplier == code,
            SupplierContact.email == body.email,
            SupplierContact.id != but,
        )
    ).first()
    if taken is not None:
        text = "{supplier} already has a contact with the address {email}: {contact}."
        raise Refusal("exists", text, field="email", supplier=code, email=body.email, contact=taken)
    topics = [topic for topic in ("orders", "digest", "quality") if topic in body.notify]
    return body.model_dump() | {"locale": body.locale or supplier.locale, "notify": topics}
