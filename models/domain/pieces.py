"""Where every piece is: buckets, the moves between them, and the one function that makes them.

`sent` is never stored: it is the sum of the buckets, so no order of events can create a piece.
`over` (counted more than was out) stands apart until somebody resolves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from models.domain.errors import Refusal
from models.domain.quantities import ZERO, plain


class Bucket(StrEnum):
    IN_TRANSIT_OUT = "in_transit_out"
    AT_SUPPLIER = "at_supplier"
    IN_TRANSIT_BACK = "in_transit_back"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SCRAPPED = "scrapped"
    TEST_CONSUMED = "test_consumed"
    LOST = "lost"
    FORWARDED = "forwarded"
    RETURNED_UNPROCESSED = "returned_unprocessed"
    RETURNED_TO_SUPPLIER = "returned_to_supplier"
    OVER = "over"


SENT = tuple(bucket for bucket in Bucket if bucket is not Bucket.OVER)
OUT = (Bucket.IN_TRANSIT_BACK, Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)
UNDECIDED = (Bucket.PENDING, Bucket.REJECTED, Bucket.OVER)
# What our stock of the lot holds again.
ON_OUR_SHELF = (Bucket.ACCEPTED, Bucket.RETURNED_UNPROCESSED)

Pieces = Mapping[Bucket, Decimal]
Stock = Mapping[str, Pieces]  # by `key(line, lot)`, in the order the lots were first sent


@dataclass(frozen=True, slots=True)
class Took:
    """So much of a lot, in the unit it is counted in."""

    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Move:
    """`quantity` pieces of one lot on one line leave `source` for `target`.

    No source: they come from our shelf (a first sending) or turn up beyond what was out.
    No target: they are gone (an excess sent back). `parcel` is the box they travel in or come out of,
    `output` the lot they are accepted as or were.
    """

    line: int
    lot: str
    quantity: Decimal
    source: Bucket | None
    target: Bucket | None
    parcel: str = ""
    output: str = ""
    # Those of its pieces, where the part has serial numbers: as many as it moves.
    serials: tuple[str, ...] = ()
    # What leaves a lot for it, or comes back to it, where that is counted in another unit than the line.
    took: Took | None = None

    def reversed(self) -> Move:
        return replace(self, source=self.target, target=self.source)


def key(line: int, lot: str) -> str:
    return f"{line}:{lot}"


def line_of(stock_key: str) -> int:
    return int(stock_key.partition(":")[0])


def lot_of(stock_key: str) -> str:
    return stock_key.partition(":")[2]


def held_in(pieces: Pieces, *buckets: Bucket) -> Decimal:
    found = ZERO
    for bucket, quantity in pieces.items():
        if bucket in buckets:
            found += quantity
    return found


def sent(pieces: Pieces) -> Decimal:
    return held_in(pieces, *SENT)


def total(stock: Stock, *buckets: Bucket, line: int | None = None) -> Decimal:
    """How many pieces are in `buckets`, on one line or on all."""
    found = ZERO
    for at, pieces in stock.items():
        if line is None or line_of(at) == line:
            found += held_in(pieces, *buckets)
    return found


def moved(stock: Stock, moves: Iterable[Move]) -> dict[str, Pieces]:
    """The stock after `moves`. Raises `Refusal` `pieces.moved_on` rather than let a bucket go negative."""
    after = dict(stock)
    for move in moves:
        at = key(move.line, move.lot)
        pieces = dict(after.get(at, {}))
        if move.source is not None:
            left = pieces.get(move.source, ZERO) - move.quantity
            if left < 0:
                raise Refusal(
                    "pieces.moved_on",
                    "Line {line} has only {available} pieces {bucket}; {quantity} were to leave it. "
                    "Look at the order again: they have moved on.",
                    line=move.line,
                    available=pieces.get(move.source, ZERO),
                    bucket=move.source.replace("_", " "),
                    quantity=move.quantity,
                )
            _put(pieces, move.source, left)
        if move.target is not None:
            _put(pieces, move.target, pieces.get(move.target, ZERO) + move.quantity)
        after[at] = pieces
    return after


def _put(pieces: dict[Bucket, Decimal], bucket: Bucket, quantity: Decimal) -> None:
    if quantity:
        pieces[bucket] = plain(quantity)
    else:
        pieces.pop(bucket, None)
