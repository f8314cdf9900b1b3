"""People and their tokens as pages, for admins alone."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import people
from api.sessions import COOKIE, create_session
from models.domain.authority import Role
from tests.api.conftest import API, NOW, Login
from tests.api.conftest import admin as admin
from tests.api.conftest import anonymous as anonymous
from tests.api.conftest import app as app
from tests.api.conftest import as_role as as_role
from tests.api.conftest import clock as clock
from tests.pages.html_forms import fields_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BO = "/people/bo@example.com"
TYPED = {"email": "bo@example.com", "name": "Bo", "roles.buyer": "on", "password": "correct horse"}


@pytest.fixture
def bo(admin: TestClient) -> TestClient:
    """The admin's client; Bo, a buyer who logs in, has been made with it."""
    made = admin.post("/people/new", data=fields_of(admin.get("/people/new").text) | TYPED)
    assert made.status_code == 303, made.text
    return admin


def log_in(browser: TestClient, password: str) -> int:
    return browser.post("/login", data={"email": "bo@example.com", "password": password}).status_code


def test_a_person_made_on_the_page_logs_in_and_has_the_roles_ticked(
    bo: TestClient, anonymous: TestClient
) -> None:
    assert log_in(anonymous, "correct horse") == 303
    assert anonymous.get(API + "/users").status_code == 403
    listed = bo.get("/people").text
    assert "Bo" in listed
    assert "buyer" in listed
    assert bo.get(API + "/users/bo@example.com").json()["roles"] == ["buyer"]


def test_a_password_is_never_drawn_again(bo: TestClient) -> None:
    page = bo.get(BO).text
    assert fields_of(page)["password"] == ""
    assert "argon2" not in page
    assert "correct horse" not in page
    refused = bo.post(BO, data=fields_of(page) | {"password": "short"})
    assert refused.status_code == 422
    assert 'href="#password"' in refused.text


def test_a_password_is_set_anew_and_the_history_says_so_without_it(
    bo: TestClient, anonymous: TestClient
) -> None:
    assert bo.post(BO, data=fields_of(bo.get(BO).text) | {"password": "battery staple"}).status_code == 303
    assert log_in(anonymous, "correct horse") == 401
    assert log_in(anonymous, "battery staple") == 303
    assert "such as a password" in bo.get(BO).text


def test_a_person_deactivated_is_locked_out_and_let_in_again(bo: TestClient, anonymous: TestClient) -> None:
    form = fields_of(bo.get(BO).text)
    assert form.pop("active") == "on"
    assert bo.post(BO, data=form).status_code == 303
    assert log_in(anonymous, "correct horse") == 401
    assert "Deactivated" in bo.get(BO).text
    assert bo.post(BO, data=fields_of(bo.get(BO).text) | {"active": "on"}).status_code == 303
    assert log_in(anonymous, "correct horse") == 303


def test_roles_taken_away_are_in_the_history(bo: TestClient) -> None:
    form = fields_of(bo.get(BO).text) | {"roles.quality": "on"}
    del form["roles.buyer"]
    assert bo.post(BO, data=form).status_code == 303
    assert bo.get(API + "/users/bo@example.com").json()["roles"] == ["quality"]
    assert "Roles: buyer → quality" in bo.get(BO).text


def test_an_admin_cannot_lock_themselves_out_here_either(admin: TestClient) -> None:
    address = "/people/admin@example.com"
    form = fields_of(admin.get(address).text)
    del form["roles.admin"]
    refused = admin.post(address, data=form | {"roles.viewer": "on", "name": "Ada"})
    assert refused.status_code == 409
    assert "You would lock yourself out" in refused.text
    assert fields_of(refused.text)["name"] == "Ada"


def new_token(client: TestClient, form: dict[str, str]) -> str:
    page = client.post(f"{BO}/tokens", data=form)
    assert page.status_code == 200, page.text
    found = re.search(r'class="secret" readonly value="(so_[\w-]+)"', page.text)
    assert found, "the token is on the page"
    return found[1]


def test_a_token_is_shown_once_works_and_is_refused_once_revoked(bo: TestClient, app: FastAPI) -> None:
    page = bo.get(BO).text
    form = fields_of(page, "search") | {"label": "ERP"}
    token = new_token(bo, form)
    assert new_token(bo, form) == token, "the same form sent twice makes one"
    program = TestClient(app, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)
    assert program.get(API + "/orders").status_code == 200
    page = bo.get(BO).text
    assert token not in page
    (revoke,) = re.findall(r'action="([^"]+/revoke)"', page)
    assert bo.post(revoke).status_code == 303
    assert program.get(API + "/orders").status_code == 401
    assert "Revoked" in bo.get(BO).text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_admins_see_people(bo: TestClient, as_role: Login, role: Role) -> None:
    client = as_role(role)
    for address in ("/people", "/people/new", BO):
        assert client.get(address).status_code == 403
    for address in ("/people/new", BO, f"{BO}/tokens", f"{BO}/tokens/t_1/revoke"):
        assert client.post(address, data={"form": ""}).status_code == 403
    assert 'href="/people"' not in client.get("/").text


def test_somebody_nobody_knows_is_a_page_that_says_so(admin: TestClient) -> None:
    assert admin.get("/people/nobody@example.com").status_code == 404
    assert admin.post("/people/nobody@example.com/tokens", data={"form": "x"}).status_code == 404


def test_a_form_from_another_site_changes_nothing(
    bo: TestClient, anonymous: TestClient, app: FastAPI
) -> None:
    with app.state.database.write() as session:
        ada = people.user_by_email(session, "admin@example.com")
        secret = create_session(session, ada, NOW)
    anonymous.cookies.set(COOKIE, secret)
    refused = anonymous.post(BO, data={"name": "X"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert bo.get(API + "/users/bo@example.com").json()["name"] == "Bo"


@pytest.mark.parametrize(("locale", "said"), [("zh", "采购员"), ("es", "comprador")])
def test_roles_are_in_the_readers_language(bo: TestClient, locale: str, said: str) -> None:
    bo.cookies.set("sendout_language", locale)
    assert said in bo.get("/people").text
