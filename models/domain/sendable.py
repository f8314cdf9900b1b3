"""What can still be sent out, line by line and lot by lot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from models.domain.first_article import may_go
from models.domain.order import Line, Order, sent_on
from models.domain.pieces import Bucket, key, line_of, lot_of, sent, total
from models.domain.quantities import ZERO
from models.domain.transfers import on_offer


@dataclass(frozen=True, slots=True)
class Sendable:
    """Pieces of one lot that may go; `quantity` is zero where only the lot is still to be named."""

    line: Line
    lot: str
    quantity: Decimal


def unsent_on(order: Order, line: Line) -> Decimal:
    """How many of the line's pieces are still to be sent for the first time."""
    return ZERO if line.short_closed else max(ZERO, line.ordered - sent_on(order, line.line))


def came_back(order: Order, line: Line) -> Decimal:
    """How many of the line's pieces came back as they went, and are to be sent again or given up. What a change
    took off the line after it was sent is not: it stays here."""
    back = total(order.stock, Bucket.RETURNED_UNPROCESSED, line=line.line)
    gone = sent_on(order, line.line) - back
    return ZERO if line.short_closed else min(back, max(ZERO, line.ordered - gone))


def goes_again(order: Order, line: Line) -> bool:
    """Whether some of those are still ordered; what a change took off the line came back to stay."""
    return came_back(order, line) > max(ZERO, sent_on(order, line.line) - line.ordered)


def left_on(order: Order, line: Line) -> Decimal:
    """How many of them may go now: a first article goes alone."""
    first = may_go(order, line)
    left = unsent_on(order, line)
    return left if first is None else min(left, first)


def sendable(order: Order) -> Iterator[Sendable]:
    """The planned lots with what is left of each, and what came back unprocessed.

    Where the lots leave something of the line open, a place without a lot stands for any other lot.
    """
    for line in order.lines:
        left, back = left_on(order, line), came_back(order, line)
        lots = list(dict.fromkeys([*(planned.lot for planned in line.lots), *_came_back(order, line)]))
        for lot in lots:
            pieces = order.stock.get(key(line.line, lot), {})
            planned = sum((item.quantity for item in line.lots if item.lot == lot), ZERO)
            fresh = min(left, max(ZERO, planned - sent(pieces)))
            left -= fresh
            again = min(back, pieces.get(Bucket.RETURNED_UNPROCESSED, ZERO))
            back -= again
            if fresh or again:
                yield Sendable(line, lot, fresh + again)
        if left:
            yield Sendable(line, "", ZERO if line.lots else left)


def _came_back(order: Order, line: Line) -> Iterator[str]:
    for at, pieces in order.stock.items():
        number, _, lot = at.partition(":")
        if int(number) == line.line and pieces.get(Bucket.RETURNED_UNPROCESSED):
            yield lot


def room(order: Order, line: Line) -> Decimal:
    """How many more pieces may be offered to the line by the order before: what may be sent and is not on
    offer already."""
    return max(ZERO, left_on(order, line) - on_offer(order, line.line))


def only_lot(order: Order, line: Line, wanted: Decimal) -> str:
    """Of which lot the pieces are though nobody says so: the only one that is planned, or of which so many came back
    as they went."""
    if len(line.lots) == 1:
        return line.lots[0].lot
    back = {
        lot_of(at): pieces[Bucket.RETURNED_UNPROCESSED]
        for at, pieces in order.stock.items()
        if line_of(at) == line.line and pieces.get(Bucket.RETURNED_UNPROCESSED)
    }
    return next(iter(back)) if len(back) == 1 and wanted <= sum(back.values()) else ""
