"""Why somebody has to be told of what an order leaves open beside its dates: papers, rejects, material to be
returned, corrective actions, claims, transfers, held lots and its contingency plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from models.domain.causes import WORKING_DAY, Cause, Party, waiting, wanted
from models.domain.changes import ChangeState
from models.domain.corrective import SUPPLIER, ActionState, CorrectiveAction
from models.domain.order import Order, owed_back
from models.domain.paperwork import missing_documents, papers_owed
from models.domain.pieces import OUT, total
from models.domain.records import Contingency, Share
from models.domain.reworking import first_out
from models.domain.transfers import coming


def documents_missing(order: Order) -> Iterator[Cause]:
    first = next((receipt.at for receipt in order.receipts if not receipt.void), None)
    if first is None or not papers_owed(order):
        return
    for kind in missing_documents(order):
        cause = waiting(order.plant_calendar, kind, first, 2 * WORKING_DAY, "supplier", kind)
        # An ended order wakes nobody up later: what is still owed is told together with the end.
        yield cause if order.ended_at is None else replace(cause, due=min(cause.due, order.ended_at))


def nonconformances_unanswered(order: Order) -> Iterator[Cause]:
    for item in order.open_nonconformances:
        if any(shares.get(Share.UNDECIDED) for shares in item.shares.values()):
            yield waiting(
                order.plant_calendar,
                item.nonconformance,
                item.opened_at,
                2 * WORKING_DAY,
                "quality",
                item.defect,
            )


def _to_return(order: Order) -> datetime | None:
    """Since when pieces that are out are to come back as they are; None when none are."""
    if order.reassigned is not None:
        # What goes straight on to the other supplier is not waited for here; rejects are owed otherwise.
        back = order.reassigned.pieces == "return" and first_out(order)
        return order.reassigned.at if back else None
    if order.cancelling:
        return order.cancel_requested_at if total(order.stock, *OUT) else None
    if any(owed_back(order, line) for line in order.lines):
        agreed = (item.since for item in order.changes.values() if item.state is ChangeState.ACKNOWLEDGED)
        return max(agreed, default=None)
    return None


def _return(order: Order, patience: timedelta) -> Iterator[Cause]:
    since = _to_return(order)
    if since is not None:
        yield waiting(order.supplier_calendar, "return", since, patience, "supplier")


def return_reminder(order: Order) -> Iterator[Cause]:
    return _return(order, 5 * WORKING_DAY)


def return_overdue(order: Order) -> Iterator[Cause]:
    return _return(order, 10 * WORKING_DAY)


def _planned_actions(order: Order) -> Iterator[CorrectiveAction]:
    for item in order.nonconformances.values():
        if not item.withdrawn and not order.kin.superseded_by:
            yield from (action for action in item.actions if action.state is ActionState.PLANNED)


def actions_due_soon(order: Order) -> Iterator[Cause]:
    calendar = order.plant_calendar
    for action in _planned_actions(order):
        due = calendar.at(calendar.add_workdays(action.due, -1), calendar.opens)
        # One that was due soon when it was planned was read in the mail that said so.
        if due > action.planned_at:
            yield Cause(action.action, due, due, action.planned_at, calendar, "quality", action.what)


def actions_overdue(order: Order) -> Iterator[Cause]:
    for action in _planned_actions(order):
        over = order.plant_calendar.end_of_day(action.due)
        owner: Party = "supplier" if action.owner == SUPPLIER else "quality"
        yield Cause(action.action, over, over, action.planned_at, order.plant_calendar, owner, action.what)


def claims_due_soon(order: Order) -> Iterator[Cause]:
    """Asked for the working day before: who lost pieces hears of it in time."""
    calendar = order.plant_calendar
    for claim in order.open_claims:
        due = calendar.at(calendar.add_workdays(claim.due, -1), calendar.opens)
        if due > claim.since:
            yield Cause(f"{claim.claim}-{claim.due}", due, due, claim.since, calendar, "buyer", claim.claim)


def claims_overdue(order: Order) -> Iterator[Cause]:
    calendar = order.plant_calendar
    for claim in order.open_claims:
        over = calendar.end_of_day(claim.due)
        yield Cause(f"{claim.claim}-{claim.due}", over, over, claim.since, calendar, "buyer", claim.claim)


def transfers_due(order: Order) -> Iterator[Cause]:
    return _unconfirmed(order, 3 * WORKING_DAY, "supplier")


def transfers_unanswered(order: Order) -> Iterator[Cause]:
    return _unconfirmed(order, 5 * WORKING_DAY, "buyer")


def _unconfirmed(order: Order, patience: timedelta, owed_by: Party) -> Iterator[Cause]:
    """Pieces from another supplier have had time to come, and nobody has said whether they did."""
    for transfer in coming(order):
        if transfer.since is not None:
            name = transfer.transfer
            yield waiting(order.supplier_calendar, name, transfer.since, patience, owed_by, name)


def lots_on_hold(order: Order) -> Iterator[Cause]:
    for hold in order.open_lot_holds:
        yield waiting(order.plant_calendar, hold.hold, hold.since, timedelta(0), "quality", hold.lot)


def plan_to_decide(order: Order) -> Contingency | None:
    """The open contingency plan, while pieces are still awaited."""
    return order.open_contingency if order.end is None and wanted(order) else None


def contingency_soon(order: Order) -> Iterator[Cause]:
    """Asked for the working day before it has to be decided."""
    plan = plan_to_decide(order)
    if plan is not None:
        calendar = order.plant_calendar
        due = calendar.at(calendar.add_workdays(plan.decide_by, -1), calendar.opens)
        if due > plan.at:
            yield Cause(_plan_named(plan), due, due, plan.at, calendar, "buyer", plan.note)


def contingency_due(order: Order) -> Iterator[Cause]:
    """From the morning of the day by which it has to be decided."""
    plan = plan_to_decide(order)
    if plan is not None:
        calendar = order.plant_calendar
        due = max(calendar.at(plan.decide_by, calendar.opens), plan.at)
        owed_by: Party = "planner" if plan.decides == "planner" else "buyer"
        yield Cause(_plan_named(plan), due, due, plan.at, calendar, owed_by, plan.note)


def _plan_named(plan: Contingency) -> str:
    return f"plan-{plan.number}-{plan.decide_by}"


def undeliverable(order: Order) -> Iterator[Cause]:
    """Raised by the delivery itself; here it only stays until somebody acknowledges it."""
    for alert in order.open_alerts:
        if alert.rule == "mail_undeliverable" and alert.acknowledged_at is None:
            yield waiting(order.plant_calendar, alert.occurrence, alert.since, timedelta(0), "buyer")
