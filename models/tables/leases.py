"""Who does a job that one process at a time should do."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.types import Utc


class LeaseRow(SQLModel, table=True):
    """`holder` does job `name` until `expires_at`, and may renew it before."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    expires_at: datetime = Field(sa_type=Utc)
