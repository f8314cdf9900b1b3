"""What a supplier is asked to do and for how much, above the buttons that answer it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.naming import line_among
from api.supplier.words import Words
from models.domain.asking_price import LinePrice, asking_price
from models.domain.delivery_days import days_needed, needed
from models.domain.order import Line, Order


@dataclass(frozen=True, slots=True)
class PricedLine:
    """`needed` is empty where all lines are needed on the same day; `amount` where it is not known yet, or
    nothing but the charges in `prices` is paid."""

    name: str
    quantity: str
    needed: str
    prices: tuple[str, ...]
    amount: str


@dataclass(frozen=True, slots=True)
class Priced:
    """`total` is empty while somebody has still to weigh the pieces; it is of the `rest` where other lines are
    agreed already."""

    lines: tuple[PricedLine, ...]
    total: str
    rest: bool


def priced(order: Order, words: Words, lines: Collection[Line] | None = None) -> Priced:
    """Of these lines, all unless some are named."""
    found = asking_price(order, lines)
    several = len(days_needed(order, lines)) > 1
    return Priced(
        tuple(_line(order, each, words, several=several) for each in found.lines),
        words.paid(found.total, order.currency) if found.total is not None else "",
        rest=lines is not None and len(lines) < len(order.lines),
    )


def _line(order: Order, price: LinePrice, words: Words, *, several: bool) -> PricedLine:
    line, currency = price.line, order.currency
    prices = []
    if price.unit_price is not None:
        each = words.price(price.unit_price, currency, line.basis)
        prices.append(words.labelled(words.say(N_("Price each")), each))
    if price.lot_charge:
        prices.append(
            words.labelled(words.say(N_("Charge for each lot")), words.paid(price.lot_charge, currency))
        )
    if price.minimum:
        prices.append(
            words.labelled(words.say(N_("At least for this line")), words.paid(price.minimum, currency))
        )
    return PricedLine(
        line_among(order, line, words) if line.line else f"{line.part} {line.part_revision}",
        words.amount(line.ordered, line.unit),
        words.day(needed(order, line)) if several else "",
        tuple(prices),
        words.paid(price.amount, currency) if price.amount is not None else "",
    )
