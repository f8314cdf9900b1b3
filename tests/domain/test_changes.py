"""propose-change, decide-change, withdraw-change, acknowledge with a change: what we want otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.domain import events as e
from models.domain import going_back
from models.domain.authority import Actor, Role
from models.domain.changed import with_change
from models.domain.commands import (
    Acknowledge,
    Cancel,
    Close,
    Command,
    ForceComplete,
    Hold,
    LineOnly,
    ProposeChange,
    ShortClose,
    Signature,
)
from models.domain.delivery_days import needed
from models.domain.missing import missing
from models.domain.next_steps import next_steps
from models.domain.order import owed_back, stage
from models.domain.purpose import why_pointless
from models.domain.records import PlannedLot
from models.domain.sendable import sendable
from tests.domain.asking import (
    CHANGE,
    accept,
    agree,
    answer,
    answered,
    approve,
    arrived,
    change,
    changed,
    counter,
    decline,
    over,
    receive,
    refuse,
    reject,
    send,
    ship,
    terms,
    withdraw,
)
from tests.domain.orders import (
    ADMIN,
    APPROVER,
    BUYER,
    NEED_BY,
    PLAN,
    PLANNER,
    SUPPLIER_LINK,
    Scene,
    a_line,
    a_lot,
    day,
    given,
    issued,
    parametrize,
)

SOONER = date(2026, 12, 11)
LATER = date(2027, 1, 8)


def two(**fields: Any) -> Scene:
    lots = [a_lot("L1", 200), a_lot("L2", 50), a_lot("L3", 70)]
    return issued(a_line(1, 100), a_line(2, 50, [("L2", 50)]), lots=lots, **fields)


def in_force(scene: Scene, wanted: ProposeChange) -> Scene:
    """Proposed, approved by somebody else, accepted by the supplier."""
    name = f"SO-1-C{len(scene.order.changes) + 1}"
    return given(scene, wanted, approve(name), agree(name))


def lines_of(scene: Scene) -> list[tuple[object, ...]]:
    return [
        (line.ordered, str(line.unit_price), [(lot.lot, lot.quantity) for lot in line.lots])
        for line in scene.order.lines
    ]


STANDS = [(100, "0.85", [("L1", 100)]), (50, "0.85", [("L2", 50)])]


@parametrize(
    "wanted, need_by, spec, lines",
    pytest.param(change(need_by=LATER), LATER, "2023", STANDS, id="the day"),
    pytest.param(change(spec_revision=" 2024 "), NEED_BY, "2024", STANDS, id="the specification"),
    pytest.param(change(changed(1, price="0.9")), NEED_BY, "2023", [(100, "0.9", [("L1", 100)]), STANDS[1]], id="a price"),
    pytest.param(change(changed(1, 80)), NEED_BY, "2023", [(80, "0.85", [("L1", 80)]), STANDS[1]], id="less: the lot is still the whole line"),
    pytest.param(change(changed(1, 150)), NEED_BY, "2023", [(150, "0.85", [("L1", 150)]), STANDS[1]], id="more"),
    pytest.param(change(changed(2, 0)), NEED_BY, "2023", [STANDS[0], (0, "0.85", [])], id="a line cancelled"),
    pytest.param(change(changed(2, 60, L2=10, L3=50)), NEED_BY, "2023", [STANDS[0], (60, "0.85", [("L2", 10), ("L3", 50)])], id="other lots"),
)  # fmt: skip
def test_a_change_holds_once_the_supplier_acknowledges_it(
    wanted: ProposeChange, need_by: date, spec: str, lines: list[object]
) -> None:
    scene = given(two(), accept(), wanted).happened(e.ChangeProposed).flags()
    given(scene, approve()).happened(e.ChangeApproved).flags("unacknowledged_change")
    approved = scene.event(e.ChangeApproved)
    assert isinstance(approved, e.ChangeApproved)
    assert approved.decided_as == "approver"
    # Until then the old revision stands.
    assert (scene.order.revision, scene.order.need_by, lines_of(scene)) == (1, NEED_BY, STANDS)
    given(scene, agree()).then("acknowledged").flags()
    order = scene.order
    assert (order.revision, order.need_by, order.spec_revision) == (2, need_by, spec)
    assert lines_of(scene) == lines
    told = scene.event(e.ChangeAcknowledged)
    assert (told.before.need_by, told.after.need_by, told.revision) == (NEED_BY, need_by, 2)


def test_a_new_lot_brings_the_heat_its_certificates_must_name() -> None:
    scene = in_force(given(two(), accept()), change(changed(2, None, None, L3=50)))
    assert scene.order.lines[1].lots == (PlannedLot("L3", Decimal(50), "H3"),)


@parametrize(
    "wanted, code, field",
    (change(), "change.same", "changes"),
    (change(changed(1, 100, "0.850", L1=100), need_by=NEED_BY, spec_revision="2023"), "change.same", "changes"),
    (change(need_by=LATER, reason=" "), "reason.missing", "reason"),
    (change(need_by=date(2026, 11, 1)), "need_by.past", "changes.need_by"),
    (change(need_by=date(2032, 1, 1)), "date.too_far", "changes.need_by"),
    (change(spec_revision=" "), "spec_revision.missing", "changes.spec_revision"),
    (change(changed(3, 10)), "line.unknown", "changes.lines.0.line"),
    (change(changed(1, 90), changed(1, 80)), "line.repeated", "changes.lines.1.line"),
    (change(changed(1, 0), changed(2, 0)), "change.nothing_left", "changes.lines"),
    (change(changed(1, -5)), "quantity.too_small", "changes.lines.0.quantity"),
    (change(changed(1, "10.5")), "quantity.too_precise", "changes.lines.0.quantity"),
    (change(changed(1, "NaN")), "quantity.not_a_number", "changes.lines.0.quantity"),
    (change(changed(2), changed(1, price="-0.01")), "quantity.too_small", "changes.lines.1.unit_price"),
    (change(changed(2, 40, L2=30, L3=11)), "lots.more_than_ordered", "changes.lines.0.lots"),
    (change(changed(2, 40, L2=30, L9=10)), "lot.unknown", "changes.lines.0.lots.1.lot"),
    (change(changed(2, 40, L2=0)), "quantity.zero", "changes.lines.0.lots.0.quantity"),
    (change(spec_revision="20\n24"), "text.control", "changes.spec_revision"),
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused_at_its_field(
    wanted: ProposeChange, code: str, field: str
) -> None:
    given(two(), accept()).when(wanted).refused(code, field).then_nothing("acknowledged")


def test_whoever_cuts_a_line_of_several_lots_says_what_is_left_of_each() -> None:
    scene = issued(a_line(1, 100, [("L1", 60), ("L2", 40)]))
    scene.when(change(changed(1, 80))).refused("lots.more_than_ordered", "changes.lines.0.lots")
    in_force(scene, change(changed(1, 80, L1=60, L2=20)))
    assert lines_of(scene) == [(80, "0.85", [("L1", 60), ("L2", 20)])]


def test_a_line_closed_short_gets_no_other_quantity() -> None:
    scene = given(two(), accept(), ShortClose((LineOnly(2),), "Enough"))
    scene.when(change(changed(2, 60))).refused("change.short_closed", "changes.lines.0.quantity")
    in_force(scene, change(changed(2, 50, "0.9"))).then("acknowledged")


# --- who decides


@parametrize("decision", approve(), reject())
def test_somebody_else_than_who_asked_decides(decision: Command) -> None:
    both = Actor(BUYER.id, "user", frozenset({Role.BUYER, Role.APPROVER}))
    scene = given(two(), accept(), change(need_by=LATER))
    scene.when(decision, by=both).refused("change.own")
    scene.when(decision, by=BUYER).refused("forbidden.role")
    scene.when(decision, by=SUPPLIER_LINK).refused("forbidden.supplier")
    scene.when(decision, by=APPROVER).then("acknowledged")


def test_an_administrator_does_not_approve_what_he_asked_for_himself() -> None:
    scene = given(two(), accept()).when(change(need_by=LATER), by=ADMIN).then()
    scene.when(approve(), by=ADMIN).refused("change.own")


def test_a_rejected_change_changes_nothing_and_makes_room_for_another() -> None:
    scene = given(two(), accept(), change(need_by=LATER), reject(reason="Too late"))
    scene.happened(e.ChangeRejected).flags()
    rejected = scene.event(e.ChangeRejected)
    assert isinstance(rejected, e.ChangeRejected)
    assert rejected.decided_as == "approver"
    assert scene.order.changes[CHANGE].answer == "Too late"
    scene.when(agree()).refused("change.not_open", "change", state="rejected")
    assert scene.refusal is not None
    assert f"Change {CHANGE} was not approved" in scene.refusal.detail
    in_force(scene, change(changed(1, 90))).then("acknowledged")
    assert (scene.order.revision, scene.order.need_by) == (2, NEED_BY)


def test_the_supplier_may_keep_to_the_order_as_it_is() -> None:
    scene = given(two(), accept(), change(need_by=SOONER), approve())
    scene.when(refuse(reason=" ")).refused("reason.missing", "reason")
    given(scene, refuse()).then("acknowledged").happened(e.ChangeDeclined).flags()
    assert (scene.order.revision, scene.order.changes[CHANGE].answer) == (1, "The bath is full")


@parametrize("steps, told", ((), False), ((approve(),), True))
def test_a_change_is_withdrawn_while_it_is_open(steps: tuple[Command, ...], told: bool) -> None:
    scene = given(two(), accept(), change(need_by=LATER), *steps, withdraw()).flags()
    assert scene.event(e.ChangeWithdrawn).approved is told
    for command in (withdraw(), approve(), agree()):
        scene.when(command).refused("change.not_open", "change", state="withdrawn")
        assert scene.refusal is not None
        assert f"Change {CHANGE} was withdrawn" in scene.refusal.detail


# --- one at a time, and never a stale one


def test_an_old_page_never_acts_on_another_change() -> None:
    scene = given(two(), accept(), change(need_by=LATER), approve(), withdraw())
    given(scene, change(need_by=SOONER), approve("SO-1-C2"))
    scene.when(agree()).refused("change.not_open", "change", state="withdrawn")
    scene.when(approve()).refused("change.not_open", "change", state="withdrawn")
    scene.when(agree("SO-1-C9")).refused("change.unknown", "change")
    given(scene, agree("SO-1-C2"))
    scene.when(arrived(), revision=1).refused("order.revision", seen=1, revision=2)
    assert scene.order.need_by == SOONER


def test_a_change_that_is_not_approved_is_not_acknowledged() -> None:
    scene = given(issued(), change(need_by=LATER))
    scene.when(agree()).refused("change.not_open", state="proposed")
    given(scene, accept()).when(agree()).refused("order.answered")


def test_one_change_at_a_time() -> None:
    scene = given(two(), accept(), change(need_by=LATER))
    scene.when(change(changed(1, 90))).refused("change.open", change=CHANGE)
    given(scene, approve()).when(change(changed(1, 90))).refused("change.open")


def test_a_proposal_of_the_supplier_is_answered_first() -> None:
    given(two(), counter(LATER)).when(change(need_by=LATER)).refused("order.stage")
    scene = given(two(), send(100), arrived(), counter(LATER))
    scene.when(change(need_by=LATER)).refused("change.proposal_waits")


def test_what_a_change_left_alone_stays_as_it_is_meanwhile() -> None:
    """The supplier's proposal for a price is accepted while a change of a quantity waits."""
    scene = given(two(), change(changed(1, 80)), approve())
    given(scene, counter(LATER, terms(1, price="0.9")), answer(), agree())
    assert lines_of(scene)[0] == (80, "0.9", [("L1", 80)])
    assert (scene.order.revision, scene.order.promise_current) == (3, LATER)


