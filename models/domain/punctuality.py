"""Whether what was promised was kept: once for a line, its later deliveries and its parts in other orders.

While we held the order nobody could work on it: a promise moves by the working days it was held since it was
given, until the pieces came. What the supplier lost, or still had when the order was completed without it, is late
until it was given up; what we never sent is missed, and late for nobody. What is still out is late so far: as if all
of it came now, for who says what time it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from models.domain import setting_up
from models.domain.claims import SUPPLIER
from models.domain.hurrying import Expedite
from models.domain.order import Line, Order, Stage, sent_on
from models.domain.parted import Punctuality
from models.domain.pieces import OUT, key, line_of, total
from models.domain.quantities import ZERO
from models.domain.records import NOT_THE_SUPPLIERS, Share
from models.domain.transfers import finished, offered


def of_lines(order: Order, lines: Iterable[Line], now: datetime | None = None) -> Punctuality | None:
    """How the deliveries of a line came, told by the one that came last against its own promise, or by `now` was
    late and still out; None when nothing was to come. Who cancels an order has only a promise that was missed by then to hold anybody to."""
    wanted = [line for line in lines if line.ordered]
    came = [each for each in (_delivered(order, line) for line in wanted) if each is not None]
    waits = (_waited_for(order, line, now) for line in wanted) if now is not None else ()
    last = worst([*came, *(each for each in waits if each is not None)])
    if order.end is Stage.CANCELLED:
        return replace(last, complete=False) if last is not None and last.days > 0 else None
    if not wanted:
        return None
    # Pieces the supplier was free to use up in setting up are not missing.
    done = sum((finished(order, line.line) + setting_up.used(order, line) for line in wanted), ZERO)
    complete = len(came) == len(wanted) and done >= sum(
        line.ordered * (1 - line.tolerance) for line in wanted
    )
    return replace(last, complete=complete) if last is not None else Punctuality(False)


def worst(some: Iterable[Punctuality]) -> Punctuality | None:
    return max(some, key=lambda each: each.days, default=None)


def kept(order: Order, hurried: Expedite) -> bool:
    """Whether all that came here so far of what was hurried came by the day that was promised when the supplier agreed to hurry, or with
    its answer where it agreed to that first. Who cancelled the order holds nobody to it."""
    promised, given_at = hurried.promised, hurried.accepted_at
    if promised is None:
        promised, given_at = order.promise_current, _promised_at(order)
    covered = (line for line in order.lines if hurried.covers(line))
    last = max((at for line in covered if (at := _over(order, line)[0])), default=None)
    if promised is None or last is None or order.end is Stage.CANCELLED:
        return True
    moved = _moved(order, promised, given_at, last)
    return order.plant_calendar.workdays_between(moved, order.plant_calendar.local_date(last)) <= 0


def _delivered(order: Order, line: Line) -> Punctuality | None:
    promised, (last, came) = line.promise or order.promise_current, _over(order, line)
    if promised is None or last is None or not _through(order, line):
        return None
    return _against(order, line, promised, last, came=came)


def _waited_for(order: Order, line: Line, now: datetime) -> Punctuality | None:
    """What is out of a line, as if it came now; not work of ours that is done again."""
    promised = line.promise or order.promise_current
    if promised is None or _to_come(order, line) <= 0:
        return None
    called_off = order.cancel_requested_at
    until = min(now, called_off) if called_off is not None else now
    return replace(_against(order, line, promised, until, came=False), so_far=True)


def _to_come(order: Order, line: Line) -> Decimal:
    """Pieces of a line that are out and for which the supplier has to answer."""
    out = total(order.stock, *OUT, line=line.line)
    for item in order.nonconformances.values():
        ours = item.responsibility in NOT_THE_SUPPLIERS
        for at, shares in item.shares.items():
            if line_of(at) == line.line:
                out -= shares.get(Share.RETURNING, ZERO)
                out -= shares.get(Share.REWORKING, ZERO) if ours else ZERO
    return out - sum((some for at, some in offered(order).items() if line_of(at) == line.line), ZERO)


def _against(order: Order, line: Line, promised: date, last: datetime, *, came: bool) -> Punctuality:
    """How far from its promise the wait for a line was over."""
    until = order.plant_calendar.local_date(last)
    moved = _moved(order, promised, _promised_at(order), last)
    days = order.plant_calendar.workdays_between(moved, until)
    received = until if came else None
    return Punctuality(True, line.line, days, promised, received, moved if moved != promised else None)


def _over(order: Order, line: Line) -> tuple[datetime | None, bool]:
    """When the wait for the line was over, so far: the last of it came, or was given up; and whether it came."""
    received, given_up = _last_receipt(order, [line]), _given_up(order, line)
    times = [at for at in (received, given_up) if at is not None]
    if not times:
        return None, False
    last, came = max(times), received is not None and received == max(times)
    if order.cancelling or order.end is Stage.CANCELLED:
        called_off = order.cancel_requested_at or order.ended_at
        # From then on nobody waited for it.
        if called_off is not None and called_off < last:
            return called_off, False
    return last, came


def _given_up(order: Order, line: Line) -> datetime | None:
    """When pieces that the supplier had, of this line, were last given up: lost by it, or written off with the
    order. Not those it had for work that had to be done again through no fault of its own."""
    found = [
        (claim.opened_at, claim.pieces)
        for claim in order.claims.values()
        if claim.against == SUPPLIER and not claim.void and claim.outcome != "withdrawn"
    ]
    if order.ended_at is not None:
        found.append((order.ended_at, order.written_off))
    again = _lost_again(order)
    times = []
    for at, pieces in found:
        for place, lost in pieces.items():
            excused = min(lost, again.get(place, ZERO))
            again[place] = again.get(place, ZERO) - excused
            if lost > excused and line_of(place) == line.line:
                times.append(at)
    return max(times, default=None)


def _lost_again(order: Order) -> dict[str, Decimal]:
    """Pieces that did not come back from work that was not the supplier's to pay for, by stock key."""
    found: dict[str, Decimal] = {}
    for item in order.nonconformances.values():
        if item.responsibility in NOT_THE_SUPPLIERS:
            for outcome in item.outcomes:
                if outcome.decision == "lost":
                    at = key(outcome.line, outcome.lot)
                    found[at] = found.get(at, ZERO) + outcome.quantity
    return found


