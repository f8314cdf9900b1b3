"""Days late and early: once for a line however it is divided, not for the days we held it ourselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from models.codec import dump_order, load_order
from models.domain import billing, punctuality, settlement
from models.domain import commands as c
from models.domain.charges import ChargeKind
from models.domain.contract import Terms
from models.domain.evolve import fold
from models.domain.order import Order
from tests.domain.asking import (
    NC,
    accept,
    agree,
    answer,
    approve,
    arrived,
    change,
    changed,
    counter,
    dispose,
    hurry,
    lose,
    receive,
    send,
    ship,
    terms,
)
from tests.domain.orders import Scene, a_line, day, given, issued, parametrize
from tests.domain.test_parts import box, deliver, in_parts, settled
from tests.domain.test_transfer import offered

AGREED = Terms(
    "st_1",
    "EUR",
    date(2026, 1, 1),
    late_per_day=Decimal(10),
    early_reward=Decimal(11),
    expedite_fee=Decimal(90),
)
PROMISE = date(2026, 11, 20)


def of_days(order: Order) -> list[tuple[str, int, str, str]]:
    """What is charged for the day it came: the kind, the line, how often and how much."""
    found = (ChargeKind.LATE, ChargeKind.EARLY)
    return [
        (each.kind.value, each.line, str(each.quantity), str(each.amount))
        for each in billing.charges(order)
        if each.kind in found
    ]


def divided(*promises: date) -> Scene:
    """Every delivery of 25, promised for a day of its own, at the supplier."""
    proposed = counter(None, *(terms(1, 25, promise=promise) for promise in promises))
    scene = given(issued(contract=AGREED), proposed, answer())
    return given(scene, *(send(25, "L1", line=1 + place) for place in range(len(promises))))


def come(scene: Scene, *days: int) -> Scene:
    """Delivery after delivery comes back on these days of November."""
    for line, when in enumerate(days, 1):
        scene.at(day(when, 12)).when(ship(25, line=line)).then()
        scene.when(receive(25, line=line, parcel=box(scene))).then()
    return scene


@parametrize(
    "days,expected",
    ([17, 17, 17, 17], [("early", 1, "1", "11.00")]),
    ([17, 17, 17, 20], []),
    ([27, 27, 27, 27], [("late", 1, "5", "-50.00")]),
    ([17, 23, 27, 30], [("late", 1, "6", "-60.00")]),
    ([17, 17, 17], []),
)
def test_dividing_a_line_multiplies_neither_reward_nor_deduction(days: list[int], expected: object) -> None:
    scene = come(divided(*[PROMISE] * 4), *days)
    assert of_days(scene.order) == expected


def test_the_delivery_that_is_latest_against_its_own_promise_decides() -> None:
    scene = come(divided(date(2026, 11, 6), PROMISE, date(2026, 11, 27), date(2026, 12, 11)), 6, 24, 30, 30)
    (late,) = [each for each in billing.charges(scene.order) if each.kind is ChargeKind.LATE]
    assert (late.line, late.quantity, late.promised, late.received) == (1, 2, PROMISE, date(2026, 11, 24))
    assert late.receipts == ("SO-1-R2",), "the receipt of the delivery that was late"


def test_a_delivery_that_was_taken_off_is_not_waited_for() -> None:
    scene = given(issued(contract=AGREED), counter(PROMISE, terms(1, 60), terms(1, 40)), answer())
    given(scene, change(changed(2, 0)), approve(), agree(), send(60, "L1"), ship(60), receive(60))
    assert of_days(scene.order) == [("early", 1, "1", "11.00")]


def parts_come(days: Sequence[int], first_ends: int = 0) -> list[Scene]:
    """Two halves of an order, each received and closed on its day."""
    parts = in_parts(given(issued(contract=AGREED), accept(PROMISE)), 60, 40)
    for place in (first_ends, 1 - first_ends):
        scene, quantity = parts[place], int(parts[place].order.lines[0].ordered)
        given(scene, send(quantity, "L1"))
        scene.at(day(days[place], 12)).when(ship(quantity)).then()
        given(scene, receive(quantity, parcel=box(scene)), c.Close())
        deliver(scene.asks, parts)
    return parts


@parametrize(
    "days,first_ends,expected",
    ([17, 17], 0, {"price": "85.00", "early": "11.00"}),
    ([17, 17], 1, {"price": "85.00", "early": "11.00"}),
    ([17, 20], 0, {"price": "85.00"}),
    ([20, 17], 0, {"price": "85.00"}),
    ([23, 27], 0, {"price": "85.00", "late": "-50.00"}),
    ([23, 27], 1, {"price": "85.00", "late": "-50.00"}),
    ([27, 23], 0, {"price": "85.00", "late": "-50.00"}),
    ([17, 27], 0, {"price": "85.00", "late": "-50.00"}),
)
def test_nor_does_splitting_the_order(days: list[int], first_ends: int, expected: object) -> None:
    parts = parts_come(days, first_ends)
    assert settled(*parts) == expected
    for scene in parts:
        assert fold(scene.stream) == scene.order == load_order(dump_order(scene.order))
        assert settlement.unsettled(scene.order) == ()


def test_a_part_that_was_cancelled_is_neither_late_nor_in_the_way_of_the_reward() -> None:
    parts = in_parts(given(issued(contract=AGREED), accept(PROMISE)), 60, 40)
    parts[1].when(c.Cancel("Not needed")).then("cancelled")
    deliver(parts[1].asks, parts)
    given(parts[0], send(60, "L1"), ship(60), receive(60, parcel="SO-1-1-P1"), c.Close())
    assert settled(*parts) == {"price": "51.00", "early": "11.00"}


WAIT = c.Hold("Our drawing is wrong")


def held(*holds: tuple[int, int], received: int, promise: date = PROMISE) -> Scene:
    """All of it received on that day of November, after our holds from and to others."""
    scene = given(issued(contract=AGREED), accept(promise), send())
    for began, ended in holds:
        scene.at(day(began)).when(WAIT).then()
        if ended:
            scene.at(day(ended)).when(c.Resume()).then()
    scene.at(day(received, 12)).when(ship()).then()
    return given(scene, receive(100) if scene.order.hold is None else receive(pending=100))


@parametrize(
    "holds,received,expected",
    ([], 30, [("late", 1, "6", "-60.00")]),
    ([(4, 18)], 30, [("early", 1, "1", "11.00")]),
    ([(4, 11)], 30, [("late", 1, "1", "-10.00")]),
    ([(4, 11), (16, 17)], 30, []),
    # Held on when it was late already, those days are ours too.
    ([(23, 25)], 30, [("late", 1, "4", "-40.00")]),
    # Over the weekend and for an hour nobody would have worked on it.
    ([(7, 8)], 30, [("late", 1, "6", "-60.00")]),
    # Received while it is held: until then.
    ([(25, 0)], 30, [("late", 1, "3", "-30.00")]),
)
def test_the_supplier_does_not_pay_for_the_days_we_held_it(
    holds: list[tuple[int, int]], received: int, expected: object
) -> None:
    assert of_days(held(*holds, received=received).order) == expected


def test_what_the_promise_moved_to_is_said_with_the_charge() -> None:
    found = {
        each.kind: (each.promised, each.promise_moved, each.received)
        for holds in ([], [(4, 11)])
        for each in billing.charges(held(*holds, received=30).order)
        if each.kind is ChargeKind.LATE
    }
    assert found == {ChargeKind.LATE: (PROMISE, date(2026, 11, 27), date(2026, 11, 30))}


def test_a_hold_after_the_pieces_came_changes_nothing() -> None:
    scene = held(received=30)
    scene.at(day(1, month=12)).when(WAIT).then()
    scene.at(day(8, month=12)).when(c.Resume()).then()
    assert of_days(scene.order) == [("late", 1, "6", "-60.00")]


def test_who_promises_a_day_knows_of_the_hold_before() -> None:
    scene = given(issued(contract=AGREED), accept(PROMISE), send())
    scene.at(day(4)).when(WAIT).then()
    scene.at(day(18)).when(c.Resume()).then()
    given(scene, change(need_by=date(2027, 1, 8)), approve(), agree(promise=date(2026, 11, 27)))
    scene.at(day(30, 12)).when(ship()).then()
    given(scene, receive(100))
    assert of_days(scene.order) == [("late", 1, "1", "-10.00")]


@parametrize(
    "received,hold,fee",
    (19, None, "90.00"),
    (20, None, "90.00"),
    (23, None, None),
    (23, (4, 5), "90.00"),
    (24, (4, 5), None),
)
def test_the_fee_for_hurrying_is_due_when_the_day_was_kept(
    received: int, hold: tuple[int, int] | None, fee: str | None
) -> None:
    scene = given(issued(contract=AGREED), accept(date(2026, 12, 18)), send())
    given(scene, hurry(date(2026, 11, 20)), agree(promise=PROMISE))
    for moment, command in zip(hold or (), (WAIT, c.Resume()), strict=False):
        scene.at(day(moment)).when(command).then()
    scene.at(day(received, 12)).when(ship()).then()
    given(scene, receive(100))
    found = [str(each.amount) for each in billing.charges(scene.order) if each.kind is ChargeKind.EXPEDITE]
    assert found == ([fee] if fee else [])


def test_of_two_days_each_has_its_fee_when_it_was_kept() -> None:
    scene = given(issued(contract=AGREED), accept(date(2026, 12, 18)), send())
    given(scene, hurry(date(2026, 11, 27)), agree(promise=date(2026, 11, 27)))
    given(scene, hurry(PROMISE), agree("SO-1-C2", promise=PROMISE))
    scene.at(day(25, 12)).when(ship()).then()
    given(scene, receive(100))
    (fee,) = [each for each in billing.charges(scene.order) if each.kind is ChargeKind.EXPEDITE]
    assert (fee.quantity, str(fee.amount)) == (1, "90.00")


def test_the_day_promised_with_the_answer_is_the_one_to_keep_when_it_was_hurried_before() -> None:
    for received, fees in ((20, 1), (23, 0)):
        scene = given(issued(contract=AGREED), hurry(PROMISE), agree(), accept(PROMISE), send())
        scene.at(day(received, 12)).when(ship()).then()
        given(scene, receive(100))
        found = [each for each in billing.charges(scene.order) if each.kind is ChargeKind.EXPEDITE]
        assert len(found) == fees


def at_supplier() -> Scene:
    """100 pieces, promised for Friday the 20th of November, at the supplier."""
    return given(issued(contract=AGREED), accept(PROMISE), send(), arrived())


def some_came(scene: Scene, when: int, pieces: int) -> Scene:
    """So many of them on that day of November."""
    scene.at(day(when, 12)).when(ship(pieces)).then()
    return given(scene, receive(pieces, parcel=box(scene)))


SIGNED = c.ForceComplete("They never came", c.Signature("Ada Stahl"))


def test_what_the_supplier_lost_is_late_until_it_is_given_up() -> None:
    scene = some_came(at_supplier(), 17, 90)
    scene.at(day(30, 12)).when(lose(10, from_="at_supplier")).then()
    assert of_days(scene.order) == [("late", 1, "6", "-60.00")]
    (late,) = [each for each in billing.charges(scene.order) if each.kind is ChargeKind.LATE]
    assert (late.promised, late.received) == (PROMISE, None), "it never came"
    # A claim that is withdrawn was no fault of the supplier's.
    given(scene, c.SettleClaim("SO-1-L1", "withdrawn", note="Found in our stores"))
    assert of_days(scene.order) == []


def test_all_of_it_lost_is_late_although_nothing_came() -> None:
    scene = at_supplier()
    scene.at(day(30, 12)).when(lose(100)).then()
    assert of_days(scene.order) == [("late", 1, "6", "-60.00")]


def test_what_the_carrier_lost_delays_no_supplier() -> None:
    scene = some_came(at_supplier(), 17, 90)
    given(scene, ship(10))
    scene.at(day(30, 12)).when(lose(10)).then()
    assert of_days(scene.order) == []


def test_what_the_supplier_still_has_when_the_order_is_completed_is_late_until_then() -> None:
    scene = some_came(at_supplier(), 17, 90)
    assert of_days(scene.order) == [], "it may still come"
    scene.at(day(30, 12)).when(SIGNED).then("closed", accepted=90, lost=10, sent=100)
    assert of_days(scene.order) == [("late", 1, "6", "-60.00")]
    assert fold(scene.stream) == scene.order == load_order(dump_order(scene.order))
    assert settled(scene) == {"price": "76.50", "late": "-60.00"}
    # What turns up afterwards came no earlier for that.
    scene.at(day(1, 12, month=12)).when(receive(pending=10, parcel="", slip="LS-1")).then()
    assert of_days(scene.order) == [("late", 1, "6", "-60.00")]


def test_what_is_on_its_way_when_the_order_is_completed_the_supplier_had_sent() -> None:
    scene = given(some_came(at_supplier(), 17, 90), ship(10))
    scene.at(day(30, 12)).when(SIGNED).then("closed", accepted=90, lost=10, sent=100)
    assert of_days(scene.order) == []


@parametrize("responsible,expected", ("us", []), ("supplier", [("late", 1, "6", "-60.00")]))
def test_pieces_lost_in_rework_of_ours_delay_nobody(responsible: Any, expected: object) -> None:
    scene = at_supplier()
    scene.at(day(17, 12)).when(ship()).then()
    given(scene, receive(90, rejected=10), dispose(rework=10))
    given(scene, c.SetResponsibility(NC, responsible, "The drawing"))
    scene.at(day(30, 12)).when(replace(lose(10), against="supplier")).then()
    assert of_days(scene.order) == expected


def test_what_was_closed_short_is_missed_and_late_for_nobody() -> None:
    scene = given(issued(contract=AGREED), accept(PROMISE), send(60), arrived())
    some_came(scene, 17, 60)
    scene.at(day(30, 12)).when(c.ShortClose((c.LineOnly(1),), "Enough")).then("received")
    assert of_days(scene.order) == [], "neither a reward nor a deduction"
    scene.when(c.Close()).then("closed")
    assert settled(scene) == {"price": "51.00"}


@parametrize("called_off,expected", (19, []), (20, []), (26, [("late", 1, "4", "-40.00")]))
def test_who_cancels_after_the_promised_day_counts_the_days_until_then(
    called_off: int, expected: object
) -> None:
    scene = some_came(at_supplier(), 17, 60)
    scene.at(day(called_off, 12)).when(c.Cancel("Made elsewhere")).then("receiving")
    assert of_days(scene.order) == [], "it may still come"
    scene.at(day(30, 12)).when(ship(unprocessed=40, quantity=40)).then()
    scene.when(receive(unprocessed=40, parcel=box(scene))).then("cancelled")
    assert of_days(scene.order) == expected


def test_a_delivery_that_has_not_come_keeps_the_reward_back_whatever_the_tolerance() -> None:
    proposed = counter(None, terms(1, 60, promise=PROMISE), terms(1, 40, promise=date(2026, 12, 4)))
    scene = given(issued(a_line(tolerance=Decimal("0.5")), contract=AGREED), proposed, answer())
    given(scene, send(60, "L1"), send(40, "L1", line=2))
    some_came(scene, 17, 60)
    assert of_days(scene.order) == [], "60 of 100 would be enough, but the others are still to come"
    given(scene, ship(40, line=2), receive(40, line=2, parcel="SO-1-P2"))
    assert of_days(scene.order) == [("early", 1, "1", "11.00")]


def test_hurrying_costs_nothing_when_some_of_it_never_came_in_time() -> None:
    scene = given(issued(contract=AGREED), accept(date(2026, 12, 18)), send(), arrived())
    given(scene, hurry(date(2026, 11, 20)), agree(promise=PROMISE))
    some_came(scene, 19, 90)
    assert ChargeKind.EXPEDITE in {each.kind for each in billing.charges(scene.order)}
    scene.at(day(23, 12)).when(lose(10, from_="at_supplier")).then()
    assert ChargeKind.EXPEDITE not in {each.kind for each in billing.charges(scene.order)}


def so_far(order: Order, now: datetime) -> list[tuple[int, str, date | None]]:
    """What is deducted for days late of what is still out: the line, how much, and when it came."""
    found = [each for each in billing.charges(order, now) if each.kind is ChargeKind.LATE]
    assert all(each.so_far for each in found)
    return [(each.line, str(each.amount), each.received) for each in found]


@parametrize("now,expected", (20, []), (22, []), (23, [(1, "-10.00", None)]), (30, [(1, "-60.00", None)]))
def test_what_is_still_out_is_late_so_far(now: int, expected: object) -> None:
    scene = at_supplier()
    assert so_far(scene.order, day(now, 12)) == expected
    assert of_days(scene.order) == [], "nothing that was decided follows from a clock"
    assert so_far(some_came(at_supplier(), 17, 90).order, day(now, 12)) == expected


def test_as_soon_as_it_came_nothing_is_late_so_far() -> None:
    scene = some_came(at_supplier(), 24, 100)
    (late,) = [each for each in billing.charges(scene.order, day(30)) if each.kind is ChargeKind.LATE]
    assert (late.so_far, late.received, str(late.amount)) == (False, date(2026, 11, 24), "-20.00")


def test_nobody_is_late_so_far_with_what_we_never_sent() -> None:
    scene = given(issued(contract=AGREED), accept(PROMISE))
    assert so_far(scene.order, day(30)) == []
    given(scene, send(60), arrived())
    assert so_far(scene.order, day(30)) == [(1, "-60.00", None)]
    assert so_far(some_came(scene, 17, 60).order, day(30)) == []


def test_the_delivery_that_is_out_decides_where_it_is_later_than_what_came() -> None:
    scene = come(divided(*[PROMISE] * 4), 24)
    assert so_far(scene.order, day(30)) == [(1, "-60.00", None)]
    (late,) = [each for each in billing.charges(scene.order, day(24)) if each.kind is ChargeKind.LATE]
    assert (late.so_far, late.received, str(late.amount)) == (False, date(2026, 11, 24), "-20.00")


def test_our_holds_are_no_days_late_so_far() -> None:
    scene = at_supplier()
    scene.at(day(4)).when(WAIT).then()
    # Still on hold, nobody works on it.
    assert so_far(scene.order, day(30)) == []
    scene.at(day(11)).when(c.Resume()).then()
    assert so_far(scene.order, day(30)) == [(1, "-10.00", None)]


@parametrize("responsible,expected", ("us", []), ("supplier", [(1, "-60.00", None)]))
def test_work_of_ours_that_is_done_again_delays_nobody_so_far(responsible: Any, expected: object) -> None:
    scene = at_supplier()
    scene.at(day(17, 12)).when(ship()).then()
    given(scene, receive(90, rejected=10), dispose(rework=10))
    given(scene, c.SetResponsibility(NC, responsible, "The drawing"))
    assert so_far(scene.order, day(30)) == expected


def test_what_the_supplier_keeps_for_good_is_not_waited_for() -> None:
    scene = at_supplier()
    scene.at(day(17, 12)).when(ship()).then()
    given(scene, receive(90, rejected=10), dispose(return_=10))
    assert so_far(scene.order, day(30)) == []


def test_who_cancels_it_waits_no_longer() -> None:
    scene = at_supplier()
    expected = [(1, "-40.00", None)]
    asked = settlement.if_cancelled(scene.order, day(26, 12))
    assert [(each.kind, str(each.amount)) for each in asked] == [(ChargeKind.LATE, "-40.00")]
    scene.at(day(26, 12)).when(c.Cancel("Made elsewhere")).then()
    assert so_far(scene.order, day(30)) == expected
    scene.at(day(30, 12)).when(ship(unprocessed=100, quantity=100)).then()
    scene.when(receive(unprocessed=100, parcel=box(scene))).then("cancelled")
    assert of_days(scene.order) == [("late", 1, "4", "-40.00")]


def test_a_part_that_is_out_is_late_so_far_where_all_parts_are_charged() -> None:
    parts = in_parts(given(issued(contract=AGREED), accept(PROMISE)), 60, 40)
    for scene in parts:
        given(scene, send(scene.order.lines[0].ordered, "L1"))
    assert [so_far(scene.order, day(30)) for scene in parts] == [[(1, "-60.00", None)], []]


@parametrize("gone_on,late", (100, False), (60, True))
def test_what_was_offered_to_the_next_order_waits_for_that_one(gone_on: int, late: bool) -> None:
    one, _ = offered(gone_on)
    found = punctuality.of_lines(one.order, one.order.lines, day(30, month=12))
    assert found is not None
    assert (found.so_far, found.days > 0) == (late, late)
