"""Pieces that go straight from one order to the next, without coming back to us in between.

The supplier that has them offers them (`ship` with `to_order`); until the next order's supplier has them they
stay where they are, in the first order's bucket, and nobody else may take them. Both orders remember the
same transfer; which side an order is on is said by its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from models.domain.pieces import Bucket, Move, key, total
from models.domain.quantities import ZERO
from models.domain.records import Tested

if TYPE_CHECKING:
    from models.domain.order import Line, Order


class TransferState(StrEnum):
    OFFERED = "offered"
    TAKEN = "taken"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class TransferLine:
    """`quantity` pieces of `lot` on `line` of the order they leave; the next one knows them as `to_lot` on its
    `to_line`. `unprocessed` of them are as they came; `load` is where they were processed, as a node. `weight`
    are their kilograms, None where the next order is not paid by them. `others` may be it too: lots of the line,
    when nobody named one."""

    line: int
    lot: str
    quantity: Decimal
    to_line: int
    to_lot: str
    unprocessed: Decimal = ZERO
    heat: str = ""
    load: str = ""
    weight: Decimal | None = None
    serials: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """One box from order `source` to order `target`; `from_supplier` and `to_supplier` are people's names for
    who sends and who gets it.

    `since` is when it was offered, `told_by` the event of the source that says so.
    """

    transfer: str
    source: str
    target: str
    lines: tuple[TransferLine, ...]
    from_supplier: str
    to_supplier: str
    carrier: str = ""
    tracking: str = ""
    state: TransferState = TransferState.OFFERED
    since: datetime | None = None
    told_by: int = 0
    answered_at: datetime | None = None
    reason: str = ""
    # What was used up in tests when it was packed; that is gone whatever is answered.
    tested: tuple[Tested, ...] = ()

    @property
    def open(self) -> bool:
        return self.state is TransferState.OFFERED

    @property
    def quantity(self) -> Decimal:
        return sum((item.quantity for item in self.lines), ZERO)

    @property
    def lots(self) -> frozenset[str]:
        """What its pieces are called, before and after."""
        return frozenset({item.lot for item in self.lines} | {item.to_lot for item in self.lines}) - {""}

    def at(self, order: Order) -> Iterator[tuple[int, str, Decimal]]:
        """Its pieces as `order`, one of the two, knows them: line, lot and quantity."""
        for item in self.lines:
            if order.number == self.source:
                yield item.line, item.lot, item.quantity
            else:
                yield item.to_line, item.to_lot, item.quantity


def moves_of(
    transfer: Transfer, order: Order, source: Bucket | None, target: Bucket | None
) -> tuple[Move, ...]:
    """Its pieces on their way, as `order`, one of the two, knows them."""
    return tuple(
        Move(line, lot, quantity, source, target, serials=item.serials)
        for (line, lot, quantity), item in zip(transfer.at(order), transfer.lines, strict=True)
    )


def leaving(order: Order) -> list[Transfer]:
    """What the order offers to others and nobody has answered yet."""
    return [each for each in order.transfers.values() if each.open and each.source == order.number]


def coming(order: Order) -> list[Transfer]:
    """What is offered to the order and waits for its answer, the first one first."""
    return [each for each in order.transfers.values() if each.open and each.target == order.number]


def partners(order: Order) -> frozenset[str]:
    """The orders on the other side of what is not answered yet."""
    return frozenset({each.target for each in leaving(order)} | {each.source for each in coming(order)})


def offered(order: Order, *, processed: bool = False) -> dict[str, Decimal]:
    """Pieces that wait here for the next order to take them, by stock key; with `processed` only those that
    an inspection has to cover."""
    found: dict[str, Decimal] = {}
    for transfer in leaving(order):
        for item in transfer.lines:
            some = item.quantity - (item.unprocessed if processed else ZERO)
            at = key(item.line, item.lot)
            found[at] = found.get(at, ZERO) + some
    return found


def offered_serials(order: Order) -> frozenset[str]:
    """The serials among those, by `key(line, serial)`."""
    return frozenset(
        key(item.line, serial)
        for transfer in leaving(order)
        for item in transfer.lines
        for serial in item.serials
    )


# What the supplier finished: here, or gone straight on to the next order.
DONE = (Bucket.ACCEPTED, Bucket.FORWARDED)


def finished(order: Order, line: int | None = None) -> Decimal:
    """How many pieces the supplier finished: not those that went on to the next one as they had come."""
    return total(order.stock, *DONE, line=line) - gone_raw(order, line)


def gone_raw(order: Order, line: int | None = None, lot: str | None = None) -> Decimal:
    """Pieces that went straight to another order and were not worked on here: all, or of a line and lot."""
    gone = (
        each
        for each in order.transfers.values()
        if each.state is TransferState.TAKEN and each.source == order.number
    )
    return sum(
        (
            item.unprocessed
            for each in gone
            for item in each.lines
            if line in (None, item.line) and lot in (None, item.lot)
        ),
        ZERO,
    )


def handed_on(order: Order) -> bool:
    """Whether pieces went straight from the order to another, or came from one."""
    return any(each.state is TransferState.TAKEN for each in order.transfers.values())


def on_offer(order: Order, line: int) -> Decimal:
    """Pieces offered to a line that nobody has taken yet."""
    return sum((some for each in coming(order) for number, _, some in each.at(order) if number == line), ZERO)


def same_job(line: Line, other: Line) -> bool:
    """The same pieces of the same work order, at this operation or a later one."""
    return line.work_order == other.work_order and other.operation >= line.operation


def same_operation(line: Line, other: Line) -> bool:
    """The same pieces for the same work: who has them next does what was not done here."""
    return (line.work_order, line.operation) == (other.work_order, other.operation)


def fits(line: Line, other: Line) -> bool:
    """What `line` makes is what `other` works on."""
    ours, theirs = ((each.part, each.part_revision, each.unit, each.by_serial) for each in (line, other))
    return ours == theirs and (line.work_order != other.work_order or other.operation >= line.operation)
