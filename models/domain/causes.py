"""Why somebody has to be told: what each rule looks for in an order.

Everything read here was frozen into the order, so the same state always gives the same causes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from models.domain.calendar import WorkingCalendar
from models.domain.changes import ChangeKind, ChangeState
from models.domain.milestones import Milestone
from models.domain.order import Answer, Line, Order, Stage, all_sent, line_back, line_sent, stage
from models.domain.pieces import Bucket, key, line_of, total
from models.domain.quantities import ZERO
from models.domain.records import Nonconformance, Share
from models.domain.transfers import offered

WORKING_DAY = timedelta(hours=9)
_FORECAST = "forecast-"
_PLANNED = " · "

Party = Literal["supplier", "buyer", "approver", "planner", "quality", "receiving", "admin"]


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason to tell somebody. `occurrence` names it for good, so it is told once.

    Its clock runs on `calendar` from `began` to `due`; time on hold does not count. `since` is what
    people read: when the waiting began, or the end of the day that was missed.
    """

    occurrence: str
    since: datetime
    due: datetime
    began: datetime
    calendar: WorkingCalendar
    owed_by: Party
    details: str = ""


def waiting(
    calendar: WorkingCalendar,
    occurrence: str,
    since: datetime,
    patience: timedelta,
    owed_by: Party,
    details: str = "",
) -> Cause:
    """Somebody has waited since `since` and is patient for so much working time."""
    return Cause(
        occurrence,
        since,
        calendar.add_working_time(since, patience) if patience else since,
        since,
        calendar,
        owed_by,
        details,
    )


def _by_day(
    order: Order, calendar: WorkingCalendar, occurrence: str, day: date, began: datetime, details: str = ""
) -> Cause:
    """It has to be done by the end of `day`, agreed when the clock `began`."""
    over = calendar.end_of_day(day)
    return Cause(occurrence, over, over, began, calendar, whose_turn(order), details)


def _known_until(order: Order, over: datetime) -> datetime:
    """Our holds before this are no reason for more time until `over`, the end of a day that is needed or planned:
    whoever set or promised a day that was still ahead knew of them."""
    settled = [
        change.since
        for change in order.changes.values()
        if change.state is ChangeState.ACKNOWLEDGED and change.after.need_by != change.before.need_by
    ]
    if order.promise_current is not None:
        settled += filter(None, [order.promised_at or order.answered_at])
    return max((at for at in settled if order.issued_at < at < over), default=order.issued_at)


def whose_turn(order: Order) -> Party:
    """Nobody works on what was never sent: until something is under way to the supplier, our dock owes it."""
    there = order.started or total(order.stock, Bucket.IN_TRANSIT_OUT)
    return "supplier" if there else "receiving"


def _unanswered(order: Order, patience: timedelta) -> Iterator[Cause]:
    # Once pieces come back, the answer that never came tells nobody anything.
    open_stage = stage(order) in (Stage.ISSUED, Stage.IN_PROCESS)
    if order.answer is Answer.NONE and open_stage and not order.cancelling and order.reassigned is None:
        # A rejected proposal asks again: another occurrence, with a clock of its own.
        again = f"-again-{order.rejections}" if order.rejections else ""
        since = order.asked_again_at or order.issued_at
        yield waiting(
            order.supplier_calendar, f"revision-{order.revision}{again}", since, patience, "supplier"
        )


def ack_reminder(order: Order) -> Iterator[Cause]:
    return _unanswered(order, WORKING_DAY)


def ack_overdue(order: Order) -> Iterator[Cause]:
    return _unanswered(order, 2 * WORKING_DAY)


def proposal_waiting(order: Order) -> Iterator[Cause]:
    """The supplier proposed other terms; each proposal is one to answer."""
    counter = order.counter
    if counter is not None and not order.cancelling:
        yield waiting(
            order.plant_calendar,
            f"proposal-{counter.number}",
            counter.at,
            WORKING_DAY,
            "buyer",
            counter.reason,
        )


def change_undecided(order: Order) -> Iterator[Cause]:
    """One of us wants other terms; somebody else has to approve them."""
    change = order.change_to_decide
    if change is not None:
        yield waiting(
            order.plant_calendar, change.change, change.since, WORKING_DAY, "approver", change.reason
        )


def change_unacknowledged(order: Order) -> Iterator[Cause]:
    """The supplier was asked for other terms; until it answers, the old ones stand."""
    yield from _unanswered_change(order, 2 * WORKING_DAY)


