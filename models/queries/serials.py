"""Where pieces with serial numbers are, over all orders."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.domain.order import Order
from models.domain.pieces import Bucket, key
from models.domain.serials import Elsewhere
from models.tables.parts import Part
from models.tables.serials import SerialRow
from models.tables.types import table

_SERIALS = table(SerialRow)
_PARTS = table(Part)
# A surplus is only claimed to be here; one that went on to the next order is told by that.
_WHERE = (
    select(_SERIALS.c.order_number, _SERIALS.c.part, _SERIALS.c.serial, _SERIALS.c.bucket)
    .where(
        _SERIALS.c.serial.in_(bindparam("serials", expanding=True)),
        _SERIALS.c.part.in_(bindparam("parts", expanding=True)),
        _SERIALS.c.bucket.not_in([Bucket.OVER.value, Bucket.FORWARDED.value]),
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
    latest = {(row.part, row.serial): row for row in rows}
    found = {}
    for line, serial in wanted:
        row = latest.get((parts[line], serial))
        if row is not None and row.order_number != order.number:
            found[key(line, serial)] = Elsewhere(row.order_number, Bucket(row.bucket))
    return found
