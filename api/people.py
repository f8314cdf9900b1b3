"""Users and their tokens; used by the API, the command line and the demo."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, select

from api.fields import is_address
from api.sessions import fingerprint, passwords
from models.domain.authority import Role
from models.domain.errors import Invalid, Refusal, Unknown
from models.tables.people import ApiToken, User


def create_user(
    session: Session,
    email: str,
    roles: Iterable[Role | str],
    password: str | None,
    now: datetime,
    *,
    name: str = "",
    cleared: bool = False,
    locale: str = "en",
    plant: str | None = None,
) -> User:
    """A person who may log in with ``password``, or only use tokens when it is ``None``.

    Raises ``Invalid`` (``person.email``, ``person.roles``, ``person.password``), or ``Refusal`` with
    code ``exists``. The caller commits.
    """
    email = email.strip().lower()
    if not is_address(email):
        raise Invalid(
            "person.email", "{entered} is not a mail address.", field="email", entered=email or "Nothing"
        )
    if session.exec(select(User.id).where(User.email == email)).first() is not None:
        raise Refusal(
            "exists", "There is already a person with the address {email}.", field="email", email=email
        )
    user = User(
        id=f"u_{secrets.token_hex(8)}",
        email=email,
        name=name,
        roles=known_roles(roles),
        password_hash=None if password is None else hash_password(password),
        cleared=cleared,
        locale=locale,
        plant=plant,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def user_by_email(session: Session, email: str) -> User:
    """The user with that address. Raises ``Unknown``."""
    user = session.exec(select(User).where(User.email == email.strip().lower())).first()
    if user is None:
        raise Unknown("person.unknown", "There is no person with the address {email}.", email=email)
    return user


def create_token(session: Session, user: User, now: datetime) -> str:
    """A new bearer token's text. It is kept nowhere: who loses it makes another."""
    text = new_token()
    keep_token(session, user, text, now)
    return text


def new_token(seed: bytes | None = None) -> str:
    """A token's text: random, or the same one again for the same secret ``seed``."""
    entropy = secrets.token_bytes(32) if seed is None else seed
    return f"so_{urlsafe_b64encode(entropy).decode().rstrip('=')}"


def keep_token(session: Session, user: User, text: str, now: datetime, *, label: str = "") -> ApiToken:
    """Let ``text`` act for ``user`` from now on; only its fingerprint is kept."""
    token = ApiToken(
        id=f"t_{secrets.token_hex(8)}",
        user_id=user.id,
        fingerprint=fingerprint(text),
        label=label,
        created_at=now,
    )
    session.add(token)
    session.flush()
    return token


def known_roles(roles: Iterable[Role | str]) -> list[str]:
    """The roles by name, each once, in the order of ``Role``. Raises ``Invalid`` for one we do not have."""
    wanted = {str(role) for role in roles}
    strange = wanted - {role.value for role in Role}
    if strange:
        raise Invalid(
            "person.roles",
            "There is no role {roles}; use {known}.",
            field="roles",
            roles=", ".join(sorted(strange)),
            known=", ".join(Role),
        )
    return [role.value for role in Role if role in wanted]


def hash_password(password: str) -> str:
    """Raises ``Invalid`` for an empty password, or one long enough to keep the server busy."""
    if not password.strip() or len(password) > 1000:
        raise Invalid("person.password", "Enter a password of 1 to 1000 characters.", field="password")
    return passwords().hash(password)
