"""Brings a database to the newest schema with the migrations that are shipped beside this file."""

from __future__ import annotations

import fcntl
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from models.db import Database

MIGRATIONS = Path(__file__).parent / "migrations"

# Two processes may migrate one PostgreSQL at the same time; the second waits here for the first.
_LOCK = 7_361_042


def upgrade(database_url: str) -> None:
    """Creates or upgrades every table; nothing happens when the schema is already the newest.

    One transaction: a migration that fails leaves the database as it was.
    """
    database = Database(database_url)
    engine = database.engine.execution_options(sendout_write=True)
    try:
        with _alone(database), engine.begin() as connection:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            command.upgrade(configuration(connection), "head")
    finally:
        database.dispose()


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Two processes making one new SQLite file: the second is told "locked" at once, so it waits here."""
    file = database.engine.url.database
    if not database.is_sqlite or not file:
        yield
        return
    folder = os.open(Path(file).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def configuration(connection: Connection) -> Config:
    """Alembic's configuration; ``migrations/env.py`` runs on ``attributes["connection"]``."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def draft(message: str, identifier: str) -> None:
    """Writes a new migration with what the tables' code has and an upgraded empty database has not.

    For developers: ``python -m models.migrate 0002 "what changes"``. Read the result before it is kept.
    """
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        upgrade(url)
        database = Database(url)
        with database.engine.begin() as connection:
            command.revision(configuration(connection), message, autogenerate=True, rev_id=identifier)
        database.dispose()


if __name__ == "__main__":
    draft(sys.argv[2], sys.argv[1])
