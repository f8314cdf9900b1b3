"""Sentences about orders that are expedited, and those they push."""

from __future__ import annotations

from activities.i18n import N_
from api.pages.order.telling import Change, Sentence, Telling
from models.domain import events as e


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
