"""Sales-order lines and suggestions for stock into work orders over HTTP, on both databases."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from models import making
from models.domain.authority import Role
from models.domain.demand import ForLine
from models.domain.errors import Refusal
from models.queries import demand, picking
from models.queries.orders import Reader
from models.tables.demand import Pick
from models.tables.lots import Lot
from models.tables.shop_floor import ConsumptionRow, OutputRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder
from tests.api.conftest import API, LOT, NOW, PART, ROUTING, SALES_ORDER, Login

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BAR = PART | {"number": "BAR", "revision": "1", "uom": "KGM", "bom": []}
VALVE = PART | {
    "number": "VALVE",
    "revision": "A",
    "bom": [{"part": "BAR", "quantity": "0.5"}],
    "safety_stock": 40,
    "lot_multiple": 25,
    "lead_days": 5,
}
LINE = {"line": 1, "part": "VALVE", "revision": "A", "quantity": 30, "due": "2026-04-10"}


def add(client: TestClient, path: str, body: dict[str, Any]) -> Any:
    answer = client.post(API + path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def bar(client: TestClient, number: str, kilograms: int, day: str) -> None:
    add(
        client,
        "/lots",
        LOT | {"number": number, "part": "BAR", "quantity": kilograms, "uom": "KGM", "received_on": day},
    )


def make(client: TestClient, *lines: dict[str, Any], key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"{API}/work-orders/convert", json={"lines": list(lines)}, headers=headers)


def how_many(app: FastAPI) -> int:
    with app.state.database.read() as session:
        return session.scalar(select(func.count()).select_from(table(WorkOrder))) or 0


@pytest.fixture
def shop(stocked: TestClient) -> TestClient:
    """A valve made of bar, with a routing and a safety stock, and a customer who wants thirty."""
    add(stocked, "/parts", BAR)
    add(stocked, "/parts", VALVE)
    add(stocked, "/routings", ROUTING | {"part": "VALVE", "revision": "A"})
    add(stocked, "/sales-orders", SALES_ORDER | {"number": "SO-1", "lines": [LINE]})
    bar(stocked, "NEWER", 100, "2026-03-10")
    bar(stocked, "OLDER", 12, "2026-03-01")
    return stocked


ORDERED = {"sales_order": "SO-1", "line": 1}
STOCK = {"suggestion": "VALVE"}


def test_a_line_and_a_suggestion_become_work_orders_with_routing_and_picking_list(shop: TestClient) -> None:
    answer = make(shop, ORDERED, STOCK)
    assert answer.status_code == 201, answer.text
    order, stock = answer.json()["items"]
    assert (order["number"], order["type"], order["quantity"]) == ("WO-2026-00001", "MTO", "30")
    assert (order["start"], order["due"]) == ("2026-04-03", "2026-04-10")
    # Forty and thirty less the thirty made to order, in multiples of 25.
    assert (stock["number"], stock["type"], stock["quantity"]) == ("WS-2026-00001", "MTS", "50")
    assert (stock["start"], stock["due"]) == ("2026-03-17", "2026-03-24")
    assert order["picking_list"]["picks"] == [
        {
            "part": "BAR",
            "lot": lot,
            "quantity": some,
            "uom": "KGM",
            "heat_number": "HX-1",
            "supplier_lot": "A-77",
            "used": "0",
        }
        for lot, some in (("OLDER", "12"), ("NEWER", "3"))
    ]
    assert [(pick["lot"], pick["quantity"]) for pick in stock["picking_list"]["picks"]] == [("NEWER", "25")]
    job = shop.get(f"{API}/work-orders/WO-2026-00001").json()
    assert job["operations"] == shop.get(f"{API}/routings/VALVE/A").json()["operations"]
    assert (job["customer"], job["customer_order"], job["start"]) == ("NORTHWIND", "SO-1", "2026-04-03")
    assert job["made_for"] == {"sales_order": "SO-1", "line": 1, "quantity": "30"}
    assert shop.get(f"{API}/demand").json() == {
        "lines": shop.get(f"{API}/demand?q=SO-88").json()["lines"],
        "suggestions": [],
    }


def test_what_is_to_be_made_is_listed_with_its_proposal(shop: TestClient) -> None:
    found = shop.get(f"{API}/demand?q=SO-1").json()
    assert [(line["sales_order"], line["quantity"], line["start"]) for line in found["lines"]] == [
        ("SO-1", "30", "2026-04-03")
    ]
    assert found["suggestions"] == [
        {
            "suggestion": "VALVE",
            "revision": "A",
            "safety_stock": "40",
            "open_demand": "30",
            "on_hand": "0",
            "on_order": "0",
            "quantity": "75",
            "start": "2026-03-17",
            "due": "2026-03-24",
        }
    ]


def test_what_a_work_order_covers_is_refused_with_its_number_and_nothing_is_made(
    shop: TestClient, app: FastAPI
) -> None:
    make(shop, ORDERED, STOCK)
    before = how_many(app)
    again = make(shop, ORDERED, STOCK | {"quantity": 25}, {"sales_order": "SO-88", "line": 1})
    assert (again.status_code, again.json()["code"]) == (409, "demand.covered")
    assert [(error["field"], error["message"]) for error in again.json()["errors"]] == [
        ("lines.0", "SO-1 line 1 is covered by WO-2026-00001. Take it out of the selection."),
        ("lines.1", "VALVE A is covered by WO-2026-00001, WS-2026-00001. Take it out of the selection."),
    ]
    assert how_many(app) == before


def test_sent_twice_with_one_key_it_is_made_once(shop: TestClient, app: FastAPI) -> None:
    first, second = make(shop, ORDERED, key="k"), make(shop, ORDERED, key="k")
    assert first.json() == second.json()
    assert how_many(app) == 2
    assert make(shop, STOCK, key="k").json()["code"] == "idempotency.reused"


def test_of_two_who_make_the_same_line_at_once_one_is_refused(shop: TestClient, app: FastAPI) -> None:
    ready, answers = threading.Barrier(2), []

    def one() -> None:
        with app.state.database.write() as session:
            ready.wait(5)
            try:
                made = making.make(session, Reader(frozenset(Role), True), [ForLine("SO-1", 1)], "MTY", NOW)
                answers.append(made[0].work_order.number)
            except Refusal as refusal:
                answers.append(refusal.code)

    if app.state.database.engine.dialect.name == "sqlite":
        # One writes at a time there; the barrier would never fall.
        ready = threading.Barrier(1)
    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["WO-2026-00001", "demand.covered"]


def test_what_is_dispatched_is_delivered_and_wanted_no_more_until_it_is_taken_back(shop: TestClient) -> None:
    later = LINE | {"quantity": 10, "due": "2026-05-20"}
    add(shop, "/sales-orders", SALES_ORDER | {"number": "SO-2", "lines": [later]})
    add(shop, "/sales-orders", SALES_ORDER | {"number": "SO-3", "customer": "CONTOSO", "lines": [LINE]})
    add(shop, "/lots", LOT | {"number": "VALVES", "part": "VALVE", "part_revision": "A", "quantity": 60})
    told = {"customer": "NORTHWIND", "destination": "Dock 4", "lines": [{"lot": "VALVES", "quantity": 33}]}
    number = add(shop, "/dispatches", told)["number"]
    assert [_delivered(shop, each) for each in ("SO-1", "SO-2", "SO-3")] == ["30", "3", "0"]
    assert [line["sales_order"] for line in shop.get(f"{API}/demand").json()["lines"]][:2] == ["SO-3", "SO-2"]
    # Told back as it was read, it is not counted twice, and a line of which something left stays.
    read = shop.get(f"{API}/sales-orders/SO-1")
    body = {"customer": "NORTHWIND", "lines": read.json()["lines"]}
    answer = shop.put(f"{API}/sales-orders/SO-1", json=body)
    assert answer.status_code == 200, answer.text
    gone = {"customer": "NORTHWIND", "lines": [LINE | {"line": 2}]}
    answer = shop.put(f"{API}/sales-orders/SO-1", json=gone)
    assert (answer.status_code, answer.json()["code"]) == (409, "sales_line.covered")
    assert shop.post(f"{API}/dispatches/{number}/reverse", json={"reason": "Wrong"}).status_code == 200
    assert [_delivered(shop, each) for each in ("SO-1", "SO-2", "SO-3")] == ["0", "0", "0"]


def test_a_dispatch_delivers_the_sales_order_line_it_names(shop: TestClient, as_role: Login) -> None:
    later = LINE | {"quantity": 10, "due": "2026-05-20"}
    add(shop, "/sales-orders", SALES_ORDER | {"number": "SO-2", "lines": [later]})
    add(shop, "/sales-orders", SALES_ORDER | {"number": "SO-3", "customer": "CONTOSO", "lines": [LINE]})
    add(shop, "/lots", LOT | {"number": "VALVES", "part": "VALVE", "part_revision": "A", "quantity": 60})

    def leaving(*lines: dict[str, Any]) -> Any:
        body = {
            "customer": "NORTHWIND",
            "destination": "Dock 4",
            "lines": [{"lot": "VALVES"} | each for each in lines],
        }
        return shop.post(f"{API}/dispatches", json=body)

    named = {"quantity": 4, "sales_order": "SO-2", "line": 1}
    assert leaving({"quantity": 1}, named).status_code == 201
    assert [_delivered(shop, each) for each in ("SO-1", "SO-2", "SO-3")] == ["1", "4", "0"]
    refused = leaving(named | {"quantity": 7})
    assert (refused.status_code, refused.json()["code"]) == (409, "sales_line.beyond_open")
    assert "6 of SO-2 line 1 are still to be delivered, not 7." in refused.json()["detail"]
    other = leaving(named | {"sales_order": "SO-3"})
    assert (other.status_code, other.json()["code"]) == (409, "sales_line.other_customer")
    part = leaving(named | {"sales_order": "SO-88"})
    assert (part.status_code, part.json()["code"]) == (409, "sales_line.other_part")
    assert leaving(named | {"line": 7}).json()["code"] == "sales_line.unknown"
    assert leaving({"quantity": 1, "sales_order": "SO-2"}).status_code == 422
    assert shop.get(f"{API}/lots/VALVES").json()["on_hand"] == "55"


def _delivered(client: TestClient, sales_order: str) -> str:
    (line,) = client.get(f"{API}/sales-orders/{sales_order}").json()["lines"]
    return str(line["delivered"])


@ON_SQLITE
def test_more_than_is_left_or_needed_is_made_when_it_is_confirmed(shop: TestClient, app: FastAPI) -> None:
    lines = [ORDERED | {"quantity": 31}, STOCK | {"quantity": 3000}]
    before = how_many(app)
    refused = make(shop, *lines)
    assert (refused.status_code, refused.json()["code"]) == (409, "demand.beyond")
    errors = refused.json()["errors"]
    assert [error["field"] for error in errors] == ["lines.0.quantity", "lines.1.quantity"]
    assert "30 of SO-1 line 1 are left to be made, not 31." in errors[0]["message"]
    assert how_many(app) == before
    made = shop.post(f"{API}/work-orders/convert", json={"lines": lines, "confirm": True})
    assert [item["quantity"] for item in made.json()["items"]] == ["31", "3000"]


@ON_SQLITE
def test_a_lot_that_is_planned_twice_is_told_with_who_wants_it(
    shop: TestClient, app: FastAPI, as_role: Login
) -> None:
    secret = VALVE | {"number": "SECRET", "export_controlled": True}
    cleared = as_role(Role.BUYER, Role.ADMIN, cleared=True)
    add(cleared, "/parts", secret)
    assert make(cleared, {"suggestion": "SECRET"}).status_code == 201
    assert make(shop, ORDERED, STOCK).json()["warnings"] == []
    address = f"{API}/work-orders/WO-2026-00001/picking-list"
    assert shop.get(address).json()["planned_twice"] == []
    # Somebody else used a part of what was set aside.
    with app.state.database.write() as session:
        session.get_one(Lot, "NEWER").on_hand = Decimal(20)
    (twice,) = shop.get(address).json()["planned_twice"]
    assert (twice["lot"], twice["on_hand"], twice["planned"]) == ("NEWER", "20", "53")
    assert twice["by"] == [
        {"work_order": "WO-2026-00001", "quantity": "15"},
        {"work_order": "WS-2026-00002", "quantity": "25"},
    ], "a controlled part's work order is not named"
    assert "WS-2026-00001" in str(cleared.get(address).json()["planned_twice"])


@ON_SQLITE
def test_a_draft_that_plans_a_lot_somebody_picked_says_so(shop: TestClient) -> None:
    make(shop, ORDERED)
    flange = PART | {"bom": [{"part": "BAR", "quantity": "1"}]}
    assert shop.put(f"{API}/parts/FLANGE-DN50/B", json=flange).status_code == 200
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 95, "unit_price": "1", "currency": "USD"}
    body = {
        "supplier": "ACME",
        "process": "PLATE",
        "spec": "ASTM B633",
        "spec_revision": "2023",
        "need_by": "2026-12-18",
        "lines": [line | {"lots": [{"lot": "OLDER", "quantity": 95}]}],
    }
    warnings = add(shop, "/orders", body)["warnings"]
    assert any("OLDER is planned for" in each and "WO-2026-00001 takes 12" in each for each in warnings), (
        warnings
    )


@ON_SQLITE
def test_a_part_of_a_line_leaves_the_rest_to_be_made(shop: TestClient) -> None:
    make(shop, ORDERED | {"quantity": 20, "start": "2026-03-30"})
    (line,) = shop.get(f"{API}/demand?q=SO-1").json()["lines"]
    assert (line["quantity"], line["made"], line["work_orders"]) == ("10", "20", ["WO-2026-00001"])
    assert make(shop, ORDERED).json()["items"][0]["quantity"] == "10"


@ON_SQLITE
def test_a_lot_on_hold_is_not_picked_and_what_is_missing_is_named(shop: TestClient) -> None:
    shop.post(f"{API}/lots/NEWER/hold", json={"reason": "cracks"})
    (made,) = make(shop, ORDERED).json()["items"]
    assert [pick["lot"] for pick in made["picking_list"]["picks"]] == ["OLDER"]
    assert made["picking_list"]["short"] == [{"part": "BAR", "quantity": "3", "uom": "KGM"}]
    # More came in: the list is made anew, and says the same when it is read.
    bar(shop, "LATEST", 50, "2026-03-15")
    path = f"{API}/work-orders/{made['number']}/picking-list"
    anew = shop.post(path, json={}).json()
    assert [(pick["lot"], pick["quantity"]) for pick in anew["picks"]] == [("OLDER", "12"), ("LATEST", "3")]
    assert anew["short"] == []
    assert shop.get(path).json() == anew


@ON_SQLITE
def test_a_work_order_that_made_all_it_is_for_lacks_no_material(shop: TestClient) -> None:
    shop.post(f"{API}/lots/NEWER/hold", json={"reason": "cracks"})
    (made,) = make(shop, ORDERED).json()["items"]
    path = f"{API}/work-orders/{made['number']}"
    assert shop.post(f"{path}/outputs", json={"quantity": 29}).status_code == 201
    assert shop.get(f"{path}/picking-list").json()["short"] != []
    assert shop.post(f"{path}/outputs", json={"quantity": 1}).status_code == 201
    assert shop.get(f"{path}/picking-list").json()["short"] == []
    assert shop.post(f"{path}/picking-list", json={}).json()["picks"] == []


@ON_SQLITE
def test_what_is_picked_is_neither_picked_nor_planned_again(shop: TestClient, app: FastAPI) -> None:
    make(shop, ORDERED, STOCK)
    with app.state.database.read() as session:
        picks = session.execute(select(table(Pick))).all()
        on_hand = {pick.lot: shop.get(f"{API}/lots/{pick.lot}").json()["on_hand"] for pick in picks}
    assert sum(pick.quantity for pick in picks if pick.lot == "OLDER") == 12
    assert on_hand == {"OLDER": "12", "NEWER": "100"}, "picking takes nothing from the shelf"


def test_what_a_job_used_is_no_longer_picked_and_what_it_made_is_on_its_way_no_more(
    shop: TestClient, app: FastAPI
) -> None:
    make(shop, ORDERED)
    told: dict[str, Any] = {
        "work_order": "WO-2026-00001",
        "at": NOW,
        "recorded_at": NOW,
        "recorded_by": "u_1",
    }
    with app.state.database.write() as session:
        used = {"lot": "OLDER", "part": "BAR", "quantity": Decimal(9), "unit": "KGM"}
        session.add(ConsumptionRow(id="c1", **told, **used))
        session.add(ConsumptionRow(id="c2", **told, **used, reversed_at=NOW))
        session.get_one(Lot, "OLDER").on_hand = Decimal(3)
        made = {"lot": "NEWER", "part": "VALVE", "quantity": Decimal(12), "unit": "C62"}
        session.add_all(
            OutputRow(id=f"o{step}", **told, **made, operation=step, inspection=None) for step in (10, 20)
        )
    found = shop.get(f"{API}/work-orders/WO-2026-00001/picking-list").json()
    assert [(pick["lot"], pick["quantity"], pick["used"]) for pick in found["picks"]] == [
        ("OLDER", "12", "9"),
        ("NEWER", "3", "0"),
    ]
    assert found["short"] == []
    with app.state.database.read() as session:
        assert picking.picked_of(session, ["OLDER", "NEWER"]) == {"OLDER": Decimal(3), "NEWER": Decimal(3)}
        (position,) = demand.positions(session, Reader(frozenset(Role), True))
        assert position.coming == {"WO-2026-00001": Decimal(18)}
    anew = shop.post(f"{API}/work-orders/WO-2026-00001/picking-list", json={}).json()
    assert anew == found, "what was used stays, the rest is picked again"


@ON_SQLITE
def test_a_part_without_a_routing_is_made_with_a_warning(shop: TestClient) -> None:
    add(shop, "/parts", PART | {"number": "NUT", "revision": "1", "safety_stock": "5"})
    answer = make(shop, {"suggestion": "NUT", "revision": "1", "quantity": "4"})
    assert answer.json()["items"][0]["operations"] == 0
    assert answer.json()["warnings"] == ["NUT 1 has no routing; give WS-2026-00001 its operations"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({}, "lines.0"),
        ({"sales_order": "SO-1"}, "lines.0"),
        ({"sales_order": "SO-1", "line": 1, "suggestion": "VALVE"}, "lines.0"),
        ({"sales_order": "SO-9", "line": 1}, "lines.0"),
        ({"suggestion": "BAR"}, "lines.0"),
        (ORDERED | {"quantity": 0}, "lines.0.quantity"),
        (ORDERED | {"start": "2026-03-01"}, "lines.0.start"),
    ],
)
def test_a_wrong_line_is_refused_by_its_place(shop: TestClient, line: dict[str, Any], field: str) -> None:
    answer = make(shop, line)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@ON_SQLITE
def test_who_is_not_cleared_knows_of_no_controlled_demand(shop: TestClient, as_role: Login) -> None:
    shop.put(f"{API}/parts/VALVE/A", json=VALVE | {"export_controlled": True})
    planner = as_role(Role.PLANNER)
    assert planner.get(f"{API}/demand?q=SO-1").json() == {"lines": [], "suggestions": []}
    assert make(planner, ORDERED).json()["errors"][0]["message"] == (
        "There is no sales order SO-1 with a line 1."
    )
    assert make(planner, STOCK).status_code == 422
    made = make(shop, ORDERED)
    if made.status_code == 201:
        number = made.json()["items"][0]["number"]
        assert planner.get(f"{API}/work-orders/{number}/picking-list").status_code == 404


@ON_SQLITE
def test_planners_and_buyers_make_and_others_look(shop: TestClient, as_role: Login) -> None:
    viewer = as_role(Role.VIEWER)
    assert make(viewer, ORDERED).status_code == 403
    assert viewer.get(f"{API}/demand").status_code == 200
    assert make(as_role(Role.PLANNER), ORDERED).status_code == 201


@ON_SQLITE
def test_a_line_that_is_made_stays_with_its_part(shop: TestClient) -> None:
    make(shop, ORDERED)
    path, body = f"{API}/sales-orders/SO-1", SALES_ORDER | {"number": "SO-1"}
    other = shop.put(path, json=body | {"lines": [LINE | {"part": "BAR", "revision": "1"}]})
    assert (other.status_code, other.json()["code"]) == (409, "sales_line.covered")
    assert other.json()["errors"][0]["field"] == "lines.0.part"
    gone = shop.put(path, json=body | {"lines": [LINE | {"line": 2}]})
    assert "WO-2026-00001 was made for line 1" in gone.json()["errors"][0]["message"]
    assert shop.put(path, json=body | {"lines": [LINE | {"quantity": 31}]}).status_code == 200
