"""Which day it is where somebody works."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from models.tables.plants import Plant


def today_at(session: Session, plant: str | None, now: datetime) -> date:
    """The day at the plant; for who is of no plant the day at the only one there is, of several that of UTC."""
    place = session.get(Plant, plant) if plant else _only_one(session)
    return now.astimezone(ZoneInfo(place.timezone if place is not None else "UTC")).date()


def _only_one(session: Session) -> Plant | None:
    places = session.exec(select(Plant).limit(2)).all()
    return places[0] if len(places) == 1 else None
