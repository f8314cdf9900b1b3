"""send out of a lot that is counted in another unit than the line: it has less by what went, and again what came back."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain.commands import Correct, Send, SendLine
from models.domain.events import Event, PiecesReceived, PiecesSent
from models.domain.pieces import Took
from tests.domain.asking import arrived, receive, ship
from tests.domain.orders import Scene, a_line, a_lot, given, issued


def correct(scene: Scene, kind: type[Event]) -> Scene:
    """Takes back the last one of its kind."""
    last = max(number for number, _, event in scene.stream if isinstance(event, kind))
    return scene.when(Correct(last, "Typed wrongly")).then()


def going(quantity: object, **said: object) -> Send:
    return Send(
        (SendLine(1, Decimal(str(quantity)), **{name: Decimal(str(some)) for name, some in said.items()}),)
    )


EACH = {"FLANGE": Took(Decimal("0.2045"), "KGM")}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({}, "79.55"),
        ({"weight": 21}, "79"),
        ({"taken": "20.123"}, "79.877"),
        ({"taken": 20, "weight": 30}, "80"),
    ],
)
def test_of_a_lot_in_another_unit_what_is_said_leaves_or_what_pieces_are_made_of(
    said: dict[str, object], left: str
) -> None:
    scene = given(issued(lots=[a_lot("L1", 100, unit="KGM")], amounts=EACH), going(100, **said))
    assert scene.shelf["L1"].on_hand == Decimal(left)
    assert scene.order.withdrawn["1:L1"].pieces == 100


def test_those_sent_next_take_as_much_as_those_before() -> None:
    scene = given(issued(lots=[a_lot("L1", 12, unit="KGM")]), going(40, taken=4), going(60))
    assert scene.shelf["L1"].on_hand == 2


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (going(100), "lot.how_much", "lines.0.taken"),
        (going(100, taken=0), "quantity.too_small", "lines.0.taken"),
        (going(100, taken="1.0001"), "quantity.too_precise", "lines.0.taken"),
        (going(100, taken="12.001"), "lot.short", "lines.0.quantity"),
        (going(100, weight=13), "lot.short", "lines.0.quantity"),
    ],
)
def test_more_than_the_lot_has_or_nobody_knows_how_much_stays_here(
    command: Send, code: str, field: str
) -> None:
    scene = given(issued(lots=[a_lot("L1", 12, unit="KGM")]))
    scene.when(command).refused(code, field)


def test_two_lines_do_not_take_the_same_kilogram() -> None:
    lines = (a_line(1, 50, [("L1", 50)]), a_line(2, 50, [("L1", 50)]))
    scene = given(issued(*lines, lots=[a_lot("L1", 12, unit="KGM")]))
    two = tuple(SendLine(line, Decimal(50), taken=Decimal(7)) for line in (1, 2))
    scene.when(Send(two)).refused("lot.short", "lines.1.quantity", left=5, unit="KGM", taken=7)


def test_how_much_goes_is_not_said_of_a_lot_in_the_lines_own_unit() -> None:
    given(issued()).when(going(10, taken=9)).refused("lot.same_unit", "lines.0.taken")


def test_a_lot_in_another_unit_has_again_what_a_sending_took_that_was_wrong() -> None:
    scene = given(issued(lots=[a_lot("L1", 12, unit="KGM")]), going(40, taken=4), going(60, taken="7.5"))
    assert correct(scene, PiecesSent).shelf["L1"].on_hand == 8
    assert scene.order.withdrawn["1:L1"].net == 4


def test_what_comes_back_as_it_went_is_in_the_lot_again_to_the_last_gram() -> None:
    scene = given(issued(lots=[a_lot("L1", 10, unit="KGM")]), going(3, taken=10), arrived())
    given(scene, ship(3, unprocessed=3), receive(0, unprocessed=1))
    assert scene.shelf["L1"].on_hand == Decimal("3.333")
    given(scene, receive(0, unprocessed=2, additional=True))
    assert (scene.shelf["L1"].on_hand, scene.order.withdrawn["1:L1"].net) == (10, 0)
    correct(scene, PiecesReceived)
    assert scene.shelf["L1"].on_hand == Decimal("3.333")
