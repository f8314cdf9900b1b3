"""report-milestone: what the supplier reached, and when it expects the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from models.domain.commands import ReportMilestone
from models.domain.decisions import drawing
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, MilestoneReported
from models.domain.facts import Asked, Facts
from models.domain.milestones import Milestone
from models.domain.order import Order
from models.domain.pieces import Bucket, Move, line_of, lot_of
from models.domain.quantities import ZERO


def report_milestone(
    order: Order, command: ReportMilestone, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    milestone = order.milestone(command.code)
    if milestone is None:
        raise Invalid(
            "milestone.unknown",
            "There is no milestone {milestone}; this order has {codes}.",
            field="code",
            milestone=command.code,
            codes=", ".join(item.code for item in order.milestones),
        )
    if order.hold is not None and milestone.kind != "received":
        raise Refusal(
            "order.hold",
            "The order is on hold ({reason}). It goes on when your customer resumes it.",
            reason=order.hold.reason,
        )
    _plausible(order, command, now)
    actual = min(command.actual.astimezone(UTC), now) if command.actual is not None else None
    if actual is None and command.forecast is None:
        actual = now
    moves = _arrivals(order, command, milestone) if actual is not None else ()
    return [
        MilestoneReported(
            code=milestone.code,
            # More pieces arriving later do not move the day the first ones did.
            actual=actual if milestone.actual is None or not command.lines else milestone.actual,
            forecast=command.forecast,
            source=asked.actor.kind if asked.on_behalf_of is None else asked.on_behalf_of.basis,
            note=command.note.strip(),
            quantity=_quantity(command, moves, milestone),
            moves=moves,
            previous_actual=milestone.actual,
            previous_forecast=milestone.forecast,
            late_entry=actual is not None
            and order.supplier_calendar.local_date(actual) < order.supplier_calendar.local_date(now),
        )
    ]


# Two clocks differ a little; an hour ahead is somebody's wrong date.
_CLOCK_SKEW = timedelta(minutes=5)


def _plausible(order: Order, command: ReportMilestone, now: datetime) -> None:
    if command.actual is not None and command.actual.tzinfo is None:
        raise Invalid(
            "time.zone",
            "Give {entered} with its zone, such as {entered}Z for UTC.",
            field="actual",
            entered=command.actual.isoformat(),
        )
    if command.actual is not None and command.actual > now + _CLOCK_SKEW:
        raise Invalid(
            "milestone.future",
            "{actual} is in the future. Report it when it has happened, or give a forecast.",
            field="actual",
            actual=command.actual.isoformat(),
        )
    if command.forecast is not None and command.forecast < order.supplier_calendar.local_date(now):
        raise Invalid(
            "forecast.past",
            "{date} has passed; forecast today or later.",
            field="forecast",
            date=command.forecast,
        )


def _arrivals(order: Order, command: ReportMilestone, milestone: Milestone) -> tuple[Move, ...]:
    """Pieces that the report says have arrived at the supplier."""
    if milestone.kind != "received":
        if command.lines:
            for index, item in enumerate(command.lines):
                drawing.counted(drawing.the_line(order, item.line, index), item.quantity, index, zero=True)
        return ()
    shelf = drawing.Shelf(order)
    if not command.lines:
        # After a receipt it is a late entry: it writes the date and moves nothing.
        if any(not receipt.void for receipt in order.receipts):
            return ()
        return tuple(
            Move(
                line_of(at),
                lot_of(at),
                pieces[Bucket.IN_TRANSIT_OUT],
                Bucket.IN_TRANSIT_OUT,
                Bucket.AT_SUPPLIER,
            )
            for at, pieces in shelf.stock.items()
            if pieces.get(Bucket.IN_TRANSIT_OUT, ZERO) > 0
        )
    moves: list[Move] = []
    for index, item in enumerate(command.lines):
        line = drawing.the_line(order, item.line, index)
        wanted = drawing.counted(line, item.quantity, index)
        lot = drawing.the_lot(order, line, item.lot, index)
        taken = shelf.take(line.line, lot, wanted, [Bucket.IN_TRANSIT_OUT])
        found = sum((part.quantity for part in taken), ZERO)
        if found < wanted:
            raise Refusal(
                "milestone.more_than_sent",
                "Line {line}: {found} pieces are on their way to you; you entered {entered}.",
                field=f"lines.{index}.quantity",
                line=line.line,
                found=found,
                entered=wanted,
            )
        moves += drawing.moves(line.line, taken, Bucket.AT_SUPPLIER)
    return tuple(moves)


def _quantity(command: ReportMilestone, moves: tuple[Move, ...], milestone: Milestone) -> Decimal | None:
    if moves:
        return (milestone.quantity or ZERO) + sum((move.quantity for move in moves), ZERO)
    if command.lines:
        return sum((item.quantity for item in command.lines), ZERO)
    return None
