"""Numbers of orders: a series for each type of order and year, given under a lock."""

from __future__ import annotations

from sqlalchemy import ColumnElement, insert, select, update
from sqlmodel import Session

from models.domain.order_types import SERIES, numbered
from models.tables.orders import OrderSeries
from models.tables.types import table

_SERIES = table(OrderSeries)


def next_number(session: Session, order_type: str, year: int) -> str:
    """The next of a series, given now."""
    (number,) = coming_numbers(session, order_type, year, 1)
    give_numbers(session, order_type, year, 1)
    return number


def coming_numbers(session: Session, order_type: str, year: int, count: int) -> tuple[str, ...]:
    """The next of a series, whose row keeps two buyers apart. Nothing is given away yet."""
    last = session.scalar(select(_SERIES.c.last).where(*_series(order_type, year)).with_for_update()) or 0
    return tuple(numbered(order_type, year, last + place) for place in range(1, count + 1))


def give_numbers(session: Session, order_type: str, year: int, count: int) -> None:
    """Those that were to come next are not given again."""
    row = _series(order_type, year)
    if session.scalar(select(_SERIES.c.last).where(*row)) is None:
        session.execute(insert(_SERIES).values(series=SERIES[order_type], year=year, last=count))
    else:
        session.execute(update(_SERIES).where(*row).values(last=_SERIES.c.last + count))


def _series(order_type: str, year: int) -> tuple[ColumnElement[bool], ...]:
    return (_SERIES.c.series == SERIES[order_type], _SERIES.c.year == year)
