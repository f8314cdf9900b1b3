"""What a scanned or typed identifier is of: everything of exactly that name that the reader may know of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlmodel import Session

from models.domain import identifiers, labels
from models.domain.scanned import Scanned
from models.queries.lot_numbers import as_written
from models.queries.orders import Reader
from models.queries.serial_stock import serial_stock
from models.tables.lot_documents import LotDocumentRow
from models.tables.lots import Lot
from models.tables.orders import IdentifierRow, OrderRow, TransferRow
from models.tables.parts import Part
from models.tables.serials import SerialRow
from models.tables.shop_floor import DispatchRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_LOTS, _PARTS, _JOBS, _DISPATCHES = table(Lot), table(Part), table(WorkOrder), table(DispatchRow)
_LOT_DOCUMENTS, _SERIALS = table(LotDocumentRow), table(SerialRow)
_ORDERS, _IDENTIFIERS, _TRANSFERS = table(OrderRow), table(IdentifierRow), table(TransferRow)
# Apart from the parts that are looked for: else one that is controlled would hide them all.
_SAME_PARTS = _PARTS.alias()
# Nobody chooses from a longer list on a phone.
_MOST = 30


class What(StrEnum):
    """What the identifier is of."""

    LOT = "lot"
    SUPPLIER_LOT = "supplier_lot"
    HEAT = "heat"
    PART = "part"
    ORDER = "order"
    PARCEL = "parcel"
    TRANSFER = "transfer"
    SERIAL = "serial"
    TRACKING = "tracking"
    PACKING_SLIP = "packing_slip"
    SUPPLIER_ORDER = "supplier_order"
    PURCHASE_ORDER = "purchase_order"
    WORK_ORDER = "work_order"
    DISPATCH = "dispatch"
    CERTIFICATE = "certificate"
    DOCUMENT = "document"


# What an order is known by that stands on paper or on a box; all of it leads to the order.
_OF_ORDERS = tuple(
    identifiers.Kind(what.value)
    for what in (
        What.ORDER,
        What.PARCEL,
        What.SERIAL,
        What.TRACKING,
        What.PACKING_SLIP,
        What.SUPPLIER_ORDER,
        What.PURCHASE_ORDER,
        What.DOCUMENT,
    )
)


@dataclass(frozen=True, slots=True)
class Match:
    """`value` is what was found, `number` the lot, order, job, dispatch or part (with its revision) it is
    of, `about` what tells it from others."""

    what: What
    value: str
    number: str
    about: str = ""
    revision: str = ""


def found(session: Session, scanned: Scanned, reader: Reader) -> Sequence[Match]:
    """The most telling first; empty when nothing has this name."""
    if scanned.subject is not None:
        name, kind = scanned.subject.number, scanned.subject.kind
        if kind is labels.Kind.LOT:
            return list(_lots(session, What.LOT, tuple(as_written(session, [name]).values()), reader))
        wanted = What.ORDER if kind is labels.Kind.ORDER else What.PARCEL
        return [match for match in _orders(session, name, reader) if match.what is wanted]
    if scanned.gtin or scanned.lot:
        return list(_of_trade(session, scanned, reader))
    return list(_named(session, scanned.text, reader))


def _named(session: Session, text: str, reader: Reader) -> Iterator[Match]:
    # Phones begin words with a capital, and lots are typed without.
    names = tuple(dict.fromkeys((text, text.upper(), text.lower())))
    yield from _lots(session, What.LOT, tuple(as_written(session, [text]).values()), reader)
    for what in (What.SUPPLIER_LOT, What.HEAT, What.CERTIFICATE):
        yield from _lots(session, what, names, reader)
    yield from _by_paper(session, names, reader)
    transfers = list(_transfers(session, names, reader))
    yield from transfers
    if not transfers:
        yield from _orders(session, text, reader)
    for job in session.execute(
        select(_JOBS.c.number, _JOBS.c.part, _JOBS.c.revision)
        .where(_JOBS.c.number.in_(names), _may_know(_JOBS.c.part, reader))
        .limit(_MOST)
    ):
        yield Match(What.WORK_ORDER, job.number, job.number, f"{job.part} {job.revision}")
    dispatches = select(_DISPATCHES.c.number, _DISPATCHES.c.customer).where(_DISPATCHES.c.number.in_(names))
    if not reader.cleared:
        dispatches = dispatches.where(_DISPATCHES.c.export_controlled.is_(False))
    for dispatch in session.execute(dispatches.limit(_MOST)):
        yield Match(What.DISPATCH, dispatch.number, dispatch.number, dispatch.customer)


def _lots(session: Session, what: What, names: Sequence[str], reader: Reader) -> Iterator[Match]:
    column = {
        What.LOT: _LOTS.c.number,
        What.SUPPLIER_LOT: _LOTS.c.supplier_lot,
        What.HEAT: _LOTS.c.heat_number,
        What.CERTIFICATE: _LOTS.c.certificate,
    }[what]
    yield from _these_lots(session, what, column, column.in_(names), reader)


def _by_paper(session: Session, names: Sequence[str], reader: Reader) -> Iterator[Match]:
    """Lots whose certificate is kept as a file and was not written down with the lot itself."""
    query = (
        select(_LOT_DOCUMENTS.c.number.label("value"), _LOTS.c.number, _LOTS.c.part, _LOTS.c.part_revision)
        .join(_LOTS, _LOTS.c.number == _LOT_DOCUMENTS.c.lot)
        .where(
            _LOT_DOCUMENTS.c.number.in_(names),
            _LOTS.c.certificate.is_distinct_from(_LOT_DOCUMENTS.c.number),
            _may_know(_LOTS.c.part, reader),
        )
        .distinct()
        .order_by(_LOTS.c.number)
        .limit(_MOST)
    )
    for row in session.execute(query):
        about = " ".join(filter(None, [row.part, row.part_revision]))
        yield Match(What.CERTIFICATE, row.value, row.number, about)


def _these_lots(
    session: Session, what: What, value: ColumnElement[str], where: ColumnElement[bool], reader: Reader
) -> Iterator[Match]:
    rows = session.execute(
        select(_LOTS.c.number, value.label("value"), _LOTS.c.part, _LOTS.c.part_revision)
        .where(where, _may_know(_LOTS.c.part, reader))
        .order_by(_LOTS.c.created_at.desc(), _LOTS.c.number)
        .limit(_MOST)
    )
    for row in rows:
        about = " ".join(filter(None, [row.part, row.part_revision]))
        yield Match(what, row.value, row.number, about)


def _of_trade(session: Session, scanned: Scanned, reader: Reader) -> Iterator[Match]:
    """By a GS1 symbol: where a piece of that part is, or a lot of it by our number or the supplier's, else the part."""
    parts = list(
        session.execute(
            select(_PARTS.c.number, _PARTS.c.revision, _PARTS.c.description)
            .where(_PARTS.c.gtin == scanned.gtin, _may_know(_PARTS.c.number, reader))
            .order_by(_PARTS.c.number, _PARTS.c.revision)
            .limit(_MOST)
        )
    )
    if scanned.serial and (pieces := list(_pieces(session, scanned.serial, parts, reader))):
        yield from pieces
        return
    if scanned.lot:
        named = or_(
            func.lower(_LOTS.c.number) == func.lower(scanned.lot), _LOTS.c.supplier_lot == scanned.lot
        )
        # A supplier's own GTIN need not be in our books: its lot alone says enough then.
        where = and_(named, _LOTS.c.part.in_([part.number for part in parts])) if parts else named
        yield from _these_lots(session, What.LOT, _LOTS.c.number, where, reader)
        return
    for part in parts:
        yield Match(What.PART, scanned.gtin, part.number, part.description, part.revision)


