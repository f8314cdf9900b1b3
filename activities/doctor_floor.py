"""Compares the shop floor's records with the edges they wrote, and says what they did to the stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

from activities.findings import Finding, found
from models.domain import floor_records as records
from models.domain.evolve import LotChange
from models.domain.genealogy import Edge
from models.queries.shop_floor import CONSUMPTIONS, OUTPUTS
from models.tables.orders import EdgeRow
from models.tables.shop_floor import DispatchLineRow, DispatchRow, ScrappedRow
from models.tables.types import table

_EDGES, _DISPATCHES, _LINES = table(EdgeRow), table(DispatchRow), table(DispatchLineRow)
_SCRAPPED = table(ScrappedRow)
_BATCH = 1000


def changes(session: Session) -> Iterator[dict[str, LotChange]]:
    """What every record, and what took it back, did to the stock."""
    for edge, row in _recorded(session):
        lot, quantity, booked = records.shelf_change(edge)
        yield {lot: LotChange(quantity, booked, row.part, row.part_revision or "", row.unit)}


def edges(session: Session) -> Iterator[Finding]:
    """Records whose edges are not there, and edges of no record."""
    differ: Counter[tuple[str, Edge]] = Counter()
    for edge, row in _recorded(session):
        differ[row.source, edge] += 1
    query = select(_EDGES).where(_EDGES.c.source != "").execution_options(yield_per=_BATCH)
    for row in session.execute(query):
        edge = Edge(row.from_node, row.to_node, row.quantity, row.unit, row.how, row.parcel, row.load)
        differ[row.source, edge] -= 1
        if not differ[row.source, edge]:
            del differ[row.source, edge]
    for source in sorted({source for source, _ in differ}):
        missing = sum(count for (of, _), count in differ.items() if of == source and count > 0)
        extra = -sum(count for (of, _), count in differ.items() if of == source and count < 0)
        what = f"{missing} edges of the record are missing, {extra} are of no record."
        yield found("genealogy.differ", f"record {source}", what)


def _recorded(session: Session) -> Iterator[tuple[Edge, Any]]:
    """The edges of every record as they should be, each with the row it is of."""
    used = select(CONSUMPTIONS, CONSUMPTIONS.c.id.label("source"))
    for row in _rows(session, used):
        yield from _both(records.consumed(row.work_order, row.lot, row.quantity, row.unit), row)
    made = select(OUTPUTS, OUTPUTS.c.id.label("source"))
    for row in _rows(session, made):
        yield from _both(records.produced(row.work_order, row.lot, row.quantity, row.unit), row)
    left = select(_LINES, _LINES.c.dispatch.label("source"), _DISPATCHES.c.reversed_at)
    for row in _rows(session, left.join(_DISPATCHES, _DISPATCHES.c.number == _LINES.c.dispatch)):
        yield from _both(records.dispatched(row.dispatch, row.lot, row.quantity, row.unit), row)
    for row in _rows(session, select(_SCRAPPED, _SCRAPPED.c.id.label("source"))):
        yield records.scrapped(row.lot, row.quantity, row.unit), row


def _rows(session: Session, query: Select[Any]) -> Iterator[Any]:
    yield from session.execute(query.execution_options(yield_per=_BATCH))


def _both(edge: Edge, row: Any) -> Iterator[tuple[Edge, Any]]:
    yield edge, row
    if row.reversed_at is not None:
        yield records.taken_back(edge), row
