"""report-nonconformance: found later, while the pieces are still ours, or when they are long gone."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

import pytest

from models.domain import events as e
from models.domain.commands import Cancel, Close, Hold, ReportNonconformance
from tests.domain.asking import NC, dispose, judge, receive, report, send, ship, some
from tests.domain.orders import Scene, a_line, given, issued, parametrize

TWO_LOTS = a_line(lots=[("L1", 60), ("L2", 40)])


def received(**split: object) -> Scene:
    return given(issued(), send(100), ship(100), receive(split.pop("accepted", 100), **split))


def test_accepted_pieces_on_our_shelf_become_rejected() -> None:
    scene = received().when(report(10)).then("receiving", accepted=90, rejected=10, sent=100)
    scene.happened(e.NonconformanceOpened).flags("nonconforming")
    assert scene.shelf["L1"].on_hand == 90
    assert scene.order.nonconformances[NC].defect == "Blisters"


def test_then_pending_ones() -> None:
    received(accepted=60, pending=40).when(report(70)).then("receiving", pending=30, rejected=70)


def test_used_pieces_are_only_recorded() -> None:
    scene = received().use("L1", 97).when(report(10)).then("receiving", accepted=97, rejected=3)
    scene.happened(e.NonconformanceOpened, e.NonconformanceOpened)
    recorded = scene.event(e.NonconformanceOpened)
    assert (recorded.nonconformance, recorded.quantity, recorded.recorded_only) == ("SO-1-N2", 7, True)
    scene.flags("nonconforming")
    assert [item.nonconformance for item in scene.order.open_nonconformances] == [NC]


def test_used_pieces_do_not_hide_pending_ones() -> None:
    scene = received(accepted=60, pending=40).use("L1", 60).when(report(10))
    scene.then("receiving", accepted=60, pending=30, rejected=10)


def test_used_pieces_are_counted_once_over_several_lines() -> None:
    scene = received().use("L1", 95)
    scene.when(ReportNonconformance((some(1, 4), some(1, 4)), "Blisters"))
    scene.then("receiving", accepted=95, rejected=5)


@pytest.mark.parametrize("end", [Close(), Cancel("No longer needed")], ids=["closed", "cancelled"])
def test_after_the_end_everything_is_only_recorded(end: Close | Cancel) -> None:
    scene = received().when(end).when(report(10)).then(accepted=100).happened(e.NonconformanceOpened).flags()
    assert scene.order.nonconformances[NC].recorded_only


@parametrize(
    "command, code, field",
    (ReportNonconformance((), "Blisters"), "lines.empty", "lines"),
    (report(10, defect=" "), "defect.missing", "defect"),
    (report(0), "quantity.zero", "lines.0.quantity"),
    (report("0.5"), "quantity.too_precise", "lines.0.quantity"),
    (report(10, line=3), "line.unknown", "lines.0.line"),
    (report(10, "L9"), "lot.not_on_line", "lines.0.lot"),
    (report(101), "nonconformance.more_than_received", "lines.0.quantity"),
    (
        ReportNonconformance((some(1, 60), some(1, 41)), "Blisters"),
        "nonconformance.more_than_received",
        "lines.1.quantity",
    ),
)
def test_what_is_not_reported(command: ReportNonconformance, code: str, field: str) -> None:
    received().when(command).refused(code, field)


def test_each_line_gets_a_nonconformance_of_its_own() -> None:
    scene = given(issued(a_line(), a_line(2, 50, [("L2", 50)])), send(100), send(50, "L2", line=2))
    scene.when(ship(100)).when(ship(50, line=2)).when(receive(100)).when(
        receive(50, line=2, parcel="SO-1-P2")
    )
    scene.when(ReportNonconformance((some(1, 3), some(2, 4)), "Blisters"))
    assert [(item.nonconformance, item.quantity) for item in scene.order.open_nonconformances] == [
        ("SO-1-N1", 3),
        ("SO-1-N2", 4),
    ]


def test_the_lot_may_be_named_as_our_shelf_shows_it() -> None:
    scene = given(issued(TWO_LOTS), send(60, "L1"), send(40, "L2"), ship(60, "L1"), ship(40, "L2"))
    scene.when(receive(60, lot="L1", output_lot="OUT-1")).when(receive(40, parcel="SO-1-P2", lot="L2"))
    scene.when(report(10, "OUT-1")).then(place="1:L1", accepted=50, rejected=10)
    assert scene.shelf["OUT-1"].on_hand == 50
    scene.when(report(51, "OUT-1")).refused("nonconformance.more_than_received", found=50)


def test_one_shelf_lot_made_of_two_gives_up_pieces_of_both() -> None:
    scene = given(
        issued(TWO_LOTS), send(60, "L1"), send(40, "L2"), ship(100), receive(100, output_lot="OUT-1")
    )
    scene.when(report(70, "OUT-1")).then("receiving", accepted=30, rejected=70)


def test_reinspected_pieces_leave_their_nonconformance_for_the_new_one_once() -> None:
    scene = received(accepted=90, rejected=10).when(dispose(reinspect=10)).when(report(95))
    scene.then("receiving", rejected=95, pending=5)
    first, second = scene.order.nonconformances.values()
    assert first.shares == {"1:L1": {"reinspecting": 5}}
    assert second.shares == {"1:L1": {"undecided": 95}}
    scene.when(judge(accepted=5)).happened(e.PiecesJudged, e.NonconformanceClosed)


def test_it_can_be_reported_on_hold() -> None:
    received().when(Hold("Drawing changes")).when(report(10)).then("receiving", accepted=90, rejected=10)
