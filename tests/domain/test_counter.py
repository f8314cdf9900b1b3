"""acknowledge counter, answer-counter: other terms, side by side with the order's, and the answer to them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.domain import events as e
from models.domain.authority import OnBehalfOf
from models.domain.commands import Acknowledge, AnswerCounter, Cancel, Close, Hold, TermsLine
from models.domain.headline import headline
from models.domain.missing import missing
from models.domain.records import LineTerms
from tests.domain.asking import (
    accept,
    answer,
    arrived,
    counter,
    decline,
    over,
    receive,
    send,
    ship,
    terms,
)
from tests.domain.orders import NEED_BY, PLANNER, SUPPLIER_LINK, Scene, a_line, day, given, issued

SOONER = date(2026, 12, 11)
LATER = date(2027, 1, 8)
LATEST = date(2027, 1, 15)


def line(number: int, quantity: object, price: str, promise: date) -> LineTerms:
    return LineTerms(number, Decimal(str(quantity)), Decimal(price), promise)


def two() -> Scene:
    return issued(a_line(1, 100), a_line(2, 50, [("L2", 50)]))


@pytest.mark.parametrize(
    ("proposal", "proposed"),
    [
        (counter(LATER), [line(1, 100, "0.85", LATER), line(2, 50, "0.85", LATER)]),
        (counter(None, terms(2, 60)), [line(1, 100, "0.85", NEED_BY), line(2, 60, "0.85", NEED_BY)]),
        (counter(None, terms(1, price="0.9")), [line(1, 100, "0.9", NEED_BY), line(2, 50, "0.85", NEED_BY)]),
        (
            counter(LATER, terms(2, 40, "1.10", LATEST), terms(1)),
            [line(1, 100, "0.85", LATER), line(2, 40, "1.10", LATEST)],
        ),
        (counter(None, terms(1, price=0)), [line(1, 100, "0", NEED_BY), line(2, 50, "0.85", NEED_BY)]),
    ],
    ids=["a day for all", "a quantity", "a price", "everything of one line", "for nothing"],
)
def test_what_is_not_named_stays_as_ordered(proposal: Acknowledge, proposed: list[LineTerms]) -> None:
    scene = given(two(), proposal).then("countered").happened(e.OrderCountered)
    open_one = scene.order.counter
    assert open_one is not None
    assert list(open_one.terms) == proposed
    assert list(open_one.before) == [line(1, 100, "0.85", NEED_BY), line(2, 50, "0.85", NEED_BY)]
    # Nothing holds before the buyer says so.
    assert (scene.order.revision, scene.order.promise_current) == (1, None)
    assert [each.ordered for each in scene.order.lines] == [100, 50]


@pytest.mark.parametrize(
    ("proposal", "code", "field"),
    [
        (counter(), "counter.same", "promise_date"),
        (counter(NEED_BY), "counter.same", "promise_date"),
        (counter(None, terms(1, 100, "0.850", NEED_BY)), "counter.same", "lines"),
        (counter(date(2026, 11, 1)), "promise_date.past", "promise_date"),
        (counter(date(2032, 1, 1)), "date.too_far", "promise_date"),
        (counter(LATER, terms(1, 90), terms(2, promise=date(2026, 11, 1))), "promise_date.past",
         "lines.1.promise_date"),
        (counter(LATER, terms(3, 10)), "line.unknown", "lines.0.line"),
        (counter(LATER, terms(1, 60), terms(2), terms(1, 30)), "counter.parts", "lines.2.quantity"),
        (counter(LATER, terms(1, 0)), "quantity.zero", "lines.0.quantity"),
        (counter(LATER, terms(1, -5)), "quantity.too_small", "lines.0.quantity"),
        (counter(LATER, terms(1, "10.5")), "quantity.too_precise", "lines.0.quantity"),
        (counter(LATER, terms(1, "NaN")), "quantity.not_a_number", "lines.0.quantity"),
        (counter(LATER, terms(1, price="-0.01")), "quantity.too_small", "lines.0.unit_price"),
        (counter(LATER, terms(1, price="0.1234567")), "quantity.too_precise", "lines.0.unit_price"),
        (counter(LATER, terms(1, price="Infinity")), "quantity.not_a_number", "lines.0.unit_price"),
        (Acknowledge("accept", LATER, lines=(terms(1, 90),)), "acknowledge.lines", "lines"),
        (Acknowledge("decline", reason="No", lines=(terms(1, 90),)), "acknowledge.lines", "lines"),
    ],
)  # fmt: skip
def test_a_proposal_that_cannot_be_is_refused_at_its_field(
    proposal: Acknowledge, code: str, field: str
) -> None:
    given(two()).when(proposal).refused(code, field).then_nothing("issued")


def test_accepting_makes_the_proposed_terms_the_order_s() -> None:
    scene = given(two(), counter(LATER, terms(2, 60, "1.10", LATEST), reason=" Bath is full "))
    scene.when(answer("accept", "Fine")).then("acknowledged").happened(e.CounterAccepted)
    order = scene.order
    assert (order.revision, order.counter) == (2, None)
    assert [(each.ordered, each.unit_price, each.promise) for each in order.lines] == [
        (100, Decimal("0.85"), LATER),
        (60, Decimal("1.10"), LATEST),
    ]
    # The order shows the latest of its lines' days.
    assert order.promise_first == order.promise_current == LATEST
    told = scene.event(e.CounterAccepted)
    assert (told.before[1].quantity, told.terms[1].quantity, told.revision) == (50, 60, 2)
    scene.when(send(60, "L2", 2)).refused("lot.short")
    given(scene, send(50, "L2", 2), send(100)).then("acknowledged", in_transit_out=150)


def test_accepted_terms_can_be_less_than_ordered() -> None:
    scene = given(issued(), counter(None, terms(1, 80)), answer(), send(80), ship(80), receive(80))
    scene.then("received", accepted=80)


def test_rejecting_leaves_the_order_as_it_was_and_asks_again() -> None:
    scene = given(issued(), counter(LATER), answer("reject", "Too late for us"))
    scene.then("issued").happened(e.CounterRejected)
    order = scene.order
    assert (order.revision, order.counter, order.promise_first) == (1, None, None)
    scene.when(accept()).then("acknowledged")
    assert scene.order.promise_first == NEED_BY


@pytest.mark.parametrize(
    ("then", "stage", "promised"),
    [
        (counter(LATEST), "countered", None),
        (accept(), "acknowledged", NEED_BY),
        (accept(LATER), "acknowledged", LATER),
        (decline(), "countered", None),
    ],
    ids=["another proposal", "as ordered", "another day", "no"],
)
def test_the_supplier_s_last_word_counts(then: Acknowledge, stage: str, promised: date | None) -> None:
    scene = given(issued(), counter(LATER, terms(1, 90)), then).then(stage)
    assert scene.order.promise_first == promised
    assert scene.order.line(1).ordered == 100  # type: ignore[union-attr]
    if then.decision != "counter":
        scene.when(answer()).refused("counter.none")
    else:
        assert scene.when(answer()).order.promise_first == LATEST


def test_promise_first_is_what_both_sides_accepted_and_never_changes() -> None:
    scene = given(issued(), counter(LATER), answer("reject"), counter(LATEST), answer())
    assert scene.order.promise_first == LATEST


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_only_an_open_proposal_is_answered(decision: Any) -> None:
    reply = AnswerCounter(decision)
    given(issued()).when(reply).refused("counter.none")
    given(issued(), decline()).when(reply).refused("counter.none")
    given(issued(), counter(LATER), reply).when(reply).refused("counter.none")
    given(issued(), counter(LATER), Hold("Drawing changes")).when(reply).refused("order.hold")
    given(issued(), counter(LATER), Cancel("No longer needed")).when(reply).refused("order.stage")
    scene = given(issued(), counter(LATER))
    scene.when(reply, by=SUPPLIER_LINK).refused("forbidden.supplier")
    scene.when(reply, by=PLANNER).refused("forbidden.role")


def test_an_answer_to_a_proposal_that_was_replaced_is_refused_where_the_version_is_named() -> None:
    scene = given(issued(), counter(LATER))
    seen = scene.order.version
    scene.when(counter(LATEST)).when(answer(), if_match=seen).refused("order.version", seen=seen)


def test_a_form_made_for_the_old_terms_is_refused() -> None:
    scene = given(issued(), counter(LATER), answer(), send(100))
    scene.when(arrived(), revision=1).refused("order.revision", seen=1, revision=2)
    scene.when(arrived(), revision=2).then("in_process")


def test_pieces_that_are_sent_are_not_proposed_away() -> None:
    scene = given(issued(), send(60), arrived())
    scene.when(counter(None, terms(1, 50))).refused("counter.below_sent", "lines.0.quantity", sent=60)
    scene.when(counter(None, terms(1, 60))).then("in_process")
    scene.when(send(40)).then().when(answer()).refused("counter.overtaken", sent=100, quantity=60)
    scene.when(answer("reject")).then("in_process", at_supplier=60, in_transit_out=40)


def test_what_a_proposal_left_alone_stays_as_it_is_meanwhile() -> None:
    """Keeping a piece too many raises what is ordered while a price waits."""
    scene = given(issued(), send(100), ship(100), receive(101), counter(None, terms(1, price="0.9")))
    given(scene, over("accept"), answer())
    first = scene.order.line(1)
    assert first is not None
    assert (first.ordered, first.unit_price, scene.order.revision) == (101, Decimal("0.9"), 3)


def test_an_order_with_an_open_proposal_is_not_complete() -> None:
    scene = given(issued(), send(100), ship(100), receive(100), counter(None, terms(1, price="0.9")))
    scene.then("received").when(Close()).lacks("The supplier's proposal waits for the buyer's answer.")
    given(scene, answer(), Close()).then("closed")


def test_who_owes_what_is_named() -> None:
    scene = given(issued(), counter(LATER))
    assert missing(scene.order) == [{"what": "answer:proposal", "owed_by": "buyer"}]
    assert headline(scene.order) == "Acme Plating proposed other terms; the buyer owes an answer"
    working = given(issued(), send(100), arrived(), counter(LATER)).order
    assert headline(working).startswith(
        "Acme Plating proposed other terms; the buyer owes an answer · 0 of 100"
    )
    assert missing(scene.when(answer("reject")).order) == [{"what": "answer:order", "owed_by": "supplier"}]


def test_the_stream_keeps_who_proposed() -> None:
    assert given(issued(), counter(LATER)).event(e.OrderCountered).by == "s_contact"
    told = OnBehalfOf("s_other", "phone")
    scene = issued().when(counter(LATER, supplier_order=" A-7 "), by=PLANNER, on_behalf_of=told).then()
    assert scene.event(e.OrderCountered).by == "s_other"
    assert scene.order.supplier_order == "A-7"


def test_the_buyer_is_told_of_a_proposal_that_waits_and_then_others() -> None:
    scene = given(issued(milestones=()), counter(LATER, reason="Bath is full"))
    assert scene.wait(day(6)) == [
        # The plant works from 8 to 17 in Berlin; a working day after 10:00 there is 10:00.
        "03 09:00 raise proposal_waiting",
        "04 09:00 escalate proposal_waiting 1",
        "05 09:00 escalate proposal_waiting 2",
    ]
    alert = next(scene.order.open_alerts)
    assert (alert.occurrence, alert.owed_by) == ("proposal-1", "buyer")
    scene.when(counter(SOONER)).then()
    assert scene.told() == ["06 09:00 clear proposal_waiting"]
    assert scene.wait(day(9)) == ["09 09:00 raise proposal_waiting"]
    scene.when(answer()).then()
    assert scene.told() == ["09 09:00 clear proposal_waiting"]


def test_a_rejection_starts_the_acknowledgment_clock_again() -> None:
    scene = issued(milestones=())
    assert scene.wait(day(4, 12)) == ["03 09:00 remind ack_reminder", "04 09:00 raise ack_overdue"]
    scene.when(counter(LATER)).then()
    assert scene.told() == ["04 12:00 clear ack_overdue"]
    scene.when(answer("reject"), at=day(4, 14)).then("issued")
    assert scene.told() == []
    assert scene.wait(day(6, 16)) == ["05 14:00 remind ack_reminder", "06 14:00 raise ack_overdue"]
    assert next(scene.order.open_alerts).occurrence == "revision-1-again-1"


def test_the_clock_of_a_proposal_stands_on_hold() -> None:
    scene = given(issued(milestones=()), counter(LATER), Hold("Wait"))
    assert scene.wait(day(10)) == []


def test_a_line_is_proposed_in_its_own_unit() -> None:
    scene = issued(unit="KGM")
    scene.when(Acknowledge("counter", lines=(TermsLine(1, Decimal("99.125")),))).then("countered")


@pytest.mark.parametrize("quantity", [120, 60])
def test_a_lot_that_was_the_whole_line_follows_the_quantity_agreed(quantity: int) -> None:
    scene = given(issued(), counter(None, terms(1, quantity)), answer())
    assert [(lot.lot, lot.quantity, lot.heat) for lot in scene.order.lines[0].lots] == [
        ("L1", quantity, "H1")
    ]


def test_of_several_lots_somebody_says_how_many_of_each() -> None:
    scene = given(issued(a_line(1, 100, [("L1", 60), ("L2", 40)])), counter(None, terms(1, 120)), answer())
    assert [(lot.lot, lot.quantity) for lot in scene.order.lines[0].lots] == [("L1", 60), ("L2", 40)]
