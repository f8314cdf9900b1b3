"""Every clock stops on hold and goes on with the working time that was left: the table is total over the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from models.domain.calendar import WorkingCalendar
from models.domain.commands import Cancel, Hold, PlanAction, Resume
from models.domain.deadlines import RULES, causes, watch
from models.domain.evidence import DocumentType
from tests.domain.asking import (
    NC,
    accept,
    agree,
    answer,
    approve,
    change,
    counter,
    fall_back,
    hurry,
    lose,
    receive,
    send,
    ship,
    terms,
)
from tests.domain.orders import QUALITY, Scene, day, given, issued
from tests.domain.test_transfer import offered

SOONER, LATER = date(2026, 12, 11), date(2027, 1, 8)
WAIT = Hold("Drawing changes")


def plain(*steps: object) -> Scene:
    """Without milestones and papers, so that nothing else is told meanwhile."""
    return given(issued(milestones=()), *steps)  # type: ignore[arg-type]


def put_right() -> Scene:
    """Rejected, with a corrective action that the supplier owes."""
    scene = plain(accept(), send(), ship(), receive(90, rejected=10))
    return scene.when(PlanAction(NC, "Bath too cold", "Measure it", "supplier", SOONER), by=QUALITY).then()


CLOCKS: dict[str, Callable[[], Scene]] = {
    "ack_reminder": plain,
    "ack_overdue": plain,
    "proposal_waiting": lambda: plain(counter(LATER)),
    "change_undecided": lambda: plain(accept(), change(need_by=LATER)),
    "change_unacknowledged": lambda: plain(accept(), change(need_by=LATER), approve()),
    "change_reminder": lambda: plain(accept(), hurry(SOONER)),
    "contingency_soon": lambda: plain(fall_back(SOONER, material="200 flanges")),
    "contingency_due": lambda: plain(fall_back(SOONER, material="200 flanges")),
    "milestone_due_soon": lambda: given(issued(), accept()),
    "milestone_overdue": lambda: given(issued(), accept(), send()),
    "ship_overdue": lambda: plain(
        counter(None, terms(1, 60, promise=SOONER), terms(1, 40)), answer(), send(60)
    ),
    "receipt_overdue": lambda: plain(accept(), send()),
    "parcel_overdue": lambda: plain(accept(), send(), ship()),
    "no_news": lambda: plain(accept(), send()),
    "document_missing": lambda: given(
        issued(milestones=(), documents=[DocumentType.coc]), accept(), send(), ship(), receive(50)
    ),
    "nonconformance_unanswered": lambda: plain(accept(), send(), ship(), receive(90, rejected=10)),
    "corrective_action_due": lambda: put_right(),
    "corrective_action_overdue": lambda: put_right(),
    "claim_due": lambda: plain(accept(), send(), ship(), lose(10)),
    "claim_overdue": lambda: plain(accept(), send(), ship(), lose(10)),
    "transfer_due": lambda: offered()[1],
    "transfer_unanswered": lambda: offered()[1],
    "return_reminder": lambda: plain(accept(), send(), Cancel("Not needed")),
    "return_overdue": lambda: plain(accept(), send(), Cancel("Not needed")),
}
# Told as soon as they are known: there is no time left to keep.
AT_ONCE = {"order_declined", "forecast_late", "pushed_back", "lot_on_hold", "mail_undeliverable"}
# Cancelled orders are not put on hold, but held ones are cancelled.
NEVER_HELD = {"return_reminder", "return_overdue"}


def clock(scene: Scene, rule: str) -> tuple[datetime | None, WorkingCalendar]:
    """When the rule is next due, and on whose calendar."""
    calendar = next(cause.calendar for found, cause, _ in causes(scene.order) if found.code == rule)
    due = next((deadline.due for deadline in watch(scene.order) if deadline.rule.code == rule), None)
    return due, calendar


def test_every_rule_has_a_clock_or_is_told_at_once() -> None:
    assert CLOCKS.keys() | AT_ONCE == RULES.keys()


@pytest.mark.parametrize("rule", sorted(CLOCKS.keys() - NEVER_HELD))
@pytest.mark.parametrize("days", [1, 5, 16])
def test_a_clock_goes_on_with_the_working_time_that_was_left(rule: str, days: int) -> None:
    scene = CLOCKS[rule]()
    before, calendar = clock(scene, rule)
    assert before is not None
    held = min(scene.now + timedelta(hours=2), before - timedelta(minutes=1))
    left = calendar.working_time_between(held, before)
    resumed = held + timedelta(days=days)
    scene.when(WAIT, at=held).then()
    assert clock(scene, rule)[0] is None
    # Not even when the day itself comes and goes.
    assert not [told for told in scene.wait(resumed) if rule in told]
    scene.when(Resume()).then()
    after, _ = clock(scene, rule)
    assert after is not None
    assert after > before
    assert calendar.working_time_between(resumed, after) == left


def test_material_is_asked_back_on_time_whatever_was_held_before() -> None:
    scene = given(CLOCKS["receipt_overdue"](), WAIT).when(Cancel("Not needed")).then()
    scene.when(Resume(), at=scene.now + timedelta(days=3)).then()
    due, calendar = clock(scene, "return_overdue")
    assert due is not None
    assert calendar.working_time_between(scene.now, due) == timedelta(hours=90)


def test_who_promises_a_day_knew_of_the_hold_before_it() -> None:
    scene = plain(accept(SOONER), send())
    scene.at(day(4)).when(WAIT).then()
    scene.at(day(11)).when(Resume()).then()
    # The first promise moves by the days of the hold, the one given after it does not.
    assert [deadline.due for deadline in watch(scene.order) if deadline.rule.code == "ship_overdue"] == [
        day(19, 0, month=12)
    ]
    given(scene, change(need_by=LATER), approve(), agree(promise=date(2026, 12, 16)))
    assert [deadline.due for deadline in watch(scene.order) if deadline.rule.code == "ship_overdue"] == [
        day(17, 0, month=12)
    ]


def due_of(scene: Scene, rule: str, occurrence: str) -> datetime | None:
    """When it is told, in the order's own time."""
    return next(
        due
        for found, cause, due in causes(scene.order)
        if found.code == rule and cause.occurrence.startswith(occurrence)
    )


