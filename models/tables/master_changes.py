"""What was changed in master data, and the answers repeated requests get again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.types import Json, Utc


class MasterChange(SQLModel, table=True):
    """One row per change of master data, never edited: what it was, what it became, who, when."""

    __tablename__ = "master_change"
    __table_args__ = (Index("ix_master_change_row", "table_name", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    table_name: str
    key: str
    # Null when the row was created.
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    after: dict[str, Any] = Field(sa_type=Json)
    # Opaque id of a person.
    actor: str
    at: datetime = Field(sa_type=Utc)


class Idempotency(SQLModel, table=True):
    """The answer to a POST that carried an ``Idempotency-Key``, kept with the change it reports."""

    __tablename__ = "idempotency"

    principal: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    # SHA-256 of method, path and body.
    request_hash: str
    status: int
    # The JSON text that was answered.
    body: str
    location: str | None = None
    created_at: datetime = Field(sa_type=Utc, index=True)
