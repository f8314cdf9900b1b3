"""Taking pieces out of buckets in the agreed order, lot by lot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from models.domain import serials as known
from models.domain.decisions.shares import returning, returning_serials
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, Move, key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.serials import Named, Place
from models.domain.transfers import offered, offered_serials

# Of a draw that no request names serials for.
NOBODY = Named()


@dataclass(frozen=True, slots=True)
class Taken:
    """Pieces of one lot out of one bucket: the box they were in, or the lot they were accepted as; with
    their serial numbers, if they have any."""

    line: int
    lot: str
    bucket: Bucket
    quantity: Decimal
    parcel: str = ""
    output: str = ""
    serials: tuple[str, ...] = ()

    def cut(self, some: Decimal) -> tuple[Taken, Taken]:
        """The first `some` of them, and the others."""
        first = int(some) if self.serials else 0
        return (
            replace(self, quantity=some, serials=self.serials[:first]),
            replace(self, quantity=self.quantity - some, serials=self.serials[first:]),
        )

    def to(
        self,
        target: Bucket | None,
        quantity: Decimal | None = None,
        *,
        parcel: str = "",
        line: Line | None = None,
    ) -> Move:
        """All of them, or `quantity`, go to `target`, out of the box they were in or into `parcel`.

        What becomes accepted takes the name that `line` gives its output.
        """
        output = self.output
        if target is Bucket.ACCEPTED:
            assert line is not None, "accepted pieces need a name"
            output = line.output_lot(self.lot)
        some = self.quantity if quantity is None else quantity
        serials = self.serials if quantity is None else self.cut(some)[0].serials
        return Move(self.line, self.lot, some, self.bucket, target, self.parcel or parcel, output, serials)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one draw found. `lot_unknown`: nobody named the lot, and several had pieces there."""

    parts: tuple[Taken, ...] = ()
    lot_unknown: bool = False

    @property
    def quantity(self) -> Decimal:
        return sum((part.quantity for part in self.parts), ZERO)

    def by_place(self) -> dict[str, Decimal]:
        """How many were found of each line and lot, by stock key."""
        found: dict[str, Decimal] = {}
        for part in self.parts:
            at = key(part.line, part.lot)
            found[at] = found.get(at, ZERO) + part.quantity
        return found

    def to(self, target: Bucket | None, *, parcel: str = "", line: Line | None = None) -> list[Move]:
        return [part.to(target, parcel=parcel, line=line) for part in self.parts]


