"""Who is written to about which event. The words are in `templates/mail`, the addresses in the tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from models.domain import events as e
from models.domain.deadlines import RULES, Party
from models.domain.pieces import Bucket

# `owner`: who is to do the corrective action the event is about.
Addressee = Party | Literal["owner"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Mail `mail` about `event` goes to everybody of `party` who answers for the order."""

    mail: str
    party: Addressee
    event: e.Event


_ONE_TO_ONE: dict[type[e.Event], tuple[str, Addressee]] = {
    e.ActionPlanned: ("action_planned", "owner"),
    e.OrderAcknowledged: ("order_acknowledged", "buyer"),
    e.OrderCountered: ("order_countered", "buyer"),
    e.CounterAccepted: ("counter_answered", "supplier"),
    e.CounterRejected: ("counter_answered", "supplier"),
    e.OrderDeclined: ("order_declined", "buyer"),
    e.ChangeProposed: ("change_proposed", "approver"),
    e.ChangeRejected: ("change_decided", "buyer"),
    e.ChangeAcknowledged: ("change_answered", "buyer"),
    e.ChangeDeclined: ("change_answered", "buyer"),
    e.OrderExpedited: ("expedite_requested", "supplier"),
    e.OrdersMerged: ("orders_merged", "supplier"),
    e.TransferWithdrawn: ("transfer_withdrawn", "supplier"),
    e.OrderHeld: ("order_held", "supplier"),
    e.OrderResumed: ("order_resumed", "supplier"),
    e.OrderReassigned: ("order_reassigned", "supplier"),
    e.InspectionReviewed: ("inspection_reviewed", "supplier"),
    e.OrderClosed: ("order_closed", "supplier"),
    e.OrderForceCompleted: ("order_closed", "supplier"),
}
_REMINDERS: dict[str, tuple[str, Addressee]] = {
    "ack_reminder": ("acknowledgment_reminder", "supplier"),
    "milestone_due_soon": ("milestone_reminder", "supplier"),
    "change_reminder": ("change_reminder", "supplier"),
    "return_reminder": ("return_reminder", "supplier"),
    "contingency_soon": ("contingency_reminder", "buyer"),
    "corrective_action_due": ("action_due", "owner"),
    "claim_due": ("claim_reminder", "buyer"),
    "transfer_due": ("transfer_offered", "supplier"),
}


def notices(events: Iterable[e.Event], alert_rules: dict[str, str]) -> list[Notice]:
    """`alert_rules`: the rule of every alert of the order, by alert id."""
    found: list[Notice] = []
    events = list(events)
    for event in events:
        if type(event) in _ONE_TO_ONE:
            mail, party = _ONE_TO_ONE[type(event)]
            found.append(Notice(mail, party, event))
        elif isinstance(event, e.OrderIssued):
            found.append(
                Notice("order_split" if event.order.kin.split_from else "order_issued", "supplier", event)
            )
        elif isinstance(event, e.CancellationRequested):
            # One mail says what is to happen now.
            if not any(isinstance(other, e.OrderReassigned) for other in events):
                found.append(Notice("order_cancelled", "supplier", event))
        elif isinstance(event, e.ChangeApproved):
            found += [Notice("change_approved", "supplier", event), Notice("change_decided", "buyer", event)]
        elif isinstance(event, e.TransferAnnounced):
            found += [
                Notice("transfer_offered", "supplier", event),
                Notice("transfer_announced", "buyer", event),
            ]
        elif isinstance(event, e.TransferRefused):
            # Told to the order that still has the pieces; the other one has said it itself.
            if event.by:
                found.append(Notice("transfer_refused", "buyer", event))
        elif isinstance(event, e.ChangeWithdrawn):
            # One that was never approved the supplier has not heard of.
            if event.approved:
                found.append(Notice("change_withdrawn", "supplier", event))
        elif isinstance(event, e.PushTakenBack):
            # Told to whom the alert went that it was pushed.
            found += [Notice("push_taken_back", party, event) for party in RULES["pushed_back"].tell]
        elif isinstance(event, e.LotHeld | e.LotReleased):
            if event.supplier_told:
                mail = "lot_held" if isinstance(event, e.LotHeld) else "lot_released"
                found.append(Notice(mail, "supplier", event))
        elif isinstance(event, e.ReminderSent):
            mail, to = _REMINDERS[event.rule]
            # One mail lists all that is due: several reminders at once need no more.
            if to == "owner" or not any(notice.mail == mail for notice in found):
                others = (party for party in RULES[event.rule].tell if to != "owner" and party != to)
                found += [Notice(mail, party, event) for party in (to, *others)]
        elif isinstance(event, e.AlertRaised):
            # The buyer has read "declined" in a mail of its own.
            if event.rule != "order_declined":
                found += [Notice("alert", party, event) for party in RULES[event.rule].tell]
        elif isinstance(event, e.AlertEscalated):
            ladder = RULES[alert_rules[event.alert]].escalate
            found.append(Notice("alert", ladder[event.escalation - 1], event))
        elif isinstance(event, e.NonconformanceDispositioned | e.DispositionDecided) and any(
            move.target is Bucket.IN_TRANSIT_OUT for move in event.moves
        ):
            # What is returned for good is not put right and does not come back.
            mail = "pieces_returned" if event.decision == "return" else "rework_requested"
            found.append(Notice(mail, "supplier", event))
    return found
