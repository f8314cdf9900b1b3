"""Where pieces with serial numbers are, over all orders."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, bindparam, select
from sqlmodel import Session

from models.domain.order import Order
from models.domain.pieces import Bucket, key
from models.domain.serials import Elsewhere
from models.domain.worked import Been, Step
from models.tables.orders import LineRow, OrderRow
from models.tables.parts import Part
from models.tables.serials import SerialRow
from models.tables.types import table

_SERIALS = table(SerialRow)
_LINES, _ORDERS = table(LineRow), table(OrderRow)
_PARTS = table(Part)
# One that went on to the next order is told by that.
_WHERE = (
    select(_SERIALS.c.order_number, _SERIALS.c.part, _SERIALS.c.serial, _SERIALS.c.bucket)
    .where(
        _SERIALS.c.serial.in_(bindparam("serials", expanding=True)),
        _SERIALS.c.part.in_(bindparam("parts", expanding=True)),
        _SERIALS.c.bucket != Bucket.FORWARDED.value,
    )
    .order_by(_SERIALS.c.since, _SERIALS.c.order_number)
)
_BEEN = (
    select(
        _SERIALS.c.order_number,
        _SERIALS.c.line,
        _SERIALS.c.part,
        _SERIALS.c.serial,
        _SERIALS.c.bucket,
        _LINES.c.work_order,
        _LINES.c.operation,
        _ORDERS.c.process,
        _ORDERS.c.type,
        _ORDERS.c.export_controlled,
    )
    .join(_LINES, and_(_LINES.c.order_number == _SERIALS.c.order_number, _LINES.c.line == _SERIALS.c.line))
    .join(_ORDERS, _ORDERS.c.number == _SERIALS.c.order_number)
    .where(
        _SERIALS.c.serial.in_(bindparam("serials", expanding=True)),
        _SERIALS.c.part.in_(bindparam("parts", expanding=True)),
    )
    .order_by(_SERIALS.c.since, _SERIALS.c.order_number)
)
_LOCK_PARTS = (
    select(_PARTS.c.number)
    .where(_PARTS.c.number.in_(bindparam("parts", expanding=True)))
    .order_by(_PARTS.c.number, _PARTS.c.revision)
    .with_for_update()
)


def lock_parts(session: Session, parts: Iterable[str]) -> None:
    """Nobody else puts pieces of these parts somewhere, or lets them go, until the transaction ends."""
    session.execute(_LOCK_PARTS, {"parts": sorted(parts)}).all()


def elsewhere(
    session: Session, order: Order, named: Iterable[tuple[int, str]], *, lock: bool = False
) -> dict[str, Elsewhere]:
    """Those of `named` (line and serial) that another order had later, by `key(line, serial)`.

    With `lock` nobody else may put pieces of these parts somewhere until the transaction ends.
    """
    parts = {line.line: line.part for line in order.lines if line.by_serial}
    wanted = [(line, serial) for line, serial in named if line in parts]
    if not wanted:
        return {}
    asked = {"parts": sorted({parts[line] for line, _ in wanted})}
    if lock:
        lock_parts(session, asked["parts"])
    rows = session.execute(_WHERE, asked | {"serials": sorted({serial for _, serial in wanted})})
    # A surplus is only claimed to be here: any other order that has the piece knows better.
    claimed_first = sorted(rows, key=lambda row: row.bucket != Bucket.OVER.value)
    latest = {(row.part, row.serial): row for row in claimed_first}
    found = {}
    for line, serial in wanted:
        row = latest.get((parts[line], serial))
        if row is not None and row.order_number != order.number:
            found[key(line, serial)] = Elsewhere(row.order_number, Bucket(row.bucket))
    return found


def been(session: Session, order: Order, named: Iterable[tuple[int, str]]) -> dict[str, tuple[Been, ...]]:
    """On which other lines those of `named` (line and serial) are or were, the first one first, by
    `key(line, serial)`."""
    parts = {line.line: line.part for line in order.lines if line.by_serial}
    wanted = [(line, serial) for line, serial in named if line in parts]
    if not wanted:
        return {}
    asked = {
        "parts": sorted({parts[line] for line, _ in wanted}),
        "serials": sorted({each for _, each in wanted}),
    }
    found: dict[str, tuple[Been, ...]] = {}
    for row in session.execute(_BEEN, asked):
        number = row.order_number if order.export_controlled or not row.export_controlled else ""
        step = Step(row.work_order, row.operation, row.process, row.type)
        for line, serial in wanted:
            here = (row.order_number, row.line) == (order.number, line)
            if (row.part, row.serial) == (parts[line], serial) and not here:
                at = key(line, serial)
                found[at] = (*found.get(at, ()), Been(number, step, Bucket(row.bucket)))
    return found
