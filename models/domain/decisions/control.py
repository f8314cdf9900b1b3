"""resolve-over, hold, resume, cancel, close."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from models.domain import commands as c
from models.domain.decisions import checks
from models.domain.decisions.accepting import may_accept
from models.domain.decisions.drawing import Drawn, Shelf
from models.domain.errors import FieldError, Refusal
from models.domain.events import (
    CancellationRequested,
    Event,
    OrderClosed,
    OrderHeld,
    OrderResumed,
    OverResolved,
)
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order, sent_on
from models.domain.paperwork import missing_documents
from models.domain.pieces import OUT, Bucket
from models.domain.quantities import ZERO
from models.domain.records import following
from models.domain.serials import of_line
from models.domain.surplus import keepable
from models.domain.surplus_serials import may_be_kept


def resolve_over(
    order: Order, command: c.ResolveOver, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    checks.some_lines(command.lines)
    shelf = Shelf(order)
    grown: dict[int, Decimal] = {}
    events: list[Event] = []
    for index, item in enumerate(command.lines):
        line = checks.the_line(order, item.line, index)
        wanted = checks.counted(line, item.quantity, index)
        lot = checks.the_lot(order, line, item.lot, index)
        named = checks.serials(line, item.serials, wanted, index)
        drawn = shelf.take(line.line, lot, wanted, [Bucket.OVER], serials=named)
        if drawn.quantity < wanted:
            raise Refusal(
                "over.more_than_over",
                "Line {line}: {found} pieces are over; you entered {entered}. Enter at most that many.",
                field=f"lines.{index}.quantity",
                line=line.line,
                found=drawn.quantity,
                entered=wanted,
            )
        accepted = item.decision == "accept"
        if accepted:
            # Whoever keeps what nobody ordered takes it as it is; papers and held lots still speak.
            may_accept(order, facts, line, drawn.parts, field=f"lines.{index}.decision")
            _its_own(order, line, drawn, facts, named.field)
            _may_keep(order, line, wanted, grown.get(line.line, ZERO), f"lines.{index}.quantity")
            grown[line.line] = grown.get(line.line, ZERO) + wanted
        # What a change took off the line after it was sent stays owed back.
        beyond = sent_on(order, line.line) + grown.get(line.line, ZERO) - line.ordered
        raised = min(grown.get(line.line, ZERO), max(ZERO, beyond))
        events.append(
            OverResolved(
                line=line.line,
                lot=lot,
                quantity=wanted,
                decision=item.decision,
                moves=tuple(drawn.to(Bucket.ACCEPTED if accepted else None, line=line)),
                # Keeping more than was ordered is ordering more: the revision shows it.
                ordered=line.ordered + raised if accepted and raised else None,
                planned=following(line.lots, line.ordered, line.ordered + raised)
                if accepted and raised
                else (),
            )
        )
    return events


def _its_own(order: Order, line: Line, drawn: Drawn, facts: Facts, field: str) -> None:
    """A piece that is somewhere else, or that there cannot be, is not kept here as well."""
    expected = of_line(order, line.line, *OUT, Bucket.LOST)
    for part in drawn.parts:
        for name in part.serials:
            may_be_kept(facts.serial_stock, line.part, name, part.lot, expected, field)


def _may_keep(order: Order, line: Line, wanted: Decimal, already: Decimal, field: str) -> None:
    """Raises `Refusal` when keeping `wanted` after `already` were kept would be buying more."""
    left = max(ZERO, keepable(order, line) - already)
    if wanted <= left:
        return
    text = (
        "Line {line}: {left} more pieces may be kept; you entered {entered}. Send the others back."
        if line.short_closed or order.cancelling
        else "Line {line}: {left} more pieces may be kept; you entered {entered}. Send the others back, or "
        "propose a change of the quantity and keep them once the supplier has accepted it."
    )
    raise Refusal("over.beyond_tolerance", text, field=field, line=line.line, left=left, entered=wanted)


def hold(order: Order, command: c.Hold, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    return [OrderHeld(checks.reason(command.reason))]


def resume(order: Order, command: c.Resume, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    return [OrderResumed()]


def cancel(order: Order, command: c.Cancel, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    """Asked for now; `consequences` end the order as soon as nothing is out, pending, rejected or over."""
    return [CancellationRequested(checks.reason(command.reason))]


def close(order: Order, command: c.Close, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    """The pieces are as they must be, or the order would not be `received`: papers and people remain."""
    gaps = tuple(_gaps(order, facts))
    if gaps:
        raise Refusal(
            "close.gaps", "The order is not complete. Settle what is listed, then close it.", errors=gaps
        )
    return [OrderClosed()]


def _gaps(order: Order, facts: Facts) -> Iterator[FieldError]:
    """What is missing, each under the part of the order where it belongs."""
    for kind in missing_documents(order):
        values = (("type", kind.replace("_", " ")), ("supplier", order.supplier))
        yield FieldError("documents", "{type}: {supplier} still owes this document.", values)
    for document in order.documents.values():
        if document.current and not document.matched:
            text = "Document {document} contradicts the order; it has to be corrected."
            yield FieldError("documents", text, (("document", document.document),))
    for item in order.open_nonconformances:
        name = (("nonconformance", item.nonconformance),)
        yield FieldError("nonconformances", "Nonconformance {nonconformance} is still open.", name)
    if order.counter is not None:
        yield FieldError("proposal", "The supplier's proposal waits for the buyer's answer.")
    if order.open_change is not None:
        name = (("change", order.open_change.change),)
        yield FieldError("changes", "Change {change} is still open.", name)
    if facts.pending_commands:
        count = (("count", str(facts.pending_commands)),)
        yield FieldError(
            "pending_commands", "Still to be applied to this order: {count}. Wait a moment.", count
        )
