"""Compares the stock of lots with what the orders' events and the shop floor's records did to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session

from activities.findings import Finding, found
from models.domain.evolve import LotChange
from models.domain.quantities import ZERO
from models.tables.lots import Lot
from models.tables.master_changes import MasterChange
from models.tables.types import table

_LOTS = table(Lot)
_CHANGES = table(MasterChange)


class Stock:
    """The sum of all changes by lot and unit, gathered while the streams are read."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Decimal] = {}
        self._booked: dict[tuple[str, str], Decimal] = {}

    def add(self, commands: Iterable[dict[str, LotChange]]) -> None:
        for changes in commands:
            for lot, change in changes.items():
                at = (lot, change.unit)
                self._sums[at] = self._sums.get(at, ZERO) + change.quantity
                self._booked[at] = self._booked.get(at, ZERO) + change.booked

    def check(self, session: Session) -> Iterator[Finding]:
        """Needs the streams of all orders, ended ones included, and all records of the shop floor."""
        # A lot made by receipts began with nothing; what somebody registered or corrected is told by its
        # quantity alone, which has grown by what was booked in since.
        typed = select(_CHANGES.c.key).where(_CHANGES.c.table_name == "lot")
        rows = session.execute(
            select(
                _LOTS.c.number,
                _LOTS.c.uom,
                _LOTS.c.quantity,
                _LOTS.c.on_hand,
                _LOTS.c.number.in_(typed).label("typed"),
            )
            .order_by(_LOTS.c.number)
            .execution_options(yield_per=1000)
        )
        for row in rows:
            at = (row.number, row.uom)
            began = row.quantity - self._booked.get(at, ZERO) if row.typed else ZERO
            expected = began + self._sums.get(at, ZERO)
            if row.on_hand != expected:
                what = f"{row.on_hand} {row.uom} are on hand; its quantity, the orders and the shop floor give {expected}."
                yield found("lot.on_hand", f"lot {row.number}", what)
