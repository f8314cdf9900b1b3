"""Every saved command comes to an end: what can never be written is refused instead of tried for ever.

An order applies one command after another. One that fails the same way each time would keep every
later one waiting; a database that is away is another matter, and comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import InvalidOperation

import structlog
from sqlalchemy.exc import DataError, DBAPIError
from sqlmodel import Session

from activities.contracts import Applied
from models.db import Database

log = structlog.get_logger(__name__)
# SQLSTATE class 54: a value is too long for an index, a row or a document. psycopg counts these among
# the errors of a server that is away.
_LIMIT_EXCEEDED = "54"


def settled(database: Database, work: Callable[[Session, bool], Applied]) -> Applied:
    """What `work` makes of a session and False, committed; of a new one and True when it can never succeed.

    Everything the first try wrote is rolled back before the second begins. Raises what may pass.
    """
    try:
        with database.write(pipelined=True) as session:
            return work(session, False)
    except (OverflowError, InvalidOperation, DBAPIError) as error:
        if not fails_always(error):
            raise
        # Not the sentence: it may quote what people wrote.
        kind = type(getattr(error, "orig", None) or error).__name__
    with database.write(pipelined=True) as session:
        applied = work(session, True)
    log.error("command_impossible", reason=kind, status=applied.status)
    return applied


def fails_always(error: Exception) -> bool:
    """Whether the same statement would fail the same way again, whatever the database's state."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, OverflowError | InvalidOperation)
    state = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error, DataError) or state.startswith(_LIMIT_EXCEEDED)
