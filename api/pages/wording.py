"""English words for what pages of ours show of the core's codes, marked for translation."""

from __future__ import annotations

from activities.i18n import N_
from models.domain.order import Stage

STAGES: dict[str, str] = {
    Stage.DRAFT: N_("Draft"),
    Stage.ISSUED: N_("Issued"),
    Stage.COUNTERED: N_("Proposal"),
    Stage.ACKNOWLEDGED: N_("Acknowledged"),
    Stage.IN_PROCESS: N_("In process"),
    Stage.SHIPPED: N_("Shipped"),
    Stage.RECEIVING: N_("Receiving"),
    Stage.RECEIVED: N_("Received"),
    Stage.CLOSED: N_("Closed"),
    Stage.CANCELLED: N_("Cancelled"),
}
# Flag -> its word, and whether it is a matter to watch or to act on.
FLAGS: dict[str, tuple[str, str]] = {
    "hold": (N_("On hold"), "watch"),
    "urgent": (N_("Urgent"), "watch"),
    "late": (N_("Late"), "act"),
    "nonconforming": (N_("Nonconforming"), "act"),
    "export_controlled": (N_("Export-controlled"), "plain"),
    "cancelling": (N_("Being cancelled"), "watch"),
    "unacknowledged_change": (N_("Change unanswered"), "watch"),
}
MARKS = {"good": "✓", "watch": "▲", "act": "!", "plain": "·"}


def stage_name(stage: str) -> str:
    """The word for a stage, in English, to be translated where it is shown."""
    return STAGES[stage]
