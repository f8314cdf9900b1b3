"""Compares the stock of lots with what the orders' events did to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from sqlalchemy import JSON, select
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

    def add(self, commands: Iterable[dict[str, LotChange]]) -> None:
        for changes in commands:
            for lot, change in changes.items():
                at = (lot, change.unit)
                self._sums[at] = self._sums.get(at, ZERO) + change.quantity

    def check(self, session: Session) -> Iterator[Finding]:
        """Needs the streams of all orders, ended ones included."""
        # A lot somebody registered began with its quantity, one made by a receipt with nothing. What
        # a made lot began with is no longer known once somebody corrected it: it is left out.
        corrected = select(_CHANGES.c.key).where(_CHANGES.c.table_name == "lot")
        registered = corrected.where(_CHANGES.c.before == JSON.NULL)
        rows = session.execute(
            select(
                _LOTS.c.number,
                _LOTS.c.uom,
                _LOTS.c.quantity,
                _LOTS.c.on_hand,
                _LOTS.c.number.in_(registered).label("registered"),
                _LOTS.c.number.in_(corrected).label("corrected"),
            )
            .order_by(_LOTS.c.number)
            .execution_options(yield_per=1000)
        )
        for row in rows:
            if row.corrected and not row.registered:
                continue
            began = row.quantity if row.registered else ZERO
            expected = began + self._sums.get((row.number, row.uom), ZERO)
            if row.on_hand != expected:
                what = f"{row.on_hand} {row.uom} are on hand; its quantity and the orders give {expected}."
                yield found("lot.on_hand", f"lot {row.number}", what)
