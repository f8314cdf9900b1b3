"""Where the quantities of a drawn trace stand: on their lines, none over another, none under a box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import ceil, floor, inf
from typing import NamedTuple, Protocol

# A box of the drawing.
WIDE, HIGH = 184, 56
# A letter of a quantity, a line of them, and about how long the word of a unit is beside its number.
_LETTER, _LINE, _UNIT = 6.5, 14, 5


class Label(Protocol):
    """A quantity that is drawn, its middle at `x` and the line under it at `y`."""

    x: int
    y: int
    sums: dict[str, Decimal]


class Place(Protocol):
    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def beside(self, other: Area) -> bool:
        return self.right <= other.left or other.right <= self.left


def area(sums: Mapping[str, Decimal], x: int, y: int) -> Area:
    """What the quantity covers there, about."""
    letters = sum(len(f"{some:,f}") + _UNIT + 2 for some in sums.values()) - 2
    half = letters * _LETTER / 2
    return Area(x - half, y - 1 - _LINE, x + half, y - 1)


def apart(labels: Iterable[Label], boxes: Sequence[Place]) -> None:
    """Moves each label up or down as little as it takes, the first ones not at all."""
    taken = [Area(box.x, box.y, box.x + WIDE, box.y + HIGH) for box in boxes]
    for label in labels:
        there = area(label.sums, label.x, label.y)
        label.y = _nearest(label.y, [each for each in taken if not there.beside(each)])
        taken.append(area(label.sums, label.x, label.y))


def _nearest(y: int, over: Iterable[Area]) -> int:
    """The height nearest to `y` at which a line of text meets none of these, and is not above the drawing."""
    first, last = y, y
    # What is blocked, from above to below: stretches that meet are one.
    begin, end = -inf, float(_LINE + 1)
    for top, bottom in sorted((each.top + 1, each.bottom + 1 + _LINE) for each in over):
        if top >= end:
            if begin < y < end:
                break
            begin = top
        end = max(end, bottom)
    if begin < y < end:
        first, last = floor(max(begin, -1)), ceil(end)
    return last if first < _LINE + 1 or last - y <= y - first else first
