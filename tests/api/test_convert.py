"""Drafts in bulk over HTTP: all or nothing, nothing ordered twice, on both databases."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from models import converting
from models.domain.authority import Role
from models.domain.errors import Refusal
from models.queries.orders import Reader
from models.tables.orders import OrderRow
from models.tables.types import table
from tests.api.conftest import API, NOW, PART, PROCESS, SUPPLIER, WORK_ORDER, Login

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TERMS = {"price": "0.90", "currency": "USD", "valid_from": "2020-01-01"}
APPROVAL = {"process": "PLATE", "spec": "ASTM B633", "valid_from": "2020-01-01"}
PLATING = WORK_ORDER["operations"][1]


def add(client: TestClient, path: str, body: dict[str, Any]) -> Any:
    answer = client.post(API + path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def job(client: TestClient, number: str, **changes: Any) -> dict[str, Any]:
    add(client, "/work-orders", WORK_ORDER | {"number": number} | changes)
    return {"work_order": number, "operation": 30}


def convert(client: TestClient, *operations: dict[str, Any], key: str | None = None, **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"{API}/orders/convert", json={"operations": list(operations)} | more, headers=headers)


def how_many(app: FastAPI) -> int:
    with app.state.database.read() as session:
        return session.scalar(select(func.count()).select_from(table(OrderRow))) or 0


@pytest.fixture
def shop(stocked: TestClient) -> TestClient:
    """An approved plater and its terms, and a work order with a plating operation and its lot."""
    add(stocked, "/suppliers/ACME/approvals", APPROVAL)
    add(stocked, "/suppliers/ACME/terms", TERMS)
    return stocked


def test_operations_of_many_work_orders_become_drafts(shop: TestClient) -> None:
    add(shop, "/processes", PROCESS | {"code": "HEAT", "name": "Heat treatment"})
    add(shop, "/suppliers", SUPPLIER | {"code": "FORGE", "email": "f@forge.example"})
    add(shop, "/suppliers/FORGE/approvals", APPROVAL | {"process": "HEAT", "spec": None})
    add(shop, "/suppliers/FORGE/terms", TERMS)
    second = job(shop, "WO-2", due="2026-12-01", quantity=300)
    hot = job(shop, "WO-3", operations=[PLATING | {"process": "HEAT", "spec": "AMS 2759"}])
    answer = convert(shop, {"work_order": "WO-3201", "operation": 30}, second, hot)
    assert answer.status_code == 201, answer.text
    plated, heated = answer.json()["items"]
    assert (plated["supplier"], plated["reason"], plated["need_by"]) == (
        "ACME",
        "only_approved",
        "2026-12-01",
    )
    assert (heated["supplier"], heated["spec"]) == ("FORGE", "AMS 2759")
    order = shop.get(f"{API}/orders/{plated['number']}").json()
    assert (order["stage"], order["need_by"], order["spec_revision"]) == ("draft", "2026-12-01", "2023")
    assert [(line["work_order"], line["ordered"]) for line in order["lines"]] == [
        ("WO-3201", "1200"),
        ("WO-2", "300"),
    ]
    # All there is of the lot went to the first; what a draft has planned is not planned again.
    assert [lot["quantity"] for lot in order["lines"][0]["lots"]] == ["1200"]
    assert order["lines"][1]["lots"] == []
    assert answer.json()["warnings"] == []


@ON_SQLITE
def test_prices_come_from_the_suppliers_terms(shop: TestClient) -> None:
    terms = {"process": "PLATE", "price": "0.85", "currency": "EUR", "valid_from": "2026-01-01"}
    add(shop, "/suppliers/ACME/terms", terms)
    [item] = convert(shop, {"work_order": "WO-3201", "operation": 30}).json()["items"]
    [line] = shop.get(f"{API}/orders/{item['number']}").json()["lines"]
    assert (line["unit_price"], line["currency"]) == ("0.85", "EUR")


def test_need_by_leaves_time_for_later_outside_operations(shop: TestClient) -> None:
    days = [{"code": "done", "kind": "process", "name": "Done", "day": 5}]
    add(shop, "/processes", PROCESS | {"code": "PAINT", "name": "Painting", "milestones": days})
    chosen = job(shop, "WO-2", operations=[PLATING, PLATING | {"sequence": 40, "process": "PAINT"}])
    [item] = convert(shop, chosen).json()["items"]
    # Five working days before Sunday, 20 December.
    assert item["need_by"] == "2026-12-14"


def test_what_an_order_covers_is_refused_with_its_number_and_nothing_is_made(
    shop: TestClient, app: FastAPI
) -> None:
    [item] = convert(shop, {"work_order": "WO-3201", "operation": 30}).json()["items"]
    again = convert(shop, job(shop, "WO-2"), {"work_order": "WO-3201", "operation": 30})
    assert (again.status_code, again.json()["code"]) == (409, "operations.covered")
    assert again.json()["errors"] == [
        {
            "field": "operations.1",
            "message": f"WO-3201 operation 30 is covered by {item['number']}. Take it out of the selection.",
        }
    ]
    assert how_many(app) == 1
    # Its draft gone, it can be ordered again.
    assert shop.delete(f"{API}/orders/{item['number']}").status_code == 204
    assert convert(shop, {"work_order": "WO-3201", "operation": 30}).status_code == 201


@ON_SQLITE
def test_ordering_a_covered_operation_by_hand_only_warns(shop: TestClient) -> None:
    [item] = convert(shop, {"work_order": "WO-3201", "operation": 30}).json()["items"]
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 10}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2026-12-01", "lines": [line]}
    made = add(shop, "/orders", body)
    assert made["warnings"] == [f"WO-3201 operation 30 is covered by {item['number']}"]
    # A line taken out of the draft covers nothing any more.
    shop.patch(f"{API}/orders/{item['number']}", json={"lines": []})
    assert add(shop, "/orders", body)["warnings"] == []
    more = body | {"lines": [line | {"quantity": 1190}]}
    assert add(shop, "/orders", more)["warnings"][0].startswith(
        f"20 of 1200 of WO-3201 operation 30 are ordered as {made['number']}, "
    )


def test_a_draft_of_some_leaves_the_rest_to_be_converted(shop: TestClient) -> None:
    at = {"work_order": "WO-3201", "operation": 30}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2026-12-01"}
    made = add(shop, "/orders", body | {"lines": [at | {"quantity": 500}]})
    [item] = convert(shop, at).json()["items"]
    [line] = item["lines"]
    assert (line["quantity"], [lot["quantity"] for lot in line["lots"]]) == ("700", ["700"])
    [saved] = shop.get(f"{API}/orders/{item['number']}").json()["lines"]
    assert saved["ordered"] == "700"
    refused = convert(shop, at)
    assert refused.status_code == 409
    assert f"covered by {made['number']}, {item['number']}" in refused.json()["errors"][0]["message"]


def test_two_at_once_order_an_operation_once(shop: TestClient, app: FastAPI) -> None:
    """The second waits in the database for the first one's transaction and then sees its draft."""
    wanted = converting.Wanted((("WO-3201", 30),), "MTY")
    reader = Reader(frozenset({Role.BUYER}), cleared=False)
    refusals: list[Refusal] = []

    def second() -> None:
        try:
            with app.state.database.write() as session:
                converting.make(session, reader, wanted, "somebody else", NOW)
        except Refusal as refusal:
            refusals.append(refusal)

    other = threading.Thread(target=second)
    with app.state.database.write() as session:
        [(draft, _)] = converting.make(session, reader, wanted, "somebody", NOW)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(20)
    assert [refusal.code for refusal in refusals] == ["operations.covered"]
    assert draft.number in refusals[0].errors[0].message
    assert how_many(app) == 1


