"""What an open change means in money and pieces, for whoever decides about it: the order's value before and after,
and of each line it touches how many are sent, accepted, and would have to come back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from models.domain.billing import ordered_amount
from models.domain.changed import with_change
from models.domain.changes import Change
from models.domain.order import Line, Order, owed_back, sent_on
from models.domain.pieces import Bucket, total
from models.domain.quantities import ZERO
from models.domain.transfers import finished


@dataclass(frozen=True, slots=True)
class LineWeight:
    """`back`: sent already, and more than would be ordered; to come back as they are."""

    line: Line
    sent: Decimal
    accepted: Decimal
    back: Decimal


@dataclass(frozen=True, slots=True)
class Weight:
    """A value is None while nobody has weighed what is paid by the kilogram."""

    before: Decimal | None
    after: Decimal | None
    lines: tuple[LineWeight, ...]


def weight(order: Order, change: Change) -> Weight:
    """By the prices alone, as the order's value is shown everywhere."""
    after = with_change(order, change).lines
    touched = {
        was.line for was, now in zip(change.before.lines, change.after.lines, strict=True) if was != now
    }
    return Weight(
        _value(order, order.lines),
        _value(order, after),
        tuple(
            LineWeight(
                line,
                sent_on(order, line.line),
                total(order.stock, Bucket.ACCEPTED, line=line.line),
                owed_back(order, line),
            )
            for line in after
            if line.line in touched
        ),
    )


def repriced(order: Order, change: Change) -> tuple[tuple[Line, Decimal], ...]:
    """The lines whose price the change touches although some of them are finished, and how many: what is paid is
    the price agreed last, for all pieces of a line."""
    found = []
    for was, now in zip(change.before.lines, change.after.lines, strict=True):
        line = order.line(was.line)
        if line is not None and was.unit_price != now.unit_price and (done := finished(order, line.line)):
            found.append((line, done))
    return tuple(found)


def _value(order: Order, lines: Iterable[Line]) -> Decimal | None:
    amounts = [ordered_amount(order, line) for line in lines]
    known = [each for each in amounts if each is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None
