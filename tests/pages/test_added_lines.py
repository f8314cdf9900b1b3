"""A line that a change adds, on the pages: picked by the buyer, shown to the approver, answered on a phone, sent."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import at, hands
from tests.supplier.phone import opened
from tests.systems import System

OUTSIDE = {
    "sequence": 30,
    "kind": "outside",
    "process": "PLATE",
    "spec": "ASTM B633",
    "spec_revision": "2023",
}


async def job(system: System, number: str, part: str = "FLANGE-DN50", **operation: str) -> None:
    body = {"number": number, "type": "MTO", "part": part, "revision": "B", "quantity": 40}
    operations = [OUTSIDE | operation]
    await system.post(Role.ADMIN, "/work-orders", {**body, "operations": operations}, status=201)


async def test_a_line_is_picked_approved_accepted_and_sent(system: System, browsers: Browsers) -> None:
    await job(system, "WO-71")
    await job(system, "WO-72", spec_revision="2019")
    await job(system, "WO-79", spec="AMS 2404")
    number = await at(system, "accepted")
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("propose-change")
    words = page.text.replace("\u00a0", " ")
    # Only what fits is offered; that a routing names another revision is pointed out.
    assert "WO-71 · 30 · FLANGE-DN50 B · 40 pcs" in words
    assert "WO-72 · 30 · FLANGE-DN50 B · 40 pcs · its routing names revision 2019" in words
    assert "WO-79" not in words
    page = await buyer.refused("propose-change", new__0__quantity="5", reason="More of the same")
    assert page.links["New line: Choose what is to be added."].endswith("#new-0-operation")
    page = await buyer.refused("propose-change", new__0__operation="30|WO-71", reason="More of the same")
    assert any("No price for FLANGE-DN50 was agreed" in text for text in page.links)
    await buyer.do(
        "propose-change", new__0__operation="30|WO-71", new__0__unit_price="0.8", reason="More of the same"
    )
    new = "FLANGE-DN50 B (WO-71): new line – 40 pcs · 0.80 USD"
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    words = page.text.replace("\u00a0", " ")
    assert "FLANGE-DN50 B (WO-71): new line" in words
    assert "40 pcs · 0.80 USD" in words

    approver = hands(browsers, number, Role.APPROVER)
    page = await approver.look("decide-change")
    assert new in page.text.replace("\u00a0", " ")
    await approver.do("decide-change", "approve")
    shown = (await system.get(f"/orders/{number}"))["open_change"]
    assert [(line["work_order"], line["quantity"], line["unit_price"]) for line in shown["new_lines"]] == [
        ("WO-71", "40", "0.8")
    ]
    lines = [{"line": 2, "quantity": 40}]
    await system.command(Role.RECEIVING, number, "send", lines=lines, status=422)

    phone, page = await opened(system, number)
    assert new in page.text.replace("\u00a0", " ")
    page = await phone.press(page, "accept")
    assert page.status == 200
    found = await system.get(f"/orders/{number}")
    assert [(line["line"], line["work_order"], line["ordered"]) for line in found["lines"]] == [
        (1, "WO-3201", "20"),
        (2, "WO-71", "40"),
    ]
    await system.command(Role.RECEIVING, number, "send", lines=lines)
    page = await hands(browsers, number, Role.BUYER).look("propose-change")
    assert "WO-71 · 30" not in page.text.replace("\u00a0", " ")


async def test_what_somebody_drafted_is_not_offered_and_is_refused(
    system: System, browsers: Browsers
) -> None:
    await job(system, "WO-73")
    number = await at(system, "accepted")
    line = {"work_order": "WO-73", "operation": 30, "quantity": 40, "unit_price": "1", "currency": "USD"}
    drafted = await at(system, "issued", lines=[line])
    page = await hands(browsers, number, Role.BUYER).look("propose-change")
    assert "WO-73" not in page.text
    added = {"work_order": "WO-73", "operation": 30, "quantity": 40, "unit_price": "1"}
    refused = await system.command(
        Role.BUYER, number, "propose-change", changes={"lines": [added]}, reason="More", status=409
    )
    assert (refused["code"], refused["errors"][0]["field"]) == (
        "operations.covered",
        "changes.lines.0.operation",
    )
    assert drafted in refused["detail"]


async def test_who_approves_a_line_reads_that_its_routing_names_another_revision(
    system: System, browsers: Browsers
) -> None:
    await job(system, "WO-75", spec_revision="2019")
    number = await at(system, "accepted")
    await hands(browsers, number, Role.BUYER).do(
        "propose-change", new__0__operation="30|WO-75", new__0__unit_price="0.8", reason="More of the same"
    )
    page = await hands(browsers, number, Role.APPROVER).look("decide-change")
    words = page.text.replace("\u00a0", " ")
    assert "WO-75 · 30: its routing names revision 2019; this order is to 2023" in words
