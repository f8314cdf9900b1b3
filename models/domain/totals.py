"""How many pieces a line may hold in all: as many as one quantity may say, whoever adds them up."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from models.domain.commands import Command, Receive
from models.domain.errors import Refusal
from models.domain.events import Event
from models.domain.order import Order
from models.domain.pieces import Bucket, Move, total
from models.domain.quantities import LARGEST, ZERO


def check(order: Order, command: Command, events: Iterable[Event]) -> None:
    """Raises `Refusal` when the events would leave more pieces on a line than any bucket can say.

    A bucket never holds more than its line, so that none outgrows its column.
    """
    moves: list[Move] = [move for event in events for move in getattr(event, "moves", ())]
    for number in dict.fromkeys(move.line for move in moves if move.source is None):
        held = total(order.stock, *Bucket, line=number) + _gained(moves, number)
        if held > LARGEST:
            raise Refusal(
                "quantity.total_too_large",
                "Line {line} would hold {total} in all, counted more than sent included; no line can hold "
                "more than {most}. Check what you entered, and resolve what was counted too much before.",
                field=_field(command, number),
                line=number,
                total=held,
                most=f"{LARGEST:f}",
            )


def _gained(moves: Iterable[Move], line: int) -> Decimal:
    gained = ZERO
    for move in moves:
        if move.line == line and move.source is None:
            gained += move.quantity
        elif move.line == line and move.target is None:
            gained -= move.quantity
    return gained


def _field(command: Command, line: int) -> str:
    """Where the request says how many; the last place of those that name the line."""
    name = "counted" if isinstance(command, Receive) else "quantity"
    lines = getattr(command, "lines", ())
    places = [place for place, item in enumerate(lines) if getattr(item, "line", None) == line]
    return f"lines.{places[-1]}.{name}" if places else "lines"
