"""Money over HTTP: terms frozen at issue, the cost of an order, and what finance is handed."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from temporalio.testing import WorkflowEnvironment

from api.sheets import cell
from models.codec import load_order
from models.domain.authority import Role
from models.settings import Settings
from models.tables.orders import OrderRow
from models.tables.payables import PayableRow
from models.tables.projection import project
from tests.stories import BEHALF, LOT, draft, issued, master_data
from tests.systems import System, running

TERMS = {
    "process": "PLATE",
    "price": "0.95",
    "minimum": "40",
    "lot_charge": "12.50",
    "reject_charge": "1.25",
    "currency": "USD",
    "valid_from": "2020-01-01",
}


@pytest.fixture
async def system(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        await system.post(Role.BUYER, "/suppliers/ACME/terms", TERMS, status=201)
        yield system


async def received(system: System, *, rejected: int = 0, **fields: Any) -> str:
    """An order of twenty, all of them back."""
    number = await issued(system, quantity=20, **fields)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 20}])
    shipped = [{"line": 1, "quantity": 20}]
    made = await system.command(Role.BUYER, number, "ship", lines=shipped, on_behalf_of=BEHALF)
    counted = [{"line": 1, "counted": 20, "accepted": 20 - rejected, "rejected": rejected}]
    slip = {"parcel": made["parcel"], "packing_slip": "PS-7"}
    found = await system.command(Role.RECEIVING, number, "receive", lines=counted, **slip)
    if rejected:
        await system.command(
            Role.QUALITY,
            number,
            "disposition",
            nonconformance=found["nonconformance"],
            lines=[{"quantity": rejected, "decision": "scrap"}],
            responsibility="supplier",
        )
    return number


async def closed(system: System, **fields: Any) -> str:
    number = await received(system, **fields)
    await system.command(Role.BUYER, number, "close")
    return number


def line(**fields: Any) -> dict[str, Any]:
    return {"work_order": "WO-3201", "operation": 30, "quantity": 20, **fields}


async def test_a_line_without_a_price_takes_that_of_the_terms_and_keeps_them(system: System) -> None:
    lines = [line(), line(line=2, unit_price="0"), line(line=3, unit_price="2", basis="lot")]
    other = await draft(system, lines=[line(currency="EUR")])
    assert (await system.get(f"/orders/{other}"))["lines"][0]["unit_price"] is None
    number = await draft(system, lines=lines)
    shown = (await system.get(f"/orders/{number}"))["lines"]
    assert [(each["unit_price"], each["basis"]) for each in shown] == [
        ("0.95", "piece"),
        ("0", "piece"),
        ("2", "lot"),
    ]
    edited = await system.login(Role.BUYER).patch(f"/api/v1/orders/{number}", json={"lines": [line()]})
    assert edited.json()["lines"][0]["unit_price"] == "0.95"
    order = await system.command(Role.BUYER, number, "issue")
    (frozen,) = order["lines"]
    assert (frozen["terms"]["minimum"], frozen["terms"]["currency"]) == ("40", "USD")
    place = f"/api/v1/suppliers/ACME/terms/{frozen['terms']['terms']}"
    dearer = await system.login(Role.BUYER).put(place, json=TERMS | {"minimum": "400"})
    assert dearer.status_code == 200
    assert (await system.get(f"/orders/{number}"))["lines"][0]["terms"]["minimum"] == "40"


async def test_the_cost_is_an_estimate_until_the_order_ends_and_then_settled(system: System) -> None:
    number = await received(system, rejected=2)
    estimate = (await system.get(f"/orders/{number}"))["cost"]
    assert (estimate["state"], estimate["total"], estimate["settled_at"]) == ("estimate", "37.50", None)
    assert (estimate["ordered"], estimate["accepted"]) == ("17.00", "15.30")
    assert [(item["kind"], item["quantity"], item["amount"]) for item in estimate["items"]] == [
        ("price", "18", "15.30"),
        ("lot_charge", "1", "12.50"),
        ("minimum", "1", "12.20"),
        ("rejects", "2", "-2.50"),
    ]
    assert estimate["per_piece"] == "2.0833"
    await system.command(Role.BUYER, number, "close")
    settled = (await system.get(f"/orders/{number}"))["cost"]
    assert (settled["state"], settled["total"]) == ("settled", "37.50")
    assert settled["settled_at"] is not None
    assert [item["amount"] for item in settled["items"]] == [item["amount"] for item in estimate["items"]]
    assert settled["items"][3]["nonconformance"] == f"{number}-N1"
    events = (await system.get(f"/orders/{number}/events"))["items"]
    assert events[-1]["type"] == "order_settled"


async def test_the_estimate_counts_the_days_late_until_now_and_says_so(system: System) -> None:
    late = {"late_per_day": "3", "minimum": "0", "valid_from": "2021-01-01"}
    await system.post(Role.BUYER, "/suppliers/ACME/terms", TERMS | late, status=201)
    number = await issued(system, quantity=20)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    lines = [{"line": 1, "lot": LOT, "quantity": 20}]
    sent = await system.command(Role.RECEIVING, number, "send", lines=lines)
    assert sent["cost"]["items"] == []
    today, system.app.state.clock = system.app.state.clock, lambda: today() + timedelta(days=365)
    cost = (await system.get(f"/orders/{number}"))["cost"]
    ((item,), cancelled) = cost["items"], cost["if_cancelled"]
    assert (item["kind"], item["so_far"], item["received"], item["rate"]) == ("late", True, None, "-3")
    assert float(item["quantity"]) > 200
    assert (cost["total"], cancelled["total"]) == (item["amount"], item["amount"])
    (family,) = (await system.get("/work-orders/WO-3201"))["family"]["costs"]
    assert family["total"] == item["amount"]


async def test_finance_gets_every_charge_with_the_receipts_that_prove_it(system: System) -> None:
    number = await closed(system, rejected=2)
    answer = await system.get("/payables", Role.FINANCE)
    price, *others = answer["items"]
    assert {
        name: price[name] for name in ("order", "line", "supplier", "purchase_order", "part", "kind")
    } == {
        "order": number,
        "line": 1,
        "supplier": "ACME",
        "purchase_order": "PO-7781",
        "part": "FLANGE-DN50",
        "kind": "price",
    }
    assert (price["pieces"], price["quantity"], price["rate"], price["basis"]) == (
        "18",
        "18",
        "0.85",
        "piece",
    )
    assert (price["amount"], price["currency"], price["adjustment"]) == ("15.30", "USD", False)
    (proof,) = price["receipts"]
    assert (proof["receipt"], proof["packing_slip"]) == (f"{number}-R1", "PS-7")
    assert proof["parcels"] == [f"{number}-P1"]
    assert (proof["at"][-1], price["settled_at"][-1]) == ("Z", "Z")
    assert [item["kind"] for item in others] == ["lot_charge", "minimum", "rejects"]
    assert answer["totals"] == [{"currency": "USD", "amount": "37.50", "orders": 1}]


async def test_a_period_has_its_first_and_last_day_and_every_currency_its_own_total(system: System) -> None:
    one = await closed(system)
    two = await closed(
        system, lines=[line(unit_price="3", currency="EUR", lots=[{"lot": LOT, "quantity": 20}])]
    )
    everything = await system.get("/payables", Role.FINANCE)
    day = everything["items"][0]["settled_on"]
    assert [(each["currency"], each["amount"]) for each in everything["totals"]] == [
        ("EUR", "60.00"),
        ("USD", "40.00"),
    ]
    assert (await system.get(f"/payables?from={day}&to={day}", Role.FINANCE)) == everything
    today = system.app.state.clock().date()
    for nothing in (f"from={today + timedelta(days=3)}", f"to={today - timedelta(days=3)}", "supplier=FORGE"):
        answer = await system.get(f"/payables?{nothing}", Role.FINANCE)
        assert answer == {"items": [], "next": None, "totals": []}
    first = await system.get("/payables?limit=2", Role.FINANCE)
    rest = await system.get(f"/payables?limit=2&cursor={first['next']}", Role.FINANCE)
    assert [*first["items"], *rest["items"]] == everything["items"]
    assert [item["order"] for item in everything["items"]] == [one, one, one, two]
    assert rest["next"] is None


async def test_lost_pieces_that_turn_up_later_are_paid_as_an_adjustment(system: System) -> None:
    number = await issued(system, quantity=20)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 20}])
    counted = {"counted": 18, "accepted": 18}
    lost = [{"line": 1, "quantity": 2}]
    await system.command(
        Role.RECEIVING, number, "receive", lines=[{"line": 1, **counted}], packing_slip="PS-1"
    )
    await system.command(Role.RECEIVING, number, "declare-loss", lines=lost, reason="Claim deadline passed")
    await system.command(Role.BUYER, number, "close")
    before = (await system.get("/payables", Role.FINANCE))["items"]
    found = [{"line": 1, "counted": 2, "accepted": 2}]
    await system.command(Role.RECEIVING, number, "receive", lines=found, packing_slip="PS-2")
    order = await system.command(Role.QUALITY, number, "judge", lines=[{"line": 1, "accepted": 2}])
    assert (order["stage"], order["lines"][0]["pieces"]["accepted"]) == ("closed", "20")
    price, minimum = (item for item in order["cost"]["items"] if item["adjustment"])
    assert (price["kind"], price["quantity"], price["amount"]) == ("price", "2", "1.70")
    assert (minimum["kind"], minimum["amount"]) == ("minimum", "-1.70")
    after = (await system.get("/payables", Role.FINANCE))["items"]
    assert after[: len(before)] == before
    assert [item["adjustment"] for item in after[len(before) :]] == [True, True]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-02-30", "from"),
        ("from=2026-02-02&to=2026-02-01", "to"),
        ("format=pdf", "format"),
        ("cursor=zzz", "cursor"),
        ("cursor=2026-02-02%7CSO-1%7C1%7Cx", "cursor"),
    ],
)
async def test_what_is_no_period_is_refused_by_its_field(system: System, query: str, field: str) -> None:
    answer = await system.login(Role.FINANCE).get(f"/api/v1/payables?{query}")
    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]


async def test_a_file_for_a_spreadsheet_has_everything_and_calculates_nothing(system: System) -> None:
    number = await closed(system, rejected=2, purchase_order='=HYPERLINK("http://x.example")')
    for path in ("/payables.csv", "/payables?format=csv"):
        answer = await system.login(Role.FINANCE).get(f"/api/v1{path}")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == 'attachment; filename="payables.csv"'
        price, *others = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
        assert (price["order"], price["pieces"], price["amount"]) == (number, "18", "15.30")
        assert price["purchase_order"] == '\'=HYPERLINK("http://x.example")'
        assert price["receipts"].startswith(f"{number}-R1 20")
        assert price["receipts"].endswith(f" PS-7 {number}-P1")
        assert [row["amount"] for row in others] == ["12.50", "12.20", "-2.50"]


async def test_the_list_has_an_address_beside_the_files(system: System) -> None:
    await closed(system, rejected=2)
    finance = system.login(Role.FINANCE)
    for query in ("", "?limit=2"):
        found = await finance.get(f"/api/v1/payables.json{query}")
        assert found.status_code == 200, found.text
        assert found.json() == (await finance.get(f"/api/v1/payables{query}")).json()
    assert (await finance.get("/api/v1/payables.pdf")).status_code == 422


async def test_a_workbook_has_numbers_as_numbers_and_text_as_text(system: System) -> None:
    number = await closed(system, rejected=2, purchase_order='=HYPERLINK("http://x.example")')
    for path in ("/payables.xlsx", "/payables?format=xlsx"):
        answer = await system.login(Role.FINANCE).get(f"/api/v1{path}")
        assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
        assert answer.headers["content-disposition"] == 'attachment; filename="payables.xlsx"'
        heads, price, *others = _cells(answer.content)
        found = dict(zip(heads, price, strict=False))
        assert found["order"] == number
        assert found["purchase_order"] == '=HYPERLINK("http://x.example")'
        assert (found["pieces"], found["amount"]) == (Decimal(18), Decimal("15.3"))
        assert [dict(zip(heads, row, strict=False))["amount"] for row in others] == [
            Decimal("12.5"),
            Decimal("12.2"),
            Decimal("-2.5"),
        ]


def _cells(workbook: bytes) -> list[list[str | Decimal | None]]:
    """The first sheet's rows. A cell with a formula has an element of its own, and breaks this."""
    space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with ZipFile(BytesIO(workbook)) as parts:
        texts = [
            "".join(item.itertext()) for item in ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        ]
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    assert sheet.find(".//s:f", space) is None
    rows: list[list[str | Decimal | None]] = []
    for row in sheet.iterfind(".//s:row", space):
        cells: list[str | Decimal | None] = []
        for one in row.iterfind("s:c", space):
            column = ord(one.get("r", "A")[0]) - ord("A")
            cells += [None] * (column - len(cells))
            value = one.findtext("s:v", "0", space)
            cells.append(texts[int(value)] if one.get("t") == "s" else Decimal(value))
        rows.append(cells)
    return rows


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "  =1+1", "\r=1"])
def test_text_in_a_cell_is_never_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


