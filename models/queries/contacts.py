"""Who answers for an order: a supplier's contacts, and our people by role."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from models.domain.authority import Role
from models.tables.people import User
from models.tables.suppliers import Supplier, SupplierContact

# Built once: to build a statement costs as much as to run it, and every mail asks both.
_CONTACTS = select(SupplierContact).where(col(SupplierContact.supplier) == bindparam("supplier"))
_ACTIVE = select(User).where(col(User.active).is_(True)).order_by(User.id)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who gets mail. `party` is opaque: `supplier_contact:<id>` or `user:<id>`."""

    id: str
    party: str
    name: str
    email: str
    locale: str
    cleared: bool


def supplier_contacts(session: Session, supplier: Supplier, now: datetime) -> list[Person]:
    """Everybody at the supplier who is notified of orders.

    The supplier's own address becomes a contact the first time it is needed: a link belongs to a
    person, and this is the person behind that address.
    """
    rows, own = _contacts(session, supplier, now)
    if own is not None:
        session.add(own)
        session.flush()
    return _notified(rows)


def contacts_to_be(session: Session, supplier: Supplier, now: datetime) -> list[Person]:
    """Whom `supplier_contacts` would give; saves nobody."""
    rows, _ = _contacts(session, supplier, now)
    return _notified(rows)


def _contacts(
    session: Session, supplier: Supplier, now: datetime
) -> tuple[list[SupplierContact], SupplierContact | None]:
    """All contacts, and the one among them that is not saved yet."""
    rows = list(session.scalars(_CONTACTS, {"supplier": supplier.code}))
    if any(row.email.lower() == supplier.email.lower() for row in rows):
        return rows, None
    own = SupplierContact(
        id=f"sc_{uuid.uuid5(uuid.NAMESPACE_URL, f'sendout:{supplier.code}:{supplier.email.lower()}').hex}",
        supplier=supplier.code,
        name=supplier.contact or supplier.name,
        email=supplier.email,
        locale=supplier.locale,
        notify=["orders", "digest", "quality"],
        created_at=now,
    )
    return [*rows, own], own


def _notified(rows: list[SupplierContact]) -> list[Person]:
    return [
        Person(row.id, f"supplier_contact:{row.id}", row.name, row.email, row.locale, row.cleared)
        for row in sorted(rows, key=lambda row: row.id)
        if "orders" in row.notify
    ]


def user(session: Session, user_id: str) -> Person | None:
    found = session.get(User, user_id)
    return _person(found) if found is not None and found.active else None


def users_with(session: Session, role: Role, plant: str) -> list[Person]:
    """Active people with `role` at `plant`, those without a plant included."""
    return [
        _person(row)
        for row in session.scalars(_ACTIVE)
        if role.value in row.roles and row.plant in (None, plant)
    ]


def everybody_with(session: Session, role: Role) -> list[Person]:
    """Active people with `role`, whatever their plant."""
    return [_person(row) for row in session.scalars(_ACTIVE) if role.value in row.roles]


def _person(row: User) -> Person:
    return Person(row.id, f"user:{row.id}", row.name or row.email, row.email, row.locale, row.cleared)