def test_a_change_is_accepted_or_declined_as_it_is() -> None:
    scene = given(two(), accept(), change(need_by=LATER), approve())
    scene.when(Acknowledge("counter", LATER, change=CHANGE)).refused("change.countered", "decision")
    scene.when(Acknowledge("accept", lines=(terms(1, 90),), change=CHANGE)).refused("change.countered")
    scene.when(accept()).refused("order.answered").when(decline()).refused("order.answered")


# --- the answer to a change is none to the order


@parametrize(
    "steps",
    (),
    (accept(),),
    (accept(), send(40)),
    (send(), arrived()),
    (accept(), send(), ship(60), receive(60)),
)
def test_acknowledging_a_change_never_changes_the_stage(steps: tuple[Command, ...]) -> None:
    scene = given(two(), *steps)
    before, answered = stage(scene.order), scene.order.answer
    in_force(scene, change(need_by=LATER)).then(before.value)
    assert scene.order.answer is answered


def test_an_order_nobody_answered_is_still_to_be_answered() -> None:
    scene = in_force(two(), change(need_by=LATER)).then("issued")
    assert scene.order.promise_current is None
    scene.when(accept(), revision=1).refused("order.revision")
    scene.when(accept(), revision=2).then("acknowledged")
    assert scene.order.promise_first == LATER


