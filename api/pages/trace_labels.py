"""Where the quantities of a drawn trace stand: on their lines, none over another, none under a box."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
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

    def meets(self, other: Area) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


def area(sums: Mapping[str, Decimal], x: int, y: int) -> Area:
    """What the quantity covers there, about."""
    letters = sum(len(f"{some:,f}") + _UNIT + 2 for some in sums.values()) - 2
    half = letters * _LETTER / 2
    return Area(x - half, y - 1 - _LINE, x + half, y - 1)


def apart(labels: Iterable[Label], boxes: Sequence[Place]) -> None:
    """Moves each label up or down as little as it takes, the first ones not at all."""
    taken = [Area(box.x, box.y, box.x + WIDE, box.y + HIGH) for box in boxes]
    for label in labels:
        for y in _near(label.y):
            there = area(label.sums, label.x, y)
            if there.top >= 0 and not any(map(there.meets, taken)):
                label.y = y
                taken.append(there)
                break


def _near(y: int) -> Iterator[int]:
    step = 0
    while True:
        yield y + step
        yield y - step
        step += 2
