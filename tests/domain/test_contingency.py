"""plan-contingency, settle-contingency: what is done when an order goes wrong, and by when that is decided."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from models.domain import events as e
from models.domain.commands import Cancel, PlanContingency
from models.domain.facts import Facts
from tests.domain.asking import accept, decline, fall_back, receive, send, settle, ship
from tests.domain.orders import (
    BUYER,
    DOCK,
    NEED_BY,
    PLANNER,
    SUPPLIER_LINK,
    Scene,
    day,
    given,
    issued,
    parametrize,
)

FRIDAY = date(2026, 11, 6)
APPROVED = Facts(approved={"ACME": "Acme Plating", "DELTA": "Delta Coating"})
STEEL = "200 flanges of 4140"


def planned(scene: Scene, **plan: Any) -> Scene:
    return scene.when(fall_back(FRIDAY, **plan), by=PLANNER, facts=APPROVED).then()


def test_a_plan_names_another_approved_supplier_material_and_who_decides_by_when() -> None:
    scene = planned(given(issued(), accept()), supplier="DELTA", material=STEEL, decides="planner")
    scene.happened(e.ContingencyPlanned)
    plan = scene.order.contingency
    assert plan is not None
    assert (plan.supplier_name, plan.material, plan.decide_by) == ("Delta Coating", STEEL, FRIDAY)
    assert (plan.decides, plan.by, plan.decision) == ("planner", PLANNER.id, "")
    # Nothing of it changes the order.
    assert (scene.order.revision, scene.order.supplier) == (1, "ACME")


@parametrize(
    "wrong, code, field",
    (fall_back(FRIDAY), "contingency.empty", "supplier"),
    (fall_back(FRIDAY, supplier="ACME"), "contingency.same_supplier", "supplier"),
    (fall_back(FRIDAY, supplier="OTHER"), "contingency.not_approved", "supplier"),
    (fall_back(date(2026, 11, 1), material=STEEL), "contingency.past", "decide_by"),
    (fall_back(date(2036, 11, 1), material=STEEL), "date.too_far", "decide_by"),
    (fall_back(NEED_BY + timedelta(days=1), material=STEEL), "contingency.too_late", "decide_by"),
    (fall_back(FRIDAY, material=STEEL, note=" "), "note.missing", "note"),
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(wrong: PlanContingency, code: str, field: str) -> None:
    given(issued()).when(wrong, facts=APPROVED).refused(code, field).then_nothing("issued")


def test_the_last_day_to_decide_is_the_one_the_parts_are_needed_on_unless_that_has_passed() -> None:
    scene = given(issued(milestones=()), accept())
    late = scene.when(fall_back(NEED_BY + timedelta(days=1), material=STEEL), by=PLANNER, facts=APPROVED)
    late.refused("contingency.too_late", "decide_by", need_by=NEED_BY)
    scene.when(fall_back(NEED_BY, material=STEEL), by=PLANNER, facts=APPROVED).then()
    scene.wait(datetime.combine(NEED_BY, time(12), UTC) + timedelta(days=3))
    scene.when(fall_back(NEED_BY + timedelta(days=5), material=STEEL), by=PLANNER, facts=APPROVED).then()


def test_who_decides_is_reminded_the_day_before_and_alerted_on_the_day() -> None:
    scene = planned(given(issued(milestones=()), accept()), material=STEEL, decides="planner")
    assert scene.wait(day(6, 12)) == ["05 07:00 remind contingency_soon", "06 07:00 raise contingency_due"]
    (alert,) = scene.order.open_alerts
    assert (alert.owed_by, alert.details) == ("planner", "One bath only")
    scene.when(settle("use", "They are late")).then().happened(e.ContingencySettled, e.AlertCleared)
    plan = scene.order.contingency
    assert plan is not None
    assert (plan.decision, plan.decided_because) == ("use", "They are late")
    assert scene.wait(day(12)) == []


def test_what_is_decided_is_decided_and_another_plan_is_another() -> None:
    scene = planned(given(issued(milestones=()), accept()), material=STEEL)
    scene.when(settle()).then().when(settle()).refused("contingency.none")
    planned(scene, supplier="DELTA")
    assert (scene.order.contingencies, scene.order.open_contingency is not None) == (2, True)
    # A later plan takes the place of one that is open.
    planned(scene, material="More of it")
    assert scene.order.contingency is not None
    assert scene.order.contingency.supplier == ""


def test_a_declined_order_needs_its_plan_more_than_ever() -> None:
    scene = planned(given(issued(milestones=()), decline()), supplier="DELTA")
    assert "06 07:00 raise contingency_due" in scene.wait(day(6, 12))


def test_nobody_decides_about_an_order_that_is_back_or_is_cancelled() -> None:
    back = planned(given(issued(milestones=()), accept()), material=STEEL)
    given(back, send(), ship(), receive(100)).then("received")
    off = planned(given(issued(milestones=()), accept(), send()), material=STEEL)
    given(off, Cancel("No longer needed"))
    for scene in (back, off):
        assert not [told for told in scene.wait(day(9)) if "contingency" in told]
        scene.when(fall_back(FRIDAY, material=STEEL), by=BUYER).refused(
            "order.stage" if scene is back else "order.cancelling"
        )


def test_only_buyers_and_planners_plan() -> None:
    scene = given(issued(), accept())
    scene.when(fall_back(FRIDAY, material=STEEL), by=DOCK).refused("forbidden.role")
    scene.when(fall_back(FRIDAY, material=STEEL), by=SUPPLIER_LINK).refused("forbidden.supplier")
