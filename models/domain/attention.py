"""What comes first when several things need somebody, and the usual reasons why they do."""

from __future__ import annotations

from models.domain.deadlines import RULES
from models.domain.errors import Invalid
from models.domain.order import Stage

# Rules that raise alerts, the worst first: what stops everything, what is late, what may become so.
MOST_URGENT_FIRST = (
    "lot_on_hold",
    "order_declined",
    "mail_undeliverable",
    "receipt_overdue",
    "ship_overdue",
    "contingency_due",
    "proposal_waiting",
    "change_undecided",
    "change_unacknowledged",
    "ack_overdue",
    "nonconformance_unanswered",
    "milestone_overdue",
    "forecast_late",
    "pushed_back",
    "parcel_overdue",
    "transfer_unanswered",
    "return_overdue",
    "corrective_action_overdue",
    "claim_overdue",
    "document_missing",
    "no_news",
)
# The command that settles what an alert is about, by its rule. An address that takes no mail is settled in
# the supplier's own record, a lot on hold in the lot's.
DEEDS = {
    "order_declined": "reassign",
    "receipt_overdue": "report-milestone",
    "ship_overdue": "report-milestone",
    "contingency_due": "settle-contingency",
    "proposal_waiting": "answer-counter",
    "change_undecided": "decide-change",
    "change_unacknowledged": "acknowledge",
    "ack_overdue": "acknowledge",
    "nonconformance_unanswered": "disposition",
    "milestone_overdue": "report-milestone",
    "forecast_late": "report-milestone",
    "pushed_back": "report-milestone",
    "parcel_overdue": "receive",
    "transfer_unanswered": "answer-transfer",
    "return_overdue": "declare-loss",
    "claim_overdue": "settle-claim",
    "document_missing": "add-document",
    "corrective_action_overdue": "complete-action",
    "no_news": "report-milestone",
}
# Why something is late or missing, as the answer to an alert says it; figures count them later.
CAUSES = (
    "capacity",
    "machine",
    "material",
    "quality",
    "transport",
    "papers",
    "communication",
    "ours",
    "other",
)
OTHER = "other"
# Where what is still missing may be on its way back.
_COMING = frozenset({Stage.SHIPPED, Stage.RECEIVING})


def deed(rule: str, occurrence: str, owed_by: str, at: Stage) -> tuple[str, dict[str, str]]:
    """The command that settles an alert of an order whose stage is `at`, empty when none does; and what it
    is about, as the command's form names it."""
    usual = DEEDS.get(rule, "")
    if usual == "report-milestone" and at is Stage.COUNTERED:
        # Nothing is reported until the proposal is answered.
        return "answer-counter", {}
    if owed_by == "receiving" and rule in RULES and RULES[rule].unsent:
        return "send", {}
    if rule == "receipt_overdue" and at in _COMING:
        return "receive", {}
    return usual, _subject(rule, occurrence.partition("#")[0])


def _subject(rule: str, occurrence: str) -> dict[str, str]:
    match rule:
        case "milestone_overdue":
            # Followed by the day it was planned for.
            return {"code": occurrence[: -len("-2026-12-31")]}
        case "claim_overdue":
            # Followed by the day it was due.
            return {"claim": occurrence[: -len("-2026-12-31")]}
        case "transfer_unanswered":
            return {"transfer": occurrence}
        case "parcel_overdue":
            return {"parcel": occurrence}
        case "document_missing":
            return {"type": occurrence}
        case "corrective_action_overdue":
            return {"action": occurrence}
        case "nonconformance_unanswered":
            return {"nonconformance": occurrence}
        case "ship_overdue" | "forecast_late" | "pushed_back":
            # What is asked for is another day.
            return {"happened": "later"}
    return {}


def cause(code: str, text: str) -> str:
    """The cause of an alert as its answer keeps it: ``capacity: two of three lines are down``.

    Raises `Invalid` for a code that is none, and for another cause nobody describes.
    """
    if code not in CAUSES:
        raise Invalid("cause.missing", "Choose what caused it.", field="cause")
    if code == OTHER and not text:
        raise Invalid("cause.undescribed", "Say in a few words what caused it.", field="cause_text")
    return f"{code}: {text}" if text else code


def cause_parts(cause: str) -> tuple[str, str]:
    """The code of a kept cause, empty when it was written freely, and its text."""
    code, _, text = cause.partition(":")
    return (code, text.strip()) if code in CAUSES else ("", cause)
