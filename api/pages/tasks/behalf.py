"""Entering what a supplier said: who said it, and what that rests on."""

from __future__ import annotations

from typing import Literal, cast

from sqlalchemy import select
from sqlmodel import Session

from api.pages.order.wording import BASES
from api.supplier.fields import Fields
from models.domain.authority import OnBehalfOf
from models.tables.suppliers import Supplier, SupplierContact
from models.tables.types import table

_CONTACTS = table(SupplierContact)
_SUPPLIERS = table(Supplier)
Basis = Literal["mail", "phone", "visit", "paper"]


def on_behalf_of(fields: Fields) -> OnBehalfOf:
    """Notes what is missing as wrong; the form is not sent on then."""
    contact = fields.text("contact")
    if not contact:
        fields.wrong("contact", "Say who at the supplier told you.")
    if fields.raw("basis") not in BASES:
        fields.wrong("basis", "Say how you were told.")
    return OnBehalfOf(contact, cast(Basis, fields.raw("basis")))


def contacts(session: Session, supplier: str) -> list[str]:
    """The people we know there, to choose from."""
    names = session.scalars(select(_CONTACTS.c.name).where(_CONTACTS.c.supplier == supplier))
    first = session.scalar(select(_SUPPLIERS.c.contact).where(_SUPPLIERS.c.code == supplier))
    return sorted({name for name in (first, *names) if name})
