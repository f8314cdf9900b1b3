"""The first question: can you finish this by then?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Task, Wanted, chosen, total_of
from api.supplier.visits import Visit
from models.domain import gate
from models.domain.commands import Acknowledge
from models.domain.order import Order


@dataclass(frozen=True, slots=True)
class AnswerForm:
    heading: str
    need_by: str
    away: str
    today: str


def _offered(order: Order) -> bool:
    return gate.why_not(order, "acknowledge") is None


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
    )


def _read(fields: Fields, _visit: Visit) -> Wanted:
    answer = chosen(fields, "accept", "other", "decline")
    if answer == "decline":
        command = Acknowledge("decline", reason=fields.text("reason", most=LONGEST_TEXT))
    else:
        promised = fields.day("promise_date") if answer == "other" else None
        if answer == "other" and promised is None and not fields.errors:
            fields.wrong("promise_date", "Choose the day you can promise.")
        command = Acknowledge("accept", promised, fields.text("supplier_order"))
    fields.check()
    return Wanted(command)


ANSWER = Task("answer", "acknowledge", N_("Answer the order"), _offered, _form, _read)
