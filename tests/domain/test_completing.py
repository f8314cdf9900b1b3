"""force-complete: an order that will never be complete is closed by somebody who signs for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from models.domain import events as e
from models.domain.authority import Actor, Role
from models.domain.commands import (
    AnswerCounter,
    Cancel,
    Command,
    ForceComplete,
    Hold,
    Receive,
    ReceiveLine,
    Signature,
)
from models.domain.evidence import DocumentType
from models.domain.missing import missing
from models.domain.purpose import why_pointless
from tests.domain.asking import accept, arrived, counter, dispose, document, judge, receive, send, ship
from tests.domain.orders import ADMIN, given, issued

ENOUGH = ForceComplete("The customer needs no more", Signature("Abel Stone"))
BUYS_AND_APPROVES = Actor("u_buyer", "user", frozenset({Role.BUYER, Role.APPROVER}))


def test_what_is_out_is_lost_what_was_never_sent_stays_and_the_order_is_closed() -> None:
    scene = given(issued(), accept(), send(90), arrived(), ship(70), receive(60)).when(ENOUGH)
    scene.then("closed", accepted=60, lost=30)
    scene.happened(e.PiecesLost, e.LinesShortClosed, e.OrderForceCompleted, e.OrderSettled)
    assert scene.order.ended_at == scene.now
    done = scene.event(e.OrderForceCompleted)
    assert isinstance(done, e.OrderForceCompleted)
    assert (done.reason, done.signed_by) == (ENOUGH.reason, "Abel Stone")
    assert (done.signed_as, bool(done.meaning)) == ("approver", True)


def test_with_everything_sent_and_back_only_the_order_ends() -> None:
    scene = given(issued(documents=[DocumentType.coc]), send(100), ship(100), receive(pending=100))
    scene.when(ENOUGH).refused("complete.undecided")
    scene = given(scene, document("coc"), judge(accepted=100)).when(ENOUGH)
    scene.then("closed", accepted=100).happened(e.OrderForceCompleted, e.OrderSettled)


def test_papers_that_never_came_are_signed_away_and_may_still_be_added() -> None:
    scene = given(issued(documents=[DocumentType.coc, DocumentType.heat_chart]), send(100), ship(60))
    scene = given(scene, document("coc"), receive(60)).when(ENOUGH).then("closed", accepted=60, lost=40)
    assert missing(scene.order) == []
    scene.when(document("heat_chart")).then("closed")


@pytest.mark.parametrize(
    "dock",
    [receive(60, pending=1), receive(60, rejected=1), receive(101)],
    ids=["pending", "rejected", "over"],
)
def test_nobody_signs_away_what_lies_on_the_dock(dock: Command) -> None:
    scene = given(issued(), send(100), ship(100), dock)
    scene.when(ENOUGH).refused("complete.undecided")
    assert why_pointless(scene.order, "force-complete") is not None


def test_before_anything_was_sent_the_order_is_cancelled_instead() -> None:
    given(issued(), accept()).when(ENOUGH).refused("complete.nothing_sent")


def test_a_proposal_is_answered_first() -> None:
    scene = (
        given(issued(), send(100), arrived(), counter(date(2026, 12, 11)))
        .when(ENOUGH)
        .refused("complete.proposal")
    )
    given(scene, AnswerCounter("reject")).when(ENOUGH).then("closed", lost=100)


def test_pieces_in_rework_are_lost_and_their_nonconformance_is_closed() -> None:
    scene = given(issued(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10))
    scene.when(ENOUGH).then("closed", accepted=90, lost=10)
    assert not list(scene.order.open_nonconformances)


def test_the_buyer_of_the_order_does_not_complete_it_alone() -> None:
    scene = given(issued(), send(100))
    scene.when(ENOUGH, by=BUYS_AND_APPROVES).refused("forbidden.own_order")
    scene.when(ENOUGH, by=ADMIN).then("closed", lost=100)


def test_it_is_signed_and_says_why() -> None:
    scene = given(issued(), send(100))
    scene.when(ForceComplete("Enough", Signature(" "))).refused("signature.missing", "signature.name")
    scene.when(ForceComplete(" ", Signature("Abel Stone"))).refused("reason.missing", "reason")


def test_what_stands_still_or_comes_back_anyway_is_not_completed() -> None:
    given(issued(), send(100), Hold("Drawing")).when(ENOUGH).refused("order.hold")
    given(issued(), send(100), Cancel("No need")).when(ENOUGH).refused("order.cancelling")


def test_what_turns_up_after_all_is_received() -> None:
    scene = given(issued(), send(100), arrived(), ENOUGH).then("closed", lost=100)
    found = Receive((ReceiveLine(1, Decimal(40), Decimal(40)),), packing_slip="PS-9")
    scene.when(found).then("closed", lost=60, pending=40)
    scene.when(judge(accepted=40)).then("closed", lost=60, accepted=40)
