"""The lots of a trace: what they are, and what a balance is to explain of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select

from models.domain.balance import Shelf
from models.queries.prepared import Prepared, Row, among
from models.tables.lots import Lot
from models.tables.orders import PiecesRow
from models.tables.parts import Part
from models.tables.suppliers import Supplier
from models.tables.types import table

_LOTS, _PIECES, _SUPPLIERS, _PARTS = table(Lot), table(PiecesRow), table(Supplier), table(Part)
_OTHERS = _LOTS.alias()
_LOT = ("number", "part", "part_revision", "quantity", "uom", "on_hand", "supplier", "supplier_lot")
_ORIGIN = ("heat_number", "country_of_melt", "country_of_origin", "received_on", "certificate", "held")
LOT_ROWS = Prepared(
    select(
        *(_LOTS.c[name] for name in (*_LOT, *_ORIGIN)),
        _SUPPLIERS.c.name.label("supplier_name"),
        exists().where(_PIECES.c.lot == _LOTS.c.number).label("at_work"),
        exists().where(_PARTS.c.number == _LOTS.c.part, _PARTS.c.dfars).label("melt_asked"),
        exists().where(_OTHERS.c.held).label("any_held"),
    )
    .outerjoin(_SUPPLIERS, _SUPPLIERS.c.code == _LOTS.c.supplier)
    .where(among(_LOTS.c.number, "names"))
)
# The last only say what else to ask.
_FLAGS = 3
_NAMES = LOT_ROWS.names[:-_FLAGS]


@dataclass(frozen=True, slots=True)
class Lots:
    """By number: what each is, and what it has on its shelf.

    `at_work`: some of theirs are on orders. `melt_asked`: some part may be under a clause about where its metal
    was melted. `any_held`: some lot is, whether or not of the trace.
    """

    views: dict[str, dict[str, Any]]
    shelves: dict[str, Shelf]
    at_work: bool
    melt_asked: bool
    any_held: bool


def lots(rows: Sequence[Row]) -> Lots:
    """As `LOT_ROWS` has them."""
    views, shelves = {}, {}
    for row in rows:
        number, part, _, quantity, uom, on_hand, *_ = row
        views[number] = dict(zip(_NAMES, row, strict=False))
        shelves[number] = Shelf(number, part, uom, quantity, on_hand)
    flags = [any(row[place] for row in rows) for place in range(-_FLAGS, 0)]
    return Lots(views, shelves, *flags)
