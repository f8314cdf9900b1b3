"""Where a hold of a lot reaches: everything made from it, and the open orders that have such pieces.

The genealogy is walked from node to node, one question a step. Loads are left out: pieces pass them and
are the same lot's pieces after it, so that who shares a load with a held lot is not held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, func, or_, select
from sqlmodel import Session

from models.codec import load_order
from models.domain.lot_holds import HeldAbove, OpenHold, held_here
from models.domain.pieces import OUT, Bucket
from models.queries import controlled
from models.tables.lots import Lot, LotHoldRow
from models.tables.orders import EdgeRow, OrderRow, PiecesRow
from models.tables.types import table

_EDGES, _LOTS, _HOLDS = table(EdgeRow), table(Lot), table(LotHoldRow)
_PIECES, _ORDERS = table(PiecesRow), table(OrderRow)
_LOT = "lot:"
_HERE = (*OUT, Bucket.PENDING, Bucket.REJECTED)
# So many names go into one question.
_AT_ONCE = 500
# How rejects go to their supplier once more.
_AGAIN = ("rework", "return")
_ANY_HELD = select(_LOTS.c.number).where(_LOTS.c.held).limit(1)


_UNTOLD = HeldAbove("", "no reason given")


def made_from(session: Session, lot: str) -> frozenset[str]:
    """The lot and all lots made from it, over every step and order."""
    return _lots(below(session, lot))


def below(session: Session, lot: str) -> frozenset[str]:
    """The nodes of the lot and of all it went into, over every step and order."""
    return below_node(session, f"{_LOT}{lot}")


def below_node(session: Session, node: str) -> frozenset[str]:
    """The node and all it went into, over every step and order."""
    return frozenset({node} | _reached(session, {node}, _EDGES.c.from_node, _EDGES.c.to_node).keys())


def became(session: Session, lots: Collection[str]) -> frozenset[str]:
    """The lots and all that came back as another; what a job made of them is that job's."""
    return frozenset().union(*became_each(session, lots).values())


def became_each(session: Session, lots: Collection[str]) -> dict[str, frozenset[str]]:
    """The same, lot by lot."""
    nodes = {lot: f"{_LOT}{lot}" for lot in lots}
    begin = nodes.values()
    steps = _reached(session, begin, _EDGES.c.from_node, _EDGES.c.to_node, past=("load:", "job:"))
    return {lot: _lots(_closure(node, steps) | {node}) for lot, node in nodes.items()}


def above(session: Session, node: str) -> frozenset[str]:
    """The node and all it was made from, over every step and order."""
    steps = _reached(session, {node}, _EDGES.c.to_node, _EDGES.c.from_node)
    return frozenset(_closure(node, steps) | {node})


def made_of(session: Session, nodes: Collection[str]) -> frozenset[str]:
    """The lots that went into what is at these nodes, over every step and order. Rejects that go back to be
    reworked, or for good, come of the node they go to, and are left out."""
    steps = _reached(session, nodes, _EDGES.c.to_node, _EDGES.c.from_node, without=_AGAIN)
    return _lots(steps)


def sources(session: Session, lots: Collection[str]) -> dict[str, set[str]]:
    """Node -> the nodes one step above it, for the lots and all they were made from."""
    return _reached(session, {f"{_LOT}{lot}" for lot in lots}, _EDGES.c.to_node, _EDGES.c.from_node)


def covering(session: Session, lots: Collection[str], *, cleared: bool) -> dict[str, HeldAbove]:
    """Which of `lots` were made from another lot that is on hold."""
    found = covering_nodes(session, [f"{_LOT}{lot}" for lot in lots], cleared=cleared)
    return {node.removeprefix(_LOT): covered for node, covered in found.items()}


