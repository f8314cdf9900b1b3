"""Lots that may be picked for work orders, and what is picked already."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from models.domain.picking import Clash, FreeLot, Taker, clashes
from models.domain.quantities import ZERO
from models.queries import controlled, lot_holds, planned
from models.tables.demand import Pick
from models.tables.lots import Lot
from models.tables.parts import Part
from models.tables.shop_floor import ConsumptionRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_LOTS, _PICKS, _PARTS, _USED = table(Lot), table(Pick), table(Part), table(ConsumptionRow)
_JOBS = table(WorkOrder)


@dataclass(frozen=True, slots=True)
class ShelfLot(FreeLot):
    """With the revision it is of, None for a lot of any."""

    revision: str | None = None


def shelf(
    session: Session, parts: Collection[str], *, sendable: bool = True, but: str = ""
) -> dict[str, list[ShelfLot]]:
    """By part the lots that may be used, the oldest first: on hand, neither held nor made from a lot that is,
    less what is picked for work orders other than `but`. Without `sendable` what orders are going to send of
    them counts, too: it is still ours."""
    rows = session.execute(
        select(_LOTS)
        .where(_LOTS.c.part.in_(sorted(parts)), _LOTS.c.on_hand > 0, _LOTS.c.held.is_(False))
        .order_by(_LOTS.c.received_on.is_(None), _LOTS.c.received_on, _LOTS.c.number)
    ).all()
    numbers = [row.number for row in rows]
    covered = lot_holds.covering(session, numbers, cleared=False)
    gone = spoken_for(session, numbers, but=but) if sendable else picked_of(session, numbers, but=but)
    found: dict[str, list[ShelfLot]] = {}
    for row in rows:
        free = row.on_hand - gone.get(row.number, ZERO)
        if row.number not in covered and free > 0:
            found.setdefault(row.part, []).append(ShelfLot(row.number, row.uom, free, row.part_revision))
    return found


def spoken_for(session: Session, lots: Collection[str], *, but: str = "") -> dict[str, Decimal]:
    """What open orders are going to send of each lot, and what is picked for work orders other than `but`."""
    found = planned.of_lots(session, lots)
    for lot, some in picked_of(session, lots, but=but).items():
        found[lot] = found.get(lot, ZERO) + some
    return found


def clashing(session: Session, lots: Collection[str], *, cleared: bool) -> list[Clash]:
    """Those of the lots that work orders and open orders want more of than there is, with who wants them; who is
    not `cleared` is told of no work order and no order of a controlled part."""
    wanted: dict[str, list[Taker]] = {}
    for row in session.execute(select(_PICKS).where(_PICKS.c.lot.in_(lots)).order_by(_PICKS.c.work_order)):
        used = used_by(session, {row.work_order}).get((row.work_order, row.lot), ZERO)
        if row.quantity > used:
            taker = Taker("work_order", row.work_order, row.quantity - used, row.work_order)
            wanted.setdefault(row.lot, []).append(taker)
    for plan in planned.plans_of(session, lots):
        if plan.quantity:
            taker = Taker("order", plan.order, plan.quantity, plan.work_order)
            wanted.setdefault(plan.lot, []).append(taker)
    rows = session.execute(
        select(_LOTS.c.number, _LOTS.c.on_hand, _LOTS.c.uom).where(_LOTS.c.number.in_(lots))
    )
    found = clashes({row.number: (row.on_hand, row.uom) for row in rows}, wanted)
    known = _known(session, {taker.work_order for each in found for taker in each.takers}, cleared=cleared)
    return [replace(each, takers=tuple(t for t in each.takers if t.work_order in known)) for each in found]


def _known(session: Session, work_orders: Collection[str], *, cleared: bool) -> set[str]:
    """Those that somebody knows of."""
    query = select(_JOBS.c.number).where(_JOBS.c.number.in_(work_orders))
    return set(session.scalars(query.where(*controlled.visible(WorkOrder, cleared=cleared))))


def picked_of(session: Session, lots: Collection[str], *, but: str = "") -> dict[str, Decimal]:
    """What of each lot is still picked for work orders other than `but`: less what they used of it already."""
    query = select(_PICKS).where(_PICKS.c.lot.in_(lots), _PICKS.c.work_order != but)
    rows = session.execute(query).all()
    used = used_by(session, {row.work_order for row in rows})
    found: dict[str, Decimal] = {}
    for row in rows:
        left = max(ZERO, row.quantity - used.get((row.work_order, row.lot), ZERO))
        found[row.lot] = found.get(row.lot, ZERO) + left
    return found


def used_by(session: Session, work_orders: Collection[str]) -> dict[tuple[str, str], Decimal]:
    """By work order and lot, what it used up; what was written down wrongly does not count."""
    query = select(_USED.c.work_order, _USED.c.lot, func.sum(_USED.c.quantity).label("used")).where(
        _USED.c.work_order.in_(sorted(work_orders)), _USED.c.reversed_at.is_(None)
    )
    rows = session.execute(query.group_by(_USED.c.work_order, _USED.c.lot))
    return {(row.work_order, row.lot): row.used for row in rows}


def used_parts(session: Session, work_order: str) -> dict[str, Decimal]:
    """By part, what a work order used up of any lot."""
    query = select(_USED.c.part, func.sum(_USED.c.quantity).label("used")).where(
        _USED.c.work_order == work_order, _USED.c.reversed_at.is_(None)
    )
    return {row.part: row.used for row in session.execute(query.group_by(_USED.c.part))}


def lock(session: Session, parts: Collection[str]) -> None:
    """Keeps two that pick lots of the same parts apart; always in the same sequence."""
    query = select(_LOTS.c.number).where(_LOTS.c.part.in_(sorted(parts))).order_by(_LOTS.c.number)
    session.execute(query.with_for_update()).all()


def units(session: Session, parts: Collection[str]) -> dict[str, str]:
    """The unit of each part, as its latest revision has it."""
    query = select(_PARTS.c.number, _PARTS.c.uom).where(_PARTS.c.number.in_(sorted(parts)))
    rows = session.execute(query.order_by(_PARTS.c.created_at, _PARTS.c.revision))
    return {row.number: row.uom for row in rows}


def picks(session: Session, work_orders: Iterable[str]) -> list[dict[str, Any]]:
    """What is picked for these work orders, with what tells the lots apart, by component and age."""
    columns = ("heat_number", "supplier_lot", "uom", "on_hand", "held", "received_on")
    query = (
        select(_PICKS, *(_LOTS.c[name] for name in columns))
        .join(_LOTS, _LOTS.c.number == _PICKS.c.lot)
        .where(_PICKS.c.work_order.in_(sorted(work_orders)))
        .order_by(
            _PICKS.c.work_order,
            _PICKS.c.part,
            _LOTS.c.received_on.is_(None),
            _LOTS.c.received_on,
            _PICKS.c.lot,
        )
    )
    return [dict(row) for row in session.execute(query).mappings()]
