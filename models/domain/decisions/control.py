"""resolve-over, hold, resume, cancel, close."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from models.domain import commands as c
from models.domain.decisions import drawing
from models.domain.decisions.documents import missing_documents
from models.domain.errors import Invalid, Refusal
from models.domain.events import (
    CancellationRequested,
    Event,
    OrderClosed,
    OrderHeld,
    OrderResumed,
    OverResolved,
)
from models.domain.facts import Asked, Facts
from models.domain.order import Order, sent_on
from models.domain.pieces import Bucket
from models.domain.quantities import ZERO


def resolve_over(
    order: Order, command: c.ResolveOver, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    drawing.some_lines(command.lines)
    shelf = drawing.Shelf(order)
    grown: dict[int, Decimal] = {}
    events: list[Event] = []
    for index, item in enumerate(command.lines):
        line = drawing.the_line(order, item.line, index)
        wanted = drawing.counted(line, item.quantity, index)
        taken = shelf.take(line.line, item.lot, wanted, [Bucket.OVER])
        found = sum((part.quantity for part in taken), ZERO)
        if found < wanted:
            raise Refusal(
                "over.more_than_over",
                "Line {line}: {found} pieces are over; you entered {entered}.",
                field=f"lines.{index}.quantity",
                line=line.line,
                found=found,
                entered=wanted,
            )
        accepted = item.decision == "accept"
        grown[line.line] = grown.get(line.line, ZERO) + (wanted if accepted else ZERO)
        sent = sent_on(order, line.line) + grown[line.line]
        events.append(
            OverResolved(
                line=line.line,
                lot=item.lot,
                quantity=wanted,
                decision=item.decision,
                moves=drawing.moves(line.line, taken, Bucket.ACCEPTED if accepted else None),
                # Keeping more than was ordered is ordering more: the revision shows it.
                ordered=sent if accepted and sent > line.ordered else None,
            )
        )
    return events


def hold(order: Order, command: c.Hold, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    if order.hold is not None:
        raise Refusal("order.held", "The order is on hold already ({reason}).", reason=order.hold.reason)
    return [OrderHeld(_reason(command.reason))]


def resume(order: Order, command: c.Resume, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    return [OrderResumed()]


def cancel(order: Order, command: c.Cancel, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    """Asked for now; `consequences` end the order as soon as nothing is out, pending, rejected or over."""
    return [CancellationRequested(_reason(command.reason))]


def close(order: Order, command: c.Close, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    gaps = [f"{kind.replace('_', ' ')} from {order.supplier}" for kind in missing_documents(order)]
    gaps += [
        f"{document.document} contradicts the order"
        for document in order.documents.values()
        if document.current and not document.matched
    ]
    gaps += [f"{item.nonconformance} is open" for item in order.open_nonconformances]
    if facts.pending_commands:
        gaps.append(f"{facts.pending_commands} commands are still to be applied")
    if gaps:
        raise Refusal("close.gaps", "Not complete: {gaps}.", gaps="; ".join(gaps))
    return [OrderClosed()]


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid("reason.missing", "Give a reason.", field="reason")
    return text.strip()
