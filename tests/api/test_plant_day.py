"""What was on which day goes by where somebody works; what is told on a later day is marked, with who and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from models.domain.authority import Role
from tests.api.conftest import API, LOT, NOW, Hands, Login

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# Still the evening of the 16th in Monterrey.
AFTER_MIDNIGHT = datetime(2026, 3, 17, 2, 30, tzinfo=UTC)


def test_a_dispatch_of_the_evening_is_of_that_day_at_its_plant(
    stocked: TestClient, as_role: Login, clock: Hands
) -> None:
    clock.now = AFTER_MIDNIGHT
    body = {"customer": "NORTHWIND", "destination": "Dock 4"}
    lot = stocked.get(f"{API}/lots").json()["items"][0]["number"]
    body |= {"lines": [{"lot": lot, "quantity": 1}]}
    # Who is of no plant works at the only one there is.
    for dock in (as_role(Role.RECEIVING, plant="MTY"), stocked):
        for given in (None, "2026-03-16"):
            answer = dock.post(f"{API}/dispatches", json=body | {"shipped_on": given})
            assert answer.status_code == 201, answer.text
            assert (answer.json()["shipped_on"], answer.json()["late"]) == ("2026-03-16", False)
        refused = dock.post(f"{API}/dispatches", json=body | {"shipped_on": "2026-03-17"})
        assert refused.json()["code"] == "time.future"


def test_a_lot_told_on_a_later_day_is_marked_with_who_and_when(
    stocked: TestClient, as_role: Login, clock: Hands
) -> None:
    dock = as_role(Role.RECEIVING, plant="MTY")
    late = dock.post(f"{API}/lots", json=LOT | {"received_on": "2026-03-15"}).json()
    assert (late["late"], late["recorded_at"]) == (True, NOW.isoformat().replace("+00:00", "Z"))
    assert late["recorded_by"]
    clock.now = AFTER_MIDNIGHT
    for given in ("2026-03-16", None):
        same_day = dock.post(f"{API}/lots", json=LOT | {"received_on": given}).json()
        assert (same_day["received_on"], same_day["late"]) == ("2026-03-16", False)


def test_a_corrected_day_is_late_by_when_the_lot_was_recorded(
    stocked: TestClient, as_role: Login, clock: Hands
) -> None:
    made = stocked.post(f"{API}/lots", json=LOT | {"received_on": "2026-03-16"}).json()
    assert made["late"] is False
    clock.now = NOW + timedelta(days=3)
    address = f"{API}/lots/{made['number']}"
    for day, late in (("2026-03-16", False), ("2026-03-14", True)):
        answer = stocked.put(address, json=LOT | {"received_on": day})
        assert (answer.status_code, answer.json()["late"]) == (200, late), answer.text
