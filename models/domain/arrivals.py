"""What arrived, compared with what was announced."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from models.domain.order import Order
from models.domain.records import Parcel


def short_in(order: Order, parcel: Parcel) -> Mapping[str, Decimal]:
    """Pieces that were announced in a parcel and not found in it when it was counted, by stock key; none
    while nobody has counted it. They stay on their way until they come or are declared lost."""
    counted = any(
        parcel.parcel in (receipt.parcel, *receipt.parcels) for receipt in order.receipts if not receipt.void
    )
    return {at: left for at, left in parcel.contents.items() if left} if counted and not parcel.void else {}
