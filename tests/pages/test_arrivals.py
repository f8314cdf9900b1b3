"""Counts that differ from what was announced are shown to the buyer and to the supplier."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import PIECES, TOLD, at, hands
from tests.supplier.phone import opened
from tests.systems import System


async def test_what_was_announced_and_not_found_is_said_to_both(system: System, browsers: Browsers) -> None:
    number = await at(system, "shipped")
    lines = [{"line": 1, "counted": PIECES - 3, "accepted": PIECES - 3}]
    await system.command(Role.RECEIVING, number, "receive", lines=lines, parcel=f"{number}-P1")
    order = await system.get(f"/orders/{number}")
    assert [item["quantity"] for item in order["parcels"][0]["short"]] == ["3"]
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert "3 pcs announced and not in it" in page.text.replace("\u00a0", " ")
    _, page = await opened(system, number)
    assert "3 pcs you announced were not in it" in page.text.replace("\u00a0", " ")


async def test_a_notice_that_comes_after_its_parcel_says_how_many_were_in_it(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "there")
    lines = [{"line": 1, "counted": 6, "pending": 6}]
    await system.command(Role.RECEIVING, number, "receive", lines=lines, packing_slip="PS-1")
    phone, page = await opened(system, number)
    form = await phone.open(f"{page.url}/ship")
    page = await phone.press(form, "name", carrier="UPS", said__1__quantity="8")
    assert "2 pcs you announced were not in it" in page.text.replace("\u00a0", " ")
    (parcel,) = (await system.get(f"/orders/{number}"))["parcels"]
    assert [item["quantity"] for item in parcel["short"]] == ["2"]
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    words = page.text.replace("\u00a0", " ")
    assert "2 pcs announced and not in it" in words
    assert "in it, as announced" in words


async def test_who_enters_such_a_notice_for_the_supplier_says_it_too(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "there")
    lines = [{"line": 1, "counted": 6, "pending": 6}]
    await system.command(Role.RECEIVING, number, "receive", lines=lines, packing_slip="PS-1")
    typed = {"parcel": f"{number}-P1", "said__1__quantity": "8"}
    await hands(browsers, number, Role.BUYER).do("ship", carrier="UPS", **typed, **TOLD)
    (parcel,) = (await system.get(f"/orders/{number}"))["parcels"]
    assert [item["quantity"] for item in parcel["short"]] == ["2"]
