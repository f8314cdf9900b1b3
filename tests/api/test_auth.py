"""Who gets in, and that every route says who may."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import event
from sqlmodel import select
from starlette.routing import Mount
from starlette.testclient import TestClient

from api import people, sessions
from api.auth import Allowed, Keyring, Principal, public
from api.wire import guards_of
from models.db import Database
from models.domain.authority import Role
from models.tables.people import ApiToken, User, WebSession
from tests.api.conftest import API, NOW, Hands, Login

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHERE = API + "/plants"


def undeclared(app: FastAPI) -> list[str]:
    """The routes that say neither who may use them nor that anybody may."""
    missing = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount) and route.name == "static":
            continue
        if not isinstance(route, APIRoute) or not (guards_of(route.dependant) or is_public(route.dependant)):
            missing.append(f"{context.methods} {context.path}")
    return missing


def is_public(dependant: Dependant) -> bool:
    return any(needed.call is public or is_public(needed) for needed in dependant.dependencies)


@sqlite_only
def test_every_route_says_who_may_use_it(app: FastAPI) -> None:
    assert len(list(iter_route_contexts(app.routes))) > 40
    assert undeclared(app) == []


@sqlite_only
def test_a_route_that_does_not_say_is_found(app: FastAPI) -> None:
    @app.get("/forgotten")
    def forgotten() -> None:
        pass

    assert undeclared(app) == ["{'GET'} /forgotten"]


@sqlite_only
def test_only_these_are_open_to_everybody(app: FastAPI) -> None:
    opened = {
        str(context.path)
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute) and is_public(context.original_route.dependant)
        if str(context.path).startswith(("/api", "/log"))
    }
    assert opened == {
        "/login",
        "/logout",
        "/api/docs",
        "/api/v1/openapi.json",
        "/api/v1/health/live",
        "/api/v1/health/ready",
    }


@sqlite_only
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "so_x", "Bearer \xff", "Bearer a b"],
)
def test_without_a_valid_token_nobody_gets_in(anonymous: TestClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = anonymous.get(WHERE, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@sqlite_only
def test_who_asks_is_known_before_the_body_is_read(anonymous: TestClient, as_role: Login) -> None:
    broken = {"content": b"{" * 2_000_000, "headers": {"Content-Type": "application/json"}}
    assert anonymous.post(WHERE, **broken).status_code == 401  # type: ignore[arg-type]
    assert as_role(Role.VIEWER).post(WHERE, **broken).status_code == 403  # type: ignore[arg-type]


def test_a_token_lets_in_until_it_is_revoked(admin: TestClient, as_role: Login) -> None:
    viewer = as_role(Role.VIEWER)
    assert viewer.get(WHERE).status_code == 200
    tokens = admin.get(API + "/users/viewer@example.com/tokens").json()["items"]
    gone = admin.delete(f"{API}/users/viewer@example.com/tokens/{tokens[0]['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert viewer.get(WHERE).status_code == 401


def test_a_person_locked_out_is_out_at_once(admin: TestClient, as_role: Login) -> None:
    viewer = as_role(Role.VIEWER)
    assert viewer.get(WHERE).status_code == 200
    admin.put(API + "/users/viewer@example.com", json={"roles": ["viewer"], "active": False})
    assert viewer.get(WHERE).status_code == 401


def test_a_role_taken_away_is_gone_at_once(admin: TestClient, as_role: Login) -> None:
    buyer = as_role(Role.BUYER)
    assert buyer.post(API + "/parts", json={}).status_code == 422
    admin.put(API + "/users/buyer@example.com", json={"roles": ["viewer"]})
    assert buyer.post(API + "/parts", json={}).status_code == 403


@sqlite_only
def test_tokens_and_cookies_are_kept_as_fingerprints_only(app: FastAPI, anonymous: TestClient) -> None:
    with app.state.database.write() as session:
        user = people.create_user(session, "ana@example.com", ["buyer"], "correct horse", NOW)
        token = people.create_token(session, user, NOW)
        cookie = sessions.create_session(session, user, NOW)
    with app.state.database.read() as session:
        rows = [
            *session.exec(select(User)),
            *session.exec(select(ApiToken)),
            *session.exec(select(WebSession)),
        ]
        kept = " ".join(row.model_dump_json() for row in rows)
    assert not any(secret in kept for secret in (token, token[3:], cookie, "correct horse"))
    assert "$argon2id$" in kept


@sqlite_only
def test_a_known_token_costs_no_query_for_a_while(database: Database, clock: Hands) -> None:
    with database.write() as session:
        user = people.create_user(session, "ana@example.com", ["buyer"], None, NOW)
        token = people.create_token(session, user, NOW)
    queries: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            queries.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    keyring = Keyring(database, clock)

    async def ask(times: int) -> list[Principal | None]:
        return [await keyring.principal("token", token) for _ in range(times)]

    found = asyncio.run(ask(10))
    assert set(found) == {Principal(user.id, frozenset({Role.BUYER}), user.email)}
    assert len(queries) == 2
    keyring.forget()
    asyncio.run(ask(1))
    assert len(queries) == 4


@sqlite_only
def test_what_is_remembered_ends(database: Database, clock: Hands) -> None:
    with database.write() as session:
        user = people.create_user(session, "ana@example.com", ["buyer"], None, NOW)
        token = people.create_token(session, user, NOW)
    keyring = Keyring(database, clock, ttl=0)
    assert asyncio.run(keyring.principal("token", token)) is not None
    with database.write() as session:
        session.exec(select(ApiToken)).one().revoked_at = NOW
    assert asyncio.run(keyring.principal("token", token)) is None


@sqlite_only
def test_a_look_up_overtaken_by_a_revocation_is_not_remembered(database: Database, clock: Hands) -> None:
    with database.write() as session:
        user = people.create_user(session, "ana@example.com", ["buyer"], None, NOW)
        token = people.create_token(session, user, NOW)
    keyring = Keyring(database, clock, ttl=3600)
    reading, revoked = threading.Event(), threading.Event()

    def pause_once(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT api_token") and not reading.is_set():
            reading.set()
            assert revoked.wait(10)

    found: list[Principal | None] = []
    slow = threading.Thread(target=lambda: found.append(asyncio.run(keyring.principal("token", token))))
    event.listen(database.engine, "after_cursor_execute", pause_once)
    slow.start()
    assert reading.wait(10)
    with database.write() as session:
        session.exec(select(ApiToken)).one().revoked_at = NOW
    keyring.forget()
    revoked.set()
    slow.join()
    assert found[0] is not None
    assert asyncio.run(keyring.principal("token", token)) is None


@sqlite_only
def test_no_more_keys_are_remembered_than_fit(database: Database, clock: Hands) -> None:
    with database.write() as session:
        user = people.create_user(session, "ana@example.com", ["buyer"], None, NOW)
        tokens = [people.create_token(session, user, NOW) for _ in range(5)]
    keyring = Keyring(database, clock, size=2)
    for token in tokens:
        assert asyncio.run(keyring.principal("token", token)) is not None
        assert len(keyring._known) <= 2


@sqlite_only
def test_a_session_ends_by_itself(database: Database, clock: Hands) -> None:
    with database.write() as session:
        user = people.create_user(session, "ana@example.com", ["buyer"], None, NOW)
        cookie = sessions.create_session(session, user, NOW)
    keyring = Keyring(database, clock, ttl=0)
    clock.now = NOW + sessions.LIFETIME - timedelta(seconds=1)
    assert asyncio.run(keyring.principal("cookie", cookie)) is not None
    clock.now = NOW + sessions.LIFETIME
    assert asyncio.run(keyring.principal("cookie", cookie)) is None


@sqlite_only
def test_a_token_is_no_cookie_and_a_cookie_no_token(database: Database, clock: Hands) -> None:
    with database.write() as session:
        user = people.create_user(session, "ana@example.com", ["buyer"], None, NOW)
        token, cookie = people.create_token(session, user, NOW), sessions.create_session(session, user, NOW)
    keyring = Keyring(database, clock)
    assert asyncio.run(keyring.principal("cookie", token)) is None
    assert asyncio.run(keyring.principal("token", cookie)) is None


def test_admin_is_allowed_wherever_somebody_is() -> None:
    from api.auth import allowed

    assert Role.ADMIN in allowed(Role.BUYER).roles
    assert allowed() == Allowed(frozenset({Role.ADMIN}))
