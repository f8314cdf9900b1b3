"""axe-core finds nothing on any page, light and dark, in every language; nothing sticks out on a phone."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi.routing import APIRoute
from playwright.async_api import Browser

from activities.i18n import LOCALES
from api.app import PAGES as ROUTERS
from tests.browser.pages import NOT_LOOKED_AT, PAGES
from tests.browser.site import Site
from tests.browser.tab import Tab, tab

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


async def complaints(opened: Tab) -> list[str]:
    """What axe-core says is wrong with the page as it is shown."""
    found = await Axe().run(opened.page, options={**_RULES, "resultTypes": ["violations"]})
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found.response["violations"]
    ]


def test_every_page_is_looked_at() -> None:
    routes = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and not route.path.startswith("/s/")
    }
    assert routes - NOT_LOOKED_AT == PAGES.keys()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("route", PAGES)
async def test_axe_finds_nothing_in_any_language_and_it_fits_on_a_phone(
    browser: Browser, site: Site, route: str, scheme: Literal["light", "dark"]
) -> None:
    address, role = PAGES[route]
    async with tab(browser, site, scheme=scheme) as opened:
        if role:
            await opened.log_in(role)
        for locale in LOCALES:
            await opened.speak(locale)
            # What is not possible now is a page as well.
            assert await opened.go(address) in (200, 409), locale
            assert await complaints(opened) == [], locale
            await opened.page.set_viewport_size({"width": 360, "height": 640})
            assert await opened.fits(), locale
            await opened.page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_the_suppliers_page_is_accessible(
    browser: Browser, site: Site, locale: str, scheme: Literal["light", "dark"]
) -> None:
    async with tab(browser, site, width=360, height=640, scheme=scheme) as opened:
        await opened.go(site.link)
        await opened.speak(locale)
        await opened.page.reload()
        assert await complaints(opened) == []
        assert await opened.fits()
