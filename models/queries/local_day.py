"""Which day it is where somebody works."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models.tables.plants import Plant


def today_at(session: Session, plant: str | None, now: datetime) -> date:
    """The day at the plant; without one, that of UTC."""
    place = session.get(Plant, plant) if plant else None
    return now.astimezone(ZoneInfo(place.timezone if place is not None else "UTC")).date()
