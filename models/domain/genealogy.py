"""Which lot became which, read off the same moves that move the pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from models.domain.events import (
    Event,
    EventCorrected,
    OrderSplit,
    PiecesTakenOver,
    ProcessReported,
    ShareMove,
    TransferTaken,
)
from models.domain.order import Line, Order
from models.domain.pieces import OUT, Bucket, Move, key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.records import Share

_HERE = (Bucket.PENDING, Bucket.ACCEPTED, Bucket.REJECTED)
# Kept beyond what was out, pieces have been through the same work as the others.
_THERE = (*OUT, Bucket.LOST, Bucket.OVER)
_STILL_THERE = (*OUT, Bucket.LOST)


@dataclass(frozen=True, slots=True)
class Edge:
    from_node: str
    to_node: str
    quantity: Decimal
    unit: str
    how: str
    parcel: str = ""
    load: str = ""
    # So many may have come this way: nobody named their lot, and several were out.
    assumed: Decimal = ZERO


def load_node(supplier: str, load: ProcessReported) -> str:
    """A load is the same one for every line and order it held: one start of one equipment."""
    return f"load:{supplier}:{load.equipment}:{load.load}:{load.started_at:%Y-%m-%dT%H:%M:%SZ}"


def came_back(move: Move) -> bool:
    """Whether pieces came back from their supplier processed, or to be looked at."""
    return move.source in _THERE and move.target in _HERE


def edges(order: Order, event: Event) -> Iterable[Edge]:
    """The edges of one event, `order` being the state after it. A correction gives negative ones."""
    if isinstance(event, OrderSplit):
        # Told by the order that takes the pieces over.
        return
    if isinstance(event, PiecesTakenOver):
        yield from _taken_over(order, event)
        return
    if isinstance(event, TransferTaken):
        yield from _handed_on(order, event)
        return
    undo = isinstance(event, EventCorrected)
    moves: tuple[Move, ...] = getattr(event, "moves", ())
    for move in moves:
        forward = move.reversed() if undo else move
        edge = _edge(order, forward, -move.quantity if undo else move.quantity, _again(event))
        if edge is not None:
            yield edge
            if edge.how == "process" and _unnamed(order, event, move.parcel):
                yield from _assumed(order, move, edge)
    if isinstance(event, ProcessReported):
        line = order.line(event.line)
        assert line is not None, "what is processed is on the order's lines"
        yield from _through(order, line, load_node(order.supplier, event), event.lots, 1)
    elif isinstance(event, EventCorrected):
        for line in order.lines:
            for load in line.loads:
                if load.sequence == event.sequence:
                    yield from _through(order, line, load.node, load.lots, -1)


def _unnamed(order: Order, event: Event, parcel: str) -> bool:
    """Whether the lot was drawn because nobody named it, when it was packed or when it was counted."""
    packed = order.parcels.get(parcel)
    if packed is not None and packed.lot_unknown:
        return True
    if isinstance(event, EventCorrected):
        return any(each.sequence == event.sequence and each.lot_unknown for each in order.receipts)
    return getattr(event, "lot_unknown", False)


def _assumed(order: Order, move: Move, edge: Edge) -> Iterator[Edge]:
    """Any other lot of the line may be what came back."""
    for at in order.stock:
        if line_of(at) == move.line and lot_of(at) not in ("", move.lot):
            source = _at_work(order, move.line, lot_of(at))
            yield replace(edge, from_node=source, quantity=ZERO, assumed=edge.quantity)


def _taken_over(order: Order, event: PiecesTakenOver) -> Iterator[Edge]:
    """What was sent and has not come back as anything else is with this order from now on."""
    for move in event.moves:
        line = order.line(move.line)
        if line is not None and move.lot and move.target in _STILL_THERE:
            was = f"order:{event.source}:{move.line}:{move.lot}"
            is_now = _at_work(order, move.line, move.lot)
            yield Edge(was, is_now, move.quantity, line.unit, "split", move.parcel)


def _handed_on(order: Order, event: TransferTaken) -> Iterator[Edge]:
    """From one supplier straight to the next; what they were processed in is known by then."""
    for item in order.transfers[event.transfer].lines:
        line = order.line(item.to_line)
        if line is not None and item.lot:
            was = f"order:{event.source}:{item.line}:{item.lot}"
            is_now = _at_work(order, item.to_line, item.to_lot)
            edge = Edge(was, is_now, item.quantity, line.unit, "ship", event.transfer, item.load)
            yield edge
            for lot in item.others:
                source = f"order:{event.source}:{item.line}:{lot}"
                yield replace(edge, from_node=source, quantity=ZERO, assumed=edge.quantity)


def _through(order: Order, line: Line, node: str, lots: Mapping[str, Decimal], sign: int) -> Iterator[Edge]:
    """Pieces pass a load and are the same lot's pieces after it: both edges name the load, so that a
    trace that came in with one lot does not leave with another."""
    for lot, quantity in lots.items():
        if lot:
            at_work = _at_work(order, line.line, lot)
            yield Edge(at_work, node, sign * quantity, line.unit, "process", load=node)
            yield Edge(node, at_work, sign * quantity, line.unit, "process", load=node)


def _at_work(order: Order, line: int, lot: str) -> str:
    """The pieces of a lot while the supplier has them."""
    return f"order:{order.number}:{line}:{lot}"


def _again(event: Event) -> str:
    """What rejects go to their supplier for: to be reworked, or for good."""
    shares: tuple[ShareMove, ...] = getattr(event, "shares", ())
    gone = any(Share.RETURNING in (move.source, move.target) for move in shares)
    return "return" if gone else "rework"


def _edge(order: Order, move: Move, quantity: Decimal, again: str) -> Edge | None:
    line = order.line(move.line)
    if line is None or not move.lot:
        return None
    sent, processed = f"lot:{move.lot}", f"lot:{move.output or line.output_lot(move.lot)}"
    at_work = _at_work(order, move.line, move.lot)
    if move.target is Bucket.IN_TRANSIT_OUT and move.source in (None, Bucket.RETURNED_UNPROCESSED):
        return Edge(sent, at_work, quantity, line.unit, "ship", move.parcel)
    if move.target is Bucket.IN_TRANSIT_OUT and move.source is Bucket.REJECTED:
        return Edge(processed, at_work, quantity, line.unit, again, move.parcel)
    if came_back(move):
        parcel = order.parcels.get(move.parcel)
        load = parcel.loads.get(key(move.line, move.lot), "") if parcel is not None else ""
        return Edge(at_work, processed, quantity, line.unit, "process", move.parcel, load)
    if move.source in _THERE and move.target is Bucket.RETURNED_UNPROCESSED:
        return Edge(at_work, sent, quantity, line.unit, "return", move.parcel)
    return None
