"""Ten thousand open orders at once: rows of a few real ones, written again under other numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, insert, select, text

from models.db import Database
from models.tables.orders import (
    AlertRow,
    CommandRow,
    EventRow,
    IdentifierRow,
    LineRow,
    MilestoneRow,
    OrderRow,
    PiecesRow,
)
from models.tables.types import table

_ORDERS = table(OrderRow)
_IDENTIFIERS = table(IdentifierRow)
_LINES = table(LineRow)
_COMMANDS = table(CommandRow)
_JOB = re.compile(r'(?<="work_order":")[^"]+')
_PARTS = (
    _LINES,
    table(PiecesRow),
    table(MilestoneRow),
    _COMMANDS,
    table(EventRow),
    _IDENTIFIERS,
)
_ALERTS = table(AlertRow)
# A thousand commands that wait would keep the relay busy while pages are timed.
_SETTLED = {_COMMANDS: (_COMMANDS.c.status != "received",)}
_AT_ONCE = 2_000
# One order in so many is late and has an alert open.
_LATE = 8


def multiply(database: Database, originals: Sequence[str], count: int) -> list[str]:
    """Writes `count` orders; their numbers. Each takes after one of `originals` in turn."""
    with database.write() as session:
        given: dict[Table, dict[str, list[dict[str, Any]]]] = {
            each: {
                number: [
                    dict(row._mapping)
                    for row in session.execute(
                        select(each).where(_key(each) == number, *_SETTLED.get(each, ()))
                    )
                ]
                for number in originals
            }
            for each in (_ORDERS, *_PARTS)
        }
        numbers = [f"BULK-{place:06}" for place in range(count)]
        for each, rows in given.items():
            made: list[dict[str, Any]] = []
            for place, number in enumerate(numbers):
                made += _taking_after(each, rows[originals[place % len(originals)]], number, place)
                if len(made) >= _AT_ONCE:
                    session.execute(insert(each), made)
                    made.clear()
            if made:
                session.execute(insert(each), made)
        session.execute(insert(_ALERTS), [_alert(numbers, place, given) for place in range(0, count, _LATE)])
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return numbers


def _key(each: Table) -> Any:
    return each.c.number if each is _ORDERS else each.c.order_number


def _taking_after(each: Table, rows: list[dict[str, Any]], number: str, place: int) -> list[dict[str, Any]]:
    made = []
    for row in rows:
        new = row | {_key(each).name: number}
        if each is _ORDERS:
            new["need_by"] = row["need_by"] + timedelta(days=place % 90 - 30)
            new["late"] = place % _LATE == 0
            # Nobody places thousands of orders for one job.
            own = _JOB.sub(rf"\g<0>-{place}", row["snapshot"])
            new["snapshot"] = own.replace(row["number"], number)
        elif each is _LINES:
            new["work_order"] = f"{row['work_order']}-{place}"
        elif each is _IDENTIFIERS:
            # Its own number, and those of its parcels and papers that begin with it.
            was = str(row["order_number"])
            new["value"] = row["value"].replace(was, number)
            new["word"] = row["word"].replace(was.casefold(), number.casefold())
        elif each is _COMMANDS:
            new |= {"id": f"{row['id']}-{place}", "idempotency_key": None}
        made.append(new)
    return made


def _alert(numbers: Sequence[str], place: int, given: Any) -> dict[str, Any]:
    order = next(iter(given[_ORDERS].values()))[0]
    raised = order["issued_at"] - timedelta(minutes=place)
    return {
        "id": f"{numbers[place]}-A1",
        "order_number": numbers[place],
        "rule": ("ack_overdue", "milestone_overdue", "ship_overdue")[place % 3],
        "occurrence": "REC",
        "open": True,
        "since": raised,
        "raised_at": raised,
        "owed_by": "supplier",
        "escalations": 0,
    }
