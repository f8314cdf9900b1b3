"""ship: a parcel, what is in it, and what was only announced."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

from models.domain import events as e
from models.domain.commands import Command, Hold, Receive, Ship, ShipLine
from tests.domain.asking import NC, PARCEL, arrived, counted, dispose, process, receive, send, ship, some
from tests.domain.orders import a_line, a_lot, day, given, issued, parametrize

TWO_LOTS = a_line(lots=[("L1", 60), ("L2", 40)])


def test_a_parcel_takes_what_is_at_the_supplier() -> None:
    scene = given(issued(), send(100), arrived(), ship(60, carrier=" UPS ", tracking=" 1Z "))
    scene.then(at_supplier=40, in_transit_back=60)
    parcel = scene.order.parcels[PARCEL]
    assert (parcel.carrier, parcel.tracking, parcel.quantity) == ("UPS", "1Z", 60)
    assert parcel.contents == parcel.packed == {"1:L1": 60}
    assert parcel.announced


def test_then_it_takes_what_nobody_said_had_arrived() -> None:
    scene = given(issued(), send(30), arrived(), send(70))
    scene.when(ship(50)).then(in_transit_out=50, in_transit_back=50)


def test_beyond_what_is_there_is_kept_as_announced_over() -> None:
    scene = given(issued(), send(100), arrived(), ship(103)).then("shipped", in_transit_back=100)
    assert scene.order.parcels[PARCEL].announced_over == 3
    assert scene.event(e.ParcelShipped).quantity == 103


def test_unprocessed_pieces_are_in_the_box_and_test_pieces_are_extra() -> None:
    scene = given(issued(), send(100), arrived(), ship(96, unprocessed=6, tested=2))
    scene.then(at_supplier=2, in_transit_back=96, test_consumed=2, sent=100)
    shipped = scene.event(e.ParcelShipped)
    assert (shipped.quantity, shipped.unprocessed) == (96, 6)


def test_test_pieces_alone_may_be_reported() -> None:
    given(issued(), send(100), arrived(), ship(0, tested=2)).then(at_supplier=98, test_consumed=2)


@parametrize(
    "command, code, field",
    (Ship(), "lines.empty", "lines"),
    (ship(0), "quantity.zero", "lines.0.quantity"),
    (ship(-1), "quantity.too_small", "lines.0.quantity"),
    (ship("0.5"), "quantity.too_precise", "lines.0.quantity"),
    (ship(10, tested="NaN"), "quantity.not_a_number", "lines.0.tested"),
    (ship(10, unprocessed=11), "ship.unprocessed", "lines.0.unprocessed"),
    (ship(10, tested=91), "ship.tested", "lines.0.tested"),
    (ship(10, "L9"), "lot.not_on_line", "lines.0.lot"),
    (ship(10, line=2), "line.unknown", "lines.0.line"),
    (ship(10, nonconformance=NC), "nonconformance.unknown", "lines.0.nonconformance"),
    (Ship(parcel="SO-1-P9"), "parcel.unknown", "parcel"),
)
def test_what_is_not_shipped(command: Ship, code: str, field: str) -> None:
    given(issued(), send(90), arrived()).when(command).refused(code, field)


def test_nothing_there_is_nothing_to_ship() -> None:
    given(issued()).when(ship(10)).refused("ship.nothing_there", "lines.0.quantity")
    given(issued(), send(100), ship(100)).when(ship(1)).refused("ship.nothing_there")


def test_test_pieces_are_only_taken_where_they_are() -> None:
    given(issued(), send(100)).when(ship(50, tested=2)).refused("ship.tested", found=0, entered=2)


def test_two_lines_of_one_box_cannot_hold_the_same_piece() -> None:
    box = Ship((ShipLine(1, Decimal(60), "L1"), ShipLine(1, Decimal(60))))
    scene = given(issued(TWO_LOTS), send(60, "L1"), send(40, "L2"), arrived()).when(box)
    scene.then("shipped", in_transit_back=100)
    assert scene.order.parcels[PARCEL].packed == {"1:L1": 60, "1:L2": 40}
    assert scene.order.parcels[PARCEL].announced_over == 20


def test_without_a_lot_pieces_are_drawn_in_send_order_and_marked() -> None:
    scene = given(issued(TWO_LOTS), send(40, "L2"), send(60, "L1"), arrived())
    scene.when(ship(10)).then(place="1:L2", at_supplier=30, in_transit_back=10)
    assert scene.event(e.ParcelShipped).lot_unknown, "either lot may be in the box"
    assert not scene.when(ship(10, "L1")).event(e.ParcelShipped).lot_unknown
    scene.when(ship(30, "L2")).then(place="1:L2", in_transit_back=40)
    # Only L1 is left there: no doubt which it is.
    assert not scene.when(ship(50)).event(e.ParcelShipped).lot_unknown


def test_shipping_goes_on_while_the_order_is_on_hold() -> None:
    given(issued(), send(100), arrived(), Hold("Drawing changes"), ship(100)).then("shipped").flags("hold")


def test_a_parcel_of_reworked_pieces_names_the_nonconformance() -> None:
    scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10))
    scene.when(ship(10, nonconformance=NC)).then(accepted=90, in_transit_back=10)
    assert scene.order.parcels["SO-1-P2"].nonconformance == NC


def test_test_pieces_taken_from_rework_end_their_share() -> None:
    scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10))
    scene.when(arrived(lines=(some(1, 10),)))
    scene.when(ship(8, tested=2, nonconformance=NC)).then(accepted=90, in_transit_back=8, test_consumed=2)


@parametrize(
    "boxes,counted,met",
    ([ship(90)], 90, False),
    ([ship(90), receive(80, rejected=10), dispose(rework=10), ship(10, nonconformance=NC)], 90, False),
    (
        [ship(90), receive(80, rejected=10), dispose(rework=10), ship(10, nonconformance=NC), ship(10)],
        100,
        True,
    ),
    ([ship(60, unprocessed=20)], 40, False),
    ([ship(60, unprocessed=60)], None, False),
    ([ship(60, unprocessed=60), ship(40)], 40, True),
)
def test_the_shipped_milestone_counts_worked_pieces_once(
    boxes: list[Command], counted: int | None, met: bool
) -> None:
    scene = given(issued(), send(100), arrived(), *boxes)
    milestone = scene.order.milestone("SHIP")
    assert milestone is not None
    assert (milestone.quantity, milestone.actual is not None) == (counted, met)


def test_a_late_notice_names_the_box_that_was_opened_at_the_dock_and_moves_nothing() -> None:
    scene = given(issued(), send(100), arrived(), receive(100, parcel="", slip="LS-1")).then(
        "received", accepted=100
    )
    assert not scene.order.parcels[PARCEL].announced
    scene.when(Ship(parcel=PARCEL, carrier="UPS", tracking="1Z"), at=day(4)).then("received", accepted=100)
    parcel = scene.order.parcels[PARCEL]
    assert (parcel.announced, parcel.carrier, parcel.tracking) == (True, "UPS", "1Z")
    milestone = scene.order.milestone("SHIP")
    assert milestone is not None
    assert milestone.actual == day(2), "it was shipped before it was received"
    assert scene.event(e.MilestoneReported).late_entry
    scene.when(Ship(parcel=PARCEL)).refused("parcel.announced", "parcel")


def test_an_announced_parcel_is_not_announced_again() -> None:
    given(issued(), send(100), ship(60)).when(Ship(parcel=PARCEL)).refused("parcel.announced")


def test_a_box_holds_reworked_pieces_of_one_nonconformance() -> None:
    scene = given(
        issued(a_line(1, 100), a_line(2, 50, lots=[("L2", 50)]), lots=[a_lot("L1", 100), a_lot("L2", 50)]),
        send(100),
        send(50, line=2),
        arrived(),
        ship(10),
        ship(5, line=2),
        receive(rejected=10),
        receive(rejected=5, line=2, parcel="SO-1-P2"),
        dispose(rework=10),
        dispose("SO-1-N2", rework=5),
    )
    first, second = ship(10, nonconformance=NC), ship(5, line=2, nonconformance="SO-1-N2")
    both = Ship(first.lines + second.lines)
    scene.when(both).refused("ship.two_nonconformances", "lines.1.nonconformance", line=2)
    given(scene, first, second).then(at_supplier=135, in_transit_back=15)


def test_reworked_pieces_of_a_lot_are_counted_for_one_nonconformance_after_the_other() -> None:
    scene = given(issued(), send(100), arrived(), ship(10), receive(rejected=10), dispose(rework=10))
    given(scene, ship(5), receive(rejected=5, parcel="SO-1-P2"))
    given(scene, dispose("SO-1-N2", rework=5), ship(10, nonconformance=NC), ship(5, nonconformance="SO-1-N2"))
    first = counted(accepted=10, nonconformance=NC)
    second = counted(accepted=5, nonconformance="SO-1-N2")
    scene.when(Receive((first, second), "", "LS-9")).refused(
        "receive.two_nonconformances", "lines.1.nonconformance", line=1
    )
    given(scene, Receive((first,), "SO-1-P3"), Receive((second,), "SO-1-P4")).then(
        accepted=15, at_supplier=85
    )


def test_what_else_is_in_a_box_takes_no_load_beyond_what_it_held() -> None:
    line = a_line(2, 50, lots=[("L2", 50)])
    scene = given(
        issued(a_line(1, 100), line, lots=[a_lot("L1", 100), a_lot("L2", 50)]),
        send(100),
        send(50, line=2),
        arrived(),
        ship(10),
        receive(rejected=10),
        dispose(rework=10),
    ).at(day(5))
    given(scene, process("F-2", line=2, started=day(4), L2=20))
    again, load = ship(10, nonconformance=NC), ship(15, "L2", line=2, load="F-2")
    given(scene, ship(5, "L2", line=2, load="F-2"))
    for lines in (again.lines + load.lines, load.lines + again.lines):
        boxed = deepcopy(scene)
        given(boxed, Ship(lines)).when(load).refused("ship.load_short", "lines.0.quantity", left=0)
    given(scene, load)
    for lines, place in ((again.lines + load.lines, 1), (load.lines + again.lines, 0)):
        scene.when(Ship(lines)).refused("ship.load_short", f"lines.{place}.quantity", left=0)


def test_of_a_box_that_was_counted_before_it_was_announced_only_how_many_is_said() -> None:
    scene = given(issued(), send(100), arrived(), receive(20, parcel="", slip="LS-1"))
    for name, said in {"nonconformance": NC, "load": "F-1", "unprocessed": 7, "tested": 3}.items():
        late = replace(ship(20, **{name: said}), parcel=PARCEL)
        scene.when(late).refused("ship.counted_already", f"lines.0.{name}")
    given(scene, replace(ship(20), parcel=PARCEL))
