"""Counting on a phone: what is left is said while one types, and never overrules what was typed."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.browser.site import Site
from tests.browser.tab import tab


async def test_what_is_left_is_accepted_while_one_types(browser: Browser, site: Site) -> None:
    async with tab(browser, site, width=360, height=640) as dock:
        await dock.log_in("receiving")
        await dock.go("/orders/{WO-3150}/receive")
        page = dock.page
        counted, accepted = page.get_by_label("Counted", exact=True), page.get_by_label("Accepted")
        left = page.locator("output").first
        await counted.fill("80")
        await page.get_by_label("Of those, rejected").fill("12")
        assert await accepted.input_value() == "68"
        assert await left.inner_text() == "68 of 80 accepted"
        await accepted.fill("60")
        await page.get_by_label("To be checked").fill("8")
        assert await accepted.input_value() == "60"
        await counted.fill("10")
        assert await left.inner_text() == "10 more than counted"
        target = await counted.bounding_box()
        assert target is not None
        assert target["height"] >= 44
        assert await dock.fits()
