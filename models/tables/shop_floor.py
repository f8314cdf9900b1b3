"""What the shop floor records: material a job used up, what it made of it, and what left for customers.

A record is never changed; one typed wrongly is reversed, which is written beside it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.types import Exact, Json, Utc


class ConsumptionRow(SQLModel, table=True):
    """So much of a lot went into a job. `at` is when, `recorded_at` when somebody wrote it down."""

    __tablename__ = "consumption"

    id: str = Field(primary_key=True)
    work_order: str = Field(foreign_key="work_order.number", index=True)
    lot: str = Field(foreign_key="lot.number", index=True)
    part: str
    part_revision: str | None = None
    quantity: Decimal = Field(sa_type=Exact)
    unit: str
    serials: list[str] = Field(default_factory=list, sa_type=Json)
    operation: int | None = None
    operator: str = ""
    machine: str = ""
    at: datetime = Field(sa_type=Utc)
    recorded_at: datetime = Field(sa_type=Utc)
    # Opaque id of who wrote it down.
    recorded_by: str
    late: bool = False
    reversed_at: datetime | None = Field(default=None, sa_type=Utc)
    reversed_by: str | None = None
    reverse_reason: str = ""


class OutputRow(SQLModel, table=True):
    """So many pieces came out of a job as a lot, new or one it had begun before."""

    __tablename__ = "output"

    id: str = Field(primary_key=True)
    work_order: str = Field(foreign_key="work_order.number", index=True)
    lot: str = Field(foreign_key="lot.number", index=True)
    part: str
    part_revision: str | None = None
    quantity: Decimal = Field(sa_type=Exact)
    unit: str
    serials: list[str] = Field(default_factory=list, sa_type=Json)
    operation: int | None = None
    operator: str = ""
    machine: str = ""
    # {"verdict", "inspector", "note"} as somebody wrote it down; null when nobody looked yet.
    inspection: dict[str, Any] | None = Field(default=None, sa_type=Json)
    at: datetime = Field(sa_type=Utc)
    recorded_at: datetime = Field(sa_type=Utc)
    recorded_by: str
    late: bool = False
    reversed_at: datetime | None = Field(default=None, sa_type=Utc)
    reversed_by: str | None = None
    reverse_reason: str = ""


class Customer(SQLModel, table=True):
    """Who buys from us. `contacts`: [{"name", "email", "locale"}], who is written to when a lot is recalled."""

    __tablename__ = "customer"

    code: str = Field(primary_key=True)
    name: str
    contacts: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    created_at: datetime = Field(sa_type=Utc)


class DispatchRow(SQLModel, table=True):
    """What left for a customer on one vehicle. The customer may not be in our books yet."""

    __tablename__ = "dispatch"

    number: str = Field(primary_key=True)
    customer: str = Field(index=True)
    destination: str
    vehicle: str = ""
    carrier: str = ""
    recipient: str = ""
    shipped_on: date = Field(index=True)
    plant: str | None = Field(default=None, foreign_key="plant.code")
    # One of its parts is; who is not cleared does not see the dispatch.
    export_controlled: bool = False
    # What was doubtful of its metal when it left, whatever is known by now.
    warnings: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    recorded_at: datetime = Field(sa_type=Utc)
    recorded_by: str
    late: bool = False
    reversed_at: datetime | None = Field(default=None, sa_type=Utc)
    reversed_by: str | None = None
    reverse_reason: str = ""


class DispatchLineRow(SQLModel, table=True):
    __tablename__ = "dispatch_line"

    dispatch: str = Field(primary_key=True, foreign_key="dispatch.number")
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    lot: str = Field(foreign_key="lot.number", index=True)
    part: str = Field(index=True)
    part_revision: str | None = None
    quantity: Decimal = Field(sa_type=Exact)
    unit: str
    serials: list[str] = Field(default_factory=list, sa_type=Json)


class DispatchSeries(SQLModel, table=True):
    """The last number given in a year; its row is the lock that keeps two dispatches apart."""

    __tablename__ = "dispatch_series"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int


class MaterialMismatchRow(SQLModel, table=True):
    """A job used up material its bill of material does not name, or another quantity of it. What the job made
    stays here until quality has decided."""

    __tablename__ = "material_mismatch"

    id: str = Field(primary_key=True)
    # Null, and no lot, where all that the job used of a part is too little or too much.
    consumption: str | None = Field(default=None, foreign_key="consumption.id", unique=True)
    work_order: str = Field(foreign_key="work_order.number", index=True)
    lot: str
    part: str
    part_revision: str | None = None
    quantity: Decimal = Field(sa_type=Exact)
    unit: str
    # What is wrong, `part`, `revision`, `short` or `excess`, and what the bill of material says instead.
    wrong: str
    expected: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    opened_at: datetime = Field(sa_type=Utc)
    opened_by: str
    # Empty until then: accept, scrap or hold.
    decision: str = Field(default="", index=True)
    reason: str = ""
    signature: dict[str, Any] | None = Field(default=None, sa_type=Json)
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    decided_by: str | None = None
    # What was decided before, the first first: {"decision", "reason", "signature", "decided_at", "decided_by"}.
    earlier: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    # The consumption was reversed: there was no such use.
    withdrawn_at: datetime | None = Field(default=None, sa_type=Utc)


class ScrappedRow(SQLModel, table=True):
    """Pieces that went to scrap because quality decided so of a mismatch; that is final."""

    __tablename__ = "scrapped_output"

    id: str = Field(primary_key=True)
    mismatch: str = Field(foreign_key="material_mismatch.id", index=True)
    lot: str = Field(foreign_key="lot.number", index=True)
    part: str
    part_revision: str | None = None
    quantity: Decimal = Field(sa_type=Exact)
    unit: str
    at: datetime = Field(sa_type=Utc)
