"""What follows from a decision and from the passing of time: alerts, reminders, ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.domain import commands as c
from models.domain import events as e
from models.domain.deadlines import Deadline, causes, watch
from models.domain.errors import Invalid, Refusal
from models.domain.evolve import evolve
from models.domain.facts import Asked, Facts
from models.domain.order import Order, nothing_open


def pass_deadlines(
    order: Order, command: c.PassDeadlines, asked: Asked, facts: Facts, now: datetime
) -> list[e.Event]:
    """Nothing by itself: `consequences` tells whatever is due by now."""
    return []


def acknowledge_alert(
    order: Order, command: c.AcknowledgeAlert, asked: Asked, facts: Facts, now: datetime
) -> list[e.Event]:
    alert = order.alerts.get(command.alert)
    if alert is None:
        raise Invalid("alert.unknown", "There is no alert {alert}.", field="alert", alert=command.alert)
    if alert.acknowledged_at is not None:
        raise Refusal("alert.acknowledged", "{alert} was acknowledged already.", alert=command.alert)
    for field in ("cause", "action"):
        if not getattr(command, field).strip():
            raise Invalid("alert.unexplained", "Say what the cause is and what you do about it.", field=field)
    return [e.AlertAcknowledged(alert.alert, command.cause.strip(), command.action.strip())]


def report_undeliverable(
    order: Order, command: c.ReportUndeliverable, asked: Asked, facts: Facts, now: datetime
) -> list[e.Event]:
    if any(
        alert.rule == "mail_undeliverable" and alert.occurrence == command.outbox
        for alert in order.alerts.values()
    ):
        return []
    return [
        e.AlertRaised(
            alert=_next_alert(order, 0),
            rule="mail_undeliverable",
            occurrence=command.outbox,
            since=now,
            owed_by="buyer",
            details=f"{command.template}: {command.reason}",
        )
    ]


def replan(order: Order, command: c.Replan, asked: Asked, facts: Facts, now: datetime) -> list[e.Event]:
    assert facts.calendars is not None, "replanning needs the calendars as they are now"
    plant, supplier = facts.calendars
    if (plant, supplier) == (order.plant_calendar, order.supplier_calendar):
        raise Refusal("replan.unchanged", "The calendars are as they were when the order was issued.")
    return [e.OrderReplanned(plant, supplier)]


def consequences(before: Order | None, events: Sequence[e.Event], now: datetime) -> list[e.Event]:
    """What the facts just decided make true besides: nothing a person has to ask for."""
    after = before
    version = before.version if before is not None else 0
    for place, event in enumerate(events):
        after = evolve(after, event, version + place + 1, now)
    assert after is not None, "consequences need an order"
    found: list[e.Event] = []
    if after.cancelling and nothing_open(after):
        cancelled = e.OrderCancelled()
        found.append(cancelled)
        after = evolve(after, cancelled, version + len(events) + 1, now)
    found += _closed_nonconformances(before, after)
    found += _cleared(after, now)
    found += _told(after, now)
    return found


def _closed_nonconformances(before: Order | None, after: Order) -> list[e.Event]:
    open_before = (
        {item.nonconformance for item in before.open_nonconformances} if before is not None else set()
    )
    return [
        e.NonconformanceClosed(name)
        for name in sorted(open_before)
        if not after.nonconformances[name].open and not after.nonconformances[name].withdrawn
    ]


def _cleared(order: Order, now: datetime) -> list[e.Event]:
    """Alerts whose cause went, or moved into the future. On hold the clock stands: they stay."""
    still = {(rule.code, cause.occurrence) for rule, cause, due in causes(order) if due is None or due <= now}
    return [
        e.AlertCleared(alert.alert)
        for alert in order.open_alerts
        if (alert.rule, alert.occurrence) not in still
    ]


def _told(order: Order, now: datetime) -> list[e.Event]:
    found: list[e.Event] = []
    new = 0
    for deadline in watch(order):
        if deadline.due > now:
            break
        found.append(_telling(order, deadline, new))
        new += isinstance(found[-1], e.AlertRaised)
    return found


def _telling(order: Order, deadline: Deadline, new: int) -> e.Event:
    rule, cause = deadline.rule, deadline.cause
    if deadline.step:
        return e.AlertEscalated(deadline.alert, deadline.step)
    if rule.kind == "remind":
        return e.ReminderSent(rule.code, cause.occurrence, cause.since)
    return e.AlertRaised(
        _next_alert(order, new), rule.code, cause.occurrence, cause.since, cause.owed_by, cause.details
    )


def _next_alert(order: Order, new: int) -> str:
    return f"{order.number}-A{len(order.alerts) + new + 1}"
