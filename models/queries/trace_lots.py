"""The lots of a trace: what they are, and what a balance is to explain of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any

from sqlalchemy import exists, select

from models.domain.balance import Shelf
from models.queries.prepared import Columns, Prepared, among
from models.tables.lots import Lot
from models.tables.orders import PiecesRow
from models.tables.parts import Part
from models.tables.suppliers import Supplier
from models.tables.types import table

View = dict[str, Any]
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
_NAMES = (*LOT_ROWS.names[:-_FLAGS], "held_with", "dfars")
# As `Shelf._make`, which looks at each once more.
_SHELF_OF: Callable[[tuple[Any, ...]], Shelf] = partial(tuple.__new__, Shelf)
_COUNTED = tuple(map(LOT_ROWS.names.index, ("number", "part", "uom", "quantity", "on_hand")))


@dataclass(frozen=True, slots=True)
class Lots:
    """What each is, and what it has on its shelf by its number.

    `at_work`: some of theirs are on orders. `melt_asked`: some part may be under a clause about where its metal
    was melted. `any_held`: some lot is, whether or not of the trace.
    """

    columns: Columns
    shelves: dict[str, Shelf]
    at_work: bool = False
    melt_asked: bool = False
    any_held: bool = False


def lots(columns: Columns) -> Lots:
    """As `LOT_ROWS` has them."""
    if not columns:
        return Lots([], {})
    counted = zip(*(columns[place] for place in _COUNTED), strict=True)
    shelves = dict(zip(columns[0], map(_SHELF_OF, counted), strict=True))
    at_work, melt_asked, any_held = map(any, columns[-_FLAGS:])
    return Lots(columns[:-_FLAGS], shelves, at_work, melt_asked, any_held)


def lot_views(lots: Lots) -> dict[str, View]:
    """By node; held with another, or under a clause about melting, is none until somebody looked."""
    return views("lot", "lot", _NAMES, lots.columns and (*lots.columns, repeat(None), repeat(False)))


def views(kind: str, shown: str, names: Sequence[str], columns: Sequence[Iterable[Any]]) -> dict[str, View]:
    """What the books have of the nodes of a kind, by node; the first column is what they are called."""
    if not columns:
        return {}
    nodes = [f"{kind}:{name}" for name in columns[0]]
    keys = ("id", "kind", *names)
    rows = zip(nodes, repeat(shown), *columns)
    return {row[0]: dict(zip(keys, row, strict=False)) for row in rows}
