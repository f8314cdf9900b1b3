"""Work orders and their routing."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from models.domain.authority import Role
from tests.api.conftest import API, PART, WORK_ORDER, Login

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OUTSIDE = {"sequence": 40, "kind": "outside", "process": "PLATE"}


def post(client: TestClient, **changes: Any) -> Any:
    return client.post(API + "/work-orders", json=WORK_ORDER | {"number": "WO-2"} | changes)


def wrong_fields(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "XYZ"}, "type"),
        ({"revision": "Z"}, "part"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": "1.5"}, "quantity"),
        ({"quantity": "1e15"}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"due": "soon"}, "due"),
        ({"parent": "WO-2"}, "parent"),
        ({"parent": "NOPE"}, "parent"),
        ({"operations": [OUTSIDE, OUTSIDE]}, "operations.1.sequence"),
        ({"operations": [OUTSIDE | {"process": "NOPE"}]}, "operations.0.process"),
        ({"operations": [OUTSIDE | {"process": None}]}, "operations.0.process"),
        ({"operations": [OUTSIDE | {"kind": "outsourced"}]}, "operations.0.kind"),
        ({"operations": [OUTSIDE | {"sequence": -1}]}, "operations.0.sequence"),
    ],
)
def test_a_work_order_that_cannot_be_is_refused_by_field(
    stocked: TestClient, change: dict[str, Any], field: str
) -> None:
    assert wrong_fields(post(stocked, **change)) == [field]
    assert stocked.get(API + "/work-orders/WO-2").status_code == 404


def test_a_customer_and_an_internal_step_need_not_be_known(stocked: TestClient) -> None:
    answer = post(stocked, customer="Brand new", operations=[{"sequence": 5, "kind": "internal"}])
    assert answer.status_code == 201


def test_a_quantity_may_have_the_decimals_of_the_parts_unit(stocked: TestClient) -> None:
    stocked.post(API + "/parts", json=PART | {"number": "POWDER", "uom": "KGM"})
    assert post(stocked, part="POWDER", quantity="61.25").json()["quantity"] == "61.25"


def test_operations_come_in_their_sequence(stocked: TestClient) -> None:
    answer = post(stocked, operations=[OUTSIDE, OUTSIDE | {"sequence": 20}])
    assert [step["sequence"] for step in answer.json()["operations"]] == [20, 40]


def test_replacing_adds_changes_and_removes_operations(stocked: TestClient) -> None:
    steps = [{"sequence": 30, "kind": "outside", "process": "PLATE", "spec": "AMS 2404"}, OUTSIDE]
    answer = stocked.put(API + "/work-orders/WO-3201", json=WORK_ORDER | {"operations": steps})
    assert [(step["sequence"], step["spec"]) for step in answer.json()["operations"]] == [
        (30, "AMS 2404"),
        (40, None),
    ]


def test_work_orders_are_found_by_part(stocked: TestClient) -> None:
    stocked.post(API + "/parts", json=PART | {"number": "OTHER"})
    post(stocked, part="OTHER", parent="WO-3201")
    found = stocked.get(API + "/work-orders", params={"part": "OTHER"}).json()["items"]
    assert [(order["number"], order["parent"]) for order in found] == [("WO-2", "WO-3201")]


def below(client: TestClient, number: str, parent: str | None) -> Any:
    return client.put(f"{API}/work-orders/{number}", json=WORK_ORDER | {"number": number, "parent": parent})


def test_the_way_round_is_named_to_who_would_make_a_ring(stocked: TestClient) -> None:
    for number, parent in (("WO-2", "WO-3201"), ("WO-3", "WO-2")):
        assert post(stocked, number=number, parent=parent).status_code == 201
    answer = below(stocked, "WO-3201", "WO-3")
    assert (answer.status_code, answer.json()["code"]) == (422, "work_order.ring")
    assert wrong_fields(answer) == ["parent"]
    assert "WO-3 is already below WO-3201: WO-3 → WO-2 → WO-3201." in answer.json()["detail"]
    assert stocked.get(f"{API}/work-orders/WO-3201").json()["parent"] is None
    itself = below(stocked, "WO-2", "WO-2")
    assert (itself.status_code, itself.json()["code"]) == (422, "work_order.ring")
    assert below(stocked, "WO-3", None).status_code == 200
    assert below(stocked, "WO-3201", "WO-3").status_code == 200


def test_a_ring_names_no_work_order_that_only_cleared_people_know_of(
    as_role: Login, stocked: TestClient
) -> None:
    cleared = as_role(Role.BUYER, Role.ADMIN, cleared=True)
    assert cleared.post(
        API + "/parts", json=PART | {"number": "SECRET", "export_controlled": True}
    ).is_success
    assert post(cleared, part="SECRET", parent="WO-3201").status_code == 201
    assert post(cleared, number="WO-3", parent="WO-2").status_code == 201
    assert "WO-3 → … → WO-3201" in below(stocked, "WO-3201", "WO-3").json()["detail"]


def test_a_work_order_says_how_it_stands_and_is_listed_by_it(stocked: TestClient) -> None:
    assert stocked.get(f"{API}/work-orders/WO-3201").json()["state"] == "open"
    for state, found in (("open", ["WO-3201"]), ("in_work", []), ("done", [])):
        items = stocked.get(f"{API}/work-orders", params={"state": state}).json()["items"]
        assert [(item["number"], item["state"]) for item in items] == [(each, state) for each in found]
    assert stocked.get(f"{API}/work-orders", params={"state": "lost"}).status_code == 422
    made = {"operation": 10, "quantity": 5, "lot": "OUT-1"}
    assert stocked.post(f"{API}/work-orders/WO-3201/outputs", json=made).is_success
    assert stocked.get(f"{API}/work-orders/WO-3201").json()["state"] == "in_work"
