"""Serial numbers of parts that are tracked piece by piece: each is in one place, and every move names its own.

An order knows the serials of its lines by `key(line, serial)`, from the move that sent them (or counted them
beyond what was out) to the one that takes them off. How many are in a bucket is what the bucket holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from models.domain.errors import Invalid, Refusal
from models.domain.pieces import Bucket, Move, key, line_of, lot_of

if TYPE_CHECKING:
    from models.domain.order import Line, Order

# A sentence names so many of them; the order's page has the others.
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where one serial is since `since`: its lot and bucket, and the box it travels in or the lot it was
    accepted as."""

    lot: str
    bucket: Bucket
    since: datetime
    parcel: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another order had the serial later than this one: its number, and the bucket it is in there."""

    order: str
    bucket: Bucket

    @property
    def on_our_shelf(self) -> bool:
        return self.bucket in (Bucket.ACCEPTED, Bucket.RETURNED_UNPROCESSED)


@dataclass(frozen=True, slots=True)
class Named:
    """The serials a request names for some pieces, and the field in which it does."""

    names: tuple[str, ...] = ()
    field: str = "lines"


def named(line: Line, typed: Iterable[str], quantity: object, field: str) -> Named:
    """The serials typed for `quantity` pieces of the line; none at all where they are not typed.

    Raises `Invalid` when the line's part has no serials, or one is typed twice or one too many or too few.
    """
    names = tuple(name.strip() for name in typed)
    if not names:
        return Named((), field)
    if not line.by_serial:
        raise Invalid(
            "serial.not_tracked",
            "{part} has no serial numbers; leave them out.",
            field=field,
            part=line.part,
        )
    if not all(names):
        raise Invalid("serial.empty", "A serial number is empty; leave it out.", field=field)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Invalid(
            "serial.twice",
            "Entered twice: {serials}. Each piece has its own.",
            field=field,
            serials=listed(twice),
        )
    if len(names) != quantity:
        raise Invalid(
            "serial.count",
            "Line {line}: {found} serial numbers for {quantity} pieces. Name each piece once.",
            field=field,
            line=line.line,
            found=len(names),
            quantity=quantity,
        )
    return Named(names, field)


def missing(line: int, expected: Iterable[str], field: str) -> Invalid:
    """Nobody can say which of several pieces are meant."""
    expected = tuple(expected)
    if not expected:
        return Invalid(
            "serial.missing",
            "Line {line}: say which pieces, by their serial numbers. None of them is there yet.",
            field=field,
            line=line,
        )
    return Invalid(
        "serial.missing",
        "Line {line}: say which pieces, by their serial numbers. Here are: {serials}.",
        field=field,
        line=line,
        serials=listed(expected),
    )


def not_there(order: Order, line: int, wrong: Sequence[str], expected: Iterable[str], field: str) -> Refusal:
    """Swapped or never sent: says where the first of them is, and what was expected."""
    place = order.serials.get(key(line, wrong[0]))
    return Refusal(
        "serial.not_there",
        "Line {line}: not here are {wrong} ({bucket}). Expected are: {serials}.",
        field=field,
        line=line,
        wrong=listed(wrong),
        bucket=place.bucket.replace("_", " ") if place is not None else "never sent",
        serials=listed(expected),
    )


def unsettled(serial: str, order: str, field: str) -> Refusal:
    """Nobody has decided yet whether the piece that came there is ours to keep."""
    return Refusal(
        "serial.surplus",
        "Serial {serial} is surplus of order {order}. Settle that there first.",
        field=field,
        serial=serial,
        order=order,
    )


def not_enough(line: Line, found: object, entered: object, field: str) -> Refusal:
    return Refusal(
        "serial.not_enough",
        "Line {line}: {found} pieces are there; you entered {entered}. Pieces with serial numbers go only "
        "from where they are.",
        field=field,
        line=line.line,
        found=found,
        entered=entered,
    )


def listed(names: Iterable[str]) -> str:
    """Serials in a sentence; of very many, the first."""
    every = list(names)
    more = f", … ({len(every)})" if len(every) > MOST_NAMED else ""
    return ", ".join(every[:MOST_NAMED]) + more or "–"


def moved(places: Mapping[str, Place], moves: Iterable[Move], at: datetime) -> Mapping[str, Place]:
    """Where the serials are after `moves`. Raises `Refusal` `pieces.moved_on` rather than find one twice, or
    take it from where it is not."""
    after = dict(places)
    for move in moves:
        for serial in move.serials:
            name = key(move.line, serial)
            place = after.pop(name, None)
            if (place.bucket if place is not None else None) is not move.source or (
                place is not None and place.lot != move.lot
            ):
                raise Refusal(
                    "pieces.moved_on",
                    "Serial {serial} of line {line} is not where it was. Look at the order again: it has moved on.",
                    line=move.line,
                    serial=serial,
                )
            if move.target is not None:
                boxed = move.target is Bucket.IN_TRANSIT_BACK
                after[name] = Place(
                    move.lot,
                    move.target,
                    at,
                    move.parcel if boxed else "",
                    move.output if move.target is Bucket.ACCEPTED else "",
                )
    return after


def here(order: Order, at: str, bucket: Bucket, *, parcel: str = "", output: str = "") -> tuple[str, ...]:
    """The serials of one line and lot in a bucket, or in a box or under a name in it."""
    line, lot = line_of(at), lot_of(at)
    return tuple(
        lot_of(name)
        for name, place in order.serials.items()
        if line_of(name) == line
        and (place.lot, place.bucket) == (lot, bucket)
        and parcel in ("", place.parcel)
        and output in ("", place.output)
    )


def of_line(order: Order, line: int, *buckets: Bucket) -> dict[str, Place]:
    """The serials of a line, in the sequence in which they came to where they are; in `buckets` only, if any."""
    return {
        lot_of(name): place
        for name, place in order.serials.items()
        if line_of(name) == line and (not buckets or place.bucket in buckets)
    }


def known(order: Order, line: Line, serial: str) -> Place | None:
    """Where the order has a piece of the line's part of this number, whichever line it is on."""
    for other in order.lines:
        if (other.part, other.by_serial) == (line.part, True):
            place = order.serials.get(key(other.line, serial))
            if place is not None:
                return place
    return None


def typed_in(command: object) -> Iterator[tuple[int, str]]:
    """Every serial a request names for a line, as typed."""
    for item in getattr(command, "lines", ()):
        number = getattr(item, "line", None)
        for each in getattr(item, "serials", ()):
            if number is not None:
                yield number, (each if isinstance(each, str) else each.serial).strip()
