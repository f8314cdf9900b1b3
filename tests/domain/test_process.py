"""report-process: loads with their times, parameters and lots, kept with the line; parcels that name them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from models.domain import events as e
from models.domain.authority import OnBehalfOf
from models.domain.commands import Close, Correct
from models.domain.records import Load
from tests.domain.asking import NC, accept, arrived, dispose, process, receive, send, ship
from tests.domain.orders import NOW, PLANNER, Scene, a_line, day, given, issued


def sent() -> Scene:
    """60 of L1 and 40 of L2 are with the supplier; it is the day after."""
    line = a_line(1, 100, [("L1", 60), ("L2", 40)])
    return given(issued(line), accept(), send(60, "L1"), send(40, "L2"), arrived()).at(day(3))


def loads(scene: Scene) -> tuple[Load, ...]:
    line = scene.order.line(1)
    assert line is not None
    return line.reported_loads


def test_what_was_done_is_kept_with_the_line() -> None:
    scene = given(
        sent(), process(" F-1 ", started=NOW, parameters={"pH": Decimal("5.60"), "bath": "Zn"}, L1=60)
    )
    (load,) = loads(scene)
    assert (load.equipment, load.load) == ("Bath 3", "F-1")
    assert load.lots == {"L1": 60}
    assert (load.started_at, load.ended_at) == (NOW, NOW + timedelta(hours=2))
    assert load.parameters == {"pH": "5.6", "bath": "Zn"}
    assert load.reported_at == scene.now == scene.order.last_news_at
    told = scene.event(e.ProcessReported)
    assert (told.source, told.late_entry) == ("supplier", True)
    scene.then("in_process", at_supplier=100)


def test_it_moves_neither_pieces_nor_the_stage() -> None:
    scene = given(issued(), send(100)).at(day(3))
    given(scene, process(started=NOW, L1=100)).then("issued", in_transit_out=100)


def test_an_entry_of_the_day_is_not_late() -> None:
    scene = given(sent(), process(started=day(3, 6), L1=60))
    assert scene.event(e.ProcessReported).late_entry is False


def test_staff_enter_what_they_were_told() -> None:
    wanted = process(started=NOW, L1=60)
    scene = sent().when(wanted, by=PLANNER).refused("on_behalf_of.missing")
    scene.when(wanted, by=PLANNER, on_behalf_of=OnBehalfOf("s_contact", "paper")).then()
    assert loads(scene)[0].source == "paper"


def test_times_are_kept_in_utc() -> None:
    east = datetime(2026, 11, 2, 17, tzinfo=timezone(timedelta(hours=8)))
    assert loads(given(sent(), process(started=east, L1=60)))[0].started_at == NOW


BASE = process(started=NOW, L1=60)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"line": 2}, "line.unknown", "line"),
        ({"equipment": " "}, "text.missing", "equipment"),
        ({"load": ""}, "text.missing", "load"),
        ({"load": "x" * 61}, "text.too_long", "load"),
        ({"ended_at": NOW - timedelta(minutes=1)}, "process.ends_first", "ended_at"),
        ({"ended_at": day(3, 9, 6)}, "process.future", "ended_at"),
        (
            {"started_at": datetime.fromisoformat("0001-01-01T00:00:00+14:00")},
            "process.long_before",
            "started_at",
        ),
        ({"started_at": day(4), "ended_at": day(5)}, "process.future", "started_at"),
        ({"started_at": NOW.replace(tzinfo=None)}, "time.zone", "started_at"),
        ({"lots": ()}, "lots.empty", "lots"),
        ({"lots": process(started=NOW, L1=60, L9=1).lots}, "lot.not_on_line", "lots.1.lot"),
        ({"lots": process(started=NOW, unnamed=1).lots}, "lot.missing", "lots.0.lot"),
        ({"lots": BASE.lots + BASE.lots}, "lot.repeated", "lots.1.lot"),
        ({"lots": process(started=NOW, L2=0).lots}, "quantity.zero", "lots.0.quantity"),
        ({"lots": process(started=NOW, L2="1.5").lots}, "quantity.too_precise", "lots.0.quantity"),
        ({"lots": process(started=NOW, L1=60, L2=41).lots}, "process.more_than_sent", "lots.1.quantity"),
        ({"parameters": {str(n): "1" for n in range(41)}}, "parameters.too_many", "parameters"),
        ({"parameters": {" ": "1"}}, "text.missing", "parameters."),
        ({"parameters": {"pH": "x" * 201}}, "text.too_long", "parameters.pH"),
        ({"parameters": {"x" * 61: "1"}}, "text.too_long", "parameters." + "x" * 60),
        ({"parameters": {"pH": "5", " pH": "6"}}, "parameters.repeated", "parameters.pH"),
        ({"parameters": {"pH": Decimal("NaN")}}, "quantity.not_a_number", "parameters.pH"),
        ({"parameters": {"pH": Decimal("1e999999")}}, "quantity.not_a_number", "parameters.pH"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(changes: dict[str, Any], code: str, field: str) -> None:
    sent().when(replace(BASE, **changes)).refused(code, field)


def test_a_load_holds_no_more_of_a_lot_than_was_sent_however_often_it_is_reported() -> None:
    scene = given(sent(), process(started=NOW, L1=40))
    scene.when(process(started=NOW, L1=21)).refused("process.more_than_sent", sent=60, entered=61)
    # Another load is another step: the same pieces may pass both.
    given(scene, process(started=NOW, L1=20), process("F-2", started=NOW, L1=60))


def test_the_same_pieces_in_the_same_load_are_not_reported_once_more() -> None:
    scene = given(issued(), send(100)).at(day(3))
    given(scene, process(started=NOW, L1=40))
    scene.when(process(started=NOW, L1=40)).refused("process.repeated", load="F-1", lot="L1", quantity=40)
    # More of it, another load of the same name, and what was taken back before are reports of their own.
    given(scene, process(started=NOW, L1=30), process(started=day(3, 1), L1=40, hours=1))
    given(
        scene, Correct(scene.sequence(e.ProcessReported), "Typed twice"), process("F-2", started=NOW, L1=40)
    )


def test_a_load_that_was_over_before_its_pieces_left_held_none_of_them() -> None:
    scene = given(issued(), accept()).at(day(6))
    given(scene, send(60)).at(day(7))
    early = process(started=day(4), L1=60)
    scene.when(early).refused(
        "process.before_sent", "ended_at", lot="L1", sent="2026-11-06", ended="2026-11-04"
    )
    # A sending may be written down some hours late, and work may go on from before it.
    given(scene, process("F-2", started=day(5, 10), L1=30), process("F-3", started=day(3), L1=60, hours=96))
    # What was typed wrongly did not leave; what was sent in its place did so later.
    again = given(issued(), accept(), send(60)).at(day(6))
    given(again, Correct(again.sequence(e.PiecesSent), "Another order's"), send(60)).at(day(7))
    again.when(early).refused("process.before_sent")
    given(again, send(40))
    given(again, process("F-2", started=day(6), L1=100))


def test_before_anything_was_sent_there_is_nothing_to_report() -> None:
    given(issued(), accept()).at(day(3)).when(BASE).refused("process.nothing_sent", "line")


def test_process_history_may_come_after_the_pieces_but_not_after_the_end() -> None:
    scene = given(issued(), send(100), ship(100), receive(100)).at(day(3))
    given(scene, process(started=NOW, L1=100)).then("received", accepted=100)
    given(scene, Close()).when(process("F-2", started=NOW, L1=100)).refused("order.stage")


def test_a_parcel_names_the_load_its_pieces_were_in() -> None:
    scene = given(sent(), process("F-1", started=NOW, L1=60), process("F-2", started=NOW, L2=40))
    node = loads(scene)[0].node
    assert given(scene, ship(60, "L1", load="F-1")).order.parcels["SO-1-P1"].loads == {"1:L1": node}
    scene.when(ship(40, "L2", load="F-3")).refused("ship.load_unknown", "lines.0.load", loads="F-2")
    # The one lot that was in the load needs no naming.
    given(scene, ship(40, load="F-2")).then("shipped", in_transit_back=100)


def test_pieces_of_a_lot_that_was_not_in_the_load_are_not_shipped_as_of_it() -> None:
    scene = given(sent(), process("F-1", started=NOW, L1=60))
    scene.when(ship(40, "L2", load="F-1")).refused("ship.load_unknown", "lines.0.load", loads="none")
    given(scene, process("F-1", started=NOW, L2=10), process("F-1", started=NOW, L2=30))
    given(scene, ship(40, "L2", load="F-1"))


def test_one_box_does_not_mix_loads() -> None:
    scene = given(sent(), process("F-1", started=NOW, L1=30), process("F-2", started=NOW, L1=30))
    first, second = ship(30, "L1", load="F-1"), ship(30, "L1", load="F-2")
    both = replace(first, lines=first.lines + second.lines)
    scene.when(both).refused("ship.two_loads", "lines.1.load")
    given(scene, first, second).then("in_process", at_supplier=40, in_transit_back=60)


def test_a_load_gives_out_no_more_than_it_held() -> None:
    scene = given(sent(), process("F-1", started=NOW, L1=30), process("F-2", started=NOW, L1=20))
    too_many = {"left": 30, "held": 30, "entered": 40, "loads": "Bath 3 F-2 2026-11-02T09:00Z", "unnamed": 10}
    scene.when(ship(40, "L1", load="F-1")).refused("ship.load_short", "lines.0.quantity", **too_many)
    given(scene, ship(20, "L1", load="F-1"))
    scene.when(ship(11, "L1", load="F-1")).refused("ship.load_short", left=10)
    # Two rows of one box take from the same load.
    half = ship(6, "L1", load="F-1")
    scene.when(replace(half, lines=half.lines * 2)).refused("ship.load_short", "lines.1.quantity", left=10)
    given(scene, ship(10, "L1", load="F-1"), ship(20, "L1", load="F-2"))
    # A box that never was took nothing out.
    given(scene, Correct(scene.sequence(e.ParcelShipped), "Not shipped"), ship(20, "L1", load="F-2"))


def test_what_is_used_up_in_tests_has_left_its_load() -> None:
    scene = given(sent(), process("F-1", started=NOW, L1=30))
    scene.when(ship(29, "L1", load="F-1", tested=2)).refused("ship.load_short", "lines.0.quantity", left=30)
    scene.when(ship(0, "L1", load="F-1", tested=31)).refused("ship.load_short", "lines.0.tested", left=30)
    given(scene, ship(18, "L1", load="F-1", tested=2))
    scene.when(ship(11, "L1", load="F-1")).refused("ship.load_short", left=10)
    # A box of nothing but tests, and one that never was.
    given(scene, ship(0, "L1", load="F-1", tested=4))
    scene.when(ship(7, "L1", load="F-1")).refused("ship.load_short", left=6)
    given(scene, Correct(scene.sequence(e.ParcelShipped), "Not tested"), ship(10, "L1", load="F-1"))


def test_reworked_pieces_leave_their_first_load_again_or_another_once() -> None:
    scene = given(issued(), accept(), send(100), arrived()).at(day(3))
    given(scene, process("F-1", started=NOW, L1=50), ship(50, load="F-1"), receive(40, rejected=10))
    given(scene, dispose(rework=10)).at(day(4))
    given(scene, process("F-2", started=day(3), L1=12))
    scene.when(ship(13, nonconformance=NC, load="F-2")).refused("ship.load_short", left=12)
    given(scene, ship(4, nonconformance=NC, load="F-2"), ship(6, nonconformance=NC, load="F-1"))
    # Of the second load 4 are gone, of the first all that was in it.
    scene.when(ship(9, load="F-2")).refused("ship.load_short", left=8)
    scene.when(ship(1, load="F-1")).refused("ship.load_short", left=0)


def test_pieces_as_they_came_were_in_no_load() -> None:
    scene = given(sent(), process("F-1", started=NOW, L1=30))
    raw = ship(40, "L1", load="F-1")
    given(scene, replace(raw, lines=(replace(raw.lines[0], unprocessed=Decimal(10)),)))
    scene.when(ship(1, "L1", load="F-1")).refused("ship.load_short", left=0)


def test_a_number_used_again_is_told_apart_by_its_day() -> None:
    scene = given(sent(), process("F-1", started=NOW, L1=30), process("F-1", started=day(3, 6), L1=30))
    names = "Bath 3 F-1 2026-11-02T09:00Z, Bath 3 F-1 2026-11-03T06:00Z"
    scene.when(ship(30, "L1", load="F-1")).refused("ship.load_several", "lines.0.load", loads=names)
    given(scene, ship(30, "L1", load="Bath 3 F-1 2026-11-03T06:00Z"))
    assert scene.order.parcels["SO-1-P1"].loads == {"1:L1": loads(scene)[1].node}


def test_a_wrong_report_is_taken_back_until_a_parcel_names_it() -> None:
    scene = given(sent(), process("F-1", started=NOW, L1=60))
    report = scene.sequence(e.ProcessReported)
    given(scene, Correct(report, "Another customer's load"))
    assert loads(scene) == ()
    scene.when(ship(60, "L1", load="F-1")).refused("ship.load_unknown")
    given(scene, process("F-1", started=NOW, L1=60), ship(60, "L1", load="F-1"))
    again = scene.sequence(e.ProcessReported)
    scene.when(Correct(again, "Typed wrongly")).refused("correct.moved_on", what="SO-1-P1")
    given(scene, Correct(scene.sequence(e.ParcelShipped), "Not shipped"), Correct(again, "Typed wrongly"))


def test_a_report_is_not_taken_back_once_pieces_of_its_load_were_tested() -> None:
    scene = given(sent(), process("F-1", started=NOW, L1=60))
    report = scene.sequence(e.ProcessReported)
    given(scene, ship(0, "L1", tested=2, load="F-1"))
    assert scene.order.parcels["SO-1-P1"].loads == {}
    scene.when(Correct(report, "Typed wrongly")).refused("correct.moved_on", what="SO-1-P1")
    given(scene, Correct(scene.sequence(e.ParcelShipped), "Not tested"), Correct(report, "Typed wrongly"))
    assert loads(scene) == ()


def test_what_was_in_a_load_was_sent() -> None:
    scene = given(issued(), send(100)).at(day(3))
    given(scene, process(started=NOW, L1=100))
    scene.when(Correct(scene.sequence(e.PiecesSent), "Never left")).refused("correct.moved_on")
