"""Which suppliers are approved for a process on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from models.tables.suppliers import Supplier, SupplierApproval
from models.tables.types import table

_SUPPLIERS = table(Supplier)
_APPROVALS = table(SupplierApproval)
_APPROVED = (
    select(_SUPPLIERS.c.code, _SUPPLIERS.c.name)
    .join(_APPROVALS, _APPROVALS.c.supplier == _SUPPLIERS.c.code)
    .where(
        _APPROVALS.c.process == bindparam("process"),
        or_(_APPROVALS.c.spec == "", _APPROVALS.c.spec == bindparam("spec")),
        _APPROVALS.c.valid_from <= bindparam("day"),
        or_(_APPROVALS.c.valid_to.is_(None), _APPROVALS.c.valid_to >= bindparam("day")),
    )
    .distinct()
    .order_by(_SUPPLIERS.c.name, _SUPPLIERS.c.code)
)


def approved_suppliers(session: Session, process: str, spec: str, day: date) -> dict[str, str]:
    """Their names by code, those approved for any specification of the process among them."""
    rows = session.execute(_APPROVED, {"process": process, "spec": spec, "day": day})
    return {row.code: row.name for row in rows}
