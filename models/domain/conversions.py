"""In which other unit pieces were counted that came back from a supplier, as far as a link of the genealogy tells."""

from __future__ import annotations

from models.domain.order import Order
from models.domain.records import Conversion
from models.domain.trace import Link, NodeKind, kind_of, work_of


def conversions(order: Order, link: Link) -> tuple[Conversion, ...]:
    """Of the receipts that the link stands for, in their sequence; the same way of counting once."""
    if kind_of(link.source) is not NodeKind.ORDER:
        return ()
    work = work_of(link.source)
    found = {
        (each.counted_in, each.factor): each
        for receipt in order.receipts
        if not receipt.void
        and link.first <= receipt.sequence <= link.last
        and (not link.parcel or link.parcel in receipt.parcels)
        for each in receipt.conversions
        if each.line == work.line and each.lot in ("", work.lot)
    }
    return tuple(found.values())
