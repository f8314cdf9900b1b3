"""What of master data only cleared people know of: export-controlled parts, and all that names one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, select

from models.tables import types
from models.tables.demand import Routing, SalesOrder, SalesOrderLine
from models.tables.lots import Lot
from models.tables.parts import InspectionPlan, Part
from models.tables.shop_floor import ConsumptionRow, MaterialMismatchRow, OutputRow
from models.tables.suppliers import SupplierTerms
from models.tables.work_orders import WorkOrder


def _revision(part: Any, revision: Any) -> ColumnElement[bool]:
    """This revision of the part is controlled."""
    known = aliased(Part)
    return exists().where(
        col(known.number) == part, col(known.revision) == revision, col(known.export_controlled).is_(True)
    )


def _number(part: Any) -> ColumnElement[bool]:
    """Some revision of the part is controlled."""
    known = aliased(Part)
    return exists().where(col(known.number) == part, col(known.export_controlled).is_(True))


def _parts() -> ColumnElement[bool]:
    """A part says what it is made of."""
    known = aliased(Part)
    made_of = exists().where(
        col(known.export_controlled).is_(True),
        cast(col(Part.bom), String).contains('"' + col(known.number) + '"'),
    )
    return or_(col(Part.export_controlled).is_(True), made_of)


def _pieces(row: type[Lot] | type[ConsumptionRow] | type[OutputRow]) -> ColumnElement[bool]:
    """Of a lot whose revision nobody named it may be any."""
    unnamed = and_(col(row.part_revision).is_(None), _number(col(row.part)))
    return or_(unnamed, _revision(col(row.part), col(row.part_revision)))


def _sales_orders() -> ColumnElement[bool]:
    return exists().where(
        col(SalesOrderLine.sales_order) == col(SalesOrder.number),
        _revision(col(SalesOrderLine.part), col(SalesOrderLine.revision)),
    )


def _mismatches() -> ColumnElement[bool]:
    """What was used, what should have been, or what the job makes is controlled."""
    job, known, row = aliased(WorkOrder), aliased(Part), MaterialMismatchRow
    makes = exists().where(
        col(job.number) == col(row.work_order),
        col(known.number) == col(job.part),
        col(known.revision) == col(job.revision),
        col(known.export_controlled).is_(True),
    )
    expected = exists().where(
        col(known.export_controlled).is_(True),
        cast(col(row.expected), String).contains('"' + col(known.number) + '"'),
    )
    return or_(_number(col(row.part)), makes, expected)


CONTROLLED: dict[type[SQLModel], Callable[[], ColumnElement[bool]]] = {
    Part: _parts,
    WorkOrder: lambda: _revision(col(WorkOrder.part), col(WorkOrder.revision)),
    Lot: lambda: _pieces(Lot),
    ConsumptionRow: lambda: _pieces(ConsumptionRow),
    OutputRow: lambda: _pieces(OutputRow),
    InspectionPlan: lambda: _revision(col(InspectionPlan.part), col(InspectionPlan.revision)),
    Routing: lambda: _revision(col(Routing.part), col(Routing.revision)),
    SalesOrder: _sales_orders,
    SupplierTerms: lambda: _number(col(SupplierTerms.part)),
    MaterialMismatchRow: _mismatches,
}


def visible(table: type[SQLModel], *, cleared: bool) -> tuple[ColumnElement[bool], ...]:
    """The condition under which somebody knows of a row; none where everybody does."""
    return () if cleared or table not in CONTROLLED else (~CONTROLLED[table](),)


def hidden(session: Session, row: SQLModel, *, cleared: bool) -> bool:
    """Whether somebody does not know of this row."""
    table = type(row)
    if cleared or table not in CONTROLLED:
        return False
    keys = [column.name for column in types.table(table).primary_key]
    same = [col(getattr(table, key)) == getattr(row, key) for key in keys]
    first = col(getattr(table, keys[0]))
    return session.exec(select(first).where(*same, CONTROLLED[table]())).first() is not None
