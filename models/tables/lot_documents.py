"""The files of papers that came with bought material."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import false
from sqlmodel import Field, SQLModel

from models.tables.types import Utc, beginning


class LotDocumentRow(SQLModel, table=True):
    """A certificate of a lot. Never changed, but for what takes its place; the lot's row is the lock that keeps
    two of the same issuer, number and revision apart."""

    __tablename__ = "lot_document"
    __table_args__ = (beginning("ix_lot_document_number_small", "number"),)

    id: str = Field(primary_key=True)
    lot: str = Field(foreign_key="lot.number", index=True)
    type: str
    # As printed on it; empty where it says nothing.
    number: str = Field(default="", index=True)
    issuer: str = ""
    revision: str = ""
    sha256: str = Field(index=True)
    size: int
    media_type: str
    filename: str
    supersedes: str = ""
    superseded_by: str = ""
    added_at: datetime = Field(sa_type=Utc)
    # Opaque id of who added it.
    added_by: str
    # Added on a later day than the lot came.
    late: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
