"""Picking lists: lots set aside for work orders, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from models.domain.picking import Need, Picked, needs, picked, shortages
from models.queries import picking
from models.tables.demand import Pick
from models.tables.parts import Part
from models.tables.work_orders import WorkOrder


@dataclass(frozen=True, slots=True)
class PickingList:
    """What a work order takes of each component, the lots set aside for it, and what is missing. A pick is
    as `models.queries.picking.picks` gives it."""

    needs: tuple[Need, ...]
    picks: tuple[dict[str, Any], ...]
    short: tuple[Need, ...]


def propose(session: Session, jobs: Sequence[WorkOrder]) -> None:
    """Sets lots aside for each of these work orders, the first one first; what was set aside for them before
    goes back to the shelf."""
    wanted = {job.number: _needs(session, job) for job in jobs}
    parts = {need.part for each in wanted.values() for need in each}
    picking.lock(session, parts)
    for job in jobs:
        session.exec(delete(Pick).where(col(Pick.work_order) == job.number))
        shelf = picking.shelf(session, parts)
        for pick in picked(wanted[job.number], shelf):
            session.add(Pick(work_order=job.number, lot=pick.lot, part=pick.part, quantity=pick.quantity))
        session.flush()


def read(session: Session, job: WorkOrder) -> PickingList:
    """The list as it stands."""
    wanted = _needs(session, job)
    rows = picking.picks(session, [job.number])
    held = [Picked(row["part"], row["lot"], row["quantity"]) for row in rows]
    return PickingList(tuple(wanted), tuple(rows), tuple(shortages(wanted, held, {})))


def _needs(session: Session, job: WorkOrder) -> list[Need]:
    bom = session.get_one(Part, (job.part, job.revision)).bom
    units = picking.units(session, {item["part"] for item in bom})
    return needs([(item["part"], Decimal(item["quantity"])) for item in bom], job.quantity, units)
