"""Suppliers, the people who answer for them, what they are approved to do, and what for."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.types import Exact, Json, Utc


class Supplier(SQLModel, table=True):
    """A company that processes our parts; ``code`` is the VENDOR in lot numbers."""

    __tablename__ = "supplier"

    code: str = Field(primary_key=True)
    name: str
    email: str
    contact: str | None = None
    locale: str
    timezone: str
    country: str
    calendar: str | None = Field(default=None, foreign_key="calendar.code")
    created_at: datetime = Field(sa_type=Utc)


class SupplierContact(SQLModel, table=True):
    """A person at a supplier. ``id`` is opaque, so that the person can be erased from records."""

    __tablename__ = "supplier_contact"
    __table_args__ = (UniqueConstraint("supplier", "email", name="uq_supplier_contact_email"),)

    id: str = Field(primary_key=True)
    supplier: str = Field(foreign_key="supplier.code", index=True)
    name: str
    email: str
    locale: str
    # May see export-controlled orders.
    cleared: bool = False
    # Which mails this person gets: orders, digest, quality.
    notify: list[str] = Field(sa_type=Json, default_factory=list)
    created_at: datetime = Field(sa_type=Utc)


class SupplierApproval(SQLModel, table=True):
    """From when to when a supplier may do a process; an empty ``spec`` covers every specification."""

    __tablename__ = "supplier_approval"
    __table_args__ = (
        UniqueConstraint("supplier", "process", "spec", "valid_from", name="uq_supplier_approval"),
    )

    id: str = Field(primary_key=True)
    supplier: str = Field(foreign_key="supplier.code", index=True)
    process: str = Field(foreign_key="process.code", index=True)
    # Empty rather than null: the unique constraint must see two blanket approvals as the same.
    spec: str = ""
    valid_from: date
    # The last day it holds; null has no end.
    valid_to: date | None = None
    certificate: str | None = None
    created_at: datetime = Field(sa_type=Utc)


class SupplierTerms(SQLModel, table=True):
    """What a supplier's work costs from a day on, and what follows when it is late, early or not good.

    An empty ``process`` or ``part`` stands for every one.
    """

    __tablename__ = "supplier_terms"
    __table_args__ = (
        UniqueConstraint("supplier", "process", "part", "currency", "valid_from", name="uq_supplier_terms"),
    )

    id: str = Field(primary_key=True)
    supplier: str = Field(foreign_key="supplier.code", index=True)
    # Empty rather than null: the unique constraint must see two general terms as the same.
    process: str = ""
    part: str = ""
    # piece, kg or lot: what `price` is paid for
    basis: str
    price: Decimal = Field(sa_type=Exact)
    minimum: Decimal = Field(sa_type=Exact)
    lot_charge: Decimal = Field(sa_type=Exact)
    expedite_fee: Decimal = Field(sa_type=Exact)
    late_per_day: Decimal = Field(sa_type=Exact)
    reject_charge: Decimal = Field(sa_type=Exact)
    early_reward: Decimal = Field(sa_type=Exact)
    currency: str
    valid_from: date
    created_at: datetime = Field(sa_type=Utc)