def change_reminder(order: Order) -> Iterator[Cause]:
    yield from _unanswered_change(order, WORKING_DAY)


def _unanswered_change(order: Order, patience: timedelta) -> Iterator[Cause]:
    change = order.change_to_answer
    if change is not None:
        # Whoever is asked to hurry is asked to say so soon.
        hurry = patience / 2 if change.kind is ChangeKind.EXPEDITE else patience
        yield waiting(order.supplier_calendar, change.change, change.since, hurry, "supplier", change.reason)


def declined(order: Order) -> Iterator[Cause]:
    taken = order.cancelling or order.reassigned is not None
    if order.answer is Answer.DECLINED and order.answered_at is not None and not taken:
        yield waiting(
            order.plant_calendar,
            f"revision-{order.revision}",
            order.answered_at,
            timedelta(0),
            "buyer",
            order.decline_reason,
        )


def _going(order: Order) -> bool:
    """Work is expected: nobody declined or cancelled it and not everything is back."""
    return order.answer is not Answer.DECLINED and wanted(order)


def wanted(order: Order) -> bool:
    off = order.cancelling or order.reassigned is not None
    return not off and stage(order) is not Stage.RECEIVED


def owed_milestones(order: Order) -> Iterator[Milestone]:
    """Milestones still to be reported; what later facts show to be past is not asked for any more."""
    if not _going(order):
        return
    all_back = all_sent(order) and not to_ship(order)
    for milestone in order.milestones:
        past = order.arrived > 0 if milestone.kind == "received" else all_back and milestone.kind != "other"
        if milestone.actual is None and not past:
            yield milestone


def to_ship(order: Order, *, rework: bool = False, lines: Collection[int] | None = None) -> Decimal:
    """Pieces the supplier still has to send back for the first time, or with `rework` at all; on some `lines`.

    What is returned to it for good it keeps.
    """
    stock = {at: pieces for at, pieces in order.stock.items() if lines is None or line_of(at) in lines}
    again = ZERO
    for item in order.nonconformances.values():
        for at, shares in item.shares.items():
            if at in stock:
                again += shares.get(Share.RETURNING, ZERO)
                again += (
                    ZERO if rework else max(ZERO, shares.get(Share.REWORKING, ZERO) - _boxed(order, item, at))
                )
    # What was handed on waits for the next order, not for this supplier.
    again += sum((some for at, some in offered(order).items() if at in stock), ZERO)
    return max(ZERO, total(stock, Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER) - again)


def _boxed(order: Order, item: Nonconformance, at: str) -> Decimal:
    """How many pieces that were worked on again are on their way back."""
    again = [serial for serial, share in item.serials.items() if share is Share.REWORKING]
    if again:
        there = ((line_of(serial), order.serials[serial]) for serial in again if serial in order.serials)
        return Decimal(
            sum(
                place.bucket is Bucket.IN_TRANSIT_BACK and key(line, place.lot) == at for line, place in there
            )
        )
    return sum(
        (
            parcel.contents.get(at, ZERO)
            for parcel in order.parcels.values()
            if parcel.nonconformance == item.nonconformance
        ),
        ZERO,
    )


def milestones_due_soon(order: Order) -> Iterator[Cause]:
    """Asked for once the supplier has agreed to do the work; before, it is its answer that is waited for."""
    if order.answer is not Answer.ACCEPTED or order.answered_at is None:
        return
    calendar = order.supplier_calendar
    for milestone in owed_milestones(order):
        due = calendar.at(calendar.add_workdays(milestone.planned, -1), calendar.opens)
        # One that was due soon when it answered was read in the order itself: no reminder of it.
        if due > order.answered_at:
            occurrence = f"{milestone.code}-{milestone.planned}"
            began = _known_until(order, due)
            yield Cause(occurrence, due, due, began, calendar, "supplier", milestone.name)


def milestones_overdue(order: Order) -> Iterator[Cause]:
    for milestone in owed_milestones(order):
        day, calendar = milestone.planned, order.supplier_calendar
        about, began = f"{milestone.name}{_PLANNED}{day}", _known_until(order, calendar.end_of_day(day))
        yield _by_day(order, calendar, f"{milestone.code}-{day}", day, began, about)


