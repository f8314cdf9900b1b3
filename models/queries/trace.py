"""The genealogy read as a trace: links level by level, rules and all that belongs in `models.domain.trace`.

Whoever asks opens a snapshot (`Database.snapshot`) and does all of it in there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, String, cast, select
from sqlmodel import Session

from models.domain.pieces import Bucket
from models.domain.trace import (
    Direction,
    Link,
    Links,
    NodeKind,
    Step,
    Walk,
    kind_of,
    lot_node,
    name_of,
    steps,
    work_of,
)
from models.queries.trace_one import ONE_PIECE, Made, chunks, is_own, made, only_ways, own_lots
from models.queries.trace_reach import Reach, net_links, told_plainly
from models.tables.lots import Lot
from models.tables.orders import EdgeRow, OrderRow
from models.tables.parts import Part
from models.tables.serials import SerialRow
from models.tables.shop_floor import ConsumptionRow, DispatchLineRow, DispatchRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_LOTS, _JOBS, _ORDERS = table(Lot), table(WorkOrder), table(OrderRow)
_PARTS, _DISPATCHES, _DISPATCHED = table(Part), table(DispatchRow), table(DispatchLineRow)
_SERIALS, _CONSUMED, _EDGES = table(SerialRow), table(ConsumptionRow), table(EdgeRow)
# How pieces leave a lot for good, and what the nodes are called in which they end up.
_LEAVING = {"dispatch": "dispatch:", "consume": "job:"}
_ANY_CONTROLLED = select(_PARTS.c.number).where(_PARTS.c.export_controlled).limit(1)
_CONTROLLED = select(_PARTS.c.number).where(_PARTS.c.export_controlled)


@dataclass(frozen=True, slots=True)
class Begin:
    """Where a trace begins. `behind`: what an order's own pieces came from. `serial`: only the ways
    of this piece of `part`, as far as they name their pieces. `most`: how many pieces of a root are meant, where
    that may not be all."""

    roots: tuple[str, ...]
    behind: frozenset[str] = frozenset()
    serial: str = ""
    part: str = ""
    most: Mapping[str, Decimal] = field(default_factory=dict, hash=False)


@dataclass
class Genealogy:
    """The links as somebody may see them: what is about controlled parts is absent for who is not cleared. Of a
    `serial` where it is known to have gone a way that piece alone; `exact` are the keys of these links, and `one_of`
    those of the links on which it may have been among others."""

    session: Session
    cleared: bool
    serial: str = ""
    part: str = ""
    exact: set[tuple[str, ...]] = field(init=False, default_factory=set)
    one_of: set[tuple[str, ...]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._hides = not self.cleared and self.session.scalar(_ANY_CONTROLLED) is not None
        self._seen: dict[str, bool] = {}
        # Where it turned up beyond what was sent: nobody has sent it there.
        self._claimed: set[str] = set()

    def __call__(self, nodes: list[str], forward: bool) -> Iterator[Link]:
        for some in chunks(nodes):
            yield from self.shown(net_links(self.session, some, out=forward), forward)

    def over(self, reach: Reach) -> Links:
        """The same of links that are read already."""
        return lambda nodes, forward: self.shown(reach(nodes, forward), forward)

    def shown(self, found: Iterable[Link], forward: bool) -> Iterable[Link]:
        if self.serial:
            found = self._of_serial(list(found))
        return self._shown(list(found), forward) if self._hides else found

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return not self._hides and not self.serial

    def visible(self, nodes: Iterable[str]) -> list[str]:
        """Those that exist for who asks."""
        known = list(nodes)
        if not self._hides:
            return known
        unseen = {node for node in known if node not in self._seen}
        hidden = _controlled(self.session, unseen)
        self._seen |= {node: node not in hidden for node in unseen}
        return [node for node in known if self._seen[node]]

    def _shown(self, found: list[Link], forward: bool) -> Iterator[Link]:
        far = {link.target if forward else link.source for link in found}
        shown = set(self.visible(far))
        return (link for link in found if (link.target if forward else link.source) in shown)

    def _of_serial(self, found: list[Link]) -> Iterator[Link]:
        """Links that this piece went, as far as they name their pieces; what it went into goes on as all of it."""
        named = self._named([link for link in found if link.how in _LEAVING])
        works = {node for link in found for node in (link.source, link.target) if node.startswith("order:")}
        been = self._at_work({work_of(node).order for node in works})
        own, outputs = own_lots(self.session, self.part, found), made(self.session, self.part, found)
        alone = only_ways(found)
        for link in found:
            if link.how == "scrap" and link.source in self._left:
                continue
            if link.how in _LEAVING:
                serials = named.get((link.source, link.target), set())
                # It went another way, or others went this one.
                if self.serial not in serials and (serials or link.source in self._left):
                    continue
                if self.serial in serials and link.quantity:
                    link = link._replace(quantity=ONE_PIECE)
                    self.exact.add(link.key)
            if any(node in been and self.serial not in been[node] for node in (link.source, link.target)):
                continue
            at_work = link.source in been and link.target.startswith("lot:")
            if at_work and link.target != been[link.source][self.serial]:
                continue
            if link.source.startswith("job:") and self._others_made(link, outputs):
                continue
            if is_own(link, own) and link.key not in self.exact:
                if link.key in alone and self._was_in(link, been, outputs):
                    self.exact.add(link.key)
                    link = link._replace(quantity=ONE_PIECE)
                else:
                    self.one_of.add(link.key)
            yield link

    def _others_made(self, link: Link, outputs: Mapping[tuple[str, str], Made]) -> bool:
        """Whether of what a job made as a lot all pieces are known to be others."""
        known = outputs.get((link.source, link.target))
        if known is None or self.serial in known.serials:
            return False
        lot = link.target
        elsewhere = any(to == lot and self.serial in other.serials for (_, to), other in outputs.items())
        return elsewhere or known.all_named

    def _was_in(
        self, link: Link, been: Mapping[str, Collection[str]], outputs: Mapping[tuple[str, str], Made]
    ) -> bool:
        """Whether this piece is known to have gone this way."""
        if not link.quantity:
            return False
        if link.source.startswith("job:"):
            known = outputs.get((link.source, link.target))
            return known is not None and self.serial in known.serials
        ends = [node for node in (link.source, link.target) if not node.startswith("lot:")]
        return all(self.serial in been.get(node, ()) and node not in self._claimed for node in ends)

    @cached_property
    def _left(self) -> frozenset[str]:
        """The lots that this piece is known to have left."""
        left = set(
            self.session.scalars(
                select(_DISPATCHED.c.lot)
                .join(_DISPATCHES, _DISPATCHES.c.number == _DISPATCHED.c.dispatch)
                .where(_DISPATCHED.c.part == self.part, holds(_DISPATCHED.c.serials, self.serial))
                .where(_DISPATCHES.c.reversed_at.is_(None))
            )
        )
        used = (
            select(_CONSUMED.c.lot)
            .where(_CONSUMED.c.part == self.part, holds(_CONSUMED.c.serials, self.serial))
            .where(_CONSUMED.c.reversed_at.is_(None))
        )
        left |= set(self.session.scalars(used))
        sent = self.session.execute(
            select(_SERIALS).where(_SERIALS.c.serial == self.serial, _SERIALS.c.part == self.part)
        )
        nodes = {lot_node(row.lot) for row in sent if _back_as(row) != lot_node(row.lot)}
        return frozenset(nodes | {lot_node(lot) for lot in left})

    def _named(self, leaving: Iterable[Link]) -> dict[tuple[str, str], set[str]]:
        """The serials of its part that left a lot for a dispatch or a job, by the nodes of both: what it went into
        has numbers of its own."""
        named: dict[tuple[str, str], set[str]] = {}
        ways: dict[str, set[str]] = {"dispatch": set(), "consume": set()}
        for link in leaving:
            ways[link.how].add(name_of(link.target))
        told: tuple[tuple[str, Any, Any, list[Any]], ...] = (
            ("dispatch", _DISPATCHED, _DISPATCHED.c.dispatch, []),
            ("consume", _CONSUMED, _CONSUMED.c.work_order, [_CONSUMED.c.reversed_at.is_(None)]),
        )
        for how, rows, number, live in told:
            for some in chunks(sorted(ways[how])):
                query = select(rows.c.lot, number.label("into"), rows.c.serials).where(
                    number.in_(some), rows.c.part == self.part, *live
                )
                for row in self.session.execute(query):
                    into = f"{_LEAVING[how]}{row.into}"
                    named.setdefault((lot_node(row.lot), into), set()).update(row.serials)
        return named

    def _at_work(self, orders: Collection[str]) -> dict[str, dict[str, str]]:
        """The serials of pieces at work, each with the lot it came back as or nothing, by node."""
        named: dict[str, dict[str, str]] = {}
        for some in chunks(sorted(orders)):
            query = select(_SERIALS).where(_SERIALS.c.order_number.in_(some), _SERIALS.c.part == self.part)
            for row in self.session.execute(query):
                node = f"order:{row.order_number}:{row.line}:{row.lot}"
                if row.serial == self.serial and row.bucket == Bucket.OVER.value:
                    self._claimed.add(node)
                named.setdefault(node, {})[row.serial] = _back_as(row)
        return named


def _back_as(row: Any) -> str:
    """The lot in which a piece that was sent is here again; nothing while it is not, or nobody has accepted it."""
    if row.bucket == Bucket.ACCEPTED.value:
        return lot_node(row.output or row.lot)
    return lot_node(row.lot) if row.bucket == Bucket.RETURNED_UNPROCESSED.value else ""


def holds(serials: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a list of serials has this one in it."""
    return cast(serials, String).contains(f'"{name}"', autoescape=True)


