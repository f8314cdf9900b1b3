"""Where every piece with a serial number is, order by order; the latest of its rows is where it is now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.types import Utc


class SerialRow(SQLModel, table=True):
    """One serial on one line of an order, since when it is in its bucket there."""

    __tablename__ = "order_serial"
    __table_args__ = (Index("ix_order_serial_piece", "serial", "part"),)

    order_number: str = Field(primary_key=True, foreign_key="orders.number")
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    serial: str = Field(primary_key=True)
    part: str
    lot: str
    bucket: str
    since: datetime = Field(sa_type=Utc)
    # The box it travels in, or the lot it was accepted as.
    parcel: str
    output: str
