"""What follows from a decision and from the passing of time: alerts, reminders, ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from models.domain import commands as c
from models.domain import events as e
from models.domain import settlement
from models.domain.calendar import WorkingCalendar
from models.domain.deadlines import Deadline, Found, causes, watch
from models.domain.decisions import checks
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
        raise Refusal(
            "alert.acknowledged",
            "{alert} was acknowledged already. There is nothing more to say to it.",
            alert=command.alert,
        )
    cause, action = checks.written(command.cause, "cause"), checks.written(command.action, "action")
    return [e.AlertAcknowledged(alert.alert, cause, action)]


def report_undeliverable(
    order: Order, command: c.ReportUndeliverable, asked: Asked, facts: Facts, now: datetime
) -> list[e.Event]:
    """Told once per mail, however often its delivery reports it."""
    if any(
        alert.rule == "mail_undeliverable" and alert.occurrence == command.outbox
        for alert in order.alerts.values()
    ):
        return []
    return [
        e.AlertRaised(
            alert=_next_alert(order),
            rule="mail_undeliverable",
            occurrence=command.outbox,
            since=now,
            owed_by="buyer",
            details=f"{command.template}: {command.reason}",
        )
    ]


def replan(order: Order, command: c.Replan, asked: Asked, facts: Facts, now: datetime) -> list[e.Event]:
    assert facts.calendars is not None, "replanning needs the calendars as they are now"
    refusal = nothing_to_replan(order, facts.calendars)
    if refusal is not None:
        raise refusal
    return [e.OrderReplanned(*facts.calendars)]


def nothing_to_replan(order: Order, calendars: tuple[WorkingCalendar, WorkingCalendar]) -> Refusal | None:
    """Why there is nothing to plan anew; None when the plant's or the supplier's calendar has changed."""
    if calendars != (order.plant_calendar, order.supplier_calendar):
        return None
    return Refusal(
        "replan.unchanged",
        "The calendars are as they were when the order was issued. There is nothing to take over.",
    )


def consequences(before: Order | None, events: Sequence[e.Event], now: datetime) -> list[e.Event]:
    """What the facts just decided make true besides: nothing a person has to ask for.

    Each consequence is taken in before the next is looked for, so nothing due by `now` is left.
    """
    story = _Story(before, events, now)
    if story.order.cancelling and nothing_open(story.order):
        story.add(e.OrderCancelled())
    for event in _payable(before, story.order):
        story.add(event)
    for name in _settled(before, story.order):
        story.add(e.NonconformanceClosed(name))
    # To look for every cause costs more than anything else here: once, unless clearing one changes them.
    found = list(causes(story.order))
    if moot := _moot(story.order, found, now):
        for alert in moot:
            story.add(e.AlertCleared(alert))
        found = list(causes(story.order))
    if _due(story.order, now, found):
        # Nothing but what is there now: a wrong rule that finds another cause after each one told must
        # not keep the order locked for ever.
        known = {(rule.code, cause.occurrence) for rule, cause, _ in found}
        while due := [
            one for one in _due(story.order, now) if (one.rule.code, one.cause.occurrence) in known
        ]:
            story.add(_telling(story.order, due[0]))
    return story.added


class _Story:
    """The state while consequences are added to what was decided."""

    def __init__(self, before: Order | None, events: Sequence[e.Event], now: datetime) -> None:
        after = before
        for event in events:
            after = evolve(after, event, after.version + 1 if after is not None else 1, now)
        assert after is not None, "consequences need an order"
        self.order = after
        self.now = now
        self.added: list[e.Event] = []

    def add(self, event: e.Event) -> None:
        self.order = evolve(self.order, event, self.order.version + 1, self.now)
        self.added.append(event)


def _payable(before: Order | None, after: Order) -> list[e.Event]:
    """What is to be paid once the order has ended; later, by how much that has changed."""
    # What goes on as another order is paid there.
    if after.end is None or after.kin.successor:
        return []
    charges = settlement.unsettled(after)
    if not charges:
        return []
    ending = before is None or before.end is None
    return [e.OrderSettled(charges) if ending else e.SettlementAdjusted(charges)]


def _settled(before: Order | None, after: Order) -> list[str]:
    """Nonconformances that had open pieces and have none any more."""
    if before is None or after.kin.superseded_by:
        # Their pieces go on with another order, and so do they.
        return []
    now_open = {item.nonconformance for item in after.open_nonconformances}
    return sorted(
        item.nonconformance
        for item in before.open_nonconformances
        if item.nonconformance not in now_open and not after.nonconformances[item.nonconformance].withdrawn
    )


def _moot(order: Order, found: Iterable[Found], now: datetime) -> list[str]:
    """Alerts whose cause went, or moved into the future. On hold the clock stands: they stay."""
    still = {(rule.code, cause.occurrence) for rule, cause, due in found if due is None or due <= now}
    return [alert.alert for alert in order.open_alerts if (alert.rule, alert.occurrence) not in still]


def _due(order: Order, now: datetime, found: Iterable[Found] | None = None) -> list[Deadline]:
    """What is due by now, first what has been due the longest."""
    return [deadline for deadline in watch(order, found) if deadline.due <= now]


def _telling(order: Order, deadline: Deadline) -> e.Event:
    rule, cause = deadline.rule, deadline.cause
    if deadline.step:
        return e.AlertEscalated(deadline.alert, deadline.step)
    if rule.kind == "remind":
        return e.ReminderSent(rule.code, cause.occurrence, cause.since)
    return e.AlertRaised(
        _next_alert(order), rule.code, cause.occurrence, cause.since, cause.owed_by, cause.details
    )


def _next_alert(order: Order) -> str:
    return f"{order.number}-A{len(order.alerts) + 1}"
