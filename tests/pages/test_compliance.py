"""An order's page and a lot's say what is proved of them."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import at, hands
from tests.stories import BEHALF, LOT, draft
from tests.systems import System


async def test_the_order_and_its_lot_say_where_the_metal_was_melted(
    system: System, browsers: Browsers
) -> None:
    admin = system.login(Role.ADMIN)
    part = {"description": "SS Flange DN50", "dfars": True}
    assert (await admin.put("/api/v1/parts/FLANGE-DN50/B", json=part)).status_code == 200
    number = await at(system, "sent")
    page = await browsers.of(Role.QUALITY).open(f"/orders/{number}")
    assert "Acme Plating was approved on" in page.text
    assert f"{LOT}: nobody said where it was melted" in page.text
    lot = {
        "part": "FLANGE-DN50",
        "quantity": 1200,
        "uom": "C62",
        "heat_number": "HX-1",
        "country_of_melt": "CN",
    }
    assert (await admin.put(f"/api/v1/lots/{LOT}", json=lot)).status_code == 200
    for path in (f"/orders/{number}", f"/master/lots/{LOT}"):
        page = await browsers.of(Role.QUALITY, locale="en").open(path)
        assert "fits neither DFARS 252.225-7008 nor 252.225-7009" in page.text


async def test_a_dispatch_of_metal_melted_elsewhere_says_so_before_it_leaves(
    system: System, browsers: Browsers
) -> None:
    admin = system.login(Role.ADMIN)
    part = {"description": "SS Flange DN50", "dfars": True}
    assert (await admin.put("/api/v1/parts/FLANGE-DN50/B", json=part)).status_code == 200
    lot = {"number": "MELT-CN", "part": "FLANGE-DN50", "quantity": 10, "country_of_melt": "CN"}
    assert (await admin.post("/api/v1/lots", json=lot)).status_code == 201
    body = {"customer": "X", "destination": "Graz", "lines": [{"lot": "MELT-CN", "quantity": 5}]}
    number = (await admin.post("/api/v1/dispatches", json=body)).json()["number"]
    page = await browsers.of(Role.RECEIVING).open(f"/dispatches/{number}")
    assert "melted elsewhere: fits neither DFARS 252.225-7008 nor 252.225-7009" in page.text
    assert page.links["MELT-CN"].endswith("/master/lots/MELT-CN")
    assert (
        "See whether the contract has such a clause, or an exception from it, before it leaves." in page.text
    )


async def test_pages_say_which_revision_was_in_force_when_the_order_was_issued(
    system: System, browsers: Browsers
) -> None:
    admin = system.login(Role.ADMIN)
    since = {"2023": "2023-05-01", "2024": "2024-05-01"}
    known = [{"revision": name, "in_force_from": day} for name, day in since.items()]
    spec = {"code": "ASTM B633", "title": "Zinc", "revisions": known}
    assert (await admin.post("/api/v1/specifications", json=spec)).status_code == 201
    number = await draft(system, quantity=20, spec_revision="2023")
    buyer = browsers.of(Role.BUYER, locale="en")
    for path in (f"/orders/{number}", f"/orders/{number}/issue"):
        page = await buyer.open(path)
        assert "ASTM B633 2023: superseded by then; on " in page.text
        assert "revision 2024 was in force. It may be issued so" in page.text
    await system.command(Role.BUYER, number, "issue")
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    lines = [{"line": 1, "lot": LOT, "quantity": 20}]
    await system.command(Role.RECEIVING, number, "send", lines=lines)
    assert "ASTM B633 2023: superseded by then; on " in (await buyer.open(f"/orders/{number}")).text
    assert "superseded by then; on " in (await buyer.open(f"/trace?q={number}")).text

    hands_on = hands(browsers, number, Role.BUYER)
    assert "Now: ASTM B633 2023 · in force today: 2024" in (await hands_on.look("propose-change")).text
    await hands_on.do("propose-change", spec_revision="2025", reason="A customer asks for it")
    page = await hands(browsers, number, Role.APPROVER).look("decide-change")
    assert "ASTM B633 2025: a revision the register does not know; on " in page.text
    await hands_on.do("withdraw-change")
    await hands_on.do("propose-change", spec_revision="2024", reason="A customer asks for it")
    approver = hands(browsers, number, Role.APPROVER)
    assert "the register does not know" not in (await approver.look("decide-change")).text
    await approver.do("decide-change", "approve")
    await system.command(
        Role.BUYER, number, "acknowledge", decision="accept", change=f"{number}-C2", on_behalf_of=BEHALF
    )
    assert "ASTM B633 2024 was in force on " in (await buyer.open(f"/orders/{number}")).text
    back = [{"line": 1, "counted": 20, "accepted": 0, "rejected": 0, "pending": 20, "output_lot": "Z-1"}]
    await system.command(Role.RECEIVING, number, "receive", lines=back, additional=True)
    proved = await system.get("/lots/Z-1/compliance")
    (through,) = proved["specifications"]
    assert (through["order"], through["specification"]["ordered"]) == (number, "2024")
    page = await browsers.of(Role.QUALITY, locale="en").open("/master/lots/Z-1")
    assert "Processed to" in page.text
    assert "ASTM B633 2024" in page.text
    assert page.links[number].endswith(f"/orders/{number}")
