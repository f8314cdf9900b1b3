"""What is due when, and who is told: one row per rule.

A rule finds the causes that exist in a state; each cause is one occurrence with the instant it
becomes due. Everything it reads was frozen into the order, so the same state always gives the same
deadlines. Time on hold does not count: a deadline goes on with the working time it had left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from models.domain.calendar import WorkingCalendar
from models.domain.decisions.documents import missing_documents
from models.domain.milestones import Milestone
from models.domain.order import Alert, Answer, Order, Share, Stage, all_sent, stage
from models.domain.pieces import OUT, Bucket, total

WORKING_DAY = timedelta(hours=9)

Party = Literal["supplier", "buyer", "planner", "quality", "receiving", "admin"]


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason to tell somebody. `occurrence` names it for good, so it is told once.

    The clock of its deadline runs from `since`, or from `agreed` when that is given: a hold which was
    over by then changes nothing.
    """

    occurrence: str
    since: datetime
    due: datetime
    owed_by: Party
    details: str = ""
    agreed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """`remind` mails once; `alert` also stays in the list until its cause goes.

    `escalate` names who is told after each further `patience` of working time without an answer.
    """

    code: str
    name: str
    kind: Literal["remind", "alert"]
    find: Callable[[Order], Iterator[Cause]]
    tell: tuple[Party, ...]
    action: str
    escalate: tuple[Party, ...] = ()
    patience: timedelta = WORKING_DAY


@dataclass(frozen=True, slots=True)
class Deadline:
    """The next thing a cause does: `step` 0 tells, 1 and more escalate alert `alert`."""

    rule: Rule
    cause: Cause
    due: datetime
    step: int = 0
    alert: str = ""


def _unanswered(order: Order, patience: timedelta) -> Iterator[Cause]:
    if order.answer is Answer.NONE and not order.cancelling:
        due = order.supplier_calendar.add_working_time(order.issued_at, patience)
        yield Cause(f"revision-{order.revision}", order.issued_at, due, "supplier")


def _ack_reminder(order: Order) -> Iterator[Cause]:
    return _unanswered(order, WORKING_DAY)


def _ack_overdue(order: Order) -> Iterator[Cause]:
    return _unanswered(order, 2 * WORKING_DAY)


def _declined(order: Order) -> Iterator[Cause]:
    if order.answer is Answer.DECLINED and order.answered_at is not None and not order.cancelling:
        yield Cause(
            f"revision-{order.revision}", order.answered_at, order.answered_at, "buyer", order.decline_reason
        )


def _milestones_due_soon(order: Order) -> Iterator[Cause]:
    calendar = order.supplier_calendar
    for milestone in order.milestones:
        due = calendar.at(calendar.add_workdays(milestone.planned, -1), calendar.opens)
        # One planned for tomorrow was read in the order itself: no reminder of it.
        if milestone.actual is None and due > order.issued_at and order.answer is not Answer.DECLINED:
            yield _planned(order, milestone, due)


def _milestones_overdue(order: Order) -> Iterator[Cause]:
    for milestone in order.milestones:
        if milestone.actual is None and order.answer is not Answer.DECLINED:
            yield _planned(order, milestone, order.supplier_calendar.end_of_day(milestone.planned))


def _planned(order: Order, milestone: Milestone, due: datetime) -> Cause:
    occurrence = f"{milestone.code}-{milestone.planned}"
    return Cause(occurrence, due, due, "supplier", milestone.name, agreed=order.issued_at)


def _ship_overdue(order: Order) -> Iterator[Cause]:
    if order.promise_current is None:
        return
    there = total(order.stock, Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER)
    if there or not all_sent(order):
        due = order.supplier_calendar.end_of_day(order.promise_current)
        yield Cause(f"promise-{order.promise_current}", due, due, "supplier", agreed=order.answered_at)


def _receipt_overdue(order: Order) -> Iterator[Cause]:
    if stage(order) is not Stage.RECEIVED and order.answer is not Answer.DECLINED:
        due = order.plant_calendar.end_of_day(order.need_by)
        yield Cause(f"need-by-{order.need_by}", due, due, "supplier", agreed=order.issued_at)


def _parcel_overdue(order: Order) -> Iterator[Cause]:
    for parcel in order.parcels.values():
        if not parcel.void and any(parcel.contents.values()):
            due = order.plant_calendar.add_working_time(parcel.shipped_at, 5 * WORKING_DAY)
            yield Cause(parcel.parcel, parcel.shipped_at, due, "receiving", parcel.tracking)


def _no_news(order: Order) -> Iterator[Cause]:
    if order.last_news_at is not None and total(order.stock, Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT):
        due = order.supplier_calendar.add_working_time(order.last_news_at, 5 * WORKING_DAY)
        yield Cause(order.last_news_at.isoformat(), order.last_news_at, due, "supplier")


def _documents_missing(order: Order) -> Iterator[Cause]:
    first = next((receipt.at for receipt in order.receipts if not receipt.void), None)
    if first is None:
        return
    for kind in missing_documents(order):
        due = order.plant_calendar.add_working_time(first, 2 * WORKING_DAY)
        yield Cause(kind, first, due, "supplier", kind)


def _nonconformances_unanswered(order: Order) -> Iterator[Cause]:
    for item in order.open_nonconformances:
        if any(shares.get(Share.UNDECIDED) for shares in item.shares.values()):
            due = order.plant_calendar.add_working_time(item.opened_at, 2 * WORKING_DAY)
            yield Cause(item.nonconformance, item.opened_at, due, "quality", item.defect)


