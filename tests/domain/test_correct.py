"""correct: the reverse movement of an event typed wrongly, unless the pieces moved on."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from models.domain import commands as c
from models.domain import events as e
from models.domain.commands import ConfirmReturn, Correct, Hold
from models.domain.facts import EventFact, Facts
from models.domain.pieces import Bucket, Took
from tests.domain.asking import (
    NC,
    PARCEL,
    accept,
    arrived,
    counted,
    decline,
    dispose,
    document,
    judge,
    lose,
    over,
    receive,
    report,
    send,
    ship,
    some,
)
from tests.domain.orders import NEED_BY, NOW, QUALITY, Scene, a_line, a_lot, day, given, issued

EACH = {"FLANGE": Took(Decimal("0.1"), "KGM")}


def correct(scene: Scene, kind: type[e.Event]) -> Scene:
    return scene.when(Correct(scene.sequence(kind), "Typed wrongly"))


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ([send(60)], e.PiecesSent),
        ([send(100), arrived()], e.MilestoneReported),
        ([send(100), arrived(), arrived("PLATE", lines=(some(1, 50),))], e.MilestoneReported),
        ([send(100), arrived(), ship(60, tested=2)], e.ParcelShipped),
        (
            [send(100), arrived(), ship(60), receive(50, rejected=5, pending=3, unprocessed=4)],
            e.PiecesReceived,
        ),
        ([send(100), arrived(), receive(60, parcel="", slip="LS-1")], e.PiecesReceived),
        (
            [send(100), ship(100), receive(0, pending=100), judge(accepted=90, rejected=8, tested=2)],
            e.PiecesJudged,
        ),
        ([send(100), arrived(), ship(60), lose(50, from_=Bucket.IN_TRANSIT_BACK)], e.PiecesLost),
        ([send(100), lose(100), receive(40, parcel="", slip="LS-1")], e.PiecesReceived),
    ],
    ids=lambda value: "" if isinstance(value, list) else value.name,
)
def test_the_pieces_are_where_they_were(steps: list[c.Command], kind: type[e.Event]) -> None:
    before = given(issued(), *steps[:-1])
    scene = given(issued(), *steps)
    wrong = scene.sequence(kind)
    correct(scene, kind).then()
    was, now = before.order, scene.order
    assert {at: held for at, held in now.stock.items() if held} == was.stock
    assert scene.shelf["L1"] == before.shelf["L1"]
    assert {at: judged for at, judged in now.judged.items() if judged} == was.judged
    assert (now.arrived, now.started) == (was.arrived, was.started)
    assert [(item.actual, item.quantity) for item in now.milestones] == [
        (item.actual, item.quantity) for item in was.milestones
    ]
    assert not list(now.open_nonconformances)
    assert now.corrected == (wrong,)
    # Both stay in the stream, and what is typed right then is taken.
    assert scene.stream[wrong - 1][2].name == scene.event(e.EventCorrected).type
    scene.when(steps[-1]).then()


def test_a_correction_gives_its_reason_and_is_made_once() -> None:
    scene = given(issued(), send(60)).when(Correct(2, " ")).refused("reason.missing", "reason")
    scene.when(Correct(2, "Other order")).then()
    assert scene.event(e.EventCorrected).reason == "Other order"
    scene.when(Correct(2, "Other order")).refused("correct.twice", "event", event=2)


def test_an_event_that_never_was_is_not_corrected() -> None:
    given(issued()).when(Correct(99, "Other order")).refused("event.unknown", "event", order="SO-1", event=99)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [accept()],
        [decline()],
        [Hold("Drawing changes")],
        [document("coc")],
        [send(100), ship(100), receive(101), over("return")],
        [send(100), ship(100), receive(100), report(5)],
        [send(100), ship(100), receive(90, rejected=10), dispose(scrap=10)],
    ],
    ids=lambda steps: steps[-1].name if steps else "issue",
)
def test_decisions_are_not_corrected(steps: list[c.Command]) -> None:
    scene = given(issued(), *steps)
    decision = next(
        sequence
        for sequence, _, event in reversed(scene.stream)
        if not isinstance(event, e.NonconformanceClosed | e.AlertRaised)
    )
    scene.when(Correct(decision, "Sorry")).refused("correct.kind", "event", event=decision)


class TestMovedOn:
    def test_sent_pieces_that_arrived(self) -> None:
        scene = correct(given(issued(), send(100), arrived()), e.PiecesSent)
        scene.refused("correct.moved_on", "event")
        # What stands in the way is a sentence of its own, with values of its own.
        assert scene.refusal is not None
        (because,) = scene.refusal.errors
        assert (because.text.partition(" has only")[0], dict(because.values)["bucket"]) == (
            "Line {line}",
            "in transit out",
        )

    def test_shipped_pieces_that_were_received(self) -> None:
        correct(given(issued(), send(100), ship(60), receive(50)), e.ParcelShipped).refused(
            "correct.moved_on"
        )

    def test_the_box_itself_though_another_has_as_many(self) -> None:
        scene = given(issued(), send(100), ship(50), receive(50), ship(50)).then(
            accepted=50, in_transit_back=50
        )
        first = next(number for number, _, event in scene.stream if isinstance(event, e.ParcelShipped))
        scene.when(Correct(first, "Other order")).refused("correct.moved_on")
        correct(scene, e.ParcelShipped).then("receiving", accepted=50, in_transit_out=50)

    def test_accepted_pieces_that_were_used(self) -> None:
        scene = given(issued(), send(100), ship(100), receive(100, output_lot="OUT-1")).use("OUT-1", 1)
        correct(scene, e.PiecesReceived).refused("correct.moved_on", lot="OUT-1", left=99)

    def test_accepted_pieces_that_were_found_bad(self) -> None:
        scene = given(issued(), send(100), ship(60), receive(60, output_lot="OUT-1"), report(10), ship(40))
        scene.when(receive(40, parcel="SO-1-P2", output_lot="OUT-2")).then(accepted=90, rejected=10)
        first = next(item for item in scene.stream if isinstance(item[2], e.PiecesReceived))
        # Also where the shelf says nothing, because the lot is counted in another unit there.
        for facts in (None, Facts(event=EventFact(*first))):
            scene.when(Correct(first[0], "Other order"), facts=facts).refused("correct.moved_on")

    def test_a_lot_in_another_unit_is_no_obstacle(self) -> None:
        scene = given(
            issued(lots=[a_lot("L1", 12, unit="KGM")], amounts=EACH), send(100), ship(100), receive(100)
        )
        correct(scene, e.PiecesReceived).then("shipped", in_transit_back=100)

    def test_each_receipt_gives_back_the_lot_it_became(self) -> None:
        scene = given(issued(), send(100), ship(60), receive(60, output_lot="OUT-1"), ship(40))
        scene.when(receive(40, parcel="SO-1-P2", output_lot="OUT-2"))
        first = next(number for number, _, event in scene.stream if isinstance(event, e.PiecesReceived))
        scene.use("OUT-2", 40).when(Correct(first, "Other order")).then(
            "receiving", accepted=40, in_transit_back=60
        )
        assert (scene.shelf["OUT-1"].on_hand, scene.order.accepted_as["1:L1"]) == (0, {"OUT-2": Decimal(40)})

    def test_rejected_pieces_that_were_decided_on(self) -> None:
        scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(scrap=4))
        correct(scene, e.PiecesReceived).refused("correct.decided", what=NC)

    def test_a_decision_on_one_receipt_is_not_undone_with_the_pieces_of_another(self) -> None:
        scene = given(issued(), send(100), ship(50), receive(40, rejected=10), dispose(scrap=4), ship(50))
        scene.when(receive(40, parcel="SO-1-P2", rejected=10)).then(accepted=80, scrapped=4, rejected=16)
        first = next(number for number, _, event in scene.stream if isinstance(event, e.PiecesReceived))
        scene.when(Correct(first, "Other order")).refused("correct.decided", what=NC)

    def test_rework_on_its_way_is_not_what_was_sent_before(self) -> None:
        scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10))
        correct(scene, e.PiecesSent).refused("correct.moved_on")
        scene = given(issued(), send(10), ship(10), receive(0, rejected=10), dispose(rework=10))
        correct(scene, e.PiecesSent).refused("correct.decided", what=NC)

    def test_what_goes_back_for_good_is_not_what_was_sent_before(self) -> None:
        scene = given(issued(), send(10), ship(10), receive(0, rejected=10), dispose(return_=10))
        correct(scene, e.PiecesSent).refused("correct.decided", what=NC)
        scene.when(ConfirmReturn(NC, Decimal(10))).then()

    def test_excess_that_was_settled(self) -> None:
        scene = given(issued(), send(100), ship(100), receive(101), over("return"))
        correct(scene, e.PiecesReceived).refused("correct.moved_on")

    def test_lost_pieces_that_were_found(self) -> None:
        scene = given(issued(), send(100), lose(10), receive(100, parcel="", slip="LS-1"))
        correct(scene, e.PiecesLost).refused("correct.moved_on")


class TestNonconformances:
    def test_those_the_receipt_opened_are_withdrawn(self) -> None:
        scene = correct(given(issued(), send(100), ship(100), receive(90, rejected=10)), e.PiecesReceived)
        scene.then("shipped", in_transit_back=100).flags()
        scene.happened(e.NonconformanceWithdrawn, e.EventCorrected)
        scene.when(dispose(scrap=10)).refused("nonconformance.unknown")
        scene.when(receive(100)).then("received", accepted=100)

    def test_those_the_judgement_opened_too(self) -> None:
        scene = given(
            issued(), send(100), ship(100), receive(0, pending=100), judge(accepted=90, rejected=10)
        )
        correct(scene, e.PiecesJudged).then("receiving", pending=100).flags()
        scene.when(judge(accepted=100)).then("received", accepted=100)

    def test_one_that_reinspection_had_closed_is_open_again(self) -> None:
        scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(reinspect=10))
        scene.when(judge(accepted=10)).then("received").flags()
        correct(scene, e.PiecesJudged).then("receiving", accepted=90, pending=10).flags("nonconforming")

    def test_rework_that_was_not_back_after_all_is_rework_again(self) -> None:
        scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10))
        scene.when(ship(10, nonconformance=NC)).when(receive(10, parcel="SO-1-P2")).then("received").flags()
        correct(scene, e.PiecesReceived).then("receiving", accepted=90, in_transit_back=10).flags(
            "nonconforming"
        )
        scene.when(receive(10, parcel="SO-1-P2")).then("received").happened(
            e.PiecesReceived, e.NonconformanceClosed
        )


class TestMilestones:
    def test_the_date_before_is_restored(self) -> None:
        scene = given(issued(), send(100), arrived(actual=day(1)), arrived(actual=NOW, forecast=NEED_BY))
        correct(scene, e.MilestoneReported).then("in_process", at_supplier=100)
        milestone = scene.order.milestones[0]
        assert (milestone.actual, milestone.forecast, milestone.quantity) == (day(1), None, 100)

    def test_a_report_that_another_one_overtook_waits_for_the_later_one(self) -> None:
        scene = given(issued(), send(100), arrived(actual=day(1)), arrived(forecast=date(2026, 11, 30)))
        scene.when(Correct(3, "Other order")).refused("correct.moved_on", milestone="Material received")
        scene.when(Correct(4, "Other order")).then().when(Correct(3, "Other order")).then("issued")

    def test_partial_arrivals_are_taken_back_one_by_one(self) -> None:
        scene = given(issued(), send(100), arrived(lines=(some(1, 30),)), arrived(lines=(some(1, 20),)))
        correct(scene, e.MilestoneReported).then(at_supplier=30, in_transit_out=70)
        assert scene.order.milestones[0].quantity == 30

    def test_correcting_the_last_parcel_opens_the_shipped_milestone(self) -> None:
        scene = given(issued(), send(100), arrived(), ship(60), ship(40))
        correct(scene, e.ParcelShipped).then("in_process", at_supplier=40, in_transit_back=60)
        milestone = scene.order.milestone("SHIP")
        assert milestone is not None
        assert (milestone.actual, milestone.quantity) == (None, 60)
        scene.when(ship(40), at=day(4)).then("shipped")
        milestone = scene.order.milestone("SHIP")
        assert milestone is not None
        assert (milestone.actual, milestone.quantity) == (day(4), 100)

    def test_correcting_an_earlier_parcel_opens_it_too(self) -> None:
        scene = given(issued(), send(100), arrived(), ship(60)).at(day(3)).when(ship(40)).then("shipped")
        first = next(number for number, _, event in scene.stream if isinstance(event, e.ParcelShipped))
        scene.when(Correct(first, "Other order")).then("in_process", at_supplier=60, in_transit_back=40)
        milestone = scene.order.milestone("SHIP")
        assert milestone is not None
        assert (milestone.actual, milestone.quantity) == (None, 40)

    def test_a_parcel_of_rework_had_met_nothing(self) -> None:
        scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10)).at(day(4))
        scene.when(ship(10, nonconformance=NC))
        correct(scene, e.ParcelShipped).then("receiving", accepted=90, in_transit_out=10)
        milestone = scene.order.milestone("SHIP")
        assert milestone is not None
        assert (milestone.actual, milestone.quantity) == (NOW, 100)

    def test_an_order_without_milestones_corrects_its_parcels_too(self) -> None:
        scene = given(issued(milestones=()), send(100), ship(60))
        correct(scene, e.ParcelShipped).then("issued", in_transit_out=100)

    def test_the_date_that_came_with_a_parcel_is_corrected_with_it(self) -> None:
        scene = given(issued(), send(100), arrived(), ship(100))
        correct(scene, e.MilestoneReported).refused("correct.with_parcel", "event", parcel=PARCEL)


def test_a_corrected_box_is_void() -> None:
    scene = correct(given(issued(), send(100), arrived(), ship(60)), e.ParcelShipped)
    scene.then("in_process", at_supplier=100)
    scene.when(receive(60)).refused("parcel.unknown")
    scene.when(ship(60)).then("in_process", at_supplier=40, in_transit_back=60)
    assert scene.order.parcels["SO-1-P2"].contents == {"1:L1": 60}


def test_corrections_go_on_while_the_order_is_on_hold() -> None:
    scene = given(issued(), send(100), ship(100), receive(90, rejected=10), Hold("Drawing changes"))
    correct(scene, e.PiecesReceived).then("shipped", in_transit_back=100)
    scene.when(c.Receive((counted(accepted=100),), PARCEL), by=QUALITY).refused("forbidden.role")
    scene.when(receive(100)).then("receiving", pending=100)


def test_two_lots_in_one_event_go_back_each_where_it_was() -> None:
    scene = given(issued(a_line(lots=[("L1", 60), ("L2", 40)])), send(60, "L1"), send(40, "L2"), ship(100))
    scene.when(receive(90, rejected=10)).then(place="1:L2", accepted=40)
    correct(scene, e.PiecesReceived).then(place="1:L2", in_transit_back=40)
    scene.then(place="1:L1", in_transit_back=60)
