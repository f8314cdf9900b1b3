"""What is to be paid to suppliers: what was settled of every order that ended, charge by charge."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.types import Digits, Json, Utc


class PayableRow(SQLModel, table=True):
    """One charge of one settlement; those after the first are adjustments. Deductions are negative.

    `quantity` of `unit` at `rate` each make `amount`; `pieces` are those it is about, of the line's unit.
    """

    __tablename__ = "payable"
    __table_args__ = (Index("ix_payable_list", "settled_on", "order_number"),)

    order_number: str = Field(primary_key=True, foreign_key="orders.number")
    settlement: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    # 0 for what belongs to the whole order.
    line: int
    supplier: str
    purchase_order: str
    part: str
    part_revision: str
    quantity: Decimal = Field(sa_type=Digits)
    unit: str
    pieces: Decimal = Field(sa_type=Digits)
    # piece, kg or lot: what the line's price is for
    basis: str
    rate: Decimal = Field(sa_type=Digits)
    amount: Decimal = Field(sa_type=Digits)
    currency: str
    adjustment: bool
    # The day at the plant that ordered.
    settled_on: date
    settled_at: datetime = Field(sa_type=Utc)
    nonconformance: str
    promised: date | None = None
    promise_moved: date | None = None
    received: date | None = None
    # What proves it: [{"receipt", "at", "packing_slip", "parcels"}]
    receipts: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
