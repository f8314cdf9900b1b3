"""Lot numbers ``YYYYMMDD-VENDOR-SEQ``."""

from __future__ import annotations

from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models.tables.lots import Lot, LotSeries


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
        if session.get(Lot, number) is None:
            return number
