"""What a change means in money and pieces, for whoever decides about it."""

from __future__ import annotations

from decimal import Decimal

from models.domain import billing
from models.domain.change_weight import Weight, repriced, weight
from tests.domain.asking import accept, agree, approve, arrived, change, changed, receive, send, ship
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


def test_a_new_price_is_also_paid_for_what_is_accepted_already_and_that_is_told() -> None:
    steps = [accept(), send(100), arrived(), ship(30), receive(30)]
    order = given(issued(), *steps, change(changed(1, price="0.9"))).order
    assert order.open_change is not None
    assert [(line.line, done) for line, done in repriced(order, order.open_change)] == [(1, 30)]
    paid = billing.charges(given(issued(), *steps, change(changed(1, price="0.9")), approve(), agree()).order)
    assert [str(each.amount) for each in paid] == ["27.00"]
    fewer = given(issued(), *steps, change(changed(1, 90))).order
    assert fewer.open_change is not None
    assert repriced(fewer, fewer.open_change) == ()
