"""What the shop floor's records say: of a job, of a lot, of a customer; and what stands behind a lot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select, tuple_
from sqlmodel import Session

from models.domain.materials import BLOCKING, Decision, Mismatch
from models.domain.quantities import ZERO
from models.domain.trace import lot_node, name_of
from models.queries import controlled
from models.queries.lot_holds import above, became, became_each, orders_with, stopped
from models.queries.serial_stock import BOUGHT
from models.tables.demand import DispatchSale
from models.tables.lots import Lot
from models.tables.orders import EdgeRow, PiecesRow
from models.tables.shop_floor import (
    ConsumptionRow,
    Customer,
    DispatchLineRow,
    DispatchRow,
    MaterialMismatchRow,
    OutputRow,
    ScrappedRow,
)
from models.tables.types import table

Record = dict[str, Any]
CONSUMPTIONS, OUTPUTS, MISMATCHES = table(ConsumptionRow), table(OutputRow), table(MaterialMismatchRow)
SCRAPPED = table(ScrappedRow)
_DISPATCHES, _LINES, _CUSTOMERS = table(DispatchRow), table(DispatchLineRow), table(Customer)
_EDGES, _PIECES, _LOTS = table(EdgeRow), table(PiecesRow), table(Lot)
_SALES = table(DispatchSale)
_JOB = "job:"
# The latest zone is this far behind UTC.
_LATEST_ZONE = timedelta(hours=12)


def of_job(session: Session, target: Table, job: str, *, cleared: bool) -> list[Record]:
    """The consumptions or outputs of a job as far as somebody may know of their lots, the first one first;
    reversed ones too."""
    rows = ConsumptionRow if target is CONSUMPTIONS else OutputRow
    query = select(target).where(target.c.work_order == job, *controlled.visible(rows, cleared=cleared))
    return [
        dict(row) for row in session.execute(query.order_by(target.c.recorded_at, target.c.id)).mappings()
    ]


def dispatches_of_job(session: Session, job: str, *, cleared: bool) -> list[Record]:
    """What left of the lots a job made and of those they came back as, line by line; reversed ones too."""
    made = session.scalars(select(OUTPUTS.c.lot).where(OUTPUTS.c.work_order == job).distinct())
    lots = became(session, list(made))
    query = (
        select(_LINES, _DISPATCHES.c.customer, _DISPATCHES.c.shipped_on, _DISPATCHES.c.late)
        .add_columns(_DISPATCHES.c.reversed_at, _CUSTOMERS.c.name.label("customer_name"))
        .join(_DISPATCHES, _DISPATCHES.c.number == _LINES.c.dispatch)
        .outerjoin(_CUSTOMERS, _CUSTOMERS.c.code == _DISPATCHES.c.customer)
        .where(_LINES.c.lot.in_(sorted(lots)), *_visible(cleared))
        .order_by(_LINES.c.dispatch, _LINES.c.line)
    )
    return [dict(row) for row in session.execute(query).mappings()]


def dispatches(
    session: Session,
    *,
    cleared: bool,
    after: str | None,
    limit: int,
    customer: str | None = None,
    lot: str | None = None,
    words: str = "",
) -> list[Record]:
    """At most `limit` of them behind number `after`, the newest first, with their lines."""
    query = select(_DISPATCHES).where(*_visible(cleared))
    if customer is not None:
        query = query.where(_DISPATCHES.c.customer == customer)
    if lot is not None:
        query = query.where(_DISPATCHES.c.number.in_(select(_LINES.c.dispatch).where(_LINES.c.lot == lot)))
    if words:
        like = f"%{words.lower()}%"
        query = query.where(
            func.lower(_DISPATCHES.c.number).like(like) | func.lower(_DISPATCHES.c.customer).like(like)
        )
    if after is not None:
        query = query.where(_DISPATCHES.c.number < after)
    rows = session.execute(query.order_by(_DISPATCHES.c.number.desc()).limit(limit)).mappings()
    found = {row["number"]: dict(row) | {"lines": []} for row in rows}
    _with_lines(session, found, cleared=cleared)
    return list(found.values())


def dispatch(session: Session, number: str, *, cleared: bool) -> Record | None:
    """One dispatch with its lines; None when there is none for this reader."""
    query = select(_DISPATCHES).where(_DISPATCHES.c.number == number, *_visible(cleared))
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        return None
    found = {number: dict(row) | {"lines": []}}
    _with_lines(session, found, cleared=cleared)
    return found[number]


def _with_lines(session: Session, found: Mapping[str, Record], *, cleared: bool) -> None:
    """Adds the lines, which sales-order lines they deliver, what is on hold of them, and the customer's name."""
    query = select(_LINES).where(_LINES.c.dispatch.in_(list(found)))
    for row in session.execute(query.order_by(_LINES.c.dispatch, _LINES.c.line)).mappings():
        line = dict(row)
        found[line.pop("dispatch")]["lines"].append(line)
    sold = _sold(session, found)
    for number, each in found.items():
        for line in each["lines"]:
            line["delivers"] = sold.get((number, line["line"]), [])
    lines = [line for each in found.values() for line in each["lines"]]
    held = stopped(session, sorted({line["lot"] for line in lines}), cleared=cleared)
    for line in lines:
        over = held.get(line["lot"])
        line["held"] = None if over is None else {"lot": over.lot or line["lot"], "reason": over.reason}
    names = select(_CUSTOMERS.c.code, _CUSTOMERS.c.name).where(
        _CUSTOMERS.c.code.in_({each["customer"] for each in found.values()})
    )
    called = {row.code: row.name for row in session.execute(names)}
    for each in found.values():
        each["customer_name"] = called.get(each["customer"], "")
        # Nothing of what was taken back is with a customer.
        each["held"] = each["reversed_at"] is None and any(line["held"] for line in each["lines"])


