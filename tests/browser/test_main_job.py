"""The whole main job by people in browsers: buyer, supplier on a phone, receiver, quality, planner."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.browser.site import Site
from tests.browser.tab import Tab, tab

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ncertificate"
PIECES = 120


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "supplier without"])
async def test_the_main_job(browser: Browser, site: Site, scripts: bool) -> None:
    job = f"WO-B{int(scripts)}"
    lot = await asyncio.to_thread(_master_data, site, job)
    async with (
        tab(browser, site) as buyer,
        tab(browser, site, width=360, height=640, scripts=scripts) as supplier,
        tab(browser, site, width=360, height=640) as receiver,
        tab(browser, site) as quality,
        tab(browser, site) as planner,
    ):
        for who, role in (
            (buyer, "buyer"),
            (receiver, "receiving"),
            (quality, "quality"),
            (planner, "planner"),
        ):
            await who.log_in(role)
        number = await _ordered(buyer, job)
        await supplier.go(await mailed(site, number))
        await press(supplier.page, "accept")
        await expect(supplier.page.get_by_text("You promised").first).to_be_visible()

        await receiver.go(f"/orders/{number}/send")
        await receiver.page.get_by_label("Carrier").fill("DHL")
        await press(receiver.page, "send")
        await supplier.page.reload()
        await press(supplier.page, "all")
        await _delayed_and_made_up(supplier, planner, number)
        await press(supplier.page, "now")
        await _measured(supplier.page)
        await _certified(supplier.page, lot)

        await quality.go(f"/orders/{number}")
        await quality.page.locator(f"main a[href^='/orders/{number}/review-inspection']").first.click()
        await press(quality.page, "release")
        await supplier.page.reload()
        await supplier.page.get_by_label("In the box", exact=True).fill(str(PIECES))
        await press(supplier.page, "ship")

        await _received(receiver, number)
        await quality.go(f"/orders/{number}/disposition")
        await quality.page.get_by_label("What becomes of them").first.select_option("scrap")
        await quality.page.get_by_label("Cause").fill("Coating too thin")
        await press(quality.page, "decide")
        await buyer.go(f"/orders/{number}/close")
        await press(buyer.page, "close")
        await expect(buyer.page.get_by_text("Closed").first).to_be_visible()


def _master_data(site: Site, job: str) -> str:
    """A job of its own with a lot to go out; the lot."""
    lot = f"20260401-BROWSER-{job[-1]}"
    part = {"part": "FLANGE-DN50", "quantity": PIECES}
    outside = {
        "sequence": 30,
        "kind": "outside",
        "process": "PLATE",
        "spec": "ASTM B633",
        "spec_revision": "2023",
    }
    site.post("/lots", {"number": lot, **part, "uom": "C62", "heat_number": "HX-7"})
    site.post(
        "/work-orders", {"number": job, "type": "MTO", **part, "revision": "B", "operations": [outside]}
    )
    return lot


async def _ordered(buyer: Tab, job: str) -> str:
    """Drafted from the work order's operation, looked at as the supplier will, and issued."""
    page = buyer.page
    await buyer.go(f"/orders/new?q={job}")
    await page.get_by_role("link", name=re.compile(f"^{job}")).click()
    await page.get_by_label("Supplier", exact=True).select_option("ACME")
    await page.get_by_label("Needed by").fill(str(datetime.now(UTC).date() + timedelta(days=40)))
    await page.get_by_label("Price", exact=True).fill("0.85")
    await page.get_by_label("Purchase order").fill("PO-9001")
    await page.get_by_role("checkbox", name=re.compile("BROWSER-" + job[-1])).check()
    await page.get_by_role("button", name="Preview the mail").click()
    frame = page.frame_locator("iframe.mail").first
    await expect(frame.get_by_text("SS Flange DN50").first).to_be_visible()
    await page.get_by_role("button", name="Issue now").click()
    await page.wait_for_url(re.compile(r"/orders/SO-\d+-\d+"))
    number = re.search(r"SO-\d+-\d+", page.url)
    assert number, page.url
    return number.group()


async def mailed(site: Site, number: str) -> str:
    """The supplier's link, as soon as the mail about the order is there."""
    for _ in range(100):
        try:
            return await asyncio.to_thread(site.mailed_link, number)
        except LookupError:
            await asyncio.sleep(0.2)
    raise AssertionError(f"no mail about {number}")


async def _delayed_and_made_up(supplier: Tab, planner: Tab, number: str) -> None:
    """The supplier expects to be late; the planner says what is done, and sees it solved by itself."""
    await supplier.page.locator("summary", has_text="Not yet").click()
    late = datetime.now(UTC).date() + timedelta(days=60)
    await supplier.page.get_by_label("When do you expect it?").fill(str(late))
    await press(supplier.page, "later")

    alert = planner.page.locator("article.alert")
    await planner.go(f"/alerts?order={number}")
    await expect(alert).to_have_count(1)
    await expect(alert.get_by_role("heading")).to_contain_text("Will be late")
    await expect(alert).to_contain_text("Who owes")
    await planner.page.get_by_label("What caused it?").select_option(index=1)
    await planner.page.get_by_label("What is done about it").fill("A second shift; Ana calls on Friday")
    await planner.page.get_by_role("button", name="Keep the answer").click()
    await planner.page.wait_for_url("**saved=answered*")
    await planner.page.get_by_role("link", name="Answered").click()
    await expect(alert).to_contain_text("A second shift; Ana calls on Friday")

    await supplier.go(supplier.page.url.partition("?")[0] + "/progress?code=PLATED")
    await press(supplier.page, "now")
    # That an open list changes by itself is told in test_live.
    for _ in range(40):
        await planner.go(f"/alerts?order={number}&state=answered")
        if await alert.count() == 0:
            break
        await asyncio.sleep(0.5)
    await expect(alert).to_have_count(0)
    await planner.go(f"/alerts?order={number}&state=cleared")
    await expect(alert).to_contain_text("Resolved")
    await expect(alert).to_contain_text("A second shift; Ana calls on Friday")


async def _measured(page: Page) -> None:
    """Values that fit, in every field the plan asks for."""
    for field in await page.locator("input[name^='v.']").all():
        if await field.get_attribute("type") != "radio":
            await field.fill("10")
        elif await field.get_attribute("value") == "conforms":
            await field.check()
    await press(page, "submit")
    await expect(page.get_by_text("They fit the plan.").first).to_be_visible()


async def _certified(page: Page, lot: str) -> None:
    await page.locator("input[type=file]").set_input_files(
        FilePayload(name="coc.pdf", mimeType="application/pdf", buffer=PDF)
    )
    await page.get_by_label("Lot", exact=True).fill(lot)
    await press(page, "send")
    await expect(page.get_by_text("You sent Certificate of conformance").first).to_be_visible()


async def _received(receiver: Tab, number: str) -> None:
    """Two of the pieces are bad; the rest is accepted by itself."""
    page = receiver.page
    await receiver.go(f"/orders/{number}/receive")
    assert await receiver.fits()
    await page.get_by_label("Of those, rejected").fill("2")
    await press(page, "receive")
    await page.wait_for_url(re.compile(f"/orders/{number}"))
    await expect(page.get_by_text("118 pcs").first).to_be_visible()


async def press(page: Page, answer: str) -> None:
    """The button that says this, and the page that answers."""
    button = page.locator(f"main button[name=answer][value={answer}]").first
    there = await page.get_by_role("heading", level=1).first.inner_text()
    await expect(button, f"on the page “{there}”").to_be_visible()
    await button.click()
    await page.wait_for_load_state()
