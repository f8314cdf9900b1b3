"""Tables for spreadsheets. What stands in a cell is never a formula, whoever wrote it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Literal

from fastapi import Response
from xlsxwriter import Workbook

Kind = Literal["csv", "xlsx"]
Value = str | int | bool | Decimal | date | datetime | None
# With one of these a spreadsheet begins to calculate, or to call programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


_MEDIA: dict[Kind, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def as_file(kind: Kind, filename: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> Response:
    """A table as a file to download."""
    return Response(
        (_xlsx if kind == "xlsx" else _csv)(heads, rows),
        media_type=_MEDIA[kind],
        headers={"Content-Disposition": f'attachment; filename="{filename}.{kind}"'},
    )


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with the mark that spreadsheets need to read it as such."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _xlsx(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet with its heads in sight. Numbers and days are such, text is never anything else."""
    written = BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        bold, number, day = (
            book.add_format({"bold": True}),
            book.add_format({"num_format": "#,##0.00####"}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
        )
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for place, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                match value:
                    case None:
                        continue
                    case bool():
                        sheet.write_boolean(place, column, value)
                    case Decimal():
                        sheet.write_number(place, column, value, number)
                    case int():
                        sheet.write_number(place, column, value)
                    case date() if not isinstance(value, datetime):
                        sheet.write_datetime(place, column, value, day)
                    case _:
                        sheet.write_string(place, column, str(value))
        sheet.autofit()
    return written.getvalue()


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
