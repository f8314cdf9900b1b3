"""report-milestone: what the supplier reached, and when it expects the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from models.domain.calendar import check_ahead
from models.domain.commands import ReportMilestone
from models.domain.decisions import checks
from models.domain.decisions.drawing import Shelf
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, MilestoneReported
from models.domain.facts import Asked, Facts
from models.domain.instants import happened_at
from models.domain.milestones import Milestone
from models.domain.order import Order
from models.domain.pieces import Bucket, Move, line_of, lot_of
from models.domain.quantities import ZERO

# Work is begun before its order is written, though not for this long: it is a mistyped year.
LONG_BEFORE = timedelta(days=90)


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
            "The order is on hold ({reason}). It goes on once it is resumed.",
            reason=order.hold.reason,
        )
    said = _plausible(order, command, now)
    lines = _lines(order, command)
    moves = _arrivals(order, command, milestone, lines) if said is not None else ()
    return [
        MilestoneReported(
            code=milestone.code,
            actual=_actual(command, milestone, said, moves),
            forecast=command.forecast,
            source=asked.actor.kind if asked.on_behalf_of is None else asked.on_behalf_of.basis,
            note=command.note.strip(),
            quantity=_quantity(lines, moves, milestone),
            moves=moves,
            previous_actual=milestone.actual,
            previous_forecast=milestone.forecast,
            previous_quantity=milestone.quantity,
            late_entry=said is not None
            and order.supplier_calendar.local_date(said) < order.supplier_calendar.local_date(now),
        )
    ]


def _plausible(order: Order, command: ReportMilestone, now: datetime) -> datetime | None:
    """When it happened: as claimed, or now; None for a mere forecast."""
    claimed, forecast = command.actual, command.forecast
    said = None
    if claimed is not None:
        said = happened_at(
            claimed,
            now,
            since=order.issued_at - LONG_BEFORE,
            field="actual",
            future=Invalid(
                "milestone.future",
                "{actual} is in the future. Report it when it has happened, or give a forecast.",
                field="actual",
                actual=claimed.isoformat(),
            ),
            long_ago=Invalid(
                "milestone.long_before",
                "{actual} is long before the order was issued. Look at the year, and report the day it happened.",
                field="actual",
                actual=claimed.isoformat(),
            ),
        )
    today = order.supplier_calendar.local_date(now)
    if forecast is not None and forecast < today:
        raise Invalid(
            "forecast.past",
            "{date} has passed; forecast today or later.",
            field="forecast",
            date=forecast,
        )
    if forecast is not None:
        check_ahead(forecast, today, "forecast")
    return now if said is None and forecast is None else said


def _actual(
    command: ReportMilestone, milestone: Milestone, said: datetime | None, moves: tuple[Move, ...]
) -> datetime | None:
    """More pieces arriving later, or hearing it twice, do not move the day it first happened; saying
    another day does."""
    if milestone.actual is None or said is None:
        return said
    another_day = command.actual is not None and not command.lines and not moves
    return said if another_day else milestone.actual


def _lines(order: Order, command: ReportMilestone) -> list[tuple[int, str, Decimal]]:
    """Line, lot and quantity of each part of the report, checked."""
    found = []
    for index, item in enumerate(command.lines):
        line = checks.the_line(order, item.line, index)
        quantity = checks.counted(line, item.quantity, index)
        found.append((line.line, checks.the_lot(order, line, item.lot, index), quantity))
    return found


def _arrivals(
    order: Order, command: ReportMilestone, milestone: Milestone, lines: list[tuple[int, str, Decimal]]
) -> tuple[Move, ...]:
    """Pieces that the report says have arrived at the supplier."""
    if milestone.kind != "received":
        return ()
    shelf = Shelf(order)
    if not lines:
        # After a receipt it is a late entry: it writes the date and moves nothing.
        if any(not receipt.void for receipt in order.receipts):
            return ()
        return tuple(
            move
            for at, pieces in shelf.stock.items()
            if (coming := pieces.get(Bucket.IN_TRANSIT_OUT, ZERO)) > 0
            for move in shelf.take(line_of(at), lot_of(at), coming, [Bucket.IN_TRANSIT_OUT]).to(
                Bucket.AT_SUPPLIER
            )
        )
    moves: list[Move] = []
    for index, (line, lot, wanted) in enumerate(lines):
        typed = command.lines[index].serials
        named = checks.serials(checks.the_line(order, line, index), typed, wanted, index)
        drawn = shelf.take(line, lot, wanted, [Bucket.IN_TRANSIT_OUT], serials=named)
        if drawn.quantity < wanted:
            raise Refusal(
                "milestone.more_than_sent",
                "Line {line}: {found} pieces are on their way to you; you entered {entered}. Enter at "
                "most that many.",
                field=f"lines.{index}.quantity",
                line=line,
                found=drawn.quantity,
                entered=wanted,
            )
        moves += drawn.to(Bucket.AT_SUPPLIER)
    return tuple(moves)


def _quantity(
    lines: list[tuple[int, str, Decimal]], moves: tuple[Move, ...], milestone: Milestone
) -> Decimal | None:
    """How many pieces have reached it: arrivals add up, other milestones say their whole count."""
    if moves:
        return (milestone.quantity or ZERO) + sum((move.quantity for move in moves), ZERO)
    if lines:
        return sum((quantity for _, _, quantity in lines), ZERO)
    return None
