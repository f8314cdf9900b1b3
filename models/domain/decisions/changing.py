"""propose-change, decide-change, withdraw-change, and acknowledge with a change: other terms we want.

What is proposed binds nobody until somebody else approved it and the supplier accepted it; until then
the old revision stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from models.domain import commands as c
from models.domain.authority import acting_as, roles_for
from models.domain.calendar import check_ahead
from models.domain.changes import (
    AddedLine,
    Change,
    ChangeKind,
    ChangeState,
    Commercial,
    LineCommercial,
    not_open,
)
from models.domain.decisions import adding, checks, lots_going
from models.domain.decisions.countering import not_past
from models.domain.errors import Forbidden, Invalid, Refusal
from models.domain.events import (
    ChangeAcknowledged,
    ChangeApproved,
    ChangeDeclined,
    ChangeProposed,
    ChangeRejected,
    ChangeWithdrawn,
    Event,
)
from models.domain.facts import Asked, Facts
from models.domain.order import Answer, Line, Order
from models.domain.quantities import ZERO, quantity
from models.domain.records import PlannedLot, following


def propose_change(
    order: Order, command: c.ProposeChange, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    reason = checks.reason(command.reason)
    before = order.commercial
    after = _after(order, command.changes, asked, facts, now)
    added = _added(order, command.changes, asked, facts)
    adding.check_raised(order, after.lines, added, _raised(order, after, command.changes), facts)
    if after == before and not added:
        raise Invalid(
            "change.same",
            "This is what is ordered already. Change a date, a quantity, a price, a lot or the specification, "
            "or add a line.",
            field="changes",
        )
    if not added and not any(line.quantity for line in after.lines):
        raise Refusal(
            "change.nothing_left",
            "Nothing would be left to do on any line. Cancel the order instead.",
            field="changes.lines",
        )
    name = f"{order.number}-C{len(order.changes) + 1}"
    return [ChangeProposed(name, before, after, asked.actor.id, reason, added)]


def _after(order: Order, changes: c.Changes, asked: Asked, facts: Facts, now: datetime) -> Commercial:
    wished = _by_line(order, changes.lines)
    return Commercial(
        _need_by(order, changes, now),
        _spec_revision(order, changes),
        tuple(_line(line, wished.get(line.line), asked, facts) for line in order.lines),
    )


def _raised(order: Order, after: Commercial, changes: c.Changes) -> dict[int, str]:
    """The lines of which more is asked for than was ordered, with the field that says so."""
    wished = _by_line(order, changes.lines)
    beside = zip(order.lines, after.lines, strict=True)
    return {now.line: f"{wished[now.line][0]}.quantity" for was, now in beside if now.quantity > was.ordered}


def _added(order: Order, changes: c.Changes, asked: Asked, facts: Facts) -> tuple[AddedLine, ...]:
    """The new lines, no operation twice."""
    found: dict[tuple[str, int], AddedLine] = {}
    for index, item in enumerate(changes.lines):
        if item.line is not None:
            continue
        at = f"changes.lines.{index}"
        line = adding.wanted(order, item, at, asked, facts)
        key = line.work_order, line.operation
        if key in found:
            raise Invalid(
                "operation.repeated",
                "{work_order} operation {operation} is named twice.",
                field=f"{at}.operation",
                work_order=line.work_order,
                operation=line.operation,
            )
        found[key] = line
    return tuple(found.values())


def _need_by(order: Order, changes: c.Changes, now: datetime) -> date:
    day = changes.need_by
    if day is None or day == order.need_by:
        return order.need_by
    today = order.plant_calendar.local_date(now)
    if day < today:
        raise Invalid(
            "need_by.past",
            "Need-by {need_by} has passed; choose a later day.",
            field="changes.need_by",
            need_by=day,
        )
    check_ahead(day, today, "changes.need_by")
    return day


def _spec_revision(order: Order, changes: c.Changes) -> str:
    if changes.spec_revision is None:
        return order.spec_revision
    if not changes.spec_revision.strip():
        raise Invalid(
            "spec_revision.missing", "Name the revision of the specification.", field="changes.spec_revision"
        )
    return changes.spec_revision.strip()


def _by_line(order: Order, lines: Sequence[c.ChangedLine]) -> dict[int, tuple[str, c.ChangedLine]]:
    """What is wished for each line there is, with its place in the request."""
    found: dict[int, tuple[str, c.ChangedLine]] = {}
    for index, item in enumerate(lines):
        if item.line is None:
            continue
        at = f"changes.lines.{index}"
        line = checks.the_line(order, item.line, index, "changes.lines")
        if line.line in found:
            raise Invalid("line.repeated", "Line {line} is named twice.", field=f"{at}.line", line=line.line)
        found[line.line] = at, item
    return found


def _line(line: Line, wish: tuple[str, c.ChangedLine] | None, asked: Asked, facts: Facts) -> LineCommercial:
    if wish is None:
        return LineCommercial(line.line, line.ordered, line.unit_price, line.lots)
    at, item = wish
    ordered = line.ordered
    if item.quantity is not None:
        ordered = quantity(item.quantity, field=f"{at}.quantity", unit=line.unit)
    if line.short_closed and ordered != line.ordered:
        raise Refusal(
            "change.short_closed",
            "Line {line} was closed short; nothing more is sent on it. Place what is needed on another order.",
            field=f"{at}.quantity",
            line=line.line,
        )
    price = line.unit_price
    if item.unit_price is not None:
        price = quantity(item.unit_price, field=f"{at}.unit_price", unit="a price")
    lots = (
        following(line.lots, line.ordered, ordered)
        if item.lots is None
        else _named_lots(line, item.lots, at, asked, facts)
    )
    planned = sum((lot.quantity for lot in lots), ZERO)
    if planned > ordered:
        raise Invalid(
            "lots.more_than_ordered",
            "The lots add up to {planned}, more than the {ordered} ordered.",
            field=f"{at}.lots",
            planned=planned,
            ordered=ordered,
        )
    return LineCommercial(line.line, ordered, price, lots)


def _named_lots(
    line: Line, lots: Sequence[c.ChangedLot], at: str, asked: Asked, facts: Facts
) -> tuple[PlannedLot, ...]:
    found: dict[str, PlannedLot] = {}
    for place, item in enumerate(lots):
        field = f"{at}.lots.{place}"
        lot = item.lot.strip()
        fact = lots_going.check(
            facts.lots.get(lot),
            line.line,
            line.part,
            facts.materials.get(line.line, frozenset()),
            lot=lot,
            field=f"{field}.lot",
            actor=asked.actor,
        )
        if lot in found:
            raise Invalid("lot.repeated", "Lot {lot} is named twice.", field=f"{field}.lot", lot=lot)
        some = checks.counted(line, item.quantity, place, of=f"{at}.lots")
        found[lot] = PlannedLot(lot, some, fact.heat)
    return tuple(found.values())


def decide_change(
    order: Order, command: c.DecideChange, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    change = _the_change(order, command.change, ChangeState.PROPOSED)
    if asked.actor.id == change.by:
        raise Forbidden(
            "change.own",
            "You proposed this change; somebody else has to decide about it. You can withdraw it.",
        )
    reason = command.reason.strip()
    role = acting_as(asked.actor.roles, roles_for(command.name))
    if command.decision == "reject":
        return [ChangeRejected(change.change, reason, role)]
    adding.check_still(order, change, facts)
    return [ChangeApproved(change.change, reason, role)]


def withdraw_change(
    order: Order, command: c.WithdrawChange, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    change = _the_change(order, command.change, ChangeState.PROPOSED, ChangeState.APPROVED)
    return [ChangeWithdrawn(change.change, change.state is ChangeState.APPROVED)]


def acknowledge_change(order: Order, command: c.Acknowledge, facts: Facts, now: datetime) -> list[Event]:
    """The supplier's answer to an approved change. The order itself stays answered as it was."""
    change = _the_change(order, command.change, ChangeState.APPROVED)
    if command.decision == "counter" or command.lines:
        raise Invalid(
            "change.countered",
            "A change is accepted or declined as it is. Decline it and say what would suit you; your customer "
            "can propose another.",
            field="decision",
        )
    if command.decision == "decline":
        reason = command.reason.strip()
        if not reason:
            raise Invalid("reason.missing", "Say why, so that your customer can plan.", field="reason")
        return [ChangeDeclined(change.change, reason)]
    before = order.commercial
    after = change.on(before)
    promise = not_past(order, command.promise_date, "promise_date", now)
    if change.kind is ChangeKind.EXPEDITE:
        _promised_sooner(order, promise)
    if promise is None and after.need_by != before.need_by:
        promise = after.need_by
    if order.answer is not Answer.ACCEPTED:
        # Nothing is promised before the order itself is accepted; its answer brings the date.
        promise = None
    return [
        ChangeAcknowledged(
            change.change,
            before,
            after,
            order.revision + 1,
            promise,
            command.supplier_order.strip(),
            adding.kept(order, change, facts),
        )
    ]


def _promised_sooner(order: Order, promise: date | None) -> None:
    if promise is not None and order.promise_current is not None and promise >= order.promise_current:
        raise Invalid(
            "expedite.promised_no_sooner",
            "{promise} is promised already. Name an earlier day, or decline and say why.",
            field="promise_date",
            promise=order.promise_current,
        )


def _the_change(order: Order, name: str, *states: ChangeState) -> Change:
    """The change named. Raises when it is not in one of `states`: whoever answers has an old page open."""
    change = order.changes.get(name)
    if change is None:
        raise Invalid(
            "change.unknown",
            "Order {order} has no change {change}.",
            field="change",
            order=order.number,
            change=name,
        )
    if change.state not in states:
        raise not_open(change)
    return change
