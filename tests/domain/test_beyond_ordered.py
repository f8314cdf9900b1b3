"""What a change took off a line after it was sent is not accepted, though it comes back done."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models.domain import commands as c
from models.domain import events as e
from models.domain.commands import Close
from models.domain.missing import missing
from tests.domain.asking import (
    NC,
    PARCEL,
    accept,
    agree,
    approve,
    arrived,
    change,
    changed,
    counted,
    dispose,
    inspect,
    judge,
    lose,
    receive,
    release,
    send,
    ship,
    sign,
)
from tests.domain.orders import PLAN, Scene, a_line, given, issued


def in_force(scene: Scene, wanted: c.ProposeChange) -> Scene:
    """Proposed, approved by somebody else, accepted by the supplier."""
    return given(scene, wanted, approve(), agree())


def cut_to(quantity: int, *steps: c.Command, **order: Any) -> Scene:
    """All 100 were sent when fewer were agreed on."""
    scene = given(issued(**order), accept(), send(100), arrived())
    return given(in_force(scene, change(changed(1, quantity))), *steps)


EXCESS = {"what": "beyond-ordered:line-1", "owed_by": "buyer"}


def test_what_comes_back_done_beyond_a_cut_waits_and_is_no_less_there() -> None:
    scene = cut_to(60, ship(100), receive(90)).then("receiving", accepted=60, pending=30, in_transit_back=10)
    received = scene.event(e.PiecesReceived)
    assert (received.lines[0].kept_pending, received.lines[0].kept_because) == (30, "ordered")
    assert EXCESS in missing(scene.order)
    given(scene, receive(5, rejected=5, additional=True)).then(
        "receiving", accepted=60, pending=35, rejected=5
    )


def test_a_line_that_is_cancelled_accepts_none_of_what_was_sent() -> None:
    two = issued(a_line(1, 100), a_line(2, 50, [("L2", 50)]))
    scene = in_force(given(two, accept(), send(50, "L2", 2), send(100)), change(changed(2, 0)))
    given(scene, ship(50, line=2), receive(50, line=2)).then(place="2:L2", pending=50)


def test_deliveries_of_one_receipt_share_what_is_ordered() -> None:
    scene = cut_to(60, ship(100))
    both = c.Receive((counted(accepted=50), counted(accepted=50)), PARCEL)
    given(scene, both).then(accepted=60, pending=40)


def test_what_no_inspection_covers_and_what_nobody_ordered_wait_both() -> None:
    scene = cut_to(60, ship(100), plans={1: PLAN})
    given(scene, inspect(), release(), receive(100)).then(accepted=60, pending=40)
    cut_to(60, ship(100), receive(100), plans={1: PLAN}).then(pending=100)


def test_serials_beyond_a_cut_wait_by_name() -> None:
    scene = given(issued(a_line(1, 4, [("L1", 4)]), by_serial=True), accept())
    names = ("S1", "S2", "S3", "S4")
    given(scene, c.Send((c.SendLine(1, Decimal(4), "L1", serials=names),)))
    in_force(scene, change(changed(1, 3)))
    found = tuple(c.ReceivedSerial(name, "accepted") for name in names)
    given(scene, c.Receive((c.ReceiveLine(1, Decimal(4), Decimal(4), serials=found),), packing_slip="LS-1"))
    scene.then(accepted=3, pending=1)


def test_pending_pieces_are_accepted_up_to_what_is_ordered() -> None:
    scene = cut_to(60, ship(100), receive(pending=100))
    scene.when(judge(accepted=61)).refused(
        "judge.beyond_ordered", "lines.0.accepted", ordered=60, left=60, entered=61
    )
    twice = c.Judge((*judge(accepted=40).lines, *judge(accepted=21).lines))
    scene.when(twice).refused("judge.beyond_ordered", "lines.1.accepted", left=20, entered=21)
    given(scene, judge(accepted=60, rejected=40)).then("receiving", accepted=60, rejected=40)
    assert EXCESS not in missing(scene.order)


def test_nor_are_reinspected_and_reworked_ones() -> None:
    scene = cut_to(60, ship(100), receive(60, rejected=40), dispose(reinspect=10))
    scene.when(judge(accepted=1)).refused("judge.beyond_ordered", left=0)
    given(scene, dispose(rework=30), arrived(), ship(30, nonconformance=NC))
    given(scene, receive(30, parcel="SO-1-P2")).then(accepted=60, pending=40)


def test_nor_are_rejects_used_as_they_are() -> None:
    scene = cut_to(60, ship(100), receive(50, rejected=50), dispose(use_as_is=11))
    scene.when(sign()).refused("judge.beyond_ordered", "nonconformance", left=10, entered=11)
    given(scene, sign("reject"), dispose(use_as_is=10), sign()).then(accepted=60, rejected=40)


def test_what_is_beyond_a_cut_is_accepted_once_it_is_ordered_anew() -> None:
    scene = cut_to(60, ship(100), receive(100), change(changed(1, 100)))
    scene.when(judge(accepted=40)).refused("judge.beyond_ordered")
    given(scene, approve("SO-1-C2"), agree("SO-1-C2"), judge(accepted=40)).then("received", accepted=100)
    assert EXCESS not in missing(scene.order)


def test_or_it_goes_back() -> None:
    scene = cut_to(60, ship(100), receive(100), judge(rejected=40), dispose(return_=40))
    given(scene, c.ConfirmReturn(NC, Decimal(40)), Close()).then(
        "closed", accepted=60, returned_to_supplier=40
    )


def test_what_turns_up_after_the_end_is_accepted_though_it_was_cut() -> None:
    scene = cut_to(60, ship(60), receive(60), lose(40), Close())
    given(scene, receive(pending=40, parcel="", slip="LS-9"), judge(accepted=40)).then("closed", accepted=100)
