"""add-document: evidence, matched against the order the moment it comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from models.domain.commands import AddDocument
from models.domain.errors import Invalid, Refusal
from models.domain.events import DocumentAdded, Event
from models.domain.evidence import (
    DocumentType,
    LineFacts,
    LotFacts,
    Mismatch,
    OrderFacts,
    ParcelFacts,
    covers,
    match,
    unprinted,
)
from models.domain.facts import Asked, Facts
from models.domain.order import Document, Order
from models.domain.pieces import Bucket, held_in, line_of, lot_of, sent
from models.domain.quantities import ZERO


def add_document(
    order: Order, command: AddDocument, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    if command.line is not None and order.line(command.line) is None:
        raise Invalid("line.unknown", "This order has no line {line}.", field="line", line=command.line)
    older = _superseded(order, command)
    same = _same_certificate(order, command)
    if same is not None and same.document != (older.document if older else ""):
        raise Refusal(
            "document.exists",
            "{issuer} {number} revision {revision} is here already as {document}. A corrected one needs a newer "
            "revision and supersedes it.",
            field="number",
            issuer=command.printed.issuer,
            number=command.printed.number,
            revision=command.printed.revision or "-",
            document=same.document,
        )
    line = (
        command.line if command.line is not None else (order.lines[0].line if len(order.lines) == 1 else None)
    )
    mismatches = (
        *match(command.type, command.printed, order_facts(order), line),
        *(Mismatch(name, "", "to be printed") for name in unprinted(command.type, command.printed)),
    )
    lines = (line,) if line is not None else tuple(item.line for item in order.lines)
    after = replace(order, documents=_without(order, older))
    cured = older is not None and not mismatches
    return [
        DocumentAdded(
            document=f"{order.number}-D{len(order.documents) + 1}",
            type=command.type,
            printed=command.printed,
            sha256=command.sha256,
            size=command.size,
            media_type=command.media_type,
            filename=command.filename,
            lines=lines,
            mismatches=mismatches,
            supersedes=older.document if older else "",
            holds=tuple(sorted({*_accepted_lots(order, lines), *(older.holds if older else ())}))
            if mismatches
            else (),
            releases=tuple(lot for lot in older.holds if not _held_by_another(after, lot))
            if cured and older
            else (),
        )
    ]


def _superseded(order: Order, command: AddDocument) -> Document | None:
    if not command.supersedes:
        return None
    older = order.documents.get(command.supersedes)
    if older is None or not older.current:
        raise Invalid(
            "document.supersedes",
            "{document} is not a current document of this order.",
            field="supersedes",
            document=command.supersedes,
        )
    return older


def _same_certificate(order: Order, command: AddDocument) -> Document | None:
    """(issuer, number, revision) names a certificate once; without issuer and number nothing does."""
    printed = command.printed
    if not printed.issuer or not printed.number:
        return None
    wanted = (printed.issuer, printed.number, printed.revision or "")
    for document in order.documents.values():
        if (document.printed.issuer, document.printed.number, document.printed.revision or "") == wanted:
            return document
    return None


def _without(order: Order, older: Document | None) -> dict[str, Document]:
    return {name: item for name, item in order.documents.items() if older is None or name != older.document}


def _held_by_another(order: Order, lot: str) -> bool:
    return any(lot in document.holds for document in order.documents.values() if document.current)


def _accepted_lots(order: Order, lines: tuple[int, ...]) -> Iterator[str]:
    for at, pieces in order.stock.items():
        line = order.line(line_of(at))
        if line is not None and line.line in lines and held_in(pieces, Bucket.ACCEPTED) and lot_of(at):
            yield line.output_lot(lot_of(at))


def contradicted(order: Order, line: int) -> bool:
    """Whether a current document of the line contradicts the order."""
    return any(
        document.current and not document.matched and line in document.lines
        for document in order.documents.values()
    )


def missing_documents(order: Order) -> tuple[DocumentType, ...]:
    """Required types without a current, matching document."""
    good = [item.type for item in order.documents.values() if item.current and item.matched]
    return tuple(
        required
        for required in order.required_documents
        if not any(covers(required, offered) for offered in good)
    )


def order_facts(order: Order) -> OrderFacts:
    """The order's side of the comparison, as it stands now."""
    lots: list[LotFacts] = []
    for line in order.lines:
        heats = {planned.lot: planned.heat for planned in line.lots}
        quantities: dict[str, Decimal] = {planned.lot: planned.quantity for planned in line.lots}
        for at, pieces in order.stock.items():
            if line_of(at) == line.line and lot_of(at):
                quantities[lot_of(at)] = sent(pieces) or quantities.get(lot_of(at), ZERO)
        for lot, quantity in quantities.items():
            heat = (heats[lot],) if heats.get(lot) else ()
            lots.append(LotFacts(line.line, lot, heat, quantity or None))
            output = line.output_lot(lot)
            if output != lot:
                lots.append(LotFacts(line.line, output, heat, quantity or None))
    return OrderFacts(
        purchase_order=order.purchase_order or None,
        spec_revision=order.spec_revision or None,
        lines=tuple(LineFacts(line.line, line.part_revision or None) for line in order.lines),
        lots=tuple(lots),
        parcels=tuple(
            ParcelFacts(parcel.parcel, line_of(at), quantity, lot_of(at))
            for parcel in order.parcels.values()
            if not parcel.void
            for at, quantity in parcel.packed.items()
        ),
    )
