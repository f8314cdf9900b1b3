"""Compares what an outside operation was sent with what the one before it was accepted for, over all orders."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session

from activities.findings import Finding, found
from models.codec import load_event
from models.domain import events as e
from models.domain.quantities import ZERO
from models.domain.transfers import TransferState
from models.domain.upstream import Ordered, Upstream, before
from models.queries.upstream import ordered
from models.tables.orders import EventRow, LineRow, TransferRow
from models.tables.types import table

_EVENTS, _LINES = table(EventRow), table(LineRow)
_TRANSFERS = table(TransferRow)
_BATCH = 500
_SENT = (e.PiecesSent.name, e.TransferTaken.name)


def operations(session: Session) -> Iterator[Finding]:
    """Operations that have more pieces than the one before had to give."""
    several = (
        select(_LINES.c.work_order)
        .group_by(_LINES.c.work_order)
        .having(func.count(_LINES.c.operation.distinct()) > 1)
        .order_by(_LINES.c.work_order)
    )
    every = session.scalars(several).all()
    for start in range(0, len(every), _BATCH):
        jobs = every[start : start + _BATCH]
        known = ordered(session, jobs, cleared=True)
        for job in jobs:
            for operation in sorted({each.operation for each in known.get(job, ())}):
                waits = before(operation, known[job])
                if waits is not None and waits.taken > waits.accepted:
                    yield from _beyond(session, job, operation, waits, known[job])


def _beyond(
    session: Session, job: str, operation: int, waits: Upstream, known: Sequence[Ordered]
) -> Iterator[Finding]:
    """Unless it was sent before anybody had ordered what comes before, or got pieces some other way."""
    takers = {each.order for each in known if each.operation == operation}
    if not _in_sequence(session, waits.orders, takers) or _came_past(session, waits.orders, takers):
        return
    taken = waits.taken - _kept_surplus(session, job, operation, takers)
    if taken > waits.accepted:
        yield found(
            "pieces.not_accepted",
            f"work order {job} operation {operation}",
            f"It was sent {taken}, and {waits.accepted} were accepted after operation {waits.operation}.",
        )


def _in_sequence(session: Session, first: Collection[str], then: Collection[str]) -> bool:
    """Whether what comes before was ordered by the time the first pieces went out."""
    issued = select(func.min(_EVENTS.c.at)).where(_EVENTS.c.order_number.in_(first), _EVENTS.c.sequence == 1)
    sent = select(func.min(_EVENTS.c.at)).where(_EVENTS.c.order_number.in_(then), _EVENTS.c.type.in_(_SENT))
    begun: datetime | None = session.scalar(issued)
    gone: datetime | None = session.scalar(sent)
    return begun is not None and gone is not None and begun <= gone


def _came_past(session: Session, first: Collection[str], then: Collection[str]) -> bool:
    """Whether some came straight from an order of neither operation."""
    past = select(_TRANSFERS.c.id).where(
        _TRANSFERS.c.order_number.in_(then),
        _TRANSFERS.c.target.in_(then),
        _TRANSFERS.c.source.not_in({*first, *then}),
        _TRANSFERS.c.state == TransferState.TAKEN.value,
    )
    return session.scalar(past.limit(1)) is not None


def _kept_surplus(session: Session, job: str, operation: int, orders: Collection[str]) -> Decimal:
    """What turned up there and was kept: nobody had sent it."""
    lines = {
        (row.order_number, row.line)
        for row in session.execute(
            select(_LINES.c.order_number, _LINES.c.line).where(
                _LINES.c.work_order == job, _LINES.c.operation == operation
            )
        )
    }
    resolved = select(_EVENTS.c.order_number, _EVENTS.c.type, _EVENTS.c.payload).where(
        _EVENTS.c.order_number.in_(orders), _EVENTS.c.type == e.OverResolved.name
    )
    kept = ZERO
    for row in session.execute(resolved):
        event = load_event(row.type, row.payload)
        assert isinstance(event, e.OverResolved)
        if event.decision == "accept" and (row.order_number, event.line) in lines:
            kept += event.quantity
    return kept
