"""Working calendars as data: weekdays, public holidays, make-up days and own exceptions in one.

The result is frozen on an order at issue, so a calendar edited later moves no running deadline.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays
from sqlmodel import Session

from models.domain.calendar import WorkingCalendar
from models.tables.plants import Calendar, Plant
from models.tables.suppliers import Supplier


def plant_calendar(session: Session, plant: Plant, first: date, last: date) -> WorkingCalendar:
    """When ``plant`` works, with the holidays and exceptions from ``first`` to ``last``."""
    calendar = session.get_one(Calendar, plant.calendar)
    return freeze(calendar, plant.timezone, first, last)


def supplier_calendar(session: Session, supplier: Supplier, first: date, last: date) -> WorkingCalendar:
    """When ``supplier`` works. Without a calendar of its own: Monday to Friday, its country's holidays."""
    if supplier.calendar is not None:
        return freeze(session.get_one(Calendar, supplier.calendar), supplier.timezone, first, last)
    days = _public(supplier.country, first, last)
    return WorkingCalendar(timezone=supplier.timezone, exceptions=_iso(days))


def freeze(calendar: Calendar, timezone: str, first: date, last: date) -> WorkingCalendar:
    """``calendar`` in a zone. Its own exceptions beat the country's holidays and make-up days."""
    days = _public(calendar.country, first, last)
    for exception in calendar.exceptions:
        day = date.fromisoformat(exception["day"])
        if first <= day <= last:
            days[day] = exception["working"]
    return WorkingCalendar(timezone=timezone, workdays=tuple(calendar.workdays), exceptions=_iso(days))


def _public(country: str, first: date, last: date) -> dict[date, bool]:
    """Days that differ from the week's rule in a country, and whether they are worked."""
    return {
        day: working
        for year in range(first.year, last.year + 1)
        for day, working in _year(country, year)
        if first <= day <= last
    }


@lru_cache(maxsize=512)
def _year(country: str, year: int) -> tuple[tuple[date, bool], ...]:
    found = holidays.country_holidays(country, years=year)
    # Where a holiday is moved to make a long week-end, some countries work a Saturday or Sunday for it.
    made_up = {day: True for day in found.weekend_workdays if day.year == year}
    return tuple((dict.fromkeys(found, False) | made_up).items())


def _iso(days: dict[date, bool]) -> dict[str, bool]:
    return {day.isoformat(): days[day] for day in sorted(days)}
