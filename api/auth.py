"""Who is asking, and what they may ask for.

A request carries a bearer token or a session cookie; both are known by their SHA-256 only. Every
route declares its roles with ``allowed(...)``, or ``public``; a test fails for one that does not.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Request
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool
from structlog.contextvars import bind_contextvars

from api.errors import Problem
from api.sessions import COOKIE, fingerprint, refuse_cross_site
from models.db import Database
from models.domain.authority import Role
from models.domain.errors import Forbidden
from models.tables.people import ApiToken, User, WebSession

Clock = Callable[[], datetime]
Scheme = Literal["token", "cookie"]
_READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, by opaque id: records name this, never a mail address. `name` is for their own pages."""

    id: str
    roles: frozenset[Role]
    name: str
    kind: Literal["user", "supplier"] = "user"
    cleared: bool = False
    locale: str = "en"
    plant: str | None = None


class Keyring:
    """Finds the principal a secret belongs to, and remembers it for a few seconds.

    So most requests cost no query; a key revoked in another process works at most ``ttl`` longer.
    """

    def __init__(self, database: Database, clock: Clock, *, ttl: float = 5.0, size: int = 10_000) -> None:
        self._database = database
        self._clock = clock
        self._ttl = ttl
        self._size = size
        self._known: dict[tuple[Scheme, str], tuple[Principal, float]] = {}
        # A look-up that began before a revocation must not be remembered after it.
        self._revocations = 0
        self._lock = threading.Lock()

    async def principal(self, scheme: Scheme, secret: str) -> Principal | None:
        """Whose key this is, or ``None`` when it is wrong, expired or revoked."""
        key = (scheme, fingerprint(secret))
        remembered = self._known.get(key)
        if remembered is not None and time.monotonic() < remembered[1]:
            return remembered[0]
        return await run_in_threadpool(self._look_up, key)

    def forget(self) -> None:
        """Look everybody up again: somebody's key or roles have changed."""
        with self._lock:
            self._revocations += 1
            self._known.clear()

    def _look_up(self, key: tuple[Scheme, str]) -> Principal | None:
        scheme, mark = key
        revocations = self._revocations
        with self._database.read() as session:
            user = (
                _by_token(session, mark) if scheme == "token" else _by_session(session, mark, self._clock())
            )
        if user is None or not user.active:
            return None
        found = Principal(
            user.id,
            frozenset(Role(role) for role in user.roles),
            user.name or user.email,
            cleared=user.cleared,
            locale=user.locale,
            plant=user.plant,
        )
        with self._lock:
            if revocations == self._revocations:
                if len(self._known) >= self._size:
                    self._known.clear()
                self._known[key] = (found, time.monotonic() + self._ttl)
        return found


@dataclass(frozen=True)
class Allowed:
    """A dependency: the principal, if they have one of ``roles``. Admin has all of them."""

    roles: frozenset[Role]

    async def __call__(self, request: Request) -> Principal:
        principal = await authenticate(request)
        if not principal.roles & self.roles:
            raise Forbidden(
                "forbidden.role",
                "This needs the role {roles}. Ask someone who has it.",
                roles=" or ".join(sorted(self.roles - {Role.ADMIN})) or "admin",
            )
        return principal


def allowed(*roles: Role) -> Allowed:
    """Only people with one of ``roles``, and admins; without roles only admins."""
    return Allowed(frozenset(roles) | {Role.ADMIN})


async def public() -> None:
    """A dependency that says: anybody may ask this, without a key."""


Reader = Annotated[Principal, Depends(allowed(*Role))]
Admin = Annotated[Principal, Depends(allowed())]
PUBLIC = [Depends(public)]


async def authenticate(request: Request) -> Principal:
    """Who sent this request. Raises ``Problem`` 401, or 403 when another site sent the cookie along."""
    known: Principal | None = getattr(request.state, "principal", None)
    if known is not None:
        return known
    keyring: Keyring = request.app.state.keyring
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        principal = await keyring.principal("token", secret.strip())
    elif not scheme and (cookie := request.cookies.get(COOKIE)):
        if request.method not in _READ_ONLY:
            refuse_cross_site(request)
        principal = await keyring.principal("cookie", cookie)
    else:
        principal = None
    if principal is None:
        raise Problem(
            401,
            "unauthenticated",
            "Send a valid token as `Authorization: Bearer <token>`, or log in at /login.",
            headers={"WWW-Authenticate": 'Bearer realm="sendout"'},
        )
    request.state.principal = principal
    bind_contextvars(by=principal.id)
    return principal


def _by_token(session: Session, mark: str) -> User | None:
    token = session.exec(select(ApiToken).where(ApiToken.fingerprint == mark)).first()
    if token is None or token.revoked_at is not None or not hmac.compare_digest(token.fingerprint, mark):
        return None
    return session.get(User, token.user_id)


def _by_session(session: Session, mark: str, now: datetime) -> User | None:
    found = session.get(WebSession, mark)
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        return None
    return session.get(User, found.user_id)
