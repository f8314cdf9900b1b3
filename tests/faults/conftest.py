"""Two sites to do harm to: one machine on SQLite, and two of everything on PostgreSQL."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text

from tests.faults.site import Site, site
from tests.stories import master_data


@pytest.fixture(scope="module")
async def one(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One API and one worker on SQLite, with master data."""
    folder = tmp_path_factory.mktemp("one")
    shutil.copy(sqlite_template, folder / "sendout.db")
    async with site(folder, f"sqlite:///{folder}/sendout.db", "temporal", "api", "worker") as one:
        await master_data(one, plan=False)
        yield one


@pytest.fixture(scope="module")
async def two(
    postgres_server: URL, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """Two APIs and two workers on PostgreSQL, with master data."""
    name = f"faults_{uuid.uuid4().hex}"
    engine = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
        # Off on the server of the tests, but what is committed here must survive the server's crash.
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = on"))
    engine.dispose()
    url = postgres_server.set(database=name).render_as_string(hide_password=False)
    folder = tmp_path_factory.mktemp("two")
    async with site(folder, url, "temporal", "api", "api2", "worker", "worker2") as two:
        await master_data(two, plan=False)
        yield two
