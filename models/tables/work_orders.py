"""Work orders and their routing; an outside operation becomes a line of an order."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from models.tables.types import Exact, Utc, beginning


class WorkOrder(SQLModel, table=True):
    """A job in our shop: so many of a part revision, due on a day."""

    __tablename__ = "work_order"
    __table_args__ = (
        ForeignKeyConstraint(
            ["part", "revision"], ["part.number", "part.revision"], name="fk_work_order_part"
        ),
        Index("ix_work_order_part", "part", "revision"),
        *(
            beginning(f"ix_work_order_{name}_small", name)
            for name in ("customer", "customer_order", "project", "parent", "part")
        ),
    )

    number: str = Field(primary_key=True)
    # MTO, MTS, ETO, TRIAL or REWORK
    type: str
    part: str
    revision: str
    quantity: Decimal = Field(sa_type=Exact)
    # When work on it is to begin.
    start: date | None = None
    due: date | None = None
    # A customer may be named before we know them.
    customer: str | None = Field(default=None, index=True)
    customer_order: str | None = Field(default=None, index=True)
    project: str | None = Field(default=None, index=True)
    parent: str | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_type=Utc)


class Operation(SQLModel, table=True):
    """One step of a work order's routing; an outside one names the process."""

    __tablename__ = "operation"

    work_order: str = Field(primary_key=True, foreign_key="work_order.number")
    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    # internal or outside
    kind: str
    process: str | None = Field(default=None, index=True)
    spec: str | None = None
    spec_revision: str | None = None
