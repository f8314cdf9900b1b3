"""In which other unit pieces were counted, and how much their lot gave or got back that is counted in another one, as
far as a link of the genealogy tells."""

from __future__ import annotations

from models.domain.order import Order
from models.domain.pieces import Took, key
from models.domain.records import Conversion
from models.domain.trace import Link, NodeKind, kind_of, name_of, work_of


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


def taken(order: Order, link: Link) -> Took | None:
    """What the lot at the other end gave for the pieces, or has again with them."""
    out = kind_of(link.target) is NodeKind.ORDER
    if link.how != "ship" if out else link.how != "return":
        return None
    lot, work = (link.source, link.target) if out else (link.target, link.source)
    at = work_of(work)
    known = order.withdrawn.get(key(at.line, at.lot)) if name_of(lot) == at.lot else None
    if known is None:
        return None
    # One link of several does not say which part of it was its.
    if link.quantity != (known.pieces - known.pieces_before if out else known.pieces_back):
        return None
    return Took(known.quantity - known.before if out else known.back, known.unit)
