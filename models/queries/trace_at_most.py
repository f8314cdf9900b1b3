"""What of the books says how many pieces of a trace can be of what it began with, where others are among them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

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
# What jobs drew of which lots, as it is written: to sum it here costs less than having it grouped.
_DRAWN = Prepared(
    select(_EDGES.c.to_node, _EDGES.c.from_node, _LOTS.c.part, _EDGES.c.quantity)
    .join(_LOTS, _LOTS.c.number == func.substr(_EDGES.c.from_node, len(lot_node("")) + 1))
    .where(among(_EDGES.c.to_node, "jobs"), _EDGES.c.how == "consume")
)
_FEED_OF: Callable[[tuple[Any, ...]], Feed] = partial(tuple.__new__, Feed)


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
            if link.again or link.source.startswith("load:"):
                continue
            if link.target in about.works:
                got[link.target] = got.get(link.target, ZERO) + link.quantity
        kept = {node: work.kept for node, work in about.works.items() if work.kept}
    jobs = [node for node in trace.of_kind(NodeKind.JOB) if node in trace.ahead and node not in trace.roots]
    drawn = _drawn(session, jobs) if jobs else {}
    began = {}
    if of_roots:
        units = {lot_node(shelf.lot): shelf.unit for shelf in about.shelves.values()}
        units |= {node: work.unit for node, work in about.works.items()}
        began = {node: (some, units[node]) for node, some in of_roots.items() if some and node in units}
    return at_most(trace, Books(got, kept, drawn, _wanted(records) if drawn else {}, began))


def _drawn(session: Session, jobs: Collection[str]) -> dict[str, list[Feed]]:
    """By job, what was taken back already taken off."""
    columns = _DRAWN.columns(session, jobs=jobs)
    if not columns:
        return {}
    found: dict[str, list[Feed]] = {}
    for feed in map(_FEED_OF, zip(*columns, strict=True)):
        found.setdefault(feed.job, []).append(feed)
    several = len(set(zip(*columns[:2], strict=True))) < len(columns[0])
    return {job: _net(feeds) for job, feeds in found.items()} if several else found


def _net(feeds: Iterable[Feed]) -> list[Feed]:
    sums: dict[str, Feed] = {}
    for feed in feeds:
        before = sums.get(feed.source)
        sums[feed.source] = feed._replace(quantity=feed.quantity + before.quantity) if before else feed
    return [feed for feed in sums.values() if feed.quantity > ZERO]


def _wanted(records: Records) -> dict[str, Decimal]:
    """How many each job is to make."""
    if not records.jobs:
        return {}
    numbers, quantities = (records.jobs[JOB.index(name)] for name in ("number", "quantity"))
    return {f"job:{number}": quantity for number, quantity in zip(numbers, quantities, strict=True)}
