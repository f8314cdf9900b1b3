"""What is true of an order beside its stage, as a pure function of its state."""

from __future__ import annotations

from models.domain.order import Order

# An order is late when one of these alerts is open: lateness is a fact of the stream, not of a clock.
# What that says of it, the worst first: a promise was missed, it is needed and not here, a step is overdue.
LATENESS = ("ship_overdue", "receipt_overdue", "milestone_overdue")


def flags(order: Order) -> tuple[str, ...]:
    """Independent of the stage, in a fixed order."""
    on = {
        "hold": order.hold is not None,
        "urgent": order.priority == "urgent",
        "late": any(alert.rule in LATENESS for alert in order.open_alerts),
        "nonconforming": any(True for _ in order.open_nonconformances),
        "export_controlled": order.export_controlled,
        "cancelling": order.cancelling,
        "unacknowledged_change": order.change_to_answer is not None,
        "lot_hold": any(True for _ in order.open_lot_holds),
    }
    return tuple(name for name, value in on.items() if value)
