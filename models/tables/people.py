"""People who work with us, and the keys they come in with. Secrets are kept as fingerprints only."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.types import Json, Utc


class User(SQLModel, table=True):
    """A person of ours. Records name the opaque ``id``, so that the person can be erased."""

    # `user` is a reserved word in PostgreSQL.
    __tablename__ = "person"

    id: str = Field(primary_key=True)
    # Lower case.
    email: str = Field(unique=True)
    name: str = ""
    # Values of models.domain.authority.Role.
    roles: list[str] = Field(sa_type=Json, default_factory=list)
    # argon2; null cannot log in with a password.
    password_hash: str | None = None
    # May see export-controlled orders.
    cleared: bool = False
    active: bool = True
    locale: str = "en"
    plant: str | None = Field(default=None, foreign_key="plant.code")
    created_at: datetime = Field(sa_type=Utc)


class ApiToken(SQLModel, table=True):
    """A bearer token, known by the SHA-256 of its text."""

    __tablename__ = "api_token"

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="person.id", index=True)
    fingerprint: str = Field(unique=True)
    label: str = ""
    created_at: datetime = Field(sa_type=Utc)
    revoked_at: datetime | None = Field(default=None, sa_type=Utc)


class WebSession(SQLModel, table=True):
    """A browser that logged in; ``id`` is the SHA-256 of its cookie."""

    __tablename__ = "web_session"

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="person.id", index=True)
    created_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)
    revoked_at: datetime | None = Field(default=None, sa_type=Utc)