def _sold(session: Session, dispatches: Collection[str]) -> dict[tuple[str, int], list[Record]]:
    """By dispatch and line, how many of its pieces are for which sales-order line."""
    query = select(_SALES).where(_SALES.c.dispatch.in_(list(dispatches)))
    found: dict[tuple[str, int], list[Record]] = {}
    for row in session.execute(query.order_by(_SALES.c.sales_order, _SALES.c.line)).mappings():
        of = {name: row[name] for name in ("sales_order", "line", "quantity")}
        found.setdefault((row["dispatch"], row["dispatch_line"]), []).append(of)
    return found


def serials_made(session: Session, part: str) -> dict[str, str]:
    """The serials that came out of jobs as this part or were bought, with the lot each is in."""
    made = select(OUTPUTS.c.lot, OUTPUTS.c.serials).where(
        OUTPUTS.c.part == part, OUTPUTS.c.reversed_at.is_(None)
    )
    bought = select(_LOTS.c.number.label("lot"), _LOTS.c.serials).where(_LOTS.c.part == part, BOUGHT)
    found = (row for query in (bought, made) for row in session.execute(query))
    return {serial: row.lot for row in found for serial in row.serials}


def made_by(session: Session, job: str, operation: int | None) -> Decimal:
    """How many pieces were said to come out of this operation of a job."""
    query = select(func.sum(OUTPUTS.c.quantity)).where(
        OUTPUTS.c.work_order == job,
        OUTPUTS.c.operation.is_(None) if operation is None else OUTPUTS.c.operation == operation,
        OUTPUTS.c.reversed_at.is_(None),
    )
    return session.scalar(query) or ZERO


def made_since(session: Session, consumption: Any) -> list[str]:
    """The lots the job of a consumption has made after it was recorded."""
    query = (
        select(OUTPUTS.c.lot)
        .where(
            OUTPUTS.c.work_order == consumption.work_order,
            OUTPUTS.c.reversed_at.is_(None),
            OUTPUTS.c.recorded_at >= consumption.recorded_at,
        )
        .distinct()
        .order_by(OUTPUTS.c.lot)
    )
    return list(session.scalars(query))


def lots_made(session: Session, job: str) -> list[str]:
    """The lots that came out of a job and were not taken back."""
    return lots_made_each(session, [job]).get(job, [])


def lots_made_each(session: Session, jobs: Collection[str]) -> dict[str, list[str]]:
    """The same, by job."""
    query = (
        select(OUTPUTS.c.work_order, OUTPUTS.c.lot)
        .where(OUTPUTS.c.work_order.in_(sorted(jobs)), OUTPUTS.c.reversed_at.is_(None))
        .distinct()
        .order_by(OUTPUTS.c.work_order, OUTPUTS.c.lot)
    )
    found: dict[str, list[str]] = {}
    for row in session.execute(query):
        found.setdefault(row.work_order, []).append(row.lot)
    return found


