"""Genealogies as orders write them, and as short as people draw them: `link("lot:A", "ship", "order:S:1:A", 5)`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from models.domain.balance import AtWork, Balance, Scope, Shelf, by_lot
from models.domain.evolve import fold
from models.domain.genealogy import Edge, edges
from models.domain.pieces import key
from models.domain.trace import Link, lot_node, name_of, netted
from tests.domain.orders import Scene


def link(source: str, how: str, target: str, quantity: object = 1, **fields: Any) -> Link:
    return Link(source, target, Decimal(str(quantity)), fields.pop("unit", "C62"), how, **fields)


def written(*scenes: Scene) -> list[Link]:
    """What the genealogy has of these orders, event by event."""
    found: list[Link] = []
    for scene in scenes:
        for place, (sequence, _, event) in enumerate(scene.stream, 1):
            state = fold(scene.stream[:place])
            found += [_link(edge, state.number, sequence) for edge in edges(state, event)]
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
                found[node] = AtWork(node, line.part, line.unit, order.stock[at], names)
    return found


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
