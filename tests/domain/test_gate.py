"""Which command is possible at which stage, on hold and while cancelling: every cell of the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.domain import commands as c
from models.domain import gate
from models.domain.authority import SYSTEM
from models.domain.changes import Change, ChangeState
from models.domain.commands import COMMANDS, Close, Issue
from models.domain.decide import decide
from models.domain.errors import Refusal
from models.domain.facts import Asked, Facts
from models.domain.order import ENDED, Answer, Order, Stage, stage
from models.domain.records import Hold, Kin, Reassignment
from models.domain.transfers import Transfer
from tests.domain.asking import (
    accept,
    agree,
    approve,
    arrived,
    change,
    counter,
    decline,
    receive,
    refuse,
    reject,
    send,
    ship,
    withdraw,
)
from tests.domain.orders import NOW, Scene, given, issued, parametrize

# At each stage, then: also on hold, also while cancelling. `acknowledge` is asked of orders nobody
# has answered for good, wherever there are such; at `countered` a proposal waits for the buyer. No change
# is open.
TABLE = """
command              issued countered acknowledged in_process shipped receiving received closed cancelled  hold cancelling
issue                .      .         .            .          .       .         .        .      .          .    .
acknowledge          y      y         .            y          y       y         y        .      .          .    .
answer-counter       .      y         .            .          .       .         .        .      .          .    .
propose-change       y      .         y            y          y       y         y        .      .          .    .
decide-change        .      .         .            .          .       .         .        .      .          .    .
withdraw-change      .      .         .            .          .       .         .        .      .          .    .
split                y      .         y            y          y       y         .        .      .          .    .
reassign             y      .         y            y          y       y         .        .      .          .    .
merge                y      .         y            .          .       .         .        .      .          .    .
plan-contingency     y      y         y            y          y       y         .        .      .          y    .
settle-contingency   .      .         .            .          .       .         .        .      .          .    .
expedite             y      .         y            y          y       y         .        .      .          .    .
send                 y      .         y            y          y       y         y        .      .          .    .
report-milestone     y      .         y            y          y       y         y        .      .          y    y
report-process       y      .         y            y          y       y         y        .      .          .    y
submit-inspection    y      .         y            y          y       y         .        .      .          .    y
review-inspection    y      .         y            y          y       y         y        .      .          .    y
ship                 y      y         y            y          y       y         y        .      .          y    y
answer-transfer      .      .         .            .          .       .         .        .      .          .    .
receive              y      y         y            y          y       y         y        y      y          y    y
judge                .      .         .            y          y       y         y        y      y          .    y
report-nonconformance .     .         .            y          y       y         y        y      y          y    y
disposition          .      .         .            y          y       y         y        .      .          .    y
decide-disposition   .      .         .            y          y       y         y        .      .          .    y
confirm-return       .      .         .            y          y       y         y        .      .          .    y
plan-action          .      .         .            y          y       y         y        y      y          y    y
complete-action      .      .         .            y          y       y         y        y      y          y    y
verify-action        .      .         .            y          y       y         y        y      y          y    y
set-responsibility   .      .         .            y          y       y         y        y      y          y    y
review-nonconformance .     .         .            y          y       y         y        y      y          y    y
declare-loss         y      y         y            y          y       y         y        .      .          y    y
settle-claim         y      y         y            y          y       y         y        y      y          y    y
short-close          y      .         y            y          y       y         y        .      .          .    y
resolve-over         .      .         .            y          y       y         y        .      .          .    y
correct              y      y         y            y          y       y         y        .      .          y    y
add-document         y      y         y            y          y       y         y        y      y          y    y
hold                 y      y         y            y          y       y         y        .      .          .    .
resume               y      y         y            y          y       y         y        .      .          y    y
cancel               y      y         y            y          y       y         y        .      .          y    .
close                .      .         .            .          .       .         y        .      .          .    .
force-complete       y      .         y            y          y       y         y        .      .          .    .
acknowledge-alert    y      y         y            y          y       y         y        y      y          y    y
warn-pushed          y      y         y            y          y       y         y        .      .          y    y
pass-deadlines       y      y         y            y          y       y         y        y      y          y    y
take-back-push       y      y         y            y          y       y         y        y      y          y    y
report-part-work     y      y         y            y          y       y         y        y      y          y    y
report-undeliverable y      y         y            y          y       y         y        y      y          y    y
report-lot-hold      y      y         y            y          y       y         y        y      y          y    y
report-lot-release   y      y         y            y          y       y         y        y      y          y    y
replan               y      y         y            y          y       y         y        .      .          y    y
"""
_HEAD, *_ROWS = (line.split() for line in TABLE.strip().splitlines())
POSSIBLE = {row[0]: dict(zip(_HEAD[1:], (cell == "y" for cell in row[1:]), strict=True)) for row in _ROWS}


def _at_each_stage() -> dict[Stage, Order]:
    going = (send(), arrived())
    scenes: dict[Stage, Scene] = {
        Stage.ISSUED: issued(),
        Stage.COUNTERED: given(issued(), counter(date(2026, 12, 11))),
        Stage.ACKNOWLEDGED: given(issued(), accept()),
        Stage.IN_PROCESS: given(issued(), *going),
        Stage.SHIPPED: given(issued(), *going, ship(100)),
        Stage.RECEIVING: given(issued(), *going, ship(60), receive(60)),
        Stage.RECEIVED: given(issued(), *going, ship(100), receive(100)),
        Stage.CLOSED: given(issued(), *going, ship(100), receive(100), Close()),
        Stage.CANCELLED: given(issued(), c.Cancel("No longer needed")),
    }
    return {name: scene.order for name, scene in scenes.items()}


ORDERS = _at_each_stage()
_LIVE = ORDERS.keys() - ENDED


def test_the_table_names_every_command_and_every_stage() -> None:
    assert POSSIBLE.keys() == gate.ALLOWED.keys() == COMMANDS.keys()
    assert {*ORDERS} == {*Stage} - {Stage.DRAFT}
    assert all(stage(order) is name for name, order in ORDERS.items())


@pytest.mark.parametrize("held", [False, True], ids=["going", "held"])
@pytest.mark.parametrize("cancelling", [False, True], ids=["wanted", "cancelling"])
@pytest.mark.parametrize("at", ORDERS, ids=str)
def test_every_command_at_every_stage(at: Stage, cancelling: bool, held: bool) -> None:
    order = ORDERS[at]
    if held:
        order = replace(order, holds=(Hold("Drawing changes", NOW),))
    if cancelling:
        order = replace(order, cancel_requested_at=NOW)
    found = {name: gate.why_not(order, name) is None for name in POSSIBLE}
    assert found == {
        name: row[at.value]
        and (row["hold"] if held else name != "resume")
        and (row["cancelling"] or not order.cancelling)
        for name, row in POSSIBLE.items()
    }


def in_condition(order: Order) -> dict[str, tuple[Order, str]]:
    """The order in each condition beside its stage, and the code of what that refuses."""
    offer = Transfer("T", "SO-9", order.number, (), "Beta", "Acme")
    change = Change("C", NOW, "u_buyer", "Why", order.commercial, order.commercial, ChangeState.PROPOSED, NOW)
    away = Reassignment(NOW, "SO-9", "BETA", "return", "The bath is down")
    return {
        "on hold": (replace(order, holds=(Hold("Drawing changes", NOW),)), "order.hold"),
        "being cancelled": (replace(order, cancel_requested_at=NOW), "order.cancelling"),
        "declined": (replace(order, answer=Answer.DECLINED), "order.declined"),
        "given away": (replace(order, reassigned=away), "order.reassigned"),
        "pieces offered to it": (replace(order, transfers={"T": offer}), "transfer.open"),
        "pieces going straight on": (
            replace(order, transfers={"T": replace(offer, source=order.number, target="SO-9")}),
            "transfer.open",
        ),
        "change open": (replace(order, changes={"C": change}), "change.open"),
    }


@pytest.mark.parametrize("at", sorted(_LIVE), ids=str)
def test_each_condition_refuses_what_the_reference_says_and_says_why(at: Stage) -> None:
    found = in_condition(ORDERS[at])
    assert found.keys() == gate.CONDITIONS.keys()
    for words, (order, code) in found.items():
        for name in gate.ALLOWED:
            refusal = gate.why_not(order, name)
            if gate.why_not(ORDERS[at], name) is not None or (refusal is not None and refusal.code != code):
                # Impossible without the condition, or for a reason that comes before it.
                continue
            assert (refusal is not None) == (name in gate.CONDITIONS[words]), (at, words, name)


def test_whatever_is_refused_says_where_the_order_stands_and_where_it_would_be_possible() -> None:
    for order in ORDERS.values():
        for changed, _ in in_condition(order).values():
            for name in gate.ALLOWED:
                refusal = gate.why_not(changed, name)
                if refusal is not None and refusal.code == "order.stage":
                    assert refusal.values["stage"], name
                    assert refusal.values["stages"], name
                assert refusal is None or "{" not in refusal.detail


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"issue"}))
def test_a_draft_can_only_be_issued(name: str) -> None:
    command = COMMANDS[name].__new__(COMMANDS[name])
    with pytest.raises(Refusal) as refused:
        decide(None, Asked(command, SYSTEM), Facts(), NOW)
    assert refused.value.code == "order.stage"


def test_an_issued_order_is_not_issued_again() -> None:
    given(issued()).when(Issue()).refused("order.stage")


def test_a_refusal_says_where_the_order_stands_and_where_it_would_be_possible() -> None:
    scene = given(issued()).when(Close()).refused("order.stage", stage="issued", stages="received")
    assert scene.refusal is not None
    assert scene.refusal.detail == (
        "Not possible while the order stands at “issued”; possible at: received. It is too early: do first what "
        "the order waits for now."
    )


def test_on_hold_the_refusal_names_the_reason() -> None:
    given(issued(), c.Hold("Drawing changes")).when(send()).refused("order.hold", reason="Drawing changes")


def test_nothing_new_starts_while_cancelling() -> None:
    scene = given(issued(), send(60), c.Cancel("No longer needed")).flags("cancelling")
    scene.when(send(40)).refused("order.cancelling")
    scene.when(c.Hold("Wait")).refused("order.cancelling")


def test_a_declined_order_is_not_answered_any_more() -> None:
    order = given(issued(), decline()).order
    assert stage(order) is Stage.COUNTERED
    codes = {name: refusal and refusal.code for name in POSSIBLE if (refusal := gate.why_not(order, name))}
    assert (codes["acknowledge"], codes["answer-counter"]) == ("order.answered", "counter.none")


def test_a_proposal_is_answered_even_once_work_began() -> None:
    scene = given(issued(), send(), arrived(), counter(date(2026, 12, 11))).then("in_process")
    assert gate.why_not(scene.order, "answer-counter") is None
    assert gate.why_not(scene.order, "acknowledge") is None
    assert gate.why_not(scene.order, "ship") is None


def test_a_supplier_that_declined_gets_no_more_material() -> None:
    """What it has already comes back, which takes the order out of `countered`."""
    scene = given(issued(), send(60), decline()).then("countered")
    scene.when(send(40)).refused("order.stage")
    scene.when(receive(parcel="", slip="LS-1", unprocessed=60)).then("receiving", returned_unprocessed=60)
    scene.when(send(40)).refused("order.declined")


@parametrize(
    "kin, orders",
    (Kin(merged_into="SO-2"), "SO-2"),
    (Kin(superseded_by=("SO-4", "SO-5")), "SO-4, SO-5"),
    (Kin(reassigned_to="SO-6"), "SO-6"),
)
def test_what_is_done_to_an_order_that_went_on_as_another_is_sent_there(kin: Kin, orders: str) -> None:
    ended = given(issued(), accept(), c.Cancel("No longer needed")).order
    alone, gone_on = gate.why_not(ended, "send"), gate.why_not(replace(ended, kin=kin), "send")
    assert alone is not None
    assert gone_on is not None
    assert alone.detail.endswith("place what is still needed on another one.")
    assert gone_on.detail.endswith(f"It went on as {orders}: go on there.")


@parametrize(
    "kin, ends",
    (Kin(reassigned_to="SO-6"), "place what is still needed on another one."),
    (Kin(superseded_by=("SO-4",), reassigned_to="SO-6"), "It went on as SO-4: go on there."),
)
def test_a_supplier_hears_of_no_order_that_another_one_has(kin: Kin, ends: str) -> None:
    ended = replace(given(issued(), accept(), c.Cancel("No longer needed")).order, kin=kin)
    refusal = gate.why_not(ended, "ship", outside=True)
    assert refusal is not None
    assert refusal.detail.endswith(ends)
    assert "SO-6" not in str(refusal.values)


def test_what_went_to_another_supplier_is_told_without_its_number() -> None:
    order, code = in_condition(ORDERS[Stage.ACKNOWLEDGED])["given away"]
    inside, outside = (gate.why_not(order, "send", outside=away) for away in (False, True))
    assert inside is not None
    assert inside.values["order"] == "SO-9"
    assert outside is not None
    assert (outside.code, outside.values) == (code, {})


@parametrize(
    "steps, told",
    ((reject(),), "was not approved"),
    ((withdraw(),), "was withdrawn"),
    ((approve(),), "was approved already"),
    ((approve(), agree()), "was accepted already and holds"),
    ((approve(), refuse()), "was declined already"),
)
def test_who_comes_late_to_a_change_hears_what_became_of_it(steps: tuple[c.Command, ...], told: str) -> None:
    order = given(issued(), accept(), change(need_by=date(2026, 12, 22)), *steps).order
    refusal = gate.why_not(order, "decide-change")
    assert refusal is not None
    assert (refusal.code, refusal.values["change"]) == ("change.not_open", "SO-1-C1")
    assert told in refusal.detail


def test_a_change_that_nobody_asked_for_is_not_decided() -> None:
    order = given(issued(), accept()).order
    codes = [
        refusal.code
        for name in ("decide-change", "withdraw-change")
        if (refusal := gate.why_not(order, name))
    ]
    assert codes == ["change.none", "change.no_open"]
