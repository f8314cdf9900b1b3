"""Holds of lots: what an order knows of one, and who may place and release it.

A hold covers the lot and everything made from it. Where it reaches is read from the genealogy
(`models.queries.lot_holds`); orders that hold such pieces are told by a command, like of any other
effect from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from models.domain.authority import Actor, Role
from models.domain.errors import Forbidden, Refusal
from models.domain.pieces import OUT, Bucket, Pieces, held_in, line_of, lot_of
from models.domain.reworking import again

if TYPE_CHECKING:
    from models.domain.order import Order

# Whoever finds that something is wrong stops it; only the design authority lets it go on.
MAY_HOLD = frozenset({Role.QUALITY, Role.DESIGN_AUTHORITY, Role.RECEIVING})
MAY_RELEASE = frozenset({Role.DESIGN_AUTHORITY})
# What an order still has of a lot; what was accepted is on our shelf, the rest has come to its end.
_HELD_IN = (*OUT, Bucket.PENDING, Bucket.REJECTED)
_THERE = (Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER)
# How a hold by a document says who placed it.
BY_DOCUMENT = "document:"


@dataclass(frozen=True, slots=True)
class LotHold:
    """A hold as an order was told of it: `lot` is on hold, `lots` are those of the order it covers.

    `supplier_told`: its supplier had such pieces, and was asked to stop.
    """

    hold: str
    lot: str
    lots: tuple[str, ...]
    reason: str
    since: datetime
    supplier_told: bool = False
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold as its row has it: `by` is a person's id, or the document that contradicted its order."""

    hold: str
    by: str
    reason: str

    @property
    def of_a_document(self) -> bool:
        return self.by.startswith(BY_DOCUMENT)


@dataclass(frozen=True, slots=True)
class HeldAbove:
    """A lot that is on hold, and another was made from; without its name to somebody who may not know of it."""

    lot: str
    reason: str


def check_hold(lot: str, holds: Iterable[OpenHold]) -> None:
    """Raises `Refusal` when somebody holds the lot already."""
    for hold in holds:
        if not hold.of_a_document:
            raise Refusal(
                "lot.already_held",
                "Lot {lot} is on hold already ({reason}).",
                lot=lot,
                reason=hold.reason,
            )


def to_release(
    lot: str,
    holds: Iterable[OpenHold],
    actor: Actor,
    *,
    above: HeldAbove | None = None,
    scrapped_of: str = "",
) -> OpenHold:
    """The hold that `actor` may release. `above`: it was made from another lot that is on hold; `scrapped_of`:
    the job of which quality decided that all it made is scrap, while some of the lot is elsewhere. Raises
    `Refusal` or `Forbidden`."""
    known = list(holds)
    if known and scrapped_of:
        raise Refusal(
            "lot.scrapped",
            "Quality decided to scrap what {job} made, and not all of lot {lot} is with the scrap: it stays on hold until "
            "quality decides, on the page of {job}, what becomes of the rest.",
            lot=lot,
            job=scrapped_of,
        )
    found = next((hold for hold in known if not hold.of_a_document), None)
    if found is None and known:
        raise Refusal(
            "lot.held_by_document",
            "Lot {lot} is on hold because a certificate contradicts its order. It is released when a "
            "certificate that matches supersedes it.",
            lot=lot,
        )
    if found is None:
        raise not_held(lot, above)
    if found.by == actor.id:
        raise Forbidden(
            "forbidden.same_person",
            "You placed this hold; somebody else of the design authority has to release it.",
        )
    return found


def not_held(lot: str, above: HeldAbove | None = None) -> Refusal:
    if above is not None and above.lot:
        return Refusal(
            "lot.not_held",
            "Lot {lot} is not on hold itself: it was made from lot {held}, which is. Release {held}.",
            lot=lot,
            held=above.lot,
        )
    if above is not None:
        return Refusal(
            "lot.not_held",
            "Lot {lot} is not on hold itself: it was made from another lot, which is. Ask who is cleared to know "
            "it to release that.",
            lot=lot,
        )
    return Refusal("lot.not_held", "Lot {lot} is not on hold.", lot=lot)


def held_here(order: Order, lots: Iterable[str]) -> bool:
    """Whether the order still has pieces of `lots` that a hold concerns."""
    return _any_in(order, lots, _HELD_IN) or any(
        pieces.get(Bucket.PENDING) or pieces.get(Bucket.REJECTED) or again(order, at)
        for at, pieces in _back_as(order, lots)
    )


def with_supplier(order: Order, lots: Iterable[str]) -> bool:
    """Whether the supplier has such pieces, or will have them."""
    return bool(there_of(order, lots))


def there_of(order: Order, lots: Iterable[str]) -> dict[str, Decimal]:
    """What of `lots` the supplier has or will have, by the line and lot it was sent as."""
    named = set(lots)
    found = {at: held_in(pieces, *_THERE) for at, pieces in order.stock.items() if lot_of(at) in named}
    for at, pieces in _back_as(order, named):
        found.setdefault(at, min(again(order, at), held_in(pieces, *_THERE)))
    return {at: quantity for at, quantity in found.items() if quantity}


def standing(order: Order) -> Iterator[LotHold]:
    """The holds that stand, of which the order still has pieces."""
    if order.end is not None:
        return
    for hold in order.lot_holds.values():
        if hold.released_at is None and held_here(order, hold.lots):
            yield hold


def _back_as(order: Order, lots: Iterable[str]) -> Iterator[tuple[str, Pieces]]:
    """The pieces that came back as one of `lots`, by the lot they were sent as. Of those out with the supplier
    only what went there again has that name."""
    named = set(lots)
    for at, pieces in order.stock.items():
        line = order.line(line_of(at))
        names = set(order.accepted_as.get(at, {}))
        if line is not None:
            names |= {line.output_lot(lot_of(at)), *line.waiting_as.get(lot_of(at), ())}
        if named & names - {"", lot_of(at)}:
            yield at, pieces


def _any_in(order: Order, lots: Iterable[str], buckets: tuple[Bucket, ...]) -> bool:
    named = set(lots)
    return any(
        pieces.get(bucket) for at, pieces in order.stock.items() if lot_of(at) in named for bucket in buckets
    )
