"""Compares the reports of recalls with the hashes of what was signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from activities.findings import Finding, found
from models.tables.recalls import RecallReportRow
from models.tables.types import table

_REPORTS = table(RecallReportRow)
# Reports of long genealogies are large: never all of them at once.
_BATCH = 20


def reports(session: Session) -> Iterator[Finding]:
    """Reports whose words are not those that were signed."""
    query = select(_REPORTS).order_by(_REPORTS.c.recall, _REPORTS.c.sequence)
    for row in session.execute(query.execution_options(yield_per=_BATCH)):
        if hashlib.sha256(row.report.encode()).hexdigest() != row.sha256:
            yield found(
                "recall.report",
                f"recall {row.recall}, signature {row.sequence}",
                f"The report is not what {row.name} signed on {row.signed_at.date().isoformat()}.",
            )
