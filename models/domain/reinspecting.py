"""Pieces that were worked on again are inspected again: an inspection from before says nothing about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from models.domain.order import Order, inspections_of
from models.domain.pieces import key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.records import Nonconformance, Outcome, Share
from models.domain.reworking import reworked_there

# What is decided about pieces that come to be inspected again.
_AGAIN = frozenset({"rework", "repair", "reinspect"})
_UNDER_WAY = (Share.REWORKING, Share.REINSPECTING)


def to_judge(order: Order, at: str) -> Decimal:
    """How many pieces of rework more may be accepted on inspections that came after it was decided, by stock key."""
    items = _unfinished(order, at)
    under_way = sum((_under_way(item, at) for item in items), ZERO)
    return max(ZERO, _inspected(order, at, items) - _decided(items, at) + under_way)


def to_ship(order: Order, at: str) -> Decimal:
    """How many more may leave the supplier on them."""
    items = _unfinished(order, at)
    return max(ZERO, _inspected(order, at, items) - _decided(items, at) + reworked_there(order, at))


def waiting(order: Order, at: str) -> Decimal:
    """Pending pieces of rework."""
    return sum(
        (item.shares.get(at, {}).get(Share.REINSPECTING, ZERO) for item in order.nonconformances.values()),
        ZERO,
    )


def named(order: Order, line: int, serials: Iterable[str], share: Share) -> Decimal:
    """How many of these pieces have that share of a nonconformance."""
    mine = {key(line, serial) for serial in serials}
    return Decimal(
        sum(
            found is share and name in mine
            for item in order.nonconformances.values()
            for name, found in item.serials.items()
        )
    )


def _unfinished(order: Order, at: str) -> list[Nonconformance]:
    return [item for item in order.nonconformances.values() if _under_way(item, at) > ZERO]


def _under_way(item: Nonconformance, at: str) -> Decimal:
    shares = item.shares.get(at, {})
    return sum((shares.get(share, ZERO) for share in _UNDER_WAY), ZERO)


def _inspected(order: Order, at: str, items: Iterable[Nonconformance]) -> Decimal:
    """The pieces that inspections speak of which came after the first of the decisions, and were released."""
    since = min((outcome.inspected for item in items for outcome in _again(item, at)), default=0)
    return sum(
        (
            inspection.lot_size
            for inspection in inspections_of(order, line_of(at))[since:]
            if inspection.decision == "release" and inspection.lot in ("", lot_of(at))
        ),
        ZERO,
    )


def _decided(items: Iterable[Nonconformance], at: str) -> Decimal:
    """All of them that were ever to be worked on again, but those that got lost meanwhile."""
    whole = ZERO
    for item in items:
        whole += sum((outcome.quantity for outcome in _again(item, at)), ZERO)
        whole -= sum((outcome.quantity for outcome in _of(item, at) if outcome.decision == "lost"), ZERO)
    return whole


def _again(item: Nonconformance, at: str) -> Iterator[Outcome]:
    return (outcome for outcome in _of(item, at) if outcome.decision in _AGAIN)


def _of(item: Nonconformance, at: str) -> Iterator[Outcome]:
    return (outcome for outcome in item.outcomes if key(outcome.line, outcome.lot) == at)
