"""One tab of Debian's Chromium that notes whatever a page complains of."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from api import demo_world
from api.sessions import COOKIE
from tests.browser.site import Site

_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Collected in the page itself: what the content security policy kept from happening.
_WATCH = """
window.refused = [];
document.addEventListener('securitypolicyviolation', e => window.refused.push(
  `${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
"""


@asynccontextmanager
async def chromium(*more: str) -> AsyncIterator[Browser]:
    """Debian's Chromium, started with `more` arguments; `make browser` installs it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "there is no chromium here: run `make browser`"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*_QUIET, *more])
        yield browser
        await browser.close()


@dataclass
class Tab:
    """`page` is Playwright's. Everything it complained of is in `complaints`."""

    site: Site
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    async def go(self, path: str) -> int:
        """Opens a page of the site; the status it was answered with."""
        answer = await self.page.goto(self.site.at(path) if path.startswith("/") else path)
        assert answer is not None
        return answer.status

    async def log_in(self, role: str) -> None:
        """By the login page, the first time; then with the cookie it gave."""
        if role not in self.site.cookies:
            await self._by_the_page(role)
            self.site.cookies[role] = [
                cookie for cookie in await self.context.cookies() if cookie["name"] == COOKIE
            ]
        await self.context.add_cookies(self.site.cookies[role])

    async def _by_the_page(self, role: str) -> None:
        await self.go("/login")
        await self.page.get_by_label("Mail address").fill(self.site.email(role))
        await self.page.get_by_label("Password").fill(demo_world.PASSWORD)
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.wait_for_url(self.site.at("/"))

    async def speak(self, locale: str) -> None:
        """The language every page of the site is shown in from now on."""
        cookies = [
            {"name": "sendout_language", "value": locale, "url": self.site.address + path}
            for path in ("/", "/s")
        ]
        await self.context.add_cookies(cookies)  # type: ignore[arg-type]

    async def fits(self) -> bool:
        """Whether nothing sticks out at the side."""
        wide: bool = await self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        return not wide

    def note(self, said: ConsoleMessage) -> None:
        """An answer of 409 or 422 is a page too, though Chromium complains that it is no 200."""
        itself = said.text.startswith("Failed to load resource") and said.location["url"] == self.page.url
        if said.type in ("error", "warning") and not itself:
            self.complaints.append(f"{said.text} ({said.location['url']})")

    async def check(self) -> None:
        """Fails with what the pages so far have complained of."""
        refused = await self.page.evaluate("window.refused || []")
        said = [*self.complaints, *refused]
        assert not said, "\n".join(said)


@asynccontextmanager
async def tab(
    browser: Browser,
    site: Site,
    *,
    width: int = 1440,
    height: int = 900,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
) -> AsyncIterator[Tab]:
    """A fresh tab without cookies; at the end nothing may have been complained of."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=scripts,
        has_touch=width < 500,
    )
    page = await context.new_page()
    opened = Tab(site, context, page)
    if scripts:
        await context.add_init_script(_WATCH)
    page.on("console", opened.note)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    try:
        yield opened
        if scripts:
            await opened.check()
    finally:
        await context.close()
