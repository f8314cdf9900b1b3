"""First articles: a few pieces go first, and the rest only once quality has released their inspection.

How many may go is a function of the order: `first_article` of the line until an inspection of the line is
released. A rejected inspection, or the loss of every piece that went, asks for as many anew.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from models.domain.order import Line, Order, inspections_of, sent_on
from models.domain.pieces import Bucket, total
from models.domain.quantities import ZERO

# Pieces here can no longer be measured.
_GONE = (Bucket.LOST, Bucket.SCRAPPED, Bucket.RETURNED_TO_SUPPLIER)


class State(StrEnum):
    """What a first article waits for."""

    SEND = "send"
    INSPECT = "inspect"
    REVIEW = "review"
    RELEASED = "released"


def state(order: Order, line: Line) -> State | None:
    """None for a line without a first article."""
    if not line.first_article:
        return None
    inspections = inspections_of(order, line.line)
    if any(item.decision == "release" for item in inspections):
        return State.RELEASED
    if any(not item.decision for item in inspections):
        return State.REVIEW
    return State.INSPECT if _under_way(order, line) else State.SEND


def may_go(order: Order, line: Line) -> Decimal | None:
    """How many more pieces may be sent before the first article is released; None when nothing limits them.

    That of the first delivery of a divided line is that of the others, too.
    """
    first = order.line(line.delivery_of)
    if first is not None and open_now(order, first):
        return ZERO
    if state(order, line) in (None, State.RELEASED):
        return None
    return max(ZERO, line.first_article - _under_way(order, line))


def open_now(order: Order, line: Line) -> bool:
    """Its first pieces are still to be released."""
    return state(order, line) not in (None, State.RELEASED)


def _under_way(order: Order, line: Line) -> Decimal:
    """Pieces of the article that is being made: those sent since the last one was rejected."""
    sent = sent_on(order, line.line)
    if sent == total(order.stock, *_GONE, line=line.line):
        return ZERO
    return max(ZERO, sent - line.first_articles_spent)
