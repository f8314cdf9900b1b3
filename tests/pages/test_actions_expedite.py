"""Expediting in a browser: the orders it pushes are shown with new days and confirmed at once."""

from __future__ import annotations

from datetime import date, timedelta

from models.domain.authority import Role
from tests.pages.browser import Browsers, StaffPage
from tests.pages.doing import TOLD, at, hands
from tests.systems import System


async def test_what_an_expedite_pushes_is_shown_changed_and_confirmed(
    system: System, browsers: Browsers
) -> None:
    number, other, third = [await at(system, "accepted") for _ in range(3)]
    stands = date.fromisoformat((await system.get(f"/orders/{number}"))["need_by"])
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("expedite")
    assert "How much sooner is it needed?" in page.text
    sooner = (stands - timedelta(days=7)).isoformat()
    # The days proposed follow the day asked for.
    page = StaffPage(await buyer.fill(page, "look", need_by=sooner, reason="The line stands"))
    assert page.status == 200
    (form,) = [form for form in page.forms if "version" in form.fields]
    push = {name for name in form.fields if name.startswith(f"push.{sooner}.")}
    assert push == {
        f"push.{sooner}.{each}.{what}" for each in (other, third) for what in ("chosen", "forecast")
    }
    assert form.fields["reason"].strip() == "The line stands"
    later = (stands + timedelta(days=12)).isoformat()
    typed = {f"push.{sooner}.{other}.forecast": later, f"push.{sooner}.{third}.chosen": ""}
    response = await buyer.fill(page, "expedite", **typed)
    assert response.status_code == 303, StaffPage(response).text
    page = await buyer.browser.open(f"/orders/{number}")
    assert "expedited the order; Acme Plating is asked whether" in page.text
    assert f"{other} comes later for it" in page.text
    assert third not in page.text
    assert "urgent" in (await system.get(f"/orders/{number}"))["flags"]
    planner = hands(browsers, number, Role.PLANNER)
    await planner.do("acknowledge", decision="accept", **TOLD)
    assert (await system.get(f"/orders/{number}"))["need_by"] == sooner


async def test_what_cannot_be_expedited_says_why(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    buyer = hands(browsers, number, Role.BUYER)
    stands = (await system.get(f"/orders/{number}"))["need_by"]
    page = await buyer.refused("expedite", need_by=stands, reason="Sooner")
    assert any(at.endswith("#need_by") for text, at in page.links.items() if "choose an earlier day" in text)
    page = await buyer.refused("expedite", need_by="", reason="")
    assert page.links["Choose the day it is needed now."].endswith("#need_by")
    assert page.links["Give a reason."].endswith("#reason")
