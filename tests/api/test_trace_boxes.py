"""A trace that begins at a box, and at what is called like an address of something else, on both databases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from models.domain.authority import Role
from models.domain.commands import Correct
from models.domain.events import ParcelShipped
from models.domain.scanned import read
from models.queries import scanning
from models.queries.orders import Reader
from models.tables.lots import Lot
from models.tables.orders import OrderRow
from models.tables.types import table
from tests.api.conftest import Login
from tests.api.test_trace import names, trace
from tests.domain.asking import accept, arrived, receive, send, ship
from tests.domain.orders import NOW, Scene, a_line, a_lot, given, issued
from tests.traced import record_all, tell_story


def boxes() -> tuple[Scene, Scene]:
    """ACME has three boxes on the way, one of them corrected away, and offers FORGE ten pieces."""
    draft = {"number": "SO-5", "supplier": "ACME"}
    lots = [a_lot("J4521-A", 100, heat="HX-2")]
    acme = given(
        issued(a_line(lots=[("J4521-A", 100)]), lots=lots, draft=draft), accept(), send(100), arrived()
    )
    given(acme, ship(40), receive(20, pending=15, parcel="SO-5-P1", output_lot="J4521-B"))
    given(acme, ship(20), ship(5))
    given(acme, Correct(acme.sequence(ParcelShipped), "Still here"))
    line = replace(a_line(quantity=10, lots=[]), operation=40)
    forge = given(issued(line, lots=[], draft={"number": "SO-6", "supplier": "FORGE"}), accept()).beside(acme)
    acme.when(replace(ship(10, carrier="Road"), to_order="SO-6"), others=[forge]).then()
    return acme, forge


@pytest.fixture
def viewer(app: FastAPI, as_role: Login) -> TestClient:
    client = as_role(Role.VIEWER)
    with app.state.database.write() as session:
        tell_story(session)
        record_all(session, *boxes())
    return client


def test_boxes_are_offered_by_a_part_of_their_name(viewer: TestClient) -> None:
    parcel, transfer = (
        trace(viewer, "5-p", status=404)["choices"],
        trace(viewer, "5-T", status=404)["choices"],
    )
    assert [each["identifier"] for each in parcel] == [f"parcel:SO-5-P{each}" for each in (1, 2, 3)]
    assert [(each["identifier"], each["of"]) for each in transfer] == [("transfer:SO-5-T1", "SO-5 → SO-6")]


def begun(client: TestClient, typed: str) -> tuple[str, str, list[str]]:
    root = trace(client, typed)["root"]
    return root["kind"], root["value"], root["nodes"]


ACME = "order:SO-5:1:J4521-A"


@pytest.mark.parametrize(
    ("typed", "name", "nodes"),
    [
        # Booked in, all of it or some; on its way; never sent.
        ("SO-2-P1", "SO-2-P1", ["lot:J4520-B"]),
        ("so-2-p2", "SO-2-P2", ["lot:J4520-B"]),
        ("parcel:SO-5-P1", "SO-5-P1", ["lot:J4521-B", ACME]),
        ("SO-5-P2", "SO-5-P2", [ACME]),
        ("SO-5-P3", "SO-5-P3", [ACME]),
    ],
)
def test_a_parcel_is_what_it_was_booked_in_as_and_what_is_still_in_it(
    viewer: TestClient, typed: str, name: str, nodes: list[str]
) -> None:
    assert begun(viewer, typed) == ("parcel", name, nodes)


def test_a_parcel_leads_to_its_material_and_to_who_got_it(viewer: TestClient) -> None:
    told = trace(viewer, "SO-2-P1")
    assert names(told, "dispatch") == ["D-1", "D-2"]
    assert "20260315-STEEL-001" in names(told, "lot")
    # On its way, it came from the lot sent, and not all that became of that is of the box.
    told = trace(viewer, "SO-5-P2")
    assert {"J4521-A", "STEEL-2"} <= set(names(told, "lot"))


def test_of_a_box_it_says_how_many_pieces_each_customer_can_have_at_most(viewer: TestClient) -> None:
    """298 pieces of three boxes became one lot, of which Northwind got 200 and Contoso 50."""
    for typed, expected in (
        # 200 in the first box; 96 in the second; 10 of these again in the third.
        ("SO-2-P1", {"NORTHWIND": "200", "CONTOSO": "50"}),
        ("SO-2-P2", {"NORTHWIND": "96", "CONTOSO": "50"}),
        ("SO-1-T1", {"NORTHWIND": "150", "CONTOSO": "50"}),
        ("SO-1-T2", {"NORTHWIND": "148", "CONTOSO": "50"}),
    ):
        told = trace(viewer, typed, "forward")
        assert {row["customer"]: row.get("at_most") for row in told["customers"]} == expected, typed
    assert told["answer"]["dispatched"] == [
        {"part": "FLANGE", "quantity": "250", "unit": "C62", "at_most": "148"}
    ]
    assert {node["id"]: node["at_most"] for node in told["nodes"] if "at_most" in node} == {
        "order:SO-2:1:J4520-A": "148",
        "lot:J4520-B": "148",
        "dispatch:D-1": "148",
    }
    # Of the only one of its kind, all are.
    whole = trace(viewer, "lot:J4520-B", "forward")
    assert not any("at_most" in row for row in whole["customers"])


def test_what_goes_straight_on_is_with_the_next_order_once_that_took_it(viewer: TestClient) -> None:
    assert begun(viewer, "SO-1-T1") == ("transfer", "SO-1-T1", ["order:SO-2:1:J4520-A"])
    assert begun(viewer, "transfer:so-5-t1") == ("transfer", "SO-5-T1", [ACME])
    assert "SO-1:1:J4520-A" in names(trace(viewer, "SO-1-T1", "back"), "order")


def test_what_goes_straight_on_is_looked_at_where_it_goes(app: FastAPI, viewer: TestClient) -> None:
    with app.state.database.write() as session:
        for typed in ("SO-1-T1", "so-1-t1"):
            (match,) = scanning.found(session, read(typed), Reader((), cleared=False))
            assert (match.what, match.value, match.number, match.about) == (
                "transfer",
                "SO-1-T1",
                "SO-2",
                "SO-1",
            )
        session.execute(update(table(OrderRow)).values(export_controlled=True))
        assert list(scanning.found(session, read("SO-1-T1"), Reader((), cleared=False))) == []
        assert len(scanning.found(session, read("SO-1-T1"), Reader((), cleared=True))) == 1


def test_a_name_with_a_colon_is_found_though_it_begins_like_a_kind(app: FastAPI, viewer: TestClient) -> None:
    shelved(app, "lot:zz", "order:SO-1", "lot:J4520-B", "parcel:7")
    # Nothing of the kind has the rest.
    for typed in ("lot:zz", "LOT:ZZ", "lot:lot:zz", "parcel:7"):
        name = "parcel:7" if "7" in typed else "lot:zz"
        assert begun(viewer, typed) == ("lot", name, [f"lot:{name}"]), typed
    # Something has, and something is called so: either has an address of its own.
    for typed, kind, value in (("order:SO-1", "order", "SO-1"), ("lot:J4520-B", "lot", "J4520-B")):
        choices = trace(viewer, typed, status=300)["choices"]
        assert [(each["identifier"], each["value"]) for each in choices] == [
            (f"{kind}: {value}", value),
            (f"lot:{typed}", typed),
        ]
        for choice in choices:
            assert begun(viewer, choice["identifier"])[1] == choice["value"]
    assert trace(viewer, "order:NONE", status=404)["code"] == "trace.unknown"
    # An address stays short where nothing else is called so.
    assert trace(viewer, "order: SO-2")["root"]["identifier"] == "order:SO-2"


def shelved(app: FastAPI, *numbers: str) -> None:
    with app.state.database.write() as session:
        for number in numbers:
            some: dict[str, Any] = {"quantity": Decimal(1), "on_hand": Decimal(1), "uom": "C62"}
            session.add(Lot(number=number, part="FLANGE", part_revision="B", created_at=NOW, **some))
