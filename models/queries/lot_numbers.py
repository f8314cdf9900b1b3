"""Lot numbers ``YYYYMMDD-VENDOR-SEQ``, and the letters in which those there are are written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models.tables.lots import Lot, LotSeries
from models.tables.types import table

_LOTS = table(Lot)
# Built once: to build a statement costs as much as to run it.
_WRITTEN = select(_LOTS.c.number).where(func.lower(_LOTS.c.number) == func.lower(bindparam("typed")))
_LOCK_NAME = select(func.pg_advisory_xact_lock(func.hashtextextended(func.lower(bindparam("typed")), 0)))


def as_written(session: Session, typed: Collection[str]) -> dict[str, str]:
    """The lots there are, by how they were typed: LOT-1 and lot-1 are one lot."""
    found = {name: session.scalar(_WRITTEN, {"typed": name}) for name in sorted(typed)}
    return {name: number for name, number in found.items() if number is not None}


def lock_names(session: Session, names: Collection[str]) -> None:
    """Nobody else begins a lot of these names until the transaction ends. SQLite has one writer anyway."""
    if session.get_bind().dialect.name != "sqlite":
        for name in sorted(names, key=str.lower):
            session.execute(_LOCK_NAME, {"typed": name}).all()


def next_lot_number(session: Session, vendor: str, day: date) -> str:
    """The next free number of ``vendor`` on ``day``, e.g. ``20260315-STEEL-001``.

    Counting up locks the vendor's row for that day until the caller commits, so two at once never
    get the same number. A number somebody typed in by hand is passed over.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    last = col(LotSeries.last)
    count_up = (
        insert(LotSeries)
        .values(day=day, vendor=vendor, last=1)
        .on_conflict_do_update(index_elements=["day", "vendor"], set_={"last": last + 1})
        .returning(last)
    )
    while True:
        number = f"{day:%Y%m%d}-{vendor}-{session.execute(count_up).scalar_one():03d}"
        lock_names(session, [number])
        if not as_written(session, [number]):
            return number
