"""expedite, warn-pushed and take-back-push: an order is needed sooner, and others of the supplier may come
later for it.

The order is urgent at once. Its new day is a question to the supplier like a change that needs nobody's
approval, since it asks for nothing but an earlier day; until it is accepted, the old one stands. When it is not
accepted, the order is no more urgent than before and the others are expected as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from models.domain import commands as c
from models.domain.across import Decision
from models.domain.calendar import check_ahead
from models.domain.causes import latest_forecast
from models.domain.changes import ChangeKind, ChangeState
from models.domain.decisions import checks
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, OrderExpedited, OrderPushed, PushedOrder, PushTakenBack
from models.domain.evolve import evolve
from models.domain.facts import Asked, Facts
from models.domain.order import Answer, Order, Stage, stage
from models.domain.records import without_push

# While the supplier can still choose what to work on first.
NOT_SHIPPED = frozenset({Stage.ISSUED, Stage.COUNTERED, Stage.ACKNOWLEDGED, Stage.IN_PROCESS})


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order of the same supplier that may come later: when it is `expected` now and would be then.

    `overtaken`: it is expected in the time that is gained, so that the expedited order goes past it. What is
    done before that day comes first all the same, and what is urgent itself is not to wait.
    """

    order: Order
    expected: date
    proposed: date
    overtaken: bool


def expected(order: Order) -> date:
    """When the supplier is expected to be done with it."""
    return latest_forecast(order) or order.need_by


def proposals(order: Order, need_by: date, others: Iterable[Order], now: datetime) -> list[Proposal]:
    """The supplier's open orders that may be pushed when `order` is needed by `need_by`: each later by the
    supplier's working days that are gained, never in the past. First those of the same process."""
    gained = gained_days(order, need_by)
    calendar = order.supplier_calendar
    today = calendar.local_date(now)
    found = [
        Proposal(
            other,
            expected(other),
            calendar.add_workdays(max(expected(other), today), gained),
            need_by <= expected(other) <= expected(order) and other.priority != "urgent",
        )
        for other in others
        if may_be_pushed(order, other)
    ]
    return sorted(
        found,
        key=lambda each: (
            each.order.process != order.process,
            not each.overtaken,
            each.expected,
            each.order.number,
        ),
    )


def gained_days(order: Order, need_by: date) -> int:
    """The supplier's working days between the day asked for and the one expected now."""
    return order.supplier_calendar.workdays_between(need_by, max(need_by, expected(order)))


def may_be_pushed(order: Order, other: Order) -> bool:
    return (
        other.number != order.number
        and other.supplier == order.supplier
        and stage(other) in NOT_SHIPPED
        and other.answer is not Answer.DECLINED
        and not other.cancelling
        and other.reassigned is None
    )


def expedite(order: Order, command: c.Expedite, asked: Asked, facts: Facts, now: datetime) -> Decision:
    reason = checks.reason(command.reason)
    need_by = _sooner(order, command.need_by, now)
    pushed = _pushed(order, command.push, facts, now)
    name = f"{order.number}-C{len(order.changes) + 1}"
    event = OrderExpedited(name, order.need_by, need_by, asked.actor.id, reason, pushed)
    asks = tuple((each.order, c.WarnPushed(order.number, name, each.forecast)) for each in pushed)
    return Decision([event], asks=asks)


def _sooner(order: Order, day: date, now: datetime) -> date:
    today = order.plant_calendar.local_date(now)
    if day < today:
        text = "Need-by {need_by} has passed; choose a later day."
        raise Invalid("need_by.past", text, field="need_by", need_by=day)
    if day >= order.need_by:
        raise Invalid(
            "expedite.not_sooner",
            "It is needed by {need_by} as it is; choose an earlier day, or propose a change.",
            field="need_by",
            need_by=order.need_by,
        )
    return day


def _pushed(order: Order, wanted: Sequence[c.Pushed], facts: Facts, now: datetime) -> tuple[PushedOrder, ...]:
    found: dict[str, PushedOrder] = {}
    for index, item in enumerate(wanted):
        at = f"push.{index}"
        other = facts.others.get(item.order)
        if other is None or not may_be_pushed(order, other):
            raise Invalid(
                "expedite.not_pushed",
                "{order} cannot be pushed: only open orders of {supplier} that were not shipped yet can.",
                field=f"{at}.order",
                order=item.order,
                supplier=order.supplier_name,
            )
        if item.order in found:
            raise Invalid("order.repeated", "{order} is named twice.", field=f"{at}.order", order=item.order)
        if item.forecast < expected(other):
            raise Invalid(
                "expedite.pushed_sooner",
                "{order} is expected on {expected}; it is pushed to a later day.",
                field=f"{at}.forecast",
                order=item.order,
                expected=expected(other),
            )
        check_ahead(item.forecast, other.supplier_calendar.local_date(now), f"{at}.forecast")
        found[item.order] = PushedOrder(item.order, expected(other), item.forecast)
    return tuple(found.values())


def warn_pushed(
    order: Order, command: c.WarnPushed, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """Told once per expedite; where the supplier has said something later meanwhile, that stands."""
    if any(pushed.change == command.change for pushed in order.pushes):
        return []
    if stage(order) not in NOT_SHIPPED:
        raise Refusal(
            "expedite.not_pushed",
            "{order} cannot be pushed: only open orders of {supplier} that were not shipped yet can.",
            order=order.number,
            supplier=order.supplier_name,
        )
    return [OrderPushed(command.by, command.change, expected(order), command.forecast)]


def take_back_push(
    order: Order, command: c.TakeBackPush, asked: Asked, facts: Facts, now: datetime
) -> list[Event] | Decision:
    """Nothing where the order was never told. What is decided of an order that goes on as another is told there."""
    if order.kin.successor:
        return Decision([], asks=((order.kin.successor, command),))
    if order.end is not None or all(push.change != command.change for push in order.pushes):
        return []
    left = replace(order, pushes=without_push(order.pushes, command.change))
    return [PushTakenBack(command.by, command.change, expected(order), expected(left))]


def with_taken_back(order: Order | None, decision: Decision, now: datetime) -> Decision:
    """The decision, and what those are told that an expedite pushed which has come to nothing by it."""
    open_one = order.open_change if order is not None else None
    if order is None or open_one is None or open_one.kind is not ChangeKind.EXPEDITE:
        return decision
    after = order
    for event in decision.events:
        after = evolve(after, event, after.version + 1, now)
    change = after.changes[open_one.change]
    if change.state is ChangeState.ACKNOWLEDGED or (change.open and after.end is None):
        return decision
    told = tuple((number, c.TakeBackPush(order.number, change.change)) for number in change.pushed)
    return replace(decision, asks=(*decision.asks, *told))
