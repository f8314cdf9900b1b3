"""Working days, working hours and the nights the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.domain.calendar import WorkingCalendar, _opening
from models.domain.errors import Invalid

MADRID = WorkingCalendar("Europe/Madrid")
# Golden Week 2026 in Shanghai: the week off, two weekend days worked to make up for it.
SHANGHAI = WorkingCalendar(
    "Asia/Shanghai",
    exceptions={f"2026-10-0{day}": False for day in range(1, 8)} | {"2026-09-27": True, "2026-10-10": True},
)
# A plant that works through the night in which the clocks change.
NIGHT = WorkingCalendar("Europe/Madrid", tuple(range(1, 8)), opens=time(0), closes=time(6))
FRIDAY, SATURDAY, MONDAY = date(2026, 12, 18), date(2026, 12, 19), date(2026, 12, 21)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_weekends_are_off_and_exceptions_beat_the_weekday() -> None:
    assert MADRID.is_working(FRIDAY)
    assert not MADRID.is_working(SATURDAY)
    assert not SHANGHAI.is_working(date(2026, 10, 1))
    assert SHANGHAI.is_working(date(2026, 10, 10))


@pytest.mark.parametrize(
    ("calendar", "day", "n", "expected"),
    [
        (MADRID, FRIDAY, 0, FRIDAY),
        (MADRID, SATURDAY, 0, MONDAY),
        (MADRID, FRIDAY, 1, MONDAY),
        (MADRID, SATURDAY, 1, MONDAY),
        (MADRID, FRIDAY, 5, date(2026, 12, 25)),
        (MADRID, MONDAY, -1, FRIDAY),
        (MADRID, SATURDAY, -1, FRIDAY),
        (MADRID, SATURDAY, -2, date(2026, 12, 17)),
        (SHANGHAI, date(2026, 9, 30), 1, date(2026, 10, 8)),
        (SHANGHAI, date(2026, 9, 30), 3, date(2026, 10, 10)),
        (SHANGHAI, date(2026, 10, 8), -1, date(2026, 9, 30)),
        (SHANGHAI, date(2026, 10, 4), 0, date(2026, 10, 8)),
    ],
)
def test_working_days_are_counted_over_weekends_holidays_and_make_up_days(
    calendar: WorkingCalendar, day: date, n: int, expected: date
) -> None:
    assert calendar.add_workdays(day, n) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (FRIDAY, FRIDAY, 0),
        (FRIDAY, SATURDAY, 0),
        (FRIDAY, MONDAY, 1),
        (SATURDAY, MONDAY, 1),
        (MONDAY, FRIDAY, -1),
        (MONDAY, SATURDAY, 0),
        (MONDAY, date(2027, 1, 4), 10),
    ],
)
def test_the_distance_counts_the_last_day_and_not_the_first(start: date, end: date, expected: int) -> None:
    assert MADRID.workdays_between(start, end) == expected


days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
instants = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
hours = st.sampled_from(
    [(time(8), time(17)), (time(0), time(23, 59)), (time(1, 45), time(2, 30)), (time(2, 15), time(17))]
)
calendars = st.builds(
    lambda zone, workdays, exceptions, open_from: WorkingCalendar(zone, workdays, exceptions, *open_from),
    st.sampled_from(["Europe/Madrid", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]),
    st.sets(st.integers(1, 7), min_size=1).map(tuple),
    st.dictionaries(days.map(date.isoformat), st.booleans(), max_size=20),
    hours,
)


@given(calendars, days, st.integers(1, 60))
def test_counting_back_undoes_counting_forward(calendar: WorkingCalendar, day: date, n: int) -> None:
    later = calendar.add_workdays(day, n)
    assert calendar.workdays_between(day, later) == n
    assert calendar.workdays_between(later, calendar.add_workdays(later, -n)) == -n


@given(calendars, days, days)
def test_the_distance_is_what_counting_every_day_gives(
    calendar: WorkingCalendar, start: date, end: date
) -> None:
    start, end = min(start, end), max(start, end)
    between = (start + timedelta(days=i) for i in range(1, (end - start).days + 1))
    assert calendar.workdays_between(start, end) == sum(calendar.is_working(day) for day in between)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-12-18T08:00", 3, "2026-12-18T11:00"),
        ("2026-12-18T08:00", 8, "2026-12-18T16:00"),  # ends with the day, in Madrid 17:00
        ("2026-12-18T15:00", 2, "2026-12-21T08:00"),
        ("2026-12-18T16:00", 0, "2026-12-21T07:00"),  # nobody works after closing
        ("2026-12-19T10:00", 1, "2026-12-21T08:00"),
        ("2026-12-18T01:00", 1, "2026-12-18T08:00"),
        ("2026-12-21T08:00", -2, "2026-12-18T15:00"),
        ("2026-12-20T12:00", -9, "2026-12-18T07:00"),
        ("2026-12-18T16:00", -9, "2026-12-18T07:00"),
        ("2026-12-18T16:00", -10, "2026-12-17T15:00"),
    ],
)
def test_only_opening_hours_count(start: str, hours: int, expected: str) -> None:
    assert MADRID.add_working_time(utc(start), timedelta(hours=hours)) == utc(expected)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        # 29 March 2026: 02:00 becomes 03:00, the night has five hours.
        ("2026-03-28T23:00", 5, "2026-03-29T04:00"),
        ("2026-03-28T23:00", 6, "2026-03-29T23:00"),
        ("2026-03-29T23:00", -6, "2026-03-28T23:00"),
        # 25 October 2026: 03:00 becomes 02:00, the night has seven.
        ("2026-10-24T22:00", 7, "2026-10-25T05:00"),
        ("2026-10-24T22:00", 8, "2026-10-26T00:00"),
    ],
)
def test_a_night_the_clocks_change_has_the_hours_that_passed(start: str, hours: int, expected: str) -> None:
    assert NIGHT.add_working_time(utc(start), timedelta(hours=hours)) == utc(expected)
    assert NIGHT.working_time_between(utc(start), utc(expected)) == timedelta(hours=hours)


def test_a_day_shift_keeps_its_local_hours_over_a_clock_change() -> None:
    friday_noon = MADRID.at(date(2026, 3, 27), time(12))
    assert MADRID.add_working_time(friday_noon, timedelta(hours=9)) == MADRID.at(date(2026, 3, 30), time(12))


@given(calendars, instants, st.integers(1, 200 * 60))
def test_working_time_added_is_the_working_time_between(
    calendar: WorkingCalendar, start: datetime, minutes: int
) -> None:
    worked = timedelta(minutes=minutes)
    later = calendar.add_working_time(start, worked)
    assert later.tzinfo is UTC
    assert calendar.working_time_between(start, later) == worked
    assert calendar.working_time_between(later, start) == -worked
    earlier = calendar.add_working_time(start, -worked)
    assert calendar.working_time_between(earlier, start) == worked


def test_time_left_when_held_is_the_time_left_when_resumed() -> None:
    deadline = MADRID.add_working_time(utc("2026-12-17T10:00"), timedelta(hours=20))
    left = MADRID.working_time_between(utc("2026-12-18T09:00"), deadline)
    resumed = MADRID.add_working_time(utc("2027-01-04T09:00"), left)
    assert MADRID.working_time_between(utc("2027-01-04T09:00"), resumed) == left == timedelta(hours=12)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        ("Europe/Madrid", date(2026, 7, 1), time(8), "2026-07-01T06:00"),
        ("Europe/Madrid", date(2026, 3, 29), time(2, 30), "2026-03-29T01:00"),  # skipped: 03:00 summer time
        ("Europe/Madrid", date(2026, 3, 29), time(3), "2026-03-29T01:00"),
        ("Europe/Madrid", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),  # twice: the first one
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), "2026-10-03T15:30"),  # a half-hour jump
        ("America/Havana", date(2026, 3, 8), time(0), "2026-03-08T05:00"),  # a day that begins at 01:00
        ("Pacific/Apia", date(2011, 12, 30), time(12), "2011-12-30T10:00"),  # a day that never was
    ],
)
def test_a_skipped_local_time_is_the_next_instant_and_a_repeated_one_the_first(
    zone: str, day: date, clock: time, expected: str
) -> None:
    assert WorkingCalendar(zone).at(day, clock) == utc(expected)


def test_the_day_is_the_one_people_have_there() -> None:
    assert SHANGHAI.local_date(utc("2026-12-17T16:00")) == FRIDAY
    assert MADRID.local_date(utc("2026-12-17T16:00")) == date(2026, 12, 17)
    assert MADRID.end_of_day(FRIDAY) == utc("2026-12-18T23:00")


@given(st.sampled_from(["Europe/Madrid", "America/Havana", "America/Sao_Paulo"]), days)
def test_a_day_ends_when_the_next_begins(zone: str, day: date) -> None:
    calendar = WorkingCalendar(zone)
    end = calendar.end_of_day(day)
    assert calendar.local_date(end - timedelta(seconds=1)) == day
    assert calendar.local_date(end) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("calendar.timezone", {"timezone": "Mars/Olympus"}),
        ("calendar.timezone", {"timezone": "../etc/passwd"}),
        ("calendar.timezone", {"timezone": ""}),
        ("calendar.timezone", {"timezone": "Europe"}),
        ("calendar.workdays", {"workdays": ()}),
        ("calendar.workdays", {"workdays": (0, 1)}),
        ("calendar.hours", {"opens": time(17), "closes": time(8)}),
        ("calendar.hours", {"opens": time(8), "closes": time(8)}),
        ("calendar.exception", {"exceptions": {"25.12.2026": False}}),
        ("calendar.exception", {"exceptions": {"20261225": False}}),
    ],
)
def test_a_calendar_that_could_never_work_is_refused(code: str, arguments: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        WorkingCalendar(**{"timezone": "UTC", **arguments})  # type: ignore[arg-type]
    assert refused.value.code == code
    assert refused.value.errors[0].field == code.removeprefix("calendar.").replace("hours", "closes").replace(
        "exception", "exceptions"
    )


@pytest.mark.parametrize(
    "walk",
    [
        lambda: MADRID.add_workdays(FRIDAY, 10**9),
        lambda: MADRID.add_workdays(FRIDAY, -(10**9)),
        lambda: MADRID.add_working_time(utc("2026-12-18T09:00"), timedelta(days=10**8)),
        lambda: MADRID.workdays_between(FRIDAY, date.max),
        lambda: MADRID.end_of_day(date.max),
        lambda: MADRID.local_date(datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_a_date_out_of_this_world_is_refused_not_walked_to(walk: object) -> None:
    with pytest.raises(Invalid) as refused:
        walk()  # type: ignore[operator]
    assert refused.value.code == "calendar.too_far"


def test_a_naive_datetime_is_no_instant() -> None:
    with pytest.raises(ValueError, match="naive"):
        MADRID.local_date(datetime(2026, 12, 18))  # noqa: DTZ001


def test_a_calendar_survives_storage() -> None:
    adapter = TypeAdapter(WorkingCalendar)
    assert adapter.validate_json(adapter.dump_json(SHANGHAI)) == SHANGHAI


def test_opening_hours_are_worked_out_once_a_day() -> None:
    """What makes deadlines fast: zone arithmetic is paid once a day, not once a call."""
    _opening.cache_clear()
    for minute in range(500):
        MADRID.add_working_time(utc("2026-12-01T07:00") + timedelta(minutes=minute), timedelta(hours=180))
    assert _opening.cache_info().misses <= 25
