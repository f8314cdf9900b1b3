"""Balances every lot: all that ever became it is on the shelf, with an order, or went somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session

from activities.findings import Finding, found
from models.domain.balance import Shelf, by_lot
from models.queries.trace_balance import of_lots
from models.tables.lots import Lot
from models.tables.types import table

_LOTS = table(Lot)
_BATCH = 500


def balances(session: Session) -> Iterator[Finding]:
    """Lots of which something is unexplained, by part and unit; so many at a time, however many there are."""
    for shelves in _batches(session):
        for balance in by_lot(of_lots(session, shelves)):
            if balance.unexplained:
                what = f"{balance.unexplained} {balance.unit} of {balance.part} are unexplained: {_told(balance.figures())}."
                yield found("lot.unexplained", f"lot {balance.lot}", what)


def _batches(session: Session) -> Iterator[dict[str, Shelf]]:
    last = ""
    columns = (_LOTS.c.number, _LOTS.c.part, _LOTS.c.uom, _LOTS.c.quantity, _LOTS.c.on_hand)
    while True:
        query = select(*columns).where(_LOTS.c.number > last).order_by(_LOTS.c.number).limit(_BATCH)
        rows = session.execute(query).all()
        if not rows:
            return
        yield {row.number: Shelf(row.number, row.part, row.uom, row.quantity, row.on_hand) for row in rows}
        last = rows[-1].number


def _told(figures: Mapping[str, Decimal]) -> str:
    """made 300, on hand 8"""
    return ", ".join(
        f"{name.replace('_', ' ')} {some}" for name, some in figures.items() if some and name != "unexplained"
    )
