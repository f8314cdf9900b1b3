"""send: what leaves our shelf, never beyond what is ordered."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain import events as e
from models.domain.commands import LineOnly, Send, SendLine, ShortClose
from models.domain.next_steps import NextStep, Step, next_steps
from tests.domain.asking import NC, accept, arrived, dispose, lose, receive, send, ship
from tests.domain.orders import Scene, a_line, a_lot, given, issued, parametrize

TWO_LOTS = a_line(lots=[("L1", 60), ("L2", 40)])


def two_lots() -> Scene:
    return issued(TWO_LOTS, lots=[a_lot("L1", 60), a_lot("L2", 40)])


def test_sending_takes_pieces_off_the_shelf() -> None:
    scene = given(issued(), accept(), send(60)).then(in_transit_out=60).happened(e.PiecesSent)
    assert scene.shelf["L1"].on_hand == 40
    scene.when(send(40)).then(in_transit_out=100, sent=100)
    assert scene.shelf["L1"].on_hand == 0


def test_carrier_papers_and_weight_are_kept() -> None:
    lines = (
        SendLine(1, Decimal(60), "L1", weight=Decimal("12.2")),
        SendLine(1, Decimal(40), "L2", weight=Decimal(8)),
    )
    sent = given(two_lots(), Send(lines, " UPS ", " 1Z ")).event(e.PiecesSent)
    assert (sent.carrier, sent.tracking, sent.weight) == ("UPS", "1Z", Decimal("20.2"))
    assert not sent.collected_by_supplier


def test_the_supplier_may_collect() -> None:
    assert given(issued(), send(100, carrier="supplier")).event(e.PiecesSent).collected_by_supplier


@parametrize(
    "command, code, field",
    (Send(()), "lines.empty", "lines"),
    (send(101), "send.more_than_ordered", "lines.0.quantity"),
    (send(0), "quantity.zero", "lines.0.quantity"),
    (send(-1), "quantity.too_small", "lines.0.quantity"),
    (send("0.5"), "quantity.too_precise", "lines.0.quantity"),
    (send("NaN"), "quantity.not_a_number", "lines.0.quantity"),
    (send("Infinity"), "quantity.not_a_number", "lines.0.quantity"),
    (send("1e13"), "quantity.too_large", "lines.0.quantity"),
    (send(10, line=2), "line.unknown", "lines.0.line"),
    (send(10, "L9"), "lot.unknown", "lines.0.lot"),
    (Send((SendLine(1, Decimal(10), unit="KGM"),)), "unit.other", "lines.0.unit"),
    (Send((SendLine(1, Decimal(1), weight=Decimal(-1)),)), "quantity.too_small", "lines.0.weight"),
    (send(10, nonconformance=NC), "nonconformance.unknown", "nonconformance"),
)
def test_what_is_not_sent(command: Send, code: str, field: str) -> None:
    given(issued()).when(command).refused(code, field)


def test_never_beyond_what_is_ordered() -> None:
    scene = given(issued(lots=[a_lot("L1", 500)]), send(60))
    scene.when(send(41)).refused("send.more_than_ordered", left=40, ordered=100)
    scene.when(Send((SendLine(1, Decimal(30)), SendLine(1, Decimal(11))))).refused(
        "send.more_than_ordered", "lines.1.quantity", left=10
    )
    scene.when(send(40)).then(in_transit_out=100)


def test_pieces_lost_on_the_way_are_not_replaced_without_a_change() -> None:
    given(issued(lots=[a_lot("L1", 500)]), send(100), lose(10)).when(send(10)).refused(
        "send.more_than_ordered"
    )


def test_a_short_closed_line_gets_no_more() -> None:
    scene = given(issued(), send(60), ShortClose((LineOnly(1),), "Enough"))
    for command, code in (
        (send(1), "send.more_than_ordered"),
        (ShortClose((LineOnly(1),), "Again"), "line.complete"),
    ):
        refusal = scene.when(command).refused(code).refusal
        assert refusal is not None
        # To change its quantity first is refused as well.
        assert "on another order" in refusal.detail


def test_a_held_lot_stays_here() -> None:
    scene = (
        given(issued())
        .hold_lot("L1")
        .when(send(10))
        .refused("lot.held", "lines.0.lot", reason="suspect heat")
    )
    assert scene.shelf["L1"].on_hand == 100


def test_a_short_lot_is_named_with_what_it_has() -> None:
    given(issued(lots=[a_lot("L1", 30)])).when(send(31)).refused("lot.short", lot="L1", left=30, unit="C62")
    pending = a_lot("L1", 0, undecided=Decimal(30))
    given(issued(lots=[pending])).when(send(10)).refused("lot.undecided", lot="L1", left=0, undecided=30)


def test_one_lot_named_twice_cannot_give_the_same_piece_twice() -> None:
    lines = (SendLine(1, Decimal(60), "L1"), SendLine(1, Decimal(1), "L1"))
    scene = given(issued(a_line(quantity=200, lots=[("L1", 60)])))
    scene.when(Send(lines)).refused("lot.short", "lines.1.quantity", left=0)


def test_of_several_lots_one_must_be_named() -> None:
    given(two_lots()).when(send(10)).refused("lot.missing", "lines.0.lot", lots="L1, L2")
    given(two_lots(), send(10, "L2")).then(place="1:L2", in_transit_out=10)


def test_a_lot_nobody_planned_may_go_when_it_exists() -> None:
    scene = issued(lots=[a_lot("L1"), a_lot("L7", 50)])
    scene.shelf["L1"] = a_lot("L1", 50)
    given(scene, send(50, "L1"), send(50, "L7")).then(place="1:L7", in_transit_out=50)


def test_a_line_without_lots_needs_none() -> None:
    given(issued(a_line(lots=()))).when(send(100)).then(in_transit_out=100)


@pytest.mark.parametrize("quantity", [4, 10])
def test_pieces_that_came_back_unprocessed_go_out_again_without_being_sent_twice(quantity: int) -> None:
    scene = given(issued(), send(100), arrived(), ship(100), receive(90, unprocessed=10))
    scene.then("received", accepted=90, returned_unprocessed=10, sent=100)
    back = {"returned_unprocessed": 10 - quantity} if quantity < 10 else {}
    scene.when(send(quantity)).then("receiving", accepted=90, in_transit_out=quantity, sent=100, **back)
    assert scene.shelf["L1"].on_hand == 90 + 10 - quantity


def test_unprocessed_pieces_go_first_and_fresh_ones_fill_up() -> None:
    scene = given(issued(), send(60), ship(60), receive(50, unprocessed=10))
    scene.when(send(30)).then(accepted=50, in_transit_out=30, sent=80)


def test_who_sends_more_than_may_go_is_told_what_they_entered_and_how_many_may() -> None:
    scene = given(issued(lots=[a_lot("L1", 200)]), send(90), ship(90), receive(60, unprocessed=30))
    scene.when(send(41)).refused(
        "send.more_than_ordered", "lines.0.quantity", left=40, ordered=100, entered=41
    )
    scene.when(send(40)).then("receiving", accepted=60, in_transit_out=40, sent=100)


def test_unprocessed_pieces_used_elsewhere_cannot_go_out_again() -> None:
    scene = given(issued(), send(100), ship(100), receive(0, unprocessed=100)).use("L1", 95)
    scene.when(send(10)).refused("lot.short", left=5)


def test_with_a_nonconformance_it_is_papers_and_carrier_only() -> None:
    scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10))
    scene.when(send(10, nonconformance=NC, carrier="DHL")).then(accepted=90, in_transit_out=10, sent=100)
    assert scene.event(e.PiecesSent).moves == ()
    assert scene.event(e.PiecesSent).nonconformance == NC


def test_pieces_nobody_has_decided_about_do_not_go_back() -> None:
    scene = given(issued(), send(100), ship(100), receive(90, rejected=10))
    scene.when(send(10, nonconformance=NC)).refused("send.not_decided", "nonconformance", found="0")
    scene.when(dispose(rework=4)).then()
    scene.when(send(10, nonconformance=NC)).refused("send.not_decided", "nonconformance", found="4")
    scene.when(send("NaN", nonconformance=NC)).refused("quantity.not_a_number", "lines.0.quantity")
    scene.when(send(4, nonconformance=NC)).then()


def test_what_came_back_unprocessed_is_sent_again_or_given_up() -> None:
    scene = given(issued(), accept(), send(100), arrived(), ship(100), receive(90, unprocessed=10))
    assert NextStep(Step.SEND_AGAIN, "buyer") in next_steps(scene.order)
    scene.when(ShortClose((LineOnly(1),), "Made elsewhere")).then("received")
    assert Step.SEND_AGAIN not in [item.step for item in next_steps(scene.order)]
    scene.when(send(10)).refused("send.more_than_ordered", line=1)
    scene.when(ShortClose((LineOnly(1),), "Again")).refused("line.complete", "lines.0.line")


def test_pieces_of_a_held_lot_that_came_back_stay_though_nobody_names_it() -> None:
    scene = given(issued(a_line(lots=[]), lots=[a_lot("L9", 50)]), accept(), send(10, "L9"), arrived())
    given(scene, ship(10, unprocessed=10), receive(0, unprocessed=10))
    scene.hold_lot("L9")
    scene.when(send(10)).refused("lot.held")
