"""Our people and their tokens over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from api import people
from api.routes.people import NewToken, TokenView, UserView
from models.db import Database
from models.domain.authority import Role
from models.domain.errors import Invalid, Refusal, Unknown
from models.tables.master_changes import Idempotency, MasterChange
from models.tables.people import ApiToken
from tests.api.conftest import API, NOW, Login

USERS = API + "/users"
BO = {"email": "Bo@Example.com", "name": "Bo", "roles": ["viewer", "buyer", "buyer"], "locale": "zh"}
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_person_is_known_by_an_opaque_id_and_a_lower_case_address(admin: TestClient) -> None:
    answer = admin.post(USERS, json=BO | {"password": "correct horse"})
    assert answer.status_code == 201
    assert answer.headers["location"] == USERS + "/bo@example.com"
    UserView.model_validate(answer.json())
    assert answer.json()["id"].startswith("u_")
    assert answer.json()["roles"] == ["buyer", "viewer"]
    assert "password" not in answer.text
    assert "argon2" not in answer.text
    assert admin.get(answer.headers["location"]).json() == answer.json()
    assert answer.json() in admin.get(USERS).json()["items"]


@sqlite_only
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "bo"}, "email"),
        ({"roles": ["king"]}, "roles.0"),
        ({"roles": "admin"}, "roles"),
        ({"password": "short"}, "password"),
        ({"locale": "de"}, "locale"),
        ({"plant": "NOPE"}, "plant"),
        ({"cleared": "yes"}, "cleared"),
    ],
)
def test_a_person_who_cannot_be_is_refused_by_field(
    admin: TestClient, change: dict[str, Any], field: str
) -> None:
    answer = admin.post(USERS, json=BO | change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_one_address_is_one_person(admin: TestClient) -> None:
    admin.post(USERS, json=BO)
    twin = admin.post(USERS, json=BO | {"email": "bo@example.com"})
    assert (twin.status_code, twin.json()["code"]) == (409, "exists")


def test_changes_to_people_are_kept_without_their_secrets(admin: TestClient, app: FastAPI) -> None:
    admin.post(USERS, json=BO)
    changed = admin.put(
        USERS + "/bo@example.com", json={"roles": ["finance"], "cleared": True, "password": "correct horse"}
    )
    assert (changed.json()["roles"], changed.json()["cleared"], changed.json()["name"]) == (
        ["finance"],
        True,
        "",
    )
    admin.post(USERS + "/bo@example.com/tokens", json={"label": "ERP"})
    with app.state.database.read() as session:
        kept = session.exec(select(MasterChange).order_by(col(MasterChange.id))).all()
    assert [(change.table_name, change.before is None) for change in kept] == [
        ("person", True),
        ("person", False),
        ("api_token", True),
    ]
    everything = " ".join(change.model_dump_json() for change in kept)
    assert "argon2" not in everything
    assert "fingerprint" not in everything


def test_an_admin_cannot_lock_themselves_out(admin: TestClient) -> None:
    for body in ({"roles": ["viewer"]}, {"roles": ["admin"], "active": False}):
        answer = admin.put(USERS + "/admin@example.com", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "person.self")
    assert admin.get(USERS).status_code == 200


def test_a_token_is_shown_once_and_works(admin: TestClient, anonymous: TestClient, app: FastAPI) -> None:
    admin.post(USERS, json=BO)
    created = admin.post(USERS + "/bo@example.com/tokens", json={"label": "ERP"})
    assert created.status_code == 201
    NewToken.model_validate(created.json())
    text = created.json()["token"]
    headers = {"Authorization": f"Bearer {text}"}
    assert anonymous.get(API + "/plants", headers=headers).status_code == 200
    listed = admin.get(USERS + "/bo@example.com/tokens")
    TokenView.model_validate(listed.json()["items"][0])
    assert text not in listed.text
    assert created.headers["location"].endswith(listed.json()["items"][0]["id"])


def test_a_token_repeated_with_its_key_is_the_same_and_still_kept_nowhere(
    admin: TestClient, app: FastAPI
) -> None:
    admin.post(USERS, json=BO)
    first, again = (
        admin.post(USERS + "/bo@example.com/tokens", headers={"Idempotency-Key": "t"}) for _ in range(2)
    )
    other = admin.post(USERS + "/bo@example.com/tokens", headers={"Idempotency-Key": "u"})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert other.json()["token"] != first.json()["token"]
    with app.state.database.read() as session:
        kept = " ".join(row.body for row in session.exec(select(Idempotency)))
        assert len(session.exec(select(ApiToken)).all()) == 3
    assert first.json()["token"] not in kept


def test_two_tokens_asked_for_without_a_key_differ(admin: TestClient) -> None:
    admin.post(USERS, json=BO)
    first, second = (admin.post(USERS + "/bo@example.com/tokens") for _ in range(2))
    assert first.json()["token"] != second.json()["token"]


def test_revoking_a_token_twice_keeps_the_first_time(admin: TestClient) -> None:
    admin.post(USERS, json=BO)
    place = admin.post(USERS + "/bo@example.com/tokens").headers["location"]
    assert admin.delete(place).status_code == 204
    revoked = admin.get(USERS + "/bo@example.com/tokens").json()["items"][0]["revoked_at"]
    assert admin.delete(place).status_code == 204
    assert admin.get(USERS + "/bo@example.com/tokens").json()["items"][0]["revoked_at"] == revoked


def test_a_token_is_not_found_at_another_person(admin: TestClient) -> None:
    admin.post(USERS, json=BO)
    token = admin.post(USERS + "/bo@example.com/tokens").headers["location"].rpartition("/")[2]
    assert admin.delete(f"{USERS}/admin@example.com/tokens/{token}").status_code == 404
    assert admin.delete(f"{USERS}/bo@example.com/tokens/t_nope").status_code == 404
    assert admin.post(f"{USERS}/nobody@example.com/tokens").status_code == 404


@sqlite_only
def test_nobody_but_admins_sees_people(as_role: Login) -> None:
    for role in set(Role) - {Role.ADMIN}:
        client = as_role(role)
        assert client.get(USERS).status_code == 403
        assert client.post(USERS, json=BO).status_code == 403


class TestForOthersToCall:
    """What the command line calls."""

    @sqlite_only
    def test_a_person_is_created_with_names_of_roles(self, database: Database) -> None:
        with database.write() as session:
            user = people.create_user(session, " Ana@Example.com ", ["quality", Role.BUYER], "pw", NOW)
            assert (user.email, user.roles) == ("ana@example.com", ["buyer", "quality"])
            assert people.user_by_email(session, "ANA@example.com") is user

    @sqlite_only
    @pytest.mark.parametrize(
        ("email", "roles", "password", "code"),
        [
            ("ana", [], None, "person.email"),
            ("", [], None, "person.email"),
            ("a@b.example,c@d.example", [], None, "person.email"),
            ("ana@example.com", ["king"], None, "person.roles"),
            ("ana@example.com", [], " ", "person.password"),
            ("ana@example.com", [], "x" * 1001, "person.password"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, database: Database, email: str, roles: list[str], password: str | None, code: str
    ) -> None:
        with database.write() as session, pytest.raises(Invalid) as refused:
            people.create_user(session, email, roles, password, NOW)
        assert refused.value.code == code
        assert refused.value.detail

    @sqlite_only
    def test_the_second_of_an_address_is_refused_and_a_stranger_unknown(self, database: Database) -> None:
        with database.write() as session:
            people.create_user(session, "ana@example.com", [], None, NOW)
            with pytest.raises(Refusal, match="already a person"):
                people.create_user(session, "ANA@example.com", [], None, NOW)
            with pytest.raises(Unknown, match="no person"):
                people.user_by_email(session, "bo@example.com")

    @sqlite_only
    def test_tokens_are_long_and_never_the_same(self, database: Database) -> None:
        def token(session: Session) -> str:
            return people.create_token(session, user, NOW)

        with database.write() as session:
            user = people.create_user(session, "ana@example.com", [], None, NOW)
            tokens = {token(session) for _ in range(20)}
        assert len(tokens) == 20
        assert min(map(len, tokens)) >= 43