def test_the_same_request_again_makes_nothing_more(shop: TestClient, app: FastAPI) -> None:
    chosen = {"work_order": "WO-3201", "operation": 30}
    first, again = (convert(shop, chosen, key="once") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert how_many(app) == 1


@ON_SQLITE
def test_a_dry_run_says_what_would_be_made_and_makes_nothing(shop: TestClient, app: FastAPI) -> None:
    answer = convert(shop, {"work_order": "WO-3201", "operation": 30}, dry_run=True)
    assert answer.status_code == 200
    assert [item["number"] for item in answer.json()["items"]] == [None]
    assert how_many(app) == 0


@ON_SQLITE
def test_of_several_suppliers_the_last_used_is_taken_or_somebody_is_asked(shop: TestClient) -> None:
    add(shop, "/suppliers", SUPPLIER | {"code": "BEST", "email": "b@best.example"})
    add(shop, "/suppliers/BEST/approvals", APPROVAL)
    refused = convert(shop, {"work_order": "WO-3201", "operation": 30})
    assert refused.status_code == 422
    assert "ACME, BEST" in refused.json()["errors"][0]["message"]
    [item] = convert(shop, {"work_order": "WO-3201", "operation": 30}, supplier="BEST").json()["items"]
    assert (item["supplier"], item["reason"]) == ("BEST", "named")


@ON_SQLITE
def test_a_supplier_that_is_not_approved_is_taken_with_a_warning(stocked: TestClient) -> None:
    add(stocked, "/suppliers/ACME/terms", TERMS)
    answer = convert(stocked, {"work_order": "WO-3201", "operation": 30}, supplier="ACME")
    assert answer.json()["warnings"] == [
        "ACME has no valid approval for PLATE ASTM B633 today; it is issued once there is one"
    ]


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"operations": []}, ["operations"]),
        ({"operations": [{"work_order": "WO-9", "operation": 30}]}, ["operations.0"]),
        ({"operations": [{"work_order": "WO-3201", "operation": 10}]}, ["operations.0"]),
        ({"operations": [{"work_order": "WO-3201", "operation": -1}]}, ["operations.0.operation"]),
        ({"operations": [{"work_order": "WO-3201"}]}, ["operations.0.operation"]),
        ({"operations": [{"work_order": "WO-3201", "operation": 30}] * 2}, ["operations.1"]),
        ({"operations": [{"work_order": "WO-3201", "operation": 30}] * 201}, ["operations"]),
        ({"supplier": "NOBODY"}, ["supplier"]),
        ({"plant": "NOWHERE"}, ["plant"]),
        ({"need_by": "2026-02-30"}, ["need_by"]),
        ({"need_by": "2026-03-01"}, ["need_by"]),
        ({"dry_run": "yes"}, ["dry_run"]),
        ({"suppliers": "ACME"}, ["suppliers"]),
    ],
)
def test_what_cannot_be_made_is_refused_by_field(
    shop: TestClient, app: FastAPI, change: dict[str, Any], fields: list[str]
) -> None:
    body = {"operations": [{"work_order": "WO-3201", "operation": 30}]} | change
    answer = shop.post(f"{API}/orders/convert", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == fields
    assert how_many(app) == 0


@ON_SQLITE
def test_only_who_buys_makes_drafts(shop: TestClient, as_role: Login) -> None:
    assert convert(as_role(Role.PLANNER), {"work_order": "WO-3201", "operation": 30}).status_code == 403


@ON_SQLITE
def test_controlled_parts_are_not_there_for_who_is_not_cleared(shop: TestClient, as_role: Login) -> None:
    add(shop, "/parts", PART | {"number": "SECRET", "export_controlled": True})
    cleared = as_role(Role.BUYER, Role.PLANNER, cleared=True)
    chosen = job(cleared, "WO-9", part="SECRET")
    hidden = convert(as_role(Role.BUYER), chosen)
    assert hidden.json()["errors"][0]["message"] == "WO-9 has no outside operation 30."
    assert convert(cleared, chosen).status_code == 201


@ON_SQLITE
def test_each_type_has_numbers_of_its_own_and_orders_do_not_mix_them(shop: TestClient) -> None:
    jobs = [job(shop, f"WO-{each}", type=each) for each in ("MTO", "MTS", "ETO", "TRIAL", "REWORK")]
    items = convert(shop, *jobs).json()["items"]
    assert [item["number"] for item in items] == [
        "SO-2026-00001",
        "SS-2026-00001",
        "SE-2026-00001",
        "ST-2026-00001",
        "SR-2026-00001",
    ]
    trial = shop.get(f"{API}/orders/ST-2026-00001").json()
    assert (trial["type"], trial["cost"]["bucket"]) == ("TRIAL", "TRIAL")
    listed = shop.get(f"{API}/orders?type=TRIAL").json()["items"]
    assert [(item["number"], item["type"]) for item in listed] == [("ST-2026-00001", "TRIAL")]
    assert shop.get(f"{API}/orders?type=OTHER").status_code == 422
    lines = [{**each, "quantity": 5} for each in jobs[:2]]
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2026-12-01"}
    mixed = shop.post(f"{API}/orders", json=body | {"lines": lines})
    assert mixed.json()["errors"][0]["field"] == "lines.1.work_order"
    assert "WO-MTS is MTS, the order is MTO." in mixed.json()["errors"][0]["message"]
    # A number is of a series: the draft that has one keeps its type.
    moved = shop.patch(f"{API}/orders/ST-2026-00001", json={"lines": lines[:1]})
    assert [error["field"] for error in moved.json()["errors"]] == ["lines.0.work_order"]
    same = shop.patch(f"{API}/orders/ST-2026-00001", json={"purchase_order": "PO-9"})
    assert (same.status_code, same.json()["type"]) == (200, "TRIAL")
