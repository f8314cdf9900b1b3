"""Pieces with serial numbers on our shelf: as they were bought or jobs made them, orders moved them, and dispatches
and jobs took them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from sqlalchemy import BindParameter, bindparam, or_, select, text
from sqlmodel import Session

from models.domain.pieces import Bucket
from models.domain.quantities import ZERO
from models.domain.serial_stock import SerialStock, Whereabouts
from models.tables.lots import Lot
from models.tables.serials import SerialRow
from models.tables.shop_floor import ConsumptionRow, DispatchLineRow, DispatchRow, OutputRow
from models.tables.types import table

_SERIALS, _OUTPUTS, _LOTS = table(SerialRow), table(OutputRow), table(Lot)
_CONSUMED = table(ConsumptionRow)
_DISPATCHES, _LINES = table(DispatchRow), table(DispatchLineRow)
Piece = tuple[str, str]
# Built once: to build a statement costs as much as to run it.
_PARTS: BindParameter[list[str]] = bindparam("parts", expanding=True)
_MADE = select(_OUTPUTS.c.part, _OUTPUTS.c.lot, _OUTPUTS.c.serials).where(
    _OUTPUTS.c.part.in_(_PARTS), _OUTPUTS.c.reversed_at.is_(None)
)
# In the very words of its index.
BOUGHT = text("lot.serials <> '[]'")
_BOUGHT = select(_LOTS.c.part, _LOTS.c.number.label("lot"), _LOTS.c.serials).where(
    _LOTS.c.part.in_(_PARTS), BOUGHT
)
_LEFT = (
    select(_LINES.c.part, _LINES.c.serials, _LINES.c.dispatch)
    .join(_DISPATCHES, _DISPATCHES.c.number == _LINES.c.dispatch)
    .where(_LINES.c.part.in_(_PARTS), _DISPATCHES.c.reversed_at.is_(None))
)
_USED = select(_CONSUMED.c.part, _CONSUMED.c.serials, _CONSUMED.c.work_order).where(
    _CONSUMED.c.part.in_(_PARTS), _CONSUMED.c.reversed_at.is_(None)
)
# One that went on to the next order is told by that.
_MOVED = (
    select(_SERIALS)
    .where(
        _SERIALS.c.part.in_(_PARTS),
        or_(
            _SERIALS.c.lot.in_(bindparam("lots", expanding=True)),
            _SERIALS.c.output.in_(bindparam("lots", expanding=True)),
            _SERIALS.c.serial.in_(bindparam("serials", expanding=True)),
        ),
        _SERIALS.c.bucket != Bucket.FORWARDED.value,
    )
    .order_by(_SERIALS.c.since, _SERIALS.c.order_number)
)
_BOOKED = select(_LOTS.c.number, _LOTS.c.quantity).where(
    _LOTS.c.number.in_(bindparam("lots", expanding=True))
)


def serial_stock(
    session: Session,
    lots: Collection[str],
    named: Collection[Piece],
    tracked: Collection[str] = (),
    *,
    settling: str = "",
) -> SerialStock:
    """What is known of the pieces `named`, by part and serial, and of all of the parts `tracked`, that are to
    leave from `lots` or came as theirs. The surplus of the order that is `settling` it is no answer."""
    parts = {part for part, _ in named} | set(tracked)
    if not parts:
        return SerialStock()
    asked = {
        "parts": sorted(parts),
        "lots": sorted(lots),
        "serials": sorted({serial for _, serial in named}),
    }
    made: dict[Piece, str] = {}
    counted: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for query in (_BOUGHT, _MADE):
        for row in session.execute(query, {"parts": asked["parts"]}):
            counted[row.lot] += len(row.serials)
            made |= {(row.part, serial): row.lot for serial in row.serials}
    pieces = {piece: Whereabouts(lot=lot) for piece, lot in made.items()}
    surplus: dict[Piece, Whereabouts] = {}
    for row in session.execute(_MOVED, asked):
        if row.bucket == Bucket.OVER.value:
            if row.order_number != settling:
                surplus[row.part, row.serial] = Whereabouts(row.lot, row.order_number, Bucket.OVER)
            continue
        pieces[row.part, row.serial] = Whereabouts(
            row.output or row.lot, row.order_number, Bucket(row.bucket)
        )
        if row.output not in ("", row.lot):
            counted[row.output] += 1
    # It is only claimed to be here: what is known to be with an order or gone is there.
    pieces |= {
        piece: where for piece, where in surplus.items() if piece not in pieces or not pieces[piece].away
    }
    for row in session.execute(_LEFT, {"parts": asked["parts"]}):
        pieces |= {(row.part, serial): Whereabouts(dispatch=row.dispatch) for serial in row.serials}
    for row in session.execute(_USED, {"parts": asked["parts"]}):
        pieces |= {(row.part, serial): Whereabouts(job=row.work_order) for serial in row.serials}
    booked = {row.number: row.quantity for row in session.execute(_BOOKED, {"lots": asked["lots"]})}
    whole = {lot for lot, quantity in booked.items() if 0 < quantity <= counted[lot]}
    return SerialStock(pieces, {lot: tuple(_in(lot, pieces)) for lot in whole})


def _in(lot: str, pieces: dict[Piece, Whereabouts]) -> Iterable[str]:
    return sorted(
        serial
        for (_, serial), where in pieces.items()
        if where.lot == lot and not where.away and not where.gone
    )
