"""What an alert about time tells besides its name: the day that was agreed, and how many pieces are out.

Kept as one text with the alert, such as `promised 2026-11-13 · out: 1200 C62, 4 KGM`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from models.domain.order import Order
from models.domain.pieces import OUT, total
from models.domain.quantities import ZERO, plain
from models.domain.records import Alert

_AGREED = re.compile(r"(?P<kind>promised|needed) (?P<day>\d{4}-\d\d-\d\d)(?: · out: (?P<out>.+))?")
# The rules whose occurrence names the day -> what that day is.
_DAYS: dict[str, Literal["promised", "needed"]] = {"ship_overdue": "promised", "receipt_overdue": "needed"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
RULES_ABOUT_TIME = frozenset({*_DAYS, "no_news"})


@dataclass(frozen=True, slots=True)
class Owing:
    """`kind` says what `day` is: promised by the supplier, or needed by us. `out`: pieces by their unit."""

    kind: Literal["promised", "needed"]
    day: date
    out: tuple[tuple[Decimal, str], ...] = ()

    def __str__(self) -> str:
        agreed = f"{self.kind} {self.day}"
        pieces = ", ".join(f"{plain(quantity):f} {unit}" for quantity, unit in self.out)
        return f"{agreed} · out: {pieces}" if pieces else agreed


def owing(order: Order, alert: Alert) -> Owing | None:
    """What is owed since when, for an alert of one of `RULES_ABOUT_TIME`. Of one that has cleared only the
    day is left to tell."""
    out = tuple(_out(order)) if alert.open else ()
    if alert.rule in _DAYS:
        day = _DAY.search(alert.occurrence)
        return Owing(_DAYS[alert.rule], date.fromisoformat(day[0]), out) if day else None
    if not alert.open:
        return None
    if order.promise_current is not None:
        return Owing("promised", order.promise_current, out)
    return Owing("needed", order.need_by, out)


def read(details: str) -> Owing | None:
    """The same from its text; None for a text that says something else."""
    found = _AGREED.fullmatch(details)
    if found is None:
        return None
    kind: Literal["promised", "needed"] = "promised" if found["kind"] == "promised" else "needed"
    parts = (part.partition(" ") for part in (found["out"] or "").split(", ") if part)
    out = tuple((Decimal(quantity), unit) for quantity, _, unit in parts)
    return Owing(kind, date.fromisoformat(found["day"]), out)


def _out(order: Order) -> Iterator[tuple[Decimal, str]]:
    by_unit: dict[str, Decimal] = {}
    for line in order.lines:
        by_unit[line.unit] = by_unit.get(line.unit, ZERO) + total(order.stock, *OUT, line=line.line)
    for unit, quantity in by_unit.items():
        if quantity:
            yield quantity, unit
