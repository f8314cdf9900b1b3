"""What an order's papers say about it: which are missing, which contradict it, what they are matched with."""

from __future__ import annotations

from decimal import Decimal

from models.domain.evidence import DocumentType, LineFacts, LotFacts, OrderFacts, ParcelFacts, covers
from models.domain.order import Order, Stage
from models.domain.pieces import Bucket, key, line_of, lot_of, sent, total
from models.domain.quantities import ZERO
from models.domain.transfers import TransferState


def contradicted(order: Order, line: int) -> bool:
    """Whether a current document of the line contradicts the order."""
    return any(
        document.current and not document.matched and line in document.lines
        for document in order.documents.values()
    )


def missing_documents(order: Order) -> tuple[DocumentType, ...]:
    """Required types without a current, matching document; none of an order of which nothing is kept."""
    if _nothing_kept(order):
        return ()
    good = [item.type for item in order.documents.values() if item.current and item.matched]
    return tuple(
        required
        for required in order.required_documents
        if not any(covers(required, offered) for offered in good)
    )


def papers_owed(order: Order) -> bool:
    """Whether the required documents are still to come. An order that is or was cancelled keeps, and pays
    for, what was accepted, so it keeps asking for their papers, and for no others."""
    return not _nothing_kept(order) if _called_off(order) else order.end is None


def _nothing_kept(order: Order) -> bool:
    return _called_off(order) and not total(order.stock, Bucket.ACCEPTED)


def _called_off(order: Order) -> bool:
    return order.end is Stage.CANCELLED or order.cancelling


def heats_brought(order: Order, line: int) -> dict[str, str]:
    """The heats of lots that came to the line straight from another order, by lot."""
    return {
        item.to_lot: item.heat
        for transfer in order.transfers.values()
        if transfer.target == order.number and transfer.state is TransferState.TAKEN
        for item in transfer.lines
        if item.to_line == line and item.heat
    }


def order_facts(order: Order) -> OrderFacts:
    """The order's side of the comparison, as it stands now."""
    lots: list[LotFacts] = []
    for line in order.lines:
        heats = {planned.lot: planned.heat for planned in line.lots} | heats_brought(order, line.line)
        quantities: dict[str, Decimal] = {planned.lot: planned.quantity for planned in line.lots}
        for at, pieces in order.stock.items():
            if line_of(at) == line.line and lot_of(at):
                quantities[lot_of(at)] = sent(pieces) or quantities.get(lot_of(at), ZERO)
        for lot, quantity in quantities.items():
            heat = (heats[lot],) if heats.get(lot) else ()
            lots.append(LotFacts(line.line, lot, heat, quantity or None))
            outputs = {line.output_lot(lot), *order.accepted_as.get(key(line.line, lot), {})}
            lots += [
                LotFacts(line.line, output, heat, quantity or None) for output in sorted(outputs - {lot, ""})
            ]
    return OrderFacts(
        purchase_order=order.purchase_order or None,
        spec_revision=order.spec_revision or None,
        lines=tuple(LineFacts(line.line, line.part_revision or None) for line in order.lines),
        lots=tuple(lots),
        parcels=tuple(
            ParcelFacts(
                parcel.parcel,
                line_of(at),
                quantity,
                # Drawn in send order because nobody said which lot: a paper that says it is right.
                "" if parcel.lot_unknown else lot_of(at),
                parcel.unprocessed,
            )
            for parcel in order.parcels.values()
            if not parcel.void
            for at, quantity in parcel.packed.items()
        ),
    )
