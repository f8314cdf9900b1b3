"""The question about a change order: is it all right so? Until the supplier says yes, the old terms stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.commercial import Differing, differing, repriced_told
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.pricing import Priced, priced
from api.supplier.tasks import Task, Wanted, chosen
from api.supplier.visits import Visit
from models.domain import gate
from models.domain.changed import with_change
from models.domain.changes import ChangeKind
from models.domain.commands import Acknowledge
from models.domain.order import Order


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """``sooner`` is the day asked for when nothing but an earlier one is; the supplier may name another."""

    heading: str
    name: str
    reason: str
    rows: tuple[Differing, ...]
    today: str
    # What all of it comes to once the change holds.
    priced: Priced
    # That a new price is for pieces that are accepted already, too; empty when it is not.
    repriced: str
    sooner: str = ""


def _offered(order: Order) -> bool:
    return order.change_to_answer is not None and gate.why_not(order, "acknowledge") is None


def _form(visit: Visit, _typed: Mapping[str, str]) -> ChangeForm:
    order, words = visit.order, visit.words
    change = order.change_to_answer
    assert change is not None, "it is offered only while a change waits for an answer"
    rows = tuple(differing(change.before, change.after, change.added, order, words))
    today = words.today.isoformat()
    after = priced(with_change(order, change), words)
    if change.kind is ChangeKind.EXPEDITE:
        day = words.day(change.after.need_by)
        heading = words.say(N_("Urgent: can you finish by {day}?"), day=day)
        return ChangeForm(heading, change.change, change.reason, rows, today, after, "", day)
    return ChangeForm(
        words.say(N_("Can you do it with this change?")),
        change.change,
        change.reason,
        rows,
        today,
        after,
        repriced_told(order, change, words),
    )


def _read(fields: Fields, _visit: Visit) -> Wanted:
    answer, name = chosen(fields, "accept", "other", "decline"), fields.raw("change")
    if answer == "accept":
        return Wanted(Acknowledge("accept", change=name))
    if answer == "other":
        day = fields.day("promise_date")
        if day is None and not fields.errors:
            fields.wrong("promise_date", "Choose the day you can promise.")
        fields.check()
        return Wanted(Acknowledge("accept", day, change=name))
    reason = fields.text("reason", most=LONGEST_TEXT)
    fields.check()
    return Wanted(Acknowledge("decline", reason=reason, change=name))


CHANGE = Task("change", "acknowledge", N_("Answer the change"), _offered, _form, _read)
