"""The quality ledger: every nonconformance over all orders and jobs, filtered and counted, the newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session

from models.queries import ledger_materials
from models.queries.cursors import behind
from models.queries.order_records import instant
from models.queries.orders import Reader, View
from models.tables.orders import NonconformanceRow, OrderRow
from models.tables.suppliers import Supplier
from models.tables.types import table

_ROWS, _ORDERS, _SUPPLIERS = table(NonconformanceRow), table(OrderRow), table(Supplier)
_OF_ORDER = _ORDERS.c.number == _ROWS.c.order_number
# What is asked of actions: where they stand, or that one is overdue.
ACTIONS = ("none", "planned", "overdue", "completed", "verified", "ineffective")
# Pieces that are not as they should be, and material that is not what a bill of material says.
KINDS = ("pieces", "material")
RESPONSIBLE = ("", "supplier", "us", "material")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the ledger is asked for; None leaves a filter out. An empty `responsibility`: nobody has said."""

    is_open: bool | None = None
    supplier: str | None = None
    part: str | None = None
    responsibility: str | None = None
    action: str | None = None
    reviewed: bool | None = None
    kind: str | None = None

    @property
    def with_pieces(self) -> bool:
        return self.kind in (None, "pieces")

    @property
    def with_material(self) -> bool:
        """Jobs have no supplier, and what is decided about their material needs no action and no review."""
        of_orders = (self.supplier, self.responsibility, self.action, self.reviewed)
        return self.kind in (None, "material") and all(each is None for each in of_orders)


def listed(
    session: Session, wanted: Filter, reader: Reader, today: date, after: str | None, limit: int
) -> list[View]:
    """At most `limit` of them behind `after` (opened and id)."""
    found = _pieces(session, wanted, reader, today, after, limit) if wanted.with_pieces else []
    if wanted.with_material:
        found += ledger_materials.listed(
            session,
            part=wanted.part,
            is_open=wanted.is_open,
            cleared=reader.cleared,
            after=after,
            limit=limit,
        )
    return sorted(found, key=lambda each: (each["opened_at"], each["nonconformance"]), reverse=True)[:limit]


def _pieces(
    session: Session, wanted: Filter, reader: Reader, today: date, after: str | None, limit: int
) -> list[View]:
    query = (
        select(_ROWS, _ORDERS.c.process, _ORDERS.c.stage, _SUPPLIERS.c.name.label("supplier_name"))
        .join(_ORDERS, _OF_ORDER)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ROWS.c.supplier)
        .where(*_conditions(wanted, reader, today))
    )
    if after is not None:
        at, last = behind(after, instant)
        query = query.where(or_(_ROWS.c.opened_at < at, and_(_ROWS.c.opened_at == at, _ROWS.c.id < last)))
    rows = session.execute(query.order_by(_ROWS.c.opened_at.desc(), _ROWS.c.id.desc()).limit(limit))
    return [_shown(row) for row in rows]


def by_action(session: Session, wanted: Filter, reader: Reader, today: date) -> dict[str, int]:
    """How many have actions that stand so, among those `wanted` finds for any; overdue ones are planned too."""
    conditions = _conditions(wanted, reader, today, but={"action"})
    query = select(_ROWS.c.action_state, func.count()).join(_ORDERS, _OF_ORDER).where(*conditions)
    found = {row[0]: row[1] for row in session.execute(query.group_by(_ROWS.c.action_state))}
    late = select(func.count()).select_from(_ROWS).join(_ORDERS, _OF_ORDER)
    found["overdue"] = session.scalar(late.where(*conditions, _ROWS.c.action_due < today)) or 0
    return {name: found.get(name, 0) for name in ACTIONS}


