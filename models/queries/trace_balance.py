"""What a balance is summed from: lots, pieces on orders, what jobs drew and dispatches took."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.domain.balance import AtWork, Scope, Shelf
from models.domain.pieces import SENT, Bucket
from models.domain.quantities import ZERO
from models.domain.trace import Link, NodeKind, Trace, lot_node, name_of, work_of
from models.queries.trace import chunks, links
from models.tables.lots import Lot
from models.tables.orders import EventRow, LineRow, OrderRow, PiecesRow
from models.tables.types import table

_LOTS, _PIECES, _LINES = table(Lot), table(PiecesRow), table(LineRow)
_ORDERS, _EVENTS = table(OrderRow), table(EventRow)
_SHELVES = select(_LOTS.c.number, _LOTS.c.part, _LOTS.c.uom, _LOTS.c.quantity, _LOTS.c.on_hand).where(
    _LOTS.c.number.in_(bindparam("lots", expanding=True))
)
_AT_WORK = select(
    _PIECES.c.order_number,
    _PIECES.c.line,
    _PIECES.c.lot,
    _LINES.c.part,
    _LINES.c.unit,
    *(_PIECES.c[bucket.value] for bucket in SENT),
).join(_LINES, (_LINES.c.order_number == _PIECES.c.order_number) & (_LINES.c.line == _PIECES.c.line))
_OF_LOTS = _AT_WORK.where(_PIECES.c.lot.in_(bindparam("names", expanding=True)))
_OF_ORDERS = _AT_WORK.where(_PIECES.c.order_number.in_(bindparam("names", expanding=True)))


def scope(session: Session, trace: Trace, *, whole: bool) -> Scope:
    """What the balance of a trace is about. `whole`: the trace has left out nothing that it came upon."""
    shelves = _shelves(session, [name_of(node) for node in trace.of_kind(NodeKind.LOT)])
    works = _works(session, shelves, trace.of_kind(NodeKind.ORDER))
    told = _told(session, trace, shelves, works, whole=whole)
    if works:
        works = {work.node: work for work in _named(session, works, told)}
    return Scope(shelves, works, told)


def _shelves(session: Session, lots: Iterable[str]) -> dict[str, Shelf]:
    found = {}
    for some in chunks(lots):
        for row in session.execute(_SHELVES, {"lots": some}):
            found[row.number] = Shelf(*row)
    return found


def _works(session: Session, shelves: Mapping[str, Shelf], nodes: Collection[str]) -> dict[str, AtWork]:
    """Pieces at work that are in the trace, and all others of its lots."""
    orders = {work_of(node).order for node in nodes}
    found = {}
    for query, names in ((_OF_LOTS, sorted(shelves)), (_OF_ORDERS, sorted(orders))):
        for some in chunks(names):
            for row in session.execute(query, {"names": some}).mappings():
                node = f"order:{row['order_number']}:{row['line']}:{row['lot']}"
                if query is _OF_LOTS or node in nodes:
                    buckets: dict[Bucket, Decimal] = {
                        bucket: row[bucket.value] for bucket in SENT if row[bucket.value]
                    }
                    found[node] = AtWork(node, row["part"], row["unit"], buckets)
    return found


def _told(
    session: Session,
    trace: Trace,
    shelves: Mapping[str, Shelf],
    works: Mapping[str, AtWork],
    *,
    whole: bool,
) -> tuple[Link, ...]:
    """Every link out of the lots, and into and out of the pieces at work."""
    out = [*(lot_node(lot) for lot in shelves), *works]
    if whole and not works and trace.ahead.issuperset(out):
        # The trace has looked at all of them.
        return tuple(step.link for step in trace.steps if step.link.source in trace.ahead)
    found = {link.key: link for link in links(session, out, out=True)}
    found |= {link.key: link for link in links(session, list(works), out=False)}
    return tuple(found.values())


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
            named: dict[str, dict[str, Any]] = orjson.loads(row.snapshot).get("accepted_as", {})
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
