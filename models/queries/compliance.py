"""What is proved of an order and of a lot: approval, specification, and where the metal was melted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Subquery, and_, bindparam, or_, select
from sqlmodel import Session

from models import clearance
from models.codec import load_order
from models.domain.errors import Unknown
from models.domain.melting import CLAUSES, Melted, melted, met, worst
from models.domain.order import Order
from models.domain.trace import work_of
from models.queries import controlled, lot_holds, master, orders, specifications
from models.queries.local_day import today_at
from models.queries.lot_numbers import as_written
from models.queries.orders import Reader
from models.tables.lots import Lot
from models.tables.orders import DraftLineRow, LineRow, OrderRow
from models.tables.parts import Part
from models.tables.suppliers import SupplierApproval
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder

View = dict[str, Any]
_LOTS, _PARTS, _OPERATIONS, _JOBS = table(Lot), table(Part), table(Operation), table(WorkOrder)
_ORDERS = table(OrderRow)
_LINES, _DRAFTED, _APPROVALS = table(LineRow), table(DraftLineRow), table(SupplierApproval)
_ISSUED = select(
    _LINES.c.line, _LINES.c.work_order, _LINES.c.operation, _LINES.c.part, _LINES.c.part_revision
).where(_LINES.c.order_number == bindparam("order"))
_DRAFT = (
    select(
        _DRAFTED.c.line,
        _DRAFTED.c.work_order,
        _DRAFTED.c.operation,
        _JOBS.c.part,
        _JOBS.c.revision.label("part_revision"),
    )
    .join(_JOBS, _JOBS.c.number == _DRAFTED.c.work_order)
    .where(_DRAFTED.c.order_number == bindparam("order"))
)
_APPROVED = and_(
    _APPROVALS.c.supplier == bindparam("supplier"),
    _APPROVALS.c.process == bindparam("process"),
    or_(_APPROVALS.c.spec == bindparam("spec"), _APPROVALS.c.spec == ""),
    _APPROVALS.c.valid_from <= bindparam("day"),
    or_(_APPROVALS.c.valid_to.is_(None), _APPROVALS.c.valid_to >= bindparam("day")),
)


def _proofs(line: Subquery) -> Select[Any]:
    return (
        select(
            line.c.line,
            line.c.part,
            _OPERATIONS.c.spec,
            _OPERATIONS.c.spec_revision,
            _PARTS.c.dfars,
            _APPROVALS.c.spec.label("approved_for"),
            *(_APPROVALS.c[name] for name in ("certificate", "valid_from", "valid_to")),
        )
        .select_from(line)
        .outerjoin(
            _OPERATIONS,
            and_(_OPERATIONS.c.work_order == line.c.work_order, _OPERATIONS.c.sequence == line.c.operation),
        )
        .outerjoin(_PARTS, and_(_PARTS.c.number == line.c.part, _PARTS.c.revision == line.c.part_revision))
        .outerjoin(_APPROVALS, _APPROVED)
        # One for the very specification comes first, a later one before an earlier.
        .order_by(line.c.line, _APPROVALS.c.spec.desc(), _APPROVALS.c.valid_from.desc())
    )


# Made once: to make it anew takes longer than to ask it.
_OF_ISSUED, _OF_DRAFT = _proofs(_ISSUED.subquery()), _proofs(_DRAFT.subquery())
# So many names fit into one question.
_MOST_ABOVE = 5_000
_BAD = {Melted.ELSEWHERE: "melted_elsewhere", Melted.UNKNOWN: "melt_unknown"}


def of_lot(session: Session, number: str, reader: Reader) -> View:
    """Raises `Unknown`, also for who may not know of the part."""
    lot = session.get(Lot, as_written(session, [number]).get(number, number))
    parts = master.revisions_of(session, lot.part) if lot is not None else []
    hidden = any(part.export_controlled for part in parts) and not reader.cleared
    if hidden:
        clearance.barred("lot", number)
    if lot is None or hidden:
        raise Unknown("lot.unknown", "There is no lot {number}.", number=number)
    number = lot.number
    asked = any(part.dfars for part in parts if lot.part_revision in (None, part.revision))
    return {
        "lot": number,
        "part": lot.part,
        "dfars": asked,
        "specifications": _ordered_to(session, number, reader),
        **_origin(session, number),
    }


def of_order(session: Session, number: str, reader: Reader, now: datetime) -> View:
    """`day` is the one the order was issued on in its plant, for a draft today there. Raises `Unknown`."""
    order, view = orders.opened(session, number, reader)
    return proved(session, view, order, now)


def proved(session: Session, view: View, order: Order | None, now: datetime) -> View:
    """The same for an order that was read before, None for a draft. `findings` names what is not as it should be;
    `specification` is the ordered revision beside that in force on the day it was ordered, null when the
    specification is not registered."""
    if order is not None:
        day = order.plant_calendar.local_date(order.issued_at)
    else:
        day = today_at(session, view["plant"], now)
    lines = _lines(session, view, day)
    # Nothing has to be proved of a draft that nothing is on yet.
    approval = _approval(lines[0]) if lines else None
    routings = [_routing(row, view) for row in lines]
    specification = _specification(session, view, order, day)
    lots = {line["line"]: [lot["lot"] for lot in line["lots"]] for line in view["lines"]}
    metals = [
        {"line": row.line, "part": row.part, "lot": lot, **_origin(session, lot)}
        for row in lines
        if row.dfars
        for lot in lots.get(row.line, ())
    ]
    findings = [
        *(("approval_missing",) if lines and approval is None else ()),
        *(("specification_differs",) if not all(each["same"] for each in routings) else ()),
        *(("specification_not_in_force",) if specification is not None and not specification["ok"] else ()),
        *dict.fromkeys(_BAD[each["melted"]] for each in metals if each["melted"] in _BAD),
    ]
    return {
        "order": view["number"],
        "day": day,
        "approval": approval,
        "spec": view["spec"],
        "spec_revision": view["spec_revision"],
        "specification": specification,
        "routings": routings,
        "specialty_metals": metals,
        "findings": findings,
    }


def _lines(session: Session, view: View, day: date) -> list[Any]:
    """Every line with its routing, what its part is under, and the best approval of the day, in one question:
    a page asks it of every order."""
    query = _OF_DRAFT if view["stage"] == "draft" else _OF_ISSUED
    asked = {
        "order": view["number"],
        "day": day,
        **{name: view[name] for name in ("supplier", "process", "spec")},
    }
    best: dict[int, Any] = {}
    for row in session.execute(query, asked):
        best.setdefault(row.line, row)
    return list(best.values())


def _approval(row: Any) -> View | None:
    if row.valid_from is None:
        return None
    return {
        "spec": row.approved_for,
        "certificate": row.certificate,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def _specification(session: Session, view: View, order: Order | None, day: date) -> View | None:
    spec = view["spec"]
    if order is not None:
        return _as_ordered(specifications.registered(session, {spec}), order)
    return specifications.judged(specifications.registered(session, {spec}), spec, view["spec_revision"], day)


def _as_ordered(register: specifications.Register, order: Order) -> View | None:
    """By the day on which the revision that holds was ordered, at issue or by a change."""
    day = order.plant_calendar.local_date(order.spec_ordered_at)
    return specifications.judged(register, order.spec, order.spec_revision, day)


def _ordered_to(session: Session, lot: str, reader: Reader) -> list[View]:
    """The specifications to which the lot, and what it was made of, was processed outside, order by order."""
    nodes = lot_holds.above(session, f"lot:{lot}")
    through = sorted({work_of(node).order for node in nodes if node.startswith("order:")})[:_MOST_ABOVE]
    query = select(_ORDERS.c.snapshot).where(
        _ORDERS.c.number.in_(lot_holds.visible(session, through, cleared=reader.cleared)),
        _ORDERS.c.snapshot.is_not(None),
    )
    found = [load_order(snapshot) for snapshot in session.scalars(query.order_by(_ORDERS.c.number))]
    register = specifications.registered(session, {order.spec for order in found})
    return [
        {
            "order": order.number,
            "process": order.process,
            "process_name": order.process_name,
            "spec": order.spec,
            "spec_revision": order.spec_revision,
            "specification": _as_ordered(register, order),
        }
        for order in found
        if order.spec
    ]


def _routing(row: Any, view: View) -> View:
    """Which revision the routing of a line asks for; one that names none takes what is ordered."""
    asked, ordered = (row.spec, row.spec_revision), (view["spec"], view["spec_revision"])
    same = all(not each or each == other for each, other in zip(asked, ordered, strict=True))
    return {
        "line": row.line,
        "spec": row.spec or "",
        "spec_revision": row.spec_revision or "",
        "same": same,
    }


def _origin(session: Session, lot: str) -> View:
    """The metal a lot was made of: lots with a heat or a country of melt, or whatever was bought."""
    above = {
        node.removeprefix("lot:") for node in lot_holds.above(session, f"lot:{lot}") if node[:4] == "lot:"
    }
    rows = [row for row in _known(session, above) if row.heat_number or row.country_of_melt or row.supplier]
    sources = [
        {
            "lot": row.number,
            "heat_number": row.heat_number,
            "country_of_melt": row.country_of_melt,
            "country_of_origin": row.country_of_origin,
            "melted": melted(row.country_of_melt),
        }
        for row in rows
    ]
    where = worst(source["melted"] for source in sources)
    return {
        "melted": where,
        "clauses": {clause: met(clause, where) for clause in CLAUSES},
        "sources": sources,
    }


def materials(session: Session, lot: str, reader: Reader, limit: int) -> list[View]:
    """The lots with a heat, or bought, that another lot was made of, at most `limit` of those the reader may know
    of, by number; of one that is such a lot itself, nothing."""
    above = {
        node.removeprefix("lot:") for node in lot_holds.above(session, f"lot:{lot}") if node[:4] == "lot:"
    }
    own = session.get_one(Lot, lot)
    if own.heat_number or own.supplier:
        return []
    query = (
        select(_LOTS.c.number, _LOTS.c.part, _LOTS.c.heat_number, _LOTS.c.supplier, _LOTS.c.supplier_lot)
        .where(
            _LOTS.c.number.in_(sorted(above - {lot})[:_MOST_ABOVE]),
            or_(_LOTS.c.heat_number.is_not(None), _LOTS.c.supplier.is_not(None)),
            *controlled.visible(Lot, cleared=reader.cleared),
        )
        .order_by(_LOTS.c.number)
        .limit(limit)
    )
    return [dict(row) for row in session.execute(query).mappings()]


def _known(session: Session, lots: Collection[str]) -> Iterable[Any]:
    return session.execute(select(_LOTS).where(_LOTS.c.number.in_(sorted(lots))).order_by(_LOTS.c.number))
