"""Sentences about orders that are expedited, those they push, and plans for when one goes wrong."""

# A sentence has one signature, whether or not it needs every argument.
# ruff: noqa: ARG001

from __future__ import annotations

from activities.i18n import N_
from api.pages.order.telling import Change, Sentence, Telling
from models.domain import events as e
from models.domain.records import Contingency


def expedited(event: e.OrderExpedited, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} expedited the order; {supplier} is asked whether {day} is possible."),
        {"supplier": tell.order.supplier_name, "day": tell.day(event.need_by)},
        "watch",
        event.reason,
        details=tuple(
            tell.say(
                N_("{order} comes later for it: {before} → {after}"),
                order=pushed.order,
                before=tell.day(pushed.before),
                after=tell.day(pushed.forecast),
            )
            for pushed in event.pushed
        ),
    )


def pushed(event: e.OrderPushed, tell: Telling) -> Sentence:
    change = Change(tell.say(N_("Expected")), tell.day(event.before), tell.day(event.forecast))
    return Sentence(
        N_("{order} was expedited and goes first at {supplier}."),
        {"order": event.by, "supplier": tell.order.supplier_name},
        "watch",
        changes=(change,),
    )


def taken_back(event: e.PushTakenBack, tell: Telling) -> Sentence:
    change = Change(tell.say(N_("Expected")), tell.day(event.before), tell.day(event.forecast))
    return Sentence(
        N_("{order} does not go first at {supplier} after all."),
        {"order": event.by, "supplier": tell.order.supplier_name},
        "good",
        changes=(change,),
    )


def planned(event: e.ContingencyPlanned, tell: Telling) -> Sentence:
    plan = event.plan
    return Sentence(
        N_("{who} made a contingency plan, to be decided by {day}."),
        {"day": tell.day(plan.decide_by)},
        reason=plan.note,
        details=plan_told(plan, tell),
    )


def plan_told(plan: Contingency, tell: Telling) -> tuple[str, ...]:
    """What a plan says is to be done."""
    parts = ((N_("Other supplier"), plan.supplier_name), (N_("Material to buy early"), plan.material))
    return tuple(tell.words.labelled(tell.say(label), text) for label, text in parts if text)


def settled(event: e.ContingencySettled, tell: Telling) -> Sentence:
    if event.decision == "use":
        return Sentence(N_("{who} decided to use the contingency plan."), kind="watch", reason=event.note)
    return Sentence(N_("{who} dropped the contingency plan."), kind="good", reason=event.note)
