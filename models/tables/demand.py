"""What is to be made: routing templates, customers' sales orders, and the lots picked for a work order."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from models.tables.types import Exact, Json, Utc


class Routing(SQLModel, table=True):
    """The operations every new work order of a part revision begins with; a work order keeps its copy."""

    __tablename__ = "routing"
    __table_args__ = (
        ForeignKeyConstraint(["part", "revision"], ["part.number", "part.revision"], name="fk_routing_part"),
    )

    part: str = Field(primary_key=True)
    revision: str = Field(primary_key=True)
    # [{"sequence", "kind", "process", "spec", "spec_revision"}]
    operations: list[dict[str, Any]] = Field(sa_type=Json, default_factory=list)
    created_at: datetime = Field(sa_type=Utc)


class SalesOrder(SQLModel, table=True):
    """What a customer ordered from us."""

    __tablename__ = "sales_order"

    number: str = Field(primary_key=True)
    customer: str = Field(index=True)
    created_at: datetime = Field(sa_type=Utc)


class SalesOrderLine(SQLModel, table=True):
    """So many of a part revision, due on a day. ``delivered``: how many the customer has already."""

    __tablename__ = "sales_order_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["part", "revision"], ["part.number", "part.revision"], name="fk_sales_order_line_part"
        ),
        Index("ix_sales_order_line_part", "part", "revision"),
    )

    sales_order: str = Field(primary_key=True, foreign_key="sales_order.number")
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    part: str
    revision: str
    quantity: Decimal = Field(sa_type=Exact)
    delivered: Decimal = Field(sa_type=Exact)
    due: date


class WorkOrderDemand(SQLModel, table=True):
    """Which sales-order line a work order was made for, and how many of its pieces."""

    __tablename__ = "work_order_demand"
    __table_args__ = (
        ForeignKeyConstraint(
            ["sales_order", "line"],
            ["sales_order_line.sales_order", "sales_order_line.line"],
            name="fk_work_order_demand_line",
        ),
        Index("ix_work_order_demand_line", "sales_order", "line"),
    )

    work_order: str = Field(primary_key=True, foreign_key="work_order.number")
    sales_order: str
    line: int
    quantity: Decimal = Field(sa_type=Exact)


class DispatchSale(SQLModel, table=True):
    """So many pieces of a dispatch's line were for a sales-order line of its customer."""

    __tablename__ = "dispatch_sale"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dispatch", "dispatch_line"],
            ["dispatch_line.dispatch", "dispatch_line.line"],
            name="fk_dispatch_sale_dispatch",
        ),
        ForeignKeyConstraint(
            ["sales_order", "line"],
            ["sales_order_line.sales_order", "sales_order_line.line"],
            name="fk_dispatch_sale_line",
        ),
        Index("ix_dispatch_sale_line", "sales_order", "line"),
    )

    dispatch: str = Field(primary_key=True)
    dispatch_line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sales_order: str = Field(primary_key=True)
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    quantity: Decimal = Field(sa_type=Exact)


class Pick(SQLModel, table=True):
    """So much of a lot is set aside for a work order; nothing is taken from its stock yet."""

    __tablename__ = "pick"

    work_order: str = Field(primary_key=True, foreign_key="work_order.number")
    lot: str = Field(primary_key=True, foreign_key="lot.number", index=True)
    part: str
    quantity: Decimal = Field(sa_type=Exact)
