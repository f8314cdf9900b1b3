"""What parts are made of, by their bills of material."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session

from models.domain.pieces import Took
from models.tables.parts import Part
from models.tables.types import table

_PARTS = table(Part)


def materials(session: Session, parts: Collection[tuple[str, str]]) -> dict[tuple[str, str], frozenset[str]]:
    """By part and revision, the parts that its bill of material names."""
    rows = session.execute(
        select(_PARTS.c.number, _PARTS.c.revision, _PARTS.c.bom).where(
            _PARTS.c.number.in_(sorted({part for part, _ in parts}))
        )
    )
    return {(row.number, row.revision): named(row.bom) for row in rows if (row.number, row.revision) in parts}


def amounts(session: Session, parts: Collection[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Took]]:
    """By part and revision, how much of each part that its bill of material names goes into one piece; without
    those of which nobody can say in which unit."""
    rows = [
        row
        for row in session.execute(
            select(_PARTS.c.number, _PARTS.c.revision, _PARTS.c.bom).where(
                _PARTS.c.number.in_(sorted({part for part, _ in parts}))
            )
        )
        if (row.number, row.revision) in parts
    ]
    wanted = {part for row in rows for part in named(row.bom)}
    units: dict[str, dict[str, str]] = {}
    query = select(_PARTS.c.number, _PARTS.c.revision, _PARTS.c.uom).where(
        _PARTS.c.number.in_(sorted(wanted))
    )
    for part in session.execute(query):
        units.setdefault(part.number, {})[part.revision] = part.uom
    found: dict[tuple[str, str], dict[str, Took]] = {}
    for row in rows:
        for item in row.bom:
            known = units.get(item["part"], {})
            may = {known.get(item["revision"])} if item.get("revision") else set(known.values())
            unit = may.pop() if len(may) == 1 else None
            if unit is not None:
                each = found.setdefault((row.number, row.revision), {})
                each[item["part"]] = Took(Decimal(item["quantity"]), unit)
    return found


def named(bom: Collection[dict[str, object]]) -> frozenset[str]:
    """The parts of one bill of material."""
    return frozenset(str(item["part"]) for item in bom)


def controlled(session: Session, parts: Collection[str]) -> frozenset[str]:
    """Those of which some revision is export-controlled."""
    query = select(_PARTS.c.number).where(_PARTS.c.number.in_(sorted(parts)), _PARTS.c.export_controlled)
    return frozenset(session.scalars(query.distinct()))
