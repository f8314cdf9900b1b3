"""Counts that differ from what was announced are shown to the buyer and to the supplier."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import PIECES, at
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
