"""short-close: what of a line will never leave us."""

from __future__ import annotations

from datetime import datetime

from models.domain.commands import ShortClose
from models.domain.decisions import checks
from models.domain.errors import Refusal
from models.domain.events import Event, LinesShortClosed
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order
from models.domain.sendable import came_back, unsent_on


def short_close(order: Order, command: ShortClose, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    checks.some_lines(command.lines)
    reason = checks.reason(command.reason)
    lines = [checks.the_line(order, item.line, index) for index, item in enumerate(command.lines)]
    for index, line in enumerate(lines):
        if line.short_closed:
            raise closed_short("line.complete", line, f"lines.{index}.line")
        if not unsent_on(order, line) and not came_back(order, line):
            raise Refusal(
                "line.complete",
                "Line {line} has nothing left to send. To send more, change the quantity first.",
                field=f"lines.{index}.line",
                line=line.line,
            )
    return [LinesShortClosed(tuple(dict.fromkeys(line.line for line in lines)), reason)]


def closed_short(code: str, line: Line, field: str) -> Refusal:
    """Its quantity cannot be changed any more either."""
    return Refusal(
        code,
        "Line {line} was closed short; nothing more is sent on it. Place what is needed on another order.",
        field=field,
        line=line.line,
    )
