"""A form on a slow network says that it is on its way, and is not sent twice."""

from __future__ import annotations

import asyncio

from playwright.async_api import Browser, Page, Route, expect

from tests.browser.site import Site
from tests.browser.tab import tab

# Presses the button twice and, before anything is answered, looks at its form; then as a browser shows a
# page again that it has kept.
PRESS = """
async (chosen) => {
  const button = document.querySelector(chosen);
  const look = () => ({
    busy: button.form.getAttribute("aria-busy"),
    text: button.innerText,
    enabled: [...button.form.elements].filter((one) => one.type === "submit" && !one.disabled).length,
  });
  const before = look();
  button.click();
  button.click();
  const pressed = look();
  await new Promise((done) => setTimeout(done, 800));
  const sending = look();
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  return [before, pressed, sending, look()];
}
"""


async def press(page: Page, path: str, chosen: str) -> list[str]:
    """What was posted while the button said that it is on its way."""
    posted: list[str] = []
    looked = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "POST":
            posted.append(route.request.post_data or "")
            await looked.wait()
        await route.continue_()

    await page.route(path, hold)
    before, pressed, sending, back = await page.evaluate(PRESS, chosen)
    assert before["busy"] is None
    assert pressed == before | {"busy": "true"}, "a quick answer changes nothing one sees"
    assert sending == {"busy": "true", "text": "Sending…", "enabled": 0}
    assert back == before
    async with page.expect_navigation():
        looked.set()
    return posted


async def test_a_form_of_ours_says_it_is_on_its_way_and_is_sent_once(browser: Browser, site: Site) -> None:
    async with tab(browser, site) as buyer:
        await buyer.log_in("buyer")
        await buyer.go("/orders/{WO-3201}/hold")
        (posted,) = await press(buyer.page, "**/hold", "button[name=answer][value=hold]")
        assert "answer=hold" in posted, "the button that was pressed is sent along"
        await expect(buyer.page.get_by_role("heading", name="There is a problem")).to_be_visible()


async def test_so_does_a_suppliers(browser: Browser, site: Site) -> None:
    async with tab(browser, site, width=360, height=640) as supplier:
        page = supplier.page
        await supplier.go(await asyncio.to_thread(site.mailed_link, site.orders["WO-3201"]))
        await supplier.go(page.url.partition("?")[0] + "/progress")
        await page.locator("details:has(button[value=later])").evaluate("(part) => { part.open = true; }")
        (posted,) = await press(page, "**/progress", "button[name=answer][value=later]")
        assert "answer=later" in posted


# Looks at the link to a PDF while it is drawn: at once, and after more than a second.
DRAW = """
async (link) => {
  const look = () => ({ busy: link.getAttribute("aria-busy"), text: link.innerText });
  const before = look();
  link.click();
  link.click();
  const pressed = look();
  await new Promise((done) => setTimeout(done, 1800));
  return [before, pressed, look()];
}
"""


async def test_a_pdf_that_takes_long_says_that_it_is_being_drawn(browser: Browser, site: Site) -> None:
    asked: list[str] = []
    looked = asyncio.Event()

    async def hold(route: Route) -> None:
        asked.append(route.request.url)
        await looked.wait()
        await route.continue_()

    async with tab(browser, site) as quality:
        await quality.log_in("quality")
        await quality.go("/trace?q=20260315-STEEL-001")
        page = quality.page
        await page.route("**/trace.pdf?*", hold)
        link = page.get_by_role("link", name="Download as PDF")
        before, pressed, drawing = await (await link.element_handle()).evaluate(DRAW)
        assert before["busy"] is None
        assert pressed == before | {"busy": "true"}, "a quick answer changes nothing one sees"
        assert drawing == {"busy": "true", "text": "Drawing the PDF… 1 s"}
        async with page.expect_download() as downloading:
            looked.set()
        file = await downloading.value
        assert file.suggested_filename == "trace-20260315-STEEL-001.pdf"
        assert len(asked) == 1, "it is drawn once however often one asks"
        await expect(link).to_be_visible()
        assert await link.get_attribute("aria-busy") is None


async def test_a_person_with_a_long_address_fits_on_the_narrowest_phone(browser: Browser, site: Site) -> None:
    async with tab(browser, site, width=320, height=640) as admin:
        await admin.log_in("admin")
        await admin.go("/people/bea@harbor.example")
        assert await admin.fits()
