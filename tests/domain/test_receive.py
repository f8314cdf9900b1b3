"""receive: what was counted at the dock, booked once and never as more than is out."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.domain import events as e
from models.domain.commands import Cancel, Close, Correct, Hold, Receive
from models.domain.facts import renamed
from tests.domain.asking import (
    NC,
    PARCEL,
    RECEIPT,
    arrived,
    dispose,
    document,
    lose,
    over,
    receive,
    send,
    ship,
)
from tests.domain.orders import (
    ADMIN,
    BUYER,
    DOCK,
    QUALITY,
    Scene,
    a_line,
    a_lot,
    day,
    given,
    issued,
    parametrize,
)

TWO_LOTS = a_line(lots=[("L1", 60), ("L2", 40)])
DOCKED = {"parcel": "", "slip": "LS-1"}


def shipped(quantity: int = 100) -> Scene:
    return given(issued(), send(100), arrived(), ship(quantity))


def two_lots() -> Scene:
    return given(issued(TWO_LOTS), send(60, "L1"), send(40, "L2"), arrived())


def test_a_parcel_is_counted_and_split() -> None:
    scene = shipped().when(receive(80, rejected=10, pending=4, unprocessed=3, scrapped=2, tested=1), by=ADMIN)
    scene.then(
        "receiving", accepted=80, rejected=10, pending=4, returned_unprocessed=3, scrapped=2, test_consumed=1,
        sent=100,
    )  # fmt: skip
    scene.happened(e.PiecesReceived, e.NonconformanceOpened)
    opened = scene.event(e.NonconformanceOpened)
    assert (opened.nonconformance, opened.quantity, opened.receipt) == (NC, 10, RECEIPT)
    assert scene.shelf["L1"].on_hand == 83


def test_a_hundred_good_and_a_hundred_bad_never_make_three_hundred() -> None:
    scene = given(issued(a_line(quantity=200, lots=[("L1", 200)])), send(200), ship(200))
    scene.when(receive(100, rejected=100)).then("receiving", accepted=100, rejected=100, sent=200)
    scene.when(receive(100)).refused("receive.twice")


@parametrize(
    "command, code, field",
    (Receive((), PARCEL), "lines.empty", "lines"),
    (receive(100, counted=99), "receive.split", "lines.0.counted"),
    (receive(0), "quantity.zero", "lines.0.counted"),
    (receive(-1), "quantity.too_small", "lines.0.accepted"),
    (receive("0.5"), "quantity.too_precise", "lines.0.accepted"),
    (receive(0, pending="NaN"), "quantity.not_a_number", "lines.0.pending"),
    (receive("1e13"), "quantity.too_large", "lines.0.accepted"),
    (receive(1, line=7), "line.unknown", "lines.0.line"),
    (receive(1, lot="L9"), "lot.not_on_line", "lines.0.lot"),
    (receive(1, parcel="SO-1-P9"), "parcel.unknown", "parcel"),
    (receive(1, nonconformance="SO-1-N9"), "nonconformance.unknown", "lines.0.nonconformance"),
    (receive(1, parcel=""), "receive.which", "parcel"),
    (receive(0, scrapped=1), "forbidden.scrap", "lines.0.scrapped"),
    (receive(1, uom="QQQ", conversion=1), "unit.unknown", "lines.0.uom"),
    (receive(1, uom="KGM"), "receive.conversion", "lines.0.conversion"),
    (receive(1, uom="KGM", conversion=0), "receive.conversion", "lines.0.conversion"),
    (receive(1, uom="KGM", conversion=-2), "receive.conversion", "lines.0.conversion"),
    (receive(1, uom="KGM", conversion="NaN"), "receive.conversion", "lines.0.conversion"),
    (receive("1e12", uom="KGM", conversion="1e12"), "quantity.too_large", "lines.0.counted"),
    (receive("0.001", uom="KGM", conversion=1), "quantity.zero", "lines.0.counted"),
)
def test_what_is_not_received(command: Receive, code: str, field: str) -> None:
    shipped().when(command).refused(code, field)


@pytest.mark.parametrize("by", [QUALITY, ADMIN])
def test_scrapping_at_receipt_needs_quality(by: object) -> None:
    shipped().when(receive(0, scrapped=1), by=DOCK).refused("forbidden.scrap")
    combined = replace(BUYER, roles=BUYER.roles | by.roles)  # type: ignore[attr-defined]
    shipped().when(receive(0, scrapped=1), by=combined).then(in_transit_back=99, scrapped=1)


def test_with_a_parcel_pieces_come_only_out_of_it() -> None:
    scene = (
        shipped(60)
        .when(ship(30))
        .when(receive(70))
        .then("receiving", at_supplier=10, in_transit_back=30, accepted=60, over=10)
    )
    assert scene.order.parcels[PARCEL].contents == {}
    assert scene.order.parcels["SO-1-P2"].contents == {"1:L1": 30}


def test_without_a_parcel_they_come_from_transit_then_the_supplier_then_the_way_out_then_the_lost() -> None:
    def scene() -> Scene:
        return given(issued(), send(50), arrived(), lose(10), ship(20), send(50)).then(
            at_supplier=20, in_transit_back=20, in_transit_out=50, lost=10
        )

    rest = {"at_supplier": 20, "in_transit_out": 50, "lost": 10}
    scene().when(receive(20, **DOCKED)).then("receiving", accepted=20, **rest)
    scene().when(receive(30, **DOCKED)).then(accepted=30, at_supplier=10, in_transit_out=50, lost=10)
    scene().when(receive(60, **DOCKED)).then(accepted=60, in_transit_out=30, lost=10)
    scene().when(receive(95, **DOCKED)).then(accepted=90, pending=5, lost=5)
    scene().when(receive(101, **DOCKED)).then(accepted=90, pending=10, over=1)


def test_what_nobody_announced_opens_a_parcel() -> None:
    scene = given(issued(), send(100), arrived(), receive(60, **DOCKED)).then(at_supplier=40, accepted=60)
    parcel = scene.order.parcels[PARCEL]
    assert (parcel.announced, parcel.packed, parcel.contents) == (False, {"1:L1": 60}, {})
    assert scene.event(e.PiecesReceived).unannounced
    assert scene.event(e.PiecesReceived).parcel == PARCEL


def test_one_announced_parcel_is_recognised_without_its_name() -> None:
    scene = shipped(60).when(receive(60, **DOCKED)).then(at_supplier=40, accepted=60)
    assert scene.event(e.PiecesReceived).parcel == PARCEL
    assert not scene.event(e.PiecesReceived).unannounced


@pytest.mark.parametrize(
    ("split", "booked"),
    [
        ({"accepted": 101}, {"accepted": 100}),
        ({"accepted": 95, "pending": 10}, {"accepted": 90, "pending": 10}),
        ({"accepted": 1, "pending": 102}, {"pending": 100}),
        ({"accepted": 2, "pending": 2, "rejected": 103}, {"rejected": 100}),
    ],
    ids=["accepted first", "accepted first of several", "then pending", "then rejected"],
)
def test_excess_comes_off_accepted_then_pending_then_rejected(
    split: dict[str, int], booked: dict[str, int]
) -> None:
    counted_in_all = sum(split.values())
    scene = shipped().when(receive(split.pop("accepted"), **split))
    scene.then("receiving", over=counted_in_all - 100, **booked, sent=100)


def test_excess_of_anything_else_is_a_miscount() -> None:
    shipped().when(receive(0, unprocessed=101)).refused("receive.more_than_out", "lines.0.counted", over=1)


def test_pieces_of_a_lot_that_never_went_out_are_over() -> None:
    scene = given(issued(TWO_LOTS), send(60, "L1"), receive(10, **DOCKED, lot="L1"))
    scene.when(receive(60, parcel="", slip="LS-2")).then("receiving", accepted=60, over=10)


def test_excess_of_lots_nobody_named_is_of_the_last_one_drawn() -> None:
    scene = given(issued(TWO_LOTS), send(60, "L1"), send(40, "L2"), receive(103, **DOCKED))
    scene.then(place="1:L2", accepted=40, over=3)


def test_a_line_holds_no_more_in_all_than_one_quantity_may_say() -> None:
    scene = given(issued(), send(100))
    scene.when(receive(0, pending=999_999_999_999, parcel="", slip="1"))
    scene.then(pending=100, over=999_999_999_899)
    scene.when(receive(0, pending=1, parcel="", slip="2")).then(pending=100, over=999_999_999_900)
    again = receive(0, pending=1, parcel="", slip="3")
    scene.when(again).refused("quantity.total_too_large", "lines.0.counted", line=1, total=1_000_000_000_001)
    scene.when(over("return", 999_999_999_900)).when(again).then(pending=100, over=1)


def test_nothing_out_at_all_is_all_over() -> None:
    scene = given(issued()).when(receive(5, **DOCKED)).then("receiving", over=5)
    scene.then(place="1:L1", over=5)


class TestTwice:
    def test_the_same_parcel_is_refused_naming_the_first_receipt(self) -> None:
        scene = shipped(60).when(receive(50), at=day(3, 23, 30)).then()
        # 23:30 in London is the 4th in the plant.
        scene.when(receive(10)).refused("receive.twice", "parcel", receipt=RECEIPT, at=date(2026, 11, 4))

    def test_the_same_packing_slip_is_refused(self) -> None:
        scene = shipped(60).when(receive(50, **DOCKED)).then()
        scene.when(receive(10, parcel="", slip=" LS-1 ")).refused("receive.twice", "packing_slip")
        scene.when(receive(10, parcel="", slip="LS-2")).then(at_supplier=40, accepted=60)

    def test_a_parcel_emptied_without_its_name_was_received_all_the_same(self) -> None:
        """Two boxes stood there and one person counted both: the second person's count is not excess."""
        scene = shipped(60).when(ship(40)).when(receive(100, **DOCKED)).then("received", accepted=100)
        scene.when(receive(40, parcel="SO-1-P2")).refused("receive.twice", "parcel", receipt=RECEIPT)

    def test_unless_it_is_additional(self) -> None:
        scene = shipped(60).when(receive(50)).when(receive(10, additional=True))
        scene.then("receiving", at_supplier=40, accepted=60)
        assert len(scene.order.receipts) == 2

    def test_with_neither_the_version_counted_against_is_required(self) -> None:
        scene = shipped(60).when(receive(60, parcel="")).refused("receive.which")
        scene.when(receive(60, parcel=""), if_match=scene.order.version - 1).refused("order.version")
        scene.when(receive(60, parcel=""), if_match=scene.order.version).then(at_supplier=40, accepted=60)

    def test_a_corrected_receipt_does_not_count(self) -> None:
        scene = shipped(60).when(receive(50)).then()
        scene.when(Correct(scene.sequence(e.PiecesReceived), "Miscounted")).when(receive(60))
        scene.then("receiving", at_supplier=40, accepted=60)


