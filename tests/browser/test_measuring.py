"""Measured values are judged while one types, exactly and as the reader writes numbers."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import complaints
from tests.browser.site import Site
from tests.browser.tab import tab


@pytest.mark.parametrize(
    ("locale", "typed", "said"),
    [
        ("en", ("8", "12.0000000000000000001", "x"), ("✓ inside", "✗ outside", "not a number")),
        ("es", ("12,0", "7,999", "12.5.1"), ("✓ dentro", "✗ fuera", "no es un número")),
        ("zh", ("10.5", "-8", ""), ("✓ 合格", "✗ 超差", "")),
    ],
)
async def test_the_verdict_stands_beside_the_value_while_one_types(
    browser: Browser, site: Site, locale: str, typed: tuple[str, ...], said: tuple[str, ...]
) -> None:
    async with tab(browser, site, width=360, height=640) as supplier:
        await supplier.speak(locale)
        await supplier.go(await asyncio.to_thread(site.mailed_link, site.orders["WO-3201"]))
        page = supplier.page
        await supplier.go(page.url.partition("?")[0] + "/measure")
        item = page.locator("fieldset.measured").first
        for index, value in enumerate(typed):
            await item.locator(".cell input").nth(index).press_sequentially(value)
        for index, verdict in enumerate(said):
            await expect(item.locator(".cell .verdict").nth(index)).to_have_text(verdict)
        given = sum(map(bool, typed))
        await expect(item.locator(".done")).to_contain_text(str(given))
        await expect(item.locator(".ruler circle.inside")).to_have_count(1)
        await expect(item.locator(".ruler circle.outside")).to_have_count(1)
        assert await complaints(supplier) == []
        assert await supplier.fits()
