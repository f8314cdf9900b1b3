"""What orders and the shop floor did with lots, in the sequence in which it happened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Text, bindparam, select, true, type_coerce, union
from sqlmodel import Session

from models.codec import load_written
from models.domain import events as e
from models.domain.identifiers import Kind
from models.domain.order import Order
from models.domain.pieces import key, line_of, lot_of
from models.domain.sendable import came_back, unsent_on
from models.domain.unfinished import Unfinished, unfinished
from models.domain.worked import History, Step, Worked, step_of, worked
from models.tables.lots import Lot
from models.tables.orders import (
    DraftLineRow,
    EdgeRow,
    EventRow,
    IdentifierRow,
    LineRow,
    OrderRow,
    PiecesRow,
    TransferRow,
)
from models.tables.shop_floor import ConsumptionRow, DispatchLineRow, DispatchRow, OutputRow
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder

_EDGES, _EVENTS, _IDENTIFIERS = table(EdgeRow), table(EventRow), table(IdentifierRow)
_LINES, _DRAFTED, _ORDERS = table(LineRow), table(DraftLineRow), table(OrderRow)
_TRANSFERS, _LOTS, _USED = table(TransferRow), table(Lot), table(ConsumptionRow)
_DISPATCHES, _DISPATCHED = table(DispatchRow), table(DispatchLineRow)
_OPERATIONS, _JOBS = table(Operation), table(WorkOrder)
_OUTPUTS, _PIECES = table(OutputRow), table(PiecesRow)
# Those that move pieces, and what says where those go that pass us by.
_TELLING = sorted(
    {each.name for each in e.Event.__subclasses__() if "moves" in {item.name for item in fields(each)}}
    | {e.TransferAnnounced.name}
)
# Built once: to build a statement costs as much as to run it. Nearly always nothing came back under its own name.
_CAME_BACK = (
    select(_EDGES.c.to_node)
    .where(
        _EDGES.c.to_node.in_(bindparam("nodes", expanding=True)),
        _EDGES.c.how == "process",
        _EDGES.c.order_number.is_not(None),
    )
    .distinct()
)
_THEIRS = union(
    select(_IDENTIFIERS.c.order_number).where(
        _IDENTIFIERS.c.kind == Kind.LOT.value, _IDENTIFIERS.c.value.in_(bindparam("lots", expanding=True))
    ),
    select(_EDGES.c.order_number).where(
        _EDGES.c.from_node.in_(bindparam("nodes", expanding=True)), _EDGES.c.order_number.is_not(None)
    ),
    select(_EDGES.c.order_number).where(
        _EDGES.c.to_node.in_(bindparam("nodes", expanding=True)), _EDGES.c.order_number.is_not(None)
    ),
)
_STEPS = (
    select(
        _LINES.c.order_number,
        _LINES.c.line,
        _LINES.c.work_order,
        _LINES.c.operation,
        _LINES.c.unit,
        _ORDERS.c.process,
        _ORDERS.c.type,
        _ORDERS.c.export_controlled,
        _ORDERS.c.ended_at,
    )
    .join(_ORDERS, _ORDERS.c.number == _LINES.c.order_number)
    .where(_LINES.c.order_number.in_(bindparam("orders", expanding=True)))
)
# As it is written, where the driver does not read it itself: thousands of events are read faster our way.
_PAYLOAD = type_coerce(_EVENTS.c.payload, Text).label("payload")
_STREAMS = (
    select(_EVENTS.c.order_number, _EVENTS.c.type, _PAYLOAD)
    .where(_EVENTS.c.order_number.in_(bindparam("orders", expanding=True)), _EVENTS.c.type.in_(_TELLING))
    .order_by(_EVENTS.c.at, _EVENTS.c.order_number, _EVENTS.c.sequence)
)
_DATED = _STREAMS.add_columns(_EVENTS.c.at)
_USE = select(_USED.c.lot, _USED.c.quantity, _USED.c.recorded_at).where(
    _USED.c.lot.in_(bindparam("lots", expanding=True)), _USED.c.reversed_at.is_(None)
)
_DISPATCH = (
    select(_DISPATCHED.c.lot, _DISPATCHED.c.quantity, _DISPATCHES.c.recorded_at)
    .join(_DISPATCHES, _DISPATCHES.c.number == _DISPATCHED.c.dispatch)
    .where(_DISPATCHED.c.lot.in_(bindparam("lots", expanding=True)), _DISPATCHES.c.reversed_at.is_(None))
)


def booked_in(session: Session, lots: Collection[str]) -> set[str]:
    """Those of the lots of which an order booked in some."""
    if not lots:
        return set()
    rows = session.scalars(_CAME_BACK, {"nodes": [f"lot:{lot}" for lot in lots]})
    return {node.removeprefix("lot:") for node in rows}


def history(session: Session, lots: Collection[str], *, cleared: bool) -> History:
    """Whoever decides by it has locked the lots' rows: whoever moves their pieces waits for them."""
    nodes = [f"lot:{lot}" for lot in lots]
    orders = set(session.scalars(_THEIRS, {"lots": sorted(lots), "nodes": nodes}))
    senders = select(_TRANSFERS.c.source).where(_TRANSFERS.c.order_number.in_(orders)).distinct()
    units = set(session.scalars(select(_LOTS.c.uom).where(_LOTS.c.number.in_(lots)).distinct()))
    known = session.execute(_STEPS, {"orders": sorted(orders | set(session.scalars(senders)))}).all()
    found = History(
        {
            (row.order_number, row.line): Step(row.work_order, row.operation, row.process, row.type)
            for row in known
            if row.unit in units
        },
        unnamed=frozenset(row.order_number for row in known if row.export_controlled and not cleared),
    )
    left: list[tuple[datetime, str, Decimal]] = [
        (row.recorded_at, row.lot, row.quantity)
        for query in (_USE, _DISPATCH)
        for row in session.execute(query, {"lots": sorted(lots)})
    ]
    left.sort(reverse=True)
    # When each happened is asked only where something else happened in between: days cost as much as events.
    for row in session.execute(_DATED if left else _STREAMS, {"orders": sorted(orders)}):
        while left and left[-1][0] < row.at:
            _, lot, quantity = left.pop()
            found.left(lot, quantity)
        found.add(row.order_number, load_written(row.type, row.payload))
    for _, lot, quantity in reversed(left):
        found.left(lot, quantity)
    return found