def _return_overdue(order: Order) -> Iterator[Cause]:
    if order.cancelling and order.cancel_requested_at is not None and total(order.stock, *OUT):
        due = order.supplier_calendar.add_working_time(order.cancel_requested_at, 10 * WORKING_DAY)
        yield Cause("return", order.cancel_requested_at, due, "supplier")


def _forecast_late(order: Order) -> Iterator[Cause]:
    expected = latest_forecast(order)
    since = order.answered_at or order.last_news_at
    if (
        expected is not None
        and since is not None
        and expected > order.need_by
        and stage(order) is not Stage.RECEIVED
    ):
        yield Cause(f"forecast-{expected}", since, since, "buyer", str(expected))


def _undeliverable(order: Order) -> Iterator[Cause]:
    """Raised by the delivery itself; here it only stays until somebody acknowledges it."""
    for alert in order.open_alerts:
        if alert.rule == "mail_undeliverable" and alert.acknowledged_at is None:
            yield Cause(alert.occurrence, alert.since, alert.since, "buyer")


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("ack_reminder", "Answer expected", "remind", _ack_reminder, ("supplier",), "Answer the order"),
        Rule("ack_overdue", "No answer", "alert", _ack_overdue, ("buyer",), "Call the supplier", ("planner", "admin")),
        Rule("order_declined", "Declined", "alert", _declined, ("buyer",), "Cancel and place it elsewhere"),
        Rule("milestone_due_soon", "Due soon", "remind", _milestones_due_soon, ("supplier",), "Report the milestone"),
        Rule("milestone_overdue", "Milestone overdue", "alert", _milestones_overdue, ("planner",), "Ask for a forecast", ("buyer", "admin")),
        Rule("ship_overdue", "Not shipped as promised", "alert", _ship_overdue, ("planner", "buyer"), "Ask for a new promise", ("admin",)),
        Rule("receipt_overdue", "Needed and not here", "alert", _receipt_overdue, ("planner", "buyer"), "Expedite or replan", ("admin",)),
        Rule("parcel_overdue", "Parcel not received", "alert", _parcel_overdue, ("receiving", "buyer"), "Trace the parcel"),
        Rule("no_news", "Silent supplier", "alert", _no_news, ("planner",), "Ask for progress", ("buyer",)),
        Rule("document_missing", "Document missing", "alert", _documents_missing, ("buyer", "quality"), "Ask for the document"),
        Rule("nonconformance_unanswered", "Rejected pieces undecided", "alert", _nonconformances_unanswered, ("quality",), "Decide what happens to them", ("buyer",)),
        Rule("return_overdue", "Material not returned", "alert", _return_overdue, ("buyer",), "Ask for the material or declare it lost"),
        Rule("forecast_late", "Will be late", "alert", _forecast_late, ("planner", "buyer"), "Replan or negotiate"),
        Rule("mail_undeliverable", "Mail not delivered", "alert", _undeliverable, ("buyer",), "Correct the address and resend"),
    )
}  # fmt: skip


def latest_forecast(order: Order) -> date | None:
    """When the supplier expects to be done: its last forecast, else its promise."""
    forecasts = [
        item.forecast for item in order.milestones if item.forecast is not None and item.actual is None
    ]
    return max([*forecasts, *([order.promise_current] if order.promise_current else [])], default=None)


def causes(order: Order) -> Iterator[tuple[Rule, Cause, datetime | None]]:
    """Every cause that exists now with its due instant; none is due while the order is on hold."""
    for rule in RULES.values():
        if order.end is not None and rule.code != "mail_undeliverable":
            continue
        for cause in rule.find(order):
            yield rule, cause, _due(order, cause)


def watch(order: Order) -> list[Deadline]:
    """What is still to be told or escalated, soonest first."""
    raised = {(alert.rule, alert.occurrence): alert for alert in order.alerts.values()}
    found = []
    for rule, cause, due in causes(order):
        if due is None:
            continue
        if rule.kind == "remind":
            if f"{rule.code}:{cause.occurrence}" not in order.reminded:
                found.append(Deadline(rule, cause, due))
            continue
        alert = raised.get((rule.code, cause.occurrence))
        if alert is None:
            found.append(Deadline(rule, cause, due))
        elif alert.open and alert.acknowledged_at is None and alert.escalations < len(rule.escalate):
            found.append(
                Deadline(rule, cause, _patience(order, rule, alert), alert.escalations + 1, alert.alert)
            )
    return sorted(found, key=lambda deadline: deadline.due)


def next_deadline(order: Order) -> datetime | None:
    """When the workflow has to wake up next, if nothing happens before."""
    deadlines = watch(order)
    return deadlines[0].due if deadlines else None


def _patience(order: Order, rule: Rule, alert: Alert) -> datetime:
    calendar = order.plant_calendar
    due = calendar.add_working_time(alert.raised_at, rule.patience * (alert.escalations + 1))
    return _after_holds(order, calendar, alert.raised_at, due) or due


def _due(order: Order, cause: Cause) -> datetime | None:
    calendar = order.supplier_calendar if cause.owed_by == "supplier" else order.plant_calendar
    return _after_holds(order, calendar, cause.agreed or cause.since, cause.due)


def _after_holds(order: Order, calendar: WorkingCalendar, start: datetime, due: datetime) -> datetime | None:
    """When a clock that runs from `start` to `due` runs out, with the time on hold taken out of it."""
    for hold in order.holds:
        stopped = max(start, hold.held_at)
        if due <= stopped or (hold.resumed_at is not None and hold.resumed_at <= start):
            continue
        if hold.resumed_at is None:
            return None
        due = calendar.add_working_time(hold.resumed_at, calendar.working_time_between(stopped, due))
    return None if order.hold is not None else due
