"""Working days and working hours in one time zone.

A calendar is frozen as data when an order is issued: weekends, public holidays, make-up days and
the plant's own exceptions are merged into it beforehand, so a rule edited later cannot move a
running order's deadlines. Days are local dates; instants are aware and returned in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.domain.errors import Invalid

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
# Nothing is planned outside these years; a walk through the calendar that leaves them is refused,
# so a mistyped year can neither overflow a date nor loop for long.
FIRST_YEAR, LAST_YEAR = 1970, 2200
# What somebody asks for, promises or forecasts lies no further ahead.
_FURTHEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which local days are worked, and from when to when.

    ``workdays`` are ISO weekdays (1 = Monday); ``exceptions`` maps an ISO date to whether it is
    worked. Raises ``Invalid`` with code ``calendar.*`` when it could never reach a working day.
    """

    timezone: str
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    exceptions: dict[str, bool] = field(default_factory=dict)
    opens: time = time(8)
    closes: time = time(17)

    def __post_init__(self) -> None:
        _zone(self.timezone)
        if not self.workdays or not set(self.workdays) <= set(range(1, 8)):
            raise Invalid(
                "calendar.workdays",
                "A calendar needs at least one working weekday, from 1 (Monday) to 7 (Sunday).",
                field="workdays",
            )
        if self.opens >= self.closes:
            raise Invalid(
                "calendar.hours",
                "Opening at {opens} and closing at {closes} leaves no working time; "
                "enter a closing time later on the same day.",
                field="closes",
                opens=self.opens.isoformat("minutes"),
                closes=self.closes.isoformat("minutes"),
            )
        for day in self.exceptions:
            _check_iso(day)

    def is_working(self, day: date) -> bool:
        """Whether the day is worked; an exception beats the weekday."""
        exception = self.exceptions.get(day.isoformat())
        return day.isoweekday() in self.workdays if exception is None else exception

    def add_workdays(self, day: date, n: int) -> date:
        """The n-th working day after ``day`` (before it when negative).

        Zero is ``day`` itself, moved forward to a working day when it is none.
        """
        check_year(day.year)
        step = -_DAY if n < 0 else _DAY
        for _ in range(abs(n)):
            day = self._nearest(_stepped(day, step), step)
        return self._nearest(day, step)

    def workdays_between(self, start: date, end: date) -> int:
        """How many working days away ``end`` is: those after ``start`` up to and including ``end``.

        Negative when ``end`` is earlier: those before ``start`` down to and including ``end``.
        For a working ``end`` it undoes ``add_workdays``.
        """
        check_year(start.year)
        check_year(end.year)
        if end < start:
            return -self._count(end, start)
        return self._count(start + _DAY, end + _DAY) if end > start else 0

    def add_working_time(self, instant: datetime, duration: timedelta) -> datetime:
        """The instant by which ``duration`` has been worked since (before, when negative) ``instant``.

        Only opening hours count. Work that fits to the minute ends at closing time, not the next
        morning; no duration at all is the next instant at which somebody works.
        """
        instant = _utc(instant)
        if duration < _NOTHING:
            return self._back(instant, -duration)
        day = self.local_date(instant)
        while True:
            if self.is_working(day):
                opens, closes = self._hours(day)
                begin = max(opens, instant)
                if begin < closes:
                    if duration <= closes - begin:
                        return begin + duration
                    duration -= closes - begin
            day = _stepped(day, _DAY)

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """The opening hours between two instants; negative when ``end`` is earlier."""
        if end < start:
            return -self.working_time_between(end, start)
        start, end = _utc(start), _utc(end)
        day, last = self.local_date(start), self.local_date(end)
        worked = _NOTHING
        while day <= last:
            if self.is_working(day):
                opens, closes = self._hours(day)
                worked += max(min(closes, end) - max(opens, start), _NOTHING)
            day = _stepped(day, _DAY)
        return worked

    def at(self, day: date, clock: time) -> datetime:
        """The instant of a local time. One that is skipped takes the next instant that exists,
        one that comes twice its first occurrence."""
        return _instant(self.timezone, day, clock)

    def local_date(self, instant: datetime) -> date:
        """The day people in this zone have at ``instant``."""
        check_year(instant.year)
        return _utc(instant).astimezone(_zone(self.timezone)).date()

    def end_of_day(self, day: date) -> datetime:
        """The instant the local day is over, which is the first one of the next day."""
        check_year(day.year)
        return self.at(day + _DAY, time(0))

    def _nearest(self, day: date, step: timedelta) -> date:
        while not self.is_working(day):
            day = _stepped(day, step)
        return day

    def _back(self, instant: datetime, duration: timedelta) -> datetime:
        day = self.local_date(instant)
        while True:
            if self.is_working(day):
                opens, closes = self._hours(day)
                finish = min(closes, instant)
                if opens < finish:
                    if duration <= finish - opens:
                        return finish - duration
                    duration -= finish - opens
            day = _stepped(day, -_DAY)

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        return _opening(self.timezone, day, self.opens, self.closes)

    def _count(self, start: date, stop: date) -> int:
        """Working days from ``start`` up to but without ``stop``, counted by weeks, not one by one."""
        weeks, rest = divmod((stop - start).days, 7)
        count = weeks * len(set(self.workdays))
        count += sum((start + timedelta(days=i)).isoweekday() in self.workdays for i in range(rest))
        for iso, working in self.exceptions.items():
            day = date.fromisoformat(iso)
            if start <= day < stop:
                count += working - (day.isoweekday() in self.workdays)
        return count


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            "calendar.timezone",
            "{timezone} is not a time zone; write it like Europe/Madrid or Asia/Shanghai.",
            field="timezone",
            timezone=name,
        ) from None


