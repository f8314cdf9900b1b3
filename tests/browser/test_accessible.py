"""axe-core finds nothing on any page, light and dark, in every language; nothing sticks out on a phone,
and nothing is left in English."""

from __future__ import annotations

import asyncio
import re

import pytest
from fastapi.routing import APIRoute
from playwright.async_api import Browser, expect

from activities.i18n import LOCALES
from api import demo_world
from api.addresses import PAGES as ROUTERS
from api.pages.master.registry import SCREENS
from api.sessions import COOKIE
from api.supplier.questions import TASKS
from tests.browser.axe import complaints_but_of_colours, complaints_in
from tests.browser.pages import IN_ENGLISH, NOT_LOOKED_AT, PAGES, SUPPLIER, WRITTEN_ONCE, Look
from tests.browser.site import Site
from tests.browser.tab import Tab, tab
from tests.english import SAID, data_of, left_in_english

# Presses a button of a form as it stands, whatever the browser itself would ask for first.
_PRESS = "button => { button.form.noValidate = true; button.form.requestSubmit(button); }"


def test_every_page_is_looked_at() -> None:
    routes = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    assert routes - NOT_LOOKED_AT == PAGES.keys()
    assert all(PAGES.values())


def test_so_is_every_screen_and_everything_a_supplier_can_tell() -> None:
    addresses = {look.address for looks in PAGES.values() for look in looks}
    assert {f"/master/{name}/new" for name in SCREENS} <= addresses
    told = {look.address.rpartition("/")[2] for look in PAGES["/s/o/{link}/{task}"]}
    assert told == TASKS.keys()


@pytest.mark.parametrize("look", [look for looks in PAGES.values() for look in looks], ids=str)
async def test_axe_finds_nothing_in_any_language_and_scheme_nor_english_in_another_and_it_fits_on_a_phone(
    browser: Browser, site: Site, look: Look
) -> None:
    async with tab(browser, site) as opened:
        base = await _come_in(opened, look)
        for locale in LOCALES[:1] if look.address.startswith(WRITTEN_ONCE) else LOCALES:
            await opened.speak(locale)
            await opened.page.set_viewport_size({"width": 1440, "height": 900})
            await _look(opened, look, base)
            assert locale != "zh" or await _in_english(opened, look) == []
            assert await complaints_but_of_colours(opened) == [], locale
            if locale == LOCALES[0]:
                # A page has the same colours in every language.
                assert await complaints_in(opened, "light") == []
                assert await complaints_in(opened, "dark") == []
            await opened.page.set_viewport_size({"width": 360, "height": 640})
            assert await opened.fits(), locale
            await opened.page.emulate_media(color_scheme="light")


async def _in_english(opened: Tab, look: Look) -> list[str]:
    """What a Chinese reader's page says in English, but for what was entered or asked for."""
    if look.address.startswith(IN_ENGLISH):
        return []
    said = await opened.page.evaluate(SAID)
    assert len(said) > 3
    asked = re.split(r"[/?=&]", look.address.replace("+", " "))
    return left_in_english(said, {*data_of(opened.site.database), *asked, demo_world.COMPANY})


async def _come_in(opened: Tab, look: Look) -> str:
    """What the look's address begins with, for somebody who has logged in or opened the mailed link."""
    if look.role != SUPPLIER:
        if look.role:
            await opened.log_in(look.role)
        return look.address
    job, _, task = look.address.partition("/")
    number = opened.site.orders[job.strip("{}")]
    await opened.go(await asyncio.to_thread(opened.site.mailed_link, number))
    return opened.page.url.partition("?")[0] + (f"/{task}" if task else "")


async def _look(opened: Tab, look: Look, address: str) -> None:
    page = opened.page
    assert await opened.go(address) == look.status
    if look.form:
        assert await page.locator("main form input[name=version]").count() == 1
    if look.then:
        link = await page.locator(look.then).first.get_attribute("href")
        assert link is not None
        assert await opened.go(link) == 200
    if look.expired:
        await opened.context.clear_cookies(name=COOKIE)
    if look.press:
        async with page.expect_navigation() as arrived:
            await page.locator(look.press).first.evaluate(_PRESS)
        answer = await arrived.value
        assert answer.status == look.answered
    if look.expired:
        await page.locator("input[name=email]").fill(opened.site.email(look.role))
        await page.locator("input[name=password]").fill(demo_world.PASSWORD)
        await page.locator("main button[type=submit]").click()
        await expect(page.locator("main form [name=reason]")).to_have_count(1)
