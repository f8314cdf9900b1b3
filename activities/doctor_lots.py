"""Compares what outside operations have had of a lot with what there ever was of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from operator import add

from sqlalchemy import and_, func, select, tuple_, type_coerce
from sqlmodel import Session

from activities.findings import Finding, found
from models.codec import load_event
from models.domain import events as e
from models.domain.pieces import SENT, Bucket
from models.domain.quantities import ZERO
from models.domain.worked import Step
from models.queries.upstream import handed_on
from models.tables.lots import Lot
from models.tables.orders import EventRow, LineRow, OrderRow, PiecesRow
from models.tables.types import Exact, table

_LOTS, _LINES, _ORDERS = table(Lot), table(LineRow), table(OrderRow)
_PIECES, _EVENTS = table(PiecesRow), table(EventRow)
# Out, or back and done or spoilt: all but what came back as it went.
_HAD = reduce(add, (_PIECES.c[bucket.value] for bucket in SENT if bucket is not Bucket.RETURNED_UNPROCESSED))
_PLACES = (
    select(
        _PIECES.c.lot,
        _PIECES.c.order_number,
        _PIECES.c.line,
        _LINES.c.work_order,
        _LINES.c.operation,
        _ORDERS.c.process,
        _ORDERS.c.type,
        _LOTS.c.quantity,
        type_coerce(_HAD, Exact).label("had"),
    )
    .join(_LINES, and_(_LINES.c.order_number == _PIECES.c.order_number, _LINES.c.line == _PIECES.c.line))
    .join(_ORDERS, _ORDERS.c.number == _PIECES.c.order_number)
    .join(_LOTS, and_(_LOTS.c.number == _PIECES.c.lot, _LOTS.c.uom == _LINES.c.unit))
)
_TOO_MANY = (
    _PLACES.with_only_columns(_PIECES.c.lot, _ORDERS.c.process)
    .group_by(_PIECES.c.lot, _ORDERS.c.process, _LOTS.c.quantity)
    .having(func.sum(_HAD) > _LOTS.c.quantity)
)


def through_twice(session: Session) -> Iterator[Finding]:
    """Lots of which more is out and done at one operation, over all its orders, than there ever was."""
    suspects = [tuple(row) for row in session.execute(_TOO_MANY)]
    if not suspects:
        return
    query = _PLACES.where(tuple_(_PIECES.c.lot, _ORDERS.c.process).in_(suspects))
    by_lot: dict[str, list[tuple[Step, Decimal, Decimal]]] = {}
    for row in session.execute(query.order_by(_PIECES.c.lot, _PIECES.c.order_number, _PIECES.c.line)):
        at = (row.order_number, row.line)
        step = Step(row.work_order, row.operation, row.process, row.type)
        had = row.had - _passed_on(session, at, step) - _kept(session, *at)
        by_lot.setdefault(row.lot, []).append((step, had, row.quantity))
    for lot, places in by_lot.items():
        most, step = max(
            (
                (sum((had for other, had, _ in places if other.repeats(one)), ZERO), one)
                for one, _, _ in places
            ),
            key=lambda each: each[0],
        )
        ever = places[0][2]
        if most > ever:
            where = f"work order {step.work_order} operation {step.operation}"
            yield found(
                "lot.through_twice", f"lot {lot}", f"{where} has had {most} of it, and there were {ever}."
            )


def _passed_on(session: Session, at: tuple[str, int], step: Step) -> Decimal:
    """What went straight to another order for the same operation counts there."""
    rows = session.execute(
        select(_LINES.c.order_number, _LINES.c.line).where(
            _LINES.c.work_order == step.work_order, _LINES.c.operation == step.operation
        )
    )
    same = {(row.order_number, row.line): step for row in rows}
    return handed_on(session, {at[0]}, same).get(at, ZERO)


def _kept(session: Session, order: str, line: int) -> Decimal:
    """What turned up there and was kept: nobody had sent it."""
    rows = session.execute(
        select(_EVENTS.c.type, _EVENTS.c.payload).where(
            _EVENTS.c.order_number == order, _EVENTS.c.type == e.OverResolved.name
        )
    )
    events = [load_event(row.type, row.payload) for row in rows]
    return sum(
        (
            each.quantity
            for each in events
            if isinstance(each, e.OverResolved) and each.decision == "accept" and each.line == line
        ),
        ZERO,
    )
