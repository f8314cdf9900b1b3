"""Which piece each counted one is, where pieces have serial numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from models.domain import serials
from models.domain.commands import ReceiveLine
from models.domain.decisions import checks
from models.domain.decisions.converting import SPLIT, Split
from models.domain.errors import Refusal
from models.domain.order import Line, Order
from models.domain.pieces import OUT, Bucket
from models.domain.quantities import ZERO
from models.domain.serial_stock import SerialStock
from models.domain.serials import Named
from models.domain.surplus_serials import may_have_come

# What is found here that nobody sent is kept apart; only of these can it be said at all.
_MAY_BE_OVER = ("accepted", "pending", "rejected")


@dataclass(frozen=True, slots=True)
class Book:
    """The pieces that were out by what they were found to be, and those that were never sent."""

    expected: Mapping[str, Named]
    over: tuple[str, ...] = ()


def received_serials(
    order: Order, line: Line, counted: Split, item: ReceiveLine, index: int, stock: SerialStock
) -> Book:
    """Takes what was never sent off `counted`, so that its parts are those that were out.

    With no serials named at all, everything that is there must have been found, and be alike. `stock` knows where
    pieces that were never sent are: one that is somewhere else is not the one that came.
    """
    field = f"lines.{index}.serials"
    found = [name for name in SPLIT if counted.parts[name]]
    if not item.serials:
        if len(found) > 1:
            raise serials.missing(line.line, serials.of_line(order, line.line, *OUT), field)
        return Book({name: Named((), field) for name in found})
    every = checks.serials(line, (each.serial for each in item.serials), counted.counted, index)
    expected: dict[str, Named] = {}
    over: list[str] = []
    for name in SPLIT:
        mine = tuple(each.serial.strip() for each in item.serials if each.result == name)
        checks.serials(line, mine, counted.parts[name], index)
        if len(mine) != counted.parts[name]:
            raise serials.missing(line.line, serials.of_line(order, line.line, *OUT), every.field)
        unknown = tuple(each for each in mine if serials.known(order, line, each) is None)
        for each in unknown:
            there = serials.of_line(order, line.line, *OUT, Bucket.LOST)
            may_have_come(stock, line.part, each, there, every.field)
        if unknown and (name not in _MAY_BE_OVER or order.end is not None):
            raise never_sent(order, line, unknown, every.field)
        over += unknown
        counted.parts[name] -= Decimal(len(unknown))
        if counted.parts[name] > ZERO:
            expected[name] = Named(tuple(each for each in mine if each not in unknown), every.field)
    return Book(expected, tuple(over))


def never_sent(order: Order, line: Line, wrong: tuple[str, ...], field: str) -> Refusal:
    """What was never sent cannot have been scrapped, used up or left as it was."""
    there = serials.of_line(order, line.line, *OUT, Bucket.LOST)
    return serials.not_there(order, line.line, wrong, there, field)