def held_for_a_week(*before: object) -> Scene:
    """Held from the 3rd to the 10th of November, five working days, after what was `before`."""
    scene = given(issued(), *before)  # type: ignore[arg-type]
    scene.at(day(3)).when(WAIT).then()
    return scene.at(day(10)).when(Resume()).then()


# By rule and what it is about: its day, and where five working days of hold put it.
DAYS: dict[tuple[str, str], tuple[datetime, datetime]] = {
    ("receipt_overdue", "need-by-"): (day(18, 23, month=12), day(25, 23, month=12)),
    ("ship_overdue", "promise-"): (day(19, 0, month=12), day(26, 0, month=12)),
    ("milestone_overdue", "PLATE-"): (day(17, 0), day(24, 0)),
    ("milestone_due_soon", "PLATE-"): (day(13, 8), day(20, 8)),
}


@pytest.mark.parametrize("rule", DAYS, ids=lambda rule: rule[0])
def test_a_hold_moves_only_the_days_that_were_agreed_before_it(rule: tuple[str, str]) -> None:
    kept, moved = DAYS[rule]
    assert due_of(held_for_a_week(accept()), *rule) == moved
    promised_after = given(held_for_a_week(), accept())
    assert due_of(promised_after, *rule) == kept
    # The next hold counts again.
    promised_after.at(day(11)).when(WAIT).then()
    promised_after.at(day(12)).when(Resume()).then()
    after = due_of(promised_after, *rule)
    assert after is not None
    assert kept < after < moved


@pytest.mark.parametrize("rule", ["receipt_overdue", "milestone_overdue"])
def test_before_anybody_promises_a_hold_moves_every_day(rule: str) -> None:
    occurrence = next(what for name, what in DAYS if name == rule)
    assert due_of(held_for_a_week(), rule, occurrence) == DAYS[rule, occurrence][1]


def test_nobody_promises_a_day_that_has_passed() -> None:
    scene = given(held_for_a_week(), accept())
    # Planned for the 4th, on hold then: the time that was left still counts.
    assert due_of(scene, "milestone_overdue", "REC-") == day(12, 0)


def test_a_need_by_that_was_changed_after_a_hold_was_set_in_knowledge_of_it() -> None:
    """Asked of a supplier that has promised nothing yet."""
    scene = given(held_for_a_week(), change(need_by=LATER), approve(), agree(promise=None))
    assert scene.order.promise_current is None
    assert due_of(scene, "receipt_overdue", "need-by-") == day(8, 23, month=1).replace(year=2027)
    assert due_of(scene, "milestone_overdue", "PLATE-") == day(17, 0)
