"""What moves of pieces and of shares mean: the same for every event that carries them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from models.domain import serials
from models.domain.claims import with_found
from models.domain.events import ShareMove
from models.domain.order import Order
from models.domain.pieces import OUT, Bucket, Move, Took, key, moved
from models.domain.quantities import ZERO
from models.domain.records import Parcel, Share, Withdrawn

# Leaving one of these for one of JUDGED uses up what an inspection released.
_UNJUDGED = frozenset({*OUT, Bucket.PENDING, Bucket.LOST})
_JUDGED = frozenset({Bucket.ACCEPTED, Bucket.REJECTED})
# Pieces sent out that end up in one of these never were at the supplier as far as anybody knows.
_NEVER_THERE = frozenset({None, Bucket.LOST, Bucket.RETURNED_UNPROCESSED, Bucket.RETURNED_TO_SUPPLIER})


def move_pieces(order: Order, moves: Iterable[Move], at: datetime, *, undo: bool) -> Order:
    """The state after `moves`, which happened `at`. `undo`: they reverse what was counted before."""
    moves = tuple(moves)
    if not moves:
        return order
    judged, shipped, parcels = dict(order.judged), dict(order.shipped), dict(order.parcels)
    arrived, out_since = order.arrived, order.out_since
    accepted_as, withdrawn = dict(order.accepted_as), dict(order.withdrawn)
    for move in moves:
        place = key(move.line, move.lot)
        forward = move.reversed() if undo else move
        signed = -move.quantity if undo else move.quantity
        if forward.source in _UNJUDGED and forward.target in _JUDGED:
            judged[place] = judged.get(place, ZERO) + signed
        if forward.target is Bucket.IN_TRANSIT_BACK and forward.source is not None:
            shipped[place] = shipped.get(place, ZERO) + signed
        if forward.source is Bucket.IN_TRANSIT_OUT and forward.target not in _NEVER_THERE:
            arrived += signed
        if move.target is Bucket.IN_TRANSIT_OUT and not undo:
            out_since = at
        if move.took is not None:
            was = withdrawn.get(place) or Withdrawn(move.took.unit)
            whole = Took(-move.took.quantity if undo else move.took.quantity, move.took.unit)
            withdrawn[place] = was.moved(whole, signed, out=forward.target is Bucket.IN_TRANSIT_OUT)
        if move.parcel in parcels:
            parcels[move.parcel] = _in_parcel(parcels[move.parcel], move, place)
        if Bucket.ACCEPTED in (move.source, move.target):
            accepted_as[place] = _named(accepted_as.get(place, {}), move)
    return replace(
        order,
        stock=moved(order.stock, moves),
        serials=serials.moved(order.serials, moves, at)
        if any(move.serials for move in moves)
        else order.serials,
        judged=judged,
        shipped=shipped,
        parcels=parcels,
        accepted_as=accepted_as,
        withdrawn=withdrawn,
        arrived=arrived,
        out_since=out_since,
        claims=with_found(order.claims, moves, at, order.plant_calendar, undo=undo),
    )


def move_shares(order: Order, shares: Iterable[ShareMove]) -> Order:
    """The state after `shares` moved; those of a nonconformance that is not open yet wait for it."""
    items = dict(order.nonconformances)
    for move in shares:
        if move.nonconformance in items:
            item = items[move.nonconformance]
            items[move.nonconformance] = replace(
                item, shares=shared(item.shares, move), serials=shared_serials(item.serials, move)
            )
    return replace(order, nonconformances=items)


def shared(
    shares: Mapping[str, Mapping[Share, Decimal]], move: ShareMove
) -> dict[str, Mapping[Share, Decimal]]:
    """The shares of one nonconformance after `move`."""
    place = key(move.line, move.lot)
    mine = dict(shares.get(place, {}))
    if move.source is not None:
        mine[move.source] = mine.get(move.source, ZERO) - move.quantity
    if move.target is not None:
        mine[move.target] = mine.get(move.target, ZERO) + move.quantity
    return {**shares, place: {share: quantity for share, quantity in mine.items() if quantity}}


def shared_serials(serials: Mapping[str, Share], move: ShareMove) -> Mapping[str, Share]:
    """The share of each serial of one nonconformance after `move`."""
    if not move.serials:
        return serials
    after = dict(serials)
    for serial in move.serials:
        after.pop(key(move.line, serial), None)
        if move.target is not None:
            after[key(move.line, serial)] = move.target
    return after


def _named(names: Mapping[str, Decimal], move: Move) -> dict[str, Decimal]:
    change = move.quantity if move.target is Bucket.ACCEPTED else -move.quantity
    left = {**names, move.output: names.get(move.output, ZERO) + change}
    return {name: quantity for name, quantity in left.items() if quantity}


def _in_parcel(parcel: Parcel, move: Move, place: str) -> Parcel:
    contents = dict(parcel.contents)
    if move.target is Bucket.IN_TRANSIT_BACK:
        contents[place] = contents.get(place, ZERO) + move.quantity
    elif move.source is Bucket.IN_TRANSIT_BACK:
        contents[place] = contents.get(place, ZERO) - move.quantity
    return replace(parcel, contents={at: left for at, left in contents.items() if left})
