"""A parent's and a project's sums are those of the orders of all work orders below, on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from api.routes.projects import family_of, project_of
from models import drafts
from models.db import Database
from models.domain import commands as c
from models.domain.errors import Unknown
from models.domain.facts import Draft, DraftLine
from models.queries.orders import Reader
from models.settings import Settings
from models.tables.orders import LineRow, OrderRow
from models.tables.parts import Part
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder
from tests.activities.test_apply import NOW, Shop

D = Decimal
CLEARED, OTHERS = Reader((), cleared=True), Reader((), cleared=False)


@pytest.fixture
def shop(database: Database, settings: Settings) -> Shop:
    return Shop(database, settings)


def child(
    shop: Shop, number: str, parent: str, *, part: str = "FLANGE", price: str = "0.85", currency: str = "USD"
) -> str:
    """A work order below another one, with an order that has sent 10 and got 4 back, of which 3 are good."""
    with shop.database.write() as session:
        session.add(
            WorkOrder(
                number=number,
                parent=parent,
                project="P-7",
                type="MTO",
                part=part,
                revision="B",
                quantity=D(10),
                created_at=NOW,
            )
        )
        session.flush()
        session.add(Operation(work_order=number, sequence=30, kind="outside", process="PLATE", spec="B633"))
        session.flush()
        line = DraftLine(1, number, 30, D(10), D(price), currency)
        draft = Draft("", "MAIN", "u_1", "ACME", "PLATE", "", "", date(2026, 4, 16), lines=(line,))
        order = drafts.create(session, draft, NOW).number
    for command in (
        c.Issue(),
        c.Acknowledge("accept"),
        c.Send((c.SendLine(1, D(10)),)),
        c.Receive((c.ReceiveLine(1, counted=D(4), accepted=D(3), rejected=D(1)),), additional=True),
    ):
        assert shop.apply(shop.save(command, order=order)).status == "applied"
    return order


def family(shop: Shop, number: str, reader: Reader = CLEARED) -> Any:
    with shop.database.read() as session:
        return family_of(session, reader, number, NOW)["family"]


def project(shop: Shop, name: str, reader: Reader = CLEARED) -> Any:
    with shop.database.read() as session:
        return project_of(session, reader, name, NOW)


def test_children_and_grandchildren_are_summed_with_their_parent(shop: Shop) -> None:
    red = child(shop, "WO-RED", "WO")
    small = child(shop, "WO-RED-S", "WO-RED", price="2.00", currency="EUR")
    whole = family(shop, "WO")
    assert [each["number"] for each in whole["work_orders"]] == ["WO", "WO-RED", "WO-RED-S"]
    [plated] = whole["totals"]
    # The shop's own draft orders nothing yet.
    assert plated["orders"] == [red, small]
    assert (plated["ordered"], plated["sent"], plated["accepted"], plated["rejected"]) == (20, 20, 6, 2)
    assert [(each["currency"], each["ordered"], each["accepted"]) for each in whole["costs"]] == [
        ("EUR", D("20.00"), D("6.00")),
        ("USD", D("8.50"), D("2.55")),
    ]
    assert [each["number"] for each in family(shop, "WO-RED")["work_orders"]] == ["WO-RED", "WO-RED-S"]
    assert family(shop, "WO-RED-S")["totals"][0]["accepted"] == 3


def test_a_project_is_its_work_orders_with_all_below_them(shop: Shop) -> None:
    child(shop, "WO-RED", "WO")
    assert [each["number"] for each in project(shop, "P-7")["work_orders"]] == ["WO-RED"]
    with shop.database.write() as session:
        session.execute(update(table(WorkOrder)).where(table(WorkOrder).c.number == "WO").values(project="P"))
    assert [each["number"] for each in project(shop, "P")["work_orders"]] == ["WO", "WO-RED"]
    with pytest.raises(Unknown):
        project(shop, "NONE")


def test_a_cancelled_order_orders_nothing_and_has_what_it_has(shop: Shop) -> None:
    order = child(shop, "WO-RED", "WO")
    with shop.database.write() as session:
        session.execute(
            update(table(OrderRow)).where(table(OrderRow).c.number == order).values(stage="cancelled")
        )
        session.execute(
            update(table(LineRow)).where(table(LineRow).c.order_number == order).values(still_ordered=0)
        )
    [plated] = family(shop, "WO")["totals"]
    assert (plated["ordered"], plated["sent"], plated["accepted"]) == (0, 10, 3)


def test_a_circle_of_parents_is_counted_once(shop: Shop) -> None:
    child(shop, "WO-RED", "WO")
    with shop.database.write() as session:
        jobs = table(WorkOrder)
        session.execute(update(jobs).where(jobs.c.number == "WO").values(parent="WO-RED"))
    assert family(shop, "WO")["totals"][0]["accepted"] == 3
    assert family(shop, "WO-RED")["totals"][0]["accepted"] == 3


def test_controlled_parts_are_in_the_sums_of_cleared_people_only(shop: Shop) -> None:
    with shop.database.write() as session:
        session.add(Part(number="SECRET", revision="B", uom="C62", export_controlled=True, created_at=NOW))
    child(shop, "WO-RED", "WO")
    with shop.database.write() as session:
        jobs = table(WorkOrder)
        session.execute(update(jobs).where(jobs.c.number == "WO-RED").values(part="SECRET"))
    assert [each["number"] for each in family(shop, "WO")["work_orders"]] == ["WO", "WO-RED"]
    hidden = family(shop, "WO", OTHERS)
    assert [each["number"] for each in hidden["work_orders"]] == ["WO"]
    assert (hidden["totals"], hidden["costs"]) == ([], [])
    with pytest.raises(Unknown):
        project(shop, "P-7", OTHERS)