@parametrize(
    "wanted, promised, current",
    (change(need_by=LATER), None, LATER),
    (change(need_by=LATER), date(2027, 1, 15), date(2027, 1, 15)),
    (change(changed(1, 80)), None, NEED_BY),
    (change(changed(1, 80)), LATER, LATER),
)
def test_the_first_promise_stays_the_current_one_follows(
    wanted: ProposeChange, promised: date | None, current: date
) -> None:
    scene = given(two(), accept(), wanted, approve(), agree(promise=promised))
    assert (scene.order.promise_first, scene.order.promise_current) == (NEED_BY, current)
    assert {each.promise_date for each in scene.order.terms} == {current}


def test_a_promise_in_the_past_is_refused() -> None:
    scene = given(two(), accept(), change(need_by=LATER), approve())
    scene.when(agree(promise=date(2026, 11, 1))).refused("promise_date.past", "promise_date")


# --- pieces


def test_more_may_be_sent_once_more_is_ordered() -> None:
    scene = given(two(), accept(), send(100), change(changed(1, 150)), approve())
    scene.when(send(50)).refused("send.more_than_ordered")
    given(scene, agree(), send(50)).then(in_transit_out=150)


def to_come_back(scene: Scene, quantity: int, *lots: tuple[str, int]) -> dict[str, object]:
    """What is missing of line 1, of lot L1 unless said otherwise."""
    named = [{"lot": lot, "quantity": some} for lot, some in lots or [("L1", quantity)] if lot]
    owed = {"what": "return:line-1", "owed_by": "supplier"}
    return {**owed, "quantity": quantity, "unit": "C62", "lots": named}


