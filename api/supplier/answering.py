"""The first question: can you finish this by then? If not so, on which terms?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Lead, Task, Wanted, chosen, line_called, total_of
from api.supplier.visits import Visit
from models.domain import gate
from models.domain.commands import Acknowledge, TermsLine
from models.domain.order import Order
from models.domain.records import LineTerms


@dataclass(frozen=True, slots=True)
class TermsField:
    """One line that other terms may be proposed for. ``input`` is the start of its inputs; the values
    are those of a proposal that is open, empty where it leaves the order's."""

    input: str
    label: str
    ordered: str
    price: str
    quantity: str
    unit_price: str
    promise_date: str


@dataclass(frozen=True, slots=True)
class AnswerForm:
    heading: str
    need_by: str
    away: str
    today: str
    lines: tuple[TermsField, ...]


def _offered(order: Order) -> bool:
    return order.answer not in gate.FINAL and gate.why_not(order, "acknowledge") is None


def _form(visit: Visit, _typed: Mapping[str, str]) -> AnswerForm:
    order, words = visit.order, visit.words
    pieces = total_of(visit, {line.line: line.ordered for line in order.lines})
    return AnswerForm(
        heading=words.say(
            N_("Can you finish {pieces} by {day}?"), pieces=pieces, day=words.day(order.need_by)
        ),
        need_by=words.day(order.need_by),
        away=words.away(order.need_by),
        today=words.today.isoformat(),
        lines=tuple(_lines(visit)),
    )


def _lines(visit: Visit) -> Iterator[TermsField]:
    order, words = visit.order, visit.words
    open_terms = {terms.line: terms for terms in order.counter.terms} if order.counter is not None else {}
    for index, (line, stands) in enumerate(zip(order.lines, order.terms, strict=True)):
        wanted = open_terms.get(line.line, stands)
        yield TermsField(
            input=f"lines.{index}",
            label=f"{line.part} {line.part_revision}",
            ordered=words.amount(line.ordered, line.unit),
            price=words.price(line.unit_price, order.currency),
            quantity=_differing(stands, wanted, "quantity"),
            unit_price=_differing(stands, wanted, "unit_price"),
            promise_date=_differing(stands, wanted, "promise_date"),
        )


def _differing(stands: LineTerms, wanted: LineTerms, name: str) -> str:
    proposed = getattr(wanted, name)
    return str(proposed) if proposed != getattr(stands, name) else ""


def _read(fields: Fields, visit: Visit) -> Wanted:
    answer = chosen(fields, "accept", "other", "propose", "decline")
    if answer == "propose":
        return _proposal(fields, visit)
    if answer == "decline":
        command = Acknowledge("decline", reason=fields.text("reason", most=LONGEST_TEXT))
    else:
        promised = fields.day("promise_date") if answer == "other" else None
        if answer == "other" and promised is None and not fields.errors:
            fields.wrong("promise_date", "Choose the day you can promise.")
        command = Acknowledge("accept", promised, fields.text("supplier_order"))
    fields.check()
    return Wanted(command)


def _proposal(fields: Fields, visit: Visit) -> Wanted:
    """Other terms for the lines that say so; what was left empty stays as ordered."""
    lines: list[TermsLine] = []
    leads: dict[str, Lead] = {}
    for index, line in enumerate(visit.order.lines):
        at = f"lines.{index}"
        fields.rows[at] = line_called(line, visit.words)
        wanted = TermsLine(
            line.line,
            fields.quantity(f"{at}.quantity", line.unit),
            fields.quantity(f"{at}.unit_price", ""),
            fields.day(f"{at}.promise_date"),
        )
        if wanted != TermsLine(line.line):
            for name in ("quantity", "unit_price", "promise_date"):
                leads[f"lines.{len(lines)}.{name}"] = Lead(f"{at}.{name}")
            lines.append(wanted)
    leads |= {"lines": Lead("lines.0.quantity"), "promise_date": Lead("lines.0.promise_date")}
    reason, number = fields.text("why", most=LONGEST_TEXT), fields.text("supplier_order")
    fields.check()
    return Wanted(Acknowledge("counter", None, number, reason, tuple(lines)), leads)


ANSWER = Task("answer", "acknowledge", N_("Answer the order"), _offered, _form, _read)
