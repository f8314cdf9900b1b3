"""Logging in with a browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import people
from api.sessions import COOKIE
from tests.api.conftest import API, NOW, Login

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PASSWORD = "correct horse"
WHERE = API + "/users"


@pytest.fixture
def browser(app: FastAPI, anonymous: TestClient) -> TestClient:
    """A browser at the login page of a server that knows Ana, an admin."""
    with app.state.database.write() as session:
        people.create_user(session, "Ana@Example.com", ["admin"], PASSWORD, NOW)
        people.create_user(session, "token@example.com", ["viewer"], None, NOW)
    return anonymous


def log_in(browser: TestClient, email: str = "ana@example.com", password: str = PASSWORD, **more: Any) -> Any:
    return browser.post("/login", data={"email": email, "password": password}, **more)


def test_the_right_password_sets_a_cookie_scripts_cannot_read(browser: TestClient) -> None:
    answer = log_in(browser, " ANA@example.com ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert browser.get(WHERE).status_code == 200


def test_over_https_the_cookie_stays_there(make_settings: Any, browser: TestClient, app: FastAPI) -> None:
    app.state.settings = make_settings(public_url="https://sendout.example")
    assert "Secure" in log_in(browser).headers["set-cookie"]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ana@example.com", "wrong"),
        ("ana@example.com", ""),
        ("nobody@example.com", PASSWORD),
        ("token@example.com", ""),
        ("token@example.com", PASSWORD),
        ("", ""),
        ("ana@example.com\0", PASSWORD + "\0x"),
    ],
)
def test_all_that_is_wrong_looks_the_same_and_keeps_the_address(
    browser: TestClient, email: str, password: str
) -> None:
    answer = log_in(browser, email, password)
    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert f'value="{email.strip(chr(0))}"' in answer.text
    assert "set-cookie" not in answer.headers
    assert not password or password not in answer.text


def test_what_was_typed_is_shown_escaped(browser: TestClient) -> None:
    answer = log_in(browser, '"><script>alert(1)</script>')
    assert "<script>" not in answer.text


def test_a_locked_out_person_cannot_log_in(browser: TestClient, admin: TestClient) -> None:
    admin.put(WHERE + "/ana@example.com", json={"roles": ["admin"], "active": False})
    assert log_in(browser).status_code == 401


def test_guessing_is_slowed_down_even_for_the_right_password(browser: TestClient) -> None:
    assert [log_in(browser, password=f"guess {n}").status_code for n in range(5)] == [401] * 5
    answer = log_in(browser)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "300"
    assert "Too many failed logins" in answer.text
    assert log_in(browser, "token@example.com", "x").status_code == 401


def test_logging_in_well_is_not_counted(browser: TestClient) -> None:
    assert [log_in(browser).status_code for _ in range(7)] == [303] * 7


def test_after_logging_out_the_cookie_is_worth_nothing(browser: TestClient) -> None:
    log_in(browser)
    cookie = browser.cookies[COOKIE]
    assert browser.get(WHERE).status_code == 200
    answer = browser.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert COOKIE not in browser.cookies
    assert browser.get(WHERE, headers={"Cookie": f"{COOKIE}={cookie}"}).status_code == 401


def test_a_new_password_ends_the_sessions_of_the_old_one(browser: TestClient, as_role: Login) -> None:
    from models.domain.authority import Role

    log_in(browser)
    as_role(Role.ADMIN).put(
        WHERE + "/ana@example.com", json={"roles": ["admin"], "password": "battery staple"}
    )
    assert browser.get(WHERE).status_code == 401
    assert log_in(browser).status_code == 401
    assert log_in(browser, password="battery staple").status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://testserver"}, 422),
        ({"Origin": "http://127.0.0.1:8000"}, 422),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
    ],
)
def test_another_site_cannot_use_the_cookie(
    browser: TestClient, headers: dict[str, str], status: int
) -> None:
    log_in(browser)
    answer = browser.post(WHERE, json={}, headers=headers)
    assert answer.status_code == status
    assert browser.get(WHERE, headers=headers).status_code == 200


def test_another_site_can_neither_log_in_nor_out(browser: TestClient) -> None:
    elsewhere = {"Origin": "https://evil.example"}
    assert log_in(browser, headers=elsewhere).status_code == 403
    log_in(browser)
    assert browser.post("/logout", headers=elsewhere).status_code == 403
    assert browser.get(WHERE).status_code == 200


def test_only_a_short_form_is_read(browser: TestClient) -> None:
    assert browser.post("/login", json={"email": "a"}).status_code == 415
    assert log_in(browser, password="x" * 1_100_000).status_code == 413


def test_the_page_works_without_scripts_and_names_its_fields(browser: TestClient) -> None:
    answer = browser.get("/login")
    assert answer.status_code == 200
    for part in ('<html lang="en">', '<label for="email">', '<label for="password">', 'method="post"'):
        assert part in answer.text
    # The one script only says that the form is on its way.
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/static/sending.js" defer>']
