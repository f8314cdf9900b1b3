"""Which pieces a mail names: by part and lot, with their serial numbers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from activities import mail_parts
from models.domain import lot_holds
from models.domain.changed import with_change
from models.domain.going_back import to_send
from models.domain.order import Order
from models.domain.pieces import Bucket, Move, key, line_of, lot_of
from models.domain.records import Inspection
from models.domain.reworking import reworked_there
from models.domain.serials import here


def part(order: Order, number: int) -> str:
    """What a line is called where several are told apart."""
    line = order.line(number)
    assert line is not None, "events are of the order's lines"
    return f"{line.part} {line.part_revision}"


def to_rework(order: Order) -> tuple[mail_parts.Pieces, ...]:
    """Rejects that are with the supplier, or on their way there, to be worked on again."""
    found = ((at, reworked_there(order, at)) for at in order.stock)
    return tuple(some_pieces(order, line_of(at), lot_of(at), some) for at, some in found if some)


def some_pieces(
    order: Order, number: int, lot: str, quantity: Decimal, serials: Iterable[str] = ()
) -> mail_parts.Pieces:
    line = order.line(number)
    assert line is not None, "moves and inspections are on the order's lines"
    return mail_parts.Pieces(
        part=line.part,
        revision=line.part_revision,
        quantity=str(quantity),
        unit=line.unit,
        lot=lot,
        serials=tuple(serials),
    )


def first_pieces(order: Order, inspection: Inspection) -> bool:
    """Whether the others of the line wait, or waited until now, for what was inspected."""
    line = order.line(inspection.line)
    assert line is not None, "inspections are of the order's lines"
    released = [
        each.inspection
        for each in order.inspections.values()
        if each.line == line.line and each.decision == "release"
    ]
    return bool(line.first_article) and released in ([], [inspection.inspection])


def there(order: Order) -> tuple[mail_parts.Pieces, ...]:
    return pieces_in(order, Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER)


def to_leave(order: Order) -> tuple[mail_parts.Pieces, ...]:
    """What the supplier has and is not to work on any more, or a change took off the order."""
    return tuple(
        some_pieces(order, line, lot, quantity, _those(order, key(line, lot), quantity))
        for line, lot, quantity in to_send(order)
    )


def _those(order: Order, at: str, quantity: Decimal) -> tuple[str, ...]:
    """The serial numbers of so many pieces there, where all of them are meant."""
    names = serials_in(order, at, Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER)
    return names if len(names) == quantity else ()


def leaves_with(order: Order, name: str) -> tuple[mail_parts.Pieces, ...]:
    """What the supplier would have to send back if it accepted this change as things stand."""
    return to_leave(with_change(order, order.changes[name]))


def there_of(order: Order, lots: Iterable[str]) -> tuple[mail_parts.Pieces, ...]:
    """What the supplier has, or is to get, of these lots."""
    return tuple(
        some_pieces(order, line_of(at), lot_of(at), quantity, _all_serials(order, at, quantity))
        for at, quantity in lot_holds.there_of(order, lots).items()
    )


def _all_serials(order: Order, at: str, quantity: Decimal) -> tuple[str, ...]:
    """Those with the supplier; none when it is only about some of them."""
    named = serials_in(order, at, Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER)
    return named if len(named) == quantity else ()


def coming(order: Order) -> tuple[mail_parts.Pieces, ...]:
    return pieces_in(order, Bucket.IN_TRANSIT_BACK)


def accepted(order: Order) -> tuple[mail_parts.Pieces, ...]:
    return pieces_in(order, Bucket.ACCEPTED)


def pieces_in(order: Order, *buckets: Bucket) -> tuple[mail_parts.Pieces, ...]:
    return tuple(
        some_pieces(order, line_of(at), lot_of(at), quantity, serials_in(order, at, *buckets))
        for at, pieces in order.stock.items()
        if (quantity := sum((pieces.get(bucket, Decimal(0)) for bucket in buckets), Decimal(0)))
    )


def serials_in(order: Order, at: str, *buckets: Bucket) -> tuple[str, ...]:
    """The serial numbers of one line and lot in these buckets."""
    return tuple(serial for bucket in buckets for serial in here(order, at, bucket))


def going_back(order: Order, moves: Iterable[Move]) -> tuple[mail_parts.Pieces, ...]:
    return tuple(
        some_pieces(order, move.line, move.lot, move.quantity, move.serials)
        for move in moves
        if move.target is Bucket.IN_TRANSIT_OUT
    )
