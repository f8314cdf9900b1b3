"""A trace, and a recall, of one piece by its serial number: its neighbours are none of it, on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.testclient import TestClient

from models.domain import commands as c
from models.domain.authority import Role
from models.domain.recall_scope import scope_of
from models.domain.trace import Direction
from models.queries.trace_near import named
from models.queries.trace_view import found
from models.tables.lots import Lot
from models.tables.outbox import Outbox
from models.tables.shop_floor import ConsumptionRow, DispatchLineRow, DispatchRow, OutputRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder
from tests.api.conftest import API, Login
from tests.api.test_recalls import contacts, get, post, signed
from tests.api.test_trace import trace
from tests.domain.asking import accept, arrived
from tests.domain.genealogies import link
from tests.domain.orders import NOW, Scene, a_line, a_lot, given, issued
from tests.paper import sheets
from tests.traced import edge, record_all, tell_story

LOT, WORK = "J4521-A", "order:SO-4:1:J4521-A"
SERIALS = tuple(f"Pin-{number}" for number in range(1, 7))
ONE = Decimal(1)


def plated(back_as: str = LOT) -> Scene:
    """Six named pieces out; four came back good, one rejected, one is there still."""
    scene = issued(
        a_line(quantity=6, lots=[(LOT, 6)]),
        lots=[a_lot(LOT, 6, heat="HX-2")],
        draft={"number": "SO-4", "supplier": "ACME"},
        by_serial=True,
    )
    given(scene, accept(), c.Send((c.SendLine(1, Decimal(6), LOT, serials=SERIALS),)), arrived())
    given(scene, c.Ship((c.ShipLine(1, Decimal(5), LOT, serials=SERIALS[:5]),)))
    results = ["accepted"] * 4 + ["rejected"]
    each = tuple(c.ReceivedSerial(name, result) for name, result in zip(SERIALS, results, strict=False))
    line = c.ReceiveLine(1, Decimal(5), Decimal(4), Decimal(1), LOT, output_lot=back_as, serials=each)
    return given(scene, c.Receive((line,), parcel="SO-4-P1"))


def gone(session: Any, number: str, lot: str, *serials: str, part: str = "FLANGE", some: int = 0) -> None:
    way: dict[str, Any] = {"customer": "NORTHWIND", "destination": "Oslo", "shipped_on": date(2026, 12, 1)}
    session.add(DispatchRow(number=number, **way, recorded_at=NOW, recorded_by="u"))
    session.flush()
    count = Decimal(some or len(serials))
    told: dict[str, Any] = {"lot": lot, "part": part, "part_revision": "B", "quantity": count, "unit": "C62"}
    session.add(DispatchLineRow(dispatch=number, line=1, **told, serials=list(serials)))
    edge(session, link(f"lot:{lot}", "dispatch", f"dispatch:{number}", int(count)))


@pytest.fixture
def quality(app: FastAPI, as_role: Login) -> TestClient:
    """Two of the good ones left together."""
    client = as_role(Role.QUALITY)
    lots = table(Lot)
    with app.state.database.write() as session:
        tell_story(session)
        record_all(session, plated())
        session.execute(update(lots).where(lots.c.number == LOT).values(quantity=100, on_hand=2))
        gone(session, "D-9", LOT, *SERIALS[:2])
    return client


def scope(client: TestClient, identifier: str) -> Any:
    with client.app.state.database.snapshot() as session:  # type: ignore[attr-defined]
        traced = found(session, named(session, identifier, cleared=True)[0], Direction.BOTH, cleared=True)
    return scope_of(traced.view, traced.trace.ahead)


def test_a_trace_of_one_piece_counts_that_piece_and_names_no_other(quality: TestClient) -> None:
    told = trace(quality, "Pin-1")
    (row,) = told["customers"]
    assert (row["dispatch"], row["quantity"], row["serials"]) == ("D-9", "1", ["Pin-1"])
    assert "at_most" not in row
    assert told["answer"]["dispatched"] == [{"part": "FLANGE", "quantity": "1", "unit": "C62"}]
    most = {node["id"]: node["at_most"] for node in told["nodes"] if "at_most" in node}
    assert {most[f"lot:{LOT}"], most[WORK], *most.values()} == {"1"}
    for each in told["edges"]:
        if {each["from"], each["to"]} <= {f"lot:{LOT}", WORK, "dispatch:D-9"}:
            assert each.get("at_most", each["quantity"]) == "1", each
    rows = quality.get(f"{API}/trace/Pin-1.csv").text
    assert "Pin-2" not in rows
    text = "".join(page.text for page in sheets(quality.get(f"{API}/trace/Pin-1.pdf").content))
    assert "Pin-2" not in text
    assert "1 customer · 1 pc of FLANGE" in text


@pytest.mark.parametrize(
    ("serial", "here", "opened", "held_by", "on_hand"),
    [
        # It left with another one, lies here with another one, is rejected, or is at its supplier.
        ("Pin-1", [], [], [], "0"),
        ("Pin-3", ["1"], [], [], "1"),
        ("Pin-5", ["1"], ["1"], [[LOT]], "0"),
        ("Pin-6", ["1"], ["1"], [[LOT]], "0"),
    ],
)
def test_a_recall_of_one_piece_reaches_that_piece(
    quality: TestClient,
    serial: str,
    here: list[str],
    opened: list[str],
    held_by: list[list[str]],
    on_hand: str,
) -> None:
    told = scope(quality, serial)
    assert [str(row["quantity"]) for row in told["answer"]["here"]] == here
    assert [str(row["quantity"]) for row in told["open"]] == opened
    assert [row["held_by"] for row in told["open"]] == held_by
    (lot,) = [row for row in told["lots"] if row["lot"] == LOT]
    assert str(lot["on_hand"]) == on_hand
    assert told["answer"]["customers"] == (serial == "Pin-1")


def test_a_recall_of_a_rejected_piece_holds_the_lot_it_came_back_as(app: FastAPI, as_role: Login) -> None:
    client = as_role(Role.QUALITY)
    with app.state.database.write() as session:
        tell_story(session)
        session.add(Lot(number="BACK", part="FLANGE", quantity=4, uom="C62", on_hand=4, created_at=NOW))
        session.flush()
        record_all(session, plated("BACK"))
    asked = {"identifier": "Pin-5", "reason": "A crack", "drill": False}
    number = post(client, "/recalls", asked, 201)["recall"]
    told = post(client, f"/recalls/{number}/hold", {})
    assert told == {"held": ["BACK"], "failed": [], "not_stopped": []}


def test_the_mail_of_a_recall_of_one_piece_names_no_other(
    app: FastAPI, quality: TestClient, as_role: Login
) -> None:
    contacts(app, "NORTHWIND", "ann@northwind.example")
    asked = {"identifier": "serial:Pin-1", "reason": "A crack", "drill": False}
    number = post(quality, "/recalls", asked, 201)["recall"]
    signed(quality, number)
    post(as_role(Role.APPROVER), f"/recalls/{number}/approve", {"name": "Cy Stone"})
    with app.state.database.read() as session:
        (context,) = session.scalars(
            select(table(Outbox).c.context).where(table(Outbox).c.template == "recall_notice")
        )
    (piece,) = context["pieces"]
    assert (piece["quantity"], piece["serials"]) == ("1", ["Pin-1"])
    pdf = "".join(page.text for page in sheets(quality.get(f"{API}/recalls/{number}.pdf").content))
    assert "Pin-2" not in pdf
    assert "Pin-2" not in quality.get(f"{API}/recalls/{number}.csv").text
    assert get(quality, f"/recalls/{number}")["scope"]["answer"]["sent"][0]["quantity"] == "1"


def test_where_nobody_named_the_pieces_it_is_one_of_them_at_most(app: FastAPI, quality: TestClient) -> None:
    with app.state.database.write() as session:
        gone(session, "D-10", LOT, some=2)
    told = trace(quality, "Pin-3")
    (row,) = told["customers"]
    assert (row["dispatch"], row["quantity"], row["at_most"], row["serials"]) == ("D-10", "2", "1", [])


def test_what_a_piece_went_into_is_found_though_it_has_serials_of_its_own(
    app: FastAPI, quality: TestClient
) -> None:
    told: dict[str, Any] = {"at": NOW, "recorded_at": NOW, "recorded_by": "u"}
    with app.state.database.write() as session:
        used = {"work_order": "WO-1", "lot": LOT, "part": "FLANGE", "quantity": ONE, "unit": "C62"}
        session.add(ConsumptionRow(id="C-9", **used, serials=["Pin-3"], **told))
        pump = {"number": "PUMPS", "part": "PUMP", "quantity": ONE, "uom": "C62", "on_hand": ONE}
        session.add(Lot(**pump, created_at=NOW))
        made = {"work_order": "WO-1", "lot": "PUMPS", "part": "PUMP", "quantity": ONE, "unit": "C62"}
        session.add(OutputRow(id="O-9", **made, serials=["Pump-1"], **told))
        edge(session, link(f"lot:{LOT}", "consume", "job:WO-1", 1))
        edge(session, link("job:WO-1", "process", "lot:PUMPS", 1))
        gone(session, "D-11", "PUMPS", "Pump-1", part="PUMP")
    (row,) = trace(quality, "Pin-3")["customers"]
    assert (row["dispatch"], row["serials"]) == ("D-11", ["Pump-1"])
    assert f"lot:{LOT}" in {node["id"] for node in trace(quality, "Pump-1", "back")["nodes"]}


def made_at(session: Any, job: str, lot: str, *serials: str, some: int) -> None:
    told: dict[str, Any] = {"at": NOW, "recorded_at": NOW, "recorded_by": "u"}
    if session.get(WorkOrder, job) is None:
        of_part = {"part": "FLANGE", "revision": "B", "quantity": Decimal(8), "type": "MTO"}
        session.add(WorkOrder(number=job, **of_part, plant="MAIN", created_at=NOW))
    if session.get(Lot, lot) is None:
        there = {"part": "FLANGE", "quantity": Decimal(some), "uom": "C62", "on_hand": Decimal(some)}
        session.add(Lot(number=lot, **there, created_at=NOW))
    session.flush()
    made = {"work_order": job, "lot": lot, "part": "FLANGE", "quantity": Decimal(some), "unit": "C62"}
    session.add(OutputRow(id=f"{job}-{lot}", **made, serials=list(serials), **told))
    edge(session, link(f"job:{job}", "process", f"lot:{lot}", some), f"{job}-{lot}")


def ways(client: TestClient, serial: str) -> dict[tuple[str, str], tuple[str, str | None]]:
    """How many went each way of a trace, and how many at most can be of it."""
    edges = trace(client, serial)["edges"]
    return {(each["from"], each["to"]): (each["quantity"], each.get("at_most")) for each in edges}


@pytest.mark.parametrize("serial", SERIALS)
def test_all_along_its_own_way_a_piece_is_one(app: FastAPI, quality: TestClient, serial: str) -> None:
    with app.state.database.write() as session:
        made_at(session, "WO-7", LOT, *SERIALS, "Pin-7", "Pin-8", some=8)
        made_at(session, "WO-8", LOT, "Pin-9", some=1)
        made_at(session, "WO-9", LOT, some=3)
    found = ways(quality, serial)
    assert found["job:WO-7", f"lot:{LOT}"] == ("1", None)
    assert found[f"lot:{LOT}", WORK] == ("1", None)
    # Four came back good: the one that was rejected and the one that is there still did not.
    assert found.get((WORK, f"lot:{LOT}")) == (None if serial in SERIALS[4:] else ("1", None))
    # What those jobs made as the lot are others, though nobody named them all.
    assert not {("job:WO-8", f"lot:{LOT}"), ("job:WO-9", f"lot:{LOT}")} & found.keys()


def test_where_nobody_named_what_jobs_made_it_may_be_one_of_any(app: FastAPI, quality: TestClient) -> None:
    """But not of what has names that are all of others."""
    with app.state.database.write() as session:
        made_at(session, "WO-8", LOT, "Pin-9", some=1)
        made_at(session, "WO-9", LOT, some=3)
        made_at(session, "WO-10", LOT, "Pin-10", some=2)
    found = ways(quality, "Pin-3")
    made = {job: most for (job, _), most in found.items() if job.startswith("job:WO-")}
    assert made == {"job:WO-9": ("3", "1"), "job:WO-10": ("2", "1")}
