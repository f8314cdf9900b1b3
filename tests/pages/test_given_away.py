"""An order given to another supplier whose pieces go straight on: what its page tells and asks."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import at, hands
from tests.systems import System


async def test_nobody_is_said_to_have_cancelled_and_the_step_names_the_transfer(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "there")
    where = {"contact": "Bo", "timezone": "Europe/Madrid", "country": "ES", "locale": "es"}
    supplier = {"code": "BETA", "name": "Beta Plating", "email": "orders@beta.example", **where}
    await system.post(Role.ADMIN, "/suppliers", supplier, status=201)
    approval = {"process": "PLATE", "spec": "ASTM B633", "valid_from": "2020-01-01", "valid_to": "2099-12-31"}
    await system.post(Role.ADMIN, "/suppliers/BETA/approvals", approval, status=201)
    await system.command(
        Role.BUYER,
        number,
        "reassign",
        supplier="BETA",
        pieces="transfer",
        reason="Their bath is down",
        lines=[{"line": 1, "quantity": 20, "unit_price": "0.9"}],
    )
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert "What is out is to go on to the other supplier." in page.text
    assert "The order ends once nothing of it is out." in page.text
    assert "asked to cancel" not in page.text
    assert "has to come back" not in page.text
    assert "Enter that the pieces go on to the other supplier" in page.text


async def test_the_page_says_the_other_suppliers_price_and_the_draft_has_it(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "accepted")
    where = {"contact": "Bo", "timezone": "Europe/Madrid", "country": "ES", "locale": "es"}
    approval = {"process": "PLATE", "spec": "ASTM B633", "valid_from": "2020-01-01", "valid_to": "2099-12-31"}
    for code in ("DELTA", "EPSILON"):
        supplier = {"code": code, "name": code.title(), "email": f"{code.lower()}@delta.example", **where}
        await system.post(Role.ADMIN, "/suppliers", supplier, status=201)
        await system.post(Role.ADMIN, f"/suppliers/{code}/approvals", approval, status=201)
    terms = {"currency": "MXN", "valid_from": "2020-01-01", "price": "17.5"}
    await system.post(Role.ADMIN, "/suppliers/DELTA/terms", terms, status=201)
    buyer = hands(browsers, number, Role.BUYER)
    text = (await buyer.look("reassign")).text.replace("\u00a0", " ")
    assert "17.50 MXN" in text
    assert "no price agreed" in text
    await buyer.do("reassign", supplier="DELTA", reason="Late")
    draft = await system.get(f"/orders/{(await system.get(f'/orders/{number}'))['reassigned_to']}")
    (line,) = draft["lines"]
    assert (line["unit_price"], line["currency"]) == ("17.5", "MXN")