def plants_of(session: Session, job: str) -> list[str]:
    """The plants at which the lots of a job were made, as far as somebody said."""
    query = select(_LOTS.c.plant).where(
        _LOTS.c.number.in_(lots_made(session, job)), _LOTS.c.plant.is_not(None)
    )
    return list(session.scalars(query.distinct().order_by(_LOTS.c.plant)))


def lots_ever_made(session: Session, job: str) -> list[str]:
    """The same, and those that were taken back."""
    return list(session.scalars(select(OUTPUTS.c.lot).where(OUTPUTS.c.work_order == job).distinct()))


def jobs_above(session: Session, node: str) -> set[str]:
    """The jobs that made a lot, or what it was made of, over every step."""
    return {each.removeprefix(_JOB) for each in above(session, node) if each.startswith(_JOB)}


def sources(session: Session, lots: Collection[str]) -> dict[str, frozenset[str]]:
    """By lot, the jobs and orders it came out of; what was taken back came out of none."""
    query = (
        select(_EDGES.c.to_node, _EDGES.c.from_node, _EDGES.c.order_number)
        .where(_EDGES.c.to_node.in_([f"lot:{lot}" for lot in lots]), _EDGES.c.how == "process")
        .group_by(_EDGES.c.to_node, _EDGES.c.from_node, _EDGES.c.order_number)
        .having(func.sum(_EDGES.c.quantity) > 0)
    )
    found: dict[str, set[str]] = {}
    for row in session.execute(query):
        source = row.order_number or row.from_node.removeprefix(_JOB)
        found.setdefault(row.to_node.removeprefix("lot:"), set()).add(source)
    return {lot: frozenset(names) for lot, names in found.items()}


def moved(session: Session, lot: str) -> bool:
    """Whether pieces of a lot were made, used, sent or dispatched, and that was not taken back."""
    node = f"lot:{lot}"
    return any(
        session.scalar(
            select(end)
            .where(end == node)
            .group_by(_EDGES.c.from_node, _EDGES.c.to_node)
            .having(func.sum(_EDGES.c.quantity) > 0)
            .limit(1)
        )
        for end in (_EDGES.c.from_node, _EDGES.c.to_node)
    )


def made_on(session: Session, lots: Collection[str]) -> dict[str, date]:
    """By lot, the first day on which a job can have made some of it, wherever that day is counted."""
    query = (
        select(OUTPUTS.c.lot, OUTPUTS.c.at)
        .where(OUTPUTS.c.lot.in_(sorted(lots)), OUTPUTS.c.reversed_at.is_(None))
        .order_by(OUTPUTS.c.at.desc())
    )
    return {row.lot: day_of(row.at) for row in session.execute(query)}


def first_used(session: Session, job: str) -> datetime | None:
    """When a job first used material, as far as that was not taken back."""
    query = select(func.min(CONSUMPTIONS.c.at)).where(
        CONSUMPTIONS.c.work_order == job, CONSUMPTIONS.c.reversed_at.is_(None)
    )
    first: datetime | None = session.scalar(query)
    return first


def day_of(at: datetime) -> date:
    """The earliest day that it was anywhere at that moment."""
    return (at - _LATEST_ZONE).date()


def undecided(session: Session, lots: Collection[str]) -> dict[str, Decimal]:
    """By lot, the pieces that came back as it and are pending or rejected: here, but not to be used."""
    query = (
        select(_EDGES.c.from_node, _EDGES.c.to_node)
        .where(_EDGES.c.to_node.in_([f"lot:{lot}" for lot in lots]), _EDGES.c.order_number.is_not(None))
        .distinct()
    )
    found: dict[str, Decimal] = {}
    into = {}
    for row in session.execute(query):
        if row.from_node.startswith("order:"):
            order, line, lot = row.from_node.removeprefix("order:").split(":", 2)
            into[order, int(line), lot] = row.to_node.removeprefix("lot:")
    if not into:
        return found
    keys = tuple_(_PIECES.c.order_number, _PIECES.c.line, _PIECES.c.lot)
    for row in session.execute(select(_PIECES).where(keys.in_(list(into)))):
        lot = into[row.order_number, row.line, row.lot]
        found[lot] = found.get(lot, ZERO) + row.pending + row.rejected
    return found


