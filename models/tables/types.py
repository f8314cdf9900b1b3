"""Column types that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, String, Table, func, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from models.domain.quantities import plain

_SCALE = Decimal(10) ** 6

# Documents the database never computes with; JSONB on PostgreSQL so that a person can query them.
Json = JSON().with_variant(JSONB(), "postgresql")

# Compared byte by byte whatever the database's language: a range of it is all that begins with a word.
Word = String().with_variant(String(collation="C"), "postgresql")


class _Decimals(dict["int | None", "Decimal | None"]):
    """Millionths as decimals. The same few counts come again and again, and to make one takes a microsecond."""

    _MOST = 50_000

    def __missing__(self, millionths: int) -> Decimal:
        if len(self) >= self._MOST:
            self.clear()
            self[None] = None
        made = self[millionths] = plain(Decimal(millionths) / _SCALE)
        return made


DECIMALS = _Decimals({None: None})


class Exact(TypeDecorator[Decimal]):
    """A decimal with at most 6 places, kept as an integer of millionths: exact and summable.

    SQLite would store NUMERIC as a float.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * _SCALE)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return DECIMALS[value]


class Digits(TypeDecorator[Decimal]):
    """A decimal of any size, kept as it is written: exact, and never summed by the database.

    What is paid for very many of something dear is more than an integer of millionths holds.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Utc(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database. A naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def beginning(name: str, column: str) -> Index:
    """The index `name` for what begins with something, in small letters. SQLite has no use for it."""
    small = func.lower(literal_column(column)).label("small")
    index = Index(name, small, postgresql_ops={"small": "text_pattern_ops"})
    index.ddl_if(dialect="postgresql")
    return index


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model, for statements that need no objects."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]
