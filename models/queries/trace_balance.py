"""What a balance is summed from: lots, pieces on orders, what jobs drew and dispatches took."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlmodel import Session

from models.domain.balance import TAKEN, AtWork, Scope, Shelf
from models.domain.pieces import SENT, Bucket, Took
from models.domain.quantities import ZERO
from models.domain.trace import Link, NodeKind, Trace, lot_node, name_of, work_of
from models.queries.prepared import Prepared, among
from models.queries.trace_lots import Lots
from models.queries.trace_one import chunks
from models.queries.trace_reach import Reach, links
from models.tables.orders import EdgeRow, EventRow, LineRow, OrderRow, PiecesRow
from models.tables.types import table

_PIECES, _LINES, _ORDERS, _EVENTS = table(PiecesRow), table(LineRow), table(OrderRow), table(EventRow)
_EDGES = table(EdgeRow)
_AT_WORK = select(
    _PIECES.c.order_number,
    _PIECES.c.line,
    _PIECES.c.lot,
    _LINES.c.part,
    _LINES.c.unit,
    _PIECES.c.took,
    _PIECES.c.took_unit,
    *(_PIECES.c[bucket.value] for bucket in SENT),
).join(_LINES, (_LINES.c.order_number == _PIECES.c.order_number) & (_LINES.c.line == _PIECES.c.line))
# How much jobs and dispatches took of each lot.
_TAKEN = Prepared(
    select(_EDGES.c.from_node, _EDGES.c.unit, _EDGES.c.how, func.sum(_EDGES.c.quantity))
    .where(among(_EDGES.c.from_node, "nodes"), among(_EDGES.c.how, "hows"))
    .group_by(_EDGES.c.from_node, _EDGES.c.unit, _EDGES.c.how)
)
_OF_LOTS = Prepared(_AT_WORK.where(among(_PIECES.c.lot, "names")))
_OF_ORDERS = Prepared(_AT_WORK.where(among(_PIECES.c.order_number, "names")))


def scope(session: Session, trace: Trace, lots: Lots, reach: Reach) -> Scope:
    """What the balance of a trace is about."""
    shelves, nodes = lots.shelves, trace.of_kind(NodeKind.ORDER)
    out = tuple(reach.out_of(session, [lot_node(lot) for lot in shelves]))
    if not lots.at_work and not nodes:
        return Scope(shelves, {}, out)
    works = _works(session, shelves, nodes)
    told = {link.key: link for link in out}
    for ahead in (True, False):
        told |= {link.key: link for link in links(session, works, out=ahead)}
    whole = tuple(told.values())
    return Scope(shelves, {work.node: work for work in _named(session, works, whole)}, whole)


def of_lots(session: Session, shelves: Mapping[str, Shelf]) -> Scope:
    """What the balance of these lots alone is about, however many links come out of one: what jobs and dispatches
    took is summed by the database."""
    names = [lot_node(lot) for lot in shelves]
    taken = [
        Link(source, "", quantity, unit, how)
        for source, unit, how, quantity in _TAKEN.rows(session, nodes=names, hows=list(TAKEN))
    ]
    works = _works(session, shelves, ())
    told = {link.key: link for ahead in (True, False) for link in links(session, works, out=ahead)}
    whole = (*taken, *told.values())
    return Scope(shelves, {work.node: work for work in _named(session, works, whole)}, whole)


def _works(session: Session, lots: Collection[str], nodes: Collection[str]) -> dict[str, AtWork]:
    """Pieces at work that are in the trace, and all others of its lots."""
    wanted = set(nodes)
    found = {}
    for query, names in ((_OF_LOTS, lots), (_OF_ORDERS, {work_of(node).order for node in nodes})):
        for order, line, lot, part, unit, took, took_unit, *counts in (
            query.rows(session, names=names) if names else ()
        ):
            node = f"order:{order}:{line}:{lot}"
            if query is _OF_LOTS or node in wanted:
                buckets: dict[Bucket, Decimal] = {
                    bucket: some for bucket, some in zip(SENT, counts, strict=True) if some
                }
                own = Took(took, took_unit) if took_unit else None
                found[node] = AtWork(node, part, unit, buckets, took=own)
    return found


def _named(session: Session, works: Mapping[str, AtWork], told: Iterable[Link]) -> Iterable[AtWork]:
    """With the names their accepted pieces have: the one they lead to, or what the order knows of several."""
    names: dict[str, set[str]] = {node: set() for node in works}
    sent: dict[str, Decimal] = {}
    for link in told:
        if (
            link.source in works
            and link.how == "process"
            and link.target.startswith("lot:")
            and link.quantity
        ):
            names[link.source].add(name_of(link.target))
        if link.target in works and link.how in ("ship", "split"):
            sent[link.target] = sent.get(link.target, ZERO) + link.quantity
        if link.source in works and link.how in ("return", "split"):
            sent[link.source] = sent.get(link.source, ZERO) - link.quantity
    unclear = {
        node for node, work in works.items() if len(names[node]) != 1 and work.buckets.get(Bucket.ACCEPTED)
    }
    accepted = _accepted_as(session, unclear)
    for node, work in works.items():
        whole = sum(work.buckets.values(), ZERO)
        if not work.lot:
            # Nobody said what they were made of: they come to be where they were sent.
            yield replace(work, kept=whole)
            continue
        known = accepted.get(node) or {name: work.buckets.get(Bucket.ACCEPTED, ZERO) for name in names[node]}
        beyond = whole - work.buckets.get(Bucket.RETURNED_UNPROCESSED, ZERO) - sent.get(node, ZERO)
        kept = _kept(session, node) if beyond > 0 else ZERO
        yield replace(work, accepted_as=known, kept=kept)


def _accepted_as(session: Session, nodes: Collection[str]) -> dict[str, dict[str, Decimal]]:
    by_order: dict[str, list[str]] = {}
    for node in nodes:
        by_order.setdefault(work_of(node).order, []).append(node)
    found: dict[str, dict[str, Decimal]] = {}
    for some in chunks(by_order):
        query = select(_ORDERS.c.number, _ORDERS.c.snapshot).where(_ORDERS.c.number.in_(some))
        for row in session.execute(query):
            named: dict[str, dict[str, Any]] = orjson.loads(row.snapshot or "{}").get("accepted_as", {})
            for node in by_order[row.number]:
                names = named.get(node.split(":", 2)[2], {})
                found[node] = {name: Decimal(str(some)) for name, some in names.items()}
    return found


def _kept(session: Session, node: str) -> Decimal:
    """Surplus that was counted and accepted, event by event: nobody had sent it."""
    work = work_of(node)
    kept = ZERO
    query = select(_EVENTS.c.type, _EVENTS.c.payload).where(_EVENTS.c.order_number == work.order)
    for event in session.execute(query):
        for move in event.payload.get("moves", ()):
            if (move["line"], move["lot"]) == (work.line, work.lot):
                if move["source"] == Bucket.OVER and move["target"] in SENT:
                    kept += Decimal(str(move["quantity"]))
                elif move["target"] == Bucket.OVER and move["source"] in SENT:
                    kept -= Decimal(str(move["quantity"]))
    return kept
