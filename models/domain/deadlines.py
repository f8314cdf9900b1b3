"""What is due when, and who is told: one row per rule.

A rule finds the causes that exist in a state; each is told once, when its time is up. Time on hold
does not count: a deadline goes on with the working time it had left. A cause that went and comes
again (a report that was corrected, rework after everything was back) is a new occurrence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from models.domain import causes as why
from models.domain import loose_ends
from models.domain.calendar import WorkingCalendar
from models.domain.causes import WORKING_DAY, Cause
from models.domain.causes import Party as Party
from models.domain.causes import latest_forecast as latest_forecast
from models.domain.order import Order
from models.domain.owing import RULES_ABOUT_TIME, owing
from models.domain.records import Alert


@dataclass(frozen=True, slots=True)
class Rule:
    """`remind` mails once; `alert` also stays in the list until its cause goes.

    `escalate` names who is told after each further `patience` of working time without an answer.
    `unsent` is what to do instead of `action` while our own dock owes it: nothing was sent yet. Both may
    name the `{supplier}`.
    """

    code: str
    name: str
    kind: Literal["remind", "alert"]
    find: Callable[[Order], Iterator[Cause]]
    tell: tuple[Party, ...]
    action: str
    escalate: tuple[Party, ...] = ()
    patience: timedelta = WORKING_DAY
    unsent: str = ""

    def action_of(self, owed_by: str) -> str:
        """What to do about it, which depends on who owes it."""
        return self.unsent if self.unsent and owed_by == "receiving" else self.action


@dataclass(frozen=True, slots=True)
class Deadline:
    """The next thing a cause does: `step` 0 tells, 1 and more escalate alert `alert`."""

    rule: Rule
    cause: Cause
    due: datetime
    step: int = 0
    alert: str = ""


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("ack_reminder", "Answer expected", "remind", why.ack_reminder, ("supplier",), "Answer the order"),
        Rule("ack_overdue", "No answer", "alert", why.ack_overdue, ("buyer",), "Call {supplier}", ("planner", "admin")),
        Rule("proposal_waiting", "Proposal waiting", "alert", why.proposal_waiting, ("buyer",), "Accept or reject the proposal", ("planner", "admin")),
        Rule("change_undecided", "Change waiting for approval", "alert", why.change_undecided, ("approver",), "Approve or reject the change", ("buyer", "admin")),
        Rule("change_unacknowledged", "Change not acknowledged", "alert", why.change_unacknowledged, ("buyer",), "Ask {supplier} to answer the change", ("planner", "admin")),
        Rule("change_reminder", "Answer to a change expected", "remind", why.change_reminder, ("supplier",), "Answer the change"),
        Rule("order_declined", "Declined", "alert", why.declined, ("buyer",), "Give it to another supplier"),
        Rule("milestone_due_soon", "Due soon", "remind", why.milestones_due_soon, ("supplier",), "Report the milestone"),
        Rule("milestone_overdue", "Milestone overdue", "alert", why.milestones_overdue, ("planner",), "Ask for a forecast", ("buyer", "admin"), unsent="Send the parts"),
        Rule("ship_overdue", "Not shipped as promised", "alert", why.ship_overdue, ("planner", "buyer"), "Ask for a new promise", ("admin",), unsent="Send the parts"),
        Rule("receipt_overdue", "Needed and not here", "alert", why.receipt_overdue, ("planner", "buyer"), "Expedite or replan", ("admin",), unsent="Send the parts"),
        Rule("parcel_overdue", "Parcel not received", "alert", why.parcel_overdue, ("receiving", "buyer"), "Trace the parcel"),
        Rule("no_news", "Silent supplier", "alert", why.no_news, ("planner",), "Ask for progress", ("buyer",)),
        Rule("document_missing", "Document missing", "alert", loose_ends.documents_missing, ("buyer", "quality"), "Ask for the document"),
        Rule("nonconformance_unanswered", "Rejected pieces undecided", "alert", loose_ends.nonconformances_unanswered, ("quality",), "Decide what happens to them", ("buyer",)),
        Rule("return_reminder", "Material to be returned", "remind", loose_ends.return_reminder, ("supplier",), "Send the material back"),
        Rule("return_overdue", "Material not returned", "alert", loose_ends.return_overdue, ("buyer",), "Ask for the material or declare it lost", ("planner", "admin")),
        Rule("forecast_late", "Will be late", "alert", why.forecast_late, ("planner", "buyer"), "Replan or negotiate"),
        Rule("corrective_action_due", "Corrective action due", "remind", loose_ends.actions_due_soon, ("quality",), "Do what was agreed"),
        Rule("corrective_action_overdue", "Corrective action overdue", "alert", loose_ends.actions_overdue, ("quality",), "See that it is done", ("buyer", "admin")),
        Rule("claim_due", "Claim due", "remind", loose_ends.claims_due_soon, ("buyer",), "Claim the lost pieces"),
        Rule("claim_overdue", "Claim not settled", "alert", loose_ends.claims_overdue, ("buyer",), "Ask what comes of the claim", ("admin",)),
        Rule("transfer_due", "Pieces from another supplier expected", "remind", loose_ends.transfers_due, ("supplier",), "Say whether they have come"),
        Rule("transfer_unanswered", "Pieces from another supplier unconfirmed", "alert", loose_ends.transfers_unanswered, ("buyer",), "Ask {supplier} whether they have come", ("planner", "admin")),
        Rule("lot_on_hold", "Lot on hold", "alert", loose_ends.lots_on_hold, ("planner", "buyer"), "Find out what is wrong with the lot", ("quality", "admin")),
        Rule("contingency_soon", "Contingency to be decided", "remind", loose_ends.contingency_soon, ("buyer", "planner"), "Decide about the contingency plan"),
        Rule("contingency_due", "Contingency undecided", "alert", loose_ends.contingency_due, ("buyer", "planner"), "Decide about the contingency plan", ("admin",)),
        Rule("pushed_back", "Pushed back", "alert", why.pushed, ("planner", "buyer"), "Ask for a new promise"),
        Rule("mail_undeliverable", "Mail not delivered", "alert", loose_ends.undeliverable, ("buyer",), "Correct the address and resend"),
    )
}  # fmt: skip
# What can still be wrong with an order that has ended.
_AFTER_THE_END = frozenset(
    {
        "mail_undeliverable",
        "document_missing",
        "corrective_action_due",
        "corrective_action_overdue",
        "claim_due",
        "claim_overdue",
    }
)


Found = tuple[Rule, Cause, datetime | None]


def causes(order: Order) -> Iterator[Found]:
    """Every cause that exists now with its due instant; none is due while the order is on hold."""
    for rule in RULES.values():
        if order.end is not None and rule.code not in _AFTER_THE_END:
            continue
        for found in rule.find(order):
            cause = _numbered(order, rule, found)
            due = _after_holds(order, cause.calendar, cause.began, cause.due)
            if due is not None and cause.since == cause.due:
                cause = replace(cause, since=due)
            yield rule, cause, due


def watch(order: Order, found: Iterable[Found] | None = None) -> list[Deadline]:
    """What is still to be told or escalated, soonest first; `found` are the order's causes, if known."""
    raised = {(alert.rule, alert.occurrence): alert for alert in order.alerts.values()}
    watched = []
    for rule, cause, due in causes(order) if found is None else found:
        if due is None:
            continue
        if rule.kind == "remind":
            if f"{rule.code}:{cause.occurrence}" not in order.reminded:
                watched.append(Deadline(rule, cause, due))
            continue
        alert = raised.get((rule.code, cause.occurrence))
        if alert is None:
            watched.append(Deadline(rule, cause, due))
        elif (
            order.end is None
            and alert.open
            and alert.acknowledged_at is None
            and alert.escalations < len(rule.escalate)
        ):
            next_step = alert.escalations + 1
            watched.append(Deadline(rule, cause, _patience(order, rule, alert), next_step, alert.alert))
    return sorted(watched, key=lambda deadline: deadline.due)


