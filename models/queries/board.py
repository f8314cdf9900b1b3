"""The board: how many orders stand where, and which need somebody now."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from models.domain.order import ENDED, Stage
from models.queries.order_list import Filter, conditions
from models.queries.order_stream import names
from models.queries.orders import Reader, View
from models.tables.orders import AlertRow, NonconformanceRow, OrderRow
from models.tables.processes import Process
from models.tables.suppliers import Supplier
from models.tables.types import table

_ORDERS = table(OrderRow)
_SUPPLIERS = table(Supplier)
_PROCESSES = table(Process)
_ALERTS = table(AlertRow)
_REJECTED = table(NonconformanceRow)
_OPEN = Filter(is_open=True)
OPEN_STAGES = tuple(stage for stage in Stage if stage not in ENDED)
# What a card shows.
_CARD = (
    _ORDERS.c.number,
    _ORDERS.c.flags,
    _ORDERS.c.process,
    _ORDERS.c.need_by,
    _ORDERS.c.promise_current,
    _ORDERS.c.issued_at,
    _SUPPLIERS.c.name.label("supplier"),
)


def counts(session: Session, wanted: Filter, reader: Reader) -> dict[str, int]:
    """Orders by stage among those `wanted` finds, whatever stage it asks for itself."""
    rows = session.execute(
        select(_ORDERS.c.stage, func.count())
        .where(*conditions(wanted, reader, but={"stage"}))
        .group_by(_ORDERS.c.stage)
    )
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return {stage.value: found.get(stage.value, 0) for stage in Stage}


def choices(
    session: Session, wanted: Filter, reader: Reader, by: Literal["supplier", "process"]
) -> list[tuple[str, str, int]]:
    """Code, name and number of orders of every supplier or process among those `wanted` finds, whichever
    it asks for itself."""
    named, column = (_SUPPLIERS, _ORDERS.c.supplier) if by == "supplier" else (_PROCESSES, _ORDERS.c.process)
    rows = session.execute(
        select(named.c.code, named.c.name, func.count())
        .select_from(_ORDERS)
        .join(named, named.c.code == column)
        .where(*conditions(wanted, reader, but={by}))
        .group_by(named.c.code, named.c.name)
        .order_by(named.c.name, named.c.code)
    )
    return [(code, name, count) for code, name, count in rows]


def types(session: Session, wanted: Filter, reader: Reader) -> list[tuple[str, int]]:
    """Type and number of orders of every type among those `wanted` finds, whichever it asks for itself."""
    rows = session.execute(
        select(_ORDERS.c.type, func.count())
        .where(*conditions(wanted, reader, but={"type"}))
        .group_by(_ORDERS.c.type)
        .order_by(_ORDERS.c.type)
    )
    return [(name, count) for name, count in rows]


def late(session: Session, wanted: Filter, reader: Reader) -> int:
    """How many of those `wanted` finds are late."""
    query = select(func.count()).select_from(_ORDERS)
    only: list[ColumnElement[bool]] = [*conditions(wanted, reader, but={"late"}), _ORDERS.c.late.is_(True)]
    return session.scalar(query.where(*only)) or 0


def changing(session: Session, wanted: Filter, reader: Reader) -> int:
    """How many of those `wanted` finds have a change that waits for approval."""
    only: list[ColumnElement[bool]] = [
        *conditions(wanted, reader, but={"change"}),
        _ORDERS.c.change_since.is_not(None),
    ]
    return session.scalar(select(func.count()).select_from(_ORDERS).where(*only)) or 0


def columns(session: Session, reader: Reader, each: int) -> dict[str, list[View]]:
    """The `each` most pressing orders of every open stage."""
    place = func.row_number().over(
        partition_by=_ORDERS.c.stage, order_by=(_ORDERS.c.need_by, _ORDERS.c.number)
    )
    ranked = (
        select(*_CARD, _ORDERS.c.stage, place.label("place"))
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(*conditions(_OPEN, reader))
        .subquery()
    )
    found: dict[str, list[View]] = {stage.value: [] for stage in OPEN_STAGES}
    rows = session.execute(select(ranked).where(ranked.c.place <= each).order_by(ranked.c.place))
    for row in rows:
        found[row.stage].append(_card(row))
    return found


def due_soon(session: Session, reader: Reader, first: date, last: date, limit: int) -> list[View]:
    """Orders still out that are due from `first` to `last`, and about which nobody is alarmed yet."""
    due = func.coalesce(_ORDERS.c.promise_current, _ORDERS.c.need_by)
    query = _calm(reader).where(
        due.between(first, last), _ORDERS.c.stage.not_in([Stage.DRAFT, Stage.RECEIVED])
    )
    return [_card(row) for row in session.execute(query.order_by(due, _ORDERS.c.number).limit(limit))]


def unanswered(session: Session, reader: Reader, limit: int) -> list[View]:
    """Orders their suppliers have not answered, the oldest first, before anybody is alarmed about it."""
    query = _calm(reader).where(_ORDERS.c.stage == Stage.ISSUED)
    rows = session.execute(query.order_by(_ORDERS.c.issued_at, _ORDERS.c.number).limit(limit))
    return [_card(row) for row in rows]


def proposals(session: Session, reader: Reader, limit: int) -> list[View]:
    """Orders whose suppliers proposed other terms, before anybody is alarmed about the missing answer."""
    query = _calm(reader).where(_ORDERS.c.stage == Stage.COUNTERED)
    rows = session.execute(query.order_by(_ORDERS.c.need_by, _ORDERS.c.number).limit(limit))
    return [_card(row) for row in rows]


def to_decide(session: Session, reader: Reader, limit: int) -> list[View]:
    """Rejected pieces nobody has decided about, the oldest first, whatever else is said of their orders;
    `decided_by` is who has to."""
    query = (
        select(*_CARD, _REJECTED.c.id, _REJECTED.c.defect, _REJECTED.c.opened_at, _REJECTED.c.decided_by)
        .join(_ORDERS, _ORDERS.c.number == _REJECTED.c.order_number)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(_REJECTED.c.decided_by != "", *conditions(_OPEN, reader))
    )
    rows = session.execute(query.order_by(_REJECTED.c.opened_at, _REJECTED.c.id).limit(limit))
    return [
        _card(row)
        | {
            "nonconformance": row.id,
            "defect": row.defect,
            "opened_at": row.opened_at,
            "decided_by": row.decided_by,
        }
        for row in rows
    ]


def changes(session: Session, reader: Reader, limit: int) -> list[View]:
    """Orders with a change that waits for approval, the longest waiting first, whatever else is said of
    them; `by` and `who` are the id and name of whoever asked for it, `terms` what is to be different."""
    query = (
        select(*_CARD, _ORDERS.c.change_since, _ORDERS.c.change_by, _ORDERS.c.change_terms)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(_ORDERS.c.change_since.is_not(None), *conditions(_OPEN, reader))
    )
    rows = session.execute(query.order_by(_ORDERS.c.change_since, _ORDERS.c.number).limit(limit)).all()
    called = names(session, {row.change_by for row in rows})
    return [
        _card(row)
        | {
            "since": row.change_since,
            "by": row.change_by,
            "who": called.get(row.change_by, ""),
            "terms": row.change_terms,
        }
        for row in rows
    ]


def plans(session: Session, reader: Reader, until: date, limit: int) -> list[View]:
    """Orders with a contingency plan that has to be decided about by `until`, the first due one first,
    whatever else is said of them; `decides` is who has to."""
    query = (
        select(*_CARD, _ORDERS.c.plan_due, _ORDERS.c.plan_decides)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(_ORDERS.c.plan_due <= until, *conditions(_OPEN, reader))
    )
    rows = session.execute(query.order_by(_ORDERS.c.plan_due, _ORDERS.c.number).limit(limit))
    return [_card(row) | {"day": row.plan_due, "decides": row.plan_decides} for row in rows]


def claimed(session: Session, reader: Reader, limit: int) -> list[View]:
    """Orders with an open claim for lost pieces, the first due one first; those that ended as well."""
    query = (
        select(*_CARD, _ORDERS.c.claim_due)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(_ORDERS.c.claim_due.is_not(None), *conditions(Filter(), reader))
    )
    rows = session.execute(query.order_by(_ORDERS.c.claim_due, _ORDERS.c.number).limit(limit))
    return [_card(row) | {"day": row.claim_due} for row in rows]


def _calm(reader: Reader) -> Any:
    """Open orders without an open alert: the others are named by it."""
    alarmed = select(_ALERTS.c.order_number).where(_ALERTS.c.open.is_(True))
    return (
        select(*_CARD)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(*conditions(_OPEN, reader), _ORDERS.c.number.not_in(alarmed))
    )


def _card(row: Any) -> View:
    return {
        "number": row.number,
        "flags": row.flags,
        "supplier": row.supplier,
        "process": row.process,
        "need_by": row.need_by,
        "promise_current": row.promise_current,
        "issued_at": row.issued_at,
    }
