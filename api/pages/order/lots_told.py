"""Sentences about holds of lots that cover pieces of the order."""

from __future__ import annotations

from activities.i18n import N_
from api.pages.order.telling import Sentence, Telling
from models.domain import events as e


def held(event: e.LotHeld, tell: Telling) -> Sentence:
    text = (
        N_("Lot {lot} is on hold; the supplier was asked to stop work on {lots}.")
        if event.supplier_told
        else N_("Lot {lot} is on hold, and with it the pieces of {lots}.")
    )
    return Sentence(text, _values(event, tell), "act", event.reason)


def released(event: e.LotReleased, tell: Telling) -> Sentence:
    text = (
        N_("Lot {lot} was released; the supplier was told to go on with {lots}.")
        if event.supplier_told
        else N_("Lot {lot} was released, and with it the pieces of {lots}.")
    )
    return Sentence(text, _values(event, tell), "good", event.reason)


def _values(event: e.LotHeld | e.LotReleased, tell: Telling) -> dict[str, str]:
    return {"lot": event.lot, "lots": tell.words.listed(event.lots)}
