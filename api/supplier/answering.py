"""The first question: can you finish this by then? If not so, on which terms?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.deliveries import TermsField, asks_for_more, read_terms, terms_fields
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.pricing import Priced, priced
from api.supplier.tasks import Lead, Task, Wanted, chosen, total_of
from api.supplier.visits import Visit
from models.domain import gate
from models.domain.asking_price import asked_lines
from models.domain.commands import Acknowledge
from models.domain.delivery_days import days_needed
from models.domain.order import Order


@dataclass(frozen=True, slots=True)
class AnswerForm:
    heading: str
    need_by: str
    away: str
    today: str
    lines: tuple[TermsField, ...]
    priced: Priced
    # Its lines are needed on different days, which stand beside them.
    several_days: bool


def _offered(order: Order) -> bool:
    return order.answer not in gate.FINAL and gate.why_not(order, "acknowledge") is None


def _form(visit: Visit, typed: Mapping[str, str]) -> AnswerForm:
    order, words = visit.order, visit.words
    asked = asked_lines(order)
    pieces = total_of(visit, {line.line: line.ordered for line in asked})
    days = days_needed(order, asked)
    heading = N_("Can you finish {pieces} by {day}?")
    if len(days) > 1:
        heading = N_("Can you finish {pieces}, each by the day below?")
    return AnswerForm(
        heading=words.say(heading, pieces=pieces, day=words.day(days[-1])),
        need_by=words.day(days[-1]),
        away=words.away(days[-1]),
        today=words.today.isoformat(),
        lines=terms_fields(visit, typed),
        priced=priced(order, words, asked),
        several_days=len(days) > 1,
    )


def _read(fields: Fields, visit: Visit) -> Wanted | None:
    if asks_for_more(fields):
        return None
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
    lines, leads = read_terms(fields, visit, Fields.quantity)
    leads |= {"lines": Lead("lines.0.quantity"), "promise_date": Lead("lines.0.promise_date")}
    reason, number = fields.text("why", most=LONGEST_TEXT), fields.text("supplier_order")
    fields.check()
    return Wanted(Acknowledge("counter", None, number, reason, lines), leads)


ANSWER = Task("answer", "acknowledge", N_("Answer the order"), _offered, _form, _read)
