"""The question about a change order: is it all right so? Until the supplier says yes, the old terms stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.commercial import Differing, differing
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Task, Wanted, chosen
from api.supplier.visits import Visit
from models.domain import gate
from models.domain.commands import Acknowledge
from models.domain.order import Order


@dataclass(frozen=True, slots=True)
class ChangeForm:
    heading: str
    name: str
    reason: str
    rows: tuple[Differing, ...]


def _offered(order: Order) -> bool:
    return order.change_to_answer is not None and gate.why_not(order, "acknowledge") is None


def _form(visit: Visit, _typed: Mapping[str, str]) -> ChangeForm:
    order, words = visit.order, visit.words
    change = order.change_to_answer
    assert change is not None, "it is offered only while a change waits for an answer"
    return ChangeForm(
        words.say(N_("Can you do it with this change?")),
        change.change,
        change.reason,
        tuple(differing(change.before, change.after, order, words)),
    )


def _read(fields: Fields, _visit: Visit) -> Wanted:
    answer, name = chosen(fields, "accept", "decline"), fields.raw("change")
    if answer == "accept":
        return Wanted(Acknowledge("accept", change=name))
    reason = fields.text("reason", most=LONGEST_TEXT)
    fields.check()
    return Wanted(Acknowledge("decline", reason=reason, change=name))


CHANGE = Task("change", "acknowledge", N_("Answer the change"), _offered, _form, _read)
