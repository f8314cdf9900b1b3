"""What can still be sent, as the form that sends it proposes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from models.domain.order import Order
from models.domain.pieces import Bucket
from models.domain.records import PlannedLot
from models.domain.sendable import sendable
from tests.domain.orders import given, issued


def order(*lots: tuple[str, int], **line: object) -> Order:
    """An issued order of one hundred pieces with these lots planned."""
    state = given(issued()).order
    planned = tuple(PlannedLot(lot, Decimal(quantity)) for lot, quantity in lots)
    return replace(state, lines=(replace(state.lines[0], lots=planned, **line),))  # type: ignore[arg-type]


def places(state: Order) -> list[tuple[str, int]]:
    return [(place.lot, int(place.quantity)) for place in sendable(state)]


def sent(state: Order, **pieces: dict[Bucket, int]) -> Order:
    stock = {
        f"1:{lot}": {bucket: Decimal(some) for bucket, some in held.items()} for lot, held in pieces.items()
    }
    return replace(state, stock=stock)


def test_every_planned_lot_goes_with_what_is_left_of_it() -> None:
    state = order(("A", 60), ("B", 40))
    assert places(state) == [("A", 60), ("B", 40)]
    assert places(sent(state, A={Bucket.AT_SUPPLIER: 50})) == [("A", 10), ("B", 40)]


def test_what_the_lots_leave_open_may_come_from_another_lot() -> None:
    assert places(order(("A", 60))) == [("A", 60), ("", 0)]
    assert places(order()) == [("", 100)]


def test_what_came_back_unprocessed_may_go_again() -> None:
    state = sent(order(("A", 100)), A={Bucket.ACCEPTED: 70, Bucket.RETURNED_UNPROCESSED: 30})
    assert places(state) == [("A", 30)]


def test_a_line_closed_short_sends_nothing_new() -> None:
    assert places(order(("A", 100), short_closed=True)) == []


def test_what_came_back_to_a_line_closed_short_stays_here() -> None:
    pieces = {Bucket.ACCEPTED: 70, Bucket.RETURNED_UNPROCESSED: 30}
    assert places(sent(order(("A", 100), short_closed=True), A=pieces)) == []