class TestKeptPending:
    def test_on_hold(self) -> None:
        scene = shipped().when(Hold("Drawing changes")).when(receive(90, rejected=10))
        scene.then("receiving", pending=90, rejected=10)
        assert scene.event(e.PiecesReceived).lines[0].kept_because == "hold"

    def test_of_a_held_lot_or_of_what_is_made_from_it(self) -> None:
        scene = shipped(60).hold_lot("L1").when(receive(60)).then(at_supplier=40, pending=60)
        assert scene.event(e.PiecesReceived).lines[0].kept_because == "lot"
        scene = (
            shipped(60)
            .when(receive(10, output_lot="OUT-1"))
            .then(accepted=10, at_supplier=40, in_transit_back=50)
        )
        scene.hold_lot("OUT-1").when(receive(50, additional=True))
        scene.then(accepted=10, at_supplier=40, pending=50)

    def test_while_a_certificate_contradicts_the_order(self) -> None:
        scene = shipped().when(document("coc", lot="L9")).when(receive(100)).then("receiving", pending=100)
        assert scene.event(e.PiecesReceived).lines[0].kept_because == "document"

    def test_only_on_the_line_the_certificate_speaks_of(self) -> None:
        lines = a_line(), a_line(2, 50, [("L2", 50)])
        scene = given(issued(*lines), send(100), send(50, "L2", line=2), ship(100), ship(50, line=2))
        scene.when(document("coc", line=2, lot="L9"))
        scene.when(receive(100)).when(receive(50, line=2, parcel="SO-1-P2")).then(accepted=100, pending=50)


