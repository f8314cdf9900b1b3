"""What sentences about an order's events are made of: its names, quantities and days, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from activities import wording
from activities.codes import ROLES
from activities.i18n import N_
from api.pages import alert_words
from api.supplier.commercial import differing
from api.supplier.naming import line_among
from api.supplier.terms import delivery
from api.supplier.words import Words
from models.domain.changes import AddedLine, Commercial
from models.domain.deadlines import RULES
from models.domain.evidence import DOCUMENTS, DocumentType
from models.domain.order import Order
from models.domain.pieces import Bucket, Move
from models.domain.quantities import ZERO
from models.domain.records import WHEN_JUDGED, LineTerms, beside


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was `before` and is `after` now."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is an English template with `{who}` where the person stands, `values` the rest of it.

    `kind` is plain, good, watch or act. `reason` is in somebody's own words; `details` and `changes`
    stand under the sentence.
    """

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    kind: str = "plain"
    reason: str = ""
    details: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """An order as it stands now, and the reader's words."""

    order: Order
    words: Words

    def say(self, text: str, **values: object) -> str:
        return self.words.say(text, **values)

    def day(self, day: date | None) -> str:
        return self.words.day(day) if day is not None else "–"

    def time(self, at: datetime | None) -> str:
        return self.words.time(at) if at is not None else "–"

    def part(self, number: int) -> str:
        line = self.order.line(number)
        return line_among(self.order, line, self.words) if line is not None else str(number)

    def unit(self, number: int) -> str:
        line = self.order.line(number)
        return line.unit if line is not None else ""

    def amount(self, quantity: Decimal, line: int) -> str:
        return self.words.amount(quantity, self.unit(line))

    def pieces(self, moves: Iterable[Move]) -> str:
        """How many pieces moved, by unit, with their lots where they have names."""
        by_unit: dict[str, Decimal] = {}
        lots: dict[str, None] = {}
        for move in moves:
            unit = self.unit(move.line)
            by_unit[unit] = by_unit.get(unit, ZERO) + move.quantity
            if move.lot:
                lots[move.lot] = None
        amounts = self.words.listed(self.words.amount(quantity, unit) for unit, quantity in by_unit.items())
        if not lots:
            return amounts
        return self.say(N_("{pieces} of lot {lots}"), pieces=amounts, lots=self.words.listed(lots))

    def milestone(self, code: str) -> str:
        found = self.order.milestone(code)
        return found.name if found is not None else code

    def document(self, kind: str) -> str:
        return self.say(DOCUMENTS[DocumentType(kind)].name)

    def alert(self, name: str) -> str:
        """What an alert of this order is called, with what it is about."""
        alert = self.order.alerts.get(name)
        return alert_title(self.words, alert.rule, alert.details) if alert is not None else name

    def terms(self, before: Iterable[LineTerms], after: Iterable[LineTerms]) -> tuple[Change, ...]:
        """What differs between two sets of terms, line by line."""
        found: list[Change] = []
        for old, now, number in beside(before, after):
            part = delivery(self.part(now.line), number, self.words)
            if old.quantity != now.quantity:
                before_, after_ = self.amount(old.quantity, now.line), self.amount(now.quantity, now.line)
                found.append(Change(self.say(N_("{part}: quantity"), part=part), before_, after_))
            if old.unit_price != now.unit_price:
                before_, after_ = (self.price(terms, now.line) for terms in (old, now))
                found.append(Change(self.say(N_("{part}: price"), part=part), before_, after_))
            if old.promise_date != now.promise_date:
                before_, after_ = self.day(old.promise_date), self.day(now.promise_date)
                found.append(Change(self.say(N_("{part}: day"), part=part), before_, after_))
        return tuple(found)

    def commercial(
        self, before: Commercial, after: Commercial, added: Iterable[AddedLine]
    ) -> tuple[Change, ...]:
        """What a change order changes."""
        return tuple(
            Change(each.what, each.before, each.after)
            for each in differing(before, after, added, self.order, self.words)
        )

    def price(self, terms: LineTerms, number: int) -> str:
        line = self.order.line(number)
        assert line is not None, "terms are of the order's lines"
        return self.words.price(terms.unit_price, self.order.currency, line.basis)

    def money(self, amount: Decimal) -> str:
        return self.words.paid(amount, self.order.currency)

    def signed_as(self, role: str) -> tuple[str, ...]:
        """The role somebody signed in, where it was written down."""
        return (self.say(N_("Signed as: {role}"), role=self.say(ROLES[role])),) if role else ()

    def decided_as(self, role: str) -> tuple[str, ...]:
        """The role somebody decided in without signing."""
        return (self.say(N_("Decided as: {role}"), role=self.say(ROLES[role])),) if role else ()

    def travel(self, carrier: str, tracking: str) -> tuple[str, ...]:
        return tuple(filter(None, [" ".join(filter(None, [carrier, tracking]))]))


def alert_title(words: Words, rule: str, details: str) -> str:
    """Milestone overdue: Plating complete"""
    what = alert_words.about(words, {"rule": rule, "details": details})
    return words.labelled(wording.rule_title(words.locale, rule), what)


def defect(words: Words, text: str, receipt: str) -> str:
    """What is wrong with rejected pieces; where nobody said more than that, in the reader's language."""
    return wording.defect(words.locale, text) if receipt or text == WHEN_JUDGED else text


def rule_name(words: Words, rule: str) -> str:
    return words.say(RULES[rule].name) if rule in RULES else rule


def of(moves: Iterable[Move], *targets: Bucket) -> list[Move]:
    """The moves that end in one of these buckets."""
    return [move for move in moves if move.target in targets]
