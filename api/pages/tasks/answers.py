"""The supplier's answer, entered for it; and the buyer's answer to what the supplier proposed."""

from __future__ import annotations

from dataclasses import dataclass

from activities.i18n import N_
from api.pages.tasks.base import Acting, Button, Task, Typed, answered, number_in, picked
from api.pages.tasks.changing import ChangeForm, change_form
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Lead, Wanted, line_called
from models.domain import commands as c
from models.domain.records import LineTerms


@dataclass(frozen=True, slots=True)
class TermsRow:
    """One line's terms as they are, and as they are proposed. ``input`` is the start of its inputs."""

    input: str
    part: str
    quantity: str
    price: str
    day: str
    # What is proposed, where it differs.
    new_quantity: str = ""
    new_price: str = ""
    new_day: str = ""


@dataclass(frozen=True, slots=True)
class AnswerForm:
    need_by: str
    today: str
    rows: tuple[TermsRow, ...]
    # What is answered first, when the supplier was asked for a change.
    change: ChangeForm | None


def _row(acting: Acting, index: int, was: LineTerms, wanted: LineTerms) -> TermsRow:
    order, words = acting.order, acting.words
    line = order.line(was.line)
    assert line is not None, "terms are of the order's lines"

    def price(terms: LineTerms) -> str:
        return f"{words.number(terms.unit_price)} {order.currency}"

    return TermsRow(
        f"lines.{index}",
        f"{line.part} {line.part_revision}",
        words.amount(was.quantity, line.unit),
        price(was),
        words.day(was.promise_date),
        words.amount(wanted.quantity, line.unit) if wanted.quantity != was.quantity else "",
        price(wanted) if wanted.unit_price != was.unit_price else "",
        words.day(wanted.promise_date) if wanted.promise_date != was.promise_date else "",
    )


def _form(acting: Acting, _typed: Typed) -> AnswerForm:
    order, words = acting.order, acting.words
    rows = tuple(_row(acting, index, terms, terms) for index, terms in enumerate(order.terms))
    asked = order.change_to_answer
    change = change_form(acting, asked) if asked is not None else None
    return AnswerForm(words.far_day(order.need_by), words.today.isoformat(), rows, change)


def _acknowledge(fields: Fields, acting: Acting) -> Wanted:
    change = fields.raw("change")
    if change:
        return _change(fields, change)
    decision = picked(
        fields, "decision", ("accept", "counter", "decline"), N_("Choose what the supplier answered.")
    )
    own_number = fields.text("supplier_order")
    if decision == "accept":
        command = c.Acknowledge("accept", fields.day("promise_date"), own_number)
    elif decision == "decline":
        reason = fields.text("reason", most=LONGEST_TEXT)
        if not reason:
            fields.wrong("reason", "Enter why the supplier declined.")
        command = c.Acknowledge("decline", reason=reason)
    else:
        return _counter(fields, acting, own_number)
    fields.check()
    return Wanted(command)


def _change(fields: Fields, name: str) -> Wanted:
    decision = picked(fields, "decision", ("accept", "decline"), N_("Choose what the supplier answered."))
    day, reason = fields.day("promise_date"), fields.text("reason", most=LONGEST_TEXT)
    if decision == "decline" and not reason:
        fields.wrong("reason", "Enter why the supplier declined.")
    fields.check()
    if decision == "decline":
        return Wanted(c.Acknowledge("decline", reason=reason, change=name))
    return Wanted(c.Acknowledge("accept", day, change=name))


def _counter(fields: Fields, acting: Acting, own_number: str) -> Wanted:
    """Other terms for the lines that say so; what was left empty stays as ordered."""
    lines: list[c.TermsLine] = []
    leads = {"lines": Lead("lines.0.quantity"), "promise_date": Lead("promise_date")}
    for index, line in enumerate(acting.order.lines):
        at = f"lines.{index}"
        fields.rows[at] = line_called(line, acting.words)
        wanted = c.TermsLine(
            line.line,
            number_in(fields, f"{at}.quantity", line.unit),
            fields.quantity(f"{at}.unit_price", ""),
            fields.day(f"{at}.promise_date"),
        )
        if wanted != c.TermsLine(line.line):
            for name in ("quantity", "unit_price", "promise_date"):
                leads[f"lines.{len(lines)}.{name}"] = Lead(f"{at}.{name}")
            lines.append(wanted)
    reason = fields.text("reason", most=LONGEST_TEXT)
    day = fields.day("promise_date")
    fields.check()
    return Wanted(c.Acknowledge("counter", day, own_number, reason, tuple(lines)), leads)


ACKNOWLEDGE = Task(
    "acknowledge",
    "acknowledge",
    _form,
    _acknowledge,
    (Button("answer", N_("Enter this answer")),),
    question=N_("What did the supplier answer?"),
)


@dataclass(frozen=True, slots=True)
class CounterForm:
    reason: str
    when: str
    rows: tuple[TermsRow, ...]


def _counter_form(acting: Acting, _typed: Typed) -> CounterForm:
    counter = acting.order.counter
    assert counter is not None, "the gate lets only an open proposal be answered"
    rows = tuple(
        _row(acting, index, was, wanted)
        for index, (was, wanted) in enumerate(zip(counter.before, counter.terms, strict=True))
    )
    return CounterForm(counter.reason, acting.words.time(counter.at), rows)


COUNTER_BUTTONS = (Button("accept", N_("Accept these terms")), Button("reject", N_("Reject them")))


def _answer(fields: Fields, _acting: Acting) -> Wanted:
    decision = answered(fields, COUNTER_BUTTONS)
    reason = fields.text("reason", most=LONGEST_TEXT)
    fields.check()
    return Wanted(c.AnswerCounter("accept" if decision == "accept" else "reject", reason))


ANSWER_COUNTER = Task(
    "answer-counter",
    "answer-counter",
    _counter_form,
    _answer,
    COUNTER_BUTTONS,
    question=N_("Do you agree to these terms?"),
)