def _promised_at(order: Order) -> datetime:
    return order.promised_at or order.answered_at or order.issued_at


def _moved(order: Order, promised: date, given_at: datetime, until: datetime) -> date:
    """The promise moved by the supplier's working days on hold, to the nearest whole one."""
    calendar = order.supplier_calendar
    held = timedelta(0)
    for hold in order.holds:
        began, ended = max(hold.held_at, given_at), min(hold.resumed_at or until, until)
        if began < ended:
            held += calendar.working_time_between(began, ended)
    each = datetime.combine(promised, calendar.closes) - datetime.combine(promised, calendar.opens)
    days = (2 * held + each) // (2 * each)
    return calendar.add_workdays(promised, days) if days else promised


def _through(order: Order, line: Line) -> bool:
    """Whether nothing of the line is to come any more."""
    if order.end is not None:
        return True
    all_sent = line.short_closed or sent_on(order, line.line) >= line.ordered
    return all_sent and not total(order.stock, *OUT, line=line.line)


def _last_receipt(order: Order, lines: Iterable[Line]) -> datetime | None:
    numbers = {line.line for line in lines}
    found = [
        receipt.at
        for receipt in order.receipts
        # What turns up after the end was given up before.
        if not receipt.void and (order.ended_at is None or receipt.at <= order.ended_at)
        for counted in receipt.lines
        if counted.line in numbers and _awaited(order, counted.rework_of)
    ]
    return max(found, default=None)


def _awaited(order: Order, rework_of: str) -> bool:
    """What was worked on again comes late only where the supplier answers for that."""
    item = order.nonconformances.get(rework_of)
    return item is None or item.responsibility not in NOT_THE_SUPPLIERS
