"""The database: what its URL may say, and transactions that are sent in one go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from models.db import Database


@pytest.mark.parametrize(
    ("asked", "prepares_after"),
    [({}, 0), ({"prepare_threshold": "5"}, 5), ({"prepare_threshold": "none"}, None)],
)
def test_statements_are_prepared_at_once_unless_the_url_says_otherwise(
    postgres_url: str, asked: dict[str, str], prepares_after: int | None
) -> None:
    url = make_url(postgres_url).update_query_dict({**asked, "application_name": "from the URL"})
    database = Database(url.render_as_string(hide_password=False))
    try:
        with database.read() as session:
            assert session.execute(text("SHOW application_name")).scalar_one() == "from the URL"
            driver = session.connection().connection.driver_connection
            assert driver is not None
            assert driver.prepare_threshold == prepares_after
    finally:
        database.dispose()


@pytest.fixture
def shelf(postgres_url: str) -> Iterator[Database]:
    """A database with one table, `box`, that holds each number once."""
    database = Database(postgres_url)
    with database.write() as session:
        session.execute(text("CREATE TABLE box (number integer PRIMARY KEY)"))
    yield database
    database.dispose()


_BOX = Table("box", MetaData(), Column("number", Integer, primary_key=True))


def test_a_pipelined_transaction_is_written_whole(shelf: Database) -> None:
    with shelf.write(pipelined=True) as session:
        session.execute(insert(_BOX), {"number": 1})
        session.execute(insert(_BOX), [{"number": 2}, {"number": 3}])
        session.execute(update(_BOX).where(_BOX.c.number == 3).values(number=4))
        assert set(session.scalars(select(_BOX.c.number))) == {1, 2, 4}
        session.execute(delete(_BOX).where(_BOX.c.number == 1))
    with shelf.read() as session:
        assert set(session.scalars(select(_BOX.c.number))) == {2, 4}


def test_what_is_wrong_in_a_pipelined_transaction_is_raised_and_nothing_of_it_is_written(
    shelf: Database,
) -> None:
    with shelf.write() as session:
        session.execute(insert(_BOX), {"number": 1})

    def add_one_twice(*, asks: bool, pause: float) -> None:
        with shelf.write(pipelined=True) as session:
            session.execute(insert(_BOX), {"number": 5})
            session.execute(insert(_BOX), {"number": 1})
            session.execute(insert(_BOX), {"number": 6})
            time.sleep(pause)
            session.execute(insert(_BOX), {"number": 7})
            if asks:
                session.scalar(select(_BOX.c.number))

    for asks, pause in product((True, False), (0, 0.1)):
        with pytest.raises(IntegrityError):
            add_one_twice(asks=asks, pause=pause)
        # The connection is as good as before.
        with shelf.write() as session:
            assert list(session.scalars(select(_BOX.c.number))) == [1]
            session.execute(update(_BOX).values(number=1))


@pytest.mark.parametrize("asks", [True, False])
def test_a_server_that_goes_away_in_a_pipeline_is_named_and_the_next_connection_works(
    shelf: Database, *, asks: bool
) -> None:
    def write() -> None:
        with shelf.write(pipelined=True) as session:
            own = session.scalar(text("SELECT pg_backend_pid()"))
            session.execute(insert(_BOX), {"number": 5})
            with shelf.write() as other:
                other.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": own})
            session.execute(insert(_BOX), {"number": 6})
            if asks:
                session.scalar(select(_BOX.c.number))

    with pytest.raises(OperationalError) as caught:
        write()
    assert caught.value.connection_invalidated
    with shelf.write(pipelined=True) as session:
        assert list(session.scalars(select(_BOX.c.number))) == []


def test_what_is_committed_is_told_so_when_the_server_goes_away_a_moment_later(shelf: Database) -> None:
    gone: list[Session] = []

    def go_away(session: Session) -> None:
        gone.append(session)
        with admin.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    admin = create_engine(shelf.url, isolation_level="AUTOCOMMIT")
    with shelf.write(pipelined=True) as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        session.execute(insert(_BOX), {"number": 5})
        event.listen(session, "after_commit", go_away)
    assert gone
    with shelf.write(pipelined=True) as session:
        assert list(session.scalars(select(_BOX.c.number))) == [5]
    admin.dispose()


def test_a_block_that_fails_when_the_server_is_away_says_that_the_server_is_away(shelf: Database) -> None:
    def stumble() -> None:
        with shelf.write(pipelined=True) as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            with shelf.write() as other:
                other.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            raise ZeroDivisionError

    with pytest.raises(OperationalError):
        stumble()
    with shelf.write(pipelined=True) as session:
        assert list(session.scalars(select(_BOX.c.number))) == []


def test_a_block_that_fails_in_a_pipeline_says_why_itself(shelf: Database) -> None:
    def stumble() -> None:
        with shelf.write(pipelined=True) as session:
            session.execute(insert(_BOX), {"number": 5})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    with shelf.read() as session:
        assert list(session.scalars(select(_BOX.c.number))) == []


def test_a_pipeline_waits_only_for_what_returns_rows_and_for_the_commit(shelf: Database) -> None:
    slowly = insert(_BOX).from_select(["number"], text("SELECT 1 FROM pg_sleep(0.5)").columns(_BOX.c.number))
    begun = time.monotonic()
    with shelf.write(pipelined=True) as session:
        session.execute(slowly)
        assert time.monotonic() - begun < 0.4
    assert time.monotonic() - begun >= 0.5
