"""What an open change means in money and pieces, for whoever decides about it: the order's value before and after,
and of each line it touches how many are sent, accepted, and would have to come back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from models.domain.billing import ordered_amount
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
    after = _as_agreed(order, change)
    touched = {
        was.line for was, now in zip(change.before.lines, change.after.lines, strict=True) if was != now
    }
    return Weight(
        _value(order, order.lines),
        _value(order, [*after, *_added(change)]),
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


def with_change(order: Order, change: Change) -> Order:
    """The order with what it would be asked for once `change` holds."""
    return replace(order, lines=(*_as_agreed(order, change), *_added(change)))


def _as_agreed(order: Order, change: Change) -> list[Line]:
    wanted = {terms.line: terms for terms in change.on(order.commercial).lines}
    return [
        replace(line, ordered=terms.quantity, unit_price=terms.unit_price, lots=terms.lots)
        for line in order.lines
        for terms in (wanted[line.line],)
    ]


def _added(change: Change) -> list[Line]:
    """New lines as far as they are known: they get a number, and what the contract says, when they are agreed."""
    return [
        Line(
            0,
            each.work_order,
            each.operation,
            each.part,
            each.part_revision,
            each.unit,
            each.quantity,
            each.unit_price,
            each.lots,
            basis=each.basis,
        )
        for each in change.added
    ]


def _value(order: Order, lines: Iterable[Line]) -> Decimal | None:
    amounts = [ordered_amount(order, line) for line in lines]
    known = [each for each in amounts if each is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None
