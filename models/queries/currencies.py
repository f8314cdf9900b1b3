"""In which currency somebody is likely to order."""

from __future__ import annotations

from babel.numbers import get_territory_currencies
from sqlalchemy import select
from sqlmodel import Session

from models.codec import load_order
from models.domain.order_types import DEFAULT, SERIES
from models.domain.quantities import CURRENCIES
from models.tables.orders import OrderRow
from models.tables.plants import Calendar, Plant
from models.tables.types import table

_ORDERS = table(OrderRow)
_PLANTS = table(Plant)
_CALENDARS = table(Calendar)
_OTHERWISE = "USD"


def likely(session: Session, buyer: str, plant: str) -> str:
    """That of the buyer's latest order, else that of the plant's country, else dollars."""
    latest = session.execute(
        select(_ORDERS.c.draft, _ORDERS.c.snapshot)
        # Numbers of one type grow: read from their end, the first that fits is the latest, without sorting.
        .where(_ORDERS.c.buyer == buyer, _ORDERS.c.number.startswith(f"{SERIES[DEFAULT]}-"))
        .order_by(_ORDERS.c.number.desc())
        .limit(1)
    ).first()
    if latest is not None and latest.snapshot is not None:
        return load_order(latest.snapshot).currency
    if latest is not None and latest.draft["lines"]:
        return str(latest.draft["lines"][0]["currency"])
    country = session.scalar(
        select(_CALENDARS.c.country)
        .join(_PLANTS, _PLANTS.c.calendar == _CALENDARS.c.code)
        .where(_PLANTS.c.code == plant)
    )
    return _of_country(country) if country else _OTHERWISE


def _of_country(country: str) -> str:
    """What is paid with there today, if one may order in it."""
    return next((code for code in get_territory_currencies(country) if code in CURRENCIES), _OTHERWISE)
