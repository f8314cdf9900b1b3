"""Alembic runs this: the given connection, our tables, one transaction that the caller owns."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from models import tables
from models.tables.types import Exact, Utc

for module in pkgutil.iter_modules(tables.__path__, "models.tables."):
    importlib.import_module(module.name)


def as_stored(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """A migration says what is in the database, not what Python makes of it: our types may change."""
    if kind == "type":
        if isinstance(item, Exact):
            return "sa.BigInteger()"
        if isinstance(item, Utc):
            return "sa.DateTime(timezone=True)"
        if isinstance(item, AutoString):
            return "sa.String()"
        if isinstance(item, JSON):
            autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
            return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=as_stored,
    # SQLite changes a table by making it again.
    render_as_batch=True,
)
context.run_migrations()
