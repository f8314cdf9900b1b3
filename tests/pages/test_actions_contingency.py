"""Contingency plans in a browser: made with approved suppliers only, decided, and read on the order's page."""

from __future__ import annotations

from datetime import date, timedelta

from api.app import now
from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import at, hands
from tests.systems import System


async def test_a_plan_is_made_shown_and_settled(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    day = (now() + timedelta(days=9)).date().isoformat()
    planner = hands(browsers, number, Role.PLANNER)
    page = await planner.refused("plan-contingency", decide_by=day, note="One bath only")
    assert any("Name another supplier, or material" in text for text in page.links)
    page = await planner.refused("plan-contingency", decide_by="", note="")
    assert page.links["Say what the plan is for."].endswith("#note")
    assert page.links["Choose the day by which it has to be decided."].endswith("#decide_by")
    needed = date.fromisoformat((await system.get(f"/orders/{number}"))["need_by"])
    after = (needed + timedelta(days=1)).isoformat()
    page = await planner.refused("plan-contingency", decide_by=after, note="One bath only", material="Steel")
    assert any(
        "The parts are needed by" in text and url.endswith("#decide_by") for text, url in page.links.items()
    )
    await planner.do(
        "plan-contingency", decide_by=day, note="One bath only", material="20 flanges", decides="planner"
    )
    page = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    for words in ("If it goes wrong", "20 flanges", "the planner", "One bath only", "not yet"):
        assert words in page.text
    found = (await system.get(f"/orders/{number}"))["contingency"]
    assert (found["material"], found["decides"], found["decision"]) == ("20 flanges", "planner", None)
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.refused("settle-contingency", "drop")
    assert page.links["Say why."].endswith("#note")
    await buyer.do("settle-contingency", "drop", note="They delivered")
    page = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    assert "dropped · They delivered" in page.text
    assert "dropped the contingency plan." in page.text
    page = await buyer.look("settle-contingency")
    assert "No contingency plan is waiting for a decision." in page.text


async def test_a_plan_that_is_used_leads_to_its_supplier(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    where = {"contact": "Bo", "timezone": "Europe/Madrid", "country": "ES", "locale": "es"}
    supplier = {"code": "BETA", "name": "Beta Plating", "email": "orders@beta.example", **where}
    await system.post(Role.ADMIN, "/suppliers", supplier, status=201)
    approval = {"process": "PLATE", "spec": "ASTM B633", "valid_from": "2020-01-01", "valid_to": "2099-12-31"}
    await system.post(Role.ADMIN, "/suppliers/BETA/approvals", approval, status=201)
    day = (now() + timedelta(days=9)).date().isoformat()
    buyer = hands(browsers, number, Role.BUYER)
    await buyer.do("plan-contingency", decide_by=day, note="One bath only", supplier="BETA", decides="buyer")
    assert 'value="BETA" selected' not in (await buyer.look("reassign")).html
    await buyer.do("settle-contingency", "use", note="They are late")
    page = await buyer.browser.open(f"/orders/{number}")
    assert "Give it to Beta Plating, as the contingency plan says" in page.text
    assert any(url.endswith(f"/orders/{number}/reassign") for url in page.links.values())
    assert 'value="BETA" selected' in (await buyer.look("reassign")).html
    await buyer.do("reassign", reason="They are late")
    order = await system.get(f"/orders/{number}")
    assert (await system.get(f"/orders/{order['reassigned_to']}"))["supplier"] == "BETA"
    page = await buyer.browser.open(f"/orders/{number}")
    assert "as the contingency plan says" not in page.text
    # It ended with that; who comes with an older form is led to the order that goes on.
    page = await buyer.look("send")
    assert page.links[order["reassigned_to"]].endswith(f"/orders/{order['reassigned_to']}")
    assert f"It went on as {order['reassigned_to']}" in page.text
