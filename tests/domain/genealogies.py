"""Genealogies as orders write them, and as short as people draw them: `link("lot:A", "ship", "order:S:1:A", 5)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from models.domain.balance import AtWork, Balance, Scope, Shelf, by_lot
from models.domain.events import Event
from models.domain.evolve import evolve, lot_changes
from models.domain.genealogy import Edge, edges
from models.domain.order import Order
from models.domain.pieces import SENT, Bucket, Move, Took, key
from models.domain.quantities import ZERO
from models.domain.trace import Link, lot_node, name_of, netted
from tests.domain.orders import Scene


def link(source: str, how: str, target: str, quantity: object = 1, **fields: Any) -> Link:
    return Link(source, target, Decimal(str(quantity)), fields.pop("unit", "C62"), how, **fields)


def written(*scenes: Scene) -> list[Link]:
    """What the genealogy has of these orders, event by event."""
    found: list[Link] = []
    for scene in scenes:
        for sequence, event, state in _told(scene):
            found += [_link(edge, state.number, sequence) for edge in edges(state, event)]
    return found


def _told(scene: Scene) -> Iterator[tuple[int, Event, Order]]:
    """Each event of an order, its number, and the state it led to."""
    state: Order | None = None
    for sequence, at, event in scene.stream:
        state = evolve(state, event, sequence, at)
        yield sequence, event, state


def shelves(bought: Mapping[str, object], *scenes: Scene) -> list[Shelf]:
    """Our lots as `apply` keeps them: what became each on these orders, or was bought in, and what is left."""
    booked = {lot: Decimal(str(some)) for lot, some in bought.items()}
    for scene in scenes:
        for _, event, state in _told(scene):
            for lot, change in lot_changes(state, [event]).items():
                booked[lot] = booked.get(lot, ZERO) + change.booked
        for lot, some in scene.used.items():
            booked[lot] = booked.get(lot, ZERO) - some
    ours = scenes[0].shelf.items()
    return [Shelf(lot, fact.part, fact.unit, booked.get(lot, ZERO), fact.on_hand) for lot, fact in ours]


def nothing_unexplained(bought: Mapping[str, object], *scenes: Scene) -> list[Balance]:
    """The balances of all lots, none of which lacks a piece or has one too many."""
    found = balances_of(shelves(bought, *scenes), written(*scenes), at_work(*scenes))
    for balance in found:
        assert not balance.unexplained, (balance.lot, balance.part, balance.unit, balance.items)
    return found


def _link(edge: Edge, order: str, event: int) -> Link:
    way = (edge.from_node, edge.to_node, edge.quantity, edge.unit, edge.how)
    return Link(*way, edge.parcel, edge.load, order, event, event, edge.assumed)


def at_work(*scenes: Scene) -> dict[str, AtWork]:
    """The pieces of these orders, as their tables have them."""
    found = {}
    for scene in scenes:
        order = scene.order
        for line in order.lines:
            for lot in {at.partition(":")[2] for at in order.stock if at.startswith(f"{line.line}:")}:
                at = key(line.line, lot)
                node = f"order:{order.number}:{at}"
                names = order.accepted_as.get(at, {})
                whole = sum((order.stock[at].get(bucket, ZERO) for bucket in SENT), ZERO)
                kept = _kept(scene, line.line, lot) if lot else whole
                took = order.withdrawn.get(at)
                own = Took(took.net, took.unit) if took is not None else None
                found[node] = AtWork(node, line.part, line.unit, order.stock[at], names, kept, own)
    return found


def _kept(scene: Scene, line: int, lot: str) -> Decimal:
    """Surplus that was counted and accepted."""
    kept = ZERO
    for _, _, event in scene.stream:
        moves: tuple[Move, ...] = getattr(event, "moves", ())
        for move in moves:
            if (move.line, move.lot) == (line, lot):
                if move.source is Bucket.OVER and move.target in SENT:
                    kept += move.quantity
                elif move.target is Bucket.OVER and move.source in SENT:
                    kept -= move.quantity
    return kept


def balances(shelves: Iterable[Shelf], links: Iterable[Link], works: dict[str, AtWork]) -> dict[str, Balance]:
    """By lot."""
    return {balance.lot: balance for balance in balances_of(shelves, links, works)}


def balances_of(shelves: Iterable[Shelf], links: Iterable[Link], works: dict[str, AtWork]) -> list[Balance]:
    """Also those of pieces at work that are of another part than the lot they went out as."""
    return by_lot(Scope({shelf.lot: shelf for shelf in shelves}, works, tuple(netted(links))))


def said(balance: Balance) -> dict[str, int]:
    """Its figures as numbers, without those that are nothing."""
    return {name: int(some) for name, some in balance.figures().items() if some}


def lots_of(nodes: Iterable[str]) -> set[str]:
    return {name_of(node) for node in nodes if node.startswith(lot_node(""))}
