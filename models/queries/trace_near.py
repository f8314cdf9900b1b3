"""What somebody may have meant who asked a trace for something that nothing is called: the names that have in them
what was typed.

Whatever else is called so is looked through for them, so it is done only once nothing is found.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, String, TextClause, case, cast, func, select
from sqlmodel import Session

from models.domain.errors import Unknown
from models.domain.identifiers import Kind
from models.queries.serial_stock import BOUGHT
from models.queries.trace_roots import FINDERS, LONGEST, Match, matches, seen
from models.tables.lot_documents import LotDocumentRow
from models.tables.lots import Lot
from models.tables.orders import DocumentRow, IdentifierRow, OrderRow
from models.tables.serials import SerialRow
from models.tables.shop_floor import ConsumptionRow, DispatchLineRow, DispatchRow, OutputRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder

MOST = 8
# A single letter is in nearly every name.
_SHORTEST = 2
# Of one kind so many names are looked at; some of them may not exist for who asks.
_LOOKED_AT = 40

_LOTS, _LOT_DOCUMENTS, _DOCUMENTS = table(Lot), table(LotDocumentRow), table(DocumentRow)
_IDENTIFIERS, _AT_WORK = table(IdentifierRow), table(SerialRow)
_OUTPUTS, _DISPATCHED, _CONSUMED = table(OutputRow), table(DispatchLineRow), table(ConsumptionRow)
_ORDERS = table(OrderRow)
_CONTROLLED = select(_ORDERS.c.number).where(_ORDERS.c.export_controlled.is_(True))
_NAMES: dict[str, tuple[ColumnElement[str], ...]] = {
    "lot": (_LOTS.c.number,),
    "work_order": (table(WorkOrder).c.number,),
    "order": (_ORDERS.c.number,),
    "dispatch": (table(DispatchRow).c.number,),
    "heat": (_LOTS.c.heat_number,),
    "supplier_lot": (_LOTS.c.supplier_lot,),
    "certificate": (_LOTS.c.certificate, _LOT_DOCUMENTS.c.number, _DOCUMENTS.c.number),
    "serial": (_AT_WORK.c.serial,),
}
# Parcels and what goes straight on are boxes, told apart once they are opened.
_OF_ORDERS = {"parcel": Kind.PARCEL, "transfer": Kind.PARCEL, "load": Kind.LOAD}
_SERIALS: tuple[tuple[ColumnElement[Any], list[ColumnElement[bool] | TextClause]], ...] = (
    (_LOTS.c.serials, [BOUGHT]),
    (_OUTPUTS.c.serials, [_OUTPUTS.c.reversed_at.is_(None)]),
    (_DISPATCHED.c.serials, []),
    (_CONSUMED.c.serials, []),
)


def named(session: Session, identifier: str, *, cleared: bool) -> list[Match]:
    """All that is called so, the most telling first; one is the answer. Raises `Unknown` for none, with what is
    called nearly so."""
    found = matches(session, identifier, cleared=cleared)
    if not found:
        unknown = Unknown(
            "trace.unknown",
            "Nothing is called {identifier}: no lot, heat, supplier lot, serial number, work order, order, parcel, "
            "transfer, load, dispatch or certificate. Check how it is written.",
            identifier=identifier[:LONGEST],
        )
        unknown.choices = tuple(match.choice for match in near(session, identifier, cleared=cleared))
        raise unknown
    return found


def near(session: Session, identifier: str, *, cleared: bool) -> list[Match]:
    """The few of those that exist for who asks which have it in their name, in whatever letters: first what begins
    with it, then what is shortest."""
    typed = unicodedata.normalize("NFKC", identifier).strip()[:LONGEST]
    kind, colon, value = typed.partition(":")
    of_kind = colon and kind.lower() in FINDERS
    part = (value.strip() if of_kind else typed).lower()
    if len(part) < _SHORTEST:
        return []
    kinds = [kind.lower()] if of_kind else list(FINDERS)
    found = [match for each in kinds for match in _near(session, each, part, cleared)]
    return sorted(found, key=lambda match: _rank(match.value, part))[:MOST]


def _rank(name: str, part: str) -> tuple[bool, int, str]:
    return not name.lower().startswith(part), len(name), name


def _near(session: Session, kind: str, part: str, cleared: bool) -> list[Match]:
    names = sorted(set(_written(session, kind, part, cleared)), key=lambda name: _rank(name, part))[
        :_LOOKED_AT
    ]
    found: list[Match] = []
    while names and len(found) < MOST:
        some, names = names[:MOST], names[MOST:]
        found += seen(session, FINDERS[kind](session, some), cleared)
    return found


def _written(session: Session, kind: str, part: str, cleared: bool) -> Iterator[str]:
    if kind in _OF_ORDERS:
        of_kind = _IDENTIFIERS.c.kind == _OF_ORDERS[kind].value
        # What a load is of only its order says.
        known = [] if cleared else [_IDENTIFIERS.c.order_number.not_in(_CONTROLLED)]
        yield from _having(session, _IDENTIFIERS.c.value, part, of_kind, *known)
    for column in _NAMES.get(kind, ()):
        yield from _having(session, column, part)
    if kind == "serial":
        for serials, live in _SERIALS:
            within = func.lower(cast(serials, String)).contains(part, autoescape=True)
            for some in session.scalars(select(serials).where(within, *live).limit(_LOOKED_AT)):
                yield from (serial for serial in some if part in serial.lower())


def _having(
    session: Session, column: ColumnElement[str], part: str, *which: ColumnElement[bool]
) -> Iterator[str]:
    small = func.lower(column)
    later = case((small.startswith(part, autoescape=True), 0), else_=1)
    query = select(column).where(small.contains(part, autoescape=True), *which).group_by(column)
    yield from session.scalars(query.order_by(later, func.length(column), column).limit(_LOOKED_AT))
