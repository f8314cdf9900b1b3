"""Lots: material with an origin, and the counter that numbers them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, false, func, literal_column, text
from sqlmodel import Field, SQLModel

from models.tables.types import Exact, Json, Utc, beginning


class Lot(SQLModel, table=True):
    """Pieces or material that share an origin. ``quantity`` is all that was ever booked in as this lot,
    ``on_hand`` what is left of it with us."""

    __tablename__ = "lot"
    __table_args__ = (
        # Few are, and every command that moves pieces asks which. SQLite uses it only for the very words.
        Index("ix_lot_held", "held", postgresql_where=text("held"), sqlite_where=text("held = 1")),
        # Few lots were bought with serial numbers; they are looked for by part and by number.
        Index(
            "ix_lot_serials",
            "part",
            postgresql_where=text("serials <> '[]'::jsonb"),
            sqlite_where=text("serials <> '[]'"),
        ),
        # Whoever types or scans one in other letters means the same lot; there is no second one of its name.
        Index("ix_lot_number_small", func.lower(literal_column("number")), unique=True),
        beginning("ix_lot_heat_small", "heat_number"),
        beginning("ix_lot_supplier_lot_small", "supplier_lot"),
        beginning("ix_lot_certificate_small", "certificate"),
    )

    number: str = Field(primary_key=True)
    part: str = Field(index=True)
    part_revision: str | None = None
    quantity: Decimal = Field(sa_type=Exact)
    uom: str
    on_hand: Decimal = Field(sa_type=Exact)
    # Null for a lot made here.
    supplier: str | None = Field(default=None, foreign_key="supplier.code", index=True)
    supplier_lot: str | None = Field(default=None, index=True)
    heat_number: str | None = Field(default=None, index=True)
    # ISO 3166-1 alpha-2
    country_of_melt: str | None = None
    country_of_origin: str | None = None
    unit_cost: Decimal | None = Field(default=None, sa_type=Exact)
    # The number of the certificate of conformity that came with it.
    certificate: str | None = Field(default=None, index=True)
    received_on: date | None = None
    plant: str | None = Field(default=None, foreign_key="plant.code")
    # A held lot, and everything made from it, is refused by send, accept, consume and dispatch.
    held: bool = False
    hold_reason: str | None = None
    held_by: str | None = None
    # Of pieces that were bought. Those made here or at a supplier are named where that is recorded.
    serials: list[str] = Field(
        default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": text("'[]'")}
    )
    # Nobody for a lot made here: what made it says who told of it.
    recorded_by: str | None = None
    created_at: datetime = Field(sa_type=Utc)
    # Told on a later day than it came.
    late: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class LotSeries(SQLModel, table=True):
    """The last SEQ given in ``YYYYMMDD-VENDOR-SEQ``; its row is the lock that keeps them apart."""

    __tablename__ = "lot_series"

    day: date = Field(primary_key=True)
    vendor: str = Field(primary_key=True)
    last: int


class LotHoldRow(SQLModel, table=True):
    """Why a lot was on hold, from when until when. The lot's own columns say what holds now."""

    __tablename__ = "lot_hold"

    id: str = Field(primary_key=True)
    lot: str = Field(foreign_key="lot.number", index=True)
    reason: str
    # Opaque id of a person, or ``document:`` and the document that contradicted its order.
    held_by: str
    held_at: datetime = Field(sa_type=Utc)
    # Orders that were told of it, and are told when it is over.
    orders: list[str] = Field(default_factory=list, sa_type=Json)
    released_by: str | None = None
    released_at: datetime | None = Field(default=None, sa_type=Utc)
    release_reason: str | None = None
    # Who released it signed that: printed name, meaning, time, and the hash of what was signed.
    signature: dict[str, Any] | None = Field(default=None, sa_type=Json)
    # When planners and quality were written to, of the hold and of its end.
    told_at: datetime | None = Field(default=None, sa_type=Utc)
    release_told_at: datetime | None = Field(default=None, sa_type=Utc)
