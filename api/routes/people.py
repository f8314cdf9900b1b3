"""Our people and their tokens; only admins see and change them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Request, Response
from pydantic import Field
from sqlmodel import Session, col

from api import people
from api.auth import Admin
from api.changes import mark_of, perform, transact
from api.fields import Body, Email, Flag, Key, Locale, Text
from api.routes.resource import Checks, Fields, Items, Paging, Resource, etag, fields_of
from api.sessions import end_sessions
from api.wire import Answer, api_router
from models.domain.authority import Role
from models.domain.errors import Refusal
from models.tables.people import ApiToken, User
from models.tables.plants import Plant

router = api_router(tags=["People"])


def _views(_session: Session, rows: Any) -> list[Fields]:
    return [fields_of(user, but={"password_hash"}) for user in rows]


def _token_views(_session: Session, rows: Any) -> list[Fields]:
    return [fields_of(token, but={"fingerprint", "user_id"}) for token in rows]


users = Resource(User, "person", ("id",), _views)
tokens = Resource(ApiToken, "token", ("id",), _token_views)
Password = Annotated[str, Field(min_length=8, max_length=1000)]


class UserFields(Body):
    name: Text | None = None
    roles: list[Role]
    cleared: Flag = False
    locale: Locale = "en"
    plant: Key | None = None


class UserBody(UserFields):
    email: Email
    password: Password | None = Field(default=None, description="Left out: only tokens, no login page.")


class UserEdit(UserFields):
    active: Flag = True
    password: Password | None = Field(default=None, description="Left out: it stays as it is.")


class UserView(UserFields):
    id: str
    email: str
    name: str
    active: bool
    created_at: datetime


class TokenBody(Body):
    label: Text | None = None


class TokenView(Body):
    id: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


class NewToken(TokenView):
    token: str = Field(description="Shown this once.")


@router.post("/users", status_code=201, response_model=UserView)
def create_user(body: UserBody, request: Request, principal: Admin) -> Answer:
    # Hashing is slow on purpose: not while the transaction keeps others waiting.
    hashed = None if body.password is None else people.hash_password(body.password)

    def change(session: Session, now: datetime) -> Answer:
        _check(session, body)
        user = people.create_user(
            session,
            body.email,
            body.roles,
            None,
            now,
            name=body.name or "",
            cleared=body.cleared,
            locale=body.locale,
            plant=body.plant,
        )
        user.password_hash = hashed
        view = users.view(session, user)
        users.record(session, principal, (user.id,), None, view, now)
        return Answer(view, 201, {"Location": f"{request.url.path}/{user.email}"})

    return perform(request, principal, change)


@router.get("/users", response_model=Items[UserView])
def list_users(request: Request, page: Paging, _principal: Admin) -> Answer:
    return users.page(request, page)


@router.get("/users/{email}", response_model=UserView)
def read_user(email: str, request: Request, _principal: Admin) -> Answer:
    with request.app.state.database.read() as session:
        view = users.view(session, people.user_by_email(session, email))
    return Answer(view, headers={"ETag": etag(view)})


@router.put("/users/{email}", response_model=UserView)
def replace_user(email: str, body: UserEdit, request: Request, principal: Admin) -> Answer:
    """`active: false` locks a person out; a new password ends the sessions begun with the old one."""

    hashed = None if body.password is None else people.hash_password(body.password)

    def change(session: Session, now: datetime) -> Answer:
        _check(session, body)
        user = users.get(session, people.user_by_email(session, email).id, lock=True)
        if user.id == principal.id and not (body.active and Role.ADMIN in body.roles):
            raise Refusal(
                "person.self", "You would lock yourself out. Ask another admin to do it.", field="roles"
            )
        before = users.view(session, user)
        users.refuse_stale(request, before, email)
        user.sqlmodel_update(body.model_dump(exclude={"password"}))
        user.name, user.roles = body.name or "", people.known_roles(body.roles)
        if hashed is not None:
            user.password_hash = hashed
            end_sessions(session, user, now)
        session.add(user)
        session.flush()
        after = users.view(session, user)
        # A new password shows as a change in which nothing visible differs.
        if after != before or hashed is not None:
            users.record(session, principal, (user.id,), before, after, now)
        return Answer(after)

    answer = transact(request, change)
    request.app.state.keyring.forget()
    return answer


@router.post("/users/{email}/tokens", status_code=201, response_model=NewToken)
def create_token(email: str, request: Request, principal: Admin, body: TokenBody | None = None) -> Answer:
    """The token's text is in this answer only. Repeated with the same `Idempotency-Key`, it is the same."""
    text = people.new_token(_seed(request, principal.id))
    label = (body and body.label) or ""

    def change(session: Session, now: datetime) -> Answer:
        user = people.user_by_email(session, email)
        token = people.keep_token(session, user, text, now, label=label)
        view = tokens.view(session, token)
        tokens.record(session, principal, (user.id, token.id), None, view, now)
        return Answer(view, 201, {"Location": f"{request.url.path}/{token.id}"})

    # What is kept of the answer does not hold the text: it is put in on the way out.
    kept = perform(request, principal, change)
    shown = orjson.loads(kept.body) | {"token": text}
    return Answer(shown, 201, {"Location": kept.headers["location"]})


@router.get("/users/{email}/tokens", response_model=Items[TokenView])
def list_tokens(email: str, request: Request, page: Paging, _principal: Admin) -> Answer:
    with request.app.state.database.read() as session:
        user = people.user_by_email(session, email)
    return tokens.page(request, page, col(ApiToken.user_id) == user.id)


@router.delete("/users/{email}/tokens/{token}", status_code=204, response_class=Response)
def revoke_token(email: str, token: str, request: Request, principal: Admin) -> Response:
    """From now on it is refused. Revoking it again changes nothing."""

    def change(session: Session, now: datetime) -> None:
        user = people.user_by_email(session, email)
        row = tokens.get(session, token, within={"user_id": user.id}, lock=True)
        before = tokens.view(session, row)
        if row.revoked_at is None:
            row.revoked_at = now
            session.add(row)
            tokens.record(session, principal, (user.id, token), before, tokens.view(session, row), now)

    transact(request, change)
    request.app.state.keyring.forget()
    return Response(status_code=204)


def _check(session: Session, body: UserFields) -> None:
    checks = Checks()
    checks.exists(session, Plant, body.plant, "plant", "plant")
    checks.settle()


def _seed(request: Request, principal: str) -> bytes | None:
    """Nothing without an ``Idempotency-Key``; with one, the same secret for the same request."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    secret = request.app.state.settings.secret_key.get_secret_value()
    message = "\n".join(("token", principal, given, mark_of(request)))
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest()