def by_supplier(session: Session, wanted: Filter, reader: Reader, today: date) -> list[tuple[str, str, int]]:
    """Code, name and number of every supplier among those `wanted` finds for any."""
    rows = session.execute(
        select(_SUPPLIERS.c.code, _SUPPLIERS.c.name, func.count())
        .select_from(_ROWS)
        .join(_ORDERS, _OF_ORDER)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ROWS.c.supplier)
        .where(*_conditions(wanted, reader, today, but={"supplier"}))
        .group_by(_SUPPLIERS.c.code, _SUPPLIERS.c.name)
        .order_by(_SUPPLIERS.c.name)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def by_state(session: Session, wanted: Filter, reader: Reader, today: date) -> tuple[int, int, int]:
    """All of them, those with undecided or open pieces or material, and those nobody has reviewed."""
    every = is_open = unseen = 0
    if wanted.with_pieces:
        every, is_open, unseen = _of_pieces(session, wanted, reader, today)
    if replace(wanted, reviewed=None).with_material:
        more = ledger_materials.counted(session, part=wanted.part, is_open=None, cleared=reader.cleared)
        every, is_open = every + more[0], is_open + more[1]
    return every, is_open, unseen


def by_kind(session: Session, wanted: Filter, reader: Reader, today: date) -> dict[str, int]:
    """How many of each kind there are among those `wanted` finds for any."""
    pieces = replace(wanted, kind="pieces")
    conditions = _conditions(pieces, reader, today)
    query = select(func.count()).select_from(_ROWS).join(_ORDERS, _OF_ORDER).where(*conditions)
    found = dict.fromkeys(KINDS, 0) | {"pieces": session.scalar(query) or 0}
    if replace(wanted, kind="material").with_material:
        found["material"], _ = ledger_materials.counted(
            session, part=wanted.part, is_open=wanted.is_open, cleared=reader.cleared
        )
    return found


def _of_pieces(session: Session, wanted: Filter, reader: Reader, today: date) -> tuple[int, int, int]:
    conditions = _conditions(wanted, reader, today, but={"is_open", "reviewed"})
    is_open = func.sum(case((_ROWS.c.open.is_(True), 1), else_=0))
    unseen = func.sum(case((_ROWS.c.reviewed_at.is_(None), 1), else_=0))
    query = select(func.count(), is_open, unseen).select_from(_ROWS).join(_ORDERS, _OF_ORDER)
    row = session.execute(query.where(*conditions)).one()
    return row[0], row[1] or 0, row[2] or 0


def _conditions(
    wanted: Filter, reader: Reader, today: date, *, but: Collection[str] = ()
) -> list[ColumnElement[bool]]:
    wanted = replace(wanted, **dict.fromkeys(but))
    # One that was opened by an entry taken back never was.
    found: list[ColumnElement[bool]] = [_ROWS.c.withdrawn.is_(False)]
    if not reader.cleared:
        found.append(_ORDERS.c.export_controlled.is_(False))
    if wanted.is_open is not None:
        found.append(_ROWS.c.open.is_(wanted.is_open))
    for name in ("supplier", "part", "responsibility"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(_ROWS.c[name] == value)
    if wanted.action == "overdue":
        found.append(_ROWS.c.action_due < today)
    elif wanted.action is not None:
        found.append(_ROWS.c.action_state == wanted.action)
    if wanted.reviewed is not None:
        seen = _ROWS.c.reviewed_at
        found.append(seen.is_not(None) if wanted.reviewed else seen.is_(None))
    return found


def _shown(row: Any) -> View:
    return {
        "nonconformance": row.id,
        "kind": "pieces",
        "order": row.order_number,
        "work_order": None,
        "stage": row.stage,
        "supplier": row.supplier,
        "supplier_name": row.supplier_name,
        "process": row.process,
        "line": row.line,
        "part": row.part,
        "part_revision": row.part_revision,
        "opened_at": row.opened_at,
        "open": row.open,
        "recorded_only": row.recorded_only,
        "defect": row.defect,
        "quantity": row.quantity,
        "unit": row.unit,
        "responsibility": row.responsibility or None,
        "cause": row.cause,
        "dispositions": row.decided,
        "actions": row.actions,
        "action_state": row.action_state,
        "action_due": row.action_due,
        "reviews": row.reviews,
        "decide_at": f"/orders/{row.order_number}/disposition",
    }
