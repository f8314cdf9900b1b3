"""Which delivery a line is, and the days of its own: what tells lines of one part apart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from models.domain.delivery_days import Delivery, days_needed, days_promised, delivery
from tests.domain.asking import accept, answer, answered, counter, send, terms
from tests.domain.orders import NEED_BY, Scene, a_line, given, issued

SOONER = date(2026, 12, 11)
LATER = date(2027, 1, 8)
HALVES = counter(None, terms(1, 60, promise=SOONER), terms(1, 40, "1.10", LATER))


def told(scene: Scene) -> list[Delivery | None]:
    return [delivery(scene.order, line) for line in scene.order.lines]


def test_an_order_of_one_day_has_nothing_to_tell_apart() -> None:
    scene = issued(a_line(1, 100), a_line(2, 50, [("L2", 50)]))
    assert told(scene) == [None, None]
    assert (days_promised(scene.order), days_needed(scene.order)) == ([], [NEED_BY])
    assert told(given(scene, accept())) == [None, None]
    assert days_promised(scene.order) == [NEED_BY]


def test_the_deliveries_of_a_line_are_counted_with_their_days_and_prices() -> None:
    scene = given(issued(a_line(1, 100)), HALVES, answer())
    price = scene.order.lines[0].unit_price
    assert told(scene) == [
        Delivery(1, 2, SOONER, NEED_BY, price),
        Delivery(2, 2, LATER, NEED_BY, Decimal("1.10")),
    ]
    assert days_promised(scene.order) == [SOONER, LATER]
    # What was sent on one does not change which it is.
    assert told(given(scene, send(60))) == told(scene)


def test_deliveries_at_one_price_name_none() -> None:
    halves = counter(None, terms(1, 60, promise=SOONER), terms(1, 40, promise=LATER))
    scene = given(issued(a_line(1, 100)), halves, answer())
    assert [each.unit_price for each in told(scene) if each] == [None, None]


def test_a_delivery_may_be_needed_later_than_the_other() -> None:
    scene = given(issued(a_line(1, 100)), HALVES, answer("accept", "", answered(1, part=2, need_by=LATER)))
    assert [each.needed for each in told(scene) if each] == [NEED_BY, LATER]
    assert days_needed(scene.order) == [NEED_BY, LATER]


def test_a_line_with_a_day_of_its_own_is_told_beside_the_others_but_is_no_delivery() -> None:
    scene = issued(a_line(1, 100), a_line(2, 50, [("L2", 50)]))
    scene = given(scene, counter(None, terms(2, 50, promise=LATER)), answer())
    assert [(each.number, each.of, each.promised) for each in told(scene) if each] == [
        (0, 0, NEED_BY),
        (0, 0, LATER),
    ]
