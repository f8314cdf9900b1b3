"""What a record of the shop floor does to the genealogy and to stock, when it was, and what lots are called.

Each is one edge and one change of stock; taken back, it is the reverse of both.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from models.domain.errors import Invalid
from models.domain.genealogy import Edge
from models.domain.instants import happened_at
from models.domain.quantities import ZERO

# Written down later than this, a record is a late entry.
LATE_AFTER = timedelta(minutes=15)
# Who means a day before that has mistyped the year.
LONG_AGO = timedelta(days=3650)
_LOT = "lot:"


def consumed(job: str, lot: str, amount: Decimal, unit: str) -> Edge:
    """Material of a lot went into a job."""
    return Edge(f"{_LOT}{lot}", f"job:{job}", amount, unit, "consume")


def produced(job: str, lot: str, amount: Decimal, unit: str) -> Edge:
    """A lot came out of a job."""
    return Edge(f"job:{job}", f"{_LOT}{lot}", amount, unit, "process")


def dispatched(dispatch: str, lot: str, amount: Decimal, unit: str) -> Edge:
    """Pieces of a lot left for a customer."""
    return Edge(f"{_LOT}{lot}", f"dispatch:{dispatch}", amount, unit, "dispatch")


def scrapped(lot: str, amount: Decimal, unit: str) -> Edge:
    """Pieces of a lot went to scrap, where they stay. That node names the lot and nothing else: who reads of it
    need not know why."""
    return Edge(f"{_LOT}{lot}", f"scrap:{lot}", amount, unit, "scrap")


def taken_back(edge: Edge) -> Edge:
    """What a record typed wrongly is undone by; both are kept."""
    return replace(edge, quantity=-edge.quantity)


def shelf_change(edge: Edge) -> tuple[str, Decimal, Decimal]:
    """The lot, what our shelf gains of it by the edge, and how much of that became this lot by it."""
    if edge.to_node.startswith(_LOT):
        return edge.to_node.removeprefix(_LOT), edge.quantity, edge.quantity
    return edge.from_node.removeprefix(_LOT), -edge.quantity, ZERO


def happened(at: datetime | None, now: datetime, *, field: str = "at") -> tuple[datetime, bool]:
    """When it was, and whether that is told late. Raises `Invalid` for what has not happened yet."""
    if at is None:
        return now, False
    said = happened_at(
        at,
        now,
        since=now - LONG_AGO,
        field=field,
        future=Invalid(
            "time.future",
            "{actual} is in the future. Record it when it has happened.",
            field=field,
            actual=at.isoformat(),
        ),
        long_ago=Invalid(
            "time.long_ago",
            "{actual} is many years ago. Look at the year, and record when it happened.",
            field=field,
            actual=at.isoformat(),
        ),
    )
    return said, said < now - LATE_AFTER


def left_on(shipped_on: date | None, today: date) -> tuple[date, bool]:
    """The day a dispatch left, and whether that is told late. Raises `Invalid` for a day to come."""
    day = shipped_on or today
    if day > today:
        raise Invalid(
            "time.future",
            "{date} is in the future. Record it when it has happened.",
            field="shipped_on",
            date=day,
        )
    if day < today - LONG_AGO:
        raise Invalid(
            "time.long_ago",
            "{date} is many years ago. Look at the year, and record when it happened.",
            field="shipped_on",
            date=day,
        )
    return day, told_late(day, today)


def told_late(day: date, recorded_on: date) -> bool:
    """Whether what was on a day was told on a later one."""
    return day < recorded_on


def lot_number(job: str, taken: Collection[str]) -> str:
    """The next free one of the job: J4520-A, J4520-B … J4520-Z, J4520-AA; `taken` are written in capitals."""
    begin = f"J{job}" if job[:1].isdigit() else job
    place = 0
    while (number := f"{begin}-{_letters(place)}").upper() in taken:
        place += 1
    return number


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def dispatch_number(year: int, place: int) -> str:
    """`DN-2026-00001` and so on, a series for each year."""
    return f"DN-{year}-{place:05d}"
