"""Distrusts everything: compares what is written down twice and says where the two disagree.

`sendout doctor` looks at everything; the hourly sweep at open orders and at those that ended lately.
Nothing is changed here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session
from temporalio.client import Client

from activities import doctor_floor
from activities.doctor_balance import balances
from activities.doctor_files import files
from activities.doctor_holds import holds
from activities.doctor_lots import through_twice
from activities.doctor_operations import operations
from activities.doctor_picks import picks
from activities.doctor_recalls import reports
from activities.doctor_serials import twice
from activities.doctor_stock import Stock
from activities.doctor_streams import check, streams
from activities.doctor_transfers import transfers
from activities.doctor_waiting import links, waiting
from activities.doctor_workflows import workflows
from activities.findings import Finding
from models.db import Database

_LATELY = timedelta(days=2)


async def examine(
    database: Database,
    files_dir: Path,
    client: Client | None,
    now: datetime,
    *,
    task_queue: str = "sendout",
    everything: bool = True,
) -> list[Finding]:
    """What is wrong, sorted; empty when nothing is. Without a client workflows are not compared.

    Raises `SQLAlchemyError` when the database and `RPCError` when Temporal does not answer.
    """
    findings = await asyncio.to_thread(records, database, files_dir, now, everything=everything)
    if client is not None:
        findings += await workflows(database, client, now, task_queue)
    return sorted(findings)


def records(database: Database, files_dir: Path, now: datetime, *, everything: bool = True) -> list[Finding]:
    """The part that needs no Temporal: database and files, in one snapshot of the database."""
    findings: list[Finding] = []
    # Stock is the sum over all orders that ever were; with one unreadable nothing is known about it.
    stock = Stock() if everything else None
    with _snapshot(database) as session:
        for stream in streams(session, None if everything else now - _LATELY):
            wrong, folded = check(stream)
            findings += wrong
            if stock is not None and folded.whole:
                stock.add(folded.changes)
            else:
                stock = None
        if stock is not None:
            stock.add(doctor_floor.changes(session))
            findings += stock.check(session)
        if everything:
            findings += doctor_floor.edges(session)
            findings += operations(session)
            findings += through_twice(session)
            findings += picks(session)
            findings += twice(session)
        findings += transfers(session)
        findings += holds(session)
        findings += balances(session)
        if everything:
            findings += reports(session)
        findings += waiting(session, now)
        findings += links(session)
        findings += files(session, files_dir, now, read=everything)
    return sorted(findings)


@contextmanager
def _snapshot(database: Database) -> Iterator[Session]:
    """Reads of one moment, so that what is written meanwhile contradicts nothing."""
    with database.read() as session:
        if not database.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            # Reading all files takes as long as it takes, and nobody waits for a reader.
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield session
