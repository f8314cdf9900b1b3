"""A trace that begins at a serial number or a certificate, written anyhow; what a job's lots came back as."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from models.domain.authority import Role
from models.domain.commands import Send, SendLine
from models.domain.evidence import DocumentType
from models.queries.shop_floor import dispatches_of_job
from models.tables.lots import Lot
from models.tables.shop_floor import DispatchLineRow, DispatchRow, OutputRow
from models.tables.types import table
from tests.api.conftest import Login
from tests.api.test_trace import names, trace
from tests.domain.asking import accept, arrived, document
from tests.domain.genealogies import link
from tests.domain.orders import NOW, Scene, a_line, a_lot, given, issued
from tests.traced import edge, record_all, tell_story

SERIALS = ("Pin-a1", "Pin-a2", "Pin-a3")


def plated() -> Scene:
    """Three named pieces of J4521-A at ACME, which sent one certificate of two."""
    scene = issued(
        a_line(quantity=3, lots=[("J4521-A", 3)]),
        lots=[a_lot("J4521-A", 3, heat="HX-2")],
        draft={"number": "SO-4", "supplier": "ACME"},
        documents=[DocumentType("coc"), DocumentType("cert_3_1")],
        by_serial=True,
    )
    given(scene, accept(), Send((SendLine(1, Decimal(3), "J4521-A", serials=SERIALS),)), arrived())
    return given(scene, document("coc", number="CoC-77", issuer="ACME", lot="J4521-A"))


@pytest.fixture
def viewer(app: FastAPI, as_role: Login) -> TestClient:
    client = as_role(Role.VIEWER)
    with app.state.database.write() as session:
        tell_story(session)
        record_all(session, plated())
    return client


def test_serials_and_papers_of_orders_are_offered_by_a_part_of_their_name(viewer: TestClient) -> None:
    for typed, expected in (
        ("in-A", [f"serial:{serial}/FLANGE" for serial in SERIALS]),
        ("serial:PIN", [f"serial:{serial}/FLANGE" for serial in SERIALS]),
        ("oc-7", ["certificate:CoC-77/ACME"]),
    ):
        choices = trace(viewer, typed, status=404)["choices"]
        assert [each["identifier"] for each in choices] == expected, typed


def test_pieces_are_found_by_serial_and_by_certificate_in_whatever_letters(viewer: TestClient) -> None:
    for typed, kind, identifier in (
        ("Pin-a2", "serial", "serial:Pin-a2/FLANGE"),
        ("pIN-A2", "serial", "serial:Pin-a2/FLANGE"),
        ("CoC-77", "certificate", "certificate:CoC-77/ACME"),
        ("coC-77", "certificate", "certificate:CoC-77/ACME"),
        ("certificate:CoC-77/ACME", "certificate", "certificate:CoC-77/ACME"),
        ("cOc-77/acme", "certificate", "certificate:CoC-77/ACME"),
        ("Certificate:coc-77/Acme", "certificate", "certificate:CoC-77/ACME"),
        ("pin-A2/flange", "serial", "serial:Pin-a2/FLANGE"),
        ("serial:PIN-a2/Flange", "serial", "serial:Pin-a2/FLANGE"),
        ("SUPPLIER_LOT:m-77/steel", "supplier_lot", "supplier_lot:M-77/STEEL"),
        ("j4521-a", "lot", "lot:J4521-A"),
        ("hX-1", "heat", "heat:HX-1"),
    ):
        root = trace(viewer, typed)["root"]
        assert (root["kind"], root["identifier"]) == (kind, identifier), typed


def test_a_load_is_found_by_its_whole_name_in_whatever_letters(viewer: TestClient) -> None:
    node = next(node["id"] for node in trace(viewer, "HX-1")["nodes"] if node["kind"] == "load")
    for typed in (node, node.upper(), node.partition(":")[2].lower()):
        assert trace(viewer, typed)["root"]["nodes"] == [node], typed


def test_a_piece_leads_to_its_material_and_to_what_is_missing(viewer: TestClient) -> None:
    for typed in ("Pin-a2", "CoC-77"):
        told = trace(viewer, typed, "back")
        assert names(told, "order") == ["SO-4:1:J4521-A"], typed
        assert {"J4521-A", "STEEL-2"} <= set(names(told, "lot")), typed
        assert told["missing"] == [{"order": "SO-4", "supplier": "ACME", "type": "cert_3_1"}], typed
        assert told["answer"]["missing"] == 1, typed
        assert [paper["number"] for paper in told["certificates"]] == ["CoC-77"], typed


def test_a_paper_of_a_lot_and_of_an_order_is_one_certificate(viewer: TestClient) -> None:
    lots = table(Lot)
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        of_ours = update(lots).where(lots.c.number == "STEEL-2")
        session.execute(of_ours.values(certificate="CoC-77", supplier="ACME"))
    told = trace(viewer, "CoC-77", "back")
    assert told["root"]["identifier"] == "certificate:CoC-77/ACME"
    assert told["root"]["nodes"] == ["lot:STEEL-2", "order:SO-4:1:J4521-A"]
    assert [paper["number"] for paper in told["certificates"]] == ["CoC-77", "CoC-77"]


def test_a_job_s_dispatches_are_those_of_its_lots_as_they_came_back(viewer: TestClient) -> None:
    told: dict[str, Any] = {"at": NOW, "recorded_at": NOW, "recorded_by": "u"}
    made = {"part": "FLANGE", "quantity": Decimal(300), "unit": "C62"}
    gone = {"customer": "CONTOSO", "destination": "Oslo", "shipped_on": date(2026, 12, 3)}
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        session.add(OutputRow(id="O-1", work_order="4520", lot="J4520-A", **made, **told))
        # Another job's pieces, with some of this one's in them, leave for that job.
        session.add(DispatchRow(number="D-3", **gone, recorded_at=NOW, recorded_by="u"))
        session.flush()
        session.add(DispatchLineRow(dispatch="D-3", line=1, lot="J4521-A", **made))
        edge(session, link("lot:J4520-B", "consume", "job:4521", 1))
        edge(session, link("lot:J4521-A", "dispatch", "dispatch:D-3", 1))
        session.flush()
        left = dispatches_of_job(session, "4520", cleared=True)
        assert [(row["dispatch"], row["lot"]) for row in left] == [("D-1", "J4520-B"), ("D-2", "J4520-B")]
