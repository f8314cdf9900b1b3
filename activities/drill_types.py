"""What the drill reminder's workflow and its activity say to each other. Standard library only, like
`activities/sweep_types.py`."""

from __future__ import annotations

from dataclasses import dataclass

REMIND_DRILL = "remind-drill"


@dataclass(frozen=True)
class Reminded:
    """The quarter looked at, whether a drill was signed in it, and how many people were written to now."""

    quarter: str
    drilled: bool
    mails: int = 0
