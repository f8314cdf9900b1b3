"""Putting a lot on hold and releasing it on its page; what planners and suppliers then see."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from models.domain.authority import Role
from tests.pages.browser import Browser, Browsers
from tests.pages.doing import at
from tests.stories import LOT
from tests.supplier.phone import opened
from tests.systems import System


async def flagged(system: System, number: str, flags: list[str]) -> None:
    for _ in range(200):
        if (await system.get(f"/orders/{number}"))["flags"] == flags:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody told the order")


async def told(browser: Browser, what: str, reason: str) -> None:
    page = await browser.open(f"/lots/{LOT}/{what}")
    signed = {"signature": "Dana Sousa"} if what == "release" else {}
    done = await browser.send(page, f"/lots/{LOT}/{what}", reason=reason, **signed)
    assert urlsplit(done.url).path == f"/master/lots/{LOT}"


async def test_a_lot_is_held_and_released_where_its_page_leads(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    quality, design = browsers.of(Role.QUALITY), browsers.of(Role.DESIGN_AUTHORITY)
    page = await quality.open(f"/master/lots/{LOT}")
    assert page.links["Put the lot on hold"].endswith(f"/lots/{LOT}/hold")
    page = await quality.open(f"/lots/{LOT}/hold")
    assert f"Open orders that have such pieces, had them or are to send them {number}" in page.text
    page = await quality.send(page, f"/lots/{LOT}/hold", reason="")
    assert page.status == 422
    assert "Give a reason." in page.text
    await told(quality, "hold", "Wrong melt")
    assert "Wrong melt" in (await quality.open(f"/master/lots/{LOT}")).text
    await flagged(system, number, ["lot_hold"])
    planner = await browsers.of(Role.PLANNER).open(f"/orders/{number}")
    assert f"Lot {LOT} is on hold, and with it the pieces of {LOT}. Reason: Wrong melt" in planner.text
    assert planner.links["Look at the lot"].endswith(f"/master/lots/{LOT}")
    phone, page = await opened(system, number)
    assert f"Please stop work on lot {LOT}" in page.text
    assert "Your customer says: Wrong melt" in page.text
    await told(design, "release", "Analysis is fine")
    await flagged(system, number, [])
    page = await phone.open(page.url)
    assert "Please stop work" not in page.text
    history = (await design.open(f"/master/lots/{LOT}")).text
    assert "Analysis is fine" in history
    assert "Dana Sousa · design authority" in history


async def test_what_stays_of_a_used_lot_is_said_once_for_all_its_fields(
    system: System, browsers: Browsers
) -> None:
    await at(system, "there")
    page = await browsers.of(Role.ADMIN).open(f"/master/lots/{LOT}")
    booked = "what was booked of its part, revision, quantity, unit and serial numbers stays"
    assert page.text.count(booked) == 1
    assert page.text.count("Quantity stays") == 1


async def test_who_may_not_is_told_so(system: System, browsers: Browsers) -> None:
    assert (await browsers.of(Role.BUYER).open(f"/lots/{LOT}/hold")).status == 403
    assert (await browsers.of(Role.QUALITY).open(f"/lots/{LOT}/release")).status == 403
    design = browsers.of(Role.DESIGN_AUTHORITY)
    page = await design.open(f"/lots/{LOT}/release")
    unsigned = await design.send(page, f"/lots/{LOT}/release", reason="Fine", signature="")
    assert (unsigned.status, "Sign with your printed name." in unsigned.text) == (422, True)
    page = await design.send(page, f"/lots/{LOT}/release", reason="Fine", signature="Dana Sousa")
    assert page.status == 409
    assert f"Lot {LOT} is not on hold." in page.text
    assert (await design.open("/lots/NO-LOT/hold")).status == 404
