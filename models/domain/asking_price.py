"""What a supplier is asked to work for: each line's price and amount, what its contract adds, and the total.

It is what the order would cost if all that is ordered were done as agreed; `billing` says what was earned.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from models.domain import money
from models.domain.billing import charged_with, ordered_amount
from models.domain.order import Line, Order
from models.domain.quantities import ZERO


@dataclass(frozen=True, slots=True)
class LinePrice:
    """`unit_price` is None where nothing but the lot or the minimum is paid; `amount` is by the price alone, None
    while nobody has weighed a piece. `lot_charge` is for every lot, `minimum` what the line comes to at least,
    with its later deliveries; both are 0 where the contract says none, or they are charged with another line."""

    line: Line
    unit_price: Decimal | None
    amount: Decimal | None
    lot_charge: Decimal
    minimum: Decimal


@dataclass(frozen=True, slots=True)
class AskingPrice:
    """`total` is None while the amount of some line is not known."""

    lines: tuple[LinePrice, ...]
    currency: str
    total: Decimal | None


def asked_lines(order: Order) -> tuple[Line, ...]:
    """The lines its supplier has still to answer: after a proposal that was accepted in part, the rest."""
    return tuple(line for line in order.lines if line.promise is None) or order.lines


def asking_price(order: Order, lines: Collection[Line] | None = None) -> AskingPrice:
    """Of what is ordered on `lines` of `order`, all of them unless some are named, with the lot charges and up to
    the minimum. What several lines share is counted once, with the first of them: the prices of some lines and of
    the others add up to that of all. A line that is cancelled costs nothing."""
    ordered = [line for line in (order.lines if lines is None else lines) if line.ordered]
    amounts = [_by_price(order, line) for line in ordered]
    known = [each for each in amounts if each is not None]
    extras = sum((_besides(order, line) for line in ordered), ZERO)
    return AskingPrice(
        tuple(_line(order, line) for line in ordered),
        order.currency,
        sum(known, extras) if len(known) == len(amounts) else None,
    )


def _line(order: Order, line: Line) -> LinePrice:
    terms = line.contract if charged_with(order, line) else None
    lot_charge, minimum = (terms.lot_charge, terms.minimum) if terms is not None else (ZERO, ZERO)
    unpriced = not line.unit_price and bool(lot_charge or minimum)
    return LinePrice(
        line,
        None if unpriced else line.unit_price,
        None if unpriced else _by_price(order, line),
        lot_charge,
        minimum,
    )


def _by_price(order: Order, line: Line) -> Decimal | None:
    return ordered_amount(order, line) if line.unit_price else ZERO


def _besides(order: Order, line: Line) -> Decimal:
    """The lot charges of the lots that go, one where none is named, and what is missing to the minimum: once for
    a line and its later deliveries. What is missing for parts in several orders nobody knows before they end."""
    group = [each for each in charged_with(order, line) if each.ordered]
    if not group or line.contract is None:
        return ZERO
    lots = Decimal(max(1, len({lot.lot for each in group for lot in each.lots})))
    charged = money.amount(lots * line.contract.lot_charge, order.currency)
    work = sum((_by_price(order, each) or ZERO for each in group), charged)
    if line.parted is not None:
        return charged
    return charged + max(ZERO, money.amount(line.contract.minimum, order.currency) - work)
