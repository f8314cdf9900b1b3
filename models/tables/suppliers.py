"""Suppliers, the people who answer for them, and what they are approved to do."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.types import Json, Utc


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
