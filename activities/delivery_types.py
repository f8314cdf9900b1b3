"""What the delivery workflow and its activities say to each other. Standard library only: workflow
code imports this file without dragging the database into Temporal's sandbox."""

from __future__ import annotations

from dataclasses import dataclass

SEND_MAIL = "send_mail"
GIVE_UP = "give_up"


@dataclass(frozen=True)
class SendOutcome:
    """What became of a mail: its final state, and how many recipients have it or never will."""

    outbox: str
    state: str
    sent: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Patience:
    """How a delivery waits for the mail server; all in seconds."""

    attempt: float = 60.0
    first_retry: float = 1.0
    longest_retry: float = 300.0
    give_up_after: float = 5 * 24 * 3600.0
