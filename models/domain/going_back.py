"""What a supplier is to send back as it is: how many of a line, and of which lots.

All it has of an order that is cancelled or was given to another supplier; else what a change took off a line
after it was sent, while the supplier works on the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from models.domain.order import Line, Order, owed_back
from models.domain.pieces import OUT, Bucket, held_in, key, line_of, lot_of, sent, total
from models.domain.quantities import ZERO
from models.domain.reworking import first_out, raw_there

_THERE = (Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER)


def given_up(order: Order) -> bool:
    """Nothing of the order is to be worked on any more."""
    return order.cancelling or order.reassigned is not None


def owed(order: Order, line: Line) -> Decimal:
    """Pieces that are out and not to be worked on. Rejects of an order given away still are."""
    if order.reassigned is not None:
        return max(first_out(order, line.line), owed_back(order, line))
    if order.cancelling:
        return total(order.stock, *OUT, line=line.line)
    return owed_back(order, line)


def to_send(order: Order) -> Iterator[tuple[int, str, Decimal]]:
    """Line, lot and quantity of what the supplier has and is still to send back. Lot '' where any of several
    will do."""
    if given_up(order):
        for at, pieces in order.stock.items():
            there = raw_there(order, at) if order.reassigned is not None else held_in(pieces, *_THERE)
            if there:
                yield line_of(at), lot_of(at), there
        return
    for line in order.lines:
        left = owed_back(order, line) - sum(unworked(order, line).values(), ZERO)
        for lot, quantity in lots(order, line, left, *_THERE):
            yield line.line, lot, quantity


def lots(order: Order, line: Line, quantity: Decimal, *buckets: Bucket) -> Iterator[tuple[str, Decimal]]:
    """Of which lots in `buckets` so many pieces of the line are to come back: what each has more than is still
    planned of it. '' where that does not say it."""
    here = {
        lot_of(at): some
        for at, pieces in order.stock.items()
        if line_of(at) == line.line and (some := held_in(pieces, *buckets))
    }
    quantity = min(quantity, sum(here.values(), ZERO))
    if quantity <= 0:
        return
    if len(here) == 1 or quantity == sum(here.values(), ZERO):
        yield from ((lot, min(some, quantity)) for lot, some in here.items())
        return
    on_its_way = {} if Bucket.IN_TRANSIT_BACK in buckets else unworked(order, line)
    beyond = {
        lot: min(some, _kept(order, line, lot) - on_its_way.get(lot, ZERO) - _planned(line, lot))
        for lot, some in here.items()
    }
    beyond = {lot: some for lot, some in beyond.items() if some > 0}
    yield from beyond.items() if sum(beyond.values(), ZERO) == quantity else (("", quantity),)


def _kept(order: Order, line: Line, lot: str) -> Decimal:
    """How many of the lot were sent and did not come back as they went."""
    pieces = order.stock[key(line.line, lot)]
    return sent(pieces) - pieces.get(Bucket.RETURNED_UNPROCESSED, ZERO)


def _planned(line: Line, lot: str) -> Decimal:
    return sum((item.quantity for item in line.lots if item.lot == lot), ZERO)


def unworked(order: Order, line: Line) -> dict[str, Decimal]:
    """Pieces on their way back to which nothing was done, by lot."""
    found: dict[str, Decimal] = {}
    for parcel in order.parcels.values():
        for at, some in parcel.unworked.items():
            if line_of(at) == line.line:
                lot = lot_of(at)
                found[lot] = found.get(lot, ZERO) + min(some, parcel.contents.get(at, ZERO))
    return found
