"""acknowledge counter and answer-counter: terms the supplier proposes, and the buyer's answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from models.domain.calendar import check_ahead
from models.domain.commands import Acknowledge, AnswerCounter, TermsLine
from models.domain.decisions import checks
from models.domain.errors import Invalid, Refusal
from models.domain.events import CounterAccepted, CounterRejected, Event, OrderCountered
from models.domain.facts import Asked, Facts
from models.domain.order import Order, sent_on
from models.domain.quantities import quantity
from models.domain.records import LineTerms


def propose(order: Order, command: Acknowledge, asked: Asked, now: datetime) -> list[Event]:
    """Other terms for the lines named, another day for all. A later proposal takes the place of this one."""
    before = order.terms
    day = not_past(order, command.promise_date, "promise_date", now)
    wished = _by_line(order, command.lines)
    terms = tuple(_terms(order, each, wished.get(each.line), day, now) for each in before)
    if terms == before:
        raise Invalid(
            "counter.same",
            "These are the order's own terms. Accept it, or change a date, a quantity or a price.",
            field="lines" if command.lines else "promise_date",
        )
    return [
        OrderCountered(
            before=before,
            terms=terms,
            by=asked.on_behalf_of.contact if asked.on_behalf_of is not None else asked.actor.id,
            reason=command.reason.strip(),
            supplier_order=command.supplier_order.strip(),
            revision=order.revision,
        )
    ]


def not_past(order: Order, day: date | None, field: str, now: datetime) -> date | None:
    """`day`, refused when it has passed where the supplier is."""
    today = order.supplier_calendar.local_date(now)
    if day is not None and day < today:
        raise Invalid(
            "promise_date.past", "{date} has passed; promise today or later.", field=field, date=day
        )
    if day is not None:
        check_ahead(day, today, field)
    return day


def _by_line(order: Order, lines: Sequence[TermsLine]) -> dict[int, tuple[int, TermsLine]]:
    """What is wished for each line, with its place in the request."""
    found: dict[int, tuple[int, TermsLine]] = {}
    for index, item in enumerate(lines):
        line = checks.the_line(order, item.line, index)
        if line.line in found:
            raise Invalid(
                "line.repeated",
                "Line {line} is named twice. Name each line once, with one date.",
                field=f"lines.{index}.line",
                line=line.line,
            )
        found[line.line] = index, item
    return found


def _terms(
    order: Order, before: LineTerms, wish: tuple[int, TermsLine] | None, day: date | None, now: datetime
) -> LineTerms:
    if wish is None:
        return LineTerms(before.line, before.quantity, before.unit_price, day or before.promise_date)
    index, item = wish
    at = f"lines.{index}"
    price = before.unit_price
    if item.unit_price is not None:
        price = quantity(item.unit_price, field=f"{at}.unit_price", unit="a price")
    own_day = not_past(order, item.promise_date, f"{at}.promise_date", now)
    return LineTerms(
        before.line,
        _quantity(order, before, item.quantity, index),
        price,
        own_day or day or before.promise_date,
    )


def _quantity(order: Order, before: LineTerms, wished: Decimal | None, index: int) -> Decimal:
    if wished is None:
        return before.quantity
    line = checks.the_line(order, before.line)
    found = checks.counted(line, wished, index)
    gone = sent_on(order, line.line)
    if found < gone:
        raise Refusal(
            "counter.below_sent",
            "Line {line}: {sent} were sent already; propose at least as many.",
            field=f"lines.{index}.quantity",
            line=line.line,
            sent=gone,
        )
    return found


def answer_counter(
    order: Order, command: AnswerCounter, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    reason = command.reason.strip()
    if command.decision == "reject":
        return [CounterRejected(reason)]
    return [CounterAccepted(order.terms, _agreed(order), order.revision + 1, reason)]


def _agreed(order: Order) -> tuple[LineTerms, ...]:
    """The proposed terms. What the proposal left alone stays as it is now, not as it was then."""
    counter = order.counter
    assert counter is not None, "the gate lets only an open proposal be answered"
    agreed = []
    for was, wanted, now in zip(counter.before, counter.terms, order.terms, strict=True):
        proposed = wanted.quantity != was.quantity
        amount = wanted.quantity if proposed else now.quantity
        gone = sent_on(order, now.line)
        if proposed and amount < gone:
            raise Refusal(
                "counter.overtaken",
                "Line {line}: {sent} were sent since, more than the {quantity} proposed. Reject the proposal "
                "and ask for another.",
                line=now.line,
                sent=gone,
                quantity=amount,
            )
        agreed.append(LineTerms(now.line, amount, wanted.unit_price, wanted.promise_date))
    return tuple(agreed)
