"""Pieces that were worked on again are inspected again: an inspection from before says nothing about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from models.domain.order import Order, inspections_of
from models.domain.pieces import key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.records import Inspection, Nonconformance, Outcome, Parcel, Share
from models.domain.reworking import reworked_of

# What is decided about pieces that come to be inspected again.
_AGAIN = frozenset({"rework", "repair", "reinspect"})
_UNDER_WAY = (Share.REWORKING, Share.REINSPECTING)


def to_judge(order: Order, at: str, of: Mapping[str, Decimal] | None = None) -> Decimal:
    """How many pieces of rework more may be accepted on inspections that came after it was decided, by stock key:
    of whichever nonconformance, or `of` those of each."""
    return _left(order, at, of, leaving=False)


def to_ship(order: Order, at: str, of: Mapping[str, Decimal] | None = None) -> Decimal:
    """How many more may leave the supplier on them."""
    return _left(order, at, of, leaving=True)


def own(order: Order, at: str, *, leaving: bool) -> Decimal:
    """How many of them may on inspections that speak of one nonconformance and of nothing else."""
    return sum(
        (
            _between(
                _spoken_of(order, item, at) - _finished(order, item, at, leaving),
                _open(order, item, at, leaving),
            )
            for item in order.nonconformances.values()
        ),
        ZERO,
    )


def spent(order: Order, at: str, *, leaving: bool) -> Decimal:
    """How many did."""
    return sum(
        (
            min(_spoken_of(order, item, at), _finished(order, item, at, leaving))
            for item in order.nonconformances.values()
        ),
        ZERO,
    )


def covered_of(order: Order, at: str) -> dict[str, Decimal]:
    """How many may be accepted of each nonconformance on what was inspected of it alone."""
    return {
        item.nonconformance: _between(
            _named(order, item, at) - _finished(order, item, at, False), _open(order, item, at, False)
        )
        for item in _unfinished(order, at)
    }


def lot_size(item: Nonconformance, line: int, lot: str) -> Decimal:
    """How many pieces of a nonconformance are worked on again, or wait to be inspected since."""
    places = (at for at in item.shares if line_of(at) == line and lot in ("", lot_of(at)))
    return sum((_under_way(item, at) for at in places), ZERO)


def inspectable(order: Order, line: int) -> list[Nonconformance]:
    """Those with pieces of the line that are inspected again."""
    return [item for item in order.open_nonconformances if lot_size(item, line, "")]


def together(some: Mapping[str, Decimal], more: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {name: some.get(name, ZERO) + more.get(name, ZERO) for name in {**some, **more}}


def waiting(order: Order, at: str) -> Decimal:
    """Pending pieces of rework."""
    return sum(
        (item.shares.get(at, {}).get(Share.REINSPECTING, ZERO) for item in order.nonconformances.values()),
        ZERO,
    )


def named(order: Order, line: int, serials: Iterable[str], share: Share) -> dict[str, Decimal]:
    """How many of these pieces have that share of each nonconformance."""
    mine = {key(line, serial) for serial in serials}
    found = {
        item.nonconformance: Decimal(
            sum(mark is share and name in mine for name, mark in item.serials.items())
        )
        for item in order.nonconformances.values()
    }
    return {name: some for name, some in found.items() if some}


def _unfinished(order: Order, at: str) -> list[Nonconformance]:
    return [item for item in order.nonconformances.values() if _under_way(item, at) > ZERO]


def _under_way(item: Nonconformance, at: str) -> Decimal:
    shares = item.shares.get(at, {})
    return sum((shares.get(share, ZERO) for share in _UNDER_WAY), ZERO)


def _left(order: Order, at: str, of: Mapping[str, Decimal] | None, *, leaving: bool) -> Decimal:
    """What was inspected of a nonconformance alone is for its pieces; the rest of it, and what was inspected
    without a name, for any that came after."""
    items = _unfinished(order, at)
    left: dict[str, Decimal] = {}
    otherwise = ZERO
    for item in items:
        named, finished = _named(order, item, at), _finished(order, item, at, leaving)
        left[item.nonconformance] = _between(named - finished, _open(order, item, at, leaving))
        otherwise += max(ZERO, finished - named)
    unnamed = max(ZERO, _unnamed(order, at, items) - otherwise)
    if of is None:
        return sum(left.values(), unnamed)
    mine = sum((min(some, left.get(name, ZERO)) for name, some in of.items()), ZERO)
    return mine + min(unnamed, sum(of.values(), ZERO) - mine)


def _open(order: Order, item: Nonconformance, at: str, leaving: bool) -> Decimal:
    """Its pieces that are still to leave the supplier, or to be accepted."""
    return reworked_of(order, item, at) if leaving else _under_way(item, at)


def _finished(order: Order, item: Nonconformance, at: str, leaving: bool) -> Decimal:
    return _decided(item, at) - _open(order, item, at, leaving)


def _named(order: Order, item: Nonconformance, at: str) -> Decimal:
    """Its pieces that were inspected since, as such or in a box of its own."""
    boxes = _boxes_inspected(order, at) & _boxes_of(order, item, line_of(at))
    return max(
        _spoken_of(order, item, at), sum((order.parcels[box].packed.get(at, ZERO) for box in boxes), ZERO)
    )


def _spoken_of(order: Order, item: Nonconformance, at: str) -> Decimal:
    """Those decided about before the last released inspection of this nonconformance, however few remained."""
    last = max(
        (
            place
            for place, inspection in _released(order, at)
            if inspection.nonconformance == item.nonconformance and not inspection.parcel
        ),
        default=None,
    )
    return _decided(item, at, last) if last is not None else ZERO


def _released(order: Order, at: str, since: int = 0) -> Iterator[tuple[int, Inspection]]:
    """Released inspections of these pieces, each with its place among those of the line."""
    return (
        (place, inspection)
        for place, inspection in enumerate(inspections_of(order, line_of(at)))
        if place >= since and inspection.decision == "release" and inspection.lot in ("", lot_of(at))
    )


def _boxes_inspected(order: Order, at: str, since: int = 0) -> set[str]:
    names = {inspection.parcel for _, inspection in _released(order, at, since) if inspection.parcel}
    return {name for name in names if not order.parcels[name].void}


def _unnamed(order: Order, at: str, items: Iterable[Nonconformance]) -> Decimal:
    """The pieces of any rework that inspections speak of which came after the first of the decisions, and were
    released: those of a box as far as they can be in it, and all of what named neither."""
    items = list(items)
    since = min((outcome.inspected for item in items for outcome in _again(item, at)), default=0)
    whole = sum(
        (
            inspection.lot_size
            for _, inspection in _released(order, at, since)
            if not inspection.parcel and not inspection.nonconformance
        ),
        ZERO,
    )
    return whole + sum(
        (_may_hold(order, at, order.parcels[name], items) for name in _boxes_inspected(order, at, since)),
        ZERO,
    )


def _may_hold(order: Order, at: str, box: Parcel, items: Iterable[Nonconformance]) -> Decimal:
    """How many pieces of rework may be in a box that nobody named for it: those that came back since in no box of
    their own, and of what never left us again those that came in it."""
    if any(box.parcel in _boxes_of(order, item, line_of(at)) for item in order.nonconformances.values()):
        return ZERO
    found = ZERO
    for item in items:
        here = sum(
            (each.quantity for each in _again(item, at) if each.at == "here" or each.decision == "reinspect"),
            ZERO,
        )
        if box.parcel in _came_in(order, item):
            found += here
        if box.shipped_at >= item.opened_at:
            boxes = _boxes_of(order, item, line_of(at))
            own_boxes = sum((order.parcels[name].packed.get(at, ZERO) for name in boxes), ZERO)
            found += max(ZERO, _decided(item, at) - here - own_boxes)
    return min(found, box.packed.get(at, ZERO))


def _boxes_of(order: Order, item: Nonconformance, line: int) -> set[str]:
    """The boxes that came back with nothing but its reworked pieces: that is how they were shipped, or counted."""
    counted = {
        box
        for receipt in order.receipts
        for each in receipt.lines
        if not receipt.void and each.line == line and each.rework_of == item.nonconformance
        for box in receipt.parcels
    }
    return {
        name
        for name, box in order.parcels.items()
        if not box.void and (box.nonconformance == item.nonconformance or name in counted)
    }


def _came_in(order: Order, item: Nonconformance) -> Iterable[str]:
    """The boxes its pieces may have come in when they were rejected: any, where nobody knows."""
    receipts = (receipt for receipt in order.receipts if receipt.receipt == item.receipt)
    return next((receipt.parcels for receipt in receipts), tuple(order.parcels))


def _between(some: Decimal, most: Decimal) -> Decimal:
    return max(ZERO, min(some, most))


def _decided(item: Nonconformance, at: str, by: int | None = None) -> Decimal:
    """All of them that were ever to be worked on again, or were before inspection `by` of the line, but those that
    got lost meanwhile."""
    whole = sum(
        (outcome.quantity for outcome in _again(item, at) if by is None or outcome.inspected <= by), ZERO
    )
    return whole - sum((outcome.quantity for outcome in _of(item, at) if outcome.decision == "lost"), ZERO)


def _again(item: Nonconformance, at: str) -> Iterator[Outcome]:
    return (outcome for outcome in _of(item, at) if outcome.decision in _AGAIN)


def _of(item: Nonconformance, at: str) -> Iterator[Outcome]:
    return (outcome for outcome in item.outcomes if key(outcome.line, outcome.lot) == at)
