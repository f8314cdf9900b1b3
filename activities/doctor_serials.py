"""Looks for pieces with serial numbers that are written down to be in two places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from activities.findings import Finding, found
from models.domain.pieces import Bucket
from models.queries.serial_stock import BOUGHT
from models.tables.lots import Lot
from models.tables.serials import SerialRow
from models.tables.shop_floor import ConsumptionRow, DispatchLineRow, DispatchRow, OutputRow
from models.tables.types import table

_SERIALS, _OUTPUTS, _LOTS = table(SerialRow), table(OutputRow), table(Lot)
_CONSUMED = table(ConsumptionRow)
_DISPATCHES, _LINES = table(DispatchRow), table(DispatchLineRow)
_BEGAN = (
    select(_OUTPUTS.c.part, _OUTPUTS.c.lot, _OUTPUTS.c.serials).where(_OUTPUTS.c.reversed_at.is_(None)),
    select(_LOTS.c.part, _LOTS.c.number.label("lot"), _LOTS.c.serials).where(BOUGHT),
)
_LEFT = (
    select(_LINES.c.part, _LINES.c.serials, _LINES.c.dispatch)
    .join(_DISPATCHES, _DISPATCHES.c.number == _LINES.c.dispatch)
    .where(_DISPATCHES.c.reversed_at.is_(None))
)
_USED = select(_CONSUMED.c.part, _CONSUMED.c.serials, _CONSUMED.c.work_order).where(
    _CONSUMED.c.reversed_at.is_(None)
)
# What came back is on the shelf, from where it may have gone on; what was forwarded is with the next order.
_ON_ITS_WAY = (Bucket.ACCEPTED.value, Bucket.RETURNED_UNPROCESSED.value, Bucket.FORWARDED.value)
_WITH_ORDERS = select(_SERIALS).where(_SERIALS.c.bucket.not_in(_ON_ITS_WAY)).order_by(_SERIALS.c.order_number)
_BACK = select(_SERIALS).where(_SERIALS.c.bucket.in_(_ON_ITS_WAY[:2])).order_by(_SERIALS.c.since)
Piece = tuple[str, str]


def twice(session: Session) -> Iterator[Finding]:
    """Pieces that were made or bought twice, that two have at once, or that are on the shelf or gone while an order
    has them."""
    shelf: dict[Piece, list[str]] = defaultdict(list)
    away: dict[Piece, list[str]] = defaultdict(list)
    surplus: dict[Piece, list[str]] = defaultdict(list)
    for query in _BEGAN:
        for row in session.execute(query):
            for serial in row.serials:
                shelf[row.part, serial].append(f"on the shelf in lot {row.lot}")
    for row in session.execute(_BACK):
        # It was there before under another name, or nobody had named it: one place all the same.
        shelf[row.part, row.serial] = [
            *shelf[row.part, row.serial][1:],
            f"on the shelf in lot {row.output or row.lot}",
        ]
    for row in session.execute(_LEFT):
        for serial in row.serials:
            away[row.part, serial].append(f"gone with {row.dispatch}")
    for row in session.execute(_USED):
        for serial in row.serials:
            away[row.part, serial].append(f"used up by work order {row.work_order}")
    for row in session.execute(_WITH_ORDERS):
        if row.bucket == Bucket.OVER.value:
            surplus[row.part, row.serial].append(f"surplus of order {row.order_number}")
        else:
            at = f"with order {row.order_number} ({row.bucket.replace('_', ' ')})"
            away[row.part, row.serial].append(at)
    for piece in sorted(shelf.keys() | away.keys() | surplus.keys()):
        # Whoever has it took it from the shelf.
        places = [*(away.get(piece) or shelf.get(piece, [])), *surplus.get(piece, [])]
        if len(places) > 1:
            yield found(
                "serial.two_places", f"serial {piece[1]} of {piece[0]}", f"It is {' and '.join(places)}."
            )
