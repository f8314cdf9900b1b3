"""The database: one engine a process, explicit read and write transactions.

A read-modify-write on SQLite must begin with ``BEGIN IMMEDIATE``: with the deferred default two
writers read the same row and one of them loses. PostgreSQL locks rows instead
(``select(...).with_for_update()``, which SQLite ignores because its one writer already waits).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlmodel import Session, create_engine

from models.turns import Turns

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
    "temp_store=MEMORY",
)
# A server that fell off the network is noticed in about a minute instead of after hours (libpq's names).
_POSTGRES = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    # Our statements are few and come again and again: each is prepared when it first comes.
    "prepare_threshold": 0,
}
# A process that hangs in the middle of a transaction keeps its order locked; others wait for it as long
# as SQLite's busy_timeout, and the server ends what nobody goes on with.
_POSTGRES_SESSION = "SET lock_timeout = '15s'; SET idle_in_transaction_session_timeout = '30s'"


# Seconds a connection may lie unused before it is tried.
_IDLE = 1.0


class Database:
    """Hands out sessions; only ``write`` commits, and only when its block ends without an error."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = self._engine(url, pool_size)
        file = self.engine.url.database if self.is_sqlite else None
        self._turns = Turns(f"{file}-turns", patience=15) if file not in (None, ":memory:") else None
        self._writer = self.engine.execution_options(sendout_write=True)
        # PostgreSQL shows every statement what is committed by then, in a transaction or not; SQLite
        # shows a transaction what was committed when it began.
        self._reader = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )

    def _engine(self, url: str, pool_size: int) -> Engine:
        # Parameters are people's names, addresses and hashes: an error that is logged leaves them out.
        shared: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 20, "hide_parameters": True}
        if not self.is_sqlite:
            address = make_url(url)
            # What the operator wrote into the URL wins; the driver takes one of them as a number only.
            given: dict[str, Any] = {**_POSTGRES, **address.query}
            given["prepare_threshold"] = _number(given["prepare_threshold"])
            engine = create_engine(address.set(query={}), **shared, connect_args=given)
            event.listen(engine, "connect", _set_timeouts)
            event.listen(engine, "do_execute", _execute)
            event.listen(engine, "rollback", _hear_the_rest)
            event.listen(engine, "checkin", _note_the_time)
            event.listen(engine, "checkout", _try_if_idle)
            return engine
        engine = create_engine(url, **shared, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """To read from, and nothing else."""
        with Session(self._reader) as session:
            yield session

    @contextmanager
    def snapshot(self, *, spilling: bool = False) -> Iterator[Session]:
        """To read what stood written at one moment, however many questions that takes.

        `spilling`: for answers of any size. What SQLite has to keep meanwhile goes to a file, as PostgreSQL
        has it anyway.
        """
        if not self.is_sqlite:
            moment = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with Session(moment) as session:
                yield session
        elif not spilling:
            with Session(self.engine) as session:
                yield session
        else:
            with self.engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA temp_store=FILE")
                try:
                    with Session(connection) as session:
                        yield session
                finally:
                    connection.rollback()
                    driver.execute("PRAGMA temp_store=MEMORY")

    @contextmanager
    def write(self, *, pipelined: bool = False) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        `pipelined`: PostgreSQL hears of what returns no rows together with the next statement that does,
        or with the commit. A round trip less for each, but what is wrong with one is raised only then, and
        how many rows it changed is unknown: not where the session itself updates objects.
        """
        turn = self._turns.taken() if self._turns is not None else nullcontext()
        with turn, self._writer.connect() as connection:
            hurry = _pipeline(connection) if pipelined and not self.is_sqlite else nullcontext()
            with hurry, Session(connection, expire_on_commit=False) as session, session.begin():
                yield session

    def dispose(self) -> None:
        self.engine.dispose()
        if self._turns is not None:
            self._turns.close()


def _number(text: Any) -> int | None:
    """After so many uses a statement is prepared; `none`: never, as some connection poolers want it."""
    return None if str(text).lower() == "none" else int(text)


def _set_pragmas(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: `_begin` says which kind it is.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_timeouts(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRES_SESSION, prepare=False)
    connection.commit()


def _note_the_time(_connection: Any, record: Any) -> None:
    record.info["idle_since"] = time.monotonic()


def _try_if_idle(connection: Any, record: Any, _proxy: Any) -> None:
    """Like SQLAlchemy's `pool_pre_ping`, which asks before every use: one question in six. A server
    that went away takes all connections with it, and the first to notice has the pool replaced."""
    if time.monotonic() - record.info.get("idle_since", time.monotonic()) < _IDLE:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error


@contextmanager
def _pipeline(connection: Connection) -> Iterator[None]:
    """What is committed when this ends has happened, whatever becomes of the connection then."""
    driver: Any = connection.connection.driver_connection
    hurrying = driver.pipeline()
    connection.execution_options(sendout_pipeline=hurrying.__enter__())
    try:
        yield
    finally:
        # Without the error of the block, if there is one: psycopg would only log a second one beside it.
        try:
            hurrying.__exit__(None, None, None)
        except psycopg.Error:
            if not connection.invalidated:
                connection.invalidate()


def _execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    """Executes as SQLAlchemy would; in a pipeline it waits only for statements that return rows."""
    cursor.execute(statement, parameters)
    pipeline = context.execution_options.get("sendout_pipeline")
    if pipeline is not None and not _returns_nothing(context):
        pipeline.sync()
    return True


def _hear_the_rest(connection: Connection) -> None:
    """After a failure the pipeline holds what the server says of every statement behind it; a rollback
    that finds that would fail with it, and hide the first one."""
    pipeline = connection.get_execution_options().get("sendout_pipeline")
    if pipeline is not None and not connection.invalidated:
        with suppress(psycopg.Error):
            pipeline.sync()


def _returns_nothing(context: Any) -> bool:
    changes = context.isinsert or context.isupdate or context.isdelete
    return changes and not context.compiled.effective_returning


def _begin(connection: Any) -> None:
    write = connection.get_execution_options().get("sendout_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