@dataclass
class Shelf:
    """What is left to take while one command is decided; taking twice cannot take the same piece."""

    order: Order
    stock: dict[str, dict[Bucket, Decimal]] = field(init=False)
    contents: dict[str, dict[str, Decimal]] = field(init=False)
    accepted_as: dict[str, dict[str, Decimal]] = field(init=False)
    # Of the lines whose parts have serial numbers: those left to take, by `key(line, serial)`.
    serials: dict[str, Place] = field(init=False)

    def __post_init__(self) -> None:
        self.stock = {at: dict(pieces) for at, pieces in self.order.stock.items()}
        # Rejected pieces on their way back to the supplier for good are nobody's to take.
        for at, going in returning(self.order).items():
            self.stock[at][Bucket.IN_TRANSIT_OUT] -= going
        # Nor are those that wait for the next order to take them.
        for at, waiting in offered(self.order).items():
            self.stock[at][Bucket.AT_SUPPLIER] -= waiting
        self.contents = {
            name: dict(parcel.contents) for name, parcel in self.order.parcels.items() if not parcel.void
        }
        self.accepted_as = {at: dict(names) for at, names in self.order.accepted_as.items()}
        nobodys = (
            returning_serials(self.order) | offered_serials(self.order) if self.order.serials else frozenset()
        )
        self.serials = {name: place for name, place in self.order.serials.items() if name not in nobodys}
        self._by_serial = {line.line for line in self.order.lines if line.by_serial}

    def take(
        self,
        line: int,
        lot: str,
        wanted: Decimal,
        sources: Sequence[Bucket],
        *,
        parcel: str = "",
        output: str = "",
        serials: Named = NOBODY,
        only: bool = True,
    ) -> Drawn:
        """At most `wanted` pieces from `sources` in order, of one lot or (none named) of all in send order.

        With `parcel` only what is in that box is taken out of transit, with `output` only accepted
        pieces of that name. Of a line with serial numbers those of `serials` are taken, all that are there
        when none are named; with `only`, one that is not there is refused.
        """
        if line in self._by_serial:
            named = self._named(line, lot, sources, parcel, output)
            return self._take_named(line, wanted, named, serials, only)
        places = self._places(line, lot)
        there = [at for at in places if any(self._held(at, bucket, parcel, output) for bucket in sources)]
        found: list[Taken] = []
        for bucket in sources:
            for at in there:
                for kept_as, held in list(self._kept(at, bucket, parcel, output)):
                    some = min(wanted, held)
                    if some > 0:
                        found.append(self._taken(at, bucket, some, kept_as))
                        wanted -= some
        return Drawn(tuple(found), lot_unknown=bool(found) and not lot and len(there) > 1)

    def _named(
        self, line: int, lot: str, sources: Sequence[Bucket], parcel: str, output: str
    ) -> dict[str, Place]:
        """The serials in `sources`, in the order in which pieces are taken."""
        return {
            name: place
            for bucket in sources
            for name, place in self.serials.items()
            if line_of(name) == line
            and place.bucket is bucket
            and lot in ("", place.lot)
            and (bucket is not Bucket.IN_TRANSIT_BACK or parcel in ("", place.parcel))
            and (bucket is not Bucket.ACCEPTED or output in ("", place.output))
        }

    def _take_named(
        self, line: int, wanted: Decimal, there: dict[str, Place], serials: Named, only: bool
    ) -> Drawn:
        expected = [lot_of(name) for name in there]
        names = expected
        if serials.names:
            wrong = [serial for serial in serials.names if key(line, serial) not in there]
            if wrong and only:
                raise known.not_there(self.order, line, wrong, expected, serials.field)
            names = [serial for serial in expected if serial in serials.names][: int(wanted)]
        elif not wanted:
            names = []
        elif wanted < len(there):
            raise known.missing(line, expected, serials.field)
        found: dict[tuple[Bucket, str, str], list[str]] = {}
        for serial in names:
            place = self.serials.pop(key(line, serial))
            kept_as = place.parcel if place.bucket is Bucket.IN_TRANSIT_BACK else place.output
            found.setdefault((place.bucket, place.lot, kept_as), []).append(serial)
        return Drawn(
            tuple(
                replace(self._taken(key(line, lot), bucket, Decimal(len(some)), kept_as), serials=tuple(some))
                for (bucket, lot, kept_as), some in found.items()
            )
        )

    def available(self, line: int, lot: str, *sources: Bucket, output: str = "") -> Decimal:
        return sum(
            (self._held(at, bucket, "", output) for at in self._places(line, lot) for bucket in sources), ZERO
        )

    def _places(self, line: int, lot: str) -> list[str]:
        if lot:
            return [key(line, lot)] if key(line, lot) in self.stock else []
        return [at for at in self.stock if line_of(at) == line]

    def _held(self, at: str, bucket: Bucket, parcel: str, output: str) -> Decimal:
        return sum((held for _, held in self._kept(at, bucket, parcel, output)), ZERO)

    def _kept(self, at: str, bucket: Bucket, parcel: str, output: str) -> Iterator[tuple[str, Decimal]]:
        """A bucket's pieces by the box or the name they are kept under, where they are kept so."""
        if bucket is Bucket.IN_TRANSIT_BACK:
            yield from (
                (box, held.get(at, ZERO)) for box, held in self.contents.items() if parcel in ("", box)
            )
        elif bucket is Bucket.ACCEPTED:
            names = self.accepted_as.get(at, {}).items()
            yield from ((name, held) for name, held in names if output in ("", name))
        else:
            yield "", self.stock[at].get(bucket, ZERO)

    def _taken(self, at: str, bucket: Bucket, some: Decimal, kept_as: str) -> Taken:
        self.stock[at][bucket] -= some
        box = output = ""
        if bucket is Bucket.IN_TRANSIT_BACK:
            box = kept_as
            self.contents[box][at] -= some
        elif bucket is Bucket.ACCEPTED:
            output = kept_as
            self.accepted_as[at][output] -= some
        return Taken(line_of(at), lot_of(at), bucket, some, box, output)
