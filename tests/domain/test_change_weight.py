"""What a change means in money and pieces, for whoever decides about it."""

from __future__ import annotations

from decimal import Decimal

from models.domain.change_weight import Weight, weight
from tests.domain.asking import accept, arrived, change, changed, receive, send, ship
from tests.domain.orders import Scene, a_line, given, issued


def weighed(scene: Scene) -> Weight:
    assert scene.order.open_change is not None
    return weight(scene.order, scene.order.open_change)


def test_the_value_is_told_before_and_after() -> None:
    two = issued(a_line(1, 450), a_line(2, 50, [("L2", 50)]))
    found = weighed(given(two, accept(), change(changed(1, 300))))
    assert (found.before, found.after) == (Decimal("425.00"), Decimal("297.50"))
    assert [(each.line.line, each.sent, each.accepted, each.back) for each in found.lines] == [(1, 0, 0, 0)]


def test_a_dearer_price_changes_the_value_and_no_pieces() -> None:
    found = weighed(given(issued(a_line(1, 100)), accept(), send(40), change(changed(1, price="1.10"))))
    assert (found.before, found.after) == (Decimal("85.00"), Decimal("110.00"))
    assert [(each.sent, each.back) for each in found.lines] == [(40, 0)]


def test_what_was_sent_beyond_the_new_quantity_would_come_back_unless_it_did() -> None:
    steps = [accept(), send(100), arrived(), ship(30), receive(30)]
    (line,) = weighed(
        given(issued(a_line(1, 100), milestones=()), *steps[:2], *steps[3:], change(changed(1, 80)))
    ).lines
    assert (line.sent, line.accepted, line.back) == (100, 30, 20)
