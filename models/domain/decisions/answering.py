"""acknowledge: the supplier accepts with a promise, proposes other terms, or declines; or answers a change."""

from __future__ import annotations

from datetime import datetime

from models.domain.asking_price import asked_lines
from models.domain.commands import Acknowledge
from models.domain.decisions import changing, countering
from models.domain.delivery_days import needed
from models.domain.errors import Invalid
from models.domain.events import Event, OrderAcknowledged, OrderDeclined
from models.domain.facts import Asked, Facts
from models.domain.gate import FINAL, answered
from models.domain.order import Order
from models.domain.records import LinePromise


def acknowledge(order: Order, command: Acknowledge, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    if command.change:
        return changing.acknowledge_change(order, command, facts, now)
    if order.answer in FINAL:
        # The gate let it through for the change that waits.
        raise answered(order)
    if command.decision == "counter":
        return countering.propose(order, command, asked, now)
    if command.lines:
        raise Invalid(
            "acknowledge.lines",
            "Other terms for a line are a proposal: send them with the decision counter.",
            field="lines",
        )
    if command.decision == "decline":
        reason = command.reason.strip()
        if not reason:
            raise Invalid("reason.missing", "Say why, so that your customer can plan.", field="reason")
        return [OrderDeclined(reason, order.revision)]
    promise = countering.not_past(order, command.promise_date, "promise_date", now)
    number = command.supplier_order.strip()
    # What was agreed for a line stands. Without a date the supplier promises need-by for the others, each line its
    # own, even when the answer comes after it.
    days = {line.line: line.promise or promise or needed(order, line) for line in order.lines}
    several = tuple(days.values()) if len(set(days.values())) > 1 else ()
    now_answered = asked_lines(order)
    told = tuple(LinePromise(line.line, days[line.line]) for line in now_answered if line.ordered)
    return [
        OrderAcknowledged(
            max(days.values()),
            number,
            order.revision,
            several,
            promises=told if len(days) > 1 else (),
            rest=len(now_answered) < len(days),
        )
    ]
