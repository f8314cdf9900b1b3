"""Turns of the writers of one SQLite file, threads and processes alike.

SQLite lets writers that are too many sleep and try again, and under load somebody always comes too
late: of two processes that wrote all the time, one writer waited 3.3 s where in line none waited
more than 0.2 s. Nothing depends on a turn but this order: SQLite's own lock still keeps writers apart.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A queue at ``path``, a file that is made when first needed. A killed process leaves it at once."""

    def __init__(self, path: str, patience: float) -> None:
        """``patience``: seconds after which a writer no longer waits behind one that hangs."""
        self._path = path
        self._patience = patience
        self._threads = threading.Lock()
        self._file = -1

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Waits for a turn and holds it for the block."""
        if not self._threads.acquire(timeout=self._patience):
            yield
            return
        try:
            if self._file < 0:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def close(self) -> None:
        with self._threads:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1