class TestUnits:
    def test_the_conversion_is_recorded_and_the_parts_still_add_up(self) -> None:
        scene = shipped().when(receive("19.6", rejected="0.4", uom="KGM", conversion="4.9"))
        scene.then("receiving", accepted=96, rejected=2, in_transit_back=2)
        line = scene.event(e.PiecesReceived).lines[0]
        assert (line.counted, line.counted_in, line.conversion) == (98, "KGM", Decimal("4.9"))

    def test_rounding_the_parts_never_loses_a_piece_of_the_whole(self) -> None:
        # 20.4 kg are 99.96, so 100 pieces; 0.1 kg are no piece; the largest part takes the rest.
        shipped().when(receive("20.3", rejected="0.1", uom="KGM", conversion="4.9")).then(
            "received", accepted=100
        )

    def test_rounding_the_parts_never_makes_a_piece_more_than_the_whole(self) -> None:
        # Four halves are two pieces, whatever each of them is rounded to.
        halves = dict.fromkeys(("rejected", "pending", "unprocessed"), "0.5")
        scene = shipped().when(receive("0.5", **halves, uom="KGM", conversion=1))
        assert scene.event(e.PiecesReceived).lines[0].counted == 2

    def test_final_books_the_residue_within_the_tolerance_as_lost(self) -> None:
        scene = shipped().when(receive("20.2", uom="KGM", conversion="4.9", final=True))
        scene.then("received", accepted=99, lost=1)

    def test_more_than_the_tolerance_is_no_residue(self) -> None:
        scene = shipped().when(receive("20", uom="KGM", conversion="4.9", final=True))
        scene.refused("receive.residue", "lines.0.final", left=2, limit=1)

    def test_the_tolerance_is_the_line_s(self) -> None:
        scene = given(issued(a_line(tolerance=Decimal("0.05"))), send(100), ship(100))
        scene.when(receive(95, final=True)).then("received", accepted=95, lost=5)

    def test_the_line_s_own_unit_needs_no_conversion(self) -> None:
        scene = shipped().when(receive(100, uom="C62")).then("received", accepted=100)
        assert scene.event(e.PiecesReceived).lines[0].conversion is None

    def test_a_line_in_kilograms_counts_grams(self) -> None:
        scene = given(issued(a_line(quantity="61.2", lots=()), unit="KGM"), send("61.2"), ship("61.2"))
        scene.when(receive("61.0005")).refused("quantity.too_precise", "lines.0.accepted")
        scene.when(receive("61.1", final=True)).then("received", accepted="61.1", lost="0.1")


