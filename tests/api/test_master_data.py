"""What holds for every kind of master data alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from sqlmodel import col, select
from starlette.testclient import TestClient

from api.routes import (
    calendars,
    customers,
    inspection_plans,
    lots,
    parts,
    plants,
    processes,
    routings,
    sales_orders,
    specifications,
    suppliers,
    work_orders,
)
from models.domain.authority import Role
from models.tables.master_changes import MasterChange
from models.tables.plants import Calendar
from tests.api.conftest import API, CALENDAR, LOT, MASTER_DATA, PART, PLANT, Hands, Login

KEYS = {
    "/calendars": ("MX",),
    "/plants": ("MTY",),
    "/suppliers": ("ACME",),
    "/processes": ("PLATE",),
    "/specifications": ("ASTM B633",),
    "/parts": ("FLANGE-DN50", "B"),
    "/inspection-plans": ("FLANGE-DN50", "B", "PLATE"),
    "/customers": ("NORTHWIND",),
    "/routings": ("FLANGE-DN50", "B"),
    "/sales-orders": ("SO-88",),
    "/work-orders": ("WO-3201",),
    "/lots": ("20260315-ACME-001",),
}
VIEWS: dict[str, type[BaseModel]] = {
    "/calendars": calendars.CalendarView,
    "/plants": plants.PlantView,
    "/suppliers": suppliers.SupplierView,
    "/processes": processes.ProcessView,
    "/specifications": specifications.SpecificationView,
    "/parts": parts.PartView,
    "/inspection-plans": inspection_plans.PlanView,
    "/customers": customers.CustomerView,
    "/routings": routings.RoutingView,
    "/sales-orders": sales_orders.SalesOrderView,
    "/work-orders": work_orders.WorkOrderView,
    "/lots": lots.LotView,
}
# What is counted anew each time a work order is read.
COUNTED = ("outside", "family", "made_for", "state")
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def address(path: str) -> str:
    return API + path + "/" + "/".join(quote(part) for part in KEYS[path])


def test_what_was_created_is_read_listed_and_named_in_location(stocked: TestClient) -> None:
    for path in MASTER_DATA:
        read = stocked.get(address(path))
        assert read.status_code == 200
        listed = stocked.get(API + path).json()
        assert [counted_off(item) for item in listed.pop("items")] == [kept(read)]
        assert listed == {"next": None}
        VIEWS[path].model_validate(kept(read))
        assert read.json()["created_at"] == "2026-03-16T09:30:00Z"


def kept(read: Any) -> Any:
    """What was read without what is counted anew each time: how far a work order has come outside."""
    return counted_off(read.json())


def counted_off(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in COUNTED}


def test_created_answers_201_with_the_location_of_the_new_row(admin: TestClient) -> None:
    answer = admin.post(API + "/calendars", json=CALENDAR)
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/calendars/MX"
    assert admin.get(answer.headers["location"]).json() == answer.json()


def test_a_key_that_is_taken_is_refused_as_exists(stocked: TestClient) -> None:
    for path in MASTER_DATA:
        body = MASTER_DATA[path] | ({"number": KEYS[path][0]} if path == "/lots" else {})
        answer = stocked.post(API + path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "exists")
        assert len(stocked.get(API + path).json()["items"]) == 1


def test_replacing_keeps_before_and_after_with_the_actor(stocked: TestClient, app: FastAPI) -> None:
    for path in MASTER_DATA:
        before = kept(stocked.get(address(path)))
        changed = changed_body(path)
        after = stocked.put(address(path), json=changed)
        assert after.status_code == 200, after.text
        assert kept(stocked.get(address(path))) == after.json() != before
        with app.state.database.read() as session:
            table = path[1:].replace("-", "_").removesuffix("s").replace("processe", "process")
            changes = session.exec(
                select(MasterChange).where(MasterChange.table_name == table).order_by(col(MasterChange.id))
            ).all()
        assert [(change.before, change.after) for change in changes] == [
            (None, before),
            (before, after.json()),
        ]
        assert all(change.actor.startswith("u_") for change in changes)
        assert {change.key for change in changes} == {"/".join(KEYS[path])}


def changed_body(path: str) -> dict[str, Any]:
    changes: dict[str, dict[str, Any]] = {
        "/calendars": {"workdays": [1, 2, 3, 4, 5, 6]},
        "/plants": {"name": "Saltillo"},
        "/suppliers": {"contact": None},
        "/processes": {"release_before_ship": False},
        "/specifications": {"title": "Zinc on iron and steel"},
        "/parts": {"description": "Flange"},
        "/inspection-plans": {"characteristics": [{"number": "1", "name": "Thickness", "lower": 5}]},
        "/customers": {"name": "Northwind Pumps"},
        "/routings": {"operations": [{"sequence": 20, "kind": "internal"}]},
        "/sales-orders": {"customer": "CONTOSO"},
        "/work-orders": {"operations": [{"sequence": 30, "kind": "outside", "process": "PLATE"}]},
        "/lots": {"heat_number": "HX-2"},
    }
    return MASTER_DATA[path] | changes[path]


def test_replacing_with_the_same_leaves_no_trace(stocked: TestClient, app: FastAPI) -> None:
    assert stocked.put(address("/plants"), json=PLANT).status_code == 200
    with app.state.database.read() as session:
        changes = session.exec(select(MasterChange).where(MasterChange.table_name == "plant")).all()
    assert len(changes) == 1


@sqlite_only
def test_replacing_what_is_not_there_is_404(stocked: TestClient) -> None:
    for path in MASTER_DATA:
        missing = API + path + "/" + "/".join("NOPE" for _ in KEYS[path])
        body = {k: v for k, v in MASTER_DATA[path].items() if k not in ("code", "number")}
        if path in ("/parts", "/inspection-plans"):
            body = {k: v for k, v in body.items() if k not in ("part", "revision", "process")}
        answer = stocked.put(missing, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown")
        assert stocked.get(missing).status_code == 404


@sqlite_only
def test_a_body_that_names_another_key_than_the_address_is_refused(stocked: TestClient) -> None:
    for path in MASTER_DATA:
        field = "code" if "code" in MASTER_DATA[path] else "number"
        if path == "/inspection-plans":
            field = "process"
        answer = stocked.put(address(path), json=MASTER_DATA[path] | {field: "OTHER"})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]


@sqlite_only
def test_an_unknown_field_is_refused_by_name(stocked: TestClient) -> None:
    for path in MASTER_DATA:
        answer = stocked.post(API + path, json=MASTER_DATA[path] | {"colour": "red"})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {"field": "colour", "message": "There is no field of this name here; remove it."}
        ]


def test_lists_come_in_pages_that_miss_and_repeat_nothing(stocked: TestClient) -> None:
    for revision in ("A", "C", "D", "E"):
        assert stocked.post(API + "/parts", json=PART | {"revision": revision}).status_code == 201
    stocked.post(API + "/parts", json=PART | {"number": "A-1", "revision": "Z"})
    page = stocked.get(API + "/parts?limit=2").json()
    pages = [page]
    while page["next"] is not None:
        page = stocked.get(API + "/parts", params={"limit": 2, "cursor": page["next"]}).json()
        pages.append(page)
    seen = [(part["number"], part["revision"]) for page in pages for part in page["items"]]
    assert seen == [("A-1", "Z"), *(("FLANGE-DN50", revision) for revision in "ABCDE")]
    assert len(pages) == 3


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=!!", "cursor=W10", "cursor=WzFd"]
)
def test_a_cursor_or_limit_nobody_gave_out_is_refused(stocked: TestClient, query: str) -> None:
    answer = stocked.get(f"{API}/plants?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_the_same_key_and_request_get_the_same_answer_and_change_nothing_twice(
    stocked: TestClient, clock: Hands
) -> None:
    headers = {"Idempotency-Key": "import-7"}
    first = stocked.post(API + "/lots", json=LOT, headers=headers)
    clock.now = clock.now.replace(hour=17)
    again = stocked.post(API + "/lots", json=LOT, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]
    assert len(stocked.get(API + "/lots").json()["items"]) == 2


def test_the_same_key_with_another_request_is_refused(stocked: TestClient) -> None:
    headers = {"Idempotency-Key": "import-7"}
    stocked.post(API + "/lots", json=LOT, headers=headers)
    other = stocked.post(API + "/lots", json=LOT | {"quantity": 2}, headers=headers)
    elsewhere = stocked.post(API + "/parts", json=PART | {"revision": "C"}, headers=headers)
    assert {(a.status_code, a.json()["code"]) for a in (other, elsewhere)} == {(422, "idempotency.reused")}
    assert len(stocked.get(API + "/lots").json()["items"]) == 2


def test_idempotency_keys_of_two_people_are_two_keys(stocked: TestClient, as_role: Login) -> None:
    headers = {"Idempotency-Key": "1"}
    receiving = as_role(Role.RECEIVING)
    mine = stocked.post(API + "/lots", json=LOT, headers=headers)
    theirs = receiving.post(API + "/lots", json=LOT, headers=headers)
    assert mine.json()["number"] != theirs.json()["number"]


def test_a_refused_request_leaves_its_key_free(stocked: TestClient) -> None:
    headers = {"Idempotency-Key": "typo"}
    assert stocked.post(API + "/lots", json=LOT | {"part": "NOPE"}, headers=headers).status_code == 422
    assert stocked.post(API + "/lots", json=LOT, headers=headers).status_code == 201


def test_an_empty_idempotency_key_is_refused(stocked: TestClient) -> None:
    answer = stocked.post(API + "/lots", json=LOT, headers={"Idempotency-Key": ""})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.key")


def test_of_many_creating_one_key_at_once_exactly_one_does(admin: TestClient, app: FastAPI) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: admin.post(API + "/calendars", json=CALENDAR), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    with app.state.database.read() as session:
        assert len(session.exec(select(Calendar)).all()) == 1


def test_of_many_sending_one_idempotency_key_at_once_all_get_one_answer(stocked: TestClient) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda _: stocked.post(API + "/lots", json=LOT, headers={"Idempotency-Key": "k"}), range(8)
            )
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(stocked.get(API + "/lots").json()["items"]) == 2


WRITERS = {
    "/calendars": set(),
    "/plants": set(),
    "/suppliers": set(),
    "/processes": set(),
    "/specifications": {Role.QUALITY},
    "/parts": {Role.BUYER},
    "/inspection-plans": {Role.QUALITY},
    "/routings": {Role.BUYER, Role.PLANNER},
    "/sales-orders": {Role.BUYER, Role.PLANNER},
    "/work-orders": {Role.BUYER},
    "/lots": {Role.RECEIVING},
}


@sqlite_only
@pytest.mark.parametrize("role", Role)
def test_only_the_roles_named_create_and_everybody_reads(
    stocked: TestClient, as_role: Login, role: Role
) -> None:
    client = stocked if role is Role.ADMIN else as_role(role)
    for path, writers in WRITERS.items():
        assert client.get(API + path).status_code == 200
        created = client.post(API + path, json={}).status_code
        # An empty body is refused as such only once the person is let in.
        assert created == (422 if role in writers | {Role.ADMIN} else 403), (path, role)


@sqlite_only
def test_somebody_without_a_role_reads_nothing(stocked: TestClient, as_role: Login) -> None:
    nobody = as_role()
    assert {nobody.get(API + path).status_code for path in MASTER_DATA} == {403}


@sqlite_only
def test_a_change_is_refused_when_somebody_else_changed_the_record_after_it_was_read(
    stocked: TestClient,
) -> None:
    address = API + "/plants/MTY"
    seen = stocked.get(address).headers["etag"]
    change = {name: value for name, value in PLANT.items() if name != "code"}
    first = stocked.put(address, json=change | {"name": "Works 1"}, headers={"If-Match": seen})
    second = stocked.put(address, json=change | {"name": "Works 2"}, headers={"If-Match": seen})
    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 412, "master.stale")
    assert stocked.get(address).json()["name"] == "Works 1"
    now = stocked.get(address).headers["etag"]
    assert stocked.put(address, json=change, headers={"If-Match": now}).status_code == 200
