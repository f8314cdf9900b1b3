"""Compares what is set aside of a lot for work orders with what is there of it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from activities.findings import Finding, found
from models.queries.picking import picked_of
from models.tables.demand import Pick
from models.tables.lots import Lot
from models.tables.types import table

_LOTS, _PICKS = table(Lot), table(Pick)
_BATCH = 500


def picks(session: Session) -> Iterator[Finding]:
    """Lots of which more is set aside and not yet used than is on hand, and lots set aside as another part."""
    query = select(_LOTS.c.number, _LOTS.c.on_hand, _LOTS.c.uom).where(
        _LOTS.c.number.in_(select(_PICKS.c.lot))
    )
    lots = session.execute(query.order_by(_LOTS.c.number)).all()
    for start in range(0, len(lots), _BATCH):
        some = lots[start : start + _BATCH]
        left = picked_of(session, [row.number for row in some])
        for row in some:
            if left[row.number] > row.on_hand:
                what = f"{left[row.number]} {row.uom} are set aside of it, and {row.on_hand} are on hand."
                yield found("pick.short", f"lot {row.number}", what)
    other = (
        select(_PICKS.c.work_order, _PICKS.c.lot, _PICKS.c.part, _LOTS.c.part.label("is"))
        .join(_LOTS, _LOTS.c.number == _PICKS.c.lot)
        .where(_LOTS.c.part != _PICKS.c.part)
        .order_by(_PICKS.c.work_order, _PICKS.c.lot)
    )
    for job, lot, part, really in session.execute(other):
        what = f"It is set aside as {part} for work order {job}, and is {really}."
        yield found("pick.part", f"lot {lot}", what)
