"""hold and resume: the clock stops, and goes on with the working time that was left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from models.domain import events as e
from models.domain.calendar import WorkingCalendar
from models.domain.commands import AcknowledgeAlert, Cancel, Command, Hold, PassDeadlines, Resume
from models.domain.deadlines import _resumed, next_deadline, watch
from tests.domain.asking import accept, arrived, dispose, document, inspect, judge, receive, send, ship
from tests.domain.orders import BERLIN, LONDON, NOW, Scene, day, given, issued

WAIT = Hold("Drawing changes")


def due(scene: Scene, rule: str) -> datetime | None:
    return next((deadline.due for deadline in watch(scene.order) if deadline.rule.code == rule), None)


def test_hold_needs_a_reason_and_resume_a_hold() -> None:
    given(issued()).when(Hold(" ")).refused("reason.missing", "reason")
    given(issued()).when(Resume()).refused("order.not_held")
    given(issued(), WAIT).when(WAIT).refused("order.hold")
    given(issued(), WAIT, Resume()).then("issued").flags().happened(e.OrderResumed)


@pytest.mark.parametrize("command", [send(10), accept(), judge(accepted=1), inspect(), dispose(scrap=1)])
def test_what_starts_something_new_waits(command: Command) -> None:
    scene = given(issued(), send(50), arrived(), ship(50), receive(0, pending=50), WAIT)
    scene.when(command).refused("order.hold", reason="Drawing changes")


def test_on_hold_nothing_is_due_and_nothing_is_told() -> None:
    scene = given(issued(), accept(), send(100), WAIT)
    assert next_deadline(scene.order) is None
    scene.when(PassDeadlines(), at=day(1, month=12)).then().happened()
    assert scene.wait(day(20, month=12)) == []


def test_alerts_that_are_open_stay_open_on_hold_until_their_cause_goes() -> None:
    scene = given(issued(), accept(), send(100))
    scene.wait(day(5))
    scene.flags("late").when(WAIT).flags("hold", "late")
    scene.when(arrived(actual=day(4))).flags("hold")


def test_an_answer_expected_within_a_working_day_keeps_the_hours_that_were_left() -> None:
    scene = given(issued())
    assert due(scene, "ack_reminder") == day(3, 9)  # 8 h on Monday, 1 h on Tuesday
    scene.when(WAIT, at=day(2, 15)).when(Resume(), at=day(9, 15))
    # 3 h were left: 2 on the Monday after, 1 on the Tuesday.
    assert due(scene, "ack_reminder") == day(10, 9)


def test_two_holds_add_up() -> None:
    scene = (
        given(issued(), WAIT)
        .when(Resume(), at=day(3, 9))
        .when(WAIT, at=day(3, 10))
        .when(Resume(), at=day(4, 10))
    )
    # Of nine hours, one was used on Tuesday morning; eight are left on Wednesday at ten.
    assert due(scene, "ack_reminder") == day(5, 9)


def test_a_hold_that_was_over_before_the_clock_began_takes_nothing_from_it() -> None:
    held = (
        given(issued(), accept(), WAIT).when(Resume(), at=day(9)).when(send(100), at=day(10)).when(arrived())
    )
    assert due(held, "no_news") == day(17)
    plain = given(issued(), accept()).when(send(100), at=day(10)).when(arrived())
    assert due(plain, "no_news") == due(held, "no_news")


def test_a_clock_that_begins_during_a_hold_starts_when_it_is_resumed() -> None:
    scene = given(issued(), accept(), send(100), WAIT).when(ship(100), at=day(4)).when(Resume(), at=day(9))
    assert due(scene, "parcel_overdue") == BERLIN.add_working_time(day(9), 5 * timedelta(hours=9))


def test_a_promise_given_after_a_hold_is_not_moved_by_it() -> None:
    scene = given(issued(), WAIT).when(Resume(), at=day(9)).when(accept(date(2026, 12, 4)))
    assert due(scene, "ship_overdue") == day(5, 0, month=12)


def test_a_day_that_was_set_moves_by_the_working_days_on_hold() -> None:
    # Due at the end of Wednesday the 4th; held from Tuesday at nine for exactly two working days.
    scene = given(issued(), accept()).when(WAIT, at=day(3)).when(Resume(), at=day(5))
    assert due(scene, "milestone_overdue") == day(7, 0), "at the end of Friday, not at closing time"


def test_a_hold_of_no_time_moves_nothing() -> None:
    scene = given(issued(), accept(), WAIT, Resume())
    plain = given(issued(), accept())
    assert watch(scene.order) == watch(plain.order)


def test_a_hold_over_a_weekend_moves_nothing() -> None:
    # Held on Friday after work, resumed on Monday before it.
    scene = given(issued(), accept()).when(WAIT, at=day(6, 18)).when(Resume(), at=day(9, 7))
    plain = given(issued(), accept())
    for rule in ("ship_overdue", "receipt_overdue"):
        assert due(scene, rule) == due(plain, rule)


def test_no_working_time_left_means_the_next_working_hour() -> None:
    # 18:00 in London: the working day of the milestone is over, its calendar day is not.
    scene = given(issued(), accept()).when(WAIT, at=day(4, 18)).when(Resume(), at=day(4, 19))
    assert due(scene, "milestone_overdue") == day(5, 8)


def test_an_alert_says_since_when_it_is_overdue_with_the_hold_taken_off() -> None:
    scene = given(issued(), accept()).when(WAIT, at=day(3)).when(Resume(), at=day(5))
    scene.wait(day(8))
    (alert,) = scene.order.open_alerts
    assert (alert.rule, alert.since, alert.raised_at) == ("milestone_overdue", day(7, 0), day(7, 0))


def test_escalation_waits_for_the_resume_too() -> None:
    scene = given(issued(), accept())
    scene.wait(day(5))
    (alert,) = scene.order.open_alerts
    assert due(scene, "milestone_overdue") == day(5, 16)  # nine hours of the plant's Thursday
    scene.when(WAIT, at=day(5, 10)).when(Resume(), at=day(6, 10))
    assert due(scene, "milestone_overdue") == day(6, 16)
    scene.when(AcknowledgeAlert(alert.alert, "Capacity", "Called them")).then()
    assert due(scene, "milestone_overdue") == day(18, 0), "that of the next milestone"


def test_papers_come_and_the_order_is_cancelled_on_hold() -> None:
    given(issued(), WAIT, document("coc")).then("issued").when(Cancel("No longer needed")).then("cancelled")


hours = st.integers(-500, 500).map(lambda half: timedelta(minutes=30 * half))


@pytest.mark.parametrize("calendar", [LONDON, BERLIN, WorkingCalendar("Asia/Shanghai", (1, 2, 3, 4, 5, 6))])
@examples(stopped=hours, on_hold=hours, left=hours)
def test_a_deadline_never_comes_earlier_for_having_been_held(
    calendar: WorkingCalendar, stopped: timedelta, on_hold: timedelta, left: timedelta
) -> None:
    start = NOW + stopped
    resumed, old = start + abs(on_hold), start + abs(left)
    new = _resumed(calendar, start, resumed, old)
    assert new >= old
    assert new >= resumed
    # It has the same working time before it, which is what "left" means.
    assert calendar.working_time_between(resumed, new) == calendar.working_time_between(start, old)


def test_the_hold_of_an_order_that_ended_is_over() -> None:
    order = given(issued(), WAIT, Cancel("No longer needed")).order
    assert order.hold is None
    assert replace(order.holds[0]).resumed_at == NOW
