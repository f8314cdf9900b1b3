"""Tables for spreadsheets. What stands in a cell is never a formula, whoever wrote it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from fastapi import Response

Value = str | int | bool | Decimal | date | datetime | None
# With one of these a spreadsheet begins to calculate, or to call programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(filename: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> Response:
    """A file to download: UTF-8 with the mark that spreadsheets need to read it as such."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    return Response(
        written.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}.csv"'},
    )


def cell(value: Value) -> str:
    """A value as a spreadsheet reads it. Text that would be a formula is marked as text."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case str():
            return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
        case _:
            return value.isoformat() if isinstance(value, date) else str(value)
