"""What parts are made of, by their bills of material."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session

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


def named(bom: Collection[dict[str, object]]) -> frozenset[str]:
    """The parts of one bill of material."""
    return frozenset(str(item["part"]) for item in bom)


def controlled(session: Session, parts: Collection[str]) -> frozenset[str]:
    """Those of which some revision is export-controlled."""
    query = select(_PARTS.c.number).where(_PARTS.c.number.in_(sorted(parts)), _PARTS.c.export_controlled)
    return frozenset(session.scalars(query.distinct()))