def _check_iso(day: str) -> None:
    if not _is_iso(day):
        raise Invalid(
            "calendar.exception",
            "{day} is not a date; write it as year-month-day, like 2026-12-25.",
            field="exceptions",
            day=day,
        )


# Every order carries the same public holidays.
@lru_cache(4096)
def _is_iso(day: str) -> bool:
    try:
        # Only the extended form is looked up later, so 20261225 would silently never match.
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def check_year(year: int) -> None:
    """Raises ``Invalid`` for a year no calendar reaches."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(
            "calendar.too_far",
            "The year {year} cannot be planned; enter a date between {first} and {last}.",
            year=year,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )


def check_ahead(day: date, today: date, field: str) -> None:
    """Raises ``Invalid`` for a day so far ahead that its year was mistyped. Deadlines walk through every
    day until then, at each command of the order."""
    if day - today > _FURTHEST:
        raise Invalid(
            "date.too_far", "{date} is more than five years away; look at the year.", field=field, date=day
        )


def _stepped(day: date, step: timedelta) -> date:
    day += step
    check_year(day.year)
    return day


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a naive datetime is no instant")
    return instant.astimezone(UTC)


@lru_cache(maxsize=8192)
def _opening(timezone: str, day: date, opens: time, closes: time) -> tuple[datetime, datetime]:
    return _instant(timezone, day, opens), _instant(timezone, day, closes)


# Deadlines walk over the same few days again and again, and zone arithmetic is the costly part.
@lru_cache(maxsize=8192)
def _instant(timezone: str, day: date, clock: time) -> datetime:
    check_year(day.year)
    zone = _zone(timezone)
    local = datetime.combine(day, clock.replace(tzinfo=None, fold=0))

    def reads(instant: datetime) -> datetime:
        return instant.astimezone(zone).replace(tzinfo=None)

    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if reads(instant) == local:
        return instant
    # The clocks jump over this local time. The two readings of it enclose the jump: close in on it.
    before, after = local.replace(tzinfo=zone, fold=1).astimezone(UTC), instant
    while after - before > datetime.resolution:
        middle = before + (after - before) // 2
        if reads(middle) > local:
            after = middle
        else:
            before = middle
    return after
