"""Which lot became which, read off the same moves that move the pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from models.domain.events import Event, EventCorrected
from models.domain.order import Order
from models.domain.pieces import OUT, Bucket, Move

_HERE = (Bucket.PENDING, Bucket.ACCEPTED, Bucket.REJECTED)
# Kept beyond what was out, pieces have been through the same work as the others.
_THERE = (*OUT, Bucket.LOST, Bucket.OVER)


@dataclass(frozen=True, slots=True)
class Edge:
    from_node: str
    to_node: str
    quantity: Decimal
    unit: str
    how: str
    parcel: str = ""


def edges(order: Order, event: Event) -> Iterable[Edge]:
    """The edges of one event, `order` being the state after it. A correction gives negative ones."""
    undo = isinstance(event, EventCorrected)
    moves: tuple[Move, ...] = getattr(event, "moves", ())
    for move in moves:
        forward = move.reversed() if undo else move
        edge = _edge(order, forward, -move.quantity if undo else move.quantity)
        if edge is not None:
            yield edge


def _edge(order: Order, move: Move, quantity: Decimal) -> Edge | None:
    line = order.line(move.line)
    if line is None or not move.lot:
        return None
    sent, processed = f"lot:{move.lot}", f"lot:{move.output or line.output_lot(move.lot)}"
    at_work = f"order:{order.number}:{move.line}:{move.lot}"
    if move.target is Bucket.IN_TRANSIT_OUT and move.source in (None, Bucket.RETURNED_UNPROCESSED):
        return Edge(sent, at_work, quantity, line.unit, "ship", move.parcel)
    if move.target is Bucket.IN_TRANSIT_OUT and move.source is Bucket.REJECTED:
        return Edge(processed, at_work, quantity, line.unit, "rework", move.parcel)
    if move.source in _THERE and move.target in _HERE:
        return Edge(at_work, processed, quantity, line.unit, "process", move.parcel)
    if move.source in _THERE and move.target is Bucket.RETURNED_UNPROCESSED:
        return Edge(at_work, sent, quantity, line.unit, "return", move.parcel)
    return None
