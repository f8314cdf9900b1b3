"""Taking pieces out of buckets in the agreed order, lot by lot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from models.domain.decisions.shares import returning
from models.domain.errors import Invalid
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, Move, key, line_of, lot_of
from models.domain.quantities import ZERO, quantity


@dataclass(frozen=True, slots=True)
class Taken:
    lot: str
    bucket: Bucket
    quantity: Decimal
    parcel: str = ""


@dataclass
class Shelf:
    """What is left to take while one command is decided; taking twice cannot take the same piece."""

    order: Order
    stock: dict[str, dict[Bucket, Decimal]] = field(init=False)
    contents: dict[str, dict[str, Decimal]] = field(init=False)

    def __post_init__(self) -> None:
        self.stock = {at: dict(pieces) for at, pieces in self.order.stock.items()}
        # Rejected pieces on their way back to the supplier for good are nobody's to take.
        for at, going in returning(self.order).items():
            self.stock[at][Bucket.IN_TRANSIT_OUT] -= going
        self.contents = {
            name: dict(parcel.contents) for name, parcel in self.order.parcels.items() if not parcel.void
        }

    def take(
        self,
        line: int,
        lot: str,
        wanted: Decimal,
        sources: Iterable[Bucket],
        *,
        parcel: str | None = None,
    ) -> list[Taken]:
        """At most `wanted` pieces from `sources` in order, of one lot or (none named) of all in send order.

        With `parcel` only what is in that box is taken out of transit.
        """
        found: list[Taken] = []
        for bucket in sources:
            for at in self._places(line, lot):
                if wanted <= 0:
                    return found
                if bucket is Bucket.IN_TRANSIT_BACK:
                    boxed = self._from_parcels(at, wanted, parcel)
                else:
                    boxed = self._from_bucket(at, bucket, wanted)
                found += boxed
                wanted -= sum((taken.quantity for taken in boxed), ZERO)
        return found

    def available(self, line: int, lot: str, *sources: Bucket) -> Decimal:
        return sum(
            (self.stock[at].get(bucket, ZERO) for at in self._places(line, lot) for bucket in sources), ZERO
        )

    def _places(self, line: int, lot: str) -> list[str]:
        if lot:
            return [key(line, lot)] if key(line, lot) in self.stock else []
        return [at for at in self.stock if line_of(at) == line]

    def _from_bucket(self, at: str, bucket: Bucket, wanted: Decimal) -> list[Taken]:
        some = min(wanted, self.stock[at].get(bucket, ZERO))
        if some <= 0:
            return []
        self.stock[at][bucket] -= some
        return [Taken(lot_of(at), bucket, some)]

    def _from_parcels(self, at: str, wanted: Decimal, parcel: str | None) -> list[Taken]:
        found = []
        for name, contents in self.contents.items():
            if parcel is not None and name != parcel:
                continue
            some = min(wanted, contents.get(at, ZERO))
            if some > 0:
                contents[at] -= some
                self.stock[at][Bucket.IN_TRANSIT_BACK] -= some
                wanted -= some
                found.append(Taken(lot_of(at), Bucket.IN_TRANSIT_BACK, some, name))
        return found


def moves(line: int, taken: Iterable[Taken], target: Bucket | None, *, parcel: str = "") -> tuple[Move, ...]:
    """`taken` goes to `target`, out of the box it was in or into `parcel`."""
    return tuple(
        Move(line, item.lot, item.quantity, item.bucket, target, item.parcel or parcel) for item in taken
    )


def the_line(order: Order, number: int, index: int) -> Line:
    """The order's line `number`; `index` is its place in the request, for the error."""
    line = order.line(number)
    if line is None:
        raise Invalid(
            "line.unknown",
            "Order {order} has no line {line}; it has {lines}.",
            field=f"lines.{index}.line",
            order=order.number,
            line=number,
            lines=", ".join(str(item.line) for item in order.lines),
        )
    return line


def the_lot(order: Order, line: Line, lot: str, index: int) -> str:
    """`lot` when some of it was sent on the line; the only lot when none is named; else ''."""
    known = [lot_of(at) for at in order.stock if line_of(at) == line.line]
    if lot and lot not in known:
        raise Invalid(
            "lot.not_on_line",
            "Lot {lot} was not sent on line {line}; sent were: {lots}.",
            field=f"lines.{index}.lot",
            lot=lot,
            line=line.line,
            lots=", ".join(known) or "none",
        )
    return known[0] if not lot and len(known) == 1 else lot


def counted(line: Line, value: Decimal, index: int, name: str = "quantity", *, zero: bool = False) -> Decimal:
    """A quantity of the line in its unit; more than nothing unless `zero`."""
    field = f"lines.{index}.{name}"
    result = quantity(value, field=field, unit=line.unit)
    if not zero and result == 0:
        raise Invalid("quantity.zero", "Enter more than zero.", field=field)
    return result


def some_lines(lines: tuple[object, ...]) -> None:
    if not lines:
        raise Invalid("lines.empty", "Name at least one line.", field="lines")
