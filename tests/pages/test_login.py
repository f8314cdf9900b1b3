"""Coming in, in which language, and what becomes of a form whose session has ended."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from api import people
from api.app import now
from api.sessions import COOKIE
from api.supplier.words import LANGUAGE_COOKIE
from models.domain.authority import Role
from tests.pages.alarms import declined
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.stories import issued
from tests.systems import System

PASSWORD = "correct horse"


def person(system: System, name: str, password: str = PASSWORD) -> str:
    """A planner's mail address."""
    email = f"{name}@example.com"
    with system.database.write() as session:
        people.create_user(session, email, [Role.PLANNER], password, now())
    return email


async def log_in(browser: Browser, email: str, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    answer = await browser.post("/login", {"email": email, "password": password} | more)
    return answer.status_code, answer.headers.get("location", "")


async def test_who_is_not_logged_in_comes_back_to_what_they_asked_for(
    system: System, browsers: Browsers
) -> None:
    email, browser = person(system, "wanted"), browsers.stranger()
    sent = await browser.get("/orders?stage=issued&q=a b")
    assert sent.status_code == 303
    page = await browser.open(sent.headers["location"])
    fields = page.form_to("/login").fields
    assert await log_in(browser, email, next=fields["next"]) == (303, "/orders?stage=issued&q=a%20b")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "evil.example",
        "javascript:alert(1)",
        "/a\r\nLocation: https://evil.example",
        "http:/orders",
    ],
)
async def test_a_login_never_leads_to_another_site(
    system: System, browsers: Browsers, elsewhere: str
) -> None:
    email, browser = person(system, f"p{abs(hash(elsewhere))}"), browsers.stranger()
    page = StaffPage(await browser.client.get("/login", params={"next": elsewhere}))
    assert page.form_to("/login").fields["next"] == "/"
    assert await log_in(browser, email, next=elsewhere) == (303, "/")


async def test_spaces_around_a_password_belong_to_it(system: System, browsers: Browsers) -> None:
    email = person(system, "spaced", "  two spaces ")
    assert (await log_in(browsers.stranger(), email, "two spaces"))[0] == 401
    assert (await log_in(browsers.stranger(), email, "  two spaces "))[0] == 303


async def test_a_form_whose_session_ended_is_kept_and_applied_exactly_once(
    system: System, browsers: Browsers
) -> None:
    email, browser = person(system, "kept"), browsers.stranger()
    order, alert = await declined(system)
    await log_in(browser, email)
    page = await browser.open(f"/alerts?order={order}")
    fields = page.form_to(f"/alerts/{alert}").fields | {"cause": "ours", "action": 'moved "it" <b>\n& again'}
    browser.client.cookies.delete(COOKIE)
    turned_away = StaffPage(await browser.post(f"/alerts/{alert}", fields))
    assert turned_away.status == 401
    assert "what you entered is kept" in turned_away.text
    kept = turned_away.form_to("/login").fields["kept"]
    wrong = StaffPage(await browser.post("/login", {"email": email, "password": "no", "kept": kept}))
    assert wrong.form_to("/login").fields["kept"] == kept, "a wrong password loses nothing"
    again = StaffPage(await browser.post("/login", {"email": email, "password": PASSWORD, "kept": kept}))
    assert again.form_to(f"/alerts/{alert}").fields == fields
    assert (await system.get(f"/orders/{order}/alerts"))["items"][0]["cause"] == "", "only a press sends it"
    sent = [await browser.post(f"/alerts/{alert}", fields) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    events = (await system.get(f"/orders/{order}/events"))["items"]
    assert [event["type"] for event in events].count("alert_acknowledged") == 1
    (shown,) = (await system.get(f"/orders/{order}/alerts"))["items"]
    assert shown["action"] == 'moved "it" <b>\n& again'


@pytest.mark.parametrize(
    "kept",
    ["", "{", "[]", '{"action": "https://evil.example/", "fields": {}}', '{"action": "/x", "fields": 1}'],
)
async def test_what_is_kept_can_only_be_sent_to_us(system: System, browsers: Browsers, kept: str) -> None:
    email, browser = person(system, f"k{abs(hash(kept))}"), browsers.stranger()
    assert await log_in(browser, email, kept=kept) == (303, "/")


async def test_another_sites_form_is_not_taken_with_our_cookie(system: System, browsers: Browsers) -> None:
    _, alert = await declined(system)
    answer = await browsers.of(Role.PLANNER).client.post(
        f"/alerts/{alert}",
        data={"cause": "ours", "action": "x"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


async def test_a_language_is_chosen_on_any_page_and_kept_for_a_year(
    system: System, browsers: Browsers
) -> None:
    planner = browsers.of(Role.PLANNER)
    answer = await planner.get("/orders?stage=all&language=es")
    assert (answer.status_code, answer.headers["location"]) == (303, "/orders?stage=all")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{LANGUAGE_COOKIE}=es; ")
    for part in ("HttpOnly", "SameSite=lax", f"Max-Age={int(timedelta(days=365).total_seconds())}", "Path=/"):
        assert part in cookie
    page = await planner.open("/orders")
    assert page.heading == "Pedidos"
    assert page.one("html")["lang"] == "es"


async def test_the_login_page_speaks_the_browsers_language_until_one_is_chosen(browsers: Browsers) -> None:
    browser = browsers.stranger()
    browser.client.headers["accept-language"] = "zh-CN,zh;q=0.9,en;q=0.5"
    assert (await browser.open("/login")).heading == "登录"
    assert (await browser.open("/login?language=es")).heading == "Iniciar sesión"
    assert (await browser.open("/login")).heading == "Iniciar sesión"


async def test_an_unknown_language_changes_nothing(browsers: Browsers) -> None:
    answer = await browsers.of(Role.PLANNER).get("/orders?language=tlh")
    assert answer.status_code == 200
    assert LANGUAGE_COOKIE not in answer.headers.get("set-cookie", "")


async def test_a_form_is_not_lost_to_a_language_in_its_address(system: System, browsers: Browsers) -> None:
    order = await issued(system)
    answer = await browsers.of(Role.PLANNER).post(f"/alerts/{order}-A9?language=es", {"cause": "ours"})
    assert answer.status_code == 404
    assert re.search("There is no alert", answer.text)
