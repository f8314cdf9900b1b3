"""submit-inspection and review-inspection: judged exactly, complete, and what a release covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from models.domain import commands as c
from models.domain import events as e
from models.domain.commands import ReviewInspection
from models.domain.decisions.inspecting import may_ship
from models.domain.order import Order
from models.domain.records import Share
from models.domain.reinspecting import to_judge
from tests.domain.asking import (
    NC,
    PARCEL,
    accept,
    arrived,
    counted,
    dispose,
    inspect,
    judge,
    lose,
    receive,
    release,
    send,
    ship,
)
from tests.domain.orders import PLAN, Scene, a_line, given, issued, parametrize

TWO_LOTS = a_line(lots=[("L1", 60), ("L2", 40)])


def planned(*, gated: bool = False) -> Scene:
    return given(issued(plans={1: PLAN}, release_before_ship=gated), accept(), send(100), arrived())


def two_lots(*, gated: bool = False) -> Scene:
    scene = issued(TWO_LOTS, plans={1: PLAN}, release_before_ship=gated)
    return given(scene, send(60, "L1"), send(40, "L2"), arrived())


def last(order: Order) -> c.ReviewInspection:
    return release(f"SO-1-I{len(order.inspections)}")


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (("8", "12"), "pass"),  # on the limit is inside
        (("8.000", "12.0"), "pass"),
        (("7.999999999999999999999999", "10"), "fail"),
        (("10", "12.0000000000000000000000001"), "fail"),
        (("10", "10", "7"), "fail"),  # more than required is judged too
    ],
)
def test_values_are_judged_exactly(values: tuple[str, ...], verdict: str) -> None:
    submitted = planned().when(inspect(*values)).then("in_process").event(e.InspectionSubmitted)
    assert (submitted.verdict, submitted.lot_size) == (verdict, 100)
    assert bool(submitted.failures) is (verdict == "fail")


def test_a_failure_names_characteristic_sample_and_limit() -> None:
    (failure,) = planned().when(inspect("7", "10")).event(e.InspectionSubmitted).failures
    assert (failure.characteristic, failure.sample) == ("1", 1)
    assert failure.message == "7 µm is below the lower limit 8 µm."


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (inspect("10"), "inspection.incomplete", "results"),
        (inspect("10", "thin"), "inspection.results", "results.1.value"),
        (inspect(line=2), "line.unknown", "line"),
        (inspect(lot="L9"), "lot.not_on_line", "lot"),
        (inspect(parcel="SO-1-P9"), "parcel.unknown", "parcel"),
        (release("SO-1-I9"), "inspection.unknown", "inspection"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_submitted(command: c.Command, code: str, field: str) -> None:
    planned().when(command).refused(code, field)


def test_missing_values_are_named() -> None:
    refusal = planned().when(inspect("10")).refused("inspection.incomplete").refusal
    assert refusal is not None
    assert refusal.errors[0].message == "Characteristic 1: values missing for samples 2."


def test_a_line_without_a_plan_has_nothing_to_inspect() -> None:
    given(issued(), send(100), arrived()).when(inspect()).refused("inspection.no_plan", "line")


def test_there_must_be_pieces_to_inspect() -> None:
    given(issued(plans={1: PLAN})).when(inspect()).refused("inspection.nothing_there", "line")


def test_the_lot_size_is_the_parcel_or_what_is_there() -> None:
    scene = two_lots()
    sizes = []
    for command in (
        inspect(),
        inspect(lot="L2"),
        ship(70),
        inspect(parcel=PARCEL),
        inspect(parcel=PARCEL, lot="L2"),
    ):
        scene.when(command).then()
        sizes += [event.lot_size for event in scene.events if isinstance(event, e.InspectionSubmitted)]
    assert sizes == [100, 40, 70, 10]


def test_a_parcel_is_inspected_as_it_was_packed_also_after_it_was_received() -> None:
    scene = planned().when(ship(60)).when(receive(60)).then(at_supplier=40, pending=60)
    assert scene.when(inspect(parcel=PARCEL)).event(e.InspectionSubmitted).lot_size == 60
    scene.when(inspect(parcel=PARCEL, lot="L9")).refused("lot.not_on_line")


def test_a_parcel_without_such_pieces_is_refused() -> None:
    line_two = a_line(2, 50, [("L2", 50)])
    scene = given(issued(a_line(), line_two, plans={1: PLAN, 2: PLAN}), send(100), send(50, "L2", line=2))
    scene.when(ship(50, line=2)).when(inspect(parcel=PARCEL)).refused("inspection.not_in_parcel", "parcel")


def test_an_inspection_is_reviewed_once() -> None:
    scene = planned().when(inspect()).when(release()).then().happened(e.InspectionReviewed)
    scene.when(ReviewInspection("SO-1-I1", "reject")).refused("inspection.reviewed", decision="release")


def test_a_failed_inspection_can_only_be_rejected() -> None:
    scene = planned().when(inspect("7", "7")).when(release()).refused("inspection.failed", "decision")
    scene.when(ReviewInspection("SO-1-I1", "reject", "Thin")).then()
    scene.when(inspect()).when(release("SO-1-I2")).then()


def test_without_the_gate_pieces_ship_before_the_release_and_wait_at_the_dock() -> None:
    scene = planned().when(ship(100)).when(receive(100)).then("receiving", pending=100)
    scene.when(judge(accepted=100)).refused("judge.not_released", "lines.0.accepted", covered=0, entered=100)
    scene.when(inspect(parcel=PARCEL)).when(release()).when(judge(accepted=100)).then(
        "received", accepted=100
    )


def test_with_the_gate_nothing_ships_unreleased() -> None:
    scene = planned(gated=True)
    scene.when(ship(100)).refused("ship.not_released", "lines.0.quantity", covered=0)
    scene.when(inspect()).when(ship(100)).refused("ship.not_released")
    scene.when(release()).when(ship(100)).then("shipped", in_transit_back=100)
    scene.when(receive(100)).then("received", accepted=100)


def test_unprocessed_pieces_need_no_release() -> None:
    planned(gated=True).when(ship(40, unprocessed=40)).then(at_supplier=60, in_transit_back=40)
    scene = two_lots(gated=True).when(inspect(lot="L1")).when(release())
    # 60 of L1 are released; of the 40 of L2 in the box only those without coating may come back.
    scene.when(ship(90, unprocessed=29)).refused("ship.not_released", covered=60)
    scene.when(ship(90, unprocessed=30)).then(at_supplier=10, in_transit_back=90)


def released_in_part() -> Scene:
    """60 of 100 pieces were looked at and released; the other 40 came later."""
    line = a_line(lots=[("L1", 100)])
    scene = issued(line, plans={1: PLAN}, release_before_ship=True)
    return given(scene, send(60), arrived(), inspect(), release(), send(40), arrived())


def test_unprocessed_pieces_use_up_nothing_that_was_released() -> None:
    scene = given(released_in_part(), ship(40, unprocessed=40))
    scene.when(ship(60)).then(in_transit_back=100)


def test_a_parcel_that_is_taken_back_gives_back_what_it_used_up_and_no_more() -> None:
    scene = given(released_in_part(), ship(50, unprocessed=40))
    scene.when(c.Correct(scene.sequence(e.ParcelShipped), "Wrong box")).then(at_supplier=100)
    assert not any(scene.order.shipped.values())
    scene.when(ship(61)).refused("ship.not_released", covered=60)


def test_a_release_covers_each_piece_once() -> None:
    scene = planned(gated=True).when(c.SubmitInspection(1, inspect().results)).when(release())
    scene.when(ship(60)).when(ship(40)).then(in_transit_back=100)
    scene.when(receive(60)).when(receive(40, parcel="SO-1-P2")).then("received", accepted=100)


def test_what_a_release_does_not_cover_stays_pending() -> None:
    line = a_line(lots=[("L1", 100)])
    scene = given(
        issued(line, plans={1: PLAN}), send(60), arrived(), inspect(), release(), send(40), arrived()
    )
    scene.when(ship(100)).when(receive(100)).then("receiving", accepted=60, pending=40)
    scene.when(judge(accepted=40)).refused("judge.not_released", covered=0, entered=40)
    kept = scene.event(e.PiecesReceived).lines[0]
    assert (kept.kept_pending, kept.kept_because) == (40, "inspection")


def test_a_release_of_one_lot_does_not_cover_another() -> None:
    scene = two_lots().when(inspect(lot="L1")).when(release()).when(ship(100)).then()
    both = c.Receive((counted(lot="L1", accepted=60), counted(lot="L2", accepted=40)), PARCEL)
    scene.when(both).then("receiving", accepted=60, pending=40)
    scene.when(judge("L2", accepted=40)).refused("judge.not_released", covered=0)
    scene.when(judge("L2", accepted=0, rejected=40)).then("receiving", accepted=60, rejected=40)


def test_a_release_of_the_line_covers_every_lot_once() -> None:
    scene = two_lots().when(inspect()).when(release()).when(ship(100)).then()
    both = c.Receive((counted(lot="L1", accepted=60), counted(lot="L2", accepted=40)), PARCEL)
    scene.when(both).then("received", accepted=100)


def test_rejected_pieces_use_up_what_was_inspected_with_them() -> None:
    scene = planned().when(inspect()).when(release()).when(ship(100)).when(receive(90, rejected=10))
    scene.then("receiving", accepted=90, rejected=10)
    assert scene.order.judged == {"1:L1": 100}


def test_reworked_pieces_are_inspected_again() -> None:
    scene = planned().when(inspect()).when(release()).when(ship(100)).when(receive(90, rejected=10))
    scene.when(dispose(rework=10)).when(ship(10, nonconformance=NC)).when(receive(10, parcel="SO-1-P2"))
    scene.then("receiving", accepted=90, pending=10)
    scene.when(inspect()).when(last(scene.order)).when(judge(accepted=10)).then("received", accepted=100)


def test_an_inspection_from_before_says_nothing_about_reworked_pieces() -> None:
    scene = planned().when(inspect()).when(release()).when(ship(50)).when(receive(40, rejected=10))
    scene.when(dispose(rework=10)).then(accepted=40, at_supplier=50, in_transit_out=10)
    # Nobody reported that they arrived.
    scene.when(ship(10, nonconformance=NC)).then(accepted=40, at_supplier=50, in_transit_back=10)
    scene.when(receive(10, parcel="SO-1-P2")).then(accepted=40, pending=10, at_supplier=50)
    scene.when(judge(accepted=1)).refused("judge.not_released", covered=0, entered=1)
    # What was released of the others is still theirs.
    scene.when(ship(50)).when(receive(50, parcel="SO-1-P3")).then("receiving", accepted=90, pending=10)
    scene.when(inspect(parcel="SO-1-P2")).when(last(scene.order)).when(judge(accepted=10))
    scene.then("received", accepted=100)
    assert not scene.order.nonconformances[NC].open


def test_what_can_be_nothing_but_rework_is_inspected_again_though_nobody_named_it() -> None:
    scene = planned().when(inspect()).when(release()).when(ship(60)).when(receive(50, rejected=10))
    scene.when(dispose(rework=10)).when(ship(40)).when(receive(40, parcel="SO-1-P2")).then(
        accepted=90, in_transit_out=10
    )
    scene.when(ship(10)).when(receive(10, parcel="SO-1-P3")).then(accepted=90, pending=10)
    assert scene.order.nonconformances[NC].shares == {"1:L1": {Share.REINSPECTING: 10}}
    scene.when(judge(accepted=10)).refused("judge.not_released", covered=0, entered=10)
    scene.when(inspect(parcel="SO-1-P3")).when(last(scene.order)).when(judge(accepted=10))
    scene.then("received", accepted=100)
    assert not scene.order.nonconformances[NC].open


def test_among_pending_pieces_those_are_accepted_that_an_inspection_speaks_of() -> None:
    scene = planned().when(ship(50)).when(receive(40, rejected=10))
    scene.when(inspect()).when(last(scene.order)).then(pending=40, rejected=10, at_supplier=50)
    scene.when(dispose(reinspect=10)).then(pending=50, at_supplier=50)
    scene.when(judge(accepted=41)).refused("judge.not_released", covered=40, entered=41)
    scene.when(judge(accepted=40)).then(accepted=40, pending=10, at_supplier=50)
    assert scene.order.nonconformances[NC].shares == {"1:L1": {Share.REINSPECTING: 10}}


def test_with_the_gate_reworked_pieces_ship_once_they_are_inspected_again() -> None:
    scene = planned(gated=True).when(inspect()).when(release()).when(ship(50)).when(receive(40, rejected=10))
    scene.when(dispose(rework=10))
    scene.when(ship(10, nonconformance=NC)).refused("ship.not_released", "lines.0.quantity", covered=0)
    # Of the 60 there, 10 can only be rework.
    scene.when(ship(60)).refused("ship.not_released", covered=50, first=50, again=0)
    scene.when(inspect()).when(last(scene.order)).when(ship(10, nonconformance=NC)).then(
        accepted=40, at_supplier=50, in_transit_back=10
    )
    scene.when(receive(10, parcel="SO-1-P2")).then(accepted=50, at_supplier=50)


def test_a_correction_gives_back_what_a_release_covered() -> None:
    scene = planned().when(inspect()).when(release()).when(ship(100)).when(receive(100)).then(accepted=100)
    scene.when(c.Correct(scene.sequence(e.PiecesReceived), "Other order")).then(in_transit_back=100)
    scene.when(receive(100)).then("received", accepted=100)


def test_found_pieces_wait_for_a_release_of_their_own() -> None:
    scene = planned().when(inspect()).when(release()).when(lose(5)).when(ship(95)).when(receive(95))
    scene.then("received", accepted=95, lost=5)
    scene.when(receive(5, parcel="", slip="LS-9")).then("receiving", accepted=95, pending=5)
    assert scene.event(e.PiecesReceived).lines[0].kept_because == "found"
    scene.when(judge(accepted=5)).then("received", accepted=100)
    assert scene.order.judged == {"1:L1": Decimal(100)}


N2, P2, P3 = "SO-1-N2", "SO-1-P2", "SO-1-P3"


def reworked_beside_raw() -> Scene:
    """40 are accepted, 10 of the same box to be reworked, and 50 still there for the first time."""
    released = given(planned(), inspect(), release(), ship(50))
    return given(released, receive(40, rejected=10), dispose(rework=10))


def back_again(*inspections: c.Command) -> Scene:
    """The rework is back, pending, and so are 50 others in a box of their own."""
    scene = given(reworked_beside_raw(), ship(10, nonconformance=NC), receive(10, parcel=P2), ship(50))
    for each in inspections:
        scene.when(each).when(last(scene.order)).then()
    return scene


@parametrize(
    "inspection, covered",
    # Both boxes: as many as there are at the supplier then, whichever they are.
    (inspect(), 10),
    (inspect(parcel=P2), 10),
    (inspect(parcel=P2, nonconformance=NC), 10),
    (inspect(nonconformance=NC), 10),
    # Another box, and the one they came in before they were worked on again.
    (inspect(parcel=P3), 0),
    (inspect(parcel=PARCEL), 0),
)
def test_an_inspection_that_names_a_box_speaks_of_the_pieces_in_it(
    inspection: c.SubmitInspection, covered: int
) -> None:
    scene = back_again(inspection)
    scene.when(judge(accepted=10))
    if covered:
        scene.then(accepted=50, in_transit_back=50)
    else:
        scene.refused("judge.not_released", covered=covered, entered=10)


def test_an_inspection_of_rework_covers_nothing_else() -> None:
    scene = given(
        issued(plans={1: PLAN}), send(100), arrived(), ship(50), receive(0, rejected=10, pending=40)
    )
    scene.when(dispose(rework=10)).when(ship(10, nonconformance=NC)).when(receive(10, parcel=P2))
    # Twice, as if there were twenty.
    for _ in range(2):
        scene.when(inspect(nonconformance=NC)).when(last(scene.order)).then(pending=50, at_supplier=50)
        assert scene.event(e.InspectionSubmitted).lot_size == 10
    scene.when(judge(accepted=11)).refused("judge.not_released", covered=10, entered=11)
    scene.when(judge(accepted=10)).then(accepted=10, pending=40, at_supplier=50)
    assert not scene.order.nonconformances[NC].open
    scene.when(judge(accepted=1)).refused("judge.not_released", covered=0, entered=1)


def test_an_inspection_of_one_nonconformance_says_nothing_about_another() -> None:
    scene = given(planned(), ship(50), receive(0, rejected=10, pending=40), ship(50))
    scene.when(receive(0, rejected=5, pending=45, parcel=P2)).then(rejected=15, pending=85)
    scene.when(dispose(reinspect=10)).when(dispose(N2, rework=5, at="here")).then(pending=100)
    scene.when(inspect(nonconformance=N2)).when(last(scene.order)).then(pending=100)
    scene.when(judge(accepted=6)).refused("judge.not_released", covered=5, entered=6)
    scene.when(judge(accepted=5)).then(accepted=5, pending=95)
    assert scene.order.nonconformances[NC].open
    assert not scene.order.nonconformances[N2].open


def test_pieces_that_were_rejected_again_uninspected_use_up_nothing_of_what_is_inspected_later() -> None:
    scene = given(
        reworked_beside_raw(), ship(10, nonconformance=NC), receive(0, rejected=4, pending=6, parcel=P2)
    )
    scene.when(inspect(nonconformance=NC)).when(last(scene.order)).when(judge(accepted=6))
    scene.then(accepted=46, rejected=4, at_supplier=50)


def test_with_the_gate_rework_leaves_on_an_inspection_of_its_own_and_no_other_does() -> None:
    scene = given(
        issued(plans={1: PLAN}), accept(), send(100), arrived(), ship(50), receive(0, rejected=10, pending=40)
    )
    scene.state = replace(scene.order, release_before_ship=True)
    scene.when(dispose(rework=10)).when(inspect(nonconformance=NC)).when(last(scene.order)).then()
    assert scene.event(e.InspectionSubmitted).lot_size == 10
    assert may_ship(scene.order, scene.order.lines[0], "L1") == 10
    scene.when(ship(10)).refused("ship.not_released", covered=0)
    for some in (ship(11), ship(11, nonconformance=NC)):
        scene.when(some).refused("ship.not_released", first=0, again=10)
    scene.when(ship(10, nonconformance=NC)).then(pending=40, at_supplier=50, in_transit_back=10)
    scene.when(ship(1)).refused("ship.not_released", covered=0)
    scene.when(receive(10, parcel=P2)).then(accepted=10, pending=40, at_supplier=50)
    scene.when(judge(accepted=1)).refused("judge.not_released", covered=0)


def test_rework_that_arrives_is_accepted_on_an_inspection_of_its_own_beside_others() -> None:
    scene = given(planned(), ship(50), receive(0, rejected=10, pending=40), dispose(rework=10))
    scene.when(ship(10, nonconformance=NC)).when(inspect(nonconformance=NC)).when(last(scene.order))
    # What comes for the first time uses up nothing of it.
    scene.when(ship(50)).when(receive(50, parcel=P3)).then(pending=90, in_transit_back=10)
    scene.when(receive(8, rejected=2, parcel=P2)).then(accepted=8, rejected=2, pending=90)


@parametrize(
    "command, code, field",
    (inspect(nonconformance="SO-1-N9"), "nonconformance.unknown", "nonconformance"),
    (inspect(nonconformance=NC, parcel=PARCEL), "inspection.other_parcel", "parcel"),
    (inspect(nonconformance=NC, parcel="SO-1-P9"), "parcel.unknown", "parcel"),
)
def test_which_rework_is_not_inspected(command: c.SubmitInspection, code: str, field: str) -> None:
    reworked_beside_raw().when(command).refused(code, field)


def test_there_must_be_rework_to_inspect_again() -> None:
    scene = given(planned(), ship(50), receive(0, rejected=10, pending=40))
    scene.when(inspect(nonconformance=NC)).refused("inspection.no_rework", "nonconformance")


@parametrize("box, covered", (PARCEL, 0), (P2, 0), (P3, 10))
def test_rework_that_nobody_named_is_covered_by_an_inspection_of_a_box_it_can_be_in(
    box: str, covered: int
) -> None:
    scene = given(planned(), inspect(), release(), ship(60), receive(50, rejected=10), dispose(rework=10))
    scene.when(ship(40)).when(receive(40, parcel=P2)).when(ship(10)).when(receive(10, parcel=P3))
    scene.then(accepted=90, pending=10)
    scene.when(inspect(parcel=box)).when(last(scene.order)).when(judge(accepted=10))
    if covered:
        scene.then("received", accepted=100)
    else:
        scene.refused("judge.not_released", covered=covered)


def test_rework_inspected_as_such_uses_up_nothing_of_what_comes_with_it() -> None:
    scene = given(reworked_beside_raw(), inspect(nonconformance=NC), release("SO-1-I2"))
    both = c.Receive((counted(accepted=10, nonconformance=NC), counted(accepted=50)), packing_slip="LS-1")
    scene.when(both).then("received", accepted=100)


def test_an_inspection_of_the_box_they_came_in_first_says_nothing_of_pieces_that_are_to_be_reworked() -> None:
    scene = given(planned(), inspect(), release(), ship(50))
    scene.at(scene.now + timedelta(hours=1)).when(receive(40, rejected=10)).when(dispose(rework=10))
    scene.when(inspect(parcel=PARCEL)).when(last(scene.order)).then(
        accepted=40, at_supplier=50, in_transit_out=10
    )
    assert to_judge(scene.order, "1:L1") == 0
