"""Set-up scrap: so many pieces of a line the supplier may use up while it sets up its process.

They are sent and come back like the others, and are scrapped when they are received. Up to `setup_allowance`
they are the price of setting up: neither paid nor a reject, and whoever counts them writes them off, since the
order says so. Scrap beyond that is a judgement of quality. How many were used is a function of the receipts
that stand, so that taking one back gives its pieces back to the allowance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from models.domain.events import ShareMove
from models.domain.order import Line, Order
from models.domain.parted import root
from models.domain.pieces import OUT, Bucket, Move, key
from models.domain.quantities import ZERO
from models.domain.records import Share


def used(order: Order, line: Line) -> Decimal:
    """Pieces of this line, and of no other delivery, that were used up in setting up."""
    return sum(
        (
            counted.setup
            for receipt in order.receipts
            if not receipt.void
            for counted in receipt.lines
            if counted.line == line.line
        ),
        ZERO,
    )


def allowed(order: Order, line: Line) -> Decimal:
    """How many may be used up in all. The supplier sets up once for all deliveries of a line; of a line that was
    split, once where the part is that leads."""
    return sum((each.setup_allowance for each in _together(order, line)), ZERO)


def left(order: Order, line: Line) -> Decimal:
    """How many more of them may be used up."""
    gone = sum((used(order, each) for each in _together(order, line)), ZERO)
    return max(ZERO, allowed(order, line) - gone)


def set_up(order: Order, moves: Sequence[Move], shares: Iterable[ShareMove]) -> dict[str, Decimal]:
    """How many of the pieces that a receipt scraps were used up in setting up, by line."""
    shares = tuple(shares)
    found: dict[str, Decimal] = {}
    rest: dict[str, Decimal] = {}
    for line in order.lines:
        first = root(order.number, line)
        lots = dict.fromkeys(move.lot for move in moves if move.line == line.line)
        scrapped = sum((_scrapped_at_first(line.line, lot, moves, shares) for lot in lots), ZERO)
        some = min(scrapped, rest.setdefault(first, left(order, line)))
        if some:
            found[str(line.line)] = some
            rest[first] -= some
    return found


def _together(order: Order, line: Line) -> list[Line]:
    return [each for each in order.lines if root(order.number, each) == root(order.number, line)]


def _scrapped_at_first(line: int, lot: str, moves: Iterable[Move], shares: Iterable[ShareMove]) -> Decimal:
    """Those scrapped that were not rework: what comes of that is a matter of its nonconformance."""
    came = [move for move in moves if (move.line, move.lot) == (line, lot) and move.source in OUT]
    again = [
        share
        for share in shares
        if key(share.line, share.lot) == key(line, lot) and share.source is Share.REWORKING
    ]
    scrapped = [move for move in came if move.target is Bucket.SCRAPPED]
    if any(move.serials for move in came):
        worked_again = {serial for share in again for serial in share.serials}
        named = {serial for move in scrapped for serial in move.serials}
        return Decimal(len(named - worked_again))
    others = sum((move.quantity for move in came), ZERO) - sum((share.quantity for share in again), ZERO)
    return max(ZERO, min(others, sum((move.quantity for move in scrapped), ZERO)))
