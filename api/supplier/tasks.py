"""What every form on a supplier's page is made of; one module per form builds on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from api.supplier.fields import Fields
from api.supplier.naming import delivery_told, line_among
from api.supplier.serials import Serials, serials_at
from api.supplier.visits import Visit
from api.supplier.words import Words
from models.domain.calendar import WorkingCalendar
from models.domain.commands import Command
from models.domain.errors import Invalid
from models.domain.order import Order
from models.domain.pieces import Bucket, Pieces, line_of, lot_of
from models.domain.quantities import ZERO


class Sight(Protocol):
    """An order and the words of who looks at it: a supplier's visit, or one of our people."""

    @property
    def order(self) -> Order: ...

    @property
    def words(self) -> Words: ...


@dataclass(frozen=True, slots=True)
class Lead:
    """The input a value came from; ``at`` says where else its error stands, when not right there."""

    input: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command read from a form. By the core's field path: the input the value came from, and what
    to call it before saying what is wrong with it."""

    command: Command
    places: Mapping[str, Lead] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """Something a supplier can tell. ``name`` is the end of its address and names its template."""

    name: str
    # The command it sends, as the core's gate knows it.
    command: str
    # What its link says, in English, marked for translation.
    title: str
    # Whether there is anything to tell now.
    offered: Callable[[Order], bool]
    # What its form shows, given what was typed or chosen before.
    form: Callable[[Visit, Mapping[str, str]], Any]
    # The command in what was typed, None when it was only to be looked at. Raises `Invalid`.
    read: Callable[[Fields, Visit], Wanted | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Pieces of one lot on one line that a form asks about. ``input`` is the start of its inputs."""

    input: str
    at: str
    label: str
    amount: str
    # Nonconformances whose pieces are here to be reworked.
    reworks: tuple[str, ...] = ()
    # Loads these pieces may have been in, by the name each is told apart by.
    loads: tuple[str, ...] = ()
    note: str = ""
    # Where its pieces have serial numbers.
    serials: Serials | None = None
    # Which delivery they are of, and its days; empty where the order's own say it all.
    delivery: str = ""

    @property
    def line(self) -> int:
        return line_of(self.at)

    @property
    def lot(self) -> str:
        return lot_of(self.at)


def places(visit: Sight, stock: Mapping[str, Pieces], *buckets: Bucket) -> Iterator[tuple[Place, Decimal]]:
    """Where `stock` has pieces in `buckets`, with how many."""
    for index, (at, pieces) in enumerate(stock.items()):
        here = sum((pieces.get(bucket, ZERO) for bucket in buckets), ZERO)
        line = visit.order.line(line_of(at))
        if here > 0 and line is not None:
            name = f"lines.{index}"
            amount = visit.words.amount(here, line.unit)
            named = serials_at(visit.order, at, name, *buckets)
            yield (
                Place(name, at, label(visit, at), amount, serials=named, delivery=delivery_at(visit, at)),
                here,
            )


def label(visit: Sight, at: str) -> str:
    """FLANGE-DN50 B · 20260315-STEEL-001; with its line where others have the part too"""
    line = visit.order.line(line_of(at))
    assert line is not None, "pieces are on the order's lines"
    return " · ".join(filter(None, [line_among(visit.order, line, visit.words), lot_of(at)]))


def delivery_at(visit: Sight, at: str) -> str:
    """Which delivery the pieces are of and its days, where these are not the order's."""
    line = visit.order.line(line_of(at))
    assert line is not None, "pieces are on the order's lines"
    return delivery_told(visit.order, line, visit.words)


def told_apart(fields: Fields, found: Iterable[Place]) -> None:
    """What each row of a form is about, to say in which one something is wrong."""
    fields.rows |= {place.input: place.label for place in found}


def serial_leads(index: int, place: Place, *names: str) -> dict[str, Lead]:
    """Where errors about line ``index`` belong when its pieces are not counted but named."""
    if place.serials is None:
        return {}
    return {f"lines.{index}.{name}": Lead(f"{place.input}.serials") for name in ("serials", *names)}


def total_of(visit: Sight, found: Mapping[int, Decimal]) -> str:
    """Quantities by line as one amount; by unit where units differ."""
    by_unit: dict[str, Decimal] = {}
    for number, quantity in found.items():
        line = visit.order.line(number)
        assert line is not None, "quantities are of the order's lines"
        by_unit[line.unit] = by_unit.get(line.unit, ZERO) + quantity
    return visit.words.listed(visit.words.amount(quantity, unit) for unit, quantity in by_unit.items())


def chosen(fields: Fields, *answers: str) -> str:
    """The button that was pressed. Raises ``Invalid``: a machine that posts what it finds presses none."""
    answer = fields.raw("answer")
    if answer not in answers:
        raise Invalid("form.answer", "Press one of the buttons to answer.")
    return answer


def instant(calendar: WorkingCalendar, day: date, now: datetime) -> datetime:
    """When something a supplier dates with a day happened: by the end of that working day, or by now."""
    if day == calendar.local_date(now):
        return now
    return calendar.at(day, calendar.closes)
