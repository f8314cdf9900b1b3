"""Corrective actions the supplier is to do: it says that one is done, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activities import wording
from activities.i18n import N_
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Sight, Task, Wanted, chosen
from models.domain import gate
from models.domain.commands import CompleteAction
from models.domain.corrective import SUPPLIER, ActionState, CorrectiveAction
from models.domain.order import Order
from models.domain.records import Nonconformance


@dataclass(frozen=True, slots=True)
class ActionForm:
    heading: str
    action: str
    what: str
    cause: str
    defect: str
    due: str
    # Others that are to be done: their names.
    others: tuple[str, ...]


def owed(order: Order) -> list[tuple[Nonconformance, CorrectiveAction]]:
    """What the supplier is to do, and has not said is done."""
    return [
        (item, action)
        for item in order.nonconformances.values()
        for action in item.actions
        if not item.withdrawn and action.owner == SUPPLIER and action.state is ActionState.PLANNED
    ]


def _offered(order: Order) -> bool:
    return gate.why_not(order, "complete-action") is None and bool(owed(order))


def _subject(order: Order, typed: Mapping[str, str]) -> tuple[Nonconformance, CorrectiveAction]:
    found = owed(order)
    return next((pair for pair in found if pair[1].action == typed.get("action")), found[0])


def form(visit: Sight, typed: Mapping[str, str]) -> ActionForm:
    words = visit.words
    item, action = _subject(visit.order, typed)
    return ActionForm(
        heading=words.say(N_("Is the corrective action done?")),
        action=action.action,
        what=action.what,
        cause=wording.cause(words.locale, action.cause),
        defect=wording.defect(words.locale, item.defect),
        due=words.far_day(action.due),
        others=tuple(other.action for _, other in owed(visit.order) if other is not action),
    )


def read(fields: Fields, visit: Sight) -> Wanted:
    chosen(fields, "done")
    item, action = _subject(visit.order, fields.typed)
    note = fields.text("note", most=LONGEST_TEXT)
    if not note:
        fields.wrong("note", N_("Say what was done."))
    fields.check()
    return Wanted(CompleteAction(item.nonconformance, action.action, note))


ACTION = Task("action", "complete-action", N_("Say that a corrective action is done"), _offered, form, read)
