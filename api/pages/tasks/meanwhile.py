"""What happened to an order, in the sentences of its history: since a form was drawn, or of some kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from api.pages.order.stream import Entry, entries
from api.pages.order.telling import Telling
from api.supplier.words import Words
from models.domain.order import Order
from models.queries.order_stream import Stretch, names, stretch

_MOST = 20


def since(session: Session, order: Order, version: int, words: Words) -> list[Markup]:
    """What happened after `version`, each with the reason somebody gave; the newest first."""
    found = told(session, order, words, _MOST, lambda row: bool(row.sequence > version))
    return [
        Markup("{} <q>{}</q>").format(entry.text, entry.reason) if entry.reason else entry.text
        for entry in found
    ]


def told(
    session: Session, order: Order, words: Words, most: int, which: Callable[[Any], bool]
) -> list[Entry]:
    """Those of the newest `most` events that `which` keeps, without the mails between them."""
    found = tuple(row for row in stretch(session, order.number, None, most).events if which(row))
    people = names(session, {row.actor for row in found})
    return entries(Stretch(found, (), None), Telling(order, words), people)
