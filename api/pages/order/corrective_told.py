"""Sentences about what is done so that it does not happen again."""

from __future__ import annotations

from activities.i18n import N_
from api.pages.alert_words import caused_by
from api.pages.order.telling import Sentence, Telling
from api.pages.order.wording import RESPONSIBLE
from models.domain import events as e


def planned(event: e.ActionPlanned, tell: Telling) -> Sentence:
    values = {"nonconformance": event.nonconformance, "day": tell.day(event.due)}
    text = N_("{who} planned a corrective action for {nonconformance} until {day}.")
    return Sentence(text, values, reason=event.what, details=(caused_by(tell.words, {"cause": event.cause}),))


def completed(event: e.ActionCompleted, tell: Telling) -> Sentence:  # noqa: ARG001
    text = N_("{who} said that corrective action {action} is done.")
    return Sentence(text, {"action": event.action}, reason=event.note)


def verified(event: e.ActionVerified, tell: Telling) -> Sentence:  # noqa: ARG001
    values = {"action": event.action}
    if event.effective:
        return Sentence(N_("{who} verified that {action} was effective."), values, "good", event.note)
    return Sentence(N_("{who} found that {action} was not effective."), values, "act", event.note)


def responsibility(event: e.ResponsibilitySet, tell: Telling) -> Sentence:
    values = {
        "nonconformance": event.nonconformance,
        "responsible": tell.say(RESPONSIBLE[event.responsibility]),
    }
    text = N_("{who} said who is responsible for {nonconformance}: {responsible}.")
    return Sentence(text, values, reason=caused_by(tell.words, {"cause": event.cause}))


def reviewed(event: e.NonconformanceReviewed, tell: Telling) -> Sentence:  # noqa: ARG001
    text = N_("{who} reviewed {nonconformance}.")
    return Sentence(text, {"nonconformance": event.nonconformance}, reason=event.note)
