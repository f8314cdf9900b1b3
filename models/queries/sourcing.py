"""What can be ordered outside: operations without an order, who may do them, which lots there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session

from models.domain.changes import AddedLine
from models.domain.covering import Covered
from models.domain.order import Order
from models.queries import covering
from models.queries.orders import Reader
from models.tables.lots import Lot
from models.tables.parts import Part
from models.tables.processes import Process
from models.tables.suppliers import Supplier, SupplierApproval
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder

_OPERATIONS = table(Operation)
_JOBS = table(WorkOrder)
_PARTS = table(Part)
_PROCESSES = table(Process)
_LOTS = table(Lot)
_SUPPLIERS = table(Supplier)
_APPROVALS = table(SupplierApproval)
_MOST_LOTS = 40
_MOST_ADDED = 200


@dataclass(frozen=True, slots=True)
class Outside:
    """An outside operation of a work order, and what orders cover of it already, drafts among them."""

    work_order: str
    operation: int
    part: str
    part_revision: str
    description: str
    unit: str
    quantity: Decimal
    due: date | None
    process: str
    process_name: str
    spec: str
    spec_revision: str
    type: str
    covered: Covered = Covered()

    @property
    def left(self) -> Decimal:
        """What is still to be ordered of it."""
        return self.covered.left(self.quantity)


# Every outside operation with its work order, part and process.
FROM = (
    select(
        _OPERATIONS.c.work_order,
        _OPERATIONS.c.sequence,
        _OPERATIONS.c.process,
        _OPERATIONS.c.spec,
        _OPERATIONS.c.spec_revision,
        _JOBS.c.part,
        _JOBS.c.revision,
        _JOBS.c.quantity,
        _JOBS.c.due,
        _JOBS.c.type,
        _PARTS.c.description,
        _PARTS.c.uom,
        _PROCESSES.c.name.label("process_name"),
    )
    .join(_JOBS, _JOBS.c.number == _OPERATIONS.c.work_order)
    .join(_PARTS, and_(_PARTS.c.number == _JOBS.c.part, _PARTS.c.revision == _JOBS.c.revision))
    .join(_PROCESSES, _PROCESSES.c.code == _OPERATIONS.c.process)
    .where(_OPERATIONS.c.kind == "outside")
)


def outside(
    session: Session,
    reader: Reader,
    q: str,
    *,
    covered: bool,
    start: int,
    limit: int,
    process: str = "",
    where: Sequence[ColumnElement[bool]] = (),
) -> list[Outside]:
    """Outside operations found by `q`, the first due first; with `covered` also those that are ordered
    whole. An operation that is only in a draft has no order yet, and says so. With `process` those of it alone, and of
    all these only those of `where`."""
    query = FROM.where(*known(reader), *matching(q), *where)
    if process:
        query = query.where(_OPERATIONS.c.process == process)
    if not covered:
        query = query.where(covering.uncovered(by_drafts=False))
    keys = (_JOBS.c.due.is_(None), _JOBS.c.due, _JOBS.c.number, _OPERATIONS.c.sequence)
    rows = session.execute(query.order_by(*keys).offset(start).limit(limit)).all()
    found = covering.covering(session, {row.work_order for row in rows}, cleared=reader.cleared)
    return [_outside(row, found) for row in rows]


def to_add(session: Session, reader: Reader, order: Order) -> list[Outside]:
    """Outside operations nobody ordered whole yet that fit on an order there is, the first due first."""
    fits = [
        covering.uncovered(by_drafts=True),
        or_(_OPERATIONS.c.spec.is_(None), _OPERATIONS.c.spec.in_(["", order.spec])),
        _JOBS.c.type == order.type,
        *(
            or_(_JOBS.c.part != part, _JOBS.c.revision == revision)
            for part, revision in {line.part: line.part_revision for line in order.lines}.items()
        ),
    ]
    if not order.export_controlled:
        fits.append(_PARTS.c.export_controlled.is_(False))
    return outside(
        session, reader, "", covered=False, start=0, limit=_MOST_ADDED, process=order.process, where=fits
    )


def routed_to(session: Session, added: Iterable[AddedLine]) -> dict[tuple[str, int], str]:
    """The revision of its specification that each added operation's routing names, where it names one."""
    keys = {(line.work_order, line.operation) for line in added}
    query = select(_OPERATIONS.c.work_order, _OPERATIONS.c.sequence, _OPERATIONS.c.spec_revision).where(
        _OPERATIONS.c.work_order.in_(sorted({job for job, _ in keys}))
    )
    rows = session.execute(query) if keys else ()
    return {
        (row.work_order, row.sequence): row.spec_revision
        for row in rows
        if row.spec_revision and (row.work_order, row.sequence) in keys
    }


