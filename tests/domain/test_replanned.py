"""Milestones of an order whose need-by moves by a change or an expedite."""

from __future__ import annotations

from datetime import date

from models.domain.milestones import MilestoneKind, MilestoneTemplate
from tests.domain.asking import accept, agree, approve, arrived, change, hurry, send
from tests.domain.orders import NEED_BY, Scene, day, given, issued

LATER, SOONER = date(2027, 1, 8), date(2026, 11, 20)
STEPS = (
    MilestoneTemplate("REC", MilestoneKind.received, "Material received", 2),
    MilestoneTemplate("PLATE", MilestoneKind.process, "Plating"),
    MilestoneTemplate("SHIP", MilestoneKind.shipped, "Shipped"),
)


def planned(scene: Scene) -> dict[str, date]:
    return {item.code: item.planned for item in scene.order.milestones}


def under_way() -> Scene:
    return given(issued(milestones=STEPS), accept(), send(), arrived())


def test_what_was_not_reported_is_spread_to_the_new_day() -> None:
    scene = under_way()
    before = planned(scene)
    assert before["SHIP"] == NEED_BY
    scene.when(change(need_by=LATER)).then()
    # Nothing moves before the supplier agrees.
    given(scene, approve())
    assert planned(scene) == before
    given(scene, agree())
    after = planned(scene)
    assert (after["REC"], after["SHIP"]) == (before["REC"], LATER)
    assert before["PLATE"] < after["PLATE"] < LATER


def test_an_expedite_plans_sooner_and_nothing_into_the_past() -> None:
    scene = under_way().at(day(16))
    given(scene, hurry(SOONER), agree())
    after = planned(scene)
    assert after["SHIP"] == SOONER
    assert day(16).date() <= after["PLATE"] <= SOONER
    assert not [told for told in scene.told() if "milestone_overdue" in told]


def test_another_quantity_moves_no_milestone() -> None:
    scene = under_way()
    before = planned(scene)
    given(scene, change(spec_revision="2024"), approve(), agree())
    assert planned(scene) == before
