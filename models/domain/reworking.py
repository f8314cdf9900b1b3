"""Pieces out with the supplier that are not raw: rejects that went out again, to be reworked or for good."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from models.domain.pieces import OUT, Bucket, held_in, line_of
from models.domain.quantities import ZERO
from models.domain.records import Nonconformance, Share

if TYPE_CHECKING:
    from models.domain.order import Order

_THERE = (Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER)


def again(order: Order, at: str) -> Decimal:
    """Pieces that went out again, by stock key, wherever they are out."""
    return _share(order, at, Share.REWORKING) + _share(order, at, Share.RETURNING)


def out_again(order: Order, at: str) -> Decimal:
    """Those of them that the supplier works on again, or did."""
    return _share(order, at, Share.REWORKING)


def reworked_there(order: Order, at: str) -> Decimal:
    """Those with the supplier or on the way there that it is to work on again."""
    shipped = sum(
        (parcel.contents.get(at, ZERO) for parcel in order.parcels.values() if parcel.nonconformance), ZERO
    )
    there = held_in(order.stock.get(at, {}), *_THERE) - _share(order, at, Share.RETURNING)
    return max(ZERO, min(_share(order, at, Share.REWORKING) - shipped, there))


def reworked_of(order: Order, item: Nonconformance, at: str) -> Decimal:
    """Those of one nonconformance."""
    shipped = sum(
        (
            parcel.contents.get(at, ZERO)
            for parcel in order.parcels.values()
            if parcel.nonconformance == item.nonconformance
        ),
        ZERO,
    )
    mine = item.shares.get(at, {}).get(Share.REWORKING, ZERO) - shipped
    return max(ZERO, min(mine, reworked_there(order, at)))


def raw_there(order: Order, at: str) -> Decimal:
    """Those with the supplier or on the way there for the first time."""
    there = held_in(order.stock.get(at, {}), *_THERE)
    return there - _share(order, at, Share.RETURNING) - reworked_there(order, at)


def first_out(order: Order, line: int | None = None) -> Decimal:
    """Pieces that are out for the first time, on one line or on all."""
    return sum(
        (
            held_in(pieces, *OUT) - again(order, at)
            for at, pieces in order.stock.items()
            if line is None or line_of(at) == line
        ),
        ZERO,
    )


def _share(order: Order, at: str, share: Share) -> Decimal:
    return sum((item.shares.get(at, {}).get(share, ZERO) for item in order.nonconformances.values()), ZERO)
