"""Plants and the working calendars that plants and suppliers keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.types import Json, Utc


class Calendar(SQLModel, table=True):
    """Working days: ISO weekdays, a country's public holidays, and exceptions to both."""

    __tablename__ = "calendar"

    code: str = Field(primary_key=True)
    # ISO 3166-1 alpha-2; its public holidays are days off.
    country: str
    # ISO weekdays, 1 is Monday.
    workdays: list[int] = Field(sa_type=Json)
    # [{"day": "2026-10-10", "working": true, "reason": "make-up day"}]
    exceptions: list[dict[str, Any]] = Field(sa_type=Json, default_factory=list)
    created_at: datetime = Field(sa_type=Utc)


class Plant(SQLModel, table=True):
    """One of our sites; dates on an order are meant in its zone."""

    __tablename__ = "plant"

    code: str = Field(primary_key=True)
    name: str
    timezone: str
    calendar: str = Field(foreign_key="calendar.code")
    created_at: datetime = Field(sa_type=Utc)