def covering_nodes(session: Session, nodes: Collection[str], *, cleared: bool) -> dict[str, HeldAbove]:
    """Which of `nodes`, lots or pieces at work, were made from another lot that is on hold."""
    if not nodes or session.scalar(_ANY_HELD) is None:
        return {}
    steps = _reached(session, nodes, _EDGES.c.to_node, _EDGES.c.from_node)
    held = _held(session, _lots(node for froms in steps.values() for node in froms))
    if not held:
        return {}
    known = set(known_lots(session, held, cleared=cleared))
    found = {}
    for node in nodes:
        above = _lots(_closure(node, steps)) & held.keys() - _lots({node})
        named = sorted(above & known)
        if above:
            found[node] = HeldAbove(named[0], held[named[0]]) if named else _UNTOLD
    return found


def stopped(session: Session, lots: Collection[str], *, cleared: bool) -> dict[str, HeldAbove]:
    """Which of `lots` are on hold themselves, or were made from one that is."""
    if not lots or session.scalar(_ANY_HELD) is None:
        return {}
    found = covering(session, lots, cleared=cleared)
    return found | {lot: HeldAbove(lot, reason) for lot, reason in _held(session, lots).items()}


def orders_with(session: Session, lots: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Open orders that have pieces of `lots` out, pending or rejected, with which of the lots: those that were
    sent, and those that pieces came back as."""
    found: dict[str, list[str]] = {}
    for some in _chunks(sorted(lots)):
        rows = session.execute(
            select(_PIECES.c.order_number, _PIECES.c.lot)
            .join(_ORDERS, _ORDERS.c.number == _PIECES.c.order_number)
            .where(
                _PIECES.c.lot.in_(some),
                _ORDERS.c.ended_at.is_(None),
                or_(*(_PIECES.c[bucket.value] > 0 for bucket in _HERE)),
            )
            .distinct()
            .order_by(_PIECES.c.order_number, _PIECES.c.lot)
        )
        for row in rows:
            found.setdefault(row.order_number, []).append(row.lot)
    for order, lot in _came_back_as(session, lots):
        found.setdefault(order, []).append(lot)
    return {order: tuple(dict.fromkeys(names)) for order, names in sorted(found.items())}


def _came_back_as(session: Session, lots: Collection[str]) -> Iterator[tuple[str, str]]:
    """Open orders that such pieces came back to, as long as they have some of them."""
    for some in _chunks(sorted(lots)):
        rows = session.execute(
            select(_ORDERS.c.number, _EDGES.c.to_node)
            .join(_ORDERS, _ORDERS.c.number == _EDGES.c.order_number)
            .where(
                _EDGES.c.to_node.in_([f"{_LOT}{lot}" for lot in some]),
                _EDGES.c.how == "process",
                _ORDERS.c.ended_at.is_(None),
                _ORDERS.c.snapshot.is_not(None),
            )
            .distinct()
            .order_by(_ORDERS.c.number, _EDGES.c.to_node)
        )
        names: dict[str, list[str]] = {}
        for row in rows:
            names.setdefault(row.number, []).append(row.to_node.removeprefix(_LOT))
        known = select(_ORDERS.c.number, _ORDERS.c.snapshot).where(_ORDERS.c.number.in_(list(names)))
        for number, snapshot in session.execute(known).all() if names else ():
            order = load_order(snapshot)
            yield from ((number, lot) for lot in names[number] if held_here(order, {lot}))


def gone_on_as(session: Session, orders: Collection[str]) -> frozenset[str]:
    """The orders, and those that go on with what was split or taken up, over every step."""
    found, edge = set(orders), set(orders)
    while edge:
        following: set[str] = set()
        for some in _chunks(sorted(edge)):
            ended = select(_ORDERS.c.snapshot).where(
                _ORDERS.c.number.in_(some), _ORDERS.c.ended_at.is_not(None), _ORDERS.c.snapshot.is_not(None)
            )
            for snapshot in session.scalars(ended):
                kin = load_order(snapshot).kin
                following |= {*kin.superseded_by, kin.merged_into} - {""}
        edge = following - found
        found |= edge
    return frozenset(found)


def open_holds(session: Session, lot: str) -> list[OpenHold]:
    """The holds of the lot itself that stand, the first one first."""
    rows = session.execute(
        select(_HOLDS)
        .where(_HOLDS.c.lot == lot, _HOLDS.c.released_at.is_(None))
        .order_by(_HOLDS.c.held_at, _HOLDS.c.id)
    )
    return [OpenHold(row.id, row.held_by, row.reason) for row in rows]


def released_of(session: Session, holds: Collection[str]) -> bool:
    """Whether one of these holds was released."""
    query = select(_HOLDS.c.id).where(_HOLDS.c.id.in_(list(holds)), _HOLDS.c.released_at.is_not(None))
    return session.scalar(query.limit(1)) is not None


def history(session: Session, lot: str) -> list[dict[str, Any]]:
    """All holds of the lot, the latest first."""
    query = select(_HOLDS).where(_HOLDS.c.lot == lot).order_by(_HOLDS.c.held_at.desc(), _HOLDS.c.id.desc())
    return [dict(row) for row in session.execute(query).mappings()]


def known_lots(session: Session, lots: Collection[str], *, cleared: bool) -> list[str]:
    """Those of the lots somebody may know of."""
    found: list[str] = []
    for some in _chunks(sorted(lots)):
        query = select(_LOTS.c.number).where(_LOTS.c.number.in_(some))
        found += session.scalars(query.where(*controlled.visible(Lot, cleared=cleared)))
    return sorted(found)


def visible(session: Session, orders: Iterable[str], *, cleared: bool) -> list[str]:
    """Those of the orders somebody may know of."""
    query = select(_ORDERS.c.number).where(_ORDERS.c.number.in_(list(orders))).order_by(_ORDERS.c.number)
    if not cleared:
        query = query.where(_ORDERS.c.export_controlled.is_(False))
    return list(session.scalars(query))


def _reached(
    session: Session,
    begin: Collection[str],
    at: Column[Any],
    beyond: Column[Any],
    past: Collection[str] = ("load:",),
    without: Collection[str] = (),
) -> dict[str, set[str]]:
    """Node -> the nodes one step `beyond` it, for all nodes that can be reached, those of the kinds `past`
    left out, and edges that lead to pieces at work and say `without`. What a correction took back is no step."""
    ends = (_EDGES.c.from_node, _EDGES.c.to_node)
    left_out: list[ColumnElement[bool]] = [end.not_like(f"{kind}%") for kind in past for end in ends]
    if without:
        left_out.append(~(_EDGES.c.how.in_(without) & _EDGES.c.to_node.like("order:%")))
    steps: dict[str, set[str]] = {}
    seen, edge = set(begin), set(begin)
    while edge:
        following: set[str] = set()
        for some in _chunks(sorted(edge)):
            rows = session.execute(
                select(at.label("at"), beyond.label("beyond"))
                .where(at.in_(some), *left_out)
                .group_by(at, beyond)
                .having(or_(func.sum(_EDGES.c.quantity) > 0, func.sum(_EDGES.c.assumed) > 0))
            )
            for row in rows:
                steps.setdefault(row.at, set()).add(row.beyond)
                following.add(row.beyond)
        edge = following - seen
        seen |= edge
    reached: dict[str, set[str]] = {node: steps.get(node, set()) for node in seen}
    return reached


def _closure(node: str, steps: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    edge = {node}
    while edge:
        edge = {further for each in edge for further in steps.get(each, ())} - found
        found |= edge
    return found


def _held(session: Session, lots: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in _chunks(sorted(lots)):
        rows = session.execute(
            select(_LOTS.c.number, _LOTS.c.hold_reason).where(_LOTS.c.held, _LOTS.c.number.in_(some))
        )
        found |= {row.number: row.hold_reason or "" for row in rows}
    return found


def _lots(nodes: Iterable[str]) -> frozenset[str]:
    return frozenset(node.removeprefix(_LOT) for node in nodes if node.startswith(_LOT))


def _chunks(names: list[str]) -> Iterator[list[str]]:
    yield from (names[place : place + _AT_ONCE] for place in range(0, len(names), _AT_ONCE))
