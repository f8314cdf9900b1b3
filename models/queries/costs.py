"""What an order costs, as the API and the pages show it: an estimate until it ends, then what was settled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from models.domain import billing, money, settlement, transfers
from models.domain.charges import Charge, ChargeKind
from models.domain.facts import Draft
from models.domain.order import Order
from models.domain.quantities import ZERO

View = dict[str, Any]


def cost(order: Order, now: datetime | None) -> View:
    """`ordered` leaves out lines paid by the kilogram of which nobody has weighed a piece yet."""
    ended = order.end is not None
    # Adjustments stay apart from what was settled at the end: they came later.
    items = (
        [_item(charge, each.adjustment, each.at) for each in order.settlements for charge in each.charges]
        if ended
        else [_item(charge, False, None) for charge in billing.charges(order, now)]
    )
    ordered = (billing.ordered_amount(order, line) for line in order.lines)
    charged = settlement.cost_of(order, now)
    return {
        "bucket": order.type,
        "currency": order.currency,
        "ordered": sum((each for each in ordered if each is not None), ZERO),
        "accepted": _sum(charge for charge in charged if charge.kind is ChargeKind.PRICE),
        "state": "settled" if ended else "estimate",
        "settled_at": order.settlements[0].at if order.settlements else None,
        "total": _sum(charged),
        "pieces": transfers.finished(order),
        "per_piece": settlement.each_piece(order, now),
        "items": items,
        "if_cancelled": None if ended else if_cancelled(order, now),
    }


def if_cancelled(order: Order, now: datetime | None) -> View:
    """What would have to be paid if the order were cancelled as it stands."""
    found = settlement.if_cancelled(order, now)
    return {"total": _sum(found), "items": [_item(charge, False, None) for charge in found]}


def of_draft(draft: Draft) -> View:
    """What a draft would cost by its prices; nothing of it was done."""
    ordered = (
        money.amount(line.quantity * (line.unit_price or ZERO), line.currency)
        for line in draft.lines
        if line.basis == "piece"
    )
    return {
        "bucket": draft.type,
        "currency": draft.lines[0].currency if draft.lines else None,
        "ordered": sum(ordered, ZERO),
        "accepted": ZERO,
        "state": "estimate",
        "settled_at": None,
        "total": ZERO,
        "pieces": ZERO,
        "per_piece": None,
        "items": [],
        "if_cancelled": None,
    }


def _item(charge: Charge, adjustment: bool, at: Any) -> View:
    return {
        "kind": charge.kind.value,
        "line": charge.line or None,
        "quantity": charge.quantity,
        "unit": charge.unit or None,
        "rate": charge.rate,
        "amount": charge.amount,
        "pieces": charge.pieces,
        "receipts": list(charge.receipts),
        "nonconformance": charge.nonconformance or None,
        "promised": charge.promised,
        "promise_moved": charge.promise_moved,
        "received": charge.received,
        "so_far": charge.so_far,
        "adjustment": adjustment,
        "settled_at": at,
    }


def _sum(charges: Iterable[Charge]) -> Decimal:
    return billing.total_of(charges)
