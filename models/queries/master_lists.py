"""Reads for the screens of master data: found, counted, what it was before, what it is used for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, String, cast, func, or_
from sqlmodel import Session, SQLModel, col, select

from models.queries.order_list import declined
from models.queries.orders import Reader
from models.tables.master_changes import MasterChange
from models.tables.orders import DraftLineRow, LineRow, OrderRow
from models.tables.people import User

_SHOWN_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Cover:
    """An order with a line for an operation of a work order."""

    operation: int
    order: str
    stage: str
    supplier: str
    # The supplier declined it.
    declined: bool = False


def containing(table: type[SQLModel], columns: Sequence[str], text: str) -> ColumnElement[bool]:
    """Rows with `text` in one of `columns`, whatever its case."""
    return or_(*(cast(getattr(table, name), String).icontains(text, autoescape=True) for name in columns))


def count(session: Session, table: type[SQLModel], *where: ColumnElement[bool]) -> int:
    return session.exec(select(func.count()).select_from(table).where(*where)).one()


def changes_of(session: Session, table: type[SQLModel], key: Collection[object]) -> list[MasterChange]:
    """The latest changes of one record, the newest first."""
    statement = (
        select(MasterChange)
        .where(
            MasterChange.table_name == str(table.__tablename__),
            MasterChange.key == "/".join(map(str, key)),
        )
        .order_by(col(MasterChange.id).desc())
        .limit(_SHOWN_CHANGES)
    )
    return list(session.exec(statement))


def names_of(session: Session, people: Collection[str]) -> dict[str, str]:
    """What people are called, by id; who was erased is not among them."""
    found = session.exec(select(User).where(col(User.id).in_(people)))
    return {person.id: person.name or person.email for person in found}


def covers(session: Session, work_order: str, reader: Reader) -> list[Cover]:
    """Which orders cover a work order's operations, drafts too; cancelled ones do not."""
    statement = (
        select(LineRow.operation, OrderRow.number, OrderRow.stage, OrderRow.supplier)
        .join(OrderRow, col(OrderRow.number) == LineRow.order_number)
        .where(LineRow.work_order == work_order, OrderRow.stage != "cancelled")
        .distinct()
    )
    drafts = (
        select(DraftLineRow.operation, OrderRow.number, OrderRow.stage, OrderRow.supplier)
        .join(OrderRow, col(OrderRow.number) == DraftLineRow.order_number)
        .where(DraftLineRow.work_order == work_order)
        .distinct()
    )
    if not reader.cleared:
        statement, drafts = (
            each.where(col(OrderRow.export_controlled).is_(False)) for each in (statement, drafts)
        )
    found = {Cover(*row) for each in (statement, drafts) for row in session.exec(each)}
    refused = declined(session, {cover.order: cover.stage for cover in found})
    found = {replace(cover, declined=cover.order in refused) for cover in found}
    return sorted(found, key=lambda cover: (cover.operation, cover.order))
