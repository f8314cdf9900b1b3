"""What people typed as one long word breaks where the page ends, on a phone and on a desk."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.browser.site import Site
from tests.browser.tab import tab

WORD = "W" * 300
# Of a table of what is before and after: every word or part of a code that begins on one line and ends on another.
_CUT = r"""() => [...document.querySelectorAll("table.beside th, table.beside td")].flatMap(cell => {
  const cut = [], texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[^\s\u00a0-]+/g)) {
    const range = document.createRange();
    range.setStart(texts.currentNode, word.index);
    range.setEnd(texts.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) cut.push(word[0]);
  }
  return cut;
})"""


async def test_an_unbroken_word_sticks_out_of_no_page(browser: Browser, site: Site) -> None:
    number = site.orders["WO-3140"]
    line = site.post(f"/orders/{number}", None, "GET")["lines"][0]
    found = {"line": line["line"], "lot": line["lots"][0]["lot"], "quantity": 1}
    site.post(f"/orders/{number}/report-nonconformance", {"lines": [found], "defect": WORD})
    async with tab(browser, site) as opened:
        await opened.log_in("quality")
        for path in ("/", f"/orders/{number}", "/alerts"):
            for width in (360, 1440):
                await opened.page.set_viewport_size({"width": width, "height": 800})
                assert await opened.go(path) == 200
                assert path == "/alerts" or WORD in await opened.page.inner_text("main")
                assert await opened.fits(), (path, width)


async def test_no_word_of_what_a_change_changes_is_cut(browser: Browser, site: Site) -> None:
    number = site.orders["WO-WANTED"]
    async with tab(browser, site) as opened:
        await opened.log_in("approver")
        for width in (360, 700, 1440):
            await opened.page.set_viewport_size({"width": width, "height": 800})
            assert await opened.go(f"/orders/{number}/decide-change") == 200
            assert await opened.page.locator("table.beside tbody tr").count() >= 1
            assert await opened.page.evaluate(_CUT) == [], width
            assert await opened.fits(), width


async def test_how_a_lot_s_metal_was_melted_is_read_whole_on_a_phone(browser: Browser, site: Site) -> None:
    bars = "20260315-STEEL-001"
    lot = site.post(f"/lots/{bars}", None, "GET")
    part = f"/parts/{lot['part']}/A"
    known = site.post(part, None, "GET")
    kept = {name: known[name] for name in ("description", "uom", "trace", "material", "bom")}
    site.post(part, kept | {"dfars": True}, "PUT")
    async with tab(browser, site, width=360) as opened:
        await opened.log_in("quality")
        for path in (f"/master/lots/{bars}", "/trace?q=HX-1"):
            assert await opened.go(path) == 200
            said = opened.page.locator(".tag", has_text="DFARS 252.225-7008").first
            await said.scroll_into_view_if_needed()
            box = await said.bounding_box()
            assert box is not None, path
            assert 0 <= box["x"] < box["x"] + box["width"] <= 360, (path, box)