def _pieces(session: Session, serial: str, parts: Sequence[Any], reader: Reader) -> Iterator[Match]:
    """The orders that have or had the piece, the latest first; of one that was on none, the lot it began in."""
    numbers = {part.number for part in parts}
    query = (
        select(_ORDERS.c.number, _ORDERS.c.supplier)
        .join(_SERIALS, _SERIALS.c.order_number == _ORDERS.c.number)
        .where(_SERIALS.c.serial == serial, _SERIALS.c.part.in_(numbers))
        .group_by(_ORDERS.c.number, _ORDERS.c.supplier)
        .order_by(_ORDERS.c.number.desc())
        .limit(_MOST)
    )
    if not reader.cleared:
        query = query.where(_ORDERS.c.export_controlled.is_(False))
    orders = session.execute(query).all()
    for order in orders:
        yield Match(What.SERIAL, serial, order.number, order.supplier)
    if orders or not numbers:
        return
    stock = serial_stock(session, [], [(number, serial) for number in sorted(numbers)])
    lots = {where.lot for (_, name), where in stock.pieces.items() if name == serial and where.lot}
    yield from _these_lots(session, What.LOT, _LOTS.c.number, _LOTS.c.number.in_(sorted(lots)), reader)


def _orders(session: Session, text: str, reader: Reader) -> Iterator[Match]:
    """Orders that have all of the text as one of their identifiers."""
    words = identifiers.words(text)
    if not words:
        return
    query = (
        select(_IDENTIFIERS.c.kind, _IDENTIFIERS.c.value, _ORDERS.c.number, _ORDERS.c.supplier)
        .join(_ORDERS, _ORDERS.c.number == _IDENTIFIERS.c.order_number)
        .where(_IDENTIFIERS.c.word == words[0], _IDENTIFIERS.c.kind.in_([kind.value for kind in _OF_ORDERS]))
        .order_by(_ORDERS.c.number.desc())
        .limit(_MOST)
    )
    if not reader.cleared:
        query = query.where(_ORDERS.c.export_controlled.is_(False))
    rows = [row for row in session.execute(query) if identifiers.words(row.value) == words]
    telling = {kind.value: place for place, kind in enumerate(_OF_ORDERS)}
    seen: set[str] = set()
    boxes: set[str] = set()
    for row in sorted(rows, key=lambda row: telling[row.kind]):
        # A box of an order that was split is with the one that went on, whose number is the later one.
        if row.number not in seen and row.value not in boxes:
            seen.add(row.number)
            boxes |= {row.value} if row.kind == What.PARCEL.value else set()
            yield Match(What(row.kind), row.value, row.number, row.supplier)


def _transfers(session: Session, names: Sequence[str], reader: Reader) -> Iterator[Match]:
    """What goes straight from one order to the next is looked at there."""
    query = (
        select(_TRANSFERS.c.id, _TRANSFERS.c.source, _TRANSFERS.c.target)
        .join(_ORDERS, _ORDERS.c.number == _TRANSFERS.c.target)
        .where(_TRANSFERS.c.id.in_(names), _TRANSFERS.c.order_number == _TRANSFERS.c.target)
    )
    if not reader.cleared:
        query = query.where(_ORDERS.c.export_controlled.is_(False))
    for row in session.execute(query):
        yield Match(What.TRANSFER, row.id, row.target, row.source)


def _may_know(part: ColumnElement[str], reader: Reader) -> ColumnElement[bool]:
    """Nothing of a part that is export-controlled is found by who is not cleared."""
    controlled = exists().where(_SAME_PARTS.c.number == part, _SAME_PARTS.c.export_controlled.is_(True))
    return part.is_not(None) if reader.cleared else ~controlled
