"""Lots and their numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient

from models.db import Database
from models.domain.authority import Role
from models.queries.lot_numbers import next_lot_number
from models.tables.lots import Lot
from models.tables.master_changes import MasterChange
from tests.api.conftest import API, LOT, PART, SUPPLIER, Login

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def post(client: TestClient, **changes: Any) -> Any:
    return client.post(API + "/lots", json=LOT | changes)


def wrong_fields(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


@sqlite_only
def test_lots_are_numbered_by_day_and_vendor(stocked: TestClient) -> None:
    stocked.post(API + "/suppliers", json=SUPPLIER | {"code": "STEEL"})
    given = [
        post(stocked).json()["number"],
        post(stocked, supplier="STEEL").json()["number"],
        post(stocked, received_on="2026-03-14").json()["number"],
        post(stocked, received_on=None).json()["number"],
    ]
    assert given == ["20260315-ACME-002", "20260315-STEEL-001", "20260314-ACME-001", "20260316-ACME-001"]


@sqlite_only
def test_a_number_typed_in_by_hand_is_passed_over(stocked: TestClient) -> None:
    post(stocked, number="20260315-ACME-002")
    assert post(stocked).json()["number"] == "20260315-ACME-003"


def test_lots_made_at_once_never_share_a_number(stocked: TestClient) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: post(stocked), range(24)))
    assert {answer.status_code for answer in answers} == {201}
    numbers = sorted(answer.json()["number"] for answer in answers)
    assert numbers == [f"20260315-ACME-{n:03d}" for n in range(2, 26)]


def test_a_number_that_was_not_kept_is_given_again(database: Database) -> None:
    day = date(2026, 3, 15)

    class ChangedMyMind(Exception):
        pass

    def fail() -> None:
        with database.write() as session:
            assert next_lot_number(session, "ACME", day).endswith("-001")
            raise ChangedMyMind

    with pytest.raises(ChangedMyMind):
        fail()
    with database.write() as session:
        assert next_lot_number(session, "ACME", day).endswith("-001")


@sqlite_only
def test_the_thousandth_lot_of_a_day_is_numbered_too(database: Database) -> None:
    with database.write() as session:
        numbers = [next_lot_number(session, "ACME", date(2026, 3, 15)) for _ in range(1000)]
    assert numbers[998:] == ["20260315-ACME-999", "20260315-ACME-1000"]


@sqlite_only
def test_a_new_lot_is_all_on_hand_and_free(stocked: TestClient) -> None:
    lot = post(stocked, uom=None).json()
    assert (lot["on_hand"], lot["quantity"], lot["uom"], lot["held"]) == ("1200", "1200", "C62", False)


@sqlite_only
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"part": "NOPE"}, "part"),
        ({"part_revision": "Z"}, "part_revision"),
        ({"supplier": "NOPE"}, "supplier"),
        ({"supplier": None}, "supplier"),
        ({"uom": "QQQ"}, "uom"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": "0.5"}, "quantity"),
        ({"unit_cost": -1}, "unit_cost"),
        ({"unit_cost": "0.0000001"}, "unit_cost"),
        ({"country_of_melt": "Sweden"}, "country_of_melt"),
        ({"country_of_origin": "XX"}, "country_of_origin"),
        ({"received_on": "2026-03-18"}, "received_on"),
        ({"heat_number": ""}, "heat_number"),
        ({"number": "a/b"}, "number"),
    ],
)
def test_a_lot_that_cannot_be_is_refused_by_field(
    stocked: TestClient, change: dict[str, Any], field: str
) -> None:
    assert wrong_fields(post(stocked, **change)) == [field]


@sqlite_only
def test_a_lot_without_a_supplier_needs_a_number(stocked: TestClient) -> None:
    assert post(stocked, supplier=None, number="J4520-A").json()["supplier"] is None


@sqlite_only
def test_lots_are_found_by_what_is_written_on_them(stocked: TestClient) -> None:
    number = post(stocked, heat_number="HX-2", supplier_lot="S-2").json()["number"]
    for query in (
        {"heat_number": "HX-2"},
        {"supplier_lot": "S-2"},
        {"heat_number": "HX-2", "supplier": "ACME"},
    ):
        found = stocked.get(API + "/lots", params=query).json()["items"]
        assert [lot["number"] for lot in found] == [number]


@sqlite_only
def test_correcting_the_quantity_of_a_lot_keeps_what_was_used(stocked: TestClient, app: FastAPI) -> None:
    number = use(app, Decimal(200))
    corrected = stocked.put(f"{API}/lots/{number}", json=LOT | {"quantity": 1199}).json()
    assert (corrected["quantity"], corrected["on_hand"]) == ("1199", "999")


@sqlite_only
def test_correcting_a_lot_never_leaves_less_than_nothing(stocked: TestClient, app: FastAPI) -> None:
    number = use(app, Decimal(200))
    stocked.post(API + "/parts", json=PART | {"number": "OTHER"})
    for change in ({"quantity": 199}, {"part": "OTHER"}, {"uom": "KGM"}):
        answer = stocked.put(f"{API}/lots/{number}", json=LOT | change)
        assert (answer.status_code, answer.json()["code"]) == (409, "lot.used")
    assert stocked.get(f"{API}/lots/{number}").json()["on_hand"] == "1000"


@sqlite_only
def test_correcting_a_lot_does_not_lift_a_hold(stocked: TestClient, app: FastAPI) -> None:
    with app.state.database.write() as session:
        lot = session.get_one(Lot, "20260315-ACME-001")
        lot.held, lot.hold_reason, lot.held_by = True, "wrong certificate", "u_1"
    corrected = stocked.put(f"{API}/lots/20260315-ACME-001", json=LOT | {"heat_number": "HX-3"}).json()
    assert (corrected["heat_number"], corrected["held"], corrected["held_by"]) == ("HX-3", True, "u_1")


def test_quality_and_who_received_a_lot_add_its_heat_and_it_says_who(
    stocked: TestClient, app: FastAPI, as_role: Login
) -> None:
    receiving, quality, other = (
        as_role(Role.RECEIVING),
        as_role(Role.QUALITY),
        as_role(Role.RECEIVING, Role.VIEWER),
    )
    empty = LOT | {"heat_number": None, "country_of_melt": None, "certificate": None}
    number = receiving.post(API + "/lots", json=empty).json()["number"]
    body = stocked.get(f"{API}/lots/{number}").json()
    body = {name: body[name] for name in (*LOT, "uom") if name in body}

    def put(client: TestClient, status: int, code: str | None = None, **changes: Any) -> None:
        body.update(changes)
        answer = client.put(f"{API}/lots/{number}", json=body)
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text

    put(receiving, 200, heat_number="HX-9")
    with app.state.database.write() as session:
        session.get_one(Lot, number).on_hand -= Decimal(1)
    put(quality, 200, country_of_melt="SE", certificate="C-9")
    put(quality, 403, "lot.said", heat_number="HX-8")
    put(other, 403, "lot.others", heat_number="HX-9")
    put(as_role(Role.BUYER), 403, "forbidden.role")
    lot = stocked.get(f"{API}/lots/{number}").json()
    assert (lot["heat_number"], lot["country_of_melt"], lot["certificate"]) == ("HX-9", "SE", "C-9")
    with app.state.database.read() as session:
        rows = session.scalars(
            select(MasterChange).where(col(MasterChange.table_name) == "lot").order_by(col(MasterChange.id))
        ).all()
    first, last = [row for row in rows if row.before]
    assert (first.before["heat_number"], first.after["heat_number"]) == (None, "HX-9")
    assert (last.before["certificate"], last.after["certificate"]) == (None, "C-9")
    assert last.actor not in ("", first.actor)


def use(app: FastAPI, amount: Decimal) -> str:
    with app.state.database.write() as session:
        lot = session.get_one(Lot, "20260315-ACME-001")
        assert lot.on_hand == Decimal(1200)
        lot.on_hand -= amount
    return "20260315-ACME-001"
