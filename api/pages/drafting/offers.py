"""What may be ordered along: the operations offered for the next line, and the one somebody names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from api.pages.drafting.form import MOST_LINES, lines_of, whole
from api.pages.drafting.lines import named
from api.pages.staff import Staff
from models.domain.errors import Invalid
from models.queries import sourcing
from models.queries.sourcing import Outside

_MOST_OFFERED = 200

Typed = Mapping[str, str]


def others(session: Session, staff: Staff, typed: Typed) -> list[tuple[str, str]]:
    """Operations of the same process that have no order yet, the first due first."""
    process, present = typed.get("process", ""), _present(typed)
    if not process:
        return []
    offered = sourcing.outside(
        session, staff.reader, "", covered=False, start=0, limit=_MOST_OFFERED, process=process
    )
    return [
        (called(each.work_order, each.operation), _about(staff, each))
        for each in offered
        if (each.work_order, each.operation) not in present
        and each.covered.without(typed.get("number", "")).left(each.quantity)
    ]


def _about(staff: Staff, found: Outside) -> str:
    """FLANGE-DN50 B · SS Flange DN50 · 1,200 pcs · Fri 18 Dec · in 4 days"""
    due = staff.words.far_day(found.due) if found.due else ""
    amount = staff.words.amount(found.left or found.quantity, found.unit)
    return " · ".join(filter(None, [f"{found.part} {found.part_revision}", found.description, amount, due]))


def wanted(session: Session, staff: Staff, typed: Typed) -> Outside:
    """The operation somebody names for the next line. Raises `Invalid` when it cannot be told which."""
    text, process = typed.get("add", ""), typed.get("process", "")
    if not text:
        raise Invalid("line.which", "Choose the operation of the next line.", field="add")
    if lines_of(typed) >= MOST_LINES:
        sentence = "An order has at most {count} lines. Make another order for the rest."
        raise Invalid("line.too_many", sentence, field="add", count=MOST_LINES)
    job, sequence = named(text)
    fits = [
        each
        for each in sourcing.operations(session, staff.reader, {job, text}).values()
        if each.process == process and (each.work_order == text or each.operation == sequence)
    ]
    left = [each for each in fits if (each.work_order, each.operation) not in _present(typed)] or fits
    if not left:
        raise Invalid(
            "line.unknown",
            "{entered} is no outside operation for {process}. Choose one from the list, or write it as "
            "WO-3201 · 30.",
            field="add",
            entered=text[:80],
            process=process,
        )
    if len(left) > 1:
        found = ", ".join(called(each.work_order, each.operation) for each in left)
        raise Invalid("line.which", "Say which one you mean: {operations}.", field="add", operations=found)
    return left[0]


def _present(typed: Typed) -> set[tuple[str, int]]:
    return {key_of(typed, f"lines.{place}") for place in range(lines_of(typed))}


def called(work_order: str, operation: int) -> str:
    """WO-3201 · 30"""
    return f"{work_order} · {operation}"


def key_of(typed: Typed, at: str) -> tuple[str, int]:
    """Work order and operation of a line of the form."""
    return typed.get(f"{at}.work_order", ""), whole(typed.get(f"{at}.operation", ""), 0)
