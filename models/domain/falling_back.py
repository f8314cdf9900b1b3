"""What follows from a contingency plan that was decided to be used."""

from __future__ import annotations

from models.domain.decisions.reassigning import undone
from models.domain.order import Order
from models.domain.records import Contingency


def alternate(order: Order) -> Contingency | None:
    """The plan that is to be used by giving the order to another supplier, while that was not done."""
    plan = order.contingency
    if plan is None or plan.decision != "use" or not plan.supplier:
        return None
    if order.end is not None or order.cancelling or order.reassigned is not None:
        return None
    return plan if any(undone(order, line) for line in order.lines) else None
