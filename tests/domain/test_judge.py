"""judge: pending pieces become accepted, rejected or used for tests."""

from __future__ import annotations

from models.domain import events as e
from models.domain.commands import Hold, Judge
from tests.domain.asking import arrived, dispose, document, judge, receive, send, ship
from tests.domain.orders import Scene, a_line, given, issued, parametrize

TWO_LOTS = a_line(lots=[("L1", 60), ("L2", 40)])


def pending() -> Scene:
    return given(issued(), send(100), arrived(), ship(100), receive(0, pending=100))


def test_pending_pieces_are_judged() -> None:
    scene = pending().when(judge(accepted=90, rejected=8, tested=2))
    scene.then("receiving", accepted=90, rejected=8, test_consumed=2, sent=100)
    scene.happened(e.PiecesJudged, e.NonconformanceOpened)
    assert scene.shelf["L1"].on_hand == 90


@parametrize(
    "command, code, field",
    (Judge(()), "lines.empty", "lines"),
    (judge(), "judge.nothing", "lines"),
    (judge(accepted=101), "judge.more_than_pending", "lines.0.accepted"),
    (judge(accepted=60, rejected=41), "judge.more_than_pending", "lines.0.rejected"),
    (judge(accepted=99, rejected=1, tested=1), "judge.more_than_pending", "lines.0.tested"),
    (judge(accepted=-1), "quantity.too_small", "lines.0.accepted"),
    (judge(tested="0.5"), "quantity.too_precise", "lines.0.tested"),
    (judge("L9", accepted=1), "lot.not_on_line", "lines.0.lot"),
    (judge(line=4, accepted=1), "line.unknown", "lines.0.line"),
)
def test_what_is_not_judged(command: Judge, code: str, field: str) -> None:
    pending().when(command).refused(code, field)


def test_nothing_is_accepted_while_a_certificate_contradicts_the_order() -> None:
    scene = pending().when(document("coc", lot="L9")).when(judge(accepted=10))
    scene.refused("judge.document", "lines.0.accepted")
    scene.when(judge(rejected=10)).then("receiving", pending=90, rejected=10)


def test_nothing_made_from_a_held_lot_is_accepted() -> None:
    scene = pending().hold_lot("L1").when(judge(accepted=10))
    scene.refused("judge.lot_held", "lines.0.accepted", lot="L1", reason="suspect heat")
    scene.when(judge(tested=1)).then("receiving", pending=99, test_consumed=1)


def test_nothing_is_judged_on_hold() -> None:
    pending().when(Hold("Drawing changes")).when(judge(accepted=10)).refused("order.hold")


def test_several_pending_lots_that_nobody_names_are_marked() -> None:
    scene = given(issued(TWO_LOTS), send(60, "L1"), send(40, "L2"), ship(100), receive(0, pending=100))
    scene.when(judge(accepted=70)).then(place="1:L2", accepted=10, pending=30)
    assert scene.event(e.PiecesJudged).lot_unknown
    assert not scene.when(judge(accepted=30)).event(e.PiecesJudged).lot_unknown


def test_a_lot_may_be_named_as_what_it_became() -> None:
    scene = given(issued(TWO_LOTS), send(60, "L1"), send(40, "L2"), ship(60, "L1"), ship(40, "L2"))
    scene.when(receive(50, lot="L1", pending=10, output_lot="OUT-1"))
    scene.when(receive(0, parcel="SO-1-P2", lot="L2", pending=40))
    scene.when(judge("OUT-1", accepted=10)).then(place="1:L1", accepted=60)
    assert scene.shelf["OUT-1"].on_hand == 60


def test_a_name_that_stands_for_two_lots_is_not_enough() -> None:
    scene = given(issued(TWO_LOTS), send(60, "L1"), send(40, "L2"), ship(100))
    scene.when(receive(90, pending=10, output_lot="OUT-1"))
    scene.when(judge("OUT-1", accepted=10)).refused("lot.several_sources", "lines.0.lot", lots="L1, L2")


def test_reinspected_pieces_are_judged_first() -> None:
    scene = given(issued(), send(100), ship(100), receive(80, rejected=10, pending=10))
    scene.when(dispose(reinspect=10)).then("receiving", accepted=80, pending=20).flags("nonconforming")
    scene.when(judge(accepted=10)).then(accepted=90, pending=10).flags()
    scene.happened(e.PiecesJudged, e.NonconformanceClosed)


def test_reinspected_pieces_rejected_again_are_another_nonconformance() -> None:
    scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(reinspect=10))
    scene.when(judge(rejected=10)).then("receiving", accepted=90, rejected=10)
    scene.happened(e.PiecesJudged, e.NonconformanceOpened, e.NonconformanceClosed)
    assert [item.nonconformance for item in scene.order.open_nonconformances] == ["SO-1-N2"]
