"""Where there is nothing, people get a page with the way on, and programs a problem in JSON."""

from __future__ import annotations

import pytest

from models.domain.authority import Role
from tests.pages.browser import Browser, Browsers, StaffPage

LOOKING = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
EMPTY = ("/nothing", "/orders/SO-1/nothing/at/all", "/orders/../x", "/mailbox")


async def look(browser: Browser, path: str, method: str = "GET", **headers: str) -> StaffPage:
    return StaffPage(await browser.client.request(method, path, headers=LOOKING | headers))


@pytest.mark.parametrize("path", EMPTY)
async def test_an_unknown_address_is_a_page_with_the_way_to_today(browsers: Browsers, path: str) -> None:
    for browser in (browsers.of(Role.BUYER), browsers.stranger()):
        page = await look(browser, path)
        assert page.status == 404
        assert page.response.headers["content-type"].startswith("text/html")
        assert "There is nothing at this address." in page.text
        assert page.links["Today"].endswith("/")


@pytest.mark.parametrize(("method", "path"), [("POST", "/orders"), ("DELETE", "/alerts"), ("PUT", "/login")])
async def test_an_address_used_the_wrong_way_is_a_page_too(
    browsers: Browsers, method: str, path: str
) -> None:
    page = await look(browsers.of(Role.BUYER), path, method)
    assert page.status == 405
    assert "This address cannot be used like this." in page.text
    assert "Today" in page.links
    assert "GET" in page.response.headers["allow"]


@pytest.mark.parametrize(
    ("locale", "sentence"), [("zh", "此地址没有内容。"), ("es", "No hay nada en esta dirección.")]
)
async def test_it_is_said_in_the_persons_language(browsers: Browsers, locale: str, sentence: str) -> None:
    ours = browsers.of(Role.BUYER, locale=locale)
    assert sentence in (await look(ours, "/nothing", **{"Accept-Language": "en"})).text
    stranger = browsers.stranger()
    assert sentence in (await look(stranger, "/nothing", **{"Accept-Language": locale})).text


async def test_a_supplier_is_sent_to_the_mail_and_not_to_our_login(browsers: Browsers) -> None:
    page = await look(browsers.stranger(), "/s/a/b/c/d/e/f")
    assert page.status == 404
    assert "Open the link in our mail again." in page.text
    assert "Today" not in page.links


@pytest.mark.parametrize("path", [*EMPTY, "/api", "/api/v1/nothing"])
async def test_programs_get_a_problem(browsers: Browsers, path: str) -> None:
    for accept in ("*/*", "application/json"):
        answer = await browsers.stranger().client.get(path, headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"


async def test_the_api_answers_browsers_as_it_answers_programs(browsers: Browsers) -> None:
    for path, method in (("/api/v1/nothing", "GET"), ("/api/nothing", "GET"), ("/api/v1/health/live", "PUT")):
        answer = await browsers.of(Role.BUYER).client.request(method, path, headers=LOOKING)
        assert answer.headers["content-type"] == "application/problem+json", path


@pytest.mark.parametrize(
    "path", ["/", "/orders", "/alerts", "/orders/new", "/master", "/login", "/live", "/nothing"]
)
async def test_every_page_says_how_it_would_answer(browsers: Browsers, path: str) -> None:
    client = browsers.of(Role.ADMIN).client
    said = await client.head(path, headers=LOOKING)
    assert not said.content
    assert said.status_code == (404 if path == "/nothing" else 200)
    if path != "/live":
        looked = await client.get(path, headers=LOOKING)
        assert looked.headers["content-type"] == said.headers["content-type"]
    stranger = await browsers.stranger().client.head("/orders")
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/login?next=/orders")
