"""The time zone and the day where somebody works."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
from sqlalchemy import select as rows
from sqlmodel import Session, select

from models.tables.plants import Plant
from models.tables.types import table

_PLANTS = table(Plant)
_FIRST_ZONE = rows(_PLANTS.c.timezone).order_by(_PLANTS.c.code).limit(1)
_ZONE = rows(_PLANTS.c.timezone).where(_PLANTS.c.code == bindparam("plant"))


def timezone_at(session: Session, plant: str | None) -> str:
    """That of the person's plant; of the only plant, or the first, for somebody of all plants."""
    found = session.scalar(_FIRST_ZONE) if plant is None else session.scalar(_ZONE, {"plant": plant})
    return found or "UTC"


def today_at(session: Session, plant: str | None, now: datetime) -> date:
    """The day at the plant; for who is of no plant the day at the only one there is, of several that of UTC."""
    place = session.get(Plant, plant) if plant else _only_one(session)
    return now.astimezone(ZoneInfo(place.timezone if place is not None else "UTC")).date()


def _only_one(session: Session) -> Plant | None:
    places = session.exec(select(Plant).limit(2)).all()
    return places[0] if len(places) == 1 else None
