"""What is to be paid to suppliers: the charges settled in a period, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlmodel import Session

from models.domain.quantities import ZERO
from models.queries.cursors import bad_cursor, behind
from models.queries.orders import Reader
from models.tables.orders import OrderRow
from models.tables.payables import PayableRow
from models.tables.types import table

_ORDERS = table(OrderRow)
_PAYABLES = table(PayableRow)
# In this sequence: day by day, each order's charges as they were settled.
_BY = (_PAYABLES.c.settled_on, _PAYABLES.c.order_number, _PAYABLES.c.settlement, _PAYABLES.c.place)

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Period:
    """Settled from `first` through `last`, both included; None is no limit. `supplier` by its code."""

    first: date | None = None
    last: date | None = None
    supplier: str | None = None


def listed(session: Session, wanted: Period, reader: Reader, after: str | None, limit: int) -> list[View]:
    """At most `limit` charges behind the cursor `after`."""
    query = select(_PAYABLES).where(*_conditions(wanted, reader))
    if after is not None:
        query = query.where(_behind(after))
    return [_view(row) for row in session.execute(query.order_by(*_BY).limit(limit))]


def every(session: Session, wanted: Period, reader: Reader) -> Iterator[View]:
    """All charges of a period, one after another."""
    for row in session.execute(select(_PAYABLES).where(*_conditions(wanted, reader)).order_by(*_BY)):
        yield _view(row)


def totals(session: Session, wanted: Period, reader: Reader) -> list[View]:
    """What the charges of a period come to, for each currency by itself."""
    columns = (_PAYABLES.c.currency, _PAYABLES.c.amount, _PAYABLES.c.order_number)
    found: dict[str, Decimal] = {}
    orders: dict[str, set[str]] = {}
    for row in session.execute(select(*columns).where(*_conditions(wanted, reader))):
        found[row.currency] = found.get(row.currency, ZERO) + row.amount
        orders.setdefault(row.currency, set()).add(row.order_number)
    return [
        {"currency": currency, "amount": found[currency], "orders": len(orders[currency])}
        for currency in sorted(found)
    ]


def cursor(item: View) -> str:
    """Where the page after `item` begins."""
    return f"{item['settled_on']}|{item['order']}|{item['settlement']}|{item['place']}"


def _conditions(wanted: Period, reader: Reader) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if not reader.cleared:
        hidden = select(_ORDERS.c.number).where(_ORDERS.c.export_controlled.is_(True))
        found.append(_PAYABLES.c.order_number.not_in(hidden))
    if wanted.first is not None:
        found.append(_PAYABLES.c.settled_on >= wanted.first)
    if wanted.last is not None:
        found.append(_PAYABLES.c.settled_on <= wanted.last)
    if wanted.supplier is not None:
        found.append(_PAYABLES.c.supplier == wanted.supplier)
    return found


def _behind(after: str) -> ColumnElement[bool]:
    day, rest = behind(after, date.fromisoformat)
    order, *numbers = rest.split("|")
    if len(numbers) != 2 or not all(number.isdecimal() and len(number) < 10 for number in numbers):
        raise bad_cursor()
    values = (day, order, int(numbers[0]), int(numbers[1]))
    return or_(
        *(
            and_(*(column == value for column, value in zip(_BY[:place], values, strict=False)), more > than)
            for place, (more, than) in enumerate(zip(_BY, values, strict=True))
        )
    )


def _view(row: Row[Any]) -> View:
    return {
        "order": row.order_number,
        "settlement": row.settlement,
        "place": row.place,
        "kind": row.kind,
        "line": row.line or None,
        "supplier": row.supplier,
        "purchase_order": row.purchase_order,
        "part": row.part or None,
        "part_revision": row.part_revision or None,
        "quantity": row.quantity,
        "unit": row.unit or None,
        "pieces": row.pieces,
        "basis": row.basis or None,
        "rate": row.rate,
        "amount": row.amount,
        "currency": row.currency,
        "adjustment": row.adjustment,
        "settled_on": row.settled_on,
        "settled_at": row.settled_at,
        "nonconformance": row.nonconformance or None,
        "promised": row.promised,
        "promise_moved": row.promise_moved,
        "received": row.received,
        # Kept as text; told like every other instant.
        "receipts": [{**each, "at": datetime.fromisoformat(each["at"])} for each in row.receipts],
    }
