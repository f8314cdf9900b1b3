"""Other terms line by line, in one delivery or in several: the rows a form has for them, and what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.supplier.fields import Fields
from api.supplier.naming import line_among, line_called
from api.supplier.tasks import Lead, Sight
from api.supplier.terms import delivery
from models.domain.asking_price import asked_lines
from models.domain.commands import TermsLine
from models.domain.order import Line
from models.domain.quantities import whole
from models.domain.records import LineTerms

# More are agreed in a talk, not on a form.
_MOST = 12
_NAMES = ("quantity", "unit_price", "promise_date")
# What the button says that asks for one more delivery of line 0: `add.0`.
ADD = "add"


@dataclass(frozen=True, slots=True)
class DeliveryField:
    """One delivery of a line that other terms may be proposed for. `input` is the start of its inputs, `id`
    that of their labels; the values are those of a proposal that is open, empty where it leaves the order's."""

    input: str
    label: str
    quantity: str
    unit_price: str
    promise_date: str


@dataclass(frozen=True, slots=True)
class TermsField:
    """A line and its deliveries. `input` is the start of what belongs to the line itself."""

    input: str
    label: str
    ordered: str
    price: str
    needed: str
    add: str
    rows: tuple[DeliveryField, ...]
    # No more can be added.
    full: bool
    # One was just added: the page goes there.
    added: str


def terms_fields(sight: Sight, typed: Mapping[str, str]) -> tuple[TermsField, ...]:
    """Every line that is asked for, with as many rows as the form had, or the open proposal has, and one more where
    asked. One that is agreed already is there only where something else is proposed for it."""
    order = sight.order
    asked = asked_lines(order)
    wanted: dict[int, list[LineTerms]] = {}
    for terms in order.counter.terms if order.counter is not None else ():
        wanted.setdefault(terms.line, []).append(terms)
    return tuple(
        _field(sight, typed, index, line, stands, found)
        for index, (line, stands) in enumerate(zip(order.lines, order.terms, strict=True))
        if (found := wanted.get(line.line, [stands])) != [stands] or line in asked
    )


def _field(
    sight: Sight,
    typed: Mapping[str, str],
    index: int,
    line: Line,
    stands: LineTerms,
    wanted: list[LineTerms],
) -> TermsField:
    order, words = sight.order, sight.words
    starts = _starts(typed, index, len(wanted))
    part = line_among(order, line, words)
    return TermsField(
        input=f"lines.{index}",
        label=part,
        ordered=words.amount(line.ordered, line.unit),
        price=words.price(line.unit_price, order.currency, line.basis),
        needed=words.day(line.need_by or order.need_by),
        add=f"{ADD}.{index}",
        rows=tuple(
            DeliveryField(
                start,
                delivery(part, place + 1 if len(starts) > 1 else 0, words),
                **{name: _differing(stands, wanted, place, name) for name in _NAMES},
            )
            for place, start in enumerate(starts)
        ),
        full=len(starts) >= _MOST,
        added=starts[-1] if typed.get("answer") == f"{ADD}.{index}" else "",
    )


def _starts(typed: Mapping[str, str], index: int, proposed: int) -> list[str]:
    had = typed.get(f"lines.{index}.deliveries", "")
    asked = whole(had)
    count = asked if asked is not None and asked < 100 else proposed
    count += typed.get("answer") == f"{ADD}.{index}"
    return [f"lines.{index}", *(f"lines.{index}.{place}" for place in range(1, min(count, _MOST)))]


def _differing(stands: LineTerms, wanted: list[LineTerms], place: int, name: str) -> str:
    if place >= len(wanted):
        return ""
    proposed = getattr(wanted[place], name)
    return str(proposed) if proposed != getattr(stands, name) else ""


def asks_for_more(fields: Fields) -> bool:
    """Whether a button was pressed that only adds a row."""
    return fields.raw("answer").startswith(f"{ADD}.")


def read_terms(
    fields: Fields, sight: Sight, count: Callable[[Fields, str, str], Decimal | None]
) -> tuple[tuple[TermsLine, ...], dict[str, Lead]]:
    """The lines that say something, with where each value was typed. What was left empty stays as ordered;
    the first delivery of a line that has others takes what they leave, when it does not say how many."""
    lines: list[TermsLine] = []
    leads: dict[str, Lead] = {}
    for index, line in enumerate(sight.order.lines):
        starts = _starts(fields.typed, index, 1)
        rows = [_row(fields, sight, line, starts, place, count) for place in range(len(starts))]
        said = [place for place, row in enumerate(rows) if row != TermsLine(line.line)]
        for place in sorted({*said, *([0] if any(said) else [])}):
            for name in _NAMES:
                leads[f"lines.{len(lines)}.{name}"] = Lead(f"{starts[place]}.{name}")
            lines.append(rows[place])
    return tuple(lines), leads


def _row(
    fields: Fields,
    sight: Sight,
    line: Line,
    starts: list[str],
    place: int,
    count: Callable[[Fields, str, str], Decimal | None],
) -> TermsLine:
    at = starts[place]
    fields.rows[at] = delivery(
        line_called(line, sight.words), place + 1 if len(starts) > 1 else 0, sight.words
    )
    day: date | None = fields.day(f"{at}.promise_date")
    return TermsLine(
        line.line,
        count(fields, f"{at}.quantity", line.unit),
        fields.quantity(f"{at}.unit_price", ""),
        day,
    )
