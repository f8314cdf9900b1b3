"""What of the books says how many pieces of a trace can be of what it began with, where others are among them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session

from models.domain.at_most import AtMost, Books, Feed, at_most
from models.domain.balance import Scope
from models.domain.quantities import ZERO
from models.domain.trace import NodeKind, Trace, lot_node
from models.queries.prepared import Prepared, among
from models.queries.trace_nodes import JOB, Records
from models.tables.lots import Lot
from models.tables.orders import EdgeRow
from models.tables.types import table

_EDGES, _LOTS = table(EdgeRow), table(Lot)
# What jobs drew of which lots, what was taken back already taken off.
_DRAWN = Prepared(
    select(_EDGES.c.to_node, _EDGES.c.from_node, _LOTS.c.part, func.sum(_EDGES.c.quantity), _EDGES.c.unit)
    .join(_LOTS, _LOTS.c.number == func.substr(_EDGES.c.from_node, len(lot_node("")) + 1))
    .where(among(_EDGES.c.to_node, "jobs"), _EDGES.c.how == "consume")
    .group_by(_EDGES.c.to_node, _EDGES.c.from_node, _LOTS.c.part, _EDGES.c.unit)
    .having(func.sum(_EDGES.c.quantity) > 0)
)


def bounds(
    session: Session, trace: Trace, records: Records, about: Scope, of_roots: Mapping[str, Decimal]
) -> AtMost:
    """`of_roots` says how many of a root's pieces are meant. Nothing is asked where the trace does not lead into a
    job."""
    if not trace.ahead:
        return AtMost()
    got = {lot_node(shelf.lot): shelf.booked for shelf in about.shelves.values()}
    kept = {}
    if about.works:
        for link in about.links:
            if link.how == "rework" or link.source.startswith("load:"):
                continue
            if link.target in about.works:
                got[link.target] = got.get(link.target, ZERO) + link.quantity
        kept = {node: work.kept for node, work in about.works.items() if work.kept}
    jobs = [node for node in trace.of_kind(NodeKind.JOB) if node in trace.ahead and node not in trace.roots]
    drawn: dict[str, list[Feed]] = {}
    for row in _DRAWN.rows(session, jobs=jobs) if jobs else ():
        feed = Feed._make(row)
        drawn.setdefault(feed.job, []).append(feed)
    units = {lot_node(shelf.lot): shelf.unit for shelf in about.shelves.values()}
    units |= {node: work.unit for node, work in about.works.items()}
    began = {node: (some, units[node]) for node, some in of_roots.items() if some and node in units}
    return at_most(trace, Books(got, kept, drawn, _wanted(records) if drawn else {}, began))


def _wanted(records: Records) -> dict[str, Decimal]:
    """How many each job is to make."""
    if not records.jobs:
        return {}
    numbers, quantities = (records.jobs[JOB.index(name)] for name in ("number", "quantity"))
    return {f"job:{number}": quantity for number, quantity in zip(numbers, quantities, strict=True)}