class TestLots:
    def test_without_a_lot_they_are_drawn_in_send_order_and_marked(self) -> None:
        scene = two_lots().when(ship(60, "L1")).when(ship(40, "L2"))
        scene.when(receive(50, **DOCKED)).then(place="1:L1", in_transit_back=10, accepted=50)
        assert scene.event(e.PiecesReceived).lot_unknown, "either lot may have come"

    def test_one_lot_out_leaves_no_doubt(self) -> None:
        scene = two_lots().when(ship(60, "L1")).when(receive(60))
        assert not scene.event(e.PiecesReceived).lot_unknown

    def test_a_named_lot_leaves_no_doubt(self) -> None:
        scene = two_lots().when(ship(60, "L1")).when(ship(40, "L2")).when(receive(40, **DOCKED, lot="L2"))
        scene.then(place="1:L2", accepted=40)
        assert not scene.event(e.PiecesReceived).lot_unknown

    def test_the_output_lot_is_what_our_shelf_knows_them_as(self) -> None:
        scene = shipped(60).when(receive(50, output_lot="OUT-1", unprocessed=10))
        assert (scene.shelf["OUT-1"].on_hand, scene.shelf["L1"].on_hand) == (50, 10)
        assert scene.order.lines[0].output_lot("L1") == "OUT-1"
        # The next receipt that names none goes on with it.
        scene.when(ship(40)).when(receive(40, parcel="SO-1-P2")).then()
        assert scene.shelf["OUT-1"].on_hand == 90

    def test_two_receipts_may_become_two_lots(self) -> None:
        scene = shipped(60).when(receive(60, output_lot="OUT-1")).when(ship(40))
        scene.when(receive(40, parcel="SO-1-P2", output_lot="OUT-2")).then("received", accepted=100)
        assert scene.order.accepted_as == {"1:L1": {"OUT-1": 60, "OUT-2": 40}}
        assert (scene.shelf["OUT-1"].on_hand, scene.shelf["OUT-2"].on_hand) == (60, 40)

    def test_an_output_lot_named_for_lots_nobody_named_holds_for_all_of_them(self) -> None:
        scene = (
            two_lots().when(ship(100)).when(receive(100, output_lot="OUT-1")).then("received", accepted=100)
        )
        assert scene.shelf["OUT-1"].on_hand == 100

    def test_an_output_lot_of_another_part_is_refused(self) -> None:
        scene = shipped()
        scene.shelf["OUT-1"] = a_lot("OUT-1", 5, part="BRACKET")
        line = scene.order.lines[0]
        facts_lot = receive(60, output_lot="OUT-1")
        scene.when(facts_lot).refused(
            "lot.other_part", "lines.0.output_lot", part="BRACKET", expected=line.part
        )

    def test_what_it_was_made_of_is_no_name_for_it(self) -> None:
        scene = shipped()
        scene.made_of = {"1:L1": frozenset({"L1", "BAR"})}
        scene.shelf["BAR"], scene.shelf["OUT-1"] = a_lot("BAR", 5), a_lot("OUT-1", 5)
        scene.when(receive(60, output_lot="BAR")).refused(
            "receive.own_source", "lines.0.output_lot", lot="BAR", sent="L1"
        )
        scene.when(receive(60, lot="L1", output_lot="BAR")).refused("receive.own_source")
        scene.when(receive(60, output_lot="OUT-1")).then()
        assert scene.shelf["OUT-1"].on_hand == 65

    def test_only_a_name_given_for_the_first_time_is_looked_into(self) -> None:
        scene = shipped(60)
        first = receive(40, output_lot="OUT-1")
        assert renamed(scene.order, first) == {"1:L1": "OUT-1"}
        scene.when(first).then()
        assert renamed(scene.order, receive(20, output_lot="OUT-1")) == {}
        assert renamed(scene.order, receive(20, output_lot="L1")) == {}
        assert renamed(scene.order, receive(20)) == {}


