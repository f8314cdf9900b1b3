"""Compares what a job used up with its bill of material, after every record and every reversal.

A quantity that differs opens a mismatch, like other material does; one that fits again, because more was recorded
or something was taken back, is withdrawn. What quality has decided about stays decided until it gets worse.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from models.domain.bom_quantities import Amount, Deviation, deviations
from models.domain.materials import Wrong
from models.domain.quantities import ZERO
from models.domain.shop_floor import Job
from models.queries import master, shop_floor
from models.queries.demand import most_made
from models.queries.shop_floor import CONSUMPTIONS, MISMATCHES
from models.tables.parts import Part
from models.tables.work_orders import WorkOrder

_QUANTITIES = (Wrong.SHORT.value, Wrong.EXCESS.value)


def compare(session: Session, job: Job, usual: Decimal | None, by: str, now: datetime) -> None:
    """Under the job's lock. `usual` is the tolerance of components that name none; None: of those any amount will
    do, but not nothing."""
    known = shop_floor.mismatches(
        session, MISMATCHES.c.work_order == job.number, MISMATCHES.c.withdrawn_at.is_(None)
    )
    replaced = any(row["wrong"] == Wrong.PART for row in known)
    counted = {(row["part"], row["wrong"]): row for row in known if row["wrong"] in _QUANTITIES}
    differing = {
        (each.part, each.wrong.value): each
        for each in deviations(
            _bom(session, job, usual),
            session.get_one(WorkOrder, job.number).quantity,
            # Pieces that failed included: they are of its material, too. What comes out of a second operation
            # are the pieces that came out of the first.
            most_made(session, [job.number]).get(job.number, ZERO),
            _used(session, job.number),
            replaced=replaced,
        )
    }
    for key, row in counted.items():
        if key not in differing and not row["decision"]:
            _change(session, row["id"], withdrawn_at=now)
    for key, found in differing.items():
        earlier = counted.get(key)
        if earlier is not None and not earlier["decision"]:
            _change(session, earlier["id"], quantity=found.used, expected=_expected(found))
        elif earlier is None or _worse(earlier, found):
            _open(session, job, found, by, now)


def _bom(session: Session, job: Job, usual: Decimal | None) -> list[Amount]:
    lines = session.get_one(Part, (job.part, job.revision)).bom
    units = {line["part"]: master.revisions_of(session, line["part"])[-1].uom for line in lines}
    return [
        Amount(
            line["part"],
            Decimal(line["quantity"]),
            units[line["part"]],
            usual if line.get("tolerance") is None else Decimal(line["tolerance"]),
        )
        for line in lines
    ]


def _used(session: Session, job: str) -> dict[str, dict[str, Decimal]]:
    query = (
        select(CONSUMPTIONS.c.part, CONSUMPTIONS.c.unit, func.sum(CONSUMPTIONS.c.quantity).label("some"))
        .where(CONSUMPTIONS.c.work_order == job, CONSUMPTIONS.c.reversed_at.is_(None))
        .group_by(CONSUMPTIONS.c.part, CONSUMPTIONS.c.unit)
    )
    found: dict[str, dict[str, Decimal]] = {}
    for row in session.execute(query):
        found.setdefault(row.part, {})[row.unit] = row.some
    return found


def _worse(decided: dict[str, Any], found: Deviation) -> bool:
    """More than what quality decided about: still more was used, or still more would have been needed."""
    if found.wrong is Wrong.EXCESS:
        return bool(found.used > decided["quantity"])
    missing = Decimal(decided["expected"][0]["quantity"]) - decided["quantity"]
    return bool(found.expected - found.used > missing)


def _open(session: Session, job: Job, found: Deviation, by: str, now: datetime) -> None:
    values: dict[str, Any] = {
        "id": shop_floor.next_mismatch(session, job.number),
        "consumption": None,
        "work_order": job.number,
        "lot": "",
        "part": found.part,
        "quantity": found.used,
        "unit": found.unit,
        "wrong": found.wrong.value,
        "expected": _expected(found),
        "opened_at": now,
        "opened_by": by,
        "decision": "",
        "reason": "",
        "earlier": [],
    }
    session.execute(insert(MISMATCHES).values(**values))


def _expected(found: Deviation) -> list[dict[str, str]]:
    return [{"part": found.part, "quantity": f"{found.expected:f}"}]


def _change(session: Session, mismatch: str, **values: Any) -> None:
    session.execute(update(MISMATCHES).where(MISMATCHES.c.id == mismatch).values(**values))
