"""Processes we send parts out for, with the plan and the documents each one brings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.tables.types import Json, Utc


class Process(SQLModel, table=True):
    """Copied onto an order when it is issued: a later edit changes no running order."""

    __tablename__ = "process"

    code: str = Field(primary_key=True)
    name: str
    # `ship` needs a released inspection.
    release_before_ship: bool = False
    # [{"code", "kind", "name", "day"}], day = working days after issue or null = spread to need-by.
    milestones: list[dict[str, Any]] = Field(sa_type=Json, default_factory=list)
    # Values of models.domain.evidence.DocumentType.
    required_documents: list[str] = Field(sa_type=Json, default_factory=list)
    instructions: str | None = None
    created_at: datetime = Field(sa_type=Utc)
