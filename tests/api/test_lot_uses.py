"""What used a lot: jobs, order lines and dispatches, the newest first, on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from models.domain.authority import Role
from models.tables.orders import OrderRow
from models.tables.shop_floor import DispatchLineRow, DispatchRow
from models.tables.types import table
from tests.api.conftest import API, Login
from tests.domain.genealogies import link
from tests.domain.orders import NOW
from tests.traced import BARS, edge, tell_story


@pytest.fixture
def viewer(app: FastAPI, as_role: Login) -> TestClient:
    client = as_role(Role.VIEWER)
    with app.state.database.write() as session:
        tell_story(session)
    return client


def uses(client: TestClient, lot: str, **asked: Any) -> Any:
    answer = client.get(f"{API}/lots/{lot}/uses", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(found: Any) -> list[tuple[Any, ...]]:
    return [(use["kind"], use["number"], use["line"], use["how"], use["quantity"]) for use in found["items"]]


def test_a_lot_tells_what_used_it_and_how_much(viewer: TestClient) -> None:
    assert told(uses(viewer, BARS)) == [("work_order", "4520", None, "consume", "2")]
    [sent] = uses(viewer, "J4520-A")["items"]
    assert (sent["kind"], sent["line"], sent["how"], sent["quantity"], sent["unit"]) == (
        *("order", 1, "ship"),
        *("300", "C62"),
    )
    # When its order was told that it left.
    assert sent["at"] is not None
    found = uses(viewer, "J4520-B")
    assert [use for use in told(found) if use[0] == "dispatch"] == [
        ("dispatch", "D-2", None, "dispatch", "50"),
        ("dispatch", "D-1", None, "dispatch", "200"),
    ]
    assert found["count"] == len(found["items"])
    assert found["items"][0]["at"] == date(2026, 12, 1).isoformat()


def test_the_uses_come_in_pages_the_newest_first_without_what_was_taken_back(
    app: FastAPI, viewer: TestClient
) -> None:
    with app.state.database.write() as session:
        for number in range(1, 6):
            edge(session, link(f"lot:{BARS}", "consume", f"job:LATER-{number}", number))
        edge(session, link(f"lot:{BARS}", "consume", "job:LATER-3", -3))
    names = []
    cursor: str | None = ""
    while cursor is not None:
        found = uses(viewer, BARS, limit=2, **({"cursor": cursor} if cursor else {}))
        assert found["count"] == 5
        names += [use["number"] for use in found["items"]]
        cursor = found["next"]
    assert names == ["LATER-5", "LATER-4", "LATER-2", "LATER-1", "4520"]
    assert viewer.get(f"{API}/lots/{BARS}/uses?cursor=x").json()["code"] == "cursor.invalid"
    assert viewer.get(f"{API}/lots/NO-LOT/uses").status_code == 404


def test_uses_that_only_cleared_people_know_of_are_neither_told_nor_counted(
    app: FastAPI, viewer: TestClient, as_role: Login
) -> None:
    part = {"number": "SECRET-1", "revision": "A", "uom": "C62", "export_controlled": True}
    admin = as_role(Role.ADMIN, cleared=True)
    assert admin.post(API + "/parts", json=part).status_code == 201
    orders = table(OrderRow)
    with app.state.database.write() as session:
        session.execute(update(orders).values(export_controlled=True))
        session.add(
            DispatchRow(
                number="D-9",
                customer="X",
                destination="Y",
                shipped_on=date(2026, 12, 2),
                recorded_at=NOW,
                recorded_by="u",
                export_controlled=True,
            )
        )
        session.flush()
        session.add(
            DispatchLineRow(
                dispatch="D-9", line=1, lot="J4520-B", part="SECRET-1", quantity=Decimal(1), unit="C62"
            )
        )
        edge(session, link("lot:J4520-B", "dispatch", "dispatch:D-9", 1))
    assert uses(viewer, "J4520-A") == {"items": [], "next": None, "count": 0}
    assert [use[1] for use in told(uses(viewer, "J4520-B"))] == ["D-2", "D-1"]
    assert told(uses(admin, "J4520-B"))[0][1] == "D-9"
