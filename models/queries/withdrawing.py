"""What is expected to leave lots that are counted in another unit than the line they go out on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.domain.decisions.withdrawing import for_one, of_pieces
from models.domain.order import Order
from models.domain.pieces import key
from models.domain.sendable import sendable
from models.queries.materials import amounts
from models.tables.lots import Lot
from models.tables.types import table

_LOTS = table(Lot)
_HERE = select(_LOTS.c.number, _LOTS.c.part, _LOTS.c.uom, _LOTS.c.on_hand).where(
    _LOTS.c.number.in_(bindparam("lots", expanding=True))
)


def takes(session: Session, order: Order) -> dict[str, dict[str, Any]]:
    """By `key(line, lot)`, of lots in another unit of which pieces may still be sent: the unit, what is on hand,
    and what those pieces take, None where nobody can say."""
    going = [item for item in sendable(order) if item.lot]
    if not going:
        return {}
    rows = session.execute(_HERE, {"lots": sorted({item.lot for item in going})})
    lots = {row.number: row for row in rows}
    others = [item for item in going if item.lot in lots and lots[item.lot].uom != item.line.unit]
    if not others:
        return {}
    each = amounts(session, {(item.line.part, item.line.part_revision) for item in others})
    found = {}
    for item in others:
        line, lot = item.line, lots[item.lot]
        of_line = each.get((line.part, line.part_revision), {})
        one = for_one(order, line, item.lot, lot.part, lot.uom, of_line)
        found[key(line.line, item.lot)] = {
            "unit": lot.uom,
            "on_hand": lot.on_hand,
            "quantity": None if one is None else of_pieces(one, item.quantity, lot.uom),
            # So many of the lot for so many pieces: the exact share of each.
            "each": None if one is None else [str(one.numerator), str(one.denominator)],
        }
    return found
