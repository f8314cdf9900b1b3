"""Jobs and lots, locked for the shop floor's records, and what a record does to genealogy and stock.

Locks are taken jobs before lots and both by name. The jobs above a lot are locked with the one that uses
it, so that no two records at once make a job the source of its own material.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from models import clearance
from models.domain.errors import Unknown
from models.domain.facts import LotFact
from models.domain.floor_records import shelf_change
from models.domain.genealogy import Edge
from models.domain.quantities import UNIT_DECIMALS, ZERO
from models.domain.serial_stock import SerialStock
from models.domain.shop_floor import Job, Shelved, beginning
from models.queries import controlled, master, shop_floor
from models.queries.lot_holds import covering
from models.queries.serial_stock import serial_stock
from models.queries.serials import lock_parts
from models.tables.lots import Lot
from models.tables.orders import EdgeRow
from models.tables.parts import Part
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_JOBS, _LOTS, _EDGES, _PARTS = table(WorkOrder), table(Lot), table(EdgeRow), table(Part)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who writes it down, by opaque id, and at which plant; who is not `cleared` knows of nothing controlled."""

    id: str
    plant: str | None = None
    cleared: bool = False


def locked_job(session: Session, number: str, by: Recorder, *, with_lot: str | None = None) -> Job:
    """The job, locked with those that made `with_lot`. Raises `Unknown`."""
    wanted = {number}
    while True:
        lock_jobs(session, wanted)
        # Looked at without a lock, there may have come to be more by now.
        more = shop_floor.jobs_above(session, f"lot:{with_lot}") - wanted if with_lot else set()
        if not more:
            return _job(session, number, by)
        wanted |= more


def lock_jobs_above(session: Session, nodes: Collection[str]) -> None:
    """Locks the jobs that made what is at these nodes of the genealogy."""
    wanted: set[str] = set()
    while more := {job for node in nodes for job in shop_floor.jobs_above(session, node)} - wanted:
        wanted |= more
        lock_jobs(session, wanted)


def lock_jobs(session: Session, numbers: Collection[str]) -> None:
    """Nothing else is recorded of these jobs until the transaction ends."""
    query = select(_JOBS.c.number).where(_JOBS.c.number.in_(sorted(numbers)))
    session.execute(query.order_by(_JOBS.c.number).with_for_update()).all()


def _job(session: Session, number: str, by: Recorder) -> Job:
    row = session.get(WorkOrder, number)
    if row is not None and controlled.hidden(session, row, cleared=by.cleared):
        clearance.barred("work order", number)
        row = None
    if row is None:
        raise Unknown("unknown", "There is no {kind} {key}.", kind="work order", key=number)
    part = session.get_one(Part, (row.part, row.revision))
    steps = master.operations_of(session, [number])[number]
    used = shop_floor.first_used(session, number)
    began = beginning(used, row.created_at, with_bom=bool(part.bom))
    return Job(
        number,
        row.part,
        row.revision,
        part.uom,
        part.trace == "serial",
        frozenset(step.sequence for step in steps),
        row.quantity,
        shop_floor.day_of(began) if began is not None else None,
        used is not None,
    )


def known_lot(session: Session, number: str, by: Recorder) -> bool:
    """Whether there is such a lot for whoever writes."""
    visible = controlled.visible(Lot, cleared=by.cleared)
    if session.scalar(select(_LOTS.c.number).where(_LOTS.c.number == number, *visible)) is not None:
        return True
    if session.scalar(select(_LOTS.c.number).where(_LOTS.c.number == number)) is not None:
        clearance.barred("lot", number)
    return False


def shelved(session: Session, lots: Iterable[str], *, cleared: bool) -> dict[str, Shelved]:
    """Those of the lots there are, locked; whoever is not `cleared` is not told of a controlled one that holds them."""
    wanted = sorted(set(lots))
    query = select(_LOTS).where(_LOTS.c.number.in_(wanted)).order_by(_LOTS.c.number).with_for_update()
    rows = session.execute(query).all()
    # Under the lots' locks: whoever holds what these were made from waits for them.
    covered = covering(session, wanted, cleared=cleared)
    undecided = shop_floor.undecided(session, wanted)
    sources = shop_floor.sources(session, wanted)
    began = shop_floor.made_on(session, wanted)
    tracked = _tracked(session, {row.part for row in rows})
    found = {}
    for row in rows:
        over = covered.get(row.number)
        fact = LotFact(
            row.number,
            row.part,
            row.on_hand,
            row.uom,
            row.heat_number or "",
            row.held or over is not None,
            row.hold_reason or (over.reason if over is not None else ""),
            over.lot if over is not None and not row.held else "",
        )
        found[row.number] = Shelved(
            fact,
            row.part_revision,
            row.supplier is not None,
            undecided.get(row.number, ZERO),
            sources.get(row.number, frozenset()),
            row.quantity,
            row.received_on or began.get(row.number) or shop_floor.day_of(row.created_at),
            _by_serial(tracked, row),
        )
    return found


def serials_there(
    session: Session, lots: Mapping[str, Shelved], named: Collection[tuple[str, str]]
) -> SerialStock:
    """Where the pieces are that are to leave the lots, `named` by lot and serial. Read once nobody else can let
    pieces of these parts go."""
    pieces = {(lots[lot].fact.part, serial) for lot, serial in named if lot in lots}
    tracked = {shelf.fact.part for shelf in lots.values() if shelf.by_serial}
    if parts := tracked | {part for part, _ in pieces}:
        lock_parts(session, parts)
    return serial_stock(session, lots, pieces, tracked)


def _tracked(session: Session, parts: Collection[str]) -> set[tuple[str, str]]:
    """Which of the parts, by revision, have a serial number on each piece."""
    query = select(_PARTS.c.number, _PARTS.c.revision).where(
        _PARTS.c.number.in_(sorted(parts)), _PARTS.c.trace == "serial"
    )
    return {(row.number, row.revision) for row in session.execute(query)}


def _by_serial(tracked: Collection[tuple[str, str]], lot: Any) -> bool:
    """A lot of no revision may be of any. What is weighed has no pieces to tell apart."""
    if UNIT_DECIMALS.get(lot.uom) != 0:
        return False
    return any(part == lot.part and lot.part_revision in (None, revision) for part, revision in tracked)


def begin_lot(session: Session, job: Job, number: str, plant: str | None, now: datetime) -> None:
    """A lot of what the job makes, with nothing in it yet."""
    session.execute(
        insert(_LOTS).values(
            number=number,
            part=job.part,
            part_revision=job.revision,
            quantity=0,
            uom=job.unit,
            on_hand=0,
            plant=plant,
            held=False,
            created_at=now,
        )
    )


def write(session: Session, edge: Edge, source: str) -> None:
    """The edge and what it does to the shelf; `source` is the record that caused it."""
    row: dict[str, Any] = {
        "from_node": edge.from_node,
        "to_node": edge.to_node,
        "quantity": edge.quantity,
        "unit": edge.unit,
        "how": edge.how,
        "parcel": edge.parcel,
        "load": edge.load,
        "source": source,
    }
    session.execute(insert(_EDGES).values(**row))
    lot, gained, became = shelf_change(edge)
    now_there = {"on_hand": _LOTS.c.on_hand + gained, "quantity": _LOTS.c.quantity + became}
    session.execute(update(_LOTS).where(_LOTS.c.number == lot).values(**now_there))
