"""The ten stages and the flags, read off the decisions taken and the pieces."""

from __future__ import annotations

from dataclasses import replace

from models.domain import commands as c
from models.domain import events as e
from models.domain.commands import Cancel, Close, Correct, Hold, LineOnly, ShortClose
from models.domain.order import Stage, stage
from tests.domain.asking import (
    PARCEL,
    accept,
    arrived,
    counted,
    decline,
    dispose,
    judge,
    lose,
    over,
    receive,
    report,
    send,
    ship,
    some,
)
from tests.domain.orders import NEED_BY, a_line, day, given, issued


def test_the_ten_stages() -> None:
    assert len(Stage) == 10


def test_an_order_goes_from_issued_to_closed() -> None:
    scene = issued().then("issued")
    scene.when(accept()).then("acknowledged")
    scene.when(send(100)).then("acknowledged", in_transit_out=100)
    scene.when(arrived()).then("in_process", at_supplier=100)
    scene.when(ship(60)).then("in_process", at_supplier=40, in_transit_back=60)
    scene.when(ship(40)).then("shipped", in_transit_back=100)
    scene.when(receive(60)).then("receiving", in_transit_back=40, accepted=60)
    scene.when(receive(40, parcel="SO-1-P2")).then("received", accepted=100)
    scene.when(Close()).then("closed", accepted=100, sent=100)


def test_declining_is_countered_until_pieces_say_more() -> None:
    given(issued(), decline()).then("countered")
    given(issued(), send(100), arrived(), decline()).then("in_process")


def test_the_first_piece_or_the_first_report_starts_the_process() -> None:
    given(issued(), accept(), arrived()).then("in_process")
    given(issued(), accept(), arrived("PLATE")).then("in_process")
    given(issued(), accept(), arrived("INSP")).then("acknowledged")
    given(issued(), accept(), arrived(forecast=NEED_BY)).then("acknowledged")
    given(issued(), accept(), send(100), c.ReportMilestone("REC", lines=(some(1, 1),))).then("in_process")


def test_pieces_lost_on_the_way_out_never_started_anything() -> None:
    given(issued(), accept(), send(100), lose(10)).then("acknowledged", in_transit_out=90, lost=10)


def test_an_order_whose_only_parcel_was_lost_is_in_process_again() -> None:
    """It was at the supplier, whether or not the supplier said so."""
    scene = given(issued(), accept(), send(100), ship(60)).then(
        "shipped", in_transit_out=40, in_transit_back=60
    )
    scene.when(lose(60, from_="in_transit_back")).then("in_process", in_transit_out=40, lost=60)


def test_a_corrected_report_takes_the_stage_back() -> None:
    scene = given(issued(), accept(), send(100), arrived()).then("in_process")
    scene.when(Correct(scene.sequence(e.MilestoneReported), "Other order")).then(
        "acknowledged", in_transit_out=100
    )
    # A loss on the way, corrected or not, proves nothing about the supplier.
    scene.when(lose(10)).when(Correct(scene.sequence(e.PiecesLost), "Found")).then(
        "acknowledged", in_transit_out=100
    )


def test_shipped_only_when_nothing_is_at_the_supplier() -> None:
    given(issued(), send(60), arrived(), send(40), ship(60)).then(
        "shipped", in_transit_out=40, in_transit_back=60
    )


def test_receiving_until_everything_is_sent_back_and_decided() -> None:
    scene = given(issued(), send(60), arrived(), ship(60), receive(60)).then("receiving", accepted=60)
    scene.when(send(40)).when(ship(40)).then("receiving")
    scene.when(receive(parcel="SO-1-P2", rejected=10, pending=10, accepted=21))
    scene.then("receiving", accepted=80, rejected=10, pending=10, over=1)
    scene.when(judge(accepted=10)).then("receiving", accepted=90, rejected=10, over=1)
    scene.when(dispose(scrap=10)).then("receiving", accepted=90, scrapped=10, over=1)
    scene.when(over("return")).then("received", accepted=90, scrapped=10)


def test_a_short_closed_line_needs_no_more() -> None:
    scene = given(issued(), send(60), ship(60), receive(60)).then("receiving")
    scene.when(ShortClose((LineOnly(1),), "Enough")).then("received", accepted=60)


def test_every_line_has_to_be_complete() -> None:
    scene = given(issued(a_line(), a_line(2, 50, [("L2", 50)])), send(100), ship(100), receive(100))
    scene.then("receiving", accepted=100)
    scene.when(send(50, "L2", line=2)).when(ship(50, line=2))
    scene.when(c.Receive((counted(2, accepted=50),), "SO-1-P2")).then("received", accepted=150)


def test_rework_brings_it_back_to_receiving() -> None:
    scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10))
    scene.then("receiving", accepted=90, in_transit_out=10)
    scene.when(ship(10, nonconformance="SO-1-N1")).when(receive(10, parcel="SO-1-P2")).then("received")
    scene.when(report(5)).then("receiving", accepted=95, rejected=5)


def test_all_pieces_lost_is_received_too() -> None:
    given(issued(), send(100), lose(100)).then("received", lost=100)


def test_flags_are_independent_of_the_stage() -> None:
    scene = given(issued(draft={"priority": "urgent"}), send(100), ship(100), receive(90, rejected=10))
    scene.flags("urgent", "nonconforming")
    scene.when(Hold("Drawing changes")).flags("hold", "urgent", "nonconforming")
    scene.when(Cancel("No longer needed")).flags("hold", "urgent", "nonconforming", "cancelling")


def test_late_as_long_as_an_alert_about_lateness_is_open() -> None:
    scene = given(issued(), accept()).flags()
    scene.wait(day(5, 10))
    scene.flags("late")
    scene.when(arrived()).flags()


def test_a_hold_ends_with_the_order() -> None:
    given(issued(), Hold("Drawing changes"), Cancel("No longer needed")).then("cancelled").flags()


def test_cancelled_and_closed_come_first() -> None:
    order = given(issued(), send(100), ship(100), receive(100)).order
    for end in (Stage.CLOSED, Stage.CANCELLED):
        assert stage(replace(order, end=end)) is end


def test_an_ended_order_stays_ended_whatever_turns_up() -> None:
    scene = given(issued(), send(100), ship(95), receive(95), lose(5), Close()).then("closed")
    scene.when(receive(2, parcel="", slip="LS-7")).then("closed", accepted=95, pending=2, lost=3)
    assert PARCEL in scene.order.parcels
