"""acknowledge counter and answer-counter: terms the supplier proposes, and the buyer's answer."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from models.domain.calendar import check_ahead
from models.domain.commands import Acknowledge, AnswerCounter, AnswerLine, TermsLine
from models.domain.decisions import checks, dividing
from models.domain.decisions.dividing import Wish
from models.domain.errors import Invalid, Refusal
from models.domain.events import CounterAccepted, CounterRejected, Event, OrderCountered
from models.domain.facts import Asked, Facts
from models.domain.order import Order, sent_on
from models.domain.quantities import quantity
from models.domain.records import Counter, LineTerms, following

Decided = Literal["accept", "reject"]


def propose(order: Order, command: Acknowledge, asked: Asked, now: datetime) -> list[Event]:
    """Other terms for the lines named, several for one that comes in several deliveries, another day for all.

    A later proposal takes the place of this one.
    """
    before = order.terms
    day = not_past(order, command.promise_date, "promise_date", now)
    wished = _by_line(order, command.lines)
    terms = tuple(
        part for each in before for part in _terms(order, each, wished.get(each.line, []), day, now)
    )
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


def _by_line(order: Order, lines: Sequence[TermsLine]) -> dict[int, list[Wish]]:
    """What is wished for each line, with its place in the request."""
    found: dict[int, list[Wish]] = {}
    for index, item in enumerate(lines):
        line = checks.the_line(order, item.line, index)
        found.setdefault(line.line, []).append((index, item))
    return found


def _terms(
    order: Order, before: LineTerms, wishes: list[Wish], day: date | None, now: datetime
) -> list[LineTerms]:
    if not wishes:
        return [replace(before, promise_date=day or before.promise_date)]
    line = checks.the_line(order, before.line)
    if len(wishes) == 1:
        index, item = wishes[0]
        if item.lots is not None:
            raise Invalid(
                "lots.undivided",
                "Lots are named for one of several deliveries of a line.",
                field=f"lines.{index}.lots",
            )
        return [_part(order, before, _quantity(order, before, item.quantity, index), wishes[0], day, now)]
    amounts = dividing.quantities(order, line, wishes)
    parts = [
        replace(
            _part(order, before, amount, wish, day, now),
            lots=dividing.named_lots(line, wish[1], amount, wish[0]),
        )
        for wish, amount in zip(wishes, amounts, strict=True)
    ]
    dividing.check_lots(line, parts, wishes[0][0])
    # Whether what was sent stays together is seen now, not when somebody accepts it.
    dividing.divided(order, line, parts, [0] * len(parts), [None] * len(parts))
    return parts


def _part(
    order: Order, before: LineTerms, amount: Decimal, wish: Wish, day: date | None, now: datetime
) -> LineTerms:
    index, item = wish
    at = f"lines.{index}"
    price = before.unit_price
    if item.unit_price is not None:
        price = quantity(item.unit_price, field=f"{at}.unit_price", unit="a price")
    own_day = not_past(order, item.promise_date, f"{at}.promise_date", now)
    return LineTerms(before.line, amount, price, own_day or day or before.promise_date)


def _quantity(order: Order, before: LineTerms, wished: Decimal | None, index: int) -> Decimal:
    if wished is None:
        return before.quantity
    line = checks.the_line(order, before.line)
    found = checks.counted(line, wished, index)
    gone = sent_on(order, line.line)
    if found < gone:
        raise dividing.below_sent(line.line, gone, index)
    return found


def answer_counter(
    order: Order, command: AnswerCounter, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    counter = order.counter
    assert counter is not None, "the gate lets only an open proposal be answered"
    reason = command.reason.strip()
    answers = _answers(order, counter, command, now)
    refused = tuple(
        line.line
        for line in order.lines
        if (answers[line.line].decision if line.line in answers else command.decision) == "reject"
    )
    if not set(_touched(counter)) - set(refused):
        return [CounterRejected(reason)]
    terms = _agreed(order, counter, refused, answers)
    # Nobody is asked again about a line for which nothing was proposed.
    again = tuple(line for line in refused if line in _touched(counter))
    return [CounterAccepted(order.terms, terms, order.revision + 1, reason, again)]


class _Answer:
    """What is answered for one line: the decision, and the day each of its deliveries is needed."""

    def __init__(self, decision: Decided) -> None:
        self.decision = decision
        self.need_by: dict[int, date] = {}


def _touched(counter: Counter) -> list[int]:
    """The lines for which something else was proposed."""
    return [
        was.line
        for was in counter.before
        if [terms for terms in counter.terms if terms.line == was.line] != [was]
    ]


def _answers(order: Order, counter: Counter, command: AnswerCounter, now: datetime) -> dict[int, _Answer]:
    found: dict[int, _Answer] = {}
    for number, parts in Counts(terms.line for terms in counter.terms).items():
        named = [(index, item) for index, item in enumerate(command.lines) if item.line == number]
        if named:
            answer = found[number] = _Answer(_decided(parts, named, command.decision))
            for index, item in named:
                day = _needed(order, item.need_by, f"lines.{index}.need_by", now)
                if day is not None:
                    answer.need_by |= dict.fromkeys([item.part] if item.part else range(1, parts + 1), day)
    for index, item in enumerate(command.lines):
        checks.the_line(order, item.line, index)
    return found


def _decided(parts: int, named: Sequence[tuple[int, AnswerLine]], otherwise: Decided) -> Decided:
    """What is decided about a line of so many deliveries. What is said of one of them is not said of the others,
    and half of them would not add up: all end with the same."""
    whole: dict[int, Decided] = {}
    for index, item in named:
        if item.part is not None and not 1 <= item.part <= parts:
            raise Invalid(
                "counter.no_part",
                "Line {line}: there is no delivery {part} in the proposal.",
                field=f"lines.{index}.part",
                line=item.line,
                part=item.part,
            )
        if item.decision is not None and whole.setdefault(item.part or 0, item.decision) != item.decision:
            raise _together(index, item)
    each = {whole.get(part, whole.get(0, otherwise)) for part in range(1, parts + 1)}
    if len(each) > 1:
        raise _together(*next((index, item) for index, item in reversed(named) if item.decision))
    return each.pop()


def _together(index: int, item: AnswerLine) -> Invalid:
    return Invalid(
        "counter.answered_twice",
        "Line {line}: its deliveries are accepted or rejected together, since some of them alone do not add up to "
        "what is ordered. Reject the line and say in the reason which of them you want, or accept it and say by when "
        "you need each.",
        field=f"lines.{index}.decision",
        line=item.line,
    )


def _needed(order: Order, day: date | None, field: str, now: datetime) -> date | None:
    if day is None:
        return None
    today = order.plant_calendar.local_date(now)
    if day < today:
        text = "Need-by {need_by} has passed; choose a later day."
        raise Invalid("need_by.past", text, field=field, need_by=day)
    check_ahead(day, today, field)
    return day


def _agreed(
    order: Order, counter: Counter, refused: Sequence[int], answers: dict[int, _Answer]
) -> tuple[LineTerms, ...]:
    """The terms from now on. What the proposal left alone stays as it is now, not as it was then."""
    agreed: list[LineTerms] = []
    number = max(line.line for line in order.lines)
    proposed_for = {terms.line: terms for terms in counter.before}
    for now in order.terms:
        was = proposed_for.get(now.line)
        if was is None:
            # A change added it since; nothing was proposed for it.
            agreed.append(now)
            continue
        parts = [terms for terms in counter.terms if terms.line == was.line]
        days = answers[was.line].need_by if was.line in answers else {}
        needed = [days.get(place + 1) for place in range(len(parts))]
        if was.line in refused:
            agreed.append(now)
        elif len(parts) == 1:
            amount = _amount(order, was, parts[0], now)
            line = checks.the_line(order, was.line)
            lots = following(line.lots, line.ordered, amount)
            agreed.append(replace(parts[0], quantity=amount, lots=lots, need_by=needed[0]))
        else:
            numbers = [0, *range(number + 1, number + len(parts))]
            number += len(parts) - 1
            agreed += _parted(order, parts, numbers, needed)
    return tuple(agreed)


def _amount(order: Order, was: LineTerms, wanted: LineTerms, now: LineTerms) -> Decimal:
    if wanted.quantity == was.quantity:
        return now.quantity
    gone = sent_on(order, now.line)
    if wanted.quantity < gone:
        raise Refusal(
            "counter.overtaken",
            "Line {line}: {sent} were sent since, more than the {quantity} proposed. Reject the proposal "
            "and ask for another.",
            line=now.line,
            sent=gone,
            quantity=wanted.quantity,
        )
    return wanted.quantity


def _parted(
    order: Order, parts: Sequence[LineTerms], numbers: Sequence[int], needed: Sequence[date | None]
) -> list[LineTerms]:
    line = checks.the_line(order, parts[0].line)
    gone = sent_on(order, line.line)
    if order.open_change is not None:
        raise Refusal(
            "change.open",
            "Change {change} is still open. Wait for its answer, or withdraw it.",
            change=order.open_change.change,
        )
    if line.short_closed or sum(part.quantity for part in parts) != line.ordered or parts[0].quantity < gone:
        raise Refusal(
            "counter.parts_overtaken",
            "Line {line}: {ordered} are ordered and {sent} were sent by now; the deliveries proposed do not "
            "fit that any more. Reject the proposal and ask for another.",
            line=line.line,
            ordered=line.ordered,
            sent=gone,
        )
    return dividing.divided(order, line, parts, numbers, needed)