@parametrize(
    "planned, back",
    # What a lot has beyond what is planned of it now is what goes back; where that is not said, any of them.
    ({"L1": 60, "L2": 0}, (("L2", 40),)),
    ({"L1": 40, "L2": 20}, (("L1", 20), ("L2", 20))),
    ({"L1": 30}, (("", 40),)),
)
def test_the_lots_that_are_to_come_back_are_those_the_change_took_off(
    planned: dict[str, int], back: tuple[tuple[str, int], ...]
) -> None:
    line = a_line(lots=[("L1", 60), ("L2", 40)])
    scene = given(issued(line), accept(), send(60, "L1"), send(40, "L2"), arrived())
    lots = {lot: some for lot, some in planned.items() if some}
    in_force(scene, change(changed(1, 60, **lots)))
    assert missing(scene.order) == [to_come_back(scene, 40, *back)]
    assert list(going_back.to_send(scene.order)) == [(1, *each) for each in back]


def test_what_is_on_its_way_as_it_was_is_not_asked_for_again() -> None:
    scene = given(issued(), accept(), send(100), arrived())
    in_force(scene, change(changed(1, 60)))
    assert list(going_back.to_send(scene.order)) == [(1, "L1", 40)]
    given(scene, ship(30, unprocessed=30))
    assert list(going_back.to_send(scene.order)) == [(1, "L1", 10)]
    assert to_come_back(scene, 40) in missing(scene.order)


def test_what_was_sent_beyond_a_cut_is_owed_back() -> None:
    scene = given(issued(), accept(), send(100), arrived())
    assert missing(scene.order) == []
    in_force(scene, change(changed(1, 60))).then("in_process", at_supplier=100)
    assert owed_back(scene.order, scene.order.lines[0]) == 40
    assert to_come_back(scene, 40) in missing(scene.order)
    scene.when(send(1)).refused("send.more_than_ordered", left=0)
    given(scene, ship(60), receive(60)).then("receiving", accepted=60, at_supplier=40)
    assert to_come_back(scene, 40) in missing(scene.order)
    given(scene, ship(40, unprocessed=40), receive(parcel="SO-1-P2", unprocessed=40)).then("received")
    assert missing(scene.order) == []
    given(scene, Close()).then("closed")


