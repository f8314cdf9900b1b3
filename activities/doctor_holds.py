"""Compares what lots say of being on hold with the holds that stand."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from activities.findings import Finding, found
from models.tables.lots import Lot, LotHoldRow
from models.tables.types import table

_LOTS, _HOLDS = table(Lot), table(LotHoldRow)


def holds(session: Session) -> Iterator[Finding]:
    """A held lot has a hold that stands, and a lot with one is held: sending and accepting ask the lot."""
    standing = set(session.scalars(select(_HOLDS.c.lot).where(_HOLDS.c.released_at.is_(None))))
    held = set(session.scalars(select(_LOTS.c.number).where(_LOTS.c.held)))
    for lot in held - standing:
        yield found("lot.held", f"lot {lot}", "It is on hold, and no hold of it stands.")
    for lot in standing - held:
        yield found("lot.held", f"lot {lot}", "A hold of it stands, and it is not on hold.")