def mismatches(session: Session, *where: ColumnElement[bool]) -> list[Record]:
    """Uses of other material than was named, the newest first."""
    query = select(MISMATCHES).where(*where)
    rows = session.execute(query.order_by(MISMATCHES.c.opened_at.desc(), MISMATCHES.c.id.desc())).mappings()
    return [dict(row) for row in rows]


def known_mismatches(session: Session, *where: ColumnElement[bool], cleared: bool) -> list[Record]:
    """The same, as far as somebody may know of the parts."""
    return mismatches(session, *where, *controlled.visible(MaterialMismatchRow, cleared=cleared))


def scrapped(session: Session, mismatches: Collection[str]) -> dict[str, list[Record]]:
    """By mismatch, the pieces that went to scrap for it, lot by lot."""
    total = func.sum(SCRAPPED.c.quantity).label("quantity")
    of = (SCRAPPED.c.mismatch, SCRAPPED.c.lot, SCRAPPED.c.part, SCRAPPED.c.unit)
    query = select(*of, total).where(SCRAPPED.c.mismatch.in_(sorted(mismatches))).group_by(*of)
    found: dict[str, list[Record]] = {}
    for row in session.execute(query.order_by(SCRAPPED.c.mismatch, SCRAPPED.c.lot)).mappings():
        found.setdefault(row["mismatch"], []).append({name: row[name] for name in row if name != "mismatch"})
    return found


def to_be_scrapped(session: Session, lot: str) -> Record | None:
    """The mismatch of a job that made the lot, of which quality decided that all of it is scrap. A job that took its
    output back made nothing of it: the lot is free for another job's good pieces."""
    found = mismatches(
        session,
        MISMATCHES.c.work_order.in_(
            select(OUTPUTS.c.work_order).where(OUTPUTS.c.lot == lot, OUTPUTS.c.reversed_at.is_(None))
        ),
        MISMATCHES.c.decision == Decision.SCRAP.value,
        MISMATCHES.c.withdrawn_at.is_(None),
    )
    return found[-1] if found else None


def not_all_scrapped(session: Session, lots: Collection[str]) -> list[str]:
    """Those of the lots of which something, or of what they came back as, is here, at a supplier, in a job or with a
    customer."""
    names = became_each(session, lots)
    every = sorted(frozenset().union(*names.values()))
    there = set(session.scalars(select(_LOTS.c.number).where(_LOTS.c.number.in_(every), _LOTS.c.on_hand > 0)))
    for out in orders_with(session, every).values():
        there.update(out)
    gone = (
        select(_EDGES.c.from_node)
        .where(_EDGES.c.from_node.in_([lot_node(each) for each in every]))
        .where(_EDGES.c.how.in_(("consume", "dispatch")))
        .group_by(_EDGES.c.from_node, _EDGES.c.to_node)
        .having(func.sum(_EDGES.c.quantity) > 0)
    )
    there.update(name_of(node) for node in session.scalars(gone))
    return [lot for lot, called in names.items() if called & there]


def next_mismatch(session: Session, job: str) -> str:
    """The number of the job's next mismatch; asked under the job's lock."""
    return f"{job}-M{len(mismatches(session, MISMATCHES.c.work_order == job)) + 1}"


def as_mismatch(row: Mapping[str, Any]) -> Mismatch:
    kept = ("id", "work_order", "lot", "part", "part_revision", "quantity", "unit", "wrong", "decision")
    return Mismatch(**{name: row[name] for name in kept}, withdrawn=row["withdrawn_at"] is not None)


def blocking(session: Session, lots: Collection[str], *, cleared: bool) -> dict[str, Mismatch | None]:
    """By lot, the first mismatch of a job above it that keeps it from leaving; None where only cleared people
    know of it."""
    standing = (MISMATCHES.c.decision.in_(BLOCKING), MISMATCHES.c.withdrawn_at.is_(None))
    rows = mismatches(session, *standing)
    if not rows:
        return {}
    known = {row["id"] for row in known_mismatches(session, *standing, cleared=cleared)}
    by_job = {row["work_order"]: as_mismatch(row) if row["id"] in known else None for row in rows}
    found: dict[str, Mismatch | None] = {}
    for lot in lots:
        jobs = sorted(jobs_above(session, f"lot:{lot}") & by_job.keys())
        if jobs:
            found[lot] = by_job[jobs[0]]
    return found


def _visible(cleared: bool) -> list[ColumnElement[bool]]:
    return [] if cleared else [_DISPATCHES.c.export_controlled.is_(False)]
