"""What jobs used beside what their bills of material say, as lines of the quality ledger."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session

from models.queries import controlled
from models.queries.cursors import behind
from models.queries.order_records import instant
from models.queries.orders import View
from models.queries.shop_floor import MISMATCHES, scrapped
from models.tables.shop_floor import MaterialMismatchRow

_OPEN = MISMATCHES.c.decision == ""


def listed(
    session: Session, *, part: str | None, is_open: bool | None, cleared: bool, after: str | None, limit: int
) -> list[View]:
    """The newest first, at most `limit` of them behind `after` (opened and id)."""
    query = select(MISMATCHES).where(*_conditions(part, is_open, cleared))
    if after is not None:
        at, last = behind(after, instant)
        opened = MISMATCHES.c.opened_at
        query = query.where(or_(opened < at, and_(opened == at, MISMATCHES.c.id < last)))
    query = query.order_by(MISMATCHES.c.opened_at.desc(), MISMATCHES.c.id.desc()).limit(limit)
    rows = session.execute(query).all()
    gone = scrapped(session, [row.id for row in rows])
    return [_shown(row) | {"scrapped": gone.get(row.id, [])} for row in rows]


def counted(session: Session, *, part: str | None, is_open: bool | None, cleared: bool) -> tuple[int, int]:
    """All of them, and those nobody has decided about."""
    query = select(func.count(), func.sum(case((_OPEN, 1), else_=0))).select_from(MISMATCHES)
    row = session.execute(query.where(*_conditions(part, is_open, cleared))).one()
    return row[0], row[1] or 0


def _conditions(part: str | None, is_open: bool | None, cleared: bool) -> list[ColumnElement[bool]]:
    # One whose use was reversed, or that fits by now, never was.
    found = [MISMATCHES.c.withdrawn_at.is_(None), *controlled.visible(MaterialMismatchRow, cleared=cleared)]
    if part is not None:
        found.append(MISMATCHES.c.part == part)
    if is_open is not None:
        found.append(_OPEN if is_open else ~_OPEN)
    return found


def _shown(row: Any) -> View:
    """With every field that other lines have; it belongs to a job and to no order."""
    return {
        "nonconformance": row.id,
        "kind": "material",
        "order": None,
        "work_order": row.work_order,
        "stage": None,
        "supplier": None,
        "supplier_name": None,
        "process": None,
        "line": None,
        "part": row.part,
        "part_revision": row.part_revision,
        "opened_at": row.opened_at,
        "open": not row.decision,
        "recorded_only": False,
        "defect": row.wrong,
        "lot": row.lot or None,
        "expected": row.expected,
        "quantity": row.quantity,
        "unit": row.unit,
        "responsibility": None,
        "cause": "",
        "dispositions": [{"decision": row.decision, "at": "here", "quantity": row.quantity}]
        if row.decision
        else [],
        "actions": [],
        "action_state": "none",
        "action_due": None,
        "reviews": [],
        "decide_at": f"/material-mismatches/{row.id}/disposition",
    }
