"""Open pages keep up with what others do, and leave the person at them alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, expect

from tests.browser.site import Site
from tests.browser.tab import Tab, tab

# Of the busiest machine: it takes one second of the page's own.
# A page that missed its word fetches itself anew after a minute.
PATIENCE = 75_000
TYPED = "HX-77"


@dataclass
class Open:
    """A page somebody has begun to type on."""

    tab: Tab
    words: Locator

    async def untouched(self) -> None:
        """It was not loaded anew, and who types on it goes on typing."""
        assert await self.tab.page.evaluate("window.openedOnce === true")
        assert await self.tab.page.evaluate("document.activeElement.id") == "find"
        await self.tab.page.keyboard.type("8")
        await expect(self.words).to_have_value(TYPED + "8")
        await self.tab.page.keyboard.press("Backspace")


async def opened(visitor: Tab, role: str, path: str) -> Open:
    await visitor.log_in(role)
    await visitor.go(path)
    await visitor.page.evaluate("window.openedOnce = true")
    words = visitor.page.locator("#find")
    await words.focus()
    await visitor.page.keyboard.type(TYPED)
    return Open(visitor, words)


async def test_orders_and_alerts_change_under_a_readers_eyes_and_nowhere_else(
    browser: Browser, site: Site
) -> None:
    number = site.orders["WO-3201"]
    async with tab(browser, site) as first, tab(browser, site) as second, tab(browser, site) as third:
        order = await opened(first, "buyer", f"/orders/{number}")
        listed = await opened(second, "planner", f"/orders?q={number}")
        today = await opened(third, "planner", "/")
        pages = (order, listed, today)
        for page in (order, listed):
            await expect(page.tab.page.locator("#live")).not_to_contain_text("On hold")
        await asyncio.to_thread(site.post, f"/orders/{number}/hold", {"reason": "drawing unclear"})
        for page in (order, listed):
            await expect(page.tab.page.locator("#live")).to_contain_text("On hold", timeout=PATIENCE)
            await expect(page.tab.page.locator("#said[role=status]")).to_contain_text("On hold")
        await asyncio.to_thread(site.post, f"/orders/{number}/resume", {})
        for page in (order, listed):
            await expect(page.tab.page.locator("#live")).not_to_contain_text("On hold", timeout=PATIENCE)
        for page in pages:
            await page.untouched()
            # Who cannot see it is told, without being led away from where they type.
            await expect(page.tab.page.locator("#said[role=status]")).to_contain_text("Updated: ")


async def test_who_stands_on_a_button_that_is_gone_goes_on_where_it_was(browser: Browser, site: Site) -> None:
    number = site.orders["WO-3201"]
    async with tab(browser, site) as reader:
        await reader.log_in("buyer")
        await reader.go(f"/orders/{number}")
        gone = reader.page.locator("#do-hold")
        await gone.focus()
        await asyncio.to_thread(site.post, f"/orders/{number}/hold", {"reason": "drawing unclear"})
        await expect(gone).to_have_count(0, timeout=PATIENCE)
        assert await reader.page.evaluate("document.activeElement.id") == "next"
        await asyncio.to_thread(site.post, f"/orders/{number}/resume", {})
        await expect(gone).to_have_count(1, timeout=PATIENCE)


async def test_an_alert_answered_by_another_leaves_the_list_while_one_writes_about_the_next(
    browser: Browser, site: Site
) -> None:
    async with tab(browser, site) as reader:
        await reader.log_in("planner")
        await reader.go("/alerts")
        items = reader.page.locator("#live article.alert:has(textarea)")
        before = await items.count()
        assert before > 1
        name = await items.first.get_attribute("id")
        mine = reader.page.locator(f"[id='{await items.nth(1).get_attribute('id')}']")
        await mine.locator("summary").click()
        words = mine.locator("textarea")
        await words.focus()
        await reader.page.keyboard.type("Called, it comes")
        answer = {"cause": "supplier", "action": "Ana looks for it"}
        await asyncio.to_thread(site.post, f"/alerts/{name}/acknowledge", answer)
        await expect(items).to_have_count(before - 1, timeout=PATIENCE)
        await reader.page.keyboard.type(" on Friday")
        await expect(words).to_have_value("Called, it comes on Friday")
        await expect(words).to_be_focused()


async def test_a_page_listens_though_its_script_was_ready_only_after_the_first_time_it_was_told(
    browser: Browser, site: Site
) -> None:
    number = site.orders["WO-3201"]
    # On a busy machine htmx begins later than the page is loaded: the first word is lost on it.
    deaf = """let first = true;
        addEventListener("seen", (event) => { if (first) event.stopImmediatePropagation(); first = false; }, true);"""
    async with tab(browser, site) as reader:
        await reader.log_in("planner")
        await reader.context.add_init_script(deaf)
        await reader.go(f"/orders/{number}")
        await asyncio.to_thread(site.post, f"/orders/{number}/hold", {"reason": "drawing unclear"})
        await expect(reader.page.locator("#live")).to_contain_text("On hold", timeout=PATIENCE)
        await asyncio.to_thread(site.post, f"/orders/{number}/resume", {})
        await expect(reader.page.locator("#live")).not_to_contain_text("On hold", timeout=PATIENCE)


async def test_a_page_that_no_word_comes_to_is_a_minute_old_at_most(browser: Browser, site: Site) -> None:
    number = site.orders["WO-3201"]
    async with tab(browser, site) as reader:
        await reader.log_in("planner")
        await reader.context.route("**/live?*", lambda route: route.fulfill(status=204))
        await reader.page.clock.install()
        await reader.go(f"/orders/{number}")
        await asyncio.to_thread(site.post, f"/orders/{number}/hold", {"reason": "drawing unclear"})
        live = reader.page.locator("#live")
        await expect(live).not_to_contain_text("On hold")
        await reader.page.clock.fast_forward(61_000)
        await expect(live).to_contain_text("On hold", timeout=PATIENCE)
        await asyncio.to_thread(site.post, f"/orders/{number}/resume", {})


async def test_eight_orders_opened_in_tabs_behind_this_one_all_come_and_listen_when_they_are_seen(
    browser: Browser, site: Site
) -> None:
    number = site.orders["WO-3201"]
    async with tab(browser, site) as reader:
        await reader.log_in("planner")
        behind = "Object.defineProperty(document, 'hidden', {get: () => !window.inFront});"
        await reader.context.add_init_script(behind)
        pages = [await reader.context.new_page() for _ in range(8)]
        for page in pages:
            await page.goto(site.at(f"/orders/{number}"), timeout=15_000)
        last = pages[-1]
        await last.evaluate("window.inFront = true; document.dispatchEvent(new Event('visibilitychange'))")
        await asyncio.to_thread(site.post, f"/orders/{number}/hold", {"reason": "drawing unclear"})
        await expect(last.locator("#live")).to_contain_text("On hold", timeout=PATIENCE)
        await asyncio.to_thread(site.post, f"/orders/{number}/resume", {})
        await expect(last.locator("#live")).not_to_contain_text("On hold", timeout=PATIENCE)
