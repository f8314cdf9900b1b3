"""Labels as PDF: printed, scanned again, and refused to who may not have them."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api import pdf
from models.domain.authority import Role
from tests.api.conftest import API, LOT, PART, Login
from tests.paper import Sheet, sheets

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GTIN = "09506000134352"
HERE = "http://127.0.0.1:8000"
FIRST = "20260315-ACME-001"


@pytest.fixture
def stocked(stocked: TestClient) -> TestClient:
    """One of everything, the part with a GTIN."""
    part = PART | {"gtin": GTIN}
    assert stocked.put(API + f"/parts/{part['number']}/{part['revision']}", json=part).status_code == 200
    return stocked


def printed(client: TestClient, path: str, **asked: Any) -> list[Sheet]:
    answer = client.get(API + path, params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return sheets(answer.content)


def order(client: TestClient) -> str:
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 1200}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2026-12-18", "purchase_order": "PO-7"}
    return str(client.post(API + "/orders", json=body | {"lines": [line]}).json()["number"])


def test_a_lots_label_is_a_digital_link_and_says_the_same_for_people(stocked: TestClient) -> None:
    (sheet,) = printed(stocked, f"/lots/{FIRST}/label.pdf")
    assert (sheet.wide, sheet.high) == (62, 29)
    assert [symbol.text for symbol in sheet.symbols] == [f"{HERE}/01/{GTIN}/10/{FIRST}"]
    for said in ("Lot", FIRST, "Part FLANGE-DN50", "Quantity 1,200 pcs", "Heat HX-1", "ACME A-77"):
        assert said in sheet.text
    assert f"(01){GTIN}(10){FIRST}" in sheet.text.replace(" ", "")


def test_the_label_of_a_lot_on_hold_says_so_first(stocked: TestClient) -> None:
    held = stocked.post(f"{API}/lots/{FIRST}/hold", json={"reason": "Wrong melt"})
    assert held.status_code == 200, held.text
    (sheet,) = printed(stocked, f"/lots/{FIRST}/label.pdf")
    assert "Lot on hold Wrong melt" in sheet.text


@pytest.mark.parametrize("number", ["批-1", "A-LOT-NUMBER-LONGER-THAN-GS1-HAS-ROOM-FOR"])
def test_a_lot_gs1_cannot_name_has_our_own_address(stocked: TestClient, number: str) -> None:
    assert stocked.post(API + "/lots", json=LOT | {"number": number}).status_code == 201
    (sheet,) = printed(stocked, f"/lots/{quote(number)}/label.pdf", paper="100x50")
    assert (sheet.wide, sheet.high) == (100, 50)
    assert [symbol.text for symbol in sheet.symbols] == [f"{HERE}/l/{quote(number)}"]


def test_the_label_of_an_order_says_who_does_what_to_which_parts(stocked: TestClient) -> None:
    number = order(stocked)
    (sheet,) = printed(stocked, f"/orders/{number}/label.pdf", paper="100x50")
    assert [symbol.text for symbol in sheet.symbols] == [f"{HERE}/o/{number}"]
    for said in (number, "Acme Plating", "Zinc plating", "FLANGE-DN50 B · 1,200 pcs", "2026-12-18", "PO-7"):
        assert said in sheet.text


def test_a_sheet_goes_on_at_its_first_free_label(stocked: TestClient) -> None:
    asked = {"lot": [FIRST], "order": [order(stocked)], "paper": "a4-24", "first": 23, "copies": 2}
    first, second = printed(stocked, "/labels.pdf", **asked)
    assert (first.wide, first.high) == (210, 297)
    assert [f"{round(each.left)} {round(each.top)}" for each in first.symbols] == ["87 275", "158 275"]
    assert [each.text[-3:] for each in first.symbols + second.symbols] == ["001"] * 4
    assert [f"{round(each.left)} {round(each.top)}" for each in second.symbols] == ["17 22", "88 22"]
    assert "/01/" in first.symbols[0].text
    assert "/o/" in second.symbols[0].text


def test_a_label_is_in_the_language_of_who_prints_it(stocked: TestClient, as_role: Login) -> None:
    (sheet,) = printed(as_role(Role.RECEIVING, locale="zh"), f"/lots/{FIRST}/label.pdf")
    assert "零件 FLANGE-DN50" in sheet.text
    assert "批次" in sheet.text


def test_the_same_label_is_the_same_file(stocked: TestClient) -> None:
    path = API + f"/lots/{FIRST}/label.pdf"
    assert stocked.get(path).content == stocked.get(path).content


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("/labels.pdf", "labels.none", 422),
        (f"/lots/{FIRST}/label.pdf?paper=a4-24&first=25", "labels.first", 422),
        (f"/lots/{FIRST}/label.pdf?first=2", "labels.first", 422),
        (f"/lots/{FIRST}/label.pdf?copies=241", "labels.many", 422),
        ("/lots/NONE/label.pdf", "lot.unknown", 404),
        ("/orders/NONE/label.pdf", "order.unknown", 404),
        ("/parcels/NONE/label.pdf", "parcel.unknown", 404),
        (f"/labels.pdf?lot={FIRST}&parcel=NONE", "parcel.unknown", 404),
    ],
)
def test_what_cannot_be_printed_is_refused(stocked: TestClient, path: str, code: str, status: int) -> None:
    answer = stocked.get(API + path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_labels_are_for_receiving_and_buyers(stocked: TestClient, as_role: Login) -> None:
    for role, status in ((Role.RECEIVING, 200), (Role.BUYER, 200), (Role.QUALITY, 403), (Role.VIEWER, 403)):
        assert as_role(role).get(API + f"/lots/{FIRST}/label.pdf").status_code == status


def test_a_controlled_part_has_no_label_for_who_is_not_cleared(stocked: TestClient, as_role: Login) -> None:
    secret = PART | {"number": "SEEKER", "export_controlled": True, "gtin": None}
    assert stocked.post(API + "/parts", json=secret).status_code == 201
    cleared = as_role(Role.RECEIVING, Role.BUYER, cleared=True)
    assert cleared.post(API + "/lots", json=LOT | {"number": "S-1", "part": "SEEKER"}).status_code == 201
    path = API + "/lots/S-1/label.pdf"
    assert as_role(Role.RECEIVING).get(path).json()["code"] == "lot.unknown"
    assert cleared.get(path).status_code == 200


def test_a_server_without_pango_says_so(stocked: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    pdf._drawn_with.cache_clear()
    answer = stocked.get(API + f"/lots/{FIRST}/label.pdf")
    assert (answer.status_code, answer.json()["code"]) == (503, "pdf.unavailable")


def test_a_small_label_says_whole_what_lies_before_it(stocked: TestClient) -> None:
    """Three in a row on A4: beside the symbol there is room for a few letters a line."""
    number = order(stocked)
    (sheet,) = printed(stocked, f"/orders/{number}/label.pdf", paper="a4-24")
    assert "FLANGE-DN50 B · 1,200 pcs" in sheet.text
    assert "…" not in sheet.text
    held = stocked.post(f"{API}/lots/{FIRST}/hold", json={"reason": "RC-2026-00017: the wrong melt"})
    assert held.status_code == 200, held.text
    (sheet,) = printed(stocked, f"/lots/{FIRST}/label.pdf", paper="a4-24")
    assert "Lot on hold RC-2026-00017: the wrong melt" in sheet.text
    assert "Part FLANGE-DN50" in sheet.text


def test_a_reason_that_no_label_has_room_for_is_cut_where_it_says_so(stocked: TestClient) -> None:
    held = stocked.post(f"{API}/lots/{FIRST}/hold", json={"reason": "The melt is wrong, it seems. " * 20})
    assert held.status_code == 200, held.text
    (sheet,) = printed(stocked, f"/lots/{FIRST}/label.pdf", paper="a4-24")
    assert "Lot on hold The melt is wrong, it seems. The melt" in sheet.text
    assert "…" in sheet.text
    assert "Part FLANGE-DN50" in sheet.text