def streamed(session: Session, begin: Begin, direction: Direction, *, cleared: bool) -> Iterator[Step]:
    """The steps of a trace as they are found, however many, each once. Between lots, jobs and dispatches the database
    keeps what was reached; where pieces were at suppliers the nodes' names are kept here, and what was told of the
    way back, which the way forward leaves out."""
    genealogy = Genealogy(session, cleared, begin.serial, begin.part)
    if direction is not Direction.BOTH:
        yield from _walked(session, begin, genealogy, direction is Direction.FORWARD)
        return
    if genealogy.whole and not begin.behind:
        back, ahead = (told_plainly(session, begin.roots, forward=forward) for forward in (False, True))
        if back is not None and ahead is not None:
            yield from map(Step, back)
            yield from map(Step, told_plainly(session, begin.roots, forward=True, but_back=True) or ())
            return
    told: set[tuple[str, ...]] = set()
    doubted: dict[tuple[str, ...], Step] = {}
    for step in _walked(session, begin, genealogy, forward=False):
        told.add(step.link.key)
        if step.unsure:
            # The way forward may be sure of it.
            doubted[step.link.key] = step
        else:
            yield step
    for step in _walked(session, begin, genealogy, forward=True):
        known = step.link.key in told
        if not known or (not step.unsure and step.link.key in doubted):
            doubted.pop(step.link.key, None)
            yield step
    yield from doubted.values()


