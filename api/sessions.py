"""Logging in with a password: browser sessions, the cross-site check, and a brake on guessing."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from fastapi import Request, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pwdlib import PasswordHash
from sqlalchemy import update
from sqlmodel import Session, col, select

from api.errors import Problem
from models.db import Database
from models.tables.people import User, WebSession

COOKIE = "sendout_session"
LIFETIME = timedelta(hours=12)
# A browser keeps the cookie of a session that has ended: it says whose form it was.
_REMEMBERED = timedelta(days=30)


class LoginBrake:
    """Counts failed logins in this process: few per account and address, more per address."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._account = RateLimitItemPerMinute(5, 5)
        self._address = RateLimitItemPerMinute(50, 5)

    def check(self, email: str, address: str) -> None:
        """Raises ``Problem`` 429 when too many logins failed just now."""
        for limit, names in ((self._account, (email, address)), (self._address, (address,))):
            if not self._limiter.test(limit, "login", *names):
                raise Problem(
                    429,
                    "login.too_many",
                    "Too many failed logins. Wait a few minutes, then try again.",
                    headers={"Retry-After": "300"},
                )

    def failed(self, email: str, address: str) -> None:
        self._limiter.hit(self._account, "login", email, address)
        self._limiter.hit(self._address, "login", address)


def log_in(database: Database, email: str, password: str, now: datetime) -> str | None:
    """A new session's cookie secret, or ``None`` when address and password do not belong together."""
    with database.read() as session:
        user = session.exec(select(User).where(User.email == email.strip().lower())).first()
    kept = None if user is None or not user.active else user.password_hash
    # An address we do not know costs the same work, so that the time does not tell. It is slow on
    # purpose, so no transaction waits for it.
    right, renewed = passwords().verify_and_update(password, kept or _nobodys_hash())
    if user is None or kept is None or not right:
        return None
    with database.write() as session:
        if renewed is not None:
            session.get_one(User, user.id).password_hash = renewed
        return create_session(session, user, now)


def create_session(session: Session, user: User, now: datetime) -> str:
    """A new session; returns the cookie's secret, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    session.add(
        WebSession(id=fingerprint(secret), user_id=user.id, created_at=now, expires_at=now + LIFETIME)
    )
    return secret


def owner(session: Session, secret: str) -> str:
    """The id of whose session it is or was; empty for a secret nobody had."""
    found = session.get(WebSession, fingerprint(secret))
    return found.user_id if found is not None else ""


def end_session(session: Session, secret: str, now: datetime) -> None:
    """Log out; a secret nobody has is nobody's session."""
    found = session.get(WebSession, fingerprint(secret))
    if found is not None and found.revoked_at is None:
        found.revoked_at = now
        session.add(found)


def end_sessions(session: Session, user: User, now: datetime) -> None:
    """Log a person out everywhere."""
    session.execute(
        update(WebSession)
        .where(col(WebSession.user_id) == user.id, col(WebSession.revoked_at).is_(None))
        .values(revoked_at=now)
    )


def set_cookie(response: Response, secret: str, *, secure: bool) -> None:
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(_REMEMBERED.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
        path="/",
    )


def refuse_cross_site(request: Request) -> None:
    """Raises ``Problem`` 403 when a browser says that another site made it send this.

    Browsers say so in ``Sec-Fetch-Site``, older ones in ``Origin``; who says neither is no browser,
    and brings no cookie without meaning it.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        same = site in ("same-origin", "none")
    elif origin is not None:
        ours = urlsplit(request.app.state.settings.public_url).netloc
        same = urlsplit(origin).netloc in (ours, request.headers.get("host"))
    else:
        same = True
    if not same:
        raise Problem(403, "request.cross_site", "Another site sent this; do it on our own page.")


@lru_cache(maxsize=1)
def passwords() -> PasswordHash:
    """argon2id with its recommended cost."""
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return passwords().hash(secrets.token_urlsafe(16))


def fingerprint(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
