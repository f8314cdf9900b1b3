"""Migrations make exactly what the tables' code says, on both databases."""

from __future__ import annotations

import importlib
import pkgutil
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine, inspect, text
from sqlmodel import SQLModel

import models.tables
from models.db import Database
from models.migrate import configuration, upgrade


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    server: URL = request.getfixturevalue("postgres_server")
    name = f"empty_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


# SQLite tells of none of them.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_tables_and_migrations_agree(empty_url: str) -> None:
    for module in pkgutil.iter_modules(models.tables.__path__, "models.tables."):
        importlib.import_module(module.name)
    upgrade(empty_url)
    database = Database(empty_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    database.dispose()


def test_migrations_are_one_line_without_branches(empty_url: str) -> None:
    database = Database(empty_url)
    with database.engine.connect() as connection:
        scripts = ScriptDirectory.from_config(configuration(connection))
    database.dispose()
    assert len(scripts.get_heads()) == 1
    numbers = [int(script.revision) for script in scripts.walk_revisions()]
    assert numbers == list(range(len(numbers), 0, -1))


def test_two_processes_may_migrate_at_once_and_again(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, [empty_url, empty_url]))
    upgrade(empty_url)
    database = Database(empty_url)
    assert "person" in inspect(database.engine).get_table_names()
    database.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    database = Database(empty_url)
    with database.write() as session:
        # The last table of the first migration cannot be made.
        session.execute(text("CREATE TABLE work_order (number VARCHAR)"))
    with pytest.raises(Exception, match=r"work_order.* already exists"):
        upgrade(empty_url)
    assert inspect(database.engine).get_table_names() == ["work_order"]
    database.dispose()
