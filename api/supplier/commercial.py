"""What a change order changes, term by term and side by side; for suppliers and for our people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.naming import line_among
from api.supplier.words import Words
from models.domain.change_weight import repriced
from models.domain.changes import AddedLine, Change, Commercial, LineCommercial
from models.domain.order import Line, Order
from models.domain.quantities import ZERO
from models.domain.records import PlannedLot


@dataclass(frozen=True, slots=True)
class Differing:
    """One term that is `before` and is to be `after`."""

    what: str
    before: str
    after: str


def differing(
    before: Commercial, after: Commercial, added: Iterable[AddedLine], order: Order, words: Words
) -> Iterator[Differing]:
    """Only what is different; lines are called as the order calls them. A new line stands beside nothing."""
    if before.need_by != after.need_by:
        yield Differing(words.say(N_("Needed by")), words.day(before.need_by), words.day(after.need_by))
    if before.spec_revision != after.spec_revision:
        specs = (f"{order.spec} {each}".strip() for each in (before.spec_revision, after.spec_revision))
        yield Differing(words.say(N_("Specification")), *specs)
    for was, now in zip(before.lines, after.lines, strict=True):
        line = order.line(was.line)
        if line is not None:
            yield from _of_a_line(order, line, was, now, words)
    for new in added:
        part = f"{new.part} {new.part_revision}"
        what = words.say(N_("{part} ({work_order}): new line"), part=part, work_order=new.work_order)
        yield Differing(what, "–", _of_a_new_line(new, order.currency, words))


def repriced_told(order: Order, change: Change, words: Words) -> str:
    """The new price is also paid for what is accepted already: FLANGE B 100 pcs; empty where it is for none."""
    found = [
        f"{line_among(order, line, words)} {words.amount(done, line.unit)}"
        for line, done in repriced(order, change)
    ]
    text = N_("The new price is also paid for what is accepted already: {pieces}")
    return words.say(text, pieces=words.listed(found)) if found else ""


def _of_a_line(
    order: Order, line: Line, was: LineCommercial, now: LineCommercial, words: Words
) -> Iterator[Differing]:
    part = line_among(order, line, words)
    if was.quantity != now.quantity:
        amounts = (words.amount(each.quantity, line.unit) for each in (was, now))
        yield Differing(words.say(N_("{part}: quantity"), part=part), *amounts)
    if was.unit_price != now.unit_price:
        prices = (words.price(each.unit_price, order.currency, line.basis) for each in (was, now))
        yield Differing(words.say(N_("{part}: price"), part=part), *prices)
    if was.lots != now.lots:
        yield Differing(
            words.say(N_("{part}: lots"), part=part), *(_lots(line, each, words) for each in (was, now))
        )


def _of_a_new_line(new: AddedLine, currency: str, words: Words) -> str:
    """So many, for how much, and out of which lots, if any is named."""
    told = [words.amount(new.quantity, new.unit), words.price(new.unit_price, currency, new.basis)]
    return " · ".join([*told, *([_named(new.lots, new.unit, words)] if new.lots else [])])


def _lots(line: Line, terms: LineCommercial, words: Words) -> str:
    return _named(terms.lots, line.unit, words) or "–"


def _named(lots: Iterable[PlannedLot], unit: str, words: Words) -> str:
    return words.listed(
        [f"{lot.lot} {words.amount(lot.quantity, unit)}" for lot in lots if lot.quantity > ZERO]
    )