def now_about(order: Order, alert: Alert) -> str:
    """What an alert is about as things stand: one of a late forecast stays, while its day may move; pieces
    that are out come back."""
    if alert.rule in RULES_ABOUT_TIME and (agreed := owing(order, alert)) is not None:
        return str(agreed)
    if alert.rule == "forecast_late" and alert.open and (expected := latest_forecast(order)) is not None:
        return str(expected)
    return alert.details


def now_owed_by(order: Order, alert: Alert) -> str:
    """Who owes it as things stand: what our dock owed is the supplier's once the parts are sent."""
    rule = RULES.get(alert.rule)
    return why.whose_turn(order) if alert.open and rule is not None and rule.unsent else alert.owed_by


def soonest(order: Order) -> Deadline | None:
    """What the workflow has to wake up for next, if nothing happens before."""
    return next(iter(watch(order)), None)


def next_deadline(order: Order) -> datetime | None:
    """When the workflow has to wake up next, if nothing happens before."""
    deadline = soonest(order)
    return deadline.due if deadline is not None else None


def _numbered(order: Order, rule: Rule, cause: Cause) -> Cause:
    """The cause under a name of its own when an alert of the same name came and went before."""
    before = sum(
        alert.rule == rule.code
        and not alert.open
        and (alert.occurrence == cause.occurrence or alert.occurrence.startswith(f"{cause.occurrence}#"))
        for alert in order.alerts.values()
    )
    return replace(cause, occurrence=f"{cause.occurrence}#{before + 1}") if before else cause


def _patience(order: Order, rule: Rule, alert: Alert) -> datetime:
    calendar = order.plant_calendar
    due = calendar.add_working_time(alert.raised_at, rule.patience * (alert.escalations + 1))
    shifted = _after_holds(order, calendar, alert.raised_at, due)
    assert shifted is not None, "nothing is watched while the order is on hold"
    return shifted


def _after_holds(order: Order, calendar: WorkingCalendar, began: datetime, due: datetime) -> datetime | None:
    """`due` moved by the working time on hold since the clock `began`; None while it stands still."""
    for hold in order.holds:
        if due <= hold.held_at:
            continue
        if hold.resumed_at is None:
            return None
        if began < hold.resumed_at:
            due = _resumed(calendar, max(began, hold.held_at), hold.resumed_at, due)
    return None if order.hold is not None else due


def _resumed(calendar: WorkingCalendar, stopped: datetime, resumed: datetime, due: datetime) -> datetime:
    """The working time between `stopped` and `due`, given again from `resumed` on.

    A deadline at the end of a day lies hours after the last work before it. Those hours are given
    again too, as far as nobody works in them, so that nothing comes earlier for having been held.
    """
    left = calendar.working_time_between(stopped, due)
    used_up = calendar.add_working_time(resumed, left)
    idle = due - calendar.add_working_time(stopped, left)
    return max(used_up, min(used_up + idle, calendar.add_working_time(used_up, timedelta(0))))
