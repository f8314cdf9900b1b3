"""What changed in an order's terms since somebody looked at it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from activities.i18n import N_
from api.supplier.naming import line_among
from api.supplier.words import Words
from models.codec import load_event
from models.domain.evolve import evolve
from models.domain.order import Order
from models.domain.records import Counter, beside
from models.tables.orders import EventRow
from models.tables.types import table

_EVENTS = table(EventRow)


def as_of_revision(session: Session, number: str, revision: int) -> Order | None:
    """The order as it last was at ``revision``; None when it never had it."""
    rows = session.execute(
        select(_EVENTS.c.type, _EVENTS.c.payload, _EVENTS.c.sequence, _EVENTS.c.at)
        .where(_EVENTS.c.order_number == number)
        .order_by(_EVENTS.c.sequence)
    )
    state: Order | None = None
    found: Order | None = None
    for row in rows:
        state = evolve(state, load_event(row.type, row.payload), row.sequence, row.at)
        if state.revision == revision:
            found = state
        elif state.revision > revision:
            break
    return found


def changes(before: Order, after: Order, words: Words) -> Iterator[str]:
    """One sentence for every term that is different now."""
    if before.need_by != after.need_by:
        yield _change(words, words.say(N_("Needed by")), words.day(before.need_by), words.day(after.need_by))
    was, now = (f"{order.spec} {order.spec_revision}".strip() for order in (before, after))
    if was != now:
        yield _change(words, words.say(N_("Specification")), was, now)
    for line in after.lines:
        earlier = before.line(line.line)
        if earlier is not None and earlier.ordered != line.ordered:
            part = line_among(after, line, words)
            ordered = (words.amount(each.ordered, each.unit) for each in (earlier, line))
            yield _change(words, part, *ordered)
        if earlier is not None and earlier.unit_price != line.unit_price:
            prices = (words.price(each.unit_price, after.currency, line.basis) for each in (earlier, line))
            yield _change(words, line_among(after, line, words), *prices)
    promised = before.promise_current, after.promise_current
    if promised[1] is not None and promised[0] != promised[1]:
        yield _change(
            words,
            words.say(N_("You promised")),
            words.day(promised[0] or before.need_by),
            words.day(promised[1]),
        )


def proposed(counter: Counter, order: Order, words: Words) -> Iterator[str]:
    """One sentence for every term that is proposed to be different."""
    for was, now, number in beside(counter.before, counter.terms):
        line = order.line(was.line)
        assert line is not None, "terms are of the order's lines"
        part = delivery(line_among(order, line, words), number, words)
        if was.quantity != now.quantity:
            yield _change(words, part, *(words.amount(each.quantity, line.unit) for each in (was, now)))
        if was.unit_price != now.unit_price:
            prices = (words.price(each.unit_price, order.currency, line.basis) for each in (was, now))
            yield _change(words, part, *prices)
        if was.promise_date != now.promise_date:
            yield _change(words, part, *(words.day(each.promise_date) for each in (was, now)))


def delivery(part: str, number: int, words: Words) -> str:
    """The part, with which of several deliveries of it is meant (from 1; 0: it comes in one)."""
    return f"{part}, {words.say(N_('delivery {number}'), number=number)}" if number else part


def _change(words: Words, what: str, before: str, after: str) -> str:
    return words.labelled(what, f"{before} → {after}")
