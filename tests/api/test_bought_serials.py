"""The serial numbers of bought lots: booked in with the lot, checked where pieces leave, found by the trace."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import API, CUSTOMER, LOT, PART

PUMP = PART | {"number": "PUMP", "revision": "A", "trace": "serial", "dfars": False}
PUMPS = LOT | {"part": "PUMP", "part_revision": "A", "quantity": 3, "serials": ["P-a1", "P-a2", "P-a3"]}


@pytest.fixture
def shop(stocked: TestClient) -> TestClient:
    assert stocked.post(API + "/parts", json=PUMP).status_code == 201
    return stocked


def book(client: TestClient, **changes: Any) -> Any:
    return client.post(API + "/lots", json=PUMPS | changes)


def booked(client: TestClient, **changes: Any) -> str:
    answer = book(client, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def leave(client: TestClient, lot: str, *serials: str) -> Any:
    line = {"lot": lot, "quantity": len(serials), "serials": list(serials)}
    body = {"customer": CUSTOMER["code"], "destination": "Dock 4", "lines": [line]}
    return client.post(API + "/dispatches", json=body)


def test_a_bought_lot_keeps_the_number_of_each_piece(shop: TestClient) -> None:
    lot = booked(shop)
    assert shop.get(f"{API}/lots/{lot}").json()["serials"] == PUMPS["serials"]
    # Nobody has to know them.
    other = booked(shop, serials=[])
    assert shop.get(f"{API}/lots/{other}").json()["serials"] == []


def test_numbers_that_cannot_be_those_of_the_pieces_are_refused(shop: TestClient) -> None:
    booked(shop)
    for changes, status, code in (
        ({"serials": ["X1", "X2"]}, 422, "serials.count"),
        ({"serials": ["X1", "X2", "X1"]}, 422, "serials.repeated"),
        ({"serials": ["X1", "X2", "P-a1"]}, 409, "serial.made"),
        (
            {"serials": ["X1", "X2", "X3"], "part": "FLANGE-DN50", "part_revision": "B"},
            422,
            "serial.not_tracked",
        ),
    ):
        answer = book(shop, **changes)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.json()["errors"][0]["field"] == "serials"


def test_pieces_of_a_bought_lot_leave_once_and_only_those_that_came(shop: TestClient) -> None:
    lot = booked(shop)
    other = booked(shop, serials=["Q1", "Q2", "Q3"])
    assert leave(shop, lot, "P-a9").json()["code"] == "serial.unknown"
    assert leave(shop, other, "P-a1").json()["code"] == "serial.other_lot"
    assert leave(shop, lot, "P-a1").status_code == 201
    assert leave(shop, lot, "P-a1").json()["code"] == "serial.gone"
    # What is gone is still no other piece's number.
    again = book(shop, quantity=1, serials=["P-a1"])
    assert (again.status_code, again.json()["code"]) == (409, "serial.made")


def test_a_lot_is_typed_in_anew_with_its_own_numbers_until_a_piece_has_left(shop: TestClient) -> None:
    lot = booked(shop)
    path, anew = f"{API}/lots/{lot}", PUMPS | {"serials": ["P-a1", "P-a2", "P-b3"]}
    assert shop.put(path, json=anew).json()["serials"] == anew["serials"]
    assert leave(shop, lot, "P-b3").status_code == 201
    refused = shop.put(path, json=PUMPS)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "serials")
    assert shop.put(path, json=anew | {"unit_cost": "3.5", "received_on": None}).json()["unit_cost"] == "3.5"
    assert shop.get(path).json()["received_on"] == PUMPS["received_on"]


def test_a_bought_lot_is_found_by_the_number_of_a_piece(shop: TestClient) -> None:
    lot = booked(shop)
    for typed in ("P-a2", "p-A2", "serial:P-a2/PUMP"):
        found = shop.get(f"{API}/trace/{typed}")
        assert found.status_code == 200, found.text
        assert found.json()["root"]["identifier"] == "serial:P-a2/PUMP"
        assert found.json()["root"]["nodes"] == [f"lot:{lot}"]


def use(client: TestClient, lot: str, quantity: int, *serials: str) -> Any:
    body = {"lot": lot, "quantity": quantity, "serials": list(serials)}
    return client.post(f"{API}/work-orders/WO-3201/consumptions", json=body)


def test_a_piece_with_a_number_leaves_by_its_number(shop: TestClient) -> None:
    lot = booked(shop)
    line = {"lot": lot, "quantity": 1}
    body = {"customer": CUSTOMER["code"], "destination": "Dock 4", "lines": [line]}
    for answer, field in (
        (shop.post(API + "/dispatches", json=body), "lines.0.serials"),
        (use(shop, lot, 1), "serials"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "serial.missing"), answer.text
        assert answer.json()["errors"][0]["field"] == field
        assert answer.json()["detail"].endswith("Here are: P-a1, P-a2, P-a3.")
    assert shop.get(f"{API}/lots/{lot}").json()["on_hand"] == "3"


def test_a_job_uses_up_the_pieces_it_names_and_gives_them_back_when_reversed(shop: TestClient) -> None:
    lot = booked(shop)
    for answer, status, code in (
        (use(shop, lot, 2, "P-a1"), 422, "serials.count"),
        (use(shop, lot, 1, "P-a9"), 409, "serial.unknown"),
        (use(shop, booked(shop, serials=["Q1", "Q2", "Q3"]), 1, "P-a1"), 409, "serial.other_lot"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    used = use(shop, lot, 2, "P-a1", "P-a2")
    assert (used.status_code, used.json()["serials"]) == (201, ["P-a1", "P-a2"]), used.text
    for answer in (leave(shop, lot, "P-a1"), use(shop, lot, 1, "P-a2")):
        assert (answer.status_code, answer.json()["code"]) == (409, "serial.used"), answer.text
        assert "WO-3201" in answer.json()["detail"]
    # Used up is still no other piece's number.
    assert book(shop, quantity=1, serials=["P-a1"]).json()["code"] == "serial.made"
    reverse = f"{API}/work-orders/WO-3201/consumptions/{used.json()['id']}/reverse"
    assert shop.post(reverse, json={"reason": "Typed for the wrong job"}).status_code == 200
    assert leave(shop, lot, "P-a1").status_code == 201
    assert use(shop, lot, 1, "P-a2").status_code == 201


def test_a_piece_is_traced_into_the_job_that_used_it_and_no_other(shop: TestClient) -> None:
    lot = booked(shop)
    assert use(shop, lot, 1, "P-a1").status_code == 201
    number = leave(shop, lot, "P-a2").json()["number"]
    made = {"quantity": 1, "lot": "SKID-1"}
    assert shop.post(f"{API}/work-orders/WO-3201/outputs", json=made).status_code == 201
    line = {"lot": "SKID-1", "quantity": 1}
    body = {"customer": CUSTOMER["code"], "destination": "Dock 4", "lines": [line], "confirm": True}
    product = shop.post(API + "/dispatches", json=body).json()["number"]

    def reached(serial: str) -> set[str]:
        nodes = shop.get(f"{API}/trace/{serial}").json()["nodes"]
        return {node["id"] for node in nodes if node["kind"] not in ("supplier", "customer")}

    assert reached("P-a1") == {
        f"lot:{lot}",
        "job:WO-3201",
        "lot:SKID-1",
        f"dispatch:{product}",
    }
    assert reached("P-a2") == {f"lot:{lot}", f"dispatch:{number}"}
    assert reached("P-a3") == {f"lot:{lot}"}