async def test_only_finance_and_admins_see_what_is_paid(system: System) -> None:
    for role in Role:
        for path in (
            "/api/v1/payables",
            "/api/v1/payables.csv",
            "/api/v1/payables.xlsx",
            "/api/v1/payables.json",
        ):
            status = (await system.login(role).get(path)).status_code
            assert status == (200 if role in (Role.FINANCE, Role.ADMIN) else 403), role


async def test_controlled_orders_are_paid_by_who_is_cleared(system: System) -> None:
    number = await closed(system)
    with system.database.write() as session:
        row = session.get(OrderRow, number)
        assert row is not None
        row.export_controlled = True
        session.add(row)
    assert await system.get("/payables", Role.FINANCE) == {"items": [], "next": None, "totals": []}
    file = await system.login(Role.FINANCE).get("/api/v1/payables.csv")
    assert number not in file.text


async def test_what_finance_reads_is_what_the_order_says(system: System) -> None:
    number = await closed(system, rejected=2)
    with system.database.read() as session:
        row = session.get(OrderRow, number)
        assert row is not None
        assert row.snapshot is not None
        wanted = project(load_order(row.snapshot))["payables"]
        for each in wanted:
            kept = session.get(PayableRow, (number, each["settlement"], each["place"]))
            assert kept is not None
            assert kept.model_dump() == each
