"""Picking lists: lots set aside for work orders, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from models.domain.picking import Clash, Need, Picked, needs, picked, shortages
from models.domain.quantities import ZERO
from models.queries import picking
from models.queries.demand import most_made
from models.tables.demand import Pick
from models.tables.parts import Part
from models.tables.work_orders import WorkOrder


@dataclass(frozen=True, slots=True)
class PickingList:
    """What a work order takes of each component, the lots set aside for it, what it `used` of each component,
    what is missing, and which of the lots others want, too, more than there is. A pick is as `models.queries.picking.picks` gives it, with what was `used` of it."""

    needs: tuple[Need, ...]
    picks: tuple[dict[str, Any], ...]
    used: Mapping[str, Decimal]
    short: tuple[Need, ...]
    clashes: tuple[Clash, ...] = ()


def propose(session: Session, jobs: Sequence[WorkOrder]) -> None:
    """Sets lots aside for what each of these work orders has not used yet, the first one first; what was set
    aside for them before and not used goes back to the shelf."""
    wanted = {job.number: _open(session, job) for job in jobs}
    parts = {need.part for each in wanted.values() for need in each}
    picking.lock(session, parts)
    used = picking.used_by(session, wanted)
    for job in jobs:
        for row in session.exec(select(Pick).where(col(Pick.work_order) == job.number)).all():
            row.quantity = min(row.quantity, used.get((job.number, row.lot), ZERO))
            if not row.quantity:
                session.delete(row)
        session.flush()
        for pick in picked(wanted[job.number], picking.shelf(session, parts)):
            row = session.get(Pick, (job.number, pick.lot)) or Pick(
                work_order=job.number, lot=pick.lot, part=pick.part, quantity=ZERO
            )
            row.quantity = pick.quantity + used.get((job.number, pick.lot), ZERO)
            session.add(row)
        session.flush()


def read(session: Session, job: WorkOrder, *, cleared: bool) -> PickingList:
    """The list as it stands, for somebody who knows of controlled parts or not."""
    wanted = _needs(session, job)
    used = picking.used_by(session, [job.number])
    rows = [
        row | {"used": used.get((job.number, row["lot"]), ZERO)}
        for row in picking.picks(session, [job.number])
    ]
    held = [Picked(row["part"], row["lot"], max(ZERO, row["quantity"] - row["used"])) for row in rows]
    gone = picking.used_parts(session, job.number)
    short = () if _made(session, job) else tuple(shortages(wanted, held, gone))
    left = [row["lot"] for row in rows if row["quantity"] > row["used"]]
    clashing = picking.clashing(session, left, cleared=cleared)
    return PickingList(tuple(wanted), tuple(rows), gone, short, tuple(clashing))


def _made(session: Session, job: WorkOrder) -> bool:
    """All it is for has come out of it, so that it uses nothing more, whatever was written down of that."""
    return most_made(session, [job.number]).get(job.number, ZERO) >= job.quantity


def _open(session: Session, job: WorkOrder) -> list[Need]:
    """What it has not used yet."""
    if _made(session, job):
        return []
    return shortages(_needs(session, job), (), picking.used_parts(session, job.number))


def _needs(session: Session, job: WorkOrder) -> list[Need]:
    bom = session.get_one(Part, (job.part, job.revision)).bom
    units = picking.units(session, {item["part"] for item in bom})
    return needs([(item["part"], Decimal(item["quantity"])) for item in bom], job.quantity, units)
