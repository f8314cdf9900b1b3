"""Calendars over HTTP, and what they become when an order is issued."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from models.calendars import plant_calendar, supplier_calendar
from models.domain.calendar import WorkingCalendar
from models.tables.plants import Plant
from models.tables.suppliers import Supplier
from tests.api.conftest import API, CALENDAR, PLANT, SUPPLIER

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def save(admin: TestClient, **changes: Any) -> Any:
    return admin.post(API + "/calendars", json=CALENDAR | changes)


def plant_days(admin: TestClient, app: FastAPI, **changes: Any) -> WorkingCalendar:
    assert save(admin, **changes).status_code == 201
    assert admin.post(API + "/plants", json=PLANT).status_code == 201
    with app.state.database.read() as session:
        return plant_calendar(session, session.get_one(Plant, "MTY"), FIRST, LAST)


def test_weekdays_are_iso_numbers_or_names_and_kept_in_order(admin: TestClient) -> None:
    answer = save(admin, workdays=["fri", 1, "Tuesday", 1])
    assert answer.json()["workdays"] == [1, 2, 5]


@pytest.mark.parametrize("workdays", [[], [0], [8], [True], ["someday"], [1.5], "1", None])
def test_weekdays_that_are_none_are_refused(admin: TestClient, workdays: Any) -> None:
    answer = save(admin, workdays=workdays)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("workdays")


def test_a_day_cannot_be_two_exceptions(admin: TestClient) -> None:
    day = {"day": "2026-12-24", "working": False, "reason": "Christmas Eve"}
    answer = save(admin, exceptions=[day, day | {"working": True}])
    assert [error["field"] for error in answer.json()["errors"]] == ["exceptions.1.day"]


@pytest.mark.parametrize("day", ["2026-02-30", "20260201", "2026-02-01T00:00:00Z", 1, None, "tomorrow"])
def test_an_exception_is_a_day_that_exists(admin: TestClient, day: Any) -> None:
    answer = save(admin, exceptions=[{"day": day, "working": False}])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "exceptions.0.day"


@pytest.mark.parametrize("country", ["XX", "mx", "MEX", "", "EU"])
def test_a_country_has_two_letters_that_mean_one(admin: TestClient, country: str) -> None:
    answer = save(admin, country=country)
    assert [error["field"] for error in answer.json()["errors"]] == ["country"]


def test_public_holidays_are_free(admin: TestClient, app: FastAPI) -> None:
    days = plant_days(admin, app)
    assert not days.is_working(date(2026, 9, 16))
    assert days.is_working(date(2026, 9, 15))


def test_make_up_days_are_worked(admin: TestClient, app: FastAPI) -> None:
    days = plant_days(admin, app, country="CN")
    national_day, make_up_saturday, other_saturday = date(2026, 10, 1), date(2026, 10, 10), date(2026, 10, 17)
    assert not days.is_working(national_day)
    assert days.is_working(make_up_saturday)
    assert not days.is_working(other_saturday)


def test_own_exceptions_beat_holidays_and_make_up_days(admin: TestClient, app: FastAPI) -> None:
    exceptions = [
        {"day": "2026-10-01", "working": True, "reason": "rush"},
        {"day": "2026-10-10", "working": False},
        {"day": "2027-01-04", "working": False},
    ]
    days = plant_days(admin, app, country="CN", exceptions=exceptions)
    assert days.is_working(date(2026, 10, 1))
    assert not days.is_working(date(2026, 10, 10))
    assert "2027-01-04" not in days.exceptions


def test_a_calendar_is_in_its_plants_zone(admin: TestClient, app: FastAPI) -> None:
    assert plant_days(admin, app).timezone == "America/Monterrey"


def test_a_supplier_without_a_calendar_keeps_its_countrys_holidays(admin: TestClient, app: FastAPI) -> None:
    admin.post(API + "/suppliers", json=SUPPLIER | {"calendar": None, "country": "ES"})
    with app.state.database.read() as session:
        days = supplier_calendar(session, session.get_one(Supplier, "ACME"), FIRST, LAST)
    assert days.timezone == "America/Monterrey"
    assert not days.is_working(date(2026, 10, 12))
    assert days.is_working(date(2026, 9, 16))


def test_a_supplier_with_a_calendar_keeps_that(admin: TestClient, app: FastAPI) -> None:
    save(admin, workdays=[6])
    admin.post(API + "/suppliers", json=SUPPLIER | {"country": "ES"})
    with app.state.database.read() as session:
        days = supplier_calendar(session, session.get_one(Supplier, "ACME"), FIRST, LAST)
    assert days.workdays == (6,)
    assert days.exceptions["2026-09-16"] is False
