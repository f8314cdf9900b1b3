"""Processor time, which others who use the machine as well do not disturb as they do the time on the clock: a long
trace is interrupted more often than a short one, and then looks worse beside it than it is."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import event

from models.db import Database


class Processor:
    """How long this thread, and PostgreSQL's processes that work for it, have been at work; in seconds.

    Only Linux tells that of another process, and only on the machine where both are."""

    def __init__(self, database: Database) -> None:
        self._servers: set[int] = set()
        if not database.is_sqlite:
            event.listen(database.engine, "checkout", self._note)

    def _note(self, connection: Any, _record: Any, _proxy: Any) -> None:
        # As clock_getcpuclockid() names the clock of a process.
        self._servers.add((~connection.info.backend_pid << 3) | 2)

    def __call__(self) -> float:
        return time.thread_time() + sum(map(time.clock_gettime, self._servers))
