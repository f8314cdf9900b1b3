"""The supplier's answer, entered for it; and the buyer's answer to what the supplier proposed."""

from __future__ import annotations

from dataclasses import dataclass

from activities.i18n import N_
from api.pages.tasks.base import Acting, Button, Task, Typed, answered, number_in, picked
from api.pages.tasks.changing import ChangeForm, change_form
from api.supplier.deliveries import TermsField, asks_for_more, read_terms, terms_fields
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.naming import line_among
from api.supplier.tasks import Lead, Wanted
from api.supplier.terms import delivery
from models.domain import commands as c
from models.domain.records import LineTerms, beside


@dataclass(frozen=True, slots=True)
class AnswerForm:
    need_by: str
    today: str
    lines: tuple[TermsField, ...]
    # What is answered first, when the supplier was asked for a change.
    change: ChangeForm | None


def _form(acting: Acting, typed: Typed) -> AnswerForm:
    order, words = acting.order, acting.words
    asked = order.change_to_answer
    change = change_form(acting, asked) if asked is not None else None
    return AnswerForm(
        words.far_day(order.need_by), words.today.isoformat(), terms_fields(acting, typed), change
    )


def _acknowledge(fields: Fields, acting: Acting) -> Wanted | None:
    if asks_for_more(fields):
        return None
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
    lines, leads = read_terms(fields, acting, number_in)
    leads |= {"lines": Lead("lines.0.quantity"), "promise_date": Lead("promise_date")}
    reason = fields.text("reason", most=LONGEST_TEXT)
    day = fields.day("promise_date")
    fields.check()
    return Wanted(c.Acknowledge("counter", day, own_number, reason, lines), leads)


ACKNOWLEDGE = Task(
    "acknowledge",
    "acknowledge",
    _form,
    _acknowledge,
    (Button("answer", N_("Enter this answer")),),
    question=N_("What did the supplier answer?"),
)


@dataclass(frozen=True, slots=True)
class TermsRow:
    """One line's terms as they are, and as they are proposed: for all of it, or for one of its deliveries.
    ``input`` is the start of its inputs."""

    input: str
    part: str
    quantity: str
    price: str
    day: str
    # What is proposed, where it differs.
    new_quantity: str = ""
    new_price: str = ""
    new_day: str = ""
    # How many days after it is needed.
    late: int = 0

    @property
    def proposed(self) -> bool:
        return bool(self.new_quantity or self.new_price or self.new_day)


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """A line for which something is proposed, to be accepted or rejected by itself. ``needed`` are the inputs
    for the day each delivery is needed, with what each is called."""

    input: str
    part: str
    line: int
    needed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CounterForm:
    reason: str
    when: str
    today: str
    need_by: str
    rows: tuple[TermsRow, ...]
    lines: tuple[LineAnswer, ...]


def _row(acting: Acting, was: LineTerms, wanted: LineTerms, number: int) -> TermsRow:
    order, words = acting.order, acting.words
    line = order.line(was.line)
    assert line is not None, "terms are of the order's lines"

    def price(terms: LineTerms) -> str:
        return f"{words.number(terms.unit_price)} {order.currency}"

    return TermsRow(
        f"lines.{was.line}.{number}",
        delivery(line_among(acting.order, line, words), number, words),
        words.amount(was.quantity, line.unit),
        price(was),
        words.day(was.promise_date),
        words.amount(wanted.quantity, line.unit) if wanted.quantity != was.quantity else "",
        price(wanted) if wanted.unit_price != was.unit_price else "",
        words.day(wanted.promise_date) if wanted.promise_date != was.promise_date else "",
        max(0, (wanted.promise_date - (line.need_by or order.need_by)).days),
    )


def _counter_form(acting: Acting, _typed: Typed) -> CounterForm:
    counter, words = acting.order.counter, acting.words
    assert counter is not None, "the gate lets only an open proposal be answered"
    rows = [
        (was, _row(acting, was, wanted, place))
        for was, wanted, place in beside(counter.before, counter.terms)
    ]
    lines = []
    for line in acting.order.lines:
        its = [row for was, row in rows if was.line == line.line]
        if any(row.proposed for row in its):
            needed = tuple((f"{row.input}.need_by", row.part) for row in its)
            lines.append(
                LineAnswer(f"lines.{line.line}", line_among(acting.order, line, words), line.line, needed)
            )
    return CounterForm(
        counter.reason,
        words.time(counter.at),
        words.today.isoformat(),
        words.far_day(acting.order.need_by),
        tuple(row for _, row in rows),
        tuple(lines),
    )


COUNTER_BUTTONS = (Button("accept", N_("Accept these terms")), Button("reject", N_("Reject them")))
# One more button stands with the answers line by line.
_EACH = "each"


def _answer(fields: Fields, acting: Acting) -> Wanted:
    each = fields.raw("answer") == _EACH
    decision = "accept" if each else answered(fields, COUNTER_BUTTONS)
    if not each:
        _nothing_by_line(fields, acting)
    reason = fields.text("reason", most=LONGEST_TEXT)
    lines: list[c.AnswerLine] = []
    leads: dict[str, Lead] = {}
    for line in _counter_form(acting, fields.typed).lines if each else ():
        its = picked(fields, f"{line.input}.decision", ("accept", "reject"), N_("Choose accept or reject."))
        fields.rows[line.input] = line.part
        for place, (name, part) in enumerate(line.needed):
            fields.rows[name] = part
            leads |= {f"lines.{len(lines)}.{of}": Lead(name) for of in ("need_by", "part", "line")}
            lines.append(
                c.AnswerLine(
                    line.line,
                    "reject" if its == "reject" else "accept",
                    place + 1,
                    fields.day(name) if its == "accept" else None,
                )
            )
    fields.check()
    return Wanted(
        c.AnswerCounter("accept" if decision == "accept" else "reject", reason, tuple(lines)), leads
    )


def _nothing_by_line(fields: Fields, acting: Acting) -> None:
    """What was answered for a line is not sent with a button that answers for all of them."""
    for line in _counter_form(acting, fields.typed).lines:
        name = f"{line.input}.decision"
        typed = [at for at, _ in line.needed if fields.raw(at)]
        if fields.raw(name) == "reject" or typed:
            fields.rows[line.input] = line.part
            fields.wrong(
                name if fields.raw(name) == "reject" else typed[0],
                N_(
                    "Line {line} is answered by itself. Press “Send these answers”, or take that back to answer for "
                    "all lines at once."
                ),
                line=line.line,
            )


ANSWER_COUNTER = Task(
    "answer-counter",
    "answer-counter",
    _counter_form,
    _answer,
    COUNTER_BUTTONS,
    question=N_("Do you agree to these terms?"),
)