def matching(q: str) -> list[ColumnElement[bool]]:
    """Every word of `q` begins or is in something an operation is found by."""
    return [
        or_(
            *(
                column.ilike(f"%{like}" if anywhere else like, escape="\\")
                for column, anywhere in (
                    (_JOBS.c.number, False),
                    (_JOBS.c.part, False),
                    (_PARTS.c.description, True),
                    (_PROCESSES.c.code, False),
                    (_PROCESSES.c.name, True),
                    (_JOBS.c.customer_order, False),
                    (_JOBS.c.project, False),
                )
            )
        )
        for like in (f"{_escaped(word)}%" for word in q.split())
    ]


def operation(session: Session, reader: Reader, work_order: str, sequence: int) -> Outside | None:
    """One outside operation; None when there is none for this reader."""
    return operations(session, reader, {work_order}).get((work_order, sequence))


def operations(
    session: Session, reader: Reader, work_orders: Collection[str]
) -> dict[tuple[str, int], Outside]:
    """The outside operations of these work orders, by work order and sequence."""
    rows = session.execute(
        FROM.where(*known(reader), _OPERATIONS.c.work_order.in_(work_orders)).order_by(
            _OPERATIONS.c.work_order, _OPERATIONS.c.sequence
        )
    ).all()
    found = covering.covering(session, work_orders if rows else (), cleared=reader.cleared)
    return {(row.work_order, row.sequence): _outside(row, found) for row in rows}


def suppliers_for(session: Session, process: str, spec: str, day: date) -> list[tuple[str, str, bool]]:
    """Code, name and whether approved that day for `process` to `spec`; the approved ones first."""
    approved = set(
        session.scalars(
            select(_APPROVALS.c.supplier).where(
                _APPROVALS.c.process == process,
                _APPROVALS.c.spec.in_(["", spec]),
                _APPROVALS.c.valid_from <= day,
                or_(_APPROVALS.c.valid_to.is_(None), _APPROVALS.c.valid_to >= day),
            )
        )
    )
    rows = session.execute(select(_SUPPLIERS.c.code, _SUPPLIERS.c.name).order_by(_SUPPLIERS.c.name))
    found = [(row.code, row.name, row.code in approved) for row in rows]
    return sorted(found, key=lambda each: not each[2])


def lots_of(session: Session, part: str, revision: str) -> list[Any]:
    """Lots of a part with something on hand, the oldest first: number, on_hand, uom, heat, held."""
    return _lots(
        session,
        _LOTS.c.part == part,
        or_(_LOTS.c.part_revision.is_(None), _LOTS.c.part_revision == revision),
        _LOTS.c.on_hand > 0,
    )


def lots_named(session: Session, numbers: Collection[str]) -> dict[str, Any]:
    """The lots of these numbers, those there are."""
    return {row.number: row for row in _lots(session, _LOTS.c.number.in_(numbers))}


def _lots(session: Session, *where: ColumnElement[bool]) -> list[Any]:
    columns = (_LOTS.c.number, _LOTS.c.on_hand, _LOTS.c.uom, _LOTS.c.heat_number, _LOTS.c.held)
    query = select(*columns).where(*where).order_by(_LOTS.c.received_on, _LOTS.c.number)
    return list(session.execute(query.limit(_MOST_LOTS)))


def known(reader: Reader) -> Sequence[ColumnElement[bool]]:
    """Orders for controlled parts are for cleared people."""
    return () if reader.cleared else (_PARTS.c.export_controlled.is_(False),)


def _outside(row: Any, covers: dict[tuple[str, int], Covered]) -> Outside:
    return Outside(
        row.work_order,
        row.sequence,
        row.part,
        row.revision,
        row.description,
        row.uom,
        row.quantity,
        row.due,
        row.process,
        row.process_name,
        row.spec or "",
        row.spec_revision or "",
        row.type,
        covers.get((row.work_order, row.sequence), Covered()),
    )


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
