"""Empty PostgreSQL databases, used again: in a new one every statement reads its catalogues anew."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text

_STRUCTURE = """
SELECT table_name, column_name, data_type, is_nullable, column_default
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT tgrelid::regclass::text, tgname, '', '', '' FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT oid::regprocedure::text, '', '', '', '' FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2
"""
_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class PostgresShelf:
    """Hands out migrated, empty databases of one server, and empties what comes back."""

    def __init__(self, server: URL, template: str) -> None:
        self._server, self._template = server, template
        self._empty: list[str] = []
        with self._to(template).begin() as connection:
            self._structure = connection.execute(text(_STRUCTURE)).all()
            self._emptying = _emptying(connection)

    @contextmanager
    def one(self) -> Iterator[str]:
        """The URL of a database that is nobody else's until the block ends."""
        name = self._empty.pop() if self._empty else self._new()
        yield self._server.set(database=name).render_as_string(hide_password=False)
        with self._to(name).begin() as connection:
            # Whoever still held a row would let the emptying wait.
            connection.execute(text(_END_OTHERS))
            if connection.execute(text(_STRUCTURE)).all() == self._structure:
                connection.exec_driver_sql(self._emptying)
                self._empty.append(name)

    def _to(self, name: str) -> Engine:
        return create_engine(self._server.set(database=name), poolclass=NullPool)

    def _new(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        with self._to("postgres").connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY FILE_COPY"))
        return name


def _emptying(connection: Connection) -> str:
    """What takes everything out of a database that the fresh one at `connection` does not have."""
    tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    empty = [t for t in tables if not connection.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {t})"))]
    sequences = connection.scalars(text("SELECT sequencename FROM pg_sequences")).all()
    return "; ".join(
        [
            "SET LOCAL session_replication_role = replica",  # Rows that refer to each other go in any order.
            *(f"DELETE FROM {table}" for table in empty),
            *(f"SELECT setval('{sequence}', 1, false)" for sequence in sequences),
        ]
    )
