"""A work order with orders for it stays what they were made from, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from time import sleep
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from models import drafts
from models.domain.authority import Role
from models.domain.facts import Draft, DraftLine
from tests.api.conftest import API, NOW, PART, WORK_ORDER, Login

JOB = f"{API}/work-orders/WO-3201"
INTERNAL, OUTSIDE = WORK_ORDER["operations"]


def draft(client: TestClient, **fields: Any) -> str:
    """A draft for 800 of the 1200."""
    line = {
        "work_order": "WO-3201",
        "operation": 30,
        "quantity": 800,
        "unit_price": "0.85",
        "currency": "USD",
    }
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2026-12-18", "lines": [line]}
    terms = {"spec": "ASTM B633", "spec_revision": "2023", "plant": "MTY"}
    answer = client.post(f"{API}/orders", json=body | terms | fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def put(client: TestClient, **fields: Any) -> Any:
    return client.put(JOB, json=WORK_ORDER | fields)


def test_what_a_draft_was_made_from_stays_until_it_is_discarded(as_role: Login, stocked: TestClient) -> None:
    buyer = as_role(Role.BUYER)
    stocked.post(f"{API}/parts", json=PART | {"revision": "C"})
    number = draft(buyer)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"operations": [INTERNAL]}, "operations"),
        ({"operations": [INTERNAL, OUTSIDE | {"spec": "AMS 2404"}]}, "operations.1.spec"),
        ({"operations": [OUTSIDE | {"spec_revision": "2024"}]}, "operations.0.spec_revision"),
        ({"type": "TRIAL"}, "type"),
        ({"revision": "C"}, "revision"),
        ({"quantity": 799}, "quantity"),
    ]
    for change, field in refused:
        answer = put(stocked, **change)
        assert (answer.status_code, answer.json()["code"]) == (409, "work_order.ordered"), change
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert number in answer.json()["detail"]
    more = OUTSIDE | {"sequence": 40}
    for change in (
        {"quantity": 800, "due": "2026-12-24", "customer": "Other", "project": "P", "start": "2026-12-01"},
        {"quantity": 5000, "operations": [OUTSIDE, more]},
        {"operations": [INTERNAL | {"process": "MILL"}, OUTSIDE]},
    ):
        assert put(stocked, **change).status_code == 200, change
    assert buyer.delete(f"{API}/orders/{number}").is_success
    for change, _ in refused:
        assert put(stocked, **change).status_code == 200, change


def test_who_orders_at_the_same_moment_is_seen(app: FastAPI, stocked: TestClient) -> None:
    line = DraftLine(1, "WO-3201", 30, Decimal(800), Decimal("0.85"), "USD")
    with ThreadPoolExecutor(1) as threads:
        with app.state.database.write() as session:
            drafts.lock_operations(session, {("WO-3201", 30)})
            terms = ("MTY", "u_1", "ACME", "PLATE", "ASTM B633", "2023", date(2026, 12, 18))
            drafts.create(session, Draft("", *terms, lines=(line,)), NOW)
            session.flush()
            second = threads.submit(put, stocked, operations=[INTERNAL])
            sleep(0.3)
            assert not second.done()
        assert second.result().json()["code"] == "work_order.ordered"


def test_an_order_only_cleared_people_know_of_is_not_named(as_role: Login, stocked: TestClient) -> None:
    assert stocked.post(f"{API}/parts", json=PART | {"number": "S", "export_controlled": True}).is_success
    cleared = as_role(Role.BUYER, cleared=True)
    job = WORK_ORDER | {"number": "WO-S", "part": "S"}
    assert cleared.post(f"{API}/work-orders", json=job).is_success
    line = {"operation": 30, "quantity": 800, "unit_price": "0.85", "currency": "USD"}
    number = draft(cleared, lines=[line | {"work_order": name} for name in ("WO-3201", "WO-S")])
    answer = put(stocked, operations=[INTERNAL])
    assert answer.status_code == 409
    assert number not in answer.text
    assert "Operation 30 is on …" in answer.text