def name_and_day(details: str) -> tuple[str, date | None]:
    """The milestone that an overdue one's details name, and when it was planned, or the order that was
    expedited and the day expected since; alerts raised before the day was told have none."""
    name, found, day = details.rpartition(_PLANNED)
    try:
        return (name, date.fromisoformat(day)) if found else (details, None)
    except ValueError:
        return details, None


def ship_overdue(order: Order) -> Iterator[Cause]:
    """Each day that some lines were promised for is waited for by itself. Whoever promised it knew of our holds
    before."""
    began = order.promised_at or order.answered_at
    if order.promise_current is None or began is None or not _going(order):
        return
    for day, lines in _by_days((line.promise or order.promise_current, line) for line in order.lines):
        numbers = {line.line for line in lines}
        if to_ship(order, lines=numbers) or not all(line_sent(order, line) for line in lines):
            yield _by_day(order, order.supplier_calendar, f"promise-{day}", day, began)


def receipt_overdue(order: Order) -> Iterator[Cause]:
    """Each day that some lines are needed is waited for by itself."""
    if not _going(order):
        return
    calendar = order.plant_calendar
    for day, lines in _by_days((line.need_by or order.need_by, line) for line in order.lines):
        if not all(line_back(order, line) for line in lines):
            began = _known_until(order, calendar.end_of_day(day))
            yield _by_day(order, calendar, f"need-by-{day}", day, began)


def _by_days(days: Iterable[tuple[date, Line]]) -> list[tuple[date, list[Line]]]:
    """The lines by the day of each, the earliest first."""
    found: dict[date, list[Line]] = {}
    for day, line in days:
        found.setdefault(day, []).append(line)
    return sorted(found.items(), key=lambda each: each[0])


def parcel_overdue(order: Order) -> Iterator[Cause]:
    for parcel in order.parcels.values():
        if not parcel.void and any(parcel.contents.values()):
            yield waiting(
                order.plant_calendar,
                parcel.parcel,
                parcel.shipped_at,
                5 * WORKING_DAY,
                "receiving",
                parcel.tracking,
            )


def no_news(order: Order) -> Iterator[Cause]:
    """Silence counts from the last word, or from when there was something to report on."""
    if order.last_news_at is None or not to_ship(order, rework=True):
        return
    quiet_since = max(order.last_news_at, order.out_since or order.last_news_at)
    yield waiting(order.supplier_calendar, quiet_since.isoformat(), quiet_since, 5 * WORKING_DAY, "supplier")


def latest_forecast(order: Order) -> date | None:
    """When the order is expected to be done: the latest of its promise, its open milestones' forecasts, and
    what we expect ourselves since another order went past it."""
    days = [item.forecast for item in order.milestones if item.forecast is not None and item.actual is None]
    days += [push.forecast for push in order.pushes if push.stands]
    return max([*days, *([order.promise_current] if order.promise_current else [])], default=None)


def forecast_late(order: Order) -> Iterator[Cause]:
    """Told again only when it gets later by a working day or more than the day told last, or than the one that
    our buyer accepted knowing when it is needed."""
    expected = latest_forecast(order)
    if expected is None or expected <= order.need_by or not _going(order):
        return
    accepted = order.late_accepted
    if accepted is not None and expected < order.plant_calendar.add_workdays(accepted, 1):
        return
    heard = [
        milestone.reported_at
        for milestone in order.milestones
        if milestone.forecast == expected and milestone.actual is None and milestone.reported_at is not None
    ]
    heard += [push.at for push in order.pushes if push.forecast == expected and push.stands]
    since = min(heard, default=order.answered_at)
    if since is None:
        return
    told = _told_as_late(order)
    same = told is not None and expected < order.plant_calendar.add_workdays(told, 1)
    occurrence = f"{_FORECAST}{told if same else expected}"
    yield waiting(order.plant_calendar, occurrence, since, timedelta(0), "buyer", str(expected))


def pushed(order: Order) -> Iterator[Cause]:
    """Another order of the supplier was expedited and goes first, until the supplier names a day again."""
    for push in order.pushes:
        if push.stands and _going(order):
            details = f"{push.by}{_PLANNED}{push.forecast}"
            yield waiting(order.plant_calendar, push.change, push.at, timedelta(0), "buyer", details)


def _told_as_late(order: Order) -> date | None:
    """The day the open alert of a late forecast was raised for."""
    for alert in order.open_alerts:
        if alert.rule == "forecast_late":
            return date.fromisoformat(alert.occurrence.removeprefix(_FORECAST).partition("#")[0])
    return None
