"""Pieces that the next outside operation has are doubted where they are, though our shelf may have others."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from models.domain import commands as c
from models.domain import events as e
from models.domain.facts import EventFact, Facts
from models.domain.upstream import Onward, Ordered, Upstream, after
from tests.domain.asking import NC, judge, receive, report, send, ship, some
from tests.domain.orders import Scene, a_line, given, issued

D = Decimal


@pytest.mark.parametrize(
    ("ordered", "found"),
    [
        ([], None),
        # Nobody has begun what comes after, and what comes before takes nothing of it.
        ([Ordered(30, "SO-1", D(50)), Ordered(40, "SO-2"), Ordered(20, "SO-0", D(90), D(90))], None),
        (
            [Ordered(30, "SO-1", D(50), D(60)), Ordered(40, "SO-2", D(5), D(20))],
            Onward(D(30), 40, ("SO-2",)),
        ),
        # All orders of this operation, and all of the next.
        (
            [
                Ordered(30, "SO-1", D(50)),
                Ordered(30, "SO-4", D(10)),
                Ordered(40, "SO-3", D(0), D(20)),
                Ordered(40, "SO-2", D(0), D(5)),
                Ordered(40, "SO-5"),
            ],
            Onward(D(35), 40, ("SO-2", "SO-3")),
        ),
        # An operation ordered in between, or the one after that, changes nothing: the pieces came through here.
        (
            [Ordered(30, "SO-1", D(50)), Ordered(35, "SO-9"), Ordered(40, "SO-2", D(0), D(20))],
            Onward(D(30), 40, ("SO-2",)),
        ),
        (
            [Ordered(30, "SO-1", D(50)), Ordered(40, "SO-2", D(30), D(40)), Ordered(50, "SO-3", D(0), D(30))],
            Onward(D(10), 40, ("SO-2",)),
        ),
        # Never less than none; an order one may not know of counts, unnamed.
        ([Ordered(30, "SO-1", D(5)), Ordered(40, "", D(0), D(20))], Onward(D(0), 40, ())),
    ],
)
def test_what_later_operations_took_is_gone_on(ordered: list[Ordered], found: Onward | None) -> None:
    assert after(30, ordered) == found


def received(**split: object) -> Scene:
    return given(issued(), send(100), ship(100), receive(split.pop("accepted", 100), **split))


def doubted(scene: Scene, command: c.Command, left: int, **facts: object) -> Scene:
    """While of all lines' operation so many pieces are still here."""
    gone = {line.line: Onward(D(left), 40, ("SO-2",)) for line in scene.order.lines}
    return scene.when(command, facts=Facts(lots=scene.shelf, onward=gone, **facts))


def corrected(scene: Scene, kind: type[e.Event], left: int) -> Scene:
    wrong = scene.sequence(kind)
    _, at, event = scene.stream[wrong - 1]
    return doubted(scene, c.Correct(wrong, "Typed wrongly"), left, event=EventFact(wrong, at, event))


def test_of_pieces_gone_on_a_nonconformance_is_only_recorded() -> None:
    # The shelf shows 100 of the lot all the same: 70 of another job.
    scene = doubted(received(), report(50), 30).then("receiving", accepted=70, rejected=30)
    recorded = scene.event(e.NonconformanceOpened)
    assert (recorded.quantity, recorded.recorded_only) == (20, True)
    assert [item.nonconformance for item in scene.order.open_nonconformances] == [NC]


def test_pieces_gone_on_do_not_hide_pending_ones() -> None:
    scene = doubted(received(accepted=60, pending=40), report(50), 30)
    scene.then("receiving", accepted=30, pending=20, rejected=50)


def test_the_shelf_and_what_went_on_are_asked_both() -> None:
    doubted(received().use("L1", 90), report(50), 30).then("receiving", accepted=90, rejected=10)


def test_pieces_gone_on_are_counted_once_over_several_lines() -> None:
    lines = [replace(a_line(n, 50, [(f"L{n}", 50)]), work_order="WO-1") for n in (1, 2)]
    scene = given(issued(*lines), send(50, "L1"), send(50, "L2", line=2), ship(50), ship(50, line=2))
    scene = given(scene, receive(50), receive(50, line=2, parcel="SO-1-P2"))
    doubted(scene, c.ReportNonconformance((some(1, 20), some(2, 20)), "Blisters"), 30)
    scene.then("receiving", accepted=70, rejected=30)


def test_a_receipt_is_not_taken_back_from_under_the_next_operation() -> None:
    scene = corrected(received(), e.PiecesReceived, 99)
    refused = scene.refused("correct.moved_on", "event", orders="SO-2", left=99, wanted=100)
    assert refused.refusal is not None
    assert "Report a nonconformance on the order that has them." in refused.refusal.detail


def test_what_is_still_here_is_taken_back() -> None:
    corrected(received(accepted=60, pending=40), e.PiecesReceived, 60).then("shipped", in_transit_back=100)


@pytest.mark.parametrize(("left", "refused"), [(39, True), (40, False)])
def test_nor_is_a_judgement(left: int, refused: bool) -> None:
    scene = given(received(accepted=60, pending=40), judge(accepted=40))
    corrected(scene, e.PiecesJudged, left)
    if refused:
        scene.refused("correct.moved_on", "event", left=left, wanted=40)
    else:
        scene.then("receiving", accepted=60, pending=40)


def test_what_accepted_nothing_may_be_taken_back_whatever_went_on() -> None:
    corrected(received(accepted=0, pending=100), e.PiecesReceived, 0).then("shipped", in_transit_back=100)


@pytest.mark.parametrize(("accepted", "refused"), [(119, True), (120, False)])
def test_what_came_back_as_it_was_is_not_out_again_once_another_order_has_it(
    accepted: int, refused: bool
) -> None:
    scene = received(accepted=80, unprocessed=20)
    wrong = scene.sequence(e.PiecesReceived)
    _, at, event = scene.stream[wrong - 1]
    waits = {1: Upstream(20, ("SO-0",), D(accepted), D(100))}
    known = Facts(lots=scene.shelf, upstream=waits, event=EventFact(wrong, at, event))
    scene.when(c.Correct(wrong, "Typed wrongly"), facts=known)
    if refused:
        scene.refused("correct.moved_on", "event", left=19, wanted=20)
    else:
        scene.then("shipped", in_transit_back=100)
