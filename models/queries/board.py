"""The board: how many orders stand where, and which need somebody now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from models.domain.order import ENDED, Stage
from models.queries.order_list import Filter, conditions
from models.queries.orders import Reader, View
from models.tables.orders import OrderRow
from models.tables.suppliers import Supplier
from models.tables.types import table

_ORDERS = table(OrderRow)
_SUPPLIERS = table(Supplier)
OPEN_STAGES = tuple(stage for stage in Stage if stage not in ENDED)


def counts(session: Session, wanted: Filter, reader: Reader) -> dict[str, int]:
    """Orders by stage among those `wanted` finds, whatever stage it asks for itself."""
    rows = session.execute(
        select(_ORDERS.c.stage, func.count())
        .where(*conditions(wanted, reader, but={"stage"}))
        .group_by(_ORDERS.c.stage)
    )
    found: dict[str, int] = dict(rows.tuples().all())
    return {stage.value: found.get(stage.value, 0) for stage in Stage}


def late(session: Session, wanted: Filter, reader: Reader) -> int:
    """How many of those `wanted` finds are late."""
    query = select(func.count()).select_from(_ORDERS)
    only: list[ColumnElement[bool]] = [*conditions(wanted, reader, but={"late"}), _ORDERS.c.late.is_(True)]
    return session.scalar(query.where(*only)) or 0


def columns(session: Session, reader: Reader, each: int) -> dict[str, list[View]]:
    """The `each` most pressing orders of every open stage."""
    place = func.row_number().over(
        partition_by=_ORDERS.c.stage, order_by=(_ORDERS.c.need_by, _ORDERS.c.number)
    )
    ranked = (
        select(
            _ORDERS.c.number,
            _ORDERS.c.stage,
            _ORDERS.c.flags,
            _ORDERS.c.process,
            _ORDERS.c.need_by,
            _ORDERS.c.promise_current,
            _SUPPLIERS.c.name.label("supplier"),
            place.label("place"),
        )
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(_ORDERS.c.stage.in_(OPEN_STAGES), *conditions(Filter(), reader))
        .subquery()
    )
    found: dict[str, list[View]] = {stage.value: [] for stage in OPEN_STAGES}
    rows = session.execute(select(ranked).where(ranked.c.place <= each).order_by(ranked.c.place))
    for row in rows:
        found[row.stage].append(_card(row))
    return found


def _card(row: Any) -> View:
    return {
        "number": row.number,
        "flags": row.flags,
        "supplier": row.supplier,
        "process": row.process,
        "need_by": row.need_by,
        "promise_current": row.promise_current,
    }
