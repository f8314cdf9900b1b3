"""Part revisions, and how each is inspected after a process."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from models.tables.types import Exact, Json, Utc


class Part(SQLModel, table=True):
    """One revision of a part."""

    __tablename__ = "part"

    number: str = Field(primary_key=True)
    revision: str = Field(primary_key=True)
    description: str = ""
    # UN/ECE Recommendation 20 code.
    uom: str
    # lot or serial
    trace: str = "lot"
    # The Global Trade Item Number, as 14 digits; the same for every revision that is sold as one item.
    gtin: str | None = Field(default=None, index=True)
    material: str | None = None
    export_controlled: bool = False
    # DFARS 252.225-7008/7009: specialty metals must be melted in a qualifying country.
    dfars: bool = False
    # [{"part", "quantity"}], quantities as decimal strings.
    bom: list[dict[str, Any]] = Field(sa_type=Json, default_factory=list)
    # How many are always kept on hand; null: it is made to order only.
    safety_stock: Decimal | None = Field(default=None, sa_type=Exact)
    # Made in multiples of this.
    lot_multiple: Decimal | None = Field(default=None, sa_type=Exact)
    # Working days a work order takes.
    lead_days: int | None = None
    created_at: datetime = Field(sa_type=Utc)


class InspectionPlan(SQLModel, table=True):
    """What is measured on a part revision after a process; frozen on an order at issue."""

    __tablename__ = "inspection_plan"
    __table_args__ = (
        ForeignKeyConstraint(
            ["part", "revision"], ["part.number", "part.revision"], name="fk_inspection_plan_part"
        ),
    )

    part: str = Field(primary_key=True)
    revision: str = Field(primary_key=True)
    process: str = Field(primary_key=True, foreign_key="process.code")
    # [{"number", "name", "kind", "nominal", "lower", "upper", "unit", "method", "sample"}]
    characteristics: list[dict[str, Any]] = Field(sa_type=Json, default_factory=list)
    created_at: datetime = Field(sa_type=Utc)
