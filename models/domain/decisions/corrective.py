"""plan-action, complete-action, verify-action, set-responsibility, review-nonconformance.

They outlive the order: what went wrong is put right also after it was closed.
"""

from __future__ import annotations

from datetime import datetime

from models.domain import commands as c
from models.domain.authority import Role
from models.domain.calendar import check_ahead
from models.domain.corrective import SUPPLIER, ActionState, CorrectiveAction
from models.domain.decisions import checks
from models.domain.errors import Forbidden, Invalid, Refusal
from models.domain.events import (
    ActionCompleted,
    ActionPlanned,
    ActionVerified,
    Event,
    NonconformanceReviewed,
    ResponsibilitySet,
)
from models.domain.facts import Asked, Facts
from models.domain.order import Order
from models.domain.records import Nonconformance


def plan_action(
    order: Order, command: c.PlanAction, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    item = _item(order, command.nonconformance)
    cause, what = checks.written(command.cause, "cause"), checks.written(command.action, "action")
    owner = SUPPLIER if command.owner.strip() == SUPPLIER else facts.owner
    if not command.owner.strip():
        raise Invalid(
            "action.owner_missing",
            "Say who does it: the mail address of one of our people, or the supplier.",
            field="owner",
        )
    if not owner:
        raise Invalid(
            "action.owner",
            "Nobody of us has the mail address {owner}. Name one of our people, or the supplier.",
            field="owner",
            owner=command.owner.strip(),
        )
    today = order.plant_calendar.local_date(now)
    if command.due < today:
        raise Invalid("action.due", "{due} has passed; choose a later day.", field="due", due=command.due)
    check_ahead(command.due, today, "due")
    name = f"{item.nonconformance}-C{len(item.actions) + 1}"
    return [ActionPlanned(item.nonconformance, name, cause, what, owner, command.due, asked.actor.id)]


def complete_action(
    order: Order, command: c.CompleteAction, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    item = _item(order, command.nonconformance)
    action = _action(item, command.action)
    if action.state is not ActionState.PLANNED:
        raise Refusal(
            "action.completed",
            "{action} was done already. Have it verified, or plan another one.",
            field="action",
            action=action.action,
        )
    actor = asked.actor
    theirs = action.owner == (SUPPLIER if actor.kind == "supplier" else actor.id)
    if not theirs and not actor.roles & {Role.QUALITY, Role.ADMIN}:
        raise Forbidden(
            "forbidden.not_owner", "Who is to do it, or quality, says that it is done.", field="action"
        )
    return [
        ActionCompleted(item.nonconformance, action.action, checks.written(command.note, "note"), actor.id)
    ]


def verify_action(
    order: Order, command: c.VerifyAction, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    item = _item(order, command.nonconformance)
    action = _action(item, command.action)
    if action.state is ActionState.PLANNED:
        raise Refusal(
            "action.not_done",
            "{action} is not done yet. Say first that it is done.",
            field="action",
            action=action.action,
        )
    if action.state is not ActionState.COMPLETED:
        raise Refusal(
            "action.verified",
            "{action} was verified already. Plan another one if more has to be done.",
            field="action",
            action=action.action,
        )
    if asked.actor.id in (action.owner, action.completed_by):
        raise Forbidden(
            "forbidden.same_person", "Who has done it does not verify it; ask somebody else of quality."
        )
    note = command.note.strip() if command.effective else checks.written(command.note, "note")
    return [ActionVerified(item.nonconformance, action.action, command.effective, note, asked.actor.id)]


def set_responsibility(
    order: Order, command: c.SetResponsibility, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    item = _item(order, command.nonconformance)
    cause = command.cause.strip()
    if command.responsibility == item.responsibility and cause in ("", item.cause):
        raise Refusal(
            "responsibility.same",
            "That is what stands there already. Choose somebody else, or leave it as it is.",
            field="responsibility",
        )
    before = item.responsibility
    return [ResponsibilitySet(item.nonconformance, command.responsibility, cause, before)]


def review_nonconformance(
    order: Order, command: c.ReviewNonconformance, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    item = _item(order, command.nonconformance)
    note = checks.written(command.note, "note")
    return [NonconformanceReviewed(item.nonconformance, note, asked.actor.id)]


def _item(order: Order, name: str) -> Nonconformance:
    """Of an order that was split, rejected pieces went with the first part."""
    if order.kin.superseded_by:
        raise Refusal(
            "order.superseded",
            "{order} was split; what was rejected is with {child}.",
            order=order.number,
            child=order.kin.superseded_by[0],
        )
    return checks.the_nonconformance(order, name)


def _action(item: Nonconformance, name: str) -> CorrectiveAction:
    found = next((action for action in item.actions if action.action == name), None)
    if found is None:
        raise Invalid(
            "action.unknown",
            "{nonconformance} has no corrective action {action}.",
            field="action",
            nonconformance=item.nonconformance,
            action=name,
        )
    return found
