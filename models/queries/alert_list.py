"""Alerts over all orders: filtered and counted, and the worst of every order for the first page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session

from models.domain.attention import MOST_URGENT_FIRST
from models.domain.flags import LATENESS
from models.queries.cursors import behind
from models.queries.order_records import alert, instant
from models.queries.orders import Reader, View
from models.tables.orders import AlertRow, OrderRow
from models.tables.suppliers import Supplier
from models.tables.types import table

State = Literal["open", "answered", "cleared"]
_ALERTS = table(AlertRow)
_ORDERS = table(OrderRow)
_SUPPLIERS = table(Supplier)
# What people see beside an alert: the order, and how its supplier is reached.
_BESIDE = (
    _ORDERS.c.supplier,
    _ORDERS.c.stage,
    _ORDERS.c.purchase_order,
    _SUPPLIERS.c.name.label("supplier_name"),
    _SUPPLIERS.c.contact.label("supplier_contact"),
    _SUPPLIERS.c.email.label("supplier_email"),
    _SUPPLIERS.c.locale.label("supplier_locale"),
)
_OF_ORDER = _ORDERS.c.number == _ALERTS.c.order_number
_ANSWERED = _ALERTS.c.acknowledged_at.is_not(None)
_STATES: dict[State, ColumnElement[bool]] = {
    "open": and_(_ALERTS.c.open.is_(True), ~_ANSWERED),
    "answered": and_(_ALERTS.c.open.is_(True), _ANSWERED),
    "cleared": _ALERTS.c.open.is_(False),
}
_URGENCY = case(
    {rule: place for place, rule in enumerate(MOST_URGENT_FIRST)},
    value=_ALERTS.c.rule,
    else_=len(MOST_URGENT_FIRST),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the page of alerts is asked for; None leaves a filter out."""

    state: State | None = None
    supplier: str | None = None
    rule: str | None = None
    order: str | None = None


def lateness(session: Session, numbers: Collection[str]) -> dict[str, str]:
    """Of orders that are late: the worst rule of those that make them so."""
    query = select(_ALERTS.c.order_number, _ALERTS.c.rule).where(
        _ALERTS.c.order_number.in_(numbers), _ALERTS.c.open.is_(True), _ALERTS.c.rule.in_(LATENESS)
    )
    found: dict[str, str] = {}
    for number, rule in session.execute(query) if numbers else ():
        found[number] = min(found.get(number, rule), rule, key=LATENESS.index)
    return found


def listed(session: Session, wanted: Filter, reader: Reader, after: str | None, limit: int) -> list[View]:
    """At most `limit` alerts behind `after` (raised and id): what waits longest first, but of the cleared
    ones the newest."""
    newest_first = wanted.state == "cleared"
    query = (
        select(_ALERTS, *_BESIDE)
        .join(_ORDERS, _OF_ORDER)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(*_conditions(wanted, reader))
    )
    if after is not None:
        at, last = behind(after, instant)
        raised, number = _ALERTS.c.raised_at, _ALERTS.c.id
        earlier, later = (
            or_(raised < at, and_(raised == at, number < last)),
            or_(raised > at, and_(raised == at, number > last)),
        )
        query = query.where(earlier if newest_first else later)
    keys = [_ALERTS.c.raised_at, _ALERTS.c.id]
    query = query.order_by(*[key.desc() for key in keys] if newest_first else keys)
    return [_shown(row) for row in session.execute(query.limit(limit))]


def whereabouts(session: Session, number: str, reader: Reader) -> tuple[str, State] | None:
    """The order an alert is about, and its state; None when there is no such alert for this reader."""
    state = case(*[(condition, name) for name, condition in _STATES.items()])
    query = select(_ALERTS.c.order_number, state).join(_ORDERS, _OF_ORDER).where(_ALERTS.c.id == number)
    row = session.execute(query.where(*_conditions(Filter(), reader))).first()
    return (row[0], row[1]) if row is not None else None


def counts(session: Session, wanted: Filter, reader: Reader) -> dict[State, int]:
    """Alerts by state among those `wanted` finds, whatever state it asks for itself."""
    state = case(*[(condition, name) for name, condition in _STATES.items()])
    found = _counted(session, state, wanted, reader, but={"state"})
    return {name: found.get(name, 0) for name in _STATES}


def by_supplier(session: Session, wanted: Filter, reader: Reader) -> list[tuple[str, str, int]]:
    """Code, name and number of alerts of every supplier among those `wanted` finds for any."""
    rows = session.execute(
        select(_SUPPLIERS.c.code, _SUPPLIERS.c.name, func.count())
        .select_from(_ALERTS)
        .join(_ORDERS, _OF_ORDER)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(*_conditions(wanted, reader, but={"supplier"}))
        .group_by(_SUPPLIERS.c.code, _SUPPLIERS.c.name)
        .order_by(_SUPPLIERS.c.name, _SUPPLIERS.c.code)
    )
    return [(code, name, count) for code, name, count in rows]


def by_rule(session: Session, wanted: Filter, reader: Reader) -> dict[str, int]:
    return _counted(session, _ALERTS.c.rule, wanted, reader, but={"rule"})


def worst(session: Session, reader: Reader, limit: int) -> list[View]:
    """One row for every order with open alerts nobody has answered, the worst order first: its worst
    alert, and as `others` how many it has besides."""
    number = _ALERTS.c.order_number
    place = func.row_number().over(partition_by=number, order_by=(_URGENCY, _ALERTS.c.since, _ALERTS.c.id))
    ranked = (
        select(
            _ALERTS,
            *_BESIDE,
            _URGENCY.label("urgency"),
            place.label("place"),
            (func.count().over(partition_by=number) - 1).label("others"),
        )
        .join(_ORDERS, _OF_ORDER)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(*_conditions(Filter("open"), reader))
        .subquery()
    )
    rows = session.execute(
        select(ranked)
        .where(ranked.c.place == 1)
        .order_by(ranked.c.urgency, ranked.c.since, ranked.c.id)
        .limit(limit)
    )
    return [_shown(row) | {"others": row.others} for row in rows]


def _shown(row: Any) -> View:
    return alert(row) | {column.name: getattr(row, column.name) for column in _BESIDE}


def _conditions(wanted: Filter, reader: Reader, *, but: Collection[str] = ()) -> list[ColumnElement[bool]]:
    wanted = replace(wanted, **dict.fromkeys(but))
    found: list[ColumnElement[bool]] = []
    if not reader.cleared:
        found.append(_ORDERS.c.export_controlled.is_(False))
    if wanted.state is not None:
        found.append(_STATES[wanted.state])
    if wanted.supplier is not None:
        found.append(_ORDERS.c.supplier == wanted.supplier)
    if wanted.rule is not None:
        found.append(_ALERTS.c.rule == wanted.rule)
    if wanted.order is not None:
        found.append(_ALERTS.c.order_number == wanted.order)
    return found


def _counted(
    session: Session, key: ColumnElement[Any], wanted: Filter, reader: Reader, *, but: Collection[str]
) -> dict[Any, int]:
    rows = session.execute(
        select(key.label("key"), func.count())
        .select_from(_ALERTS)
        .join(_ORDERS, _OF_ORDER)
        .where(*_conditions(wanted, reader, but=but))
        .group_by("key")
    )
    return {row[0]: row[1] for row in rows}
