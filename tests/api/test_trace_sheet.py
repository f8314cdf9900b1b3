"""The CSV of a trace has every edge of the answer, and each once, on both databases."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from models.domain.authority import Role
from models.domain.commands import ConfirmReturn
from models.tables.lots import Lot
from tests.api.conftest import API, Login
from tests.api.test_trace import trace
from tests.api.test_trace_boxes import boxes
from tests.api.test_trace_serials import plated
from tests.domain.asking import dispose, receive, send, ship
from tests.domain.genealogies import link
from tests.domain.orders import NOW, a_line, a_lot, given, issued
from tests.paper import sheets
from tests.traced import BARS, edge, record_all, tell_story

_WAY = ("from", "to", "unit", "how", "parcel", "load", "order", "unsure")
_ROOTS = (
    *("HX-1", "HX-2", BARS, "STEEL-2", "J4520-A", "J4520-B", "J4521-A", "4520", "4521"),
    *("SO-1", "SO-2", "SO-4", "SO-5", "SO-6", "SO-5-P1", "D-1", "D-2", "Pin-1", "Pin-5", "Pin-6"),
    *("CIRCLE-A", "CIRCLE-B"),
)


@pytest.fixture
def viewer(app: FastAPI, as_role: Login) -> TestClient:
    """The story, boxes, pieces with numbers that come back as the same lot, and jobs that lead in a circle."""
    client = as_role(Role.VIEWER)
    with app.state.database.write() as session:
        tell_story(session)
        record_all(session, *boxes(), given(plated(), dispose("SO-4-N1", rework=1)))
        for number in ("CIRCLE-A", "CIRCLE-B"):
            some: dict[str, Any] = {
                "part": "FLANGE",
                "quantity": Decimal(2),
                "uom": "C62",
                "on_hand": Decimal(0),
            }
            session.add(Lot(number=number, **some, created_at=NOW))
            session.flush()
            edge(session, link(f"lot:{number}", "consume", "job:C-1", 2))
            edge(session, link("job:C-1", "process", f"lot:{number}", 2))
    return client


def ways(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted((*(row.get(name) or "" for name in _WAY), row["quantity"]) for row in rows)


@pytest.mark.parametrize("direction", ["back", "forward", "both"])
def test_the_file_of_a_trace_has_each_of_its_edges_once(viewer: TestClient, direction: str) -> None:
    count = 0
    for root in _ROOTS:
        nodes = trace(viewer, root, direction)
        answer = viewer.get(f"{API}/trace/{root}.csv", params={"direction": direction})
        rows = list(csv.DictReader(answer.text.removeprefix("\ufeff").splitlines()))
        assert ways(rows) == ways(nodes["edges"]), root
        count += len(rows)
    assert count > 90


def test_rejects_that_go_back_for_good_are_returned_and_all_are_somewhere(
    app: FastAPI, viewer: TestClient
) -> None:
    work = "order:SO-9:1:L-9"
    order = {"lots": [a_lot("L-9", 100)], "draft": {"number": "SO-9", "supplier": "ACME"}}
    scene = given(issued(a_line(lots=[("L-9", 100)]), **order), send(100), ship(100))
    given(scene, receive(80, rejected=20, output_lot="T-B", parcel="SO-9-P1"))
    given(scene, dispose("SO-9-N1", return_=20), ConfirmReturn("SO-9-N1", Decimal(20)))
    with app.state.database.write() as session:
        for number, some, here in (("L-9", 100, 0), ("T-B", 80, 80)):
            kept = {"quantity": Decimal(some), "on_hand": Decimal(here), "uom": "C62"}
            session.add(Lot(number=number, part="FLANGE", **kept, created_at=NOW))
        session.flush()
        record_all(session, scene)
    for root in ("lot:L-9", "lot:T-B", "order:SO-9"):
        told = trace(viewer, root)
        again = [each for each in told["edges"] if each["from"] == "lot:T-B"]
        assert [(each["how"], each["to"], each["quantity"]) for each in again] == [("return", work, "20")]
        assert told["answer"]["unexplained"] == []
        assert sum(int(row["returned"]) for row in told["balance"]) == 20
    paper = "".join(each.text for each in sheets(viewer.get(f"{API}/trace/order:SO-9.pdf").content))
    assert "rejected, returned to the supplier" in paper
    assert "to rework" not in paper
