"""evolve(state, event) -> state: what an event means. No rule is decided here and nothing is refused
but a move that would make a bucket negative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from models.domain import events as e
from models.domain.genealogy import came_back
from models.domain.meanings import MEANINGS
from models.domain.moving import move_pieces, move_shares
from models.domain.order import Line, Order
from models.domain.pieces import ON_OUR_SHELF, Bucket, Move, Took
from models.domain.quantities import ZERO


def evolve(order: Order | None, event: e.Event, sequence: int, at: datetime) -> Order:
    """The state after `event`, which is number `sequence` of its stream and happened `at` (UTC)."""
    if isinstance(event, e.OrderIssued):
        return replace(event.order, version=sequence, last_news_at=at)
    assert order is not None, "a stream begins with order_issued"
    order = move_pieces(order, getattr(event, "moves", ()), at, undo=isinstance(event, e.EventCorrected))
    order = move_shares(order, getattr(event, "shares", ()))
    apply = MEANINGS.get(type(event))
    if apply is not None:
        order = apply(order, event, sequence, at)
    return replace(order, version=sequence)


def fold(stream: Iterable[tuple[int, datetime, e.Event]]) -> Order:
    """The state a whole stream leads to."""
    order: Order | None = None
    for sequence, at, event in stream:
        order = evolve(order, event, sequence, at)
    assert order is not None, "an empty stream has no state"
    return order


def shelf_changes(moves: Iterable[Move]) -> dict[tuple[int, str], Decimal]:
    """What `moves` change in our own stock, by line and lot as our shelf knows it.

    Pieces leave the shelf as the lot they were sent as and come back as the lot they are accepted
    as; unprocessed ones come back as what they were.
    """
    changes: dict[tuple[int, str], Decimal] = {}

    def add(move: Move, accepted: bool, quantity: Decimal) -> None:
        at = (move.line, move.output if accepted else move.lot)
        changes[at] = changes.get(at, ZERO) + quantity

    for move in moves:
        if move.source is None and move.target is Bucket.IN_TRANSIT_OUT:
            add(move, False, -move.quantity)
        elif move.target is None and move.source is Bucket.IN_TRANSIT_OUT:
            add(move, False, move.quantity)
        if move.target in ON_OUR_SHELF:
            add(move, move.target is Bucket.ACCEPTED, move.quantity)
        if move.source in ON_OUR_SHELF:
            add(move, move.source is Bucket.ACCEPTED, -move.quantity)
    return {at: quantity for at, quantity in changes.items() if quantity}


def taken(moves: Iterable[Move]) -> dict[tuple[int, str], Took]:
    """The same of lots that are counted in another unit than their line, in that unit: below 0 it left them."""
    changes: dict[tuple[int, str], Took] = {}
    for move in moves:
        if move.took is None:
            continue
        leaves = move.target is Bucket.IN_TRANSIT_OUT or move.source is Bucket.RETURNED_UNPROCESSED
        before = changes.get((move.line, move.lot))
        some = -move.took.quantity if leaves else move.took.quantity
        whole = some if before is None else before.quantity + some
        changes[move.line, move.lot] = Took(whole, move.took.unit)
    return changes


@dataclass(frozen=True, slots=True)
class LotChange:
    """How much of a lot our shelf gains (or loses), in `unit`, and what it is.

    `booked` of them have become this lot, or are found not to have; the others were it before.
    """

    quantity: Decimal
    booked: Decimal
    part: str
    part_revision: str
    unit: str


def lot_changes(after: Order, events: Iterable[e.Event]) -> dict[str, LotChange]:
    """What the events of one command change on our shelf, by lot; `after` is the state they led to."""
    changes: dict[str, LotChange] = {}
    for event in events:
        if isinstance(event, e.TransferTaken):
            # They come from the order before, not from our shelf.
            _named_on_the_way(after, event, changes)
            continue
        moves: tuple[Move, ...] = getattr(event, "moves", ())
        became = shelf_changes(move for move in moves if move.output not in ("", move.lot))
        took = taken(moves)
        for (number, lot), quantity in shelf_changes(moves).items():
            line = after.line(number)
            if line is None or not lot:
                continue
            before = changes.get(lot)
            booked = became.get((number, lot), ZERO)
            own = took.get((number, lot), Took(quantity, line.unit))
            changes[lot] = LotChange(
                own.quantity + (before.quantity if before is not None else ZERO),
                booked + (before.booked if before is not None else ZERO),
                line.part,
                line.part_revision,
                own.unit,
            )
        for line, lot in _came_back_as(after, moves):
            # None of it is on our shelf yet, but it is a lot: it can be found, labelled and held.
            nothing = LotChange(ZERO, ZERO, line.part, line.part_revision, line.unit)
            changes.setdefault(lot, nothing)
    return changes


def _came_back_as(after: Order, moves: Iterable[Move]) -> Iterator[tuple[Line, str]]:
    """The lots that pieces came back as under another name than they were sent, accepted or not."""
    for move in moves:
        line = after.line(move.line)
        if line is None or not move.lot or not came_back(move):
            continue
        lot = move.output or line.output_lot(move.lot)
        if lot != move.lot:
            yield line, lot


def _named_on_the_way(after: Order, event: e.TransferTaken, changes: dict[str, LotChange]) -> None:
    """What goes on to the next order under another name has become that lot, though none of it is here."""
    for item in after.transfers[event.transfer].lines:
        line = after.line(item.to_line)
        if line is None or item.to_lot in ("", item.lot):
            continue
        before = changes.get(item.to_lot)
        changes[item.to_lot] = LotChange(
            before.quantity if before is not None else ZERO,
            item.quantity + (before.booked if before is not None else ZERO),
            line.part,
            line.part_revision,
            line.unit,
        )
