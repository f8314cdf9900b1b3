"""How many of the pieces counted beyond what was expected may simply be kept.

Keeping a few more than were ordered is what the line's tolerance is for. Keeping more is buying more, about
which somebody else decides and to which the supplier agrees: a change of the quantity comes first.
"""

from __future__ import annotations

from decimal import Decimal

from models.domain.order import Line, Order, sent_on
from models.domain.quantities import ZERO, rounded_down


def keepable(order: Order, line: Line) -> Decimal:
    """What is still ordered and not sent, and the tolerance of what was agreed, as far as it is not used up."""
    agreed = line.ordered - line.kept
    spare = rounded_down(agreed * line.tolerance, line.unit) - line.kept
    return max(ZERO, line.ordered - sent_on(order, line.line)) + max(ZERO, spare)
