"""What the order workflow and its activities say to each other. Standard library only: workflow
code imports this file into Temporal's sandbox. Every field added later has a default."""

from __future__ import annotations

from dataclasses import dataclass, field

APPLY = "apply"
PASS_DEADLINES = "pass_deadlines"  # noqa: S105 - the name of an activity


@dataclass(frozen=True)
class ApplyInput:
    """`now` is the workflow's clock, ISO 8601 in UTC: time comes in as an argument."""

    command: str
    now: str


@dataclass(frozen=True)
class DeadlineInput:
    order: str
    due: str
    now: str


@dataclass(frozen=True)
class Applied:
    """Where the order stands after a command. `due` is the next deadline, ISO 8601 in UTC or ""."""

    status: str
    stage: str
    version: int
    due: str = ""
    outbox: list[str] = field(default_factory=list)
    # Search attributes by name, without DueAt.
    attributes: dict[str, str] = field(default_factory=dict)
    details: str = ""


@dataclass(frozen=True)
class Carried:
    """What an order's workflow takes into its next history: recent command ids with their outcome."""

    stage: str = "draft"
    due: str = ""
    done: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    unsent: list[str] = field(default_factory=list)
