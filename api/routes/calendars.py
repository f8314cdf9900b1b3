"""Working calendars: weekdays, public holidays by country, and exceptions to both."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Request
from pydantic import BeforeValidator, Field, WithJsonSchema
from sqlmodel import Session

from activities.i18n import N_
from api.auth import Admin, Reader
from api.fields import Body, Country, Day, Flag, Key, Text, wrong_value
from api.routes.resource import Checks, Items, Paging, Resource
from api.wire import Answer, api_router
from models.tables.plants import Calendar

router = api_router(tags=["Calendars"])
calendars = Resource(Calendar, "calendar", ("code",))
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(value: object) -> int:
    """ISO: 1 is Monday. A name is unmistakable and becomes its number."""
    if isinstance(value, str):
        for number, name in enumerate(_WEEKDAYS, start=1):
            if value.strip().lower() in (name, name[:3]):
                return number
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 7:
        return value
    raise wrong_value("field.weekday", N_("Enter a weekday from 1 (Monday) to 7 (Sunday), or its name."))


Weekday = Annotated[
    int,
    BeforeValidator(_weekday),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 7}, {"type": "string"}]}),
]


class CalendarException(Body):
    """A day that is worked although it is free, or free although it is worked."""

    day: Day
    working: Flag
    reason: Text | None = None


class CalendarFields(Body):
    country: Country
    workdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)] = [1, 2, 3, 4, 5]
    exceptions: Annotated[list[CalendarException], Field(max_length=2000)] = []

    def columns(self) -> dict[str, Any]:
        """As kept: weekdays in order, exceptions by day."""
        exceptions = sorted(self.exceptions, key=lambda exception: exception.day)
        return {
            "country": self.country,
            "workdays": sorted(set(self.workdays)),
            "exceptions": [exception.model_dump(mode="json") for exception in exceptions],
        }


class CalendarBody(CalendarFields):
    code: Key


class CalendarEdit(CalendarFields):
    code: Key | None = None


class CalendarView(CalendarBody):
    created_at: datetime


@router.post("/calendars", status_code=201, response_model=CalendarView)
def create_calendar(body: CalendarBody, request: Request, principal: Admin) -> Answer:
    def make(_session: Session, now: datetime) -> Calendar:
        _check(body)
        return Calendar(code=body.code, **body.columns(), created_at=now)

    return calendars.create(request, principal, make)


@router.get("/calendars", response_model=Items[CalendarView])
def list_calendars(request: Request, page: Paging, _principal: Reader) -> Answer:
    return calendars.page(request, page)


@router.get("/calendars/{code}", response_model=CalendarView)
def read_calendar(code: str, request: Request, _principal: Reader) -> Answer:
    return calendars.read(request, code)


@router.put("/calendars/{code}", response_model=CalendarView)
def replace_calendar(code: str, body: CalendarEdit, request: Request, principal: Admin) -> Answer:
    def change(_session: Session, calendar: Calendar) -> None:
        _check(body, code)
        calendar.sqlmodel_update(body.columns())

    return calendars.replace(request, principal, (code,), change)


def _check(body: CalendarBody | CalendarEdit, code: str | None = None) -> None:
    checks = Checks()
    if code is not None:
        checks.same("code", body.code, code)
    seen = set()
    for index, exception in enumerate(body.exceptions):
        if exception.day in seen:
            checks.wrong(
                f"exceptions.{index}.day", "{day} appears twice; say once what it is.", day=exception.day
            )
        seen.add(exception.day)
    checks.settle()
