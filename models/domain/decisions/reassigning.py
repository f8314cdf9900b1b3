"""reassign: what is not done yet goes to another supplier, as a draft that the buyer looks at before it is issued."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from models.domain import commands as c
from models.domain.across import Decision
from models.domain.contract import Terms, applying, common_currency
from models.domain.decisions import checks
from models.domain.errors import Invalid, Refusal
from models.domain.events import CancellationRequested, Event, LinesShortClosed, OrderReassigned
from models.domain.facts import Asked, Draft, DraftLine, Facts
from models.domain.order import Line, Order, line_sent, sent_on
from models.domain.pieces import Bucket, key, line_of, sent, total
from models.domain.quantities import CURRENCIES, ZERO, quantity
from models.domain.reworking import raw_there, reworked_there

# With the old supplier to stay: done, or here to be judged.
_DONE = (
    Bucket.ACCEPTED,
    Bucket.PENDING,
    Bucket.REJECTED,
    Bucket.IN_TRANSIT_BACK,
    Bucket.FORWARDED,
    Bucket.TEST_CONSUMED,
)


def reassign(order: Order, command: c.Reassign, asked: Asked, facts: Facts, now: datetime) -> Decision:
    reason = checks.reason(command.reason)
    supplier = _another(order, command, facts)
    offer = offered(order, facts.supplier_terms, now, currency=_currency(order, command))
    lines = tuple(_lines(order, command, offer))
    number = facts.numbers[0]
    draft = Draft(
        number=number,
        plant=order.plant,
        buyer=order.buyer,
        supplier=supplier,
        process=order.process,
        spec=order.spec,
        spec_revision=order.spec_revision,
        need_by=order.need_by,
        priority=order.priority,
        lines=lines,
        type=order.type,
        reassigned_from=order.number,
    )
    events: list[Event] = [OrderReassigned(number, supplier, command.pieces, reason)]
    short = tuple(line.line for line in order.lines if not line_sent(order, line))
    if short:
        events.append(LinesShortClosed(short, reason))
    if not total(order.stock, Bucket.ACCEPTED) and not any(_reworked(order, line) for line in order.lines):
        # Nothing is left to be done or paid here: it ends as soon as nothing is out.
        events.append(CancellationRequested(reason))
    return Decision(events, drafts=(draft,))


def undone(order: Order, line: Line) -> Decimal:
    """How many pieces of the line its supplier has not done, sent back, or to work on again. What was
    rejected for good is needed anew; nobody can work on what was scrapped or lost."""
    return max(
        ZERO, _existing(order, line) - total(order.stock, *_DONE, line=line.line) - _reworked(order, line)
    )


def _existing(order: Order, line: Line) -> Decimal:
    """How many pieces of those ordered there are, or are to come."""
    gone = total(order.stock, Bucket.SCRAPPED, Bucket.LOST, line=line.line)
    return min(line.ordered, max(line.ordered, sent_on(order, line.line)) - gone)


def _reworked(order: Order, line: Line) -> Decimal:
    """Rejects that its supplier works on again stay its work."""
    return sum((reworked_there(order, at) for at in order.stock if line_of(at) == line.line), ZERO)


def why_not(order: Order) -> Refusal | None:
    """Why there is nothing to give away although the order's stage allows it."""
    if not any(undone(order, line) for line in order.lines):
        return Refusal(
            "reassign.nothing_left",
            "Everything ordered is done, on its way back or gone; nothing is left to give to another supplier.",
        )
    return None


def _another(order: Order, command: c.Reassign, facts: Facts) -> str:
    supplier = command.supplier.strip()
    if supplier == order.supplier:
        raise Invalid(
            "reassign.same_supplier",
            "{supplier} has this order already.",
            field="supplier",
            supplier=supplier,
        )
    if not facts.supplier_known:
        raise Invalid(
            "supplier.unknown", "There is no supplier {supplier}.", field="supplier", supplier=supplier
        )
    if supplier not in facts.approved:
        # Its draft could not be issued; until somebody noticed, nobody would work on the pieces.
        raise Refusal(
            "supplier.not_approved",
            "{supplier} has no valid approval for {process} {spec} today. Add the approval, or choose one that has "
            "it: {approved}.",
            field="supplier",
            supplier=supplier,
            process=order.process,
            spec=order.spec,
            approved=", ".join(sorted(set(facts.approved) - {order.supplier})) or "–",
        )
    # The same of whom its mail would go to.
    checks.somebody_gets_it(
        supplier,
        there=facts.supplier_has_contact,
        controlled=order.export_controlled,
        cleared=facts.contacts_cleared,
    )
    return supplier


