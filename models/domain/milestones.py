"""The milestones of an order: a process's templates turned into planned dates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from models.domain.calendar import WorkingCalendar
from models.domain.errors import FieldError, Invalid


class MilestoneKind(StrEnum):
    received = "received"
    process = "process"
    inspected = "inspected"
    shipped = "shipped"
    other = "other"


@dataclass(frozen=True, slots=True)
class MilestoneTemplate:
    """A step of the process; ``day`` counts working days after issue, ``None`` spreads to need-by."""

    code: str
    kind: MilestoneKind
    name: str
    day: int | None = None
    owner: str = "supplier"


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of one order. ``actual`` is when it is claimed to have happened, ``reported_at``
    when the system heard of it, ``source`` from whom."""

    code: str
    kind: MilestoneKind
    name: str
    planned: date
    forecast: date | None = None
    actual: datetime | None = None
    reported_at: datetime | None = None
    source: str = ""
    quantity: Decimal | None = None
    owner: str = "supplier"
    # As its template has it: working days after issue, or None when it is spread to need-by.
    day: int | None = None

    @property
    def expected(self) -> date:
        """The day it is expected now: the forecast, or the plan while there is none."""
        return self.forecast or self.planned


def check(templates: tuple[MilestoneTemplate, ...]) -> None:
    """Refuse templates no plan can be made of. Raises ``Invalid`` with one error per wrong field."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    latest = 0
    for index, template in enumerate(templates):
        path = f"milestones.{index}"
        if template.code in seen:
            text = "The milestone {code} appears twice; give each its own code."
            errors.append(FieldError(f"{path}.code", text, (("code", template.code),)))
        seen.add(template.code)
        if template.day is None:
            continue
        if template.day < 0:
            text = "Milestones come after issue; enter 0 or more working days."
            errors.append(FieldError(f"{path}.day", text))
        elif template.day < latest:
            text = "A later milestone cannot be planned earlier; enter {day} or more."
            errors.append(FieldError(f"{path}.day", text, (("day", str(latest)),)))
        latest = max(latest, template.day)
    if errors:
        raise Invalid(
            "milestone.templates",
            "These milestones cannot be planned; correct the fields named.",
            errors=tuple(errors),
        )


def plan(
    templates: tuple[MilestoneTemplate, ...], issued_on: date, need_by: date, calendar: WorkingCalendar
) -> tuple[Milestone, ...]:
    """The templates with planned dates, never going back in time and never after ``need_by``.

    Days are working days after issue (0 is the first one from ``issued_on`` on). Milestones without
    a day divide evenly what lies between the fixed ones around them; after the last fixed one they
    run up to need-by, on which the last of them falls.
    """
    # A need-by before the issue date leaves no room at all: everything is due at once.
    last_day = max(issued_on, need_by)
    offsets = _offsets(
        [template.day for template in templates], calendar.workdays_between(issued_on, last_day)
    )
    return tuple(
        Milestone(
            template.code,
            template.kind,
            template.name,
            planned=min(calendar.add_workdays(issued_on, offset), last_day),
            owner=template.owner,
            day=template.day,
        )
        for template, offset in zip(templates, offsets, strict=True)
    )


def replanned(
    milestones: tuple[Milestone, ...], issued_on: date, need_by: date, calendar: WorkingCalendar, today: date
) -> tuple[Milestone, ...]:
    """The same milestones once need-by is another day: those not reported yet are planned as if they had been
    planned for it at issue, but none is moved into the past. Reported ones keep the day they were planned for."""
    templates = tuple(
        MilestoneTemplate(item.code, item.kind, item.name, item.day, item.owner) for item in milestones
    )
    fresh = plan(templates, issued_on, need_by, calendar)
    return tuple(
        item if item.actual is not None else replace(item, planned=max(new.planned, min(item.planned, today)))
        for item, new in zip(milestones, fresh, strict=True)
    )


def _offsets(days: list[int | None], horizon: int) -> list[int]:
    """Working days after issue for each template, within 0 and ``horizon`` and never decreasing."""
    offsets: list[int] = []
    reached = open_steps = 0
    for day in days:
        if day is None:
            open_steps += 1
            continue
        fixed = min(max(day, reached), horizon)
        # The fixed milestone takes the end of the stretch, so the open ones share what lies before it.
        offsets += _spread(reached, fixed, open_steps, parts=open_steps + 1)
        offsets.append(fixed)
        reached, open_steps = fixed, 0
    return offsets + _spread(reached, horizon, open_steps, parts=open_steps)


def _spread(start: int, end: int, steps: int, *, parts: int) -> list[int]:
    """The ends of the first ``steps`` of ``parts`` equal stretches, to the nearest day."""
    return [start + ((end - start) * step * 2 + parts) // (parts * 2) for step in range(1, steps + 1)]
