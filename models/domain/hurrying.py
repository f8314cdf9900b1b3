"""Earlier days a supplier agreed to when asked to hurry, each with a fee that is due once.

An order that is split or taken up takes the day along with the lines that were hurried. One order is charged the
fee; each other one with such lines tells it, when it ends, what came there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from models.domain.quantities import ZERO

if TYPE_CHECKING:
    from models.domain.order import Line, Order


@dataclass(frozen=True, slots=True)
class HurriedPart:
    """What became of the lines hurried by `change` in order `order`, which has ended: whether anything `came` that
    is to be paid, and whether all that came `kept` the day."""

    change: str
    order: str
    came: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class Expedite:
    """An earlier day the supplier accepted when it was asked to hurry."""

    change: str
    accepted_at: datetime
    before: date
    need_by: date
    # What it costs: the highest fee of the lines the order had then, whatever it takes up or loses later.
    fee: Decimal = ZERO
    # What was promised with it, for which the fee is due; None where that came with the answer to the order.
    promised: date | None = None
    # The lines that were hurried, as they are numbered here; None: all of them.
    lines: tuple[int, ...] | None = None
    # The order that is charged the fee, where that is another one, and here what is known of the other ones.
    lead: str = ""
    others: Mapping[str, HurriedPart] = field(default_factory=dict)

    def covers(self, line: Line) -> bool:
        """Whether the line was hurried, or is a later delivery of one that was."""
        return self.lines is None or not {line.line, line.delivery_of}.isdisjoint(self.lines)


def shared(order: Order, lines: Iterable[Line], number: str, first: str) -> tuple[Expedite, ...]:
    """What order `number` has of the days of `order`, when it is split and that one gets `lines`: the `first` is
    charged the fees."""
    found = []
    for each, covered in _covered(order, lines):
        if number == first and not each.lead:
            found.append(replace(each, lines=covered))
        elif covered:
            found.append(replace(each, lines=covered, lead=each.lead or first, others={}))
    return tuple(found)


def taken_up(source: Order, numbers: Mapping[int, int]) -> Iterator[Expedite]:
    """What is taken along from `source`, whose lines get other numbers in the order that takes it up."""
    for each, covered in _covered(source, source.lines):
        yield replace(each, lines=tuple(numbers[line] for line in covered))


def together(order: Order, taken: Iterable[Expedite]) -> tuple[Expedite, ...]:
    """The days of `order` and those it takes up; parts of the same one are one again."""
    found = {each.change: replace(each, lines=covered) for each, covered in _covered(order, order.lines)}
    for each in taken:
        here = found.get(each.change)
        if here is not None:
            lines = (*(here.lines or ()), *(each.lines or ()))
            others = {**here.others, **each.others}
            each = replace(here, lines=lines, lead=here.lead and each.lead, others=others)
        found[each.change] = each
    return tuple(found.values())


def told(order: Order, news: HurriedPart) -> tuple[Expedite, ...]:
    """The days of the order as it knows them after `news`, which are about one it is charged the fee of."""
    return tuple(
        replace(each, others={**each.others, news.order: news})
        if each.change == news.change and not each.lead
        else each
        for each in order.expedites
    )


def _covered(order: Order, lines: Iterable[Line]) -> Iterator[tuple[Expedite, tuple[int, ...]]]:
    """Each day, and which of `lines` were hurried for it."""
    some = tuple(lines)
    return ((each, tuple(line.line for line in some if each.covers(line))) for each in order.expedites)
