"""acknowledge: the supplier accepts with a promise, or declines."""

from __future__ import annotations

from datetime import datetime

from models.domain.commands import Acknowledge
from models.domain.errors import Invalid
from models.domain.events import Event, OrderAcknowledged, OrderDeclined
from models.domain.facts import Asked, Facts
from models.domain.order import Order


def acknowledge(order: Order, command: Acknowledge, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    if command.decision == "decline":
        reason = command.reason.strip()
        if not reason:
            raise Invalid("reason.missing", "Say why, so that your customer can plan.", field="reason")
        return [OrderDeclined(reason, order.revision)]
    # Without a date the supplier promises need-by, even when the answer comes after it.
    promise = command.promise_date or order.need_by
    if command.promise_date is not None and promise < order.supplier_calendar.local_date(now):
        raise Invalid(
            "promise_date.past",
            "{date} has passed; promise today or later.",
            field="promise_date",
            date=promise,
        )
    return [OrderAcknowledged(promise, command.supplier_order.strip(), order.revision)]
