"""declare-loss, short-close and resolve-over: what never arrives, what will not go, what nobody expected."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain import events as e
from models.domain.commands import DeclareLoss, LineOnly, ResolveOver, ShortClose
from tests.domain.asking import (
    NC,
    PARCEL,
    agree,
    approve,
    arrived,
    change,
    changed,
    dispose,
    document,
    inspect,
    lose,
    over,
    receive,
    release,
    send,
    ship,
)
from tests.domain.orders import PLAN, Scene, a_line, given, issued, parametrize


def everywhere() -> Scene:
    """50 on the way back, 30 at the supplier, 20 on the way out."""
    scene = given(issued(), send(80), arrived(), ship(50), send(20))
    return scene.then("in_process", in_transit_back=50, at_supplier=30, in_transit_out=20)


def test_lost_pieces_are_still_sent() -> None:
    everywhere().when(lose(10, from_="in_transit_back")).then(
        "in_process", in_transit_back=40, at_supplier=30, in_transit_out=20, lost=10, sent=100
    )


def test_where_pieces_are_out_in_several_places_nobody_guesses_which_are_lost() -> None:
    scene = everywhere().when(lose(10)).refused("loss.several_places", "lines.0.from")
    assert scene.refusal is not None
    assert scene.refusal.values["places"] == "50 in_transit_back, 30 at_supplier, 20 in_transit_out"
    everywhere().when(lose(99)).refused("loss.several_places")
    # Of the lot that is named, and after what the same command took already.
    both = given(issued(a_line(lots=[("L1", 60), ("L2", 40)])), send(60, "L1"), arrived(), send(40, "L2"))
    both.when(lose(5)).refused("loss.several_places", places="60 at_supplier, 40 in_transit_out")
    both.when(lose(5, "L2")).then(in_transit_out=35, at_supplier=60, lost=5)
    both.when(DeclareLoss((*lose(35, "L2").lines, *lose(1).lines), "Van burnt"))
    both.then(at_supplier=59, lost=41)


def test_that_all_are_lost_needs_no_place() -> None:
    everywhere().when(lose(100)).then("received", lost=100, sent=100)
    everywhere().when(lose(101)).refused("loss.more_than_out")


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("in_transit_out", {"in_transit_back": 50, "at_supplier": 30, "in_transit_out": 10}),
        ("at_supplier", {"in_transit_back": 50, "at_supplier": 20, "in_transit_out": 20}),
        ("in_transit_back", {"in_transit_back": 40, "at_supplier": 30, "in_transit_out": 20}),
    ],
)
def test_where_they_were_lost_may_be_said(source: str, left: dict[str, int]) -> None:
    everywhere().when(lose(10, from_=source)).then(lost=10, **left)


def test_a_lost_box_is_empty() -> None:
    scene = everywhere().when(lose(50, from_="in_transit_back"))
    assert scene.order.parcels[PARCEL].contents == {}
    assert scene.order.parcels[PARCEL].packed == {"1:L1": 50}


@parametrize(
    "command, code, field",
    (DeclareLoss((), "Claim"), "lines.empty", "lines"),
    (lose(0), "quantity.zero", "lines.0.quantity"),
    (lose("0.5"), "quantity.too_precise", "lines.0.quantity"),
    (lose(101), "loss.more_than_out", "lines.0.quantity"),
    (lose(31, from_="at_supplier"), "loss.more_than_out", "lines.0.quantity"),
    (lose(1, "L9"), "lot.not_on_line", "lines.0.lot"),
    (lose(1, line=2), "line.unknown", "lines.0.line"),
    (DeclareLoss(lose(1).lines, " "), "reason.missing", "reason"),
    (ShortClose((), "Enough"), "lines.empty", "lines"),
    (ShortClose((LineOnly(2),), "Enough"), "line.unknown", "lines.0.line"),
    (ShortClose((LineOnly(1),), ""), "reason.missing", "reason"),
    (ShortClose((LineOnly(1),), "Enough"), "line.complete", "lines.0.line"),
)
def test_what_is_not_given_up(command: DeclareLoss | ShortClose, code: str, field: str) -> None:
    everywhere().when(command).refused(code, field)


def test_a_lot_nobody_named_is_marked() -> None:
    scene = given(issued(a_line(lots=[("L1", 60), ("L2", 40)])), send(60, "L1"), send(40, "L2"), lose(70))
    assert scene.event(e.PiecesLost).lot_unknown
    scene.then(place="1:L2", in_transit_out=30, lost=10)


def test_short_closing_moves_no_piece() -> None:
    scene = given(issued(), send(60), ShortClose((LineOnly(1),), "Enough")).then("issued", in_transit_out=60)
    scene.when(ShortClose((LineOnly(1),), "Enough")).refused("line.complete")
    scene.when(receive(60, parcel="", slip="LS-1")).then("received", accepted=60)


class TestOver:
    def counted(self, quantity: int = 3, tolerance: str = "0.05") -> Scene:
        return given(
            issued(a_line(tolerance=Decimal(tolerance))), send(100), ship(100), receive(100 + quantity)
        ).then("receiving", accepted=100, over=quantity)

    @pytest.mark.parametrize("decision", ["return", "miscount"])
    def test_sent_back_or_miscounted_they_are_gone(self, decision: str) -> None:
        scene = self.counted().when(over(decision, 3)).then("received", accepted=100, sent=100)
        assert scene.order.revision == 1
        assert scene.event(e.OverResolved).ordered is None
        assert scene.shelf["L1"].on_hand == 100

    def test_accepted_they_are_sent_and_ordered(self) -> None:
        scene = self.counted().when(over("accept", 3)).then("received", accepted=103, sent=103)
        assert (scene.order.lines[0].ordered, scene.order.revision) == (103, 2)
        assert scene.shelf["L1"].on_hand == 103

    def test_accepted_within_what_is_ordered_changes_no_terms(self) -> None:
        scene = given(issued(), send(60), ship(60), receive(63), over("accept", 3)).then(
            "receiving", accepted=63
        )
        assert (scene.order.lines[0].ordered, scene.order.revision) == (100, 1)

    @parametrize(
        "tolerance, kept",
        ("0", 0),
        ("0.01", 1),
        ("0.019", 1),
        ("0.02", 2),
    )
    def test_as_many_as_the_tolerance_are_kept_directly(self, tolerance: str, kept: int) -> None:
        scene = self.counted(5, tolerance)
        scene.when(over("accept", kept + 1)).refused(
            "over.beyond_tolerance", "lines.0.quantity", left=kept, entered=kept + 1
        )
        if kept:
            scene.when(over("accept", kept)).then("receiving", accepted=100 + kept, over=5 - kept)

    def test_a_little_more_every_time_is_not_kept_either(self) -> None:
        scene = given(self.counted(6), over("accept", 3))
        scene.when(over("accept", 3)).refused("over.beyond_tolerance", left=2)
        given(scene, over("accept", 2)).then("receiving", accepted=105, over=1)
        scene.when(over("accept", 1)).refused("over.beyond_tolerance", left=0)

    def test_nor_in_several_parts_of_one_decision(self) -> None:
        both = ResolveOver((*over("accept", 3).lines, *over("accept", 3).lines))
        self.counted(6).when(both).refused("over.beyond_tolerance", "lines.1.quantity", left=2)

    def test_what_is_still_ordered_is_kept_besides_the_tolerance(self) -> None:
        scene = given(issued(), send(60), ship(60), receive(102))
        scene.when(over("accept", 42)).refused("over.beyond_tolerance", left=41)
        scene.when(over("accept", 41)).then("receiving", accepted=101, over=1)

    def test_more_are_kept_once_the_supplier_has_agreed_to_the_quantity(self) -> None:
        scene = given(self.counted(20, "0.01"), change(changed(1, 120)), approve())
        scene.when(over("accept", 20)).refused("over.beyond_tolerance", left=1)
        given(scene, agree()).then("receiving", accepted=100, over=20)
        revision = scene.order.revision
        scene.when(over("accept", 20)).then("received", accepted=120, sent=120)
        assert (scene.order.lines[0].ordered, scene.order.revision) == (120, revision)

    def test_the_lot_that_was_the_whole_line_still_is(self) -> None:
        scene = given(self.counted(5), over("accept", 3))
        (lot,) = scene.order.lines[0].lots
        assert (scene.order.lines[0].ordered, lot.quantity) == (103, 103)
        # What goes back, or was a miscount, raises neither.
        given(scene, over("return", 1), over("miscount", 1))
        assert (scene.order.lines[0].ordered, scene.order.lines[0].lots) == (103, (lot,))

    def test_lots_that_share_a_line_stay_as_they_were_planned(self) -> None:
        line = a_line(1, 100, [("L1", 60), ("L2", 40)], tolerance=Decimal("0.05"))
        scene = given(issued(line), send(60, "L1"), send(40, "L2"), ship(40, "L2"))
        given(scene, receive(42, lot="L2"), over("accept", 2, "L2"))
        assert scene.order.lines[0].ordered == 102
        assert [(lot.lot, lot.quantity) for lot in scene.order.lines[0].lots] == [("L1", 60), ("L2", 40)]

    def test_an_agreed_quantity_has_its_tolerance_anew(self) -> None:
        scene = given(self.counted(10), over("accept", 5), change(changed(1, 108)), approve(), agree())
        scene.when(over("accept", 5)).then("received", accepted=110)
        assert (scene.order.lines[0].ordered, scene.order.lines[0].kept) == (110, 2)

    def test_another_price_leaves_the_tolerance_used(self) -> None:
        scene = given(
            self.counted(10), over("accept", 5), change(changed(1, price="0.8")), approve(), agree()
        )
        scene.when(over("accept", 1)).refused("over.beyond_tolerance", left=0)

    def test_of_a_line_closed_short_nothing_more_can_be_ordered(self) -> None:
        scene = given(issued(), send(60), ShortClose((LineOnly(1),), "Enough"), ship(60), receive(105))
        scene.when(over("accept", 45)).refused("over.beyond_tolerance", left=41)
        assert scene.refusal is not None
        assert scene.refusal.detail.endswith("Send the others back.")

    def test_some_may_be_kept_and_some_sent_back(self) -> None:
        both = ResolveOver((*over("accept", 2).lines, *over("return", 1).lines))
        scene = (
            self.counted().when(both).then("received", accepted=102).happened(e.OverResolved, e.OverResolved)
        )
        assert scene.order.lines[0].ordered == 102

    @parametrize(
        "command, code, field",
        (ResolveOver(()), "lines.empty", "lines"),
        (over("return", 4), "over.more_than_over", "lines.0.quantity"),
        (
            ResolveOver((*over("return", 2).lines, *over("accept", 2).lines)),
            "over.more_than_over",
            "lines.1.quantity",
        ),
        (over("return", 0), "quantity.zero", "lines.0.quantity"),
        (over("return", "0.5"), "quantity.too_precise", "lines.0.quantity"),
        (over("return", 1, line=2), "line.unknown", "lines.0.line"),
        (over("return", 1, lot="L9"), "lot.not_on_line", "lines.0.lot"),
    )
    def test_what_is_not_settled(self, command: ResolveOver, code: str, field: str) -> None:
        self.counted().when(command).refused(code, field)

    def test_nothing_is_kept_against_a_certificate_or_a_held_lot(self) -> None:
        self.counted().when(document("coc", lot="L9")).when(over("accept", 3)).refused("judge.document")
        self.counted().hold_lot("L1").when(over("accept", 3)).refused("judge.lot_held")

    def test_keeping_pieces_uses_up_no_inspection_of_others(self) -> None:
        scene = given(
            issued(a_line(tolerance=Decimal("0.05")), plans={1: PLAN}),
            *(send(100), arrived(), inspect(), release(), ship(100), receive(103)),
        )
        scene.then("receiving", accepted=100, over=3)
        scene.when(over("accept", 3)).then("received", accepted=103)
        assert scene.order.judged == {"1:L1": 100}

    def test_rework_that_comes_back_in_greater_number_is_over_too(self) -> None:
        scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10))
        scene.when(ship(11, nonconformance=NC)).when(receive(11, parcel="SO-1-P2"))
        scene.then("receiving", accepted=100, over=1, sent=100)
