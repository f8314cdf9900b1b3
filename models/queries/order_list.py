"""Which orders there are: filtered, found by any of their identifiers, the most pressing first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session

from models.domain.order import Stage
from models.queries import order_search
from models.queries.cursors import behind
from models.queries.orders import Reader, View
from models.tables.orders import AlertRow, OrderRow
from models.tables.types import table

_ORDERS = table(OrderRow)
_ALERTS = table(AlertRow)


@dataclass(frozen=True, slots=True)
class Filter:
    """What `GET /orders` is asked for; None leaves a filter out."""

    stage: str | None = None
    supplier: str | None = None
    process: str | None = None
    late: bool | None = None
    q: str | None = None
    due_before: date | None = None
    # Neither closed nor cancelled.
    is_open: bool | None = None
    type: str | None = None
    # A change of it waits for approval.
    change: bool | None = None


# Without the order's state: a list of fifty would read all of it fifty times.
_COLUMNS = tuple(
    _ORDERS.c[name]
    for name in (
        "number",
        "version",
        "revision",
        "stage",
        "flags",
        "supplier",
        "process",
        "type",
        "purchase_order",
        "need_by",
        "promise_first",
        "promise_current",
        "forecast",
        "issued_at",
    )
)


def listed(session: Session, wanted: Filter, reader: Reader, after: str | None, limit: int) -> list[View]:
    """At most `limit` orders behind `after` (need-by and number), the most pressing first."""
    query = select(*_COLUMNS).where(*conditions(wanted, reader))
    if after is not None:
        day, number = behind(after, date.fromisoformat)
        query = query.where(
            or_(_ORDERS.c.need_by > day, and_(_ORDERS.c.need_by == day, _ORDERS.c.number > number))
        )
    rows = session.execute(query.order_by(_ORDERS.c.need_by, _ORDERS.c.number).limit(limit))
    return [dict(row) for row in rows.mappings()]


def declined(session: Session, stages: Mapping[str, str]) -> frozenset[str]:
    """Which of these orders, given with their stages, their suppliers declined. They stand where those with
    a proposal do; the alert that says so is raised with the answer and open until there is another."""
    answered = [number for number, stage in stages.items() if stage == Stage.COUNTERED]
    if not answered:
        return frozenset()
    query = select(_ALERTS.c.order_number).where(
        _ALERTS.c.order_number.in_(answered),
        _ALERTS.c.rule == "order_declined",
        _ALERTS.c.open.is_(True),
    )
    return frozenset(session.scalars(query))


def conditions(wanted: Filter, reader: Reader, *, but: Collection[str] = ()) -> list[ColumnElement[bool]]:
    """What `wanted` asks, without its fields `but`, of the orders this reader may know of."""
    wanted = replace(wanted, **dict.fromkeys(but))
    found: list[ColumnElement[bool]] = []
    if not reader.cleared:
        found.append(_ORDERS.c.export_controlled.is_(False))
    if wanted.stage is not None:
        found.append(_ORDERS.c.stage == wanted.stage)
    if wanted.supplier is not None:
        found.append(_ORDERS.c.supplier == wanted.supplier)
    if wanted.process is not None:
        found.append(_ORDERS.c.process == wanted.process)
    if wanted.type is not None:
        found.append(_ORDERS.c.type == wanted.type)
    if wanted.late is not None:
        found.append(_ORDERS.c.late.is_(wanted.late))
    if wanted.change is not None:
        waits = _ORDERS.c.change_since
        found.append(waits.is_not(None) if wanted.change else waits.is_(None))
    if wanted.due_before is not None:
        found.append(_ORDERS.c.need_by < wanted.due_before)
    if wanted.is_open is not None:
        found.append(_ORDERS.c.ended_at.is_(None) if wanted.is_open else _ORDERS.c.ended_at.is_not(None))
    if wanted.q:
        found += order_search.matching(wanted.q)
    return found
