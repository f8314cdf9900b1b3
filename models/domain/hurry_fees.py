"""The fee for every time an order was hurried, wherever the pieces went that were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from models.domain import money, punctuality
from models.domain.charges import Charge, ChargeKind
from models.domain.hurrying import Expedite, HurriedPart
from models.domain.order import Order
from models.domain.quantities import ZERO


def fee(order: Order) -> Decimal:
    """What it costs to hurry the order now: the highest fee of its lines."""
    return max((line.contract.expedite_fee for line in order.lines if line.contract), default=ZERO)


def charges(order: Order, found: Iterable[Charge]) -> Iterator[Charge]:
    """For every time it was hurried, or what it took up was, the fee of the order that was, as long as what
    was promised then is kept; nothing when nothing came of it. `found` are the charges of its lines."""
    some = tuple(found)
    fees = [each.fee for each in order.expedites if each.fee and not each.lead and _due(order, each, some)]
    if not fees:
        return
    same = len(set(fees)) == 1
    times, rate = (Decimal(len(fees)), fees[0]) if same else (Decimal(1), sum(fees, ZERO))
    yield Charge(ChargeKind.EXPEDITE, 0, times, "", rate, money.amount(times * rate, order.currency))


def part_of(order: Order, hurried: Expedite, found: Iterable[Charge]) -> HurriedPart:
    """What became here of the lines that were hurried. `found` are the charges of the order."""
    lines = {line.line for line in order.lines if hurried.covers(line)}
    came = any(charge.line in lines for charge in found)
    return HurriedPart(hurried.change, order.number, came, punctuality.kept(order, hurried))


def _due(order: Order, hurried: Expedite, found: Iterable[Charge]) -> bool:
    parts = [part_of(order, hurried, found), *hurried.others.values()]
    return any(part.came for part in parts) and all(part.kept for part in parts)
