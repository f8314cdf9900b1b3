"""The register of specifications: which revision is in force from which day on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.types import Json, Utc


class Specification(SQLModel, table=True):
    """What an order names is judged by this; what was ordered stays as it was written."""

    __tablename__ = "specification"

    code: str = Field(primary_key=True)
    title: str
    # [{"revision", "in_force_from", "withdrawn_on"}], the earliest first, days as ISO dates.
    revisions: list[dict[str, Any]] = Field(sa_type=Json, default_factory=list)
    created_at: datetime = Field(sa_type=Utc)
