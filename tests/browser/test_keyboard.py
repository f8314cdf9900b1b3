"""Without a mouse: an order is issued, answered and received by keys alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.site import Site
from tests.browser.tab import Tab, tab
from tests.browser.test_main_job import mailed

BEHALF = {"contact": "Ana Ruiz", "basis": "phone"}
LOT = "20260401-KEYS-1"


async def test_issue_acknowledge_and_receive_by_keyboard(browser: Browser, site: Site) -> None:
    number = await asyncio.to_thread(_draft, site)
    async with tab(browser, site) as buyer:
        await buyer.log_in("buyer")
        await find(buyer, number)
        await press(buyer.page, buyer.page.locator(f"main a[href='/orders/{number}/issue']").first)
        await press(buyer.page, buyer.page.locator("main button[value=issue]"))
        await buyer.page.wait_for_url(f"**/orders/{number}?saved=*")
    async with tab(browser, site, width=360, height=640) as supplier:
        await supplier.go(await mailed(site, number))
        await press(supplier.page, supplier.page.locator("main button[value=accept]"))
        await expect(supplier.page.get_by_text("You promised").first).to_be_visible()
    await asyncio.to_thread(_sent_and_shipped, site, number)
    async with tab(browser, site, width=360, height=640) as receiver:
        await receiver.log_in("receiving")
        await find(receiver, number)
        await press(receiver.page, receiver.page.locator(f"main a[href^='/orders/{number}/receive']").first)
        await reach(receiver.page, receiver.page.get_by_label("Of those, rejected"))
        await receiver.page.keyboard.type("1")
        await press(receiver.page, receiver.page.locator("main button[value=receive]"))
        await receiver.page.wait_for_url(f"**/orders/{number}?saved=*")
        await expect(receiver.page.get_by_text("19 pcs").first).to_be_visible()


async def find(visitor: Tab, number: str) -> None:
    """From the first page of whoever has logged in to the order, by the key for it."""
    await visitor.go("/")
    await visitor.page.keyboard.press("/")
    await visitor.page.keyboard.type(number)
    await visitor.page.keyboard.press("Enter")
    await visitor.page.wait_for_url(f"**/orders/{number}")


async def reach(page: Page, wanted: Locator) -> None:
    """Tab by tab until it has the focus, which can be seen."""
    for _ in range(150):
        if await wanted.evaluate("element => element === document.activeElement"):
            shown: str = await wanted.evaluate("element => getComputedStyle(element).outlineStyle")
            assert shown != "none", "the focus cannot be seen"
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} cannot be reached with the Tab key")


async def press(page: Page, wanted: Locator) -> None:
    await reach(page, wanted)
    await page.keyboard.press("Enter")
    await page.wait_for_load_state()


def _draft(site: Site) -> str:
    part = {"part": "BONNET-6", "quantity": 20}
    outside = {
        "sequence": 20,
        "kind": "outside",
        "process": "PASSIV",
        "spec": "ASTM A967",
        "spec_revision": "2017",
    }
    site.post("/lots", {"number": LOT, **part, "uom": "C62"})
    job = {"number": "WO-KEYS", "type": "MTO", "revision": "A", "operations": [outside], **part}
    site.post("/work-orders", job)
    line = {"work_order": "WO-KEYS", "operation": 20, "quantity": 20, "unit_price": "2"}
    need_by = str(datetime.now(UTC).date() + timedelta(days=40))
    order = {"supplier": "DELTA", "process": "PASSIV", "plant": "MAIN", "need_by": need_by}
    made = site.post("/orders", {**order, "lines": [{**line, "lots": [{"lot": LOT, "quantity": 20}]}]})
    return str(made["number"])


def _sent_and_shipped(site: Site, number: str) -> None:
    whole = {"line": 1, "quantity": 20}
    site.post(f"/orders/{number}/send", {"lines": [{**whole, "lot": LOT}], "carrier": "DHL"})
    shipped = {"lines": [whole], "carrier": "DHL", "tracking": "1Z", "on_behalf_of": BEHALF}
    site.post(f"/orders/{number}/ship", shipped)
