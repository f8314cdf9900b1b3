"""report-milestone: dates as claimed, pieces as they arrive."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from models.domain import events as e
from models.domain.commands import Hold, ReportMilestone
from tests.domain.asking import arrived, receive, send, ship, some
from tests.domain.orders import NOW, Scene, a_line, a_lot, day, given, issued, parametrize


def milestone(scene: Scene, code: str = "REC") -> Any:
    found = scene.order.milestone(code)
    assert found is not None
    return found


def test_received_without_lines_brings_in_all_that_is_on_its_way() -> None:
    scene = given(issued(), send(60), arrived()).then("in_process", at_supplier=60)
    assert (milestone(scene).actual, milestone(scene).reported_at, milestone(scene).quantity) == (
        NOW,
        NOW,
        60,
    )


def test_received_with_lines_brings_in_those() -> None:
    scene = given(issued(), send(100), arrived(lines=(some(1, 30),)))
    scene.then("in_process", in_transit_out=70, at_supplier=30)
    scene.when(arrived(lines=(some(1, 71),))).refused(
        "milestone.more_than_sent", "lines.0.quantity", found=70
    )
    scene.when(arrived(lines=(some(1, 40), some(1, 31)))).refused(
        "milestone.more_than_sent", "lines.1.quantity"
    )
    scene.when(arrived(lines=(some(1, 70),))).then(at_supplier=100)
    assert milestone(scene).quantity == 100


def test_lots_arrive_in_the_order_they_were_sent_unless_named() -> None:
    line = a_line(lots=[("L1", 60), ("L2", 40)])
    scene = given(issued(line), send(40, "L2"), send(60, "L1"))
    scene.when(arrived(lines=(some(1, 50),))).then(place="1:L2", at_supplier=40)
    scene.then(place="1:L1", at_supplier=10, in_transit_out=50)
    scene.when(arrived(lines=(some(1, 5, "L1"),))).then(place="1:L1", at_supplier=15, in_transit_out=45)
    scene.when(arrived(lines=(some(1, 5, "L9"),))).refused("lot.not_on_line", "lines.0.lot")


def test_later_arrivals_do_not_move_the_day_of_the_first() -> None:
    scene = given(issued(), send(50), arrived(), send(50))
    scene.when(arrived(), at=day(4)).then(at_supplier=100)
    assert milestone(scene).actual == NOW
    assert milestone(scene).quantity == 100


def test_hearing_it_twice_changes_nothing_but_another_day_said_does() -> None:
    scene = given(issued(), send(100), arrived())
    scene.when(arrived(), at=day(4)).then(at_supplier=100)
    assert milestone(scene).actual == NOW
    scene.when(arrived(actual=day(3))).then(at_supplier=100)
    assert milestone(scene).actual == day(3)


def test_after_a_receipt_it_only_writes_the_date() -> None:
    scene = given(issued(), send(100), receive(60, parcel="", slip="LS-1")).then(
        in_transit_out=40, accepted=60
    )
    scene.when(arrived(actual=day(2, 8))).then("receiving", in_transit_out=40, accepted=60)
    assert milestone(scene).actual == day(2, 8)
    # Lines still say how many of the rest arrived.
    scene.when(arrived(lines=(some(1, 40),))).then(at_supplier=40, accepted=60)


@parametrize(
    "command, code, field",
    (arrived("XYZ"), "milestone.unknown", "code"),
    (arrived(actual=NOW + timedelta(minutes=6)), "milestone.future", "actual"),
    (arrived(actual=NOW.replace(tzinfo=None)), "time.zone", "actual"),
    (arrived(actual=NOW.replace(year=NOW.year - 1)), "milestone.long_before", "actual"),
    (arrived(forecast=date(2026, 11, 1)), "forecast.past", "forecast"),
    (arrived(forecast=date(2032, 1, 1)), "date.too_far", "forecast"),
    (arrived(lines=(some(1, 0),)), "quantity.zero", "lines.0.quantity"),
    (arrived(lines=(some(1, "0.5"),)), "quantity.too_precise", "lines.0.quantity"),
    (arrived("PLATE", lines=(some(7, 1),)), "line.unknown", "lines.0.line"),
    (arrived("PLATE", lines=(some(1, -4),)), "quantity.too_small", "lines.0.quantity"),
)
def test_what_is_not_reported(command: ReportMilestone, code: str, field: str) -> None:
    given(issued(), send(100)).when(command).refused(code, field)


@pytest.mark.parametrize("ahead", [0, 5])
def test_a_clock_that_goes_minutes_ahead_says_now(ahead: int) -> None:
    scene = given(issued(), send(100)).when(arrived(actual=NOW + timedelta(minutes=ahead))).then("in_process")
    assert milestone(scene).actual == NOW


def test_instants_are_kept_in_utc() -> None:
    shanghai = datetime(2026, 11, 2, 16, tzinfo=timezone(timedelta(hours=8)))
    scene = given(issued(), send(100), arrived(actual=shanghai))
    assert milestone(scene).actual.tzinfo is UTC
    assert milestone(scene).actual == day(2, 8)


def test_a_late_entry_is_marked_late() -> None:
    scene = given(issued(), send(100)).at(day(6))
    assert scene.when(arrived(actual=day(5, 23))).event(e.MilestoneReported).late_entry
    assert not scene.when(arrived("PLATE", actual=day(6, 1))).event(e.MilestoneReported).late_entry


def test_a_forecast_moves_no_piece_and_meets_no_milestone() -> None:
    scene = given(issued(), send(100), arrived(forecast=date(2026, 11, 9))).then(in_transit_out=100)
    assert (milestone(scene).actual, milestone(scene).forecast) == (None, date(2026, 11, 9))
    assert milestone(scene).expected == date(2026, 11, 9)


def test_a_milestone_may_be_reached_and_say_when_it_will_be_finished() -> None:
    scene = given(issued(), arrived("PLATE", actual=NOW, forecast=date(2026, 11, 9)))
    assert (milestone(scene, "PLATE").actual, milestone(scene, "PLATE").forecast) == (NOW, date(2026, 11, 9))


def test_other_milestones_count_pieces_without_moving_them() -> None:
    scene = given(issued(), send(100), arrived(), arrived("PLATE", lines=(some(1, 30), some(1, 25))))
    scene.then(at_supplier=100)
    assert milestone(scene, "PLATE").quantity == 55


@pytest.mark.parametrize(
    ("code", "possible"), [("REC", True), ("PLATE", False), ("INSP", False), ("SHIP", False)]
)
def test_on_hold_only_the_arrival_is_reported(code: str, possible: bool) -> None:
    scene = given(issued(lots=[a_lot("L1")]), send(100), Hold("Drawing changes")).when(arrived(code))
    if possible:
        scene.then("in_process", at_supplier=100).flags("hold")
    else:
        scene.refused("order.hold", reason="Drawing changes")


def test_shipping_the_rest_meets_the_milestone_of_kind_shipped() -> None:
    scene = given(issued(), send(100), arrived(), ship(60)).happened(e.ParcelShipped, e.MilestoneReported)
    assert (milestone(scene, "SHIP").actual, milestone(scene, "SHIP").quantity) == (None, 60)
    scene.when(receive(60)).when(ship(40), at=day(5)).then()
    assert (milestone(scene, "SHIP").actual, milestone(scene, "SHIP").quantity) == (day(5), 100)


def test_shipping_what_was_sent_so_far_is_not_the_end_while_more_is_to_be_sent() -> None:
    scene = given(issued(), send(60), arrived(), ship(60))
    assert milestone(scene, "SHIP").actual is None
