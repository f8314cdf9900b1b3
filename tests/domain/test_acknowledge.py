"""acknowledge: accept with a promise, or decline; once."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from models.domain import commands as c
from models.domain import events as e
from models.domain.authority import OnBehalfOf
from models.domain.commands import Acknowledge
from tests.domain.asking import (
    accept,
    answer,
    answered,
    arrived,
    counter,
    decline,
    over,
    receive,
    send,
    ship,
    terms,
)
from tests.domain.orders import NEED_BY, PLANNER, SUPPLIER_LINK, a_line, day, given, issued


def test_accepting_with_a_date_promises_it() -> None:
    scene = given(issued(), accept(date(2026, 12, 11))).then("acknowledged").happened(e.OrderAcknowledged)
    assert scene.order.promise_first == scene.order.promise_current == date(2026, 12, 11)


def test_accepting_without_a_date_promises_need_by() -> None:
    assert given(issued(), accept()).order.promise_first == NEED_BY


def test_accepting_without_a_date_promises_need_by_even_after_it() -> None:
    scene = given(issued()).at(day(20, month=12))
    assert scene.when(accept()).then("acknowledged").order.promise_first == NEED_BY


@pytest.mark.parametrize(
    ("at", "promise", "refused"),
    [
        (day(2, 9), date(2026, 11, 1), True),
        (day(2, 9), date(2026, 11, 2), False),
        # 00:30 on the 3rd in Berlin is 23:30 on the 2nd in London, where the promise is made.
        (day(2, 23, 30), date(2026, 11, 2), False),
        (day(3, 0, 30), date(2026, 11, 2), True),
    ],
)
def test_a_promise_in_the_past_is_refused_in_the_supplier_s_zone(
    at: datetime, promise: date, refused: bool
) -> None:
    scene = given(issued()).when(accept(promise), at=at)
    if refused:
        scene.refused("promise_date.past", "promise_date", date=promise)
    else:
        scene.then("acknowledged")


def test_the_supplier_s_own_order_number_is_kept() -> None:
    scene = given(issued(), Acknowledge("accept", supplier_order=" A-77 "))
    assert scene.order.supplier_order == "A-77"


def test_declining_needs_a_reason() -> None:
    given(issued()).when(decline(" ")).refused("reason.missing", "reason")
    scene = given(issued(), decline("The bath is down")).then("countered")
    assert scene.order.decline_reason == "The bath is down"
    assert scene.order.promise_first is None


@pytest.mark.parametrize("first", [accept(), decline()], ids=["accepted", "declined"])
@pytest.mark.parametrize("second", [accept(), decline()], ids=["accept", "decline"])
def test_a_second_answer_is_refused(first: Acknowledge, second: Acknowledge) -> None:
    given(issued(), first).when(second).refused("order.answered")


def test_an_answer_may_come_after_the_work_began() -> None:
    given(issued(), send(100), arrived(), ship(100), accept()).then("shipped")


def test_an_answer_to_terms_that_changed_is_refused() -> None:
    """Keeping a piece too many raised what is ordered: that is another revision."""
    scene = given(issued(), send(100), ship(100), receive(101)).then("receiving", accepted=100, over=1)
    scene.when(over("accept")).then("received", accepted=101)
    scene.when(accept(), revision=1).refused("order.revision", revision=2, seen=1)
    scene.when(accept(), revision=2).then("received")


def test_a_stale_version_is_refused() -> None:
    scene = given(issued(), send(60))
    scene.when(accept(), if_match=1).refused("order.version", seen=1, version=2)
    scene.when(accept(), if_match=2).then("acknowledged")


def test_promise_first_never_changes() -> None:
    scene = given(issued(), accept(date(2026, 12, 11)))
    scene.when(arrived("PLATE", forecast=date(2026, 12, 20))).then()
    assert scene.order.promise_first == date(2026, 12, 11)


def test_staff_say_what_the_supplier_told_them_and_the_stream_keeps_it() -> None:
    told = c.ReportMilestone("REC")
    scene = given(issued(), send(100))
    scene.when(told, by=PLANNER, on_behalf_of=OnBehalfOf("s_contact", "phone")).then("in_process")
    assert scene.event(e.MilestoneReported).source == "phone"
    scene.when(told, by=SUPPLIER_LINK).then()
    assert scene.event(e.MilestoneReported).source == "supplier"


@pytest.mark.parametrize("day_named", [None, date(2026, 12, 23)])
def test_the_rest_is_accepted_without_promising_anew_what_was_agreed(day_named: date | None) -> None:
    # Line 1 is agreed for a day before it is needed, line 2 is asked again.
    early, late = date(2026, 12, 11), date(2027, 1, 5)
    scene = issued(a_line(1, 100), a_line(2, 40, [("L2", 40)]))
    proposal = counter(None, terms(1, promise=early), terms(2, price=2))
    given(scene, proposal, answer("accept", "", answered(1, need_by=late), answered(2, "reject")))
    given(scene, accept(day_named)).then("acknowledged")
    told, rest = scene.event(e.OrderAcknowledged), day_named or NEED_BY
    assert (told.promise_date, told.days) == (rest, (early, rest))
    assert [line.promise for line in scene.order.lines] == [early, rest]
    assert scene.order.promise_current == rest
