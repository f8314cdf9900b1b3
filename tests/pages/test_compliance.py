"""An order's page and a lot's say what is proved of them."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import at
from tests.stories import LOT
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
