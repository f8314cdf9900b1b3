"""Corrective actions: planned, done, verified by somebody else; reminded and alerted, also after the end."""

from __future__ import annotations

from datetime import date

from models.domain import commands as c
from models.domain import events as e
from models.domain.authority import Actor, Role
from models.domain.corrective import ActionState
from models.domain.notices import notices
from tests.domain.asking import NC, accept, arrived, dispose, receive, send, ship
from tests.domain.orders import BUYER, QUALITY, SUPPLIER_LINK, Scene, day, given, issued, parametrize

ACTION = f"{NC}-C1"
OTHER = Actor("u_other", "user", frozenset({Role.QUALITY}))
MAIA = Actor("u_maia", "user", frozenset({Role.PLANNER}))


def plan(owner: str = "supplier", due: date = date(2026, 11, 20)) -> c.PlanAction:
    return c.PlanAction(NC, "Bath too cold", "Measure it every hour", owner, due)


def done(note: str = "A thermometer with an alarm") -> c.CompleteAction:
    return c.CompleteAction(NC, ACTION, note)


def verify(effective: bool = True, note: str = "Ten parcels without a reject") -> c.VerifyAction:
    return c.VerifyAction(NC, ACTION, effective, note)


def rejected() -> Scene:
    """Ten of a hundred were rejected."""
    return given(issued(), accept(), send(100), arrived(), ship(100), receive(90, rejected=10))


def closed() -> Scene:
    return given(rejected(), dispose(scrap=10), c.Close())


def state(scene: Scene) -> ActionState:
    return scene.order.nonconformances[NC].actions[-1].state


def mails(scene: Scene) -> list[tuple[str, str]]:
    rules = {alert.alert: alert.rule for alert in scene.order.alerts.values()}
    return [(notice.mail, notice.party) for notice in notices(scene.events, rules)]


def test_an_action_is_planned_done_and_verified() -> None:
    scene = given(rejected(), plan()).happened(e.ActionPlanned)
    assert mails(scene) == [("action_planned", "owner")]
    scene.when(done(), by=SUPPLIER_LINK).happened(e.ActionCompleted)
    scene.when(verify(), by=QUALITY).happened(e.ActionVerified)
    assert state(scene) is ActionState.VERIFIED


@parametrize(
    "command, code, field",
    (plan(owner="nobody@here"), "action.owner", "owner"),
    (plan(owner=" "), "action.owner_missing", "owner"),
    (plan(due=date(2026, 11, 1)), "action.due", "due"),
    (plan(due=date(2040, 1, 1)), "date.too_far", "due"),
    (c.PlanAction(NC, " ", "Do", "supplier", date(2026, 11, 20)), "cause.missing", "cause"),
    (c.PlanAction(NC, "Why", " ", "supplier", date(2026, 11, 20)), "action.missing", "action"),
    (
        c.PlanAction("SO-1-N9", "Why", "Do", "supplier", date(2026, 11, 20)),
        "nonconformance.unknown",
        "nonconformance",
    ),
    (done(), "action.unknown", "action"),
)
def test_what_is_not_planned(command: c.Command, code: str, field: str) -> None:
    rejected().when(command, by=QUALITY).refused(code, field)


def test_who_has_done_it_does_not_verify_it() -> None:
    scene = given(rejected(), plan("quality@here"))
    scene.when(verify(), by=OTHER).refused("action.not_done", "action")
    scene.when(done(), by=QUALITY).then()
    scene.when(verify(), by=QUALITY).refused("forbidden.same_person")
    scene.when(done(), by=QUALITY).refused("action.completed", "action")
    scene.when(verify(), by=OTHER).then().when(verify(), by=OTHER).refused("action.verified", "action")


def test_its_owner_or_quality_says_that_it_is_done() -> None:
    scene = given(rejected(), plan("maia@here"))
    scene.when(done(), by=BUYER).refused("forbidden.not_owner")
    scene.when(done(), by=SUPPLIER_LINK).refused("forbidden.not_owner")
    scene.when(done(" "), by=MAIA).refused("note.missing", "note")
    scene.when(done(), by=MAIA).then()


def test_one_that_was_not_effective_is_over_and_needs_a_reason() -> None:
    scene = given(rejected(), plan()).when(done(), by=QUALITY).then()
    scene.when(verify(False, " "), by=OTHER).refused("note.missing", "note")
    scene.when(verify(False, "It happened again"), by=OTHER).then()
    assert state(scene) is ActionState.INEFFECTIVE
    given(scene, plan())
    assert scene.order.nonconformances[NC].actions[-1].action == f"{NC}-C2"


def test_responsibility_is_said_later_and_the_ledger_reviewed() -> None:
    scene = rejected().when(c.SetResponsibility(NC, "us", "Wrong drawing"), by=QUALITY).then()
    item = scene.order.nonconformances[NC]
    assert (item.responsibility, item.cause) == ("us", "Wrong drawing")
    scene.when(c.SetResponsibility(NC, "us"), by=QUALITY).refused("responsibility.same", "responsibility")
    scene.when(c.ReviewNonconformance(NC, "Seen in the monthly meeting"), by=QUALITY).then()
    assert [review.by for review in scene.order.nonconformances[NC].reviews] == [QUALITY.id]


def test_what_became_of_the_pieces_is_kept() -> None:
    scene = given(rejected(), dispose(scrap=4, rework=6))
    found = scene.order.nonconformances[NC].decided
    assert [(each.decision, int(each.quantity)) for each in found] == [("scrap", 4), ("rework", 6)]


def test_it_is_reminded_and_alerted_in_time() -> None:
    scene = given(rejected(), dispose(scrap=10), plan())
    told = [line for line in scene.wait(day(24)) if "corrective" in line]
    assert told == [
        "19 07:00 remind corrective_action_due",
        "20 23:00 raise corrective_action_overdue",
        "23 16:00 escalate corrective_action_overdue 1",
    ]
    scene.when(done(), by=QUALITY).then()
    assert "corrective_action_overdue" not in {alert.rule for alert in scene.order.open_alerts}


def test_actions_outlive_the_order() -> None:
    scene = given(closed(), plan()).then("closed")
    told = [line for line in scene.wait(day(24)) if "corrective" in line]
    assert told == ["19 07:00 remind corrective_action_due", "20 23:00 raise corrective_action_overdue"]
    scene.when(done(), by=SUPPLIER_LINK).then("closed").when(verify(), by=OTHER).then("closed")


def test_an_order_with_open_actions_is_closed_all_the_same() -> None:
    given(rejected(), plan(), dispose(scrap=10), c.Close()).then("closed")


def test_they_go_on_while_the_order_is_on_hold() -> None:
    given(rejected(), c.Hold("Drawing changes"), plan())
