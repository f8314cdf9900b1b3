"""Claims for lost pieces as the API shows them."""

from __future__ import annotations

from typing import Any

from models.domain.claims import Claim, ClaimState
from models.domain.order import Order
from models.domain.pieces import line_of, lot_of
from models.domain.quantities import ZERO


def claims(order: Order) -> list[dict[str, Any]]:
    """Those of an order that was split are shown with what goes on."""
    if order.kin.superseded_by:
        return []
    return [_claim(order, item) for item in order.claims.values() if item.state is not ClaimState.VOID]


def _claim(order: Order, item: Claim) -> dict[str, Any]:
    parcel = order.parcels.get(item.parcel)
    return {
        "claim": item.claim,
        "state": item.state.value,
        "against": item.against,
        "parcel": item.parcel or None,
        "carrier": parcel.carrier or None if parcel is not None else None,
        "tracking": parcel.tracking or None if parcel is not None else None,
        "reason": item.reason,
        "opened_at": item.opened_at,
        "due": item.due,
        "lines": [
            {
                "line": line_of(at),
                "lot": lot_of(at) or None,
                "quantity": quantity,
                "found": item.found.get(at, ZERO),
            }
            for at, quantity in item.pieces.items()
        ],
        "outcome": item.outcome or None,
        "amount": item.amount,
        "currency": order.currency,
        "note": item.note or None,
        "settled_at": item.settled_at,
        "settled_by": item.settled_by or None,
    }
