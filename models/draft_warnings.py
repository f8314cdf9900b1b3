"""What a draft is saved with all the same, and does not keep to itself."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from models.domain.covering import Covered
from models.domain.facts import Draft, DraftLine
from models.domain.picking import planned_twice
from models.domain.quantities import ZERO
from models.queries import picking, specifications
from models.queries.covering import covering
from models.queries.local_day import today_at
from models.tables.work_orders import WorkOrder


def warnings(session: Session, draft: Draft, now: datetime, *, cleared: bool = True) -> list[str]:
    """Operations that other drafts and orders cover already, all or more than the line leaves, lines of more pieces than their work order has,
    lines without a price, a revision that is not in force, and lots that are planned for more than there is; ordering them is allowed, not silent,
    but a line is issued with a price. Orders that a reader may not know of are not named."""
    found = without_price(draft)
    covered = covering(session, {line.work_order for line in draft.lines}, cleared=cleared)
    for line in draft.lines:
        job = session.get(WorkOrder, line.work_order)
        if job is not None and line.quantity > job.quantity:
            found.append(
                f"{line.work_order} is for {job.quantity.normalize():f}; line {line.line} orders {line.quantity.normalize():f}"
            )
        others = covered.get((line.work_order, line.operation), Covered()).without(draft.number)
        found += _covered(line, others, job.quantity if job is not None else ZERO)
    lots = {lot for line in draft.lines for lot, _ in line.lots}
    found += _not_in_force(session, draft, now)
    return found + [planned_twice(each) for each in picking.clashing(session, lots, cleared=cleared)]


def _not_in_force(session: Session, draft: Draft, now: datetime) -> list[str]:
    day = today_at(session, draft.plant, now)
    register = specifications.registered(session, {draft.spec})
    judged = specifications.judged(register, draft.spec, draft.spec_revision, day)
    if judged is None or judged["ok"]:
        return []
    current = f"revision {judged['in_force']}" if judged["in_force"] is not None else "no revision"
    ordered = f"revision {draft.spec_revision}" if draft.spec_revision else "no revision"
    return [f"{draft.spec}: {ordered} is ordered; on {day} {current} is in force"]


def _covered(line: DraftLine, others: Covered, whole: Decimal) -> list[str]:
    """By each of the others when nothing is left; else what they have, if the line is more than the rest; and what
    can never come to the operation."""
    of = f"{line.work_order} operation {line.operation}"
    if line.quantity <= others.left(whole):
        return []
    found = []
    if not others.left(whole):
        found = [f"{of} is covered by {number}" for number in others.orders]
    elif others.orders:
        some, all_ = (f"{each.normalize():f}" for each in (others.quantity, whole))
        found = [f"{some} of {all_} of {of} are ordered as {', '.join(others.orders)}"]
    if others.missing:
        where = ", ".join(others.missing_on) or "another order"
        found.append(f"{others.missing.normalize():f} pieces of {of} were gone before it, on {where}")
    return found


def without_price(draft: Draft) -> list[str]:
    """Lines whose price neither somebody nor the supplier's terms said."""
    return [
        f"line {line.line} has no price: {draft.supplier} has no terms for it in {line.currency}. "
        "It is issued once it has one; enter 0 if it is for nothing"
        for line in draft.lines
        if line.unit_price is None
    ]
