"""How many pieces beyond what is ordered may simply be kept, and how many of those sent may be accepted.

Keeping a few more than were ordered is what the line's tolerance is for. Keeping more is buying more, about
which somebody else decides and to which the supplier agrees: a change of the quantity comes first. So it is with
pieces that a change took off a line after they were sent, and that come back done all the same.
"""

from __future__ import annotations

from decimal import Decimal

from models.domain import transfers
from models.domain.order import Line, Order, sent_on
from models.domain.pieces import Bucket, total
from models.domain.quantities import ZERO, rounded_down


def keepable(order: Order, line: Line) -> Decimal:
    """What is still ordered and not sent, and the tolerance of what was agreed, as far as it is not used up."""
    agreed = line.ordered - line.kept
    spare = rounded_down(agreed * line.tolerance, line.unit) - line.kept
    return max(ZERO, line.ordered - sent_on(order, line.line)) + max(ZERO, spare)


def acceptable(order: Order, line: Line) -> Decimal | None:
    """How many more of the pieces sent may become accepted: what is ordered and nobody finished yet. None once
    the order has ended, when nobody can change the quantity any more."""
    if order.end is not None:
        return None
    return max(ZERO, line.ordered - transfers.finished(order, line.line))


def beyond(order: Order, line: Line) -> bool:
    """Whether pieces wait that the line has no order for: somebody orders them anew, or has them rejected."""
    left = acceptable(order, line)
    return left is not None and total(order.stock, Bucket.PENDING, line=line.line) > left
