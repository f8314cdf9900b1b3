"""Lines of orders that were split: what is due once for a line is due once for all its parts.

One part leads. It is charged the lots, the minimum and the days late for all of them; each other one tells it, when its
order ends, what was finished there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from models.domain.quantities import ZERO

if TYPE_CHECKING:
    from models.domain.order import Line


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How what was promised of a line was kept: `complete` when all of it came, told by delivery `line`, which
    came `days` working days after its promise, before it when negative. `moved` is the promise moved by our own
    holds. What was given up instead was not `received`; where nothing came, nor was given up, there are no days.
    `so_far`: it is still out, and the days are those until now."""

    complete: bool
    line: int = 0
    days: int = 0
    promised: date | None = None
    received: date | None = None
    moved: date | None = None
    so_far: bool = False


@dataclass(frozen=True, slots=True)
class PartWork:
    """What was finished of part `of` in order `order`, which has ended: what that costs by its price, and of
    which lots. `becomes` are the orders that go on with the part instead. `punctual` is None where nothing was
    to be kept, and of parts that were told of before it was charged once for all of them."""

    of: str
    order: str
    work: Decimal = ZERO
    lots: tuple[str, ...] = ()
    becomes: tuple[str, ...] = ()
    punctual: Punctuality | None = None


@dataclass(frozen=True, slots=True)
class Parted:
    """A line is part of what was line `of` before, such as SO-1/2. Order `lead` had the part that leads when
    it was split; `others` are what that one knows of the orders with the other parts, None while they go on."""

    of: str
    lead: str
    leads: bool = False
    others: Mapping[str, PartWork | None] = field(default_factory=dict)


def root(order: str, line: Line) -> str:
    """What a line is called together with all that is due once with it."""
    return line.parted.of if line.parted is not None else f"{order}/{line.delivery_of or line.line}"


def shared(
    old: str, lines: Mapping[int, Line], parts: Mapping[str, tuple[Line, ...]]
) -> dict[str, tuple[Line, ...]]:
    """The lines of the orders that `old` was split into, by their numbers, each knowing its other parts.
    `lines` are those of `old`."""
    found = dict(parts)
    for of in dict.fromkeys(root(old, line) for line in lines.values()):
        group = {line.line: line for line in lines.values() if root(old, line) == of}
        before = next((line.parted for line in group.values() if line.parted and line.parted.leads), None)
        if before is None and any(line.parted for line in group.values()):
            # Its lead is elsewhere, and is told when this order is over.
            continue
        having = [number for number, some in parts.items() if any(line.line in group for line in some)]
        if before is None and len(having) < 2:
            continue
        others: dict[str, PartWork | None] = dict(before.others) if before is not None else {}
        others |= dict.fromkeys(having[1:])
        first = next(line.line for line in parts[having[0]] if line.line in group)
        # The supplier sets up once, where the part is that leads.
        setup = sum((line.setup_allowance for line in group.values()), ZERO)
        for number in having:
            parted = Parted(of, having[0])
            leading = replace(parted, leads=True, others=others)
            found[number] = tuple(
                line
                if line.line not in group
                else replace(line, parted=leading, setup_allowance=setup)
                if (number, line.line) == (having[0], first)
                else replace(line, parted=parted, setup_allowance=ZERO)
                for line in found[number]
            )
    return found


def elsewhere(order: str, line: Line) -> Iterator[PartWork | None]:
    """What is known of the parts of `line`, which leads, in orders beside `order`; None of those that go on."""
    assert line.parted is not None, "only parts have other parts"
    return (each for number, each in line.parted.others.items() if number != order)


def told(line: Line, news: PartWork) -> Line:
    """The line knowing `news`, if it leads what they are about."""
    parted = line.parted
    if parted is None or not parted.leads or parted.of != news.of:
        return line
    others = dict(parted.others)
    if news.becomes:
        others.pop(news.order, None)
        others = dict.fromkeys(news.becomes) | others
    else:
        others[news.order] = news
    return line if others == parted.others else replace(line, parted=replace(parted, others=others))
