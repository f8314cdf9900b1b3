"""Change orders in a browser: proposed, decided by somebody else, withdrawn, answered for the supplier."""

from __future__ import annotations

from datetime import date

from api.app import now
from api.supplier.words import Words
from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import TOLD, at, hands, possible
from tests.stories import BEHALF
from tests.systems import System


async def test_a_change_is_proposed_approved_and_accepted_side_by_side(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "accepted")
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("propose-change")
    assert "Now: 20 pcs; 0 cancels the line" in page.text.replace("\u00a0", " ")
    page = await buyer.refused("propose-change", lines__0__quantity="15")
    assert page.links["Give a reason."].endswith("#reason")
    page = await buyer.refused("propose-change", reason="Nothing")
    assert "This is what is ordered already." in page.text
    page = await buyer.refused("propose-change", lines__0__quantity="0", reason="None are needed")
    assert any("Nothing would be left to do" in text for text in page.links)
    await buyer.do("propose-change", lines__0__quantity="15", spec_revision="2024", reason="Fewer are sold")

    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    words = page.text.replace("\u00a0", " ")
    assert "Revision 1 stands until the change is approved and the supplier accepts." in words
    assert "FLANGE-DN50 B: quantity 20 pcs 15 pcs" in words
    assert "A change waits for approval" in words
    approver = hands(browsers, number, Role.APPROVER)
    page = await approver.look("decide-change")
    words = page.text.replace("\u00a0", " ")
    assert f"Change {number}-C1, proposed by " in words
    assert (
        "Before After Specification ASTM B633 2023 ASTM B633 2024 FLANGE-DN50 B: quantity 20 pcs 15 pcs"
        in words
    )
    assert "Value of the order 17.00 USD 12.75 USD" in words
    assert "FLANGE-DN50 B: 0 pcs sent, 0 pcs accepted; nothing would have to come back" in words
    await approver.do("decide-change", "approve", reason="Agreed with sales")

    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert "Revision 1 stands until Acme Plating accepts." in page.text
    assert "Change unanswered" in page.text
    planner = hands(browsers, number, Role.PLANNER)
    page = await planner.refused("acknowledge", **TOLD)
    assert page.links["Choose what the supplier answered."].endswith("#decision")
    page = await planner.refused("acknowledge", decision="decline", **TOLD)
    assert page.links["Enter why the supplier declined."].endswith("#reason")
    await planner.do("acknowledge", decision="accept", **TOLD)
    found = await system.get(f"/orders/{number}")
    assert (found["revision"], found["lines"][0]["ordered"], found["spec_revision"]) == (2, "15", "2024")
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert f"accepted change {number}-C1; the order is at revision 2." in page.text


async def test_who_decides_reads_what_is_out_and_would_come_back(system: System, browsers: Browsers) -> None:
    number = await at(system, "sent")
    await hands(browsers, number, Role.BUYER).do(
        "propose-change", lines__0__quantity="15", reason="Fewer are sold"
    )
    page = await hands(browsers, number, Role.APPROVER).look("decide-change")
    words = page.text.replace("\u00a0", " ")
    assert "FLANGE-DN50 B: 20 pcs sent, 0 pcs accepted; 5 pcs would have to come back as they are" in words


async def test_the_promise_given_with_a_change_is_told(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    await hands(browsers, number, Role.BUYER).do(
        "propose-change", lines__0__quantity="15", reason="Fewer are sold"
    )
    await hands(browsers, number, Role.APPROVER).do("decide-change", "approve")
    found = await system.get(f"/orders/{number}")
    change, day = found["open_change"]["change"], found["need_by"]
    await system.command(
        Role.BUYER,
        number,
        "acknowledge",
        decision="accept",
        change=change,
        promise_date=day,
        supplier_order="AP-77",
        on_behalf_of=BEHALF,
    )
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    told = page.text.replace("\u00a0", " ").partition(f"accepted change {number}-C1")[2][:400]
    assert (
        f"Promised for {Words('en', 'UTC', now().date()).day(date.fromisoformat(day))}".replace("\u00a0", " ")
        in told
    )
    assert "Their order number: AP-77" in told


async def test_who_proposed_a_change_does_not_decide_about_it(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    both = hands(browsers, number, Role.BUYER, Role.APPROVER)
    await both.do("propose-change", lines__0__unit_price="0.95", reason="Dearer zinc")
    page = await both.refused("decide-change", "approve")
    assert "You proposed this change; somebody else has to decide about it." in page.text
    await both.do("withdraw-change")
    assert not possible(await both.look("decide-change"))
    found = await system.get(f"/orders/{number}")
    assert (found["open_change"], found["revision"]) == (None, 1)


async def test_a_rejected_change_says_why(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    await hands(browsers, number, Role.BUYER).do(
        "propose-change", lines__0__unit_price="0.95", reason="Dearer zinc"
    )
    await hands(browsers, number, Role.APPROVER).do("decide-change", "reject", reason="Prices are agreed")
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert f"rejected change {number}-C1." in page.text
    assert "Prices are agreed" in page.text
    assert "Revision 1 stands" not in page.text


async def test_of_several_lots_one_says_how_many_of_each(system: System, browsers: Browsers) -> None:
    await system.post(
        Role.ADMIN,
        "/lots",
        {"number": "LOT-2", "part": "FLANGE-DN50", "quantity": 50, "uom": "C62", "heat_number": "HX-2"},
        status=201,
    )
    lots = [{"lot": "20260315-STEEL-001", "quantity": 12}, {"lot": "LOT-2", "quantity": 8}]
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 20, "unit_price": "0.85", "currency": "USD"}
    number = await at(system, "accepted", lines=[{**line, "lots": lots}])
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.refused("propose-change", lines__0__quantity="10", reason="Fewer")
    assert any(text.endswith("The lots add up to 20, more than the 10 ordered.") for text in page.links)
    await buyer.do(
        "propose-change",
        lines__0__quantity="10",
        lines__0__lots__0__quantity="10",
        lines__0__lots__1__quantity="0",
        reason="Fewer",
    )
    change = (await system.get(f"/orders/{number}"))["open_change"]
    assert change["lines"][0]["lots"]["to"] == [{"lot": "20260315-STEEL-001", "quantity": "10"}]
