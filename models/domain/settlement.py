"""What an ended order is paid: settled once when it ends, adjusted by what turns up afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from models.domain import billing, money, transfers
from models.domain.billing import total_of
from models.domain.charges import Charge, ChargeKind
from models.domain.order import Order, Stage
from models.domain.quantities import ZERO


def settled(order: Order) -> tuple[Charge, ...]:
    """What was settled so far, adjustments included."""
    return tuple(charge for each in order.settlements for charge in each.charges)


def cost_of(order: Order, now: datetime | None = None) -> tuple[Charge, ...]:
    """What the order cost when it has ended, else what it would cost as it stands, `now`."""
    return settled(order) if order.end is not None else billing.charges(order, now)


def if_cancelled(order: Order, now: datetime | None) -> tuple[Charge, ...]:
    """What the order would be settled for if it were cancelled as it stands: by the same rules, so that what was
    accepted is paid with all the contract says, and only a promise that was missed already is deducted for."""
    return billing.charges(replace(order, end=Stage.CANCELLED), now)


def each_piece(order: Order, now: datetime | None = None) -> Decimal | None:
    """What one finished piece costs with all that is charged; None when there is none, or when the lines
    are counted in different units."""
    if len({line.unit for line in order.lines}) != 1:
        return None
    return money.each(total_of(cost_of(order, now)), transfers.finished(order), order.currency)


def unsettled(order: Order) -> tuple[Charge, ...]:
    """What an ended order is still to be charged: everything, or how it differs from what was settled."""
    before: dict[tuple[ChargeKind, int, str], list[Charge]] = {}
    for charge in settled(order):
        before.setdefault(charge.reason, []).append(charge)
    now = [_beyond(charge, before.pop(charge.reason, [])) for charge in billing.charges(order)]
    gone = [_beyond(_nothing_of(order, earlier[0]), earlier) for earlier in before.values()]
    return tuple(charge for charge in (*now, *gone) if charge is not None)


def _beyond(charge: Charge, earlier: Sequence[Charge]) -> Charge | None:
    """What a charge adds to what was settled for the same reason; None when nothing."""
    if not earlier:
        return charge
    more = charge.amount - total_of(earlier)
    if not more:
        return None
    quantity = charge.quantity - sum((each.quantity for each in earlier), ZERO)
    pieces = charge.pieces - sum((each.pieces for each in earlier), ZERO)
    return replace(
        charge, quantity=quantity, pieces=pieces, amount=more, receipts=_proof_of_more(charge, earlier)
    )


def _proof_of_more(charge: Charge, earlier: Sequence[Charge]) -> tuple[str, ...]:
    """The receipts a difference follows from: those that came since, or stand no more. Where they are the same
    ones, their pieces were judged anew, and all of them prove it."""
    cited = tuple(dict.fromkeys(name for each in earlier for name in each.receipts))
    since = tuple(name for name in charge.receipts if name not in cited)
    gone = tuple(name for name in cited if name not in charge.receipts)
    return (*since, *gone) or charge.receipts


def _nothing_of(order: Order, charge: Charge) -> Charge:
    """What a charge has become that is due no more, with what proves that now."""
    line = order.line(charge.line) if charge.kind in billing.TOGETHER else None
    proof = billing.paid_by(order, line) if line is not None else charge.receipts
    return replace(charge, quantity=ZERO, pieces=ZERO, amount=Decimal(0), receipts=proof)
