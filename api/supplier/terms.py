"""What changed in an order's terms since somebody looked at it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from activities.i18n import N_
from api.supplier.words import Words
from models.codec import load_event
from models.domain.evolve import evolve
from models.domain.order import Order
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
        yield _change(words.say(N_("Needed by")), words.day(before.need_by), words.day(after.need_by))
    was, now = (f"{order.spec} {order.spec_revision}".strip() for order in (before, after))
    if was != now:
        yield _change(words.say(N_("Specification")), was, now)
    for line in after.lines:
        earlier = before.line(line.line)
        if earlier is not None and earlier.ordered != line.ordered:
            part = f"{line.part} {line.part_revision}"
            ordered = (words.amount(each.ordered, each.unit) for each in (earlier, line))
            yield _change(part, *ordered)


def _change(what: str, before: str, after: str) -> str:
    return f"{what}: {before} → {after}"
