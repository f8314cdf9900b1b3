"""A supplier's phone sends files one by one as they are chosen, says how far each is, and keeps them."""

from __future__ import annotations

import asyncio

from playwright.async_api import Browser, FilePayload, Page, Request, Route, expect

from tests.browser.axe import complaints
from tests.browser.site import Site
from tests.browser.tab import Tab, tab

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
LARGE = 10_000_001
# Notes every value that each file's bar ever had.
WATCH = """
window.seen = {};
new MutationObserver(() => {
  for (const row of document.querySelectorAll('.queue li')) {
    const name = row.querySelector('progress').getAttribute('aria-label');
    (window.seen[name] ??= []).push(row.querySelector('.percent').innerText);
  }
}).observe(document.querySelector('.queue'), {subtree: true, childList: true, attributes: true, characterData: true});
"""


def photo(name: str, size: int = 300_000) -> FilePayload:
    return FilePayload(name=name, mimeType="image/jpeg", buffer=JPEG + name.encode() + b"x" * size)


async def chooser(opened: Tab, kind: str) -> Page:
    """The page that asks for a file, for one of this kind."""
    await opened.go(await asyncio.to_thread(opened.site.mailed_link, opened.site.orders["WO-3201"]))
    page = opened.page
    await opened.go(page.url.partition("?")[0] + "/document?another=1")
    await page.locator("#type").select_option(kind)
    return page


async def test_files_go_one_after_the_other_with_progress_and_are_there_after_a_reload(
    browser: Browser, site: Site
) -> None:
    async with tab(browser, site, width=360, height=640) as supplier:
        page = await chooser(supplier, "photo")
        uploads: list[str] = []

        def note(what: str) -> None:
            def noted(request: Request) -> None:
                if request.method == "POST":
                    uploads.append(what)

            page.on("request" if what == "begun" else "requestfinished", noted)

        note("begun")
        note("done")
        await page.evaluate(WATCH)
        slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 300_000}
        await (await supplier.context.new_cdp_session(page)).send("Network.emulateNetworkConditions", slow)
        await page.locator("#file").set_input_files([photo("bath.jpg"), photo("rack.jpg")])
        await expect(page.locator(".queue li")).to_have_count(2)
        assert await complaints(supplier) == []
        assert await supplier.fits()
        arrived = page.locator("#arrived li")
        await expect(arrived.filter(has_text="rack.jpg")).to_contain_text("0.3 MB", timeout=20_000)
        await expect(arrived.filter(has_text="bath.jpg")).to_contain_text("Photo")
        await expect(page.get_by_role("status").last).to_have_text("rack.jpg has arrived")
        await expect(page.locator(".queue li")).to_have_count(0)
        assert uploads == ["begun", "done", "begun", "done"]
        for name, percents in (await page.evaluate("window.seen")).items():
            values = [int(text.rstrip("\u00a0%")) for text in percents if text]
            assert values == sorted(values), name
            assert any(0 < value < 100 for value in values), (name, values)

        await page.reload()
        for name in ("bath.jpg", "rack.jpg"):
            await expect(arrived.filter(has_text=name)).to_be_visible()
        assert await supplier.fits()


async def test_a_paper_waits_to_be_described_even_when_the_page_is_gone(browser: Browser, site: Site) -> None:
    async with tab(browser, site, width=360, height=640) as supplier:
        page = await chooser(supplier, "cert_3_1")
        paper = FilePayload(name="cert.pdf", mimeType="application/pdf", buffer=PDF + b"browser")
        await page.locator("#file").set_input_files(paper)
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("What is printed on cert.pdf?")
        assert await complaints(supplier) == []
        assert await supplier.fits()
    async with tab(browser, site, width=360, height=640) as supplier:
        await chooser(supplier, "photo")
        await supplier.page.locator("#arrived").get_by_role("link", name="to be described").click()
        heading = supplier.page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("What is printed on cert.pdf?")
        await supplier.page.get_by_role("button", name="Remove this file").click()
        await expect(supplier.page.locator("#file")).to_be_visible()
        await expect(supplier.page.get_by_text("cert.pdf")).to_have_count(0)


async def test_what_went_wrong_stands_beside_the_file_with_a_way_on(browser: Browser, site: Site) -> None:
    async with tab(browser, site, width=360, height=640) as supplier:
        await supplier.speak("zh")
        page = await chooser(supplier, "photo")
        rows = page.locator(".queue li")
        text = FilePayload(name="a.txt", mimeType="text/plain", buffer=b"no photo")
        lies = FilePayload(name="lies.jpg", mimeType="image/jpeg", buffer=PDF)
        await page.locator("#file").set_input_files([photo("large.jpg", LARGE), text, lies])
        await expect(rows.filter(has_text="large.jpg")).to_contain_text("超过 10 MB")
        await expect(rows.filter(has_text="a.txt")).to_contain_text("JPEG、PNG、WebP")
        await expect(rows.filter(has_text="lies.jpg")).to_contain_text("PDF")
        assert await complaints(supplier) == []
        for _ in range(3):
            await rows.first.locator("button[value=drop]").click()
        await expect(rows).to_have_count(0)
        await expect(page.locator("#file")).to_be_focused()

        async def away(route: Route) -> None:
            if route.request.method == "POST":
                await route.abort("connectionreset")
            else:
                await route.continue_()

        await page.goto(page.url.partition("?")[0] + "?type=photo&another=1")
        await page.route("**/document", away)
        await page.locator("#file").set_input_files(photo("tunnel.jpg"))
        await expect(rows.filter(has_text="tunnel.jpg")).to_contain_text("连接中断")
        supplier.complaints.clear()
        await page.unroute("**/document")
        await rows.first.locator("button[value=again]").click()
        await expect(page.locator("#arrived li").filter(has_text="tunnel.jpg")).to_be_visible()
        await expect(rows).to_have_count(0)
