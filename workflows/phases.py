"""The phases `OrderWorkflow.run` goes through, by the stage an activity reported."""

from __future__ import annotations

ACKNOWLEDGED, IN_PROCESS, SHIPPED, RECEIVED, CLOSED = range(1, 6)

# How far each stage is. Declining or rework takes a stage back; `run` does not go back with it, it
# waits for the phase it is in.
_REACHED = {
    "draft": 0,
    "issued": 0,
    "countered": 0,
    "acknowledged": ACKNOWLEDGED,
    "in_process": IN_PROCESS,
    "shipped": SHIPPED,
    "receiving": SHIPPED,
    "received": RECEIVED,
    "closed": CLOSED,
    "cancelled": CLOSED,
}


def reached(stage: str, phase: int) -> bool:
    """Whether an order at `stage` has come as far as `phase`."""
    return _REACHED[stage] >= phase