def _walked(session: Session, begin: Begin, genealogy: Genealogy, forward: bool) -> Iterator[Step]:
    behind = begin.behind if forward else frozenset[str]()
    plain = None
    if genealogy.whole and not behind:
        plain = told_plainly(session, begin.roots, forward=forward)
    if plain is None:
        yield from steps(Walk(frozenset(begin.roots), forward, behind), genealogy)
    else:
        yield from map(Step, plain)


def _controlled(session: Session, nodes: Collection[str]) -> frozenset[str]:
    """Those of the nodes that only cleared people know of."""
    by_kind: dict[NodeKind, dict[str, list[str]]] = {}
    for node in nodes:
        name = name_of(node)
        if kind_of(node) is NodeKind.ORDER:
            name = name.partition(":")[0]
        by_kind.setdefault(kind_of(node), {}).setdefault(name, []).append(node)
    asked = {
        NodeKind.LOT: (_LOTS.c.number, _LOTS.c.part.in_(_CONTROLLED)),
        NodeKind.SCRAP: (_LOTS.c.number, _LOTS.c.part.in_(_CONTROLLED)),
        NodeKind.JOB: (_JOBS.c.number, _JOBS.c.part.in_(_CONTROLLED)),
        NodeKind.ORDER: (_ORDERS.c.number, _ORDERS.c.export_controlled),
        NodeKind.DISPATCH: (_DISPATCHES.c.number, _DISPATCHES.c.export_controlled),
    }
    found: set[str] = set()
    for kind, (number, hidden) in asked.items():
        names = by_kind.get(kind, {})
        for some in chunks(names):
            for name in session.scalars(select(number).where(number.in_(some), hidden)):
                found |= set(names[name])
    loads = {node for node in nodes if kind_of(node) is NodeKind.LOAD}
    return frozenset(found | (loads - _known_loads(session, loads)))


def _known_loads(session: Session, loads: Collection[str]) -> set[str]:
    """Those in which were pieces that everybody may know of; a load is hidden with all that was in it."""
    known: set[str] = set()
    for some in chunks(sorted(loads)):
        query = (
            select(_EDGES.c.to_node)
            .join(_ORDERS, _ORDERS.c.number == _EDGES.c.order_number)
            .where(_EDGES.c.to_node.in_(some), _ORDERS.c.export_controlled.is_(False))
        )
        known |= set(session.scalars(query.distinct()))
    return known