def test_a_line_that_is_cancelled_owes_no_inspection() -> None:
    scene = given(two(plans={2: PLAN}), accept(), send(50, "L2", 2))
    owed = {"what": "inspection:line-2", "owed_by": "supplier"}
    assert owed in missing(in_force(scene, change(changed(2, 0))).order)
    given(scene, ship(50, line=2, unprocessed=50), receive(line=2, unprocessed=50))
    assert missing(scene.order) == []
    scene.when(send(50, "L2", 2)).refused("send.more_than_ordered", left=0)


def test_what_a_cut_took_off_comes_back_to_stay() -> None:
    scene = in_force(given(issued(), accept(), send(60), arrived()), change(changed(1, 40)))
    given(scene, ship(60, unprocessed=20), receive(40, unprocessed=20)).then(
        accepted=40, returned_unprocessed=20
    )
    assert list(sendable(scene.order)) == []
    scene.when(send(20)).refused("send.more_than_ordered", "lines.0.quantity", left=0)
    # As many as are ordered again may go again.
    in_force(scene, change(changed(1, 45)))
    assert [item.quantity for item in sendable(scene.order)] == [5]
    scene.when(send(6)).refused("send.more_than_ordered")
    given(scene, send(5)).then(accepted=40, returned_unprocessed=15, in_transit_out=5, sent=60)


def test_a_smaller_quantity_can_complete_the_order_and_a_larger_one_opens_it_again() -> None:
    scene = given(issued(lots=[a_lot("L1", 120)]), accept(), send(60), ship(60), receive(60))
    in_force(scene, change(changed(1, 60))).then("received", accepted=60)
    in_force(scene, change(changed(1, 120))).then("receiving", accepted=60)


def test_keeping_one_too_many_adds_one_to_what_a_change_left() -> None:
    scene = in_force(
        given(issued(a_line(tolerance=Decimal("0.02"))), accept(), send(100)), change(changed(1, 60))
    )
    given(scene, ship(100), receive(101), over("accept")).then("receiving", accepted=61, pending=40)
    assert scene.order.lines[0].ordered == 61


def test_a_proposal_about_a_price_is_accepted_after_a_cut_below_what_is_sent() -> None:
    scene = given(issued(), send(100), arrived(), change(changed(1, 60)), approve(), agree())
    given(scene, counter(None, terms(1, price="0.9")), answer())
    assert lines_of(scene)[0][:2] == (60, "0.9")


# --- how it ends, who owes what, and who is told


def test_no_change_while_on_hold_or_being_cancelled() -> None:
    held = given(two(), accept(), change(need_by=LATER), Hold("Wait"))
    for command in (approve(), withdraw()):
        held.when(command).refused("order.hold")
    given(two(), Hold("Wait")).when(change(need_by=LATER)).refused("order.hold")
    going = given(two(), accept(), send(60), change(need_by=LATER), approve(), Cancel("No longer needed"))
    going.flags("cancelling").when(agree()).refused("change.not_open", "change", state="withdrawn")
    going.when(change(need_by=SOONER)).refused("order.cancelling")


@parametrize("end", Cancel("No longer needed"), decline())
def test_an_order_that_is_not_done_has_nothing_left_to_change(end: Command) -> None:
    scene = given(two(), change(need_by=LATER), approve(), end).then()
    assert scene.order.open_change is None
    scene.when(agree()).then_nothing(stage(scene.order).value)
    assert scene.refusal is not None


def test_an_order_with_an_open_change_is_not_complete() -> None:
    scene = given(issued(), accept(), send(), ship(), receive(100), change(spec_revision="2024"))
    scene.then("received").when(Close()).lacks(f"Change {CHANGE} is still open.")
    given(scene, approve(), agree(), Close()).then("closed")


def test_an_order_with_an_open_change_is_not_completed_by_force() -> None:
    scene = given(two(), accept(), send(60), change(need_by=LATER), approve())
    scene.when(ForceComplete("Enough", Signature("Abel Stone"))).refused("complete.change", change=CHANGE)
    given(scene, agree(), ForceComplete("Enough", Signature("Abel Stone"))).then("closed")


def test_who_owes_what_is_named() -> None:
    scene = given(two(), accept(), change(need_by=LATER))
    assert missing(scene.order) == [{"what": f"change:{CHANGE}", "owed_by": "approver"}]
    first = next_steps(scene.order)[0]
    assert (first.step, first.owed_by, first.subject) == ("change", "approver", CHANGE)
    given(scene, approve())
    assert missing(scene.order) == [{"what": f"change-answer:{CHANGE}", "owed_by": "supplier"}]
    assert missing(given(scene, agree()).order) == []


