"""Serial numbers in a form: those that are there to be ticked or judged, others typed, scanned or pasted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from api.supplier.fields import LONGEST_TEXT, Fields
from models.domain.decisions.drawing import Shelf
from models.domain.order import Order
from models.domain.pieces import Bucket, line_of, lot_of
from models.domain.quantities import ZERO

# A scanner ends each with a line; a spreadsheet puts tabs between them, people commas.
_BETWEEN = re.compile(r"[\n\t,;]+")
ALL, TYPED = "all", "serials"


@dataclass(frozen=True, slots=True)
class Serials:
    """What a form asks about pieces with serial numbers. ``input`` is the start of its inputs.

    Without ``results`` they are ticked; else each is one of these, by value and marked word. ``rest`` is
    what those are that nothing else is said of, to begin with.
    """

    input: str
    here: tuple[str, ...]
    results: tuple[tuple[str, str], ...] = ()
    rest: str = ""

    def tick(self, serial: str) -> str:
        """The name of the input that is about one of them."""
        return f"{self.input}.serial.{serial}"


def tracked(order: Order, at: str) -> bool:
    line = order.line(line_of(at))
    return line is not None and line.by_serial


def serials_at(
    order: Order,
    at: str,
    prefix: str,
    *buckets: Bucket,
    results: Mapping[str, str] | None = None,
    rest: str = "",
    parcel: str = "",
) -> Serials | None:
    """Those of one line and lot in ``buckets`` that somebody may take; None where the part has none.

    No lot means all of the line, ``parcel`` only what is in it.
    """
    if not tracked(order, at):
        return None
    line, lot = line_of(at), lot_of(at)
    here = tuple(
        lot_of(name)
        for name, place in Shelf(order).serials.items()
        if line_of(name) == line
        and lot in ("", place.lot)
        and place.bucket in buckets
        and parcel in ("", place.parcel)
    )
    return Serials(prefix, here, tuple((results or {}).items()), rest)


def typed_serials(fields: Fields, name: str) -> tuple[str, ...]:
    """What was typed, scanned or pasted into one box, each once."""
    text = fields.text(name, most=50 * LONGEST_TEXT)
    return tuple(dict.fromkeys(each for part in _BETWEEN.split(text) if (each := part.strip())))


def ticked(fields: Fields, asked: Serials) -> tuple[str, ...]:
    """The serials that were ticked or typed."""
    every = bool(fields.raw(f"{asked.input}.{ALL}"))
    chosen = tuple(serial for serial in asked.here if every or fields.raw(asked.tick(serial)))
    return tuple(dict.fromkeys((*chosen, *typed_serials(fields, f"{asked.input}.{TYPED}"))))


def judged(fields: Fields, asked: Serials, over: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """Each serial with what it was found to be. What was typed beside those that are there is as the
    others are, or waits when it cannot be one of ``over``."""
    known = {value for value, _ in asked.results}
    rest = fields.raw(f"{asked.input}.{ALL}")
    if rest not in known:
        rest = ""
    found: dict[str, str] = {}
    for serial in asked.here:
        result = fields.raw(asked.tick(serial)) or rest
        if result in known:
            found[serial] = result
    unlisted = (each for each in typed_serials(fields, f"{asked.input}.{TYPED}") if each not in asked.here)
    found |= dict.fromkeys(unlisted, rest if rest in over else "pending")
    return tuple(found.items())


def amount(
    fields: Fields, asked: Serials | None, typed: Decimal | None
) -> tuple[Decimal | None, tuple[str, ...]]:
    """How many pieces, and which: as many as are named, where they have serial numbers."""
    if asked is None:
        return typed, ()
    names = ticked(fields, asked)
    return (Decimal(len(names)) or None, names)


def counts(found: Iterable[tuple[str, str]]) -> dict[str, Decimal]:
    """How many serials were found to be what."""
    totals: dict[str, Decimal] = {}
    for _, result in found:
        totals[result] = totals.get(result, ZERO) + 1
    return totals


def nothing(
    fields: Fields, prefix: str, asked: Serials | None, otherwise: str, name: str = "quantity"
) -> None:
    """Says that a form is empty, where pieces are named or counted: ``otherwise`` is what counting asks."""
    if asked is not None:
        fields.wrong(f"{prefix}.{TYPED}", "Say which pieces, by their serial numbers.")
    else:
        fields.wrong(f"{prefix}.{name}" if prefix else "", otherwise)
