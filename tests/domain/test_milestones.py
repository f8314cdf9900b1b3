"""Templates turned into planned dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.domain.calendar import WorkingCalendar
from models.domain.errors import Invalid
from models.domain.milestones import Milestone, MilestoneKind, MilestoneTemplate, check, plan

MADRID = WorkingCalendar("Europe/Madrid", exceptions={"2026-12-08": False, "2026-12-25": False})
TUESDAY = date(2026, 12, 1)


def templates(*days: int | None) -> tuple[MilestoneTemplate, ...]:
    return tuple(
        MilestoneTemplate(f"M{index}", MilestoneKind.process, f"Step {index}", day)
        for index, day in enumerate(days)
    )


def december(*days: int) -> list[date]:
    return [date(2026, 12, day) for day in days]


@pytest.mark.parametrize(
    ("days", "need_by", "expected"),
    [
        # December 2026: the 1st is a Tuesday; the 5th, 6th, 12th, 13th are weekend, the 8th a holiday.
        ((0, 1, 3), 18, december(1, 2, 4)),
        ((4, 5), 18, december(7, 9)),  # over the weekend, then over the holiday
        ((None,), 18, december(18)),
        ((None, None, None), 18, december(7, 14, 18)),  # 12 working days in three
        ((2, None, None), 18, december(3, 11, 18)),  # 10 left: 5 and 5
        ((2, None, None, None), 18, december(3, 9, 15, 18)),  # 10 in three: 3, 7, 10
        ((2, None, 8), 18, december(3, 9, 14)),  # in the middle of two fixed ones
        ((None, None, 3, None), 9, december(2, 3, 4, 9)),
        ((None,), 19, december(18)),  # a Saturday: nobody works to finish on it
        ((5, 40, None), 18, december(9, 18, 18)),  # never after need-by
        ((9, 2), 18, december(15, 15)),  # never back in time
        ((None, None, None), 2, december(1, 2, 2)),  # less room than milestones
        ((None, None), 1, december(1, 1)),
        ((0, 3, None), -1, december(1, 1, 1)),  # need-by before issue: all due at once
        ((), 18, []),
    ],
)
def test_planned_dates(days: tuple[int | None, ...], need_by: int, expected: list[date]) -> None:
    due = date(2026, 11, 30) if need_by < 0 else date(2026, 12, need_by)
    planned = plan(templates(*days), TUESDAY, due, MADRID)
    assert [milestone.planned for milestone in planned] == expected


def test_monday_is_the_first_working_day_after_a_weekend_s_issue() -> None:
    planned = plan(templates(0, 1, 2), date(2026, 12, 12), date(2026, 12, 31), MADRID)
    assert [milestone.planned for milestone in planned] == december(14, 14, 15)


def test_an_order_issued_and_due_on_one_weekend_is_due_then() -> None:
    planned = plan(templates(0, 1, None), date(2026, 12, 12), date(2026, 12, 13), MADRID)
    assert {milestone.planned for milestone in planned} == {date(2026, 12, 13)}


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=8),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 90),
    st.sets(st.integers(1, 7), min_size=1).map(tuple),
)
def test_a_plan_never_goes_back_in_time_nor_past_need_by(
    days: list[int | None], issued_on: date, room: int, workdays: tuple[int, ...]
) -> None:
    need_by = date.fromordinal(issued_on.toordinal() + room)
    planned = [
        item.planned for item in plan(templates(*days), issued_on, need_by, WorkingCalendar("UTC", workdays))
    ]
    assert all(one <= other for one, other in pairwise(planned))
    assert all(issued_on <= day <= need_by for day in planned)
    assert len(planned) == len(days)


def test_a_planned_milestone_has_happened_for_nobody_yet() -> None:
    template = MilestoneTemplate("SHIP", MilestoneKind.shipped, "Shipped", 3, owner="buyer")
    assert plan((template,), TUESDAY, date(2026, 12, 18), MADRID) == (
        Milestone("SHIP", MilestoneKind.shipped, "Shipped", date(2026, 12, 4), owner="buyer", day=3),
    )


def test_a_forecast_replaces_the_plan_as_what_is_expected() -> None:
    milestone = Milestone("SHIP", MilestoneKind.shipped, "Shipped", date(2026, 12, 4))
    assert milestone.expected == date(2026, 12, 4)
    late = Milestone("SHIP", MilestoneKind.shipped, "Shipped", date(2026, 12, 4), forecast=date(2026, 12, 9))
    assert late.expected == date(2026, 12, 9)


def test_a_need_by_centuries_away_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        plan(templates(None), TUESDAY, date.max, MADRID)
    assert refused.value.code == "calendar.too_far"


@pytest.mark.parametrize(("days", "field"), [((-1,), "milestones.0.day"), ((5, None, 4), "milestones.2.day")])
def test_templates_no_plan_can_be_made_of_are_refused(days: tuple[int | None, ...], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(templates(*days))
    assert [error.field for error in refused.value.errors] == [field]


def test_a_milestone_code_is_used_once() -> None:
    with pytest.raises(Invalid) as refused:
        check(templates(1) + templates(2))
    assert refused.value.errors[0].message == "The milestone M0 appears twice; give each its own code."
    check(templates(1, 1, None, 4))


def test_the_kinds_are_those_of_the_contract() -> None:
    assert list(MilestoneKind) == ["received", "process", "inspected", "shipped", "other"]


def test_milestones_survive_storage() -> None:
    adapter = TypeAdapter(Milestone)
    at = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
    milestone = Milestone(
        "RECV", MilestoneKind.received, "Received", TUESDAY, TUESDAY, at, at, "supplier", Decimal("61.2")
    )
    assert adapter.validate_json(adapter.dump_json(milestone)) == milestone
