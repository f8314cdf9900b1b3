"""Where the marks of a milestone line stand: plan above, what is below, in percent of its width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

# Marks keep clear of the edges and of each other, in percent.
_EDGE = 4.0
_GAP = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone's three days; `actual` is when it was done, `missed` that it should have been."""

    number: int
    planned: date
    forecast: date | None
    actual: date | None
    missed: bool = False

    @property
    def shown(self) -> date | None:
        """What is known beside the plan."""
        return self.actual or self.forecast

    @property
    def slip(self) -> int:
        """How many days later than planned it was done or is expected; negative when earlier."""
        return ((self.shown or self.planned) - self.planned).days


@dataclass(frozen=True, slots=True)
class Mark:
    """`state` is done, forecast, planned or missed; `at` where it stands."""

    number: int
    state: str
    at: float


@dataclass(frozen=True, slots=True)
class Slip:
    """A line from the plan to what is; `late` when it leans to the right."""

    start: float
    end: float
    late: bool


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    plan: tuple[Mark, ...]
    known: tuple[Mark, ...]
    slips: tuple[Slip, ...]
    today: float | None
    need_by: float


def milestone_line(steps: Iterable[Step], start: date, need_by: date, today: date | None) -> MilestoneLine:
    """`start` is the day of issue; `today` is None once the order has ended."""
    steps = list(steps)
    days = [start, need_by, *(step.planned for step in steps), *(step.shown for step in steps if step.shown)]
    first, last = min(days), max([*days, *([today] if today else [])])
    span = max(1, (last - first).days)

    def place(day: date) -> float:
        return round(_EDGE + (100 - 2 * _EDGE) * (day - first).days / span, 2)

    planned = _apart([place(step.planned) for step in steps])
    known = [step for step in steps if step.shown is not None]
    stands = dict(
        zip((step.number for step in known), _apart([place(s.shown) for s in known if s.shown]), strict=True)
    )
    return MilestoneLine(
        plan=tuple(
            Mark(step.number, "missed" if step.missed else "planned", at)
            for step, at in zip(steps, planned, strict=True)
        ),
        known=tuple(
            Mark(step.number, "done" if step.actual else "forecast", stands[step.number]) for step in known
        ),
        slips=tuple(
            Slip(at, stands[step.number], step.slip > 0)
            for step, at in zip(steps, planned, strict=True)
            if step.number in stands
        ),
        today=place(today) if today is not None else None,
        need_by=place(need_by),
    )


def _apart(places: list[float]) -> list[float]:
    """The same places with at least a mark's width between them, in the same order."""
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    moved = list(places)
    for before, index in pairwise(order):
        moved[index] = max(moved[index], moved[before] + _GAP)
    edge = 100 - _EDGE
    for index in reversed(order):
        moved[index] = round(min(moved[index], edge), 2)
        edge = moved[index] - _GAP
    return moved
