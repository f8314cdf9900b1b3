"""What arrived, compared with what was announced."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from models.domain.order import Order
from models.domain.pieces import Bucket, line_of, lot_of, total
from models.domain.quantities import ZERO
from models.domain.records import Parcel

Held = TypeVar("Held")


def short_in(order: Order, parcel: Parcel) -> Mapping[str, Decimal]:
    """Pieces that were announced in a parcel and not found in it when it was counted, by stock key; none
    while nobody has counted it. They stay on their way until they come or are declared lost; those of a notice
    that came after the parcel were never booked as sent, and are missing while the supplier still has such."""
    if parcel.said and not parcel.void:
        return _less_than_said(order, parcel)
    counted = any(
        parcel.parcel in (receipt.parcel, *receipt.parcels) for receipt in order.receipts if not receipt.void
    )
    return {at: left for at, left in parcel.contents.items() if left} if counted and not parcel.void else {}


def _less_than_said(order: Order, parcel: Parcel) -> Mapping[str, Decimal]:
    found: dict[str, Decimal] = {}
    for at, said in parcel.said.items():
        there = total(_of(order.stock, at), Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)
        short = min(said - sum(_of(parcel.packed, at).values(), ZERO), there)
        if short > 0:
            found[at] = short
    return found


def over_in(order: Order, parcel: Parcel, said: Mapping[str, Decimal]) -> Decimal:
    """Pieces that a notice claims were in a parcel, which were neither found in it nor are at the supplier."""
    over = ZERO
    for at, claimed in said.items():
        there = total(_of(order.stock, at), Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)
        over += max(ZERO, claimed - sum(_of(parcel.packed, at).values(), ZERO) - there)
    return over


def _of(places: Mapping[str, Held], at: str) -> Mapping[str, Held]:
    """What `places` holds at a stock key; of the whole line where no lot was named."""
    return {
        place: held
        for place, held in places.items()
        if line_of(place) == line_of(at) and lot_of(at) in ("", lot_of(place))
    }
