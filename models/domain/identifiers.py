"""Everything an order is known by, as people type it: its own number, its lots, its parcels, its papers.

A word is looked for in the form `words` gives it, so that neither capitals nor the full-width letters of
a Chinese keyboard keep anybody from finding what they hold in their hands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from models.domain.facts import Draft
from models.domain.order import Line, Order
from models.domain.pieces import line_of, lot_of

# A longer word is told apart by its beginning; an index takes no text of any length.
LONGEST_WORD = 100


class Kind(StrEnum):
    """What an identifier is of, the most telling first: what a word is said to be where it is several."""

    ORDER = "order"
    PURCHASE_ORDER = "purchase_order"
    SUPPLIER_NAME = "supplier_name"
    SUPPLIER = "supplier"
    WORK_ORDER = "work_order"
    PART = "part"
    LOT = "lot"
    SERIAL = "serial"
    HEAT = "heat"
    SUPPLIER_LOT = "supplier_lot"
    SUPPLIER_ORDER = "supplier_order"
    LOAD = "load"
    PARCEL = "parcel"
    TRACKING = "tracking"
    PACKING_SLIP = "packing_slip"
    RECEIPT = "receipt"
    INSPECTION = "inspection"
    NONCONFORMANCE = "nonconformance"
    CERTIFICATE = "certificate"
    DOCUMENT = "document"
    DOCUMENT_LOT = "document_lot"
    FILE = "file"
    CUSTOMER_ORDER = "customer_order"
    CUSTOMER = "customer"
    PROJECT = "project"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One word of what is written somewhere; `value` is all of it, as it was typed."""

    kind: Kind
    value: str
    word: str


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: without capitals, without full-width forms, each once."""
    plain = "".join(each if each.isprintable() else " " for each in unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in plain.casefold().split()))


def of_order(order: Order) -> list[Identifier]:
    """What an issued order is found by."""
    return _each_word(_of_order(order))


def of_draft(draft: Draft) -> list[Identifier]:
    """What a draft is found by: the same order has all of it once it is issued."""
    return _each_word(_of_draft(draft))


def _each_word(named: Iterable[tuple[Kind, str]]) -> list[Identifier]:
    """A word of several values of one kind is kept with the first of them."""
    found: dict[tuple[Kind, str], Identifier] = {}
    for kind, value in named:
        for word in words(value):
            found.setdefault((kind, word), Identifier(kind, value, word))
    return list(found.values())


def _of_draft(draft: Draft) -> Iterator[tuple[Kind, str]]:
    yield Kind.ORDER, draft.number
    yield Kind.PURCHASE_ORDER, draft.purchase_order
    yield Kind.SUPPLIER, draft.supplier
    for line in draft.lines:
        yield Kind.WORK_ORDER, line.work_order
        for lot, _ in line.lots:
            yield Kind.LOT, lot


def _of_order(order: Order) -> Iterator[tuple[Kind, str]]:
    yield Kind.ORDER, order.number
    yield Kind.PURCHASE_ORDER, order.purchase_order
    yield Kind.SUPPLIER, order.supplier
    yield Kind.SUPPLIER_NAME, order.supplier_name
    yield Kind.SUPPLIER_ORDER, order.supplier_order
    for line in order.lines:
        yield from _of_line(order, line)
    for tracking in order.sent_under:
        yield Kind.TRACKING, tracking
    for parcel in order.parcels.values():
        yield Kind.PARCEL, parcel.parcel
        yield Kind.TRACKING, parcel.tracking
    for transfer in order.transfers.values():
        yield Kind.PARCEL, transfer.transfer
        yield Kind.TRACKING, transfer.tracking
    for receipt in order.receipts:
        yield Kind.RECEIPT, receipt.receipt
        yield Kind.PACKING_SLIP, receipt.packing_slip
    for inspection in order.inspections:
        yield Kind.INSPECTION, inspection
    for nonconformance in order.nonconformances:
        yield Kind.NONCONFORMANCE, nonconformance
    yield from _of_documents(order)


def _of_line(order: Order, line: Line) -> Iterator[tuple[Kind, str]]:
    yield Kind.WORK_ORDER, line.work_order
    yield Kind.PART, line.part
    for planned in line.lots:
        yield Kind.LOT, planned.lot
        yield Kind.HEAT, planned.heat
    for at in order.stock:
        if line_of(at) == line.line:
            yield Kind.LOT, lot_of(at)
    for lot in line.output_lots.values():
        yield Kind.LOT, lot
    for at, names in order.accepted_as.items():
        if line_of(at) == line.line:
            yield from ((Kind.LOT, lot) for lot in names)
    for name in order.serials:
        if line_of(name) == line.line:
            yield Kind.SERIAL, lot_of(name)
    for load in line.loads:
        yield Kind.LOAD, load.load


def _of_documents(order: Order) -> Iterator[tuple[Kind, str]]:
    for document in order.documents.values():
        printed = document.printed
        yield Kind.DOCUMENT, printed.number or ""
        yield Kind.DOCUMENT, document.document
        yield Kind.DOCUMENT_LOT, printed.lot or ""
        yield Kind.HEAT, printed.heat or ""
        yield Kind.FILE, document.filename
