"""Recalls: drills and real ones, and the reports people signed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.types import Json, Utc


class RecallRow(SQLModel, table=True):
    """One recall. What it reaches is read from the genealogy until a report is signed."""

    __tablename__ = "recall"

    number: str = Field(primary_key=True)
    # `kind:value`, which names one thing alone.
    identifier: str
    reason: str
    drill: bool
    # The lot was drawn, nobody chose it.
    drawn: bool
    # It reaches what only cleared people know of.
    controlled: bool = False
    opened_at: datetime = Field(sa_type=Utc, index=True)
    opened_by: str
    team: list[str] = Field(default_factory=list, sa_type=Json)
    # [{"what", "owner", "at", "by"}]
    actions: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    conclusion: str = ""
    retest_on: date | None = None
    approved_at: datetime | None = Field(default=None, sa_type=Utc)
    approved_by: str | None = None
    approved_name: str = ""
    # The role in which they approved.
    approved_as: str = ""
    # Ids of the mails to customers.
    mails: list[str] = Field(default_factory=list, sa_type=Json)
    # Of the first signature, which stops the clock.
    signed_at: datetime | None = Field(default=None, sa_type=Utc)


class RecallReportRow(SQLModel, table=True):
    """A report as somebody signed it. One with other words supersedes it; none is ever changed."""

    __tablename__ = "recall_report"
    __table_args__ = (UniqueConstraint("recall", "content", "signed_by", name="uq_recall_report_signed_by"),)

    recall: str = Field(primary_key=True, foreign_key="recall.number")
    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    meaning: str
    signed_at: datetime = Field(sa_type=Utc)
    signed_by: str
    # The role in which they signed.
    signed_as: str
    # The very words that were signed, as JSON, and their hash.
    report: str
    sha256: str
    # The hash of the report without this signature: those who signed the same words have it in common.
    content: str


class RecallSeries(SQLModel, table=True):
    """The last number given in a year; its row is the lock that keeps two recalls apart."""

    __tablename__ = "recall_series"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int
