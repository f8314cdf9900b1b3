"""The page of a lot leads to what used it."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import at
from tests.stories import LOT
from tests.systems import System


async def test_a_lots_page_lists_what_used_it_one_click_away(system: System, browsers: Browsers) -> None:
    planner = browsers.of(Role.PLANNER)
    page = await planner.open(f"/master/lots/{LOT}")
    assert "Jobs, orders and dispatches that used this lot appear here." in page.text
    number = await at(system, "there")
    page = await planner.open(f"/master/lots/{LOT}")
    told = page.text.partition("Used by")[2].partition("Details")[0].replace("\xa0", " ")
    assert told.startswith(" 1 Trace"), told
    assert f"Order {number}, line 1 20 pcs sent" in told, told
    assert page.links[f"{number}, line 1"].endswith(f"/orders/{number}")
    assert "direction=forward" in page.links["Trace"]
