"""Writers of one SQLite file, in threads and processes, each in turn."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.db import Database
from models.turns import Turns
from tests.processes import ROOT, wait_until

HOLD = """
import sys, time
from models.turns import Turns
with Turns(sys.argv[1], 15).taken():
    print("mine", flush=True)
    time.sleep(60)
"""


@contextmanager
def held_by_a_process(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process has its turn."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"mine\n"
        yield holder
    finally:
        holder.kill()
        holder.communicate()


def test_a_killed_process_leaves_its_turn_to_the_next(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "turns"), patience=15)
    mine = threading.Event()

    def take() -> None:
        with turns.taken():
            mine.set()

    with held_by_a_process(tmp_path / "turns") as holder:
        waiting = threading.Thread(target=take)
        waiting.start()
        assert not mine.wait(0.3)
        holder.kill()
        waiting.join(10)
    assert mine.is_set()
    turns.close()


def test_a_writer_that_hangs_stops_nobody_for_ever(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "turns"), patience=0.2)
    with held_by_a_process(tmp_path / "turns") as holder:
        first = threading.Thread(target=lambda: turns.taken().__enter__())
        first.start()
        wait_until(turns._threads.locked, "the first to stand in line", 10)
        begun = time.monotonic()
        with turns.taken():
            assert 0.1 < time.monotonic() - begun < 5
        holder.kill()
        first.join(10)


def test_a_writer_who_came_another_way_is_still_waited_for(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    other = sqlite3.connect(database.engine.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    written = threading.Event()

    def write() -> None:
        with database.write() as session:
            session.connection().exec_driver_sql("UPDATE lease SET holder = holder")
        written.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert not written.wait(0.3)
    other.execute("COMMIT")
    writer.join(10)
    assert written.is_set()
    other.close()
    database.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_lost_between_writers_in_line(database: Database) -> None:
    with database.write() as session:
        session.connection().exec_driver_sql("CREATE TABLE counted (n INTEGER)")
        session.connection().exec_driver_sql("INSERT INTO counted VALUES (0)")

    def count() -> None:
        for _ in range(25):
            with database.write() as session:
                connection = session.connection()
                n = connection.exec_driver_sql("SELECT n FROM counted").scalar_one()
                connection.exec_driver_sql("UPDATE counted SET n = ?", (n + 1,))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.connection().exec_driver_sql("SELECT n FROM counted").scalar_one() == 200