@dataclass(frozen=True, slots=True)
class Offer:
    """What the other supplier does it for, all in one currency: its terms by line, where they say a price."""

    currency: str
    terms: Mapping[int, Terms]


def offered(order: Order, known: Collection[Terms], now: datetime, *, currency: str = "") -> Offer:
    """By the terms agreed with another supplier, as a new order today would have them: in `currency`, else in the
    order's where they say a price in it, else in theirs. Nothing of the old supplier's price goes with it."""
    today = order.plant_calendar.local_date(now)
    parts = {line.part for line in order.lines}
    if not currency:
        likely = order.currency
        currency = common_currency(known, parts, process=order.process, likely=likely, day=today)
    found = {
        line.line: terms
        for line in order.lines
        if (terms := applying(known, process=order.process, part=line.part, currency=currency, day=today))
        and terms.says_price
    }
    return Offer(currency, found)


def _currency(order: Order, command: c.Reassign) -> str:
    """That of the prices the command names, empty when it names none."""
    named = command.currency.strip().upper()
    if named and named not in CURRENCIES:
        text = "{entered} is not a currency; enter its three letters (ISO 4217), such as USD."
        raise Invalid("currency.unknown", text, field="currency", entered=command.currency)
    prices = any(item.unit_price is not None for item in command.lines)
    return named or (order.currency if prices else "")


def _lines(order: Order, command: c.Reassign, offer: Offer) -> Iterator[DraftLine]:
    """What the other one is asked for: the lines named, or all that is not done; at the price named, else its own."""
    if not command.lines:
        refusal = why_not(order)
        if refusal is not None:
            raise refusal
        for line in order.lines:
            if left := undone(order, line):
                yield _draft_line(order, line, left, None, offer)
    seen: set[int] = set()
    for index, item in enumerate(command.lines):
        line = checks.the_line(order, item.line, index)
        if line.line in seen:
            raise Invalid(
                "line.repeated", "Line {line} is named twice.", field=f"lines.{index}.line", line=line.line
            )
        seen.add(line.line)
        wanted = checks.counted(line, item.quantity, index)
        done = total(order.stock, Bucket.ACCEPTED, Bucket.FORWARDED, Bucket.TEST_CONSUMED, line=line.line)
        most = max(ZERO, _existing(order, line) - done - _reworked(order, line))
        if wanted > most:
            raise Invalid(
                "reassign.more_than_open",
                "Line {line}: only {open} of {ordered} are open; the others are done, gone, or worked on again where "
                "they are. Enter {open} or fewer.",
                field=f"lines.{index}.quantity",
                line=line.line,
                open=most,
                ordered=line.ordered,
            )
        price = item.unit_price
        if price is not None:
            price = quantity(price, field=f"lines.{index}.unit_price", unit="a price")
        yield _draft_line(order, line, wanted, price, offer)


def _draft_line(order: Order, line: Line, wanted: Decimal, named: Decimal | None, offer: Offer) -> DraftLine:
    """Without a price it is not issued before somebody says one."""
    terms = offer.terms.get(line.line)
    price, basis = (named, line.basis) if named is not None or terms is None else (terms.price, terms.basis)
    return DraftLine(
        line=line.line,
        work_order=line.work_order,
        operation=line.operation,
        quantity=wanted,
        unit_price=price,
        basis=basis,
        currency=offer.currency,
        lots=tuple(_lots(order, line, wanted)),
        tolerance=line.tolerance,
        first_article=min(line.first_article, wanted),
        setup_allowance=min(line.setup_allowance, wanted),
    )


def _lots(order: Order, line: Line, wanted: Decimal) -> Iterator[tuple[str, Decimal]]:
    """The lots that are still to be worked on, in their sequence, as far as they are needed."""
    for planned in line.lots:
        at = key(line.line, planned.lot)
        pieces = order.stock.get(at, {})
        unsent = max(ZERO, planned.quantity - sent(pieces))
        there = unsent + raw_there(order, at) + pieces.get(Bucket.RETURNED_UNPROCESSED, ZERO)
        some = min(there, wanted)
        if some:
            wanted -= some
            yield planned.lot, some
