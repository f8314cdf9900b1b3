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
    """`command` is the id under which the passing of time is applied: tried again, it is the same one."""

    order: str
    command: str
    now: str


@dataclass(frozen=True)
class Applied:
    """Where the order stands after a command. `due` is the next deadline, ISO 8601 in UTC or "", and
    `waits_for` names it for people. `outbox` are the mails it wrote, which whoever applied it sees on
    their way. `attributes` are search attributes, by the names in `workflows.shown`."""

    status: str
    stage: str
    version: int
    due: str = ""
    waits_for: str = ""
    outbox: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    details: str = ""


@dataclass(frozen=True)
class Carried:
    """What an order's workflow takes into its next history: where the order stands, the recent command
    ids with their outcome, what the Web UI shows already and since when, and for how many seconds it leaves
    that as it is. An order from before there was such a pause has none."""

    stage: str = "draft"
    due: str = ""
    waits_for: str = ""
    done: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    details: str = ""
    pause: float = 0.0
    shown_at: str = ""
