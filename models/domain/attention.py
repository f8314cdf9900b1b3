"""What comes first when several things need somebody, and the usual reasons why they do."""

from __future__ import annotations

from models.domain.errors import Invalid

# Rules that raise alerts, the worst first: what stops everything, what is late, what may become so.
MOST_URGENT_FIRST = (
    "order_declined",
    "mail_undeliverable",
    "receipt_overdue",
    "ship_overdue",
    "proposal_waiting",
    "ack_overdue",
    "nonconformance_unanswered",
    "milestone_overdue",
    "forecast_late",
    "parcel_overdue",
    "return_overdue",
    "document_missing",
    "no_news",
)
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
