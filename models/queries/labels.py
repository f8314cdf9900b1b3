"""What stands on the label of a lot, an order or a parcel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from models import clearance
from models.codec import load_order
from models.domain.errors import Unknown
from models.domain.identifiers import Kind
from models.domain.pieces import line_of, lot_of
from models.queries import lot_holds, orders
from models.queries.lot_numbers import as_written
from models.queries.orders import Reader
from models.tables.lots import Lot
from models.tables.orders import EdgeRow, IdentifierRow
from models.tables.parts import Part
from models.tables.processes import Process
from models.tables.suppliers import Supplier
from models.tables.types import table

_PARTS, _LOTS, _EDGES, _IDENTIFIERS = table(Part), table(Lot), table(EdgeRow), table(IdentifierRow)


@dataclass(frozen=True, slots=True)
class Pieces:
    """So many of a part, of one lot where it is known."""

    part: str
    revision: str
    description: str
    quantity: Decimal
    unit: str
    lot: str = ""


@dataclass(frozen=True, slots=True)
class LotLabel:
    """`order` is the one its pieces came back from last, `supplier` who it was bought from; `held` says why
    they are not to be used, if so."""

    number: str
    pieces: Pieces
    gtin: str
    heats: tuple[str, ...]
    supplier: str
    supplier_lot: str
    order: str
    received_on: date | None
    held: str


@dataclass(frozen=True, slots=True)
class OrderLabel:
    number: str
    supplier: str
    process: str
    spec: str
    purchase_order: str
    need_by: date
    lines: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True)
class ParcelLabel:
    number: str
    order: str
    supplier: str
    process: str
    tracking: str
    contents: tuple[Pieces, ...]


def of_lot(session: Session, number: str, reader: Reader) -> LotLabel:
    """Raises `Unknown`, also for who may not know of the part."""
    lot = session.get(Lot, as_written(session, [number]).get(number, number))
    parts = _revisions(session, lot.part) if lot is not None else []
    hidden = any(part["export_controlled"] for part in parts) and not reader.cleared
    if hidden:
        clearance.barred("lot", number)
    if lot is None or hidden:
        raise Unknown("lot.unknown", "There is no lot {number}.", number=number)
    number = lot.number
    part = next((each for each in parts if each["revision"] == lot.part_revision), parts[-1] if parts else {})
    sources = [
        node.removeprefix("lot:")
        for node in lot_holds.above(session, f"lot:{number}")
        if node.startswith("lot:")
    ]
    heats = session.scalars(
        select(_LOTS.c.heat_number)
        .where(_LOTS.c.number.in_(sorted(sources)), _LOTS.c.heat_number.is_not(None))
        .distinct()
        .order_by(_LOTS.c.heat_number)
    )
    last = session.scalar(
        select(_EDGES.c.order_number)
        .where(_EDGES.c.to_node == f"lot:{number}", _EDGES.c.order_number.is_not(None))
        .order_by(_EDGES.c.id.desc())
        .limit(1)
    )
    held = lot_holds.stopped(session, [number], cleared=reader.cleared)
    return LotLabel(
        number=number,
        pieces=Pieces(
            lot.part,
            lot.part_revision or "",
            part.get("description", ""),
            lot.on_hand or lot.quantity,
            lot.uom,
            number,
        ),
        gtin=part.get("gtin") or "",
        heats=(lot.heat_number,) if lot.heat_number else tuple(heats),
        supplier=lot.supplier or "",
        supplier_lot=lot.supplier_lot or "",
        order=last or "",
        received_on=lot.received_on,
        held=held[number].reason if number in held else "",
    )


def _revisions(session: Session, part: str) -> list[Mapping[str, Any]]:
    query = select(_PARTS).where(_PARTS.c.number == part).order_by(_PARTS.c.revision)
    return [dict(row) for row in session.execute(query).mappings()]


def of_order(session: Session, number: str, reader: Reader) -> OrderLabel:
    """Of a draft, too. Raises `Unknown`."""
    order, view = orders.opened(session, number, reader)
    if order is not None:
        supplier, process = order.supplier_name, order.process_name
    else:
        known, step = session.get(Supplier, view["supplier"]), session.get(Process, view["process"])
        supplier = known.name if known is not None else view["supplier"]
        process = step.name if step is not None else view["process"]
    return OrderLabel(
        number=number,
        supplier=supplier,
        process=process,
        spec=" ".join(filter(None, [view["spec"], view["spec_revision"]])),
        purchase_order=view["purchase_order"],
        need_by=view["need_by"],
        lines=tuple(
            Pieces(
                line["part"] or "",
                line["part_revision"] or "",
                line["description"],
                line["ordered"],
                line["unit"] or "C62",
            )
            for line in view["lines"]
        ),
    )


def of_parcel(session: Session, parcel: str, reader: Reader) -> ParcelLabel:
    """Raises `Unknown`."""
    number = order_of_parcel(session, parcel)
    row = orders.stored(session, number, reader) if number is not None else None
    order = load_order(row.snapshot) if row is not None else None
    found = order.parcels.get(parcel) if order is not None else None
    if order is None or found is None or found.void:
        raise Unknown("parcel.unknown", "There is no parcel {number}.", number=parcel)
    lines = {line.line: line for line in order.lines}
    return ParcelLabel(
        number=parcel,
        order=order.number,
        supplier=order.supplier_name,
        process=order.process_name,
        tracking=" ".join(filter(None, [found.carrier, found.tracking])),
        contents=tuple(
            Pieces(
                lines[line_of(at)].part,
                lines[line_of(at)].part_revision,
                lines[line_of(at)].description,
                quantity,
                lines[line_of(at)].unit,
                "" if found.lot_unknown else lot_of(at),
            )
            for at, quantity in found.packed.items()
        ),
    )


def came_with(session: Session, order: str, event: int) -> list[str]:
    """The lots whose pieces came back with this event of the order."""
    query = (
        select(_EDGES.c.to_node)
        .where(
            _EDGES.c.order_number == order,
            _EDGES.c.event == event,
            _EDGES.c.to_node.like("lot:%"),
            _EDGES.c.quantity > 0,
        )
        .distinct()
        .order_by(_EDGES.c.to_node)
    )
    return [node.removeprefix("lot:") for node in session.scalars(query)]


def order_of_parcel(session: Session, parcel: str) -> str | None:
    """The order a parcel came back from."""
    found: str | None = session.scalar(
        select(_IDENTIFIERS.c.order_number)
        .where(_IDENTIFIERS.c.kind == Kind.PARCEL.value, _IDENTIFIERS.c.value == parcel)
        .order_by(_IDENTIFIERS.c.order_number)
        .limit(1)
    )
    return found