def done_by(
    session: Session, wanted: Iterable[tuple[str, Step]], here: Mapping[str, Decimal], *, cleared: bool
) -> dict[tuple[str, Step], Worked]:
    """What is on our shelf of each lot, `here` in all, and went through that operation; only where there is some."""
    asked = list(wanted)
    lots = booked_in(session, {lot for lot, _ in asked} & here.keys())
    if not lots:
        return {}
    told = history(session, lots, cleared=cleared)
    return {(lot, step): worked(here[lot], told.of(lot), step) for lot, step in asked if lot in lots}


def usable(session: Session, order: Order, *, cleared: bool) -> dict[str, Decimal]:
    """By `key(line, lot)`, what of a lot is on our shelf and may go to the line's operation: of the lots of lines
    that still send some, as far as they are counted in the line's unit."""
    sending = [line for line in order.lines if unsent_on(order, line) or came_back(order, line)]
    wanted = {
        key(line.line, lot): (lot, step_of(order, line), line.unit)
        for line in sending
        for lot in {
            *(planned.lot for planned in line.lots),
            *(lot_of(at) for at in order.stock if line_of(at) == line.line),
        }
        if lot
    }
    return usable_for(session, wanted, cleared=cleared)


def usable_for(
    session: Session, wanted: Mapping[str, tuple[str, Step, str]], *, cleared: bool
) -> dict[str, Decimal]:
    """The same of lots with the operation each is to go to and the unit it is counted in there, by any key."""
    if not wanted:
        return {}
    rows = session.execute(
        select(_LOTS.c.number, _LOTS.c.on_hand, _LOTS.c.uom).where(
            _LOTS.c.number.in_({lot for lot, _, _ in wanted.values()})
        )
    )
    there = {row.number: (row.on_hand, row.uom) for row in rows}
    asked = {
        at: (lot, step) for at, (lot, step, unit) in wanted.items() if lot in there and there[lot][1] == unit
    }
    here = {lot: there[lot][0] for lot, _ in asked.values()}
    done = done_by(session, asked.values(), here, cleared=cleared)
    return {at: here[lot] - done.get((lot, step), Worked()).done for at, (lot, step) in asked.items()}


