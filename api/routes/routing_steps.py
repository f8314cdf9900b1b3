"""The operations of a routing, as a work order and a part's routing template both have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import Session

from api.fields import Body, Key, Text, Whole
from api.routes.resource import Checks
from models.tables.processes import Process


class StepBody(Body):
    sequence: Whole
    kind: Literal["internal", "outside"]
    process: Key | None = Field(default=None, description="Required for an outside operation.")
    spec: Text | None = None
    spec_revision: Text | None = None


Steps = Annotated[list[StepBody], Field(max_length=500)]


def check_steps(session: Session, checks: Checks, steps: Sequence[StepBody]) -> None:
    """Notes a number that comes twice, and an outside operation whose process nobody knows."""
    seen: set[int] = set()
    for index, step in enumerate(steps):
        field = f"operations.{index}"
        if step.sequence in seen:
            checks.wrong(f"{field}.sequence", "Operation {sequence} appears twice.", sequence=step.sequence)
        seen.add(step.sequence)
        if step.kind == "outside":
            if step.process is None:
                checks.wrong(f"{field}.process", "An outside operation needs a process.")
            checks.exists(session, Process, step.process, f"{field}.process", "process")
