"""On paper an order is black on white and whole: nothing to press, nothing cut off."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.axe import bring, complaints_in
from tests.browser.site import Site
from tests.browser.tab import Tab, tab

# A4 between its margins, in CSS pixels.
PAPER = 718
# What cannot be used on paper, or is cut off at its edge.
_WRONG = """() => [...document.body.querySelectorAll('*')].filter(one => one.checkVisibility()).flatMap(one => {
  const said = `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`;
  const box = one.getBoundingClientRect();
  const hides = getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1;
  const folded = one.matches('summary') && !one.parentElement.lastElementChild.checkVisibility();
  if (folded || one.matches('nav, button, input, select, textarea, dialog, .bar')) return ['of no use: ' + said];
  if (box.width > 1 && (hides || box.right > innerWidth + 1)) return ['cut off: ' + said];
  return [];
})"""
# Whatever is not light enough to be printed on. Signs stand beside the word they stand for.
_GROUNDS = """() => [document.documentElement, ...document.querySelectorAll('body, body *')].filter(
  one => one.checkVisibility() && !one.closest('svg, .mark, .at')).flatMap(one => {
  const colour = getComputedStyle(one).backgroundColor;
  const [red, green, blue, alpha = 1] = colour.match(/[\\d.]+/g).map(Number);
  return alpha && Math.min(red, green, blue) < 220 ? [`${one.tagName}.${one.className} ${colour}`] : [];
})"""


async def _on_paper(opened: Tab) -> None:
    page = opened.page
    await page.emulate_media(media="print", color_scheme="dark")
    assert await page.evaluate(_WRONG) == []
    assert await page.evaluate(_GROUNDS) == []
    ink = await page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    assert max(map(int, re.findall(r"\d+", ink)[:3])) < 60, ink
    await bring(opened)
    assert await complaints_in(opened, "dark") == []


@pytest.mark.parametrize("job", ["WO-3201", "WO-SOME"])
async def test_an_order_is_printed_whole(browser: Browser, site: Site, job: str) -> None:
    number = site.orders[job]
    async with tab(browser, site, width=PAPER, scheme="dark") as reader:
        await reader.log_in("quality")
        await reader.go(f"/orders/{number}")
        await _on_paper(reader)
        for part in ("Where the pieces are", "Documents", "What happened"):
            await expect(reader.page.get_by_role("heading", name=part)).to_be_visible()
        await _kept_in_a_pdf(reader.page, number)


@pytest.mark.parametrize("address", ["/trace?q=HX-1", "/recalls/{DRILL}", "/recalls/{SIGNED}"])
async def test_a_trace_and_a_recall_are_printed_whole(browser: Browser, site: Site, address: str) -> None:
    async with tab(browser, site, width=PAPER, scheme="dark") as reader:
        await reader.log_in("quality")
        assert await reader.go(address) == 200
        await _on_paper(reader)
        assert await reader.page.locator("table:visible").count() > 1
        if address.startswith("/trace"):
            # The drawing is as wide as the paper at most, and nothing of it lies beyond its edge.
            drawn = await reader.page.locator(".graph svg").bounding_box()
            assert drawn is not None
            assert 0 < drawn["width"] <= PAPER
        else:
            # A clock alone would say nothing on paper that is kept.
            disclosed = await reader.page.locator("dt:has-text('Disclosed') + dd").inner_text()
            assert re.search(r"\b20\d\d\b", disclosed), disclosed


async def _kept_in_a_pdf(page: Page, number: str) -> None:
    """Every heading of the page is in the file's outline."""
    headings = await page.locator("h2:visible").all_inner_texts()
    assert len(headings) > 5
    pdf = await page.pdf(format="A4", tagged=True, outline=True)
    titles = re.findall(rb"/Title \(([^)]*)\)", pdf)
    assert {heading.encode() for heading in headings} <= set(titles)
    written = [bytes.fromhex(text.decode()).decode("utf-16") for text in re.findall(rb"/Title <(\w+)>", pdf)]
    assert any(title.startswith(number) for title in written)
    assert any("pcs back" in title or "rejected pieces" in title for title in written)


@pytest.mark.parametrize("job", ["WO-3201", "WO-SOME", "WO-3202"])
async def test_a_suppliers_page_is_printed_whole(browser: Browser, site: Site, job: str) -> None:
    async with tab(browser, site, width=PAPER, scheme="dark") as supplier:
        await supplier.go(await asyncio.to_thread(site.mailed_link, site.orders[job]))
        await _on_paper(supplier)
        await expect(supplier.page.get_by_text("Zinc plating").first).to_be_visible()
