"""What an order waits for next and who owes it; what there is to do, and what has no point now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from models.domain import commands as c
from models.domain import gate
from models.domain.authority import SYSTEM_ONLY
from models.domain.evidence import DocumentType
from models.domain.facts import Facts
from models.domain.missing import missing
from models.domain.next_steps import COMMANDS, Step, days_late, missed_milestones, next_steps
from models.domain.purpose import NOTHING, POINT, why_pointless
from models.domain.records import Reassignment
from tests.domain.asking import (
    accept,
    arrived,
    decline,
    dispose,
    fall_back,
    judge,
    lose,
    receive,
    send,
    settle,
    ship,
)
from tests.domain.orders import NEED_BY, PLAN, PLANNER, Scene, day, given, issued, parametrize


def first(scene: Scene) -> tuple[str, str]:
    step = next_steps(scene.order)[0]
    return step.step.value, step.owed_by


@parametrize(
    "steps, expected",
    ((), ("answer", "supplier")),
    ((decline(),), ("place-elsewhere", "buyer")),
    ((accept(),), ("send", "receiving")),
    ((accept(), send()), ("arrive", "supplier")),
    ((accept(), send(), arrived()), ("work", "supplier")),
    ((accept(), send(), ship()), ("receive", "receiving")),
    ((accept(), send(), ship(), receive(90, rejected=10)), ("disposition", "quality")),
    ((accept(), send(), ship(), receive(90, pending=10)), ("judgement", "quality")),
    ((accept(), send(), ship(), receive(90, rejected=10), dispose(rework=10)), ("rework", "supplier")),
    ((accept(), send(), ship(), receive(90, rejected=10), dispose(use_as_is=10)), ("decide-disposition", "design_authority")),
    ((accept(), send(), ship(), receive(100)), ("close", "buyer")),
    ((accept(), send(60), ship(60), receive(60)), ("send", "receiving")),
    ((accept(), c.Hold("New drawing")), ("resume", "buyer")),
    ((accept(), send(), c.Cancel("No longer needed")), ("return", "supplier")),
)  # fmt: skip
def test_the_next_step_is_somebodys(steps: tuple[c.Command, ...], expected: tuple[str, str]) -> None:
    assert first(given(issued(), *steps)) == expected


def test_papers_are_asked_for_once_pieces_are_back() -> None:
    scene = given(issued(documents=[DocumentType.coc]), accept(), send())
    assert Step.DOCUMENT not in [step.step for step in next_steps(scene.order)]
    scene.when(ship()).then().when(receive(100)).then("received")
    assert first(scene) == ("document", "supplier")
    assert next_steps(scene.order)[0].subject == "coc"


def test_a_supplier_that_is_silent_owes_news_and_one_that_is_late_owes_the_pieces() -> None:
    scene = given(issued(), accept(), send(), arrived())
    assert first(scene) == ("work", "supplier")
    scene.wait(day(30))
    assert first(scene) == ("report", "supplier")
    scene.wait(day(20, month=12))
    assert first(scene) == ("ship", "supplier")


def test_an_order_that_has_ended_waits_for_nothing() -> None:
    scene = given(issued(), accept(), send(), ship(), receive(100), c.Close())
    assert next_steps(scene.order) == []
    assert missed_milestones(scene.order, date(2027, 1, 1)) == {}


def beside(scene: Scene) -> list[tuple[str, str, str]]:
    kinds = (Step.SETTLE_CONTINGENCY, Step.SETTLE_CLAIM)
    return [(x.step.value, x.owed_by, x.subject) for x in next_steps(scene.order) if x.step in kinds]


def test_a_contingency_plan_is_decided_beside_what_is_next_while_pieces_are_awaited() -> None:
    plan = fall_back(date(2026, 11, 6), material="Steel", decides="planner")
    scene = given(issued(), accept()).when(plan, by=PLANNER).then()
    assert first(scene) == ("send", "receiving")
    assert beside(scene) == [("settle-contingency", "planner", "")]
    assert beside(given(scene, send(), ship(), receive(100))) == []
    decided = given(issued(), accept()).when(plan, by=PLANNER).then().when(settle()).then()
    assert beside(decided) == []


def test_a_plan_that_is_used_leads_to_its_supplier_until_that_one_has_the_order() -> None:
    plan = fall_back(date(2026, 11, 6), supplier="DELTA")
    approved = Facts(approved={"DELTA": "Delta Plating"})
    for answer in (accept(), decline()):
        planned = given(issued(), answer).when(plan, by=PLANNER, facts=approved).then()
        assert ("use-alternate", "buyer") not in every(planned)
        scene = given(planned, settle("use", "They are late"))
        assert first(scene) == ("use-alternate", "buyer")
        assert next_steps(scene.order)[0].subject == "DELTA"
        assert ("place-elsewhere", "buyer") not in every(scene)
    given_on = replace(scene.order, reassigned=Reassignment(day(3), "SO-2", "DELTA", "return", "Late"))
    assert Step.USE_ALTERNATE not in [step.step for step in next_steps(given_on)]
    dropped = given(given(issued()).when(plan, by=PLANNER, facts=approved).then(), settle("drop"))
    assert ("use-alternate", "buyer") not in every(dropped)


def every(scene: Scene) -> list[tuple[str, str]]:
    return [(step.step.value, step.owed_by) for step in next_steps(scene.order)]


def test_an_order_that_was_not_answered_misses_the_answer() -> None:
    owed = {"what": "answer:order", "owed_by": "supplier"}
    assert missing(given(issued()).order) == [owed]
    assert missing(given(issued(), accept()).order) == []
    assert owed not in missing(given(issued(), send(), c.Cancel("No longer needed")).order)


def test_pieces_found_after_the_end_are_still_to_be_judged() -> None:
    scene = given(issued(), accept(), send(), arrived(), ship(98), lose(2, from_="at_supplier"), receive(98))
    given(scene, c.Close())
    scene.when(receive(2, parcel="", slip="LS-2")).then("closed", accepted=98, pending=2)
    assert {"what": "judgement:pending", "owed_by": "quality"} in missing(scene.order)
    assert ("judgement", "quality") in every(scene)
    assert ("judgement", "quality") not in every(given(scene, judge(accepted=2)))


def test_claims_are_settled_by_the_buyer_even_when_the_order_has_ended() -> None:
    scene = given(issued(), accept(), send(), arrived(), ship(98), lose(2, from_="at_supplier"))
    claim = f"{scene.order.number}-L1"
    assert first(scene) != ("settle-claim", "buyer")
    assert beside(scene) == [("settle-claim", "buyer", claim)]
    ended = given(scene, receive(98), c.Close())
    assert beside(ended) == [("settle-claim", "buyer", claim)]
    assert beside(given(ended, c.SettleClaim(claim, "refused", None, "Act of God"))) == []


def test_lateness_counts_from_need_by_and_from_what_is_expected() -> None:
    scene = given(issued(), accept(date(2026, 12, 21)))
    assert days_late(scene.order, date(2026, 11, 3)) == 3
    assert days_late(scene.order, date(2026, 12, 28)) == 10
    on_time = given(issued(), accept(NEED_BY))
    assert days_late(on_time.order, NEED_BY) == 0


def test_a_milestone_is_missed_only_while_it_is_waited_for() -> None:
    scene = given(issued(), accept(), send())
    late = missed_milestones(scene.order, date(2026, 11, 10))
    assert late["REC"] == (date(2026, 11, 10) - scene.order.milestones[0].expected).days > 0
    scene.when(arrived()).then()
    assert "REC" not in missed_milestones(scene.order, date(2026, 11, 10))
    assert missed_milestones(given(issued(), decline()).order, date(2026, 12, 1)) == {}


def test_a_milestone_is_overdue_from_the_day_named_last() -> None:
    scene = given(issued(), accept(date(2026, 11, 10)), send())
    planned = scene.order.milestone("SHIP")
    assert planned is not None
    assert planned.planned > date(2026, 11, 13)
    assert "SHIP" not in missed_milestones(scene.order, date(2026, 11, 10))
    assert missed_milestones(scene.order, date(2026, 11, 13))["SHIP"] == 3
    scene.when(arrived("SHIP", forecast=date(2026, 12, 21)))
    assert "SHIP" not in missed_milestones(scene.order, date(2026, 12, 21))
    assert missed_milestones(scene.order, date(2026, 12, 23))["SHIP"] == 2


@parametrize(
    "command, steps",
    ("send", (accept(), send())),
    ("ship", (accept(),)),
    ("receive", (accept(),)),
    ("judge", (accept(), send(), ship(), receive(100))),
    ("disposition", (accept(), send(), ship(), receive(100))),
    ("resolve-over", (accept(), send(), ship(), receive(100))),
    ("submit-inspection", (accept(), send())),
    ("declare-loss", (accept(),)),
)
def test_what_has_nothing_to_do_is_not_offered(command: str, steps: tuple[c.Command, ...]) -> None:
    refusal = why_pointless(given(issued(), *steps).order, command)
    assert refusal is not None
    assert refusal.code == "order.nothing"


@parametrize(
    "command, steps",
    ("send", (accept(),)),
    ("ship", (accept(), send())),
    ("receive", (accept(), send())),
    ("judge", (accept(), send(), ship(), receive(90, pending=10))),
    ("disposition", (accept(), send(), ship(), receive(90, rejected=10))),
    ("submit-inspection", (accept(), send())),
    ("close", (accept(), send(), ship(), receive(90, pending=10), judge(accepted=10))),
)
def test_what_has_something_to_do_is_offered(command: str, steps: tuple[c.Command, ...]) -> None:
    plans = {1: PLAN} if command == "submit-inspection" else None
    assert why_pointless(given(issued(plans=plans), *steps).order, command) is None


def test_what_the_gate_refuses_is_refused_in_its_words() -> None:
    order = given(issued(), decline()).order
    refusal, gated = why_pointless(order, "send"), gate.why_not(order, "send")
    assert refusal is not None
    assert gated is not None
    assert refusal.detail == gated.detail


def test_every_step_has_a_command_and_every_point_a_sentence() -> None:
    assert COMMANDS.keys() == set(Step)
    assert set(COMMANDS.values()) <= gate.ALLOWED.keys() - SYSTEM_ONLY
    assert POINT.keys() == NOTHING.keys() < gate.ALLOWED.keys()


def test_an_alert_is_to_be_acknowledged_only_while_one_waits_for_it() -> None:
    scene = given(issued())
    refusal = why_pointless(scene.order, "acknowledge-alert")
    assert refusal is not None
    assert refusal.code == "order.nothing"
    scene.wait(day(10))
    assert list(scene.order.open_alerts)
    assert why_pointless(scene.order, "acknowledge-alert") is None
    for each in list(scene.order.open_alerts):
        scene.when(c.AcknowledgeAlert(each.alert, "Ana is ill", "Called Ben"), by=PLANNER).then()
    assert why_pointless(scene.order, "acknowledge-alert") is not None