class TestFound:
    def test_lost_pieces_that_turn_up_wait_to_be_judged(self) -> None:
        scene = shipped(90).when(receive(90)).when(lose(10)).then("received", accepted=90, lost=10)
        scene.when(receive(4, parcel="", slip="LS-2")).then("receiving", accepted=90, pending=4, lost=6)

    def test_also_after_closing_but_not_one_more(self) -> None:
        scene = shipped(90).when(receive(90)).when(lose(10)).when(Close()).then("closed")
        scene.when(receive(11, parcel="", slip="LS-2")).refused(
            "receive.more_than_lost", found=10, entered=11
        )
        scene.when(receive(6, parcel="", slip="LS-2", rejected=4)).then("closed", accepted=90, pending=10)
        scene.when(receive(1, parcel="", slip="LS-3")).refused("receive.more_than_lost", found=0)

    def test_also_after_cancelling(self) -> None:
        scene = given(issued(), send(100), Cancel("No longer needed"), lose(100)).then("cancelled", lost=100)
        scene.when(receive(0, unprocessed=3, parcel="", slip="LS-2")).then("cancelled", lost=97, pending=3)

    def test_a_closed_order_that_misses_nothing_takes_nothing(self) -> None:
        scene = shipped().when(receive(100)).when(Close())
        scene.when(receive(1, parcel="", slip="LS-2")).refused("receive.more_than_lost", found=0, entered=1)


class TestRework:
    def test_the_receipt_of_a_rework_parcel_names_the_nonconformance(self) -> None:
        scene = shipped().when(receive(90, rejected=10)).when(dispose(rework=10))
        scene.when(ship(10, nonconformance=NC)).when(receive(9, parcel="SO-1-P2", pending=1))
        assert scene.event(e.PiecesReceived).nonconformance == NC
        scene.then("receiving", accepted=99, pending=1)

    def test_whoever_counts_may_name_it_when_the_supplier_did_not(self) -> None:
        scene = shipped().when(receive(90, rejected=10)).when(dispose(rework=10))
        scene.when(receive(10, parcel="", slip="LS-2", nonconformance=NC)).then("received", accepted=100)
        scene.happened(e.PiecesReceived, e.NonconformanceClosed)

    def test_it_closes_when_they_are_back_though_nobody_named_it(self) -> None:
        scene = shipped().when(receive(90, rejected=10)).when(dispose(rework=10)).when(ship(10))
        scene.when(receive(10, parcel="SO-1-P2")).then("received", accepted=100).flags()

    def test_rejected_anew_is_another_nonconformance(self) -> None:
        scene = shipped().when(receive(90, rejected=10)).when(dispose(rework=10))
        scene.when(ship(10, nonconformance=NC)).when(receive(0, parcel="SO-1-P2", rejected=10))
        scene.then("receiving", accepted=90, rejected=10, sent=100).flags("nonconforming")
        assert not scene.order.nonconformances[NC].open
        assert scene.order.nonconformances["SO-1-N2"].open