def leaving(session: Session, here: Mapping[str, Decimal], *, cleared: bool) -> dict[str, Unfinished]:
    """What of each lot that was sent out, or made by a job whose pieces are to go out, is not to leave for a
    customer, or only if somebody says so."""
    nodes = [f"lot:{lot}" for lot in here]
    sent = select(_EDGES.c.from_node, _EDGES.c.to_node).where(
        _EDGES.c.from_node.in_(nodes) | _EDGES.c.to_node.in_(nodes), _EDGES.c.order_number.is_not(None)
    )
    named = {node for row in session.execute(sent.distinct()) for node in row}
    made = _made(session, here)
    lots = {lot for lot in here if f"lot:{lot}" in named or lot in made}
    if not lots:
        return {}
    told = history(session, lots, cleared=cleared)
    jobs = {step.work_order for step in told.steps.values()} | {
        job for some in made.values() for job, _ in some
    }
    known, running, unnamed = _steps(session, jobs), _running(session, jobs), _without_lot(session, jobs)
    return {
        lot: unfinished(
            here[lot],
            told.of(lot),
            known,
            [step for step in known if _at(step) in running],
            [step for step in known if _due(step, made.get(lot, ()), unnamed)],
        )
        for lot in lots
    }


def _at(step: Step) -> tuple[str, int]:
    return step.work_order, step.operation


def _due(step: Step, made: Iterable[tuple[str, int | None]], unnamed: Collection[tuple[str, int]]) -> bool:
    """Whether pieces that came out of these operations of jobs have this one still before them. Where nobody said
    of which, it may be one that pieces without a lot went through before they were given one."""
    return any(
        job == step.work_order and (after < step.operation if after is not None else _at(step) not in unnamed)
        for job, after in made
    )


def _made(session: Session, lots: Collection[str]) -> dict[str, list[tuple[str, int | None]]]:
    """By lot, the jobs that made some of it, each with the operation it came out of where somebody said so."""
    query = (
        select(_OUTPUTS.c.lot, _OUTPUTS.c.work_order, _OUTPUTS.c.operation)
        .where(_OUTPUTS.c.lot.in_(sorted(lots)), _OUTPUTS.c.reversed_at.is_(None))
        .distinct()
    )
    found: dict[str, list[tuple[str, int | None]]] = {}
    for row in session.execute(query):
        found.setdefault(row.lot, []).append((row.work_order, row.operation))
    return found


def _without_lot(session: Session, jobs: Collection[str]) -> set[tuple[str, int]]:
    """The operations that pieces of no lot were sent to."""
    query = (
        select(_LINES.c.work_order, _LINES.c.operation)
        .join(_PIECES, (_PIECES.c.order_number == _LINES.c.order_number) & (_PIECES.c.line == _LINES.c.line))
        .where(_LINES.c.work_order.in_(sorted(jobs)), _PIECES.c.lot == "")
        .distinct()
    )
    return {(row.work_order, row.operation) for row in session.execute(query)}


def _steps(session: Session, jobs: Collection[str]) -> list[Step]:
    """The outside operations of work orders."""
    rows = session.execute(
        select(_OPERATIONS.c.work_order, _OPERATIONS.c.sequence, _OPERATIONS.c.process, _JOBS.c.type)
        .join(_JOBS, _JOBS.c.number == _OPERATIONS.c.work_order)
        .where(_OPERATIONS.c.work_order.in_(jobs), _OPERATIONS.c.kind == "outside")
        .order_by(_OPERATIONS.c.work_order, _OPERATIONS.c.sequence)
    )
    return [Step(row.work_order, row.sequence, row.process or "", row.type) for row in rows]


def _running(session: Session, jobs: Collection[str]) -> set[tuple[str, int]]:
    """The operations of which an order is still open, drafts among them; not of lines closed short, on which
    nothing goes out any more."""
    return {
        (row.work_order, row.operation)
        for lines, goes_on in ((_LINES, _LINES.c.short_closed.is_(False)), (_DRAFTED, true()))
        for row in session.execute(
            select(lines.c.work_order, lines.c.operation)
            .join(_ORDERS, _ORDERS.c.number == lines.c.order_number)
            .where(lines.c.work_order.in_(jobs), _ORDERS.c.ended_at.is_(None), goes_on)
        )
    }
