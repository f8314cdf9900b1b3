"""Coming in, in which language, and what becomes of a form whose session has ended."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlmodel import update

from api import people
from api.app import now
from api.sessions import COOKIE
from api.supplier.words import LANGUAGE_COOKIE
from models.domain.authority import Role
from models.tables.people import WebSession
from tests.pages.alarms import declined
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.pages.doing import at
from tests.stories import LOT, issued
from tests.systems import System

PASSWORD = "correct horse"


def person(system: System, name: str, password: str = PASSWORD, role: Role = Role.PLANNER) -> str:
    """The mail address of somebody, a planner if nothing else is said."""
    email = f"{name}@example.com"
    with system.database.write() as session:
        people.create_user(session, email, [role], password, now())
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


async def resumed(system: System, browser: Browser, email: str, path: str, **typed: str) -> StaffPage:
    """Fills the form at `path` when the session has ended, and logs in again with this address."""
    page = await browser.open(path)
    form = next(form for form in page.forms if "form" in form.fields)
    with system.database.write() as session:
        session.execute(update(WebSession).values(expires_at=now() - timedelta(minutes=1)))
    system.app.state.keyring.forget()
    given = form.fields | {name.replace("__", "."): value for name, value in typed.items()}
    turned_away = StaffPage(await browser.post(form.action, given))
    assert turned_away.status == 401
    kept = turned_away.form_to("/login").fields["kept"]
    return StaffPage(await browser.post("/login", {"email": email, "password": PASSWORD, "kept": kept}))


async def test_before_it_is_sent_it_says_which_order_it_is_about_and_what_was_typed(
    system: System, browsers: Browsers
) -> None:
    email, browser = person(system, "shown"), browsers.stranger()
    order = await at(system, "accepted")
    await log_in(browser, email)
    typed = {
        "code": "PLATED",
        "happened": "later",
        "forecast": "2031-01-02",
        "contact": "Ana",
        "basis": "mail",
    }
    page = await resumed(system, browser, email, f"/orders/{order}/report-milestone", **typed)
    assert page.links[order].endswith(f"/orders/{order}")
    for words in ("How far is it?", "Milestone Plated", "Reached? Not yet", "2031-01-02", "Ana", "by mail"):
        assert words in page.text
    assert "typed this" not in page.text, "nobody else did"


async def test_who_finds_what_somebody_else_typed_is_told_so(system: System, browsers: Browsers) -> None:
    one, two, browser = person(system, "typist"), person(system, "finder"), browsers.stranger()
    order = await at(system, "accepted")
    await log_in(browser, one)
    page = await resumed(system, browser, two, f"/orders/{order}/hold", reason="Wait for the drawing")
    assert f"{one} typed this, and you are {two}. Sent now, it is yours." in page.text
    assert "Wait for the drawing" in page.text


async def test_a_form_nobody_can_be_named_for_says_so(system: System, browsers: Browsers) -> None:
    email, browser = person(system, "unnamed"), browsers.stranger()
    kept = json.dumps({"action": "/orders/new", "fields": {"purchase_order": "PO-9"}, "file": False})
    page = StaffPage(await browser.post("/login", {"email": email, "password": PASSWORD, "kept": kept}))
    assert f"Nobody can tell who typed this. Sent now, it is from {email}." in page.text
    assert "New order Purchase order PO-9" in page.text


async def test_a_new_order_is_shown_with_its_lines_and_lots(system: System, browsers: Browsers) -> None:
    browser, buyer = browsers.stranger(), "buyer-who-resumes@example.com"
    with system.database.write() as session:
        people.create_user(session, buyer, [Role.BUYER], PASSWORD, now())
    await log_in(browser, buyer)
    form = "/orders/new?work_order=WO-3201&operation=30"
    typed = {"supplier": "ACME", "lines__0__quantity": "1,5x", "lines__0__lots__0__use": "on"}
    page = await resumed(system, browser, buyer, form, **typed)
    for words in ("Operation WO-3201 · 30", "Quantity 1,5x", "Supplier ACME", f"Lots that go out {LOT} ("):
        assert words in page.text


async def test_a_password_typed_for_somebody_is_not_shown(system: System, browsers: Browsers) -> None:
    browser, admin = browsers.stranger(), "admin-who-resumes@example.com"
    with system.database.write() as session:
        people.create_user(session, admin, [Role.ADMIN], PASSWORD, now())
    await log_in(browser, admin)
    page = await resumed(system, browser, admin, "/people/new", name="Nora New", password="a secret to keep")
    assert "Nora New" in page.text
    assert "a secret to keep" not in page.text


@pytest.mark.parametrize("path", ["/master/suppliers/new", "/nothing/here", "/orders/SO-0/hold", "/alerts/A"])
async def test_whatever_form_it_was_it_is_shown(system: System, browsers: Browsers, path: str) -> None:
    email, browser = person(system, f"any{abs(hash(path))}"), browsers.stranger()
    kept = json.dumps({"action": path, "fields": {"name": "Acme", "reason": "late", "action": "call"}})
    page = StaffPage(await browser.post("/login", {"email": email, "password": PASSWORD, "kept": kept}))
    assert page.status == 200
    assert any(typed in page.text for typed in ("Acme", "late", "call"))


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
