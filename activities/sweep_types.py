"""What the sweep workflow and its activity say to each other. Standard library only: workflow code
imports this file without dragging the database into Temporal's sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field

SWEEP = "sweep"


@dataclass(frozen=True)
class Swept:
    """How many findings of each code, the first of them in words, and the orders started again."""

    found: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    restarted: list[str] = field(default_factory=list)
