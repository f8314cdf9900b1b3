"""Look-ups in master data. They read in the caller's transaction and change nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import Session, SQLModel, col, or_, select

from models import clearance
from models.tables.parts import Part
from models.tables.suppliers import SupplierApproval, SupplierContact
from models.tables.work_orders import Operation

Row = TypeVar("Row", bound=SQLModel)


def page(
    session: Session,
    table: type[Row],
    keys: Sequence[str],
    *,
    after: Sequence[Any] | None,
    limit: int,
    where: Sequence[ColumnElement[bool]] = (),
) -> list[Row]:
    """Up to ``limit`` rows in the order of ``keys``, those behind the key ``after``."""
    columns = [getattr(table, key) for key in keys]
    statement = select(table).where(*where).order_by(*columns).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(*columns) > tuple_(*after))
    return list(session.exec(statement).all())


def operations_of(session: Session, work_orders: Sequence[str]) -> dict[str, list[Operation]]:
    """The routing of each work order, in its sequence."""
    found: dict[str, list[Operation]] = {number: [] for number in work_orders}
    statement = (
        select(Operation)
        .where(col(Operation.work_order).in_(work_orders))
        .order_by(col(Operation.work_order), col(Operation.sequence))
    )
    for operation in session.exec(statement):
        found[operation.work_order].append(operation)
    return found


def revisions_of(session: Session, part: str) -> list[Part]:
    """Every revision of a part."""
    return list(session.exec(select(Part).where(Part.number == part).order_by(Part.revision)).all())


def units_of(session: Session, parts: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What each part revision is counted in."""
    keys = tuple_(col(Part.number), col(Part.revision))
    statement = select(Part.number, Part.revision, Part.uom).where(keys.in_(sorted(parts)))
    return {(number, revision): uom for number, revision, uom in session.exec(statement)}


def part_of_gtin(session: Session, gtin: str) -> str | None:
    """The number of the part that is sold under it."""
    return session.exec(select(Part.number).where(Part.gtin == gtin).limit(1)).first()


def known_parts(session: Session, numbers: Sequence[str], *, cleared: bool) -> set[str]:
    """Those of ``numbers`` that are parts; for who is not ``cleared``, with no revision that is controlled."""
    named = select(Part.number).where(col(Part.number).in_(numbers)).distinct()
    found = set(session.exec(named).all())
    hidden = set() if cleared else set(session.exec(named.where(col(Part.export_controlled).is_(True))).all())
    for number in sorted(hidden):
        clearance.barred("part", number)
    return found - hidden


def descriptions(session: Session, numbers: Iterable[str]) -> dict[tuple[str, str], str]:
    """What part revisions are called, by number and revision."""
    query = select(Part.number, Part.revision, Part.description).where(col(Part.number).in_(sorted(numbers)))
    return {(number, revision): description for number, revision, description in session.exec(query)}


def approval_on(
    session: Session, supplier: str, process: str, spec: str, day: date
) -> SupplierApproval | None:
    """The approval under which ``supplier`` may do ``process`` to ``spec`` on ``day``.

    One for the very specification comes before one for all of them, a later one before an earlier.
    """
    statement = (
        select(SupplierApproval)
        .where(
            SupplierApproval.supplier == supplier,
            SupplierApproval.process == process,
            col(SupplierApproval.spec).in_([spec, ""]),
            SupplierApproval.valid_from <= day,
            or_(col(SupplierApproval.valid_to).is_(None), col(SupplierApproval.valid_to) >= day),
        )
        .order_by(col(SupplierApproval.spec).desc(), col(SupplierApproval.valid_from).desc())
    )
    return session.exec(statement).first()


def contacts_for(session: Session, supplier: str, topic: str) -> list[SupplierContact]:
    """The people at ``supplier`` who asked for mail about ``topic`` (orders, digest, quality)."""
    statement = (
        select(SupplierContact)
        .where(SupplierContact.supplier == supplier)
        .order_by(col(SupplierContact.created_at), col(SupplierContact.id))
    )
    return [contact for contact in session.exec(statement) if topic in contact.notify]
