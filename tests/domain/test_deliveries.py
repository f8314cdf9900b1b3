"""A line that comes in several deliveries, and a proposal that is accepted for some lines only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from models.domain import events as e
from models.domain.commands import Acknowledge, AnswerCounter, LineOnly, ShortClose
from models.domain.delivery_days import needed, promised
from models.domain.order import Line
from models.domain.records import LineTerms, beside
from tests.domain.asking import (
    accept,
    agree,
    answer,
    answered,
    approve,
    arrived,
    change,
    changed,
    counter,
    judge,
    over,
    receive,
    send,
    ship,
    terms,
    withdraw,
)
from tests.domain.orders import APPROVER, NEED_BY, Scene, a_line, day, given, issued

SOONER = date(2026, 12, 11)
LATER = date(2027, 1, 8)
LATEST = date(2027, 1, 15)


def two() -> Scene:
    return issued(a_line(1, 100), a_line(2, 50, [("L2", 50)]))


def lots(line: Line) -> dict[str, int]:
    return {lot.lot: int(lot.quantity) for lot in line.lots}


def told(scene: Scene) -> list[tuple[int, int, str, date | None]]:
    return [
        (each.line, int(each.ordered), f"{each.unit_price:.2f}", each.promise) for each in scene.order.lines
    ]


HALVES = counter(None, terms(1, 60, promise=SOONER), terms(1, 40, "1.10", LATER))


def test_some_now_and_some_later_at_a_higher_price_divide_the_line() -> None:
    scene = given(two(), HALVES).then("countered").happened(e.OrderCountered)
    assert len(scene.order.lines) == 2
    scene.when(answer()).then("acknowledged").happened(e.CounterAccepted)
    assert told(scene) == [
        (1, 60, "0.85", SOONER),
        (3, 40, "1.10", LATER),
        (2, 50, "0.85", NEED_BY),
    ]
    first, rest, _ = scene.order.lines
    # The same job, part and operation; nothing of it was made or lost.
    assert (rest.work_order, rest.operation, rest.part, rest.unit) == (
        first.work_order, first.operation, first.part, first.unit
    )  # fmt: skip
    assert (lots(first), lots(rest)) == ({"L1": 60}, {"L1": 40})
    # The order shows the latest of its lines' days.
    assert scene.order.promise_first == scene.order.promise_current == LATER
    assert scene.order.revision == 2
    given(scene, send(60), send(40, line=3), send(50, line=2)).then("acknowledged", in_transit_out=150)


def test_a_delivery_that_names_no_quantity_takes_the_rest() -> None:
    scene = given(issued(), counter(None, terms(1, 60), terms(1, promise=LATER)), answer())
    assert told(scene) == [(1, 60, "0.85", NEED_BY), (2, 40, "0.85", LATER)]


@pytest.mark.parametrize(
    ("proposal", "code", "field", "missing"),
    [
        (counter(LATER, terms(1, 60), terms(1, 30)), "counter.parts", "lines.1.quantity", "10"),
        (counter(LATER, terms(1, 60), terms(1, 50)), "counter.parts", "lines.1.quantity", "-10"),
        (counter(LATER, terms(1, 60), terms(1), terms(1)), "counter.parts", "lines.1.quantity", "40"),
        (counter(LATER, terms(1, 100), terms(1)), "counter.parts", "lines.1.quantity", "0"),
        (counter(LATER, terms(1, 0), terms(1, 100)), "quantity.zero", "lines.0.quantity", None),
        (counter(LATER, terms(1, 60, L9=60), terms(1, 40)), "lot.not_planned", "lines.0.lots.0.lot", None),
        (counter(LATER, terms(1, 60, L1=61), terms(1, 40)), "lots.more_than_ordered", "lines.0.lots", None),
        (counter(LATER, terms(1, 60, L2=10)), "lots.undivided", "lines.0.lots", None),
        (counter(LATER, terms(1, 60, L1=60), terms(1, 40, L1=40), terms(2, 50, L2=5)), "lots.undivided",
         "lines.2.lots", None),
    ],
)  # fmt: skip
def test_deliveries_that_do_not_add_up_are_refused_with_what_is_missing(
    proposal: Acknowledge, code: str, field: str, missing: str | None
) -> None:
    scene = given(two()).when(proposal).refused(code, field).then_nothing("issued")
    if missing is not None:
        assert scene.refusal is not None
        assert scene.refusal.values["missing"] == missing


def three_lots() -> Scene:
    return issued(a_line(1, 100, [("L1", 30), ("L2", 50), ("L3", 20)]))


@pytest.mark.parametrize(
    ("proposal", "first", "second"),
    [
        (counter(LATER, terms(1, 60), terms(1, 40)), {"L1": 30, "L2": 30}, {"L2": 20, "L3": 20}),
        (counter(LATER, terms(1, 60), terms(1, 40, L1=30)), {"L2": 50, "L3": 10}, {"L1": 30, "L3": 10}),
        (counter(LATER, terms(1, 60, L3=20), terms(1, 40, L2=40)), {"L1": 30, "L2": 10, "L3": 20}, {"L2": 40}),
    ],
    ids=["in order", "some for the second", "some for both"],
)  # fmt: skip
def test_lots_go_with_the_deliveries_in_order_or_as_named(
    proposal: Acknowledge, first: dict[str, int], second: dict[str, int]
) -> None:
    scene = given(three_lots(), proposal, answer())
    assert [lots(line) for line in scene.order.lines] == [first, second]


def test_a_lot_is_not_named_for_more_than_goes_out() -> None:
    wanted = counter(LATER, terms(1, 60, L1=20), terms(1, 40, L1=20))
    given(three_lots()).when(wanted).refused("lots.more_than_planned", "lines.0.lots")


def test_the_first_delivery_keeps_what_was_sent() -> None:
    scene = given(three_lots(), send(20, "L3"), send(10, "L1"))
    scene.when(counter(LATER, terms(1, 29), terms(1, 71))).refused("counter.below_sent", "lines.0.quantity")
    wanted = counter(LATER, terms(1, 30, L2=15), terms(1, 70))
    scene.when(wanted).refused("counter.lot_sent", sent=20, lot="L3")
    scene.when(counter(LATER, terms(1, 35), terms(1, 65))).then()
    scene.when(answer()).then("acknowledged", in_transit_out=30, sent=30)
    assert [lots(line) for line in scene.order.lines] == [{"L1": 15, "L3": 20}, {"L1": 15, "L2": 50}]
    scene.when(send(6, "L1")).refused("send.more_than_ordered")
    given(scene, send(5, "L1"), send(15, "L1", 2), send(50, "L2", 2)).then(in_transit_out=100)


def test_deliveries_that_do_not_fit_any_more_are_not_accepted() -> None:
    scene = given(issued(), send(30), arrived(), counter(LATER, terms(1, 30), terms(1, 70)), send(20))
    scene.when(answer()).refused("counter.parts_overtaken", ordered=100, sent=50)
    scene.when(answer("reject")).then("in_process", at_supplier=30, in_transit_out=20)
    short = given(issued(), send(60), arrived(), counter(LATER, terms(1, 60), terms(1, 40)))
    short.when(ShortClose((LineOnly(1),), "Enough")).then()
    short.when(answer()).refused("counter.parts_overtaken", ordered=100, sent=60)


def test_a_line_does_not_divide_under_an_open_change() -> None:
    scene = given(issued(), change(changed(1, 80)), counter(LATER, terms(1, 60), terms(1, 40)))
    scene.when(answer()).refused("change.open")
    scene.when(withdraw()).then().when(answer()).then("acknowledged")
    scene.when(change(changed(2, 50))).then().when(approve("SO-1-C2"), by=APPROVER).then()
    scene.when(agree("SO-1-C2")).then("acknowledged")
    assert [int(line.ordered) for line in scene.order.lines] == [60, 50]


def test_a_yes_to_a_later_day_promises_nothing_anew_for_a_line_that_is_needed_as_before() -> None:
    scene = given(issued(), HALVES, answer("accept", "", answered(1, part=2, need_by=LATEST)))
    assert [promised(scene.order, line) for line in scene.order.lines] == [SOONER, LATER]
    later = LATEST + timedelta(days=14)
    given(scene, change(need_by=later))
    scene.when(approve(), by=APPROVER).then().when(agree()).then()
    assert [needed(scene.order, line) for line in scene.order.lines] == [NEED_BY, later]
    assert [promised(scene.order, line) for line in scene.order.lines] == [SOONER, later]


def test_pieces_of_each_delivery_are_counted_on_its_line() -> None:
    scene = given(issued(), HALVES, answer(), send(60), ship(60), receive(60)).then("receiving", accepted=60)
    given(scene, send(40, line=2), ship(40, line=2), receive(40, line=2, parcel="SO-1-P2"))
    scene.then("received", accepted=100).then(place="2:L1", accepted=40)


def test_each_promised_day_is_waited_for_by_itself() -> None:
    scene = given(issued(milestones=()), HALVES, answer(), send(60))
    assert scene.told() == []
    raised = [line for line in scene.wait(day(17, month=12)) if "ship_overdue" in line]
    assert raised[0] == "12 00:00 raise ship_overdue"
    (alert,) = [alert for alert in scene.order.open_alerts if alert.rule == "ship_overdue"]
    assert alert.occurrence == f"promise-{SOONER}"
    scene.when(ship(60)).then()
    assert any("clear ship_overdue" in line for line in scene.told())
    given(scene, send(40, line=2))
    raised = [line for line in scene.wait(datetime(2027, 1, 11, tzinfo=UTC)) if "raise ship_overdue" in line]
    assert raised == ["09 00:00 raise ship_overdue"]


def test_a_delivery_may_be_needed_later() -> None:
    scene = given(issued(milestones=()), HALVES, answer("accept", "", answered(1, part=2, need_by=LATEST)))
    # The order shows the latest day; the rest is needed when it was.
    assert scene.order.need_by == LATEST
    assert [line.need_by for line in scene.order.lines] == [NEED_BY, None]
    scene.happened(e.CounterAccepted)
    given(scene, send(100 - 40))
    raised = [line for line in scene.wait(day(21, month=12)) if "raise receipt_overdue" in line]
    assert raised == ["18 23:00 raise receipt_overdue"]


@pytest.mark.parametrize(
    ("reply", "code", "field"),
    [
        (answer("accept", "", answered(9, "accept")), "line.unknown", "lines.0.line"),
        (answer("accept", "", answered(1, "accept", 1), answered(1, "reject", 2)), "counter.answered_twice",
         "lines.1.decision"),
        # What is said of one delivery is not said of the other: half of them do not add up.
        (answer("reject", "", answered(1, "accept", 2)), "counter.answered_twice", "lines.0.decision"),
        (answer("accept", "", answered(1, "reject", 1)), "counter.answered_twice", "lines.0.decision"),
        (answer("accept", "", answered(1, "reject"), answered(1, "accept", 1)), "counter.answered_twice",
         "lines.1.decision"),
        (answer("reject", "", answered(1, "accept"), answered(1, "reject")), "counter.answered_twice",
         "lines.1.decision"),
        (answer("accept", "", answered(1, part=3, need_by=LATEST)), "counter.no_part", "lines.0.part"),
        (answer("accept", "", answered(1, need_by=date(2026, 1, 1))), "need_by.past", "lines.0.need_by"),
        (answer("accept", "", answered(1, need_by=date(2036, 1, 1))), "date.too_far", "lines.0.need_by"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused_at_its_field(
    reply: AnswerCounter, code: str, field: str
) -> None:
    given(two(), HALVES).when(reply).refused(code, field).then_nothing("countered")


@pytest.mark.parametrize(
    ("reply", "lines"),
    [
        (answer("reject", "", answered(1, "accept", 1), answered(1, "accept", 2)), [60, 40, 50]),
        (answer("reject", "", answered(1, "accept"), answered(1, part=2, need_by=LATEST)), [60, 40, 50]),
        (answer("accept", "", answered(1, "reject", 1), answered(1, "reject", 2)), [100, 50]),
        (answer("accept", "", answered(1, "accept", 2)), [60, 40, 50]),
    ],
)  # fmt: skip
def test_all_deliveries_of_a_line_end_with_the_same_decision(reply: AnswerCounter, lines: list[int]) -> None:
    scene = given(two(), HALVES).when(reply)
    assert scene.refusal is None
    assert [int(line.ordered) for line in scene.order.lines] == lines


BOTH_LINES = counter(None, terms(1, 60, promise=SOONER), terms(1, 40, "1.10", LATER), terms(2, price="1.50"))


def test_a_proposal_accepted_in_part_asks_again_for_the_rest() -> None:
    scene = given(two(), BOTH_LINES)
    scene.when(answer("accept", "The price is agreed", answered(2, "reject"))).then("issued")
    scene.happened(e.CounterAccepted)
    order = scene.order
    assert scene.event(e.CounterAccepted).rejected == (2,)
    assert told(scene) == [(1, 60, "0.85", SOONER), (3, 40, "1.10", LATER), (2, 50, "0.85", None)]
    # The order as a whole is promised once the rest is answered.
    assert (order.revision, order.promise_first, order.rejections) == (2, None, 1)
    assert order.rejection_reason == "The price is agreed"
    scene.when(accept(SOONER)).then("acknowledged")
    assert told(scene)[2] == (2, 50, "0.85", SOONER)
    assert scene.order.promise_first == scene.order.promise_current == LATER


def test_rejecting_all_but_one_line_is_said_either_way() -> None:
    one = given(two(), BOTH_LINES, answer("reject", "No", answered(2, "accept"))).order
    other = given(two(), BOTH_LINES, answer("accept", "No", answered(1, "reject"))).order
    assert (one.lines, one.answer, one.revision) == (other.lines, other.answer, other.revision)
    assert [(line.line, line.unit_price) for line in one.lines] == [
        (1, Decimal("0.85")),
        (2, Decimal("1.50")),
    ]


def test_a_rejected_line_is_needed_when_it_was_though_the_order_now_shows_the_day_of_another() -> None:
    scene = given(two(), BOTH_LINES).when(answer("reject", "No", answered(2, "accept", need_by=LATEST)))
    assert scene.order.need_by == LATEST
    assert [line.need_by for line in scene.order.lines] == [NEED_BY, None]


def test_rejecting_every_line_that_is_proposed_rejects_the_proposal() -> None:
    scene = given(two(), BOTH_LINES).when(answer("accept", "", answered(1, "reject"), answered(2, "reject")))
    scene.then("issued").happened(e.CounterRejected)
    # Of a line for which nothing was proposed there is nothing to ask again.
    scene = given(two(), counter(None, terms(2, price="1.50")))
    scene.when(answer("accept", "", answered(1, "reject"))).then("acknowledged")
    assert scene.event(e.CounterAccepted).rejected == ()


def test_a_line_agreed_before_can_be_proposed_anew() -> None:
    scene = given(two(), BOTH_LINES, answer("accept", "", answered(2, "reject")))
    given(scene, counter(None, terms(3, price="1.00"), terms(2, promise=LATEST)), answer()).then(
        "acknowledged"
    )
    assert told(scene) == [(1, 60, "0.85", SOONER), (3, 40, "1.00", LATER), (2, 50, "0.85", LATEST)]


def test_a_new_day_is_for_every_line_but_those_needed_before_it() -> None:
    def parted() -> Scene:
        return given(issued(), HALVES, answer("accept", "", answered(1, part=2, need_by=LATEST)))

    for wanted, days in ((LATER, [NEED_BY, None]), (SOONER, [None, None])):
        scene = parted().when(change(need_by=wanted)).then().when(approve(), by=APPROVER).then()
        scene.when(agree()).then()
        assert scene.order.need_by == wanted
        assert [line.need_by for line in scene.order.lines] == days


def test_terms_stand_beside_what_they_are_in_place_of() -> None:
    one, two_ = (LineTerms(number, Decimal(9), Decimal(1), LATER) for number in (1, 2))
    half = LineTerms(1, Decimal(4), Decimal(1), LATER)
    assert list(beside([one, two_], [half, half, two_])) == [(one, half, 1), (one, half, 2), (two_, two_, 0)]


def test_a_line_of_a_division_is_judged_and_kept_like_any_other() -> None:
    scene = given(issued(), HALVES, answer(), send(40, line=2), ship(40, line=2))
    given(scene, receive(line=2, pending=41), judge(line=2, accepted=40), over("return", line=2))
    scene.then("receiving", accepted=40)