def test_only_what_there_is_to_do_about_a_change_is_offered() -> None:
    def offered(scene: Scene) -> list[str]:
        names = ("propose-change", "decide-change", "withdraw-change", "acknowledge")
        return [name for name in names if why_pointless(scene.order, name) is None]

    scene = given(two(), accept())
    assert offered(scene) == ["propose-change"]
    assert offered(given(scene, change(need_by=LATER))) == ["decide-change", "withdraw-change"]
    assert offered(given(scene, approve())) == ["withdraw-change", "acknowledge"]
    assert offered(given(scene, agree())) == ["propose-change"]


def test_a_change_nobody_decides_about_escalates() -> None:
    scene = given(issued(milestones=()), accept(), change(need_by=LATER))
    assert scene.wait(day(5, 12)) == [
        "03 09:00 raise change_undecided",
        "04 09:00 escalate change_undecided 1",
        "05 09:00 escalate change_undecided 2",
    ]
    given(scene, approve())
    assert scene.told() == ["05 12:00 clear change_undecided"]


def test_a_change_the_supplier_does_not_answer_escalates() -> None:
    scene = given(issued(milestones=()), accept(), change(need_by=LATER), approve())
    assert scene.wait(day(5, 12)) == [
        "03 09:00 remind change_reminder",
        "04 09:00 raise change_unacknowledged",
        "05 09:00 escalate change_unacknowledged 1",
    ]
    alert = next(scene.order.open_alerts)
    assert (alert.occurrence, alert.owed_by) == (CHANGE, "supplier")
    given(scene, agree())
    assert scene.told() == ["05 12:00 clear change_unacknowledged"]


def test_only_a_buyer_proposes_and_withdraws() -> None:
    scene = given(two(), accept())
    scene.when(change(need_by=LATER), by=PLANNER).refused("forbidden.role")
    given(scene, change(need_by=LATER)).when(withdraw(), by=APPROVER).refused("forbidden.role")
    assert scene.order.changes[CHANGE].by == BUYER.id


@pytest.mark.parametrize(
    ("wanted", "terms"),
    [
        (change(changed(1, 80)), ("quantity",)),
        (change(changed(1, price="0.9"), changed(2, 40)), ("quantity", "unit_price")),
        (change(changed(1, L1=50, L2=50)), ("lots",)),
        (change(need_by=LATER, spec_revision="2024"), ("need_by", "spec_revision")),
    ],
)
def test_a_change_says_which_terms_it_asks_to_be_different(
    wanted: ProposeChange, terms: tuple[str, ...]
) -> None:
    first, second = a_line(1, 100, [("L1", 100)]), a_line(2, 50, [("L3", 50)])
    scene = given(issued(first, second, lots=[a_lot(lot) for lot in ("L1", "L2", "L3")]), accept(), wanted)
    waiting = scene.order.change_to_decide
    assert waiting is not None
    assert waiting.terms == terms
    given(scene, reject())
    assert scene.order.change_to_decide is None


@parametrize(
    "wanted",
    change(need_by=NEED_BY - timedelta(days=2)),
    change(need_by=NEED_BY + timedelta(days=5), spec_revision="2024"),
    change(changed(1, 80, "0.9"), need_by=NEED_BY - timedelta(days=9)),
    change(changed(2, 30, L2=30)),
)
def test_what_an_order_would_be_is_what_it_is_once_the_change_holds(wanted: ProposeChange) -> None:
    scene = issued(a_line(1, 100), a_line(2, 40, [("L2", 40)]))
    terms_later = counter(None, terms(2, promise=NEED_BY + timedelta(days=3)))
    given(scene, terms_later, answer("accept", "", answered(2, need_by=NEED_BY + timedelta(days=3))), wanted)
    assert scene.order.open_change is not None
    would = with_change(scene.order, scene.order.open_change)
    given(scene, approve(), agree())
    assert [(needed(would, line), line.ordered, line.unit_price, line.lots) for line in would.lines] == [
        (needed(scene.order, line), line.ordered, line.unit_price, line.lots) for line in scene.order.lines
    ]
    assert (would.need_by, would.spec_revision) == (scene.order.need_by, scene.order.spec_revision)
