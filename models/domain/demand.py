"""What is to be made: sales-order lines nobody makes yet, and parts that would run short of their safety stock.

Everything is counted in the unit of its part. Nothing here is saved: a suggestion is computed anew from what
is on hand, what is coming and what customers want.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from models.domain.calendar import WorkingCalendar, check_ahead
from models.domain.errors import FieldError, Invalid, Refusal
from models.domain.order_types import OrderType
from models.domain.quantities import ZERO, plain, quantity

# A sales order and its line; a part and its revision.
LineKey = tuple[str, int]
PartKey = tuple[str, str]
# What more than is left or needed is refused with until somebody confirms it.
UNCONFIRMED = "demand.beyond"
# So many become work orders in one go.
MOST = 200
# What the numbers of work orders made here begin with.
JOB_SERIES: dict[str, str] = {OrderType.MTO: "WO", OrderType.MTS: "WS"}


def shared_out(quantity: Decimal, wanted: Iterable[tuple[LineKey, Decimal]]) -> list[tuple[LineKey, Decimal]]:
    """Which lines so many pieces are for, the first of `wanted` first; what is beyond all of them is for none."""
    found = []
    for line, still in wanted:
        some = min(quantity, still)
        if some > 0:
            found.append((line, some))
            quantity -= some
    return found


@dataclass(frozen=True, slots=True)
class SalesLine:
    """A line of a sales order. `made`: how much of it the work orders in `work_orders` were made for."""

    sales_order: str
    line: int
    customer: str
    part: str
    revision: str
    unit: str
    quantity: Decimal
    due: date
    delivered: Decimal = ZERO
    made: Decimal = ZERO
    work_orders: tuple[str, ...] = ()
    lead_days: int = 0

    @property
    def left(self) -> Decimal:
        """What nobody makes yet. What was delivered may be what was made for it: the larger counts."""
        return max(ZERO, self.quantity - max(self.delivered, self.made))


@dataclass(frozen=True, slots=True)
class Job:
    """A work order as far as its pieces are no stock yet. `made`: what it reported as output; `sent`: the most
    that went out for one of its operations; `out`: what is at suppliers, on the way or waits to be judged;
    `planned`: what of our lots its first outside operation is to send and has not."""

    number: str
    quantity: Decimal
    made: Decimal = ZERO
    sent: Decimal = ZERO
    out: Decimal = ZERO
    planned: Decimal = ZERO


def coming(job: Job) -> Decimal:
    """What a work order will still bring. A lot on our shelf that it is going to send is not counted twice,
    as stock and as what is not begun; what was scrapped or lost is counted nowhere."""
    waiting = max(ZERO, job.quantity - max(job.made, job.sent))
    return waiting - min(job.planned, waiting) + job.out


@dataclass(frozen=True, slots=True)
class Position:
    """How a part revision with a safety stock stands: what is on hand and not held, what each work order
    will bring, and how much customers still want by which day."""

    part: str
    revision: str
    unit: str
    safety_stock: Decimal
    on_hand: Decimal = ZERO
    coming: Mapping[str, Decimal] = field(default_factory=dict)
    wanted: tuple[tuple[date, Decimal], ...] = ()
    lot_multiple: Decimal | None = None
    lead_days: int = 0

    @property
    def open_demand(self) -> Decimal:
        return sum((some for _, some in self.wanted), ZERO)

    @property
    def on_order(self) -> Decimal:
        return sum(self.coming.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """So many of a part to be made for stock, begun by `start` and there on `due`."""

    of: Position
    quantity: Decimal
    start: date
    due: date


def suggestion(
    position: Position, calendar: WorkingCalendar, today: date, *, besides: Decimal = ZERO
) -> Suggestion | None:
    """Safety stock and open demand less stock less what is on order, in whole multiples; None when that is
    nothing. It is needed on the first day on which what there is would fall below the safety stock. `besides`
    is about to be made as well."""
    have = position.on_hand + position.on_order + besides
    short = position.safety_stock + position.open_demand - have
    if short <= 0:
        return None
    left, needed = have, today
    if left >= position.safety_stock:
        for day, some in sorted(position.wanted):
            left, needed = left - some, day
            if left < position.safety_stock:
                break
    start = start_for(needed, position.lead_days, calendar, today)
    ready = calendar.add_workdays(start, position.lead_days)
    return Suggestion(position, multiple_of(short, position.lot_multiple), start, max(needed, ready))


def start_for(due: date, lead_days: int, calendar: WorkingCalendar, today: date) -> date:
    """The working day on which work begins that is to be done on `due`; today at the earliest."""
    begin = calendar.add_workdays(due, -lead_days) if lead_days else due
    return calendar.add_workdays(max(begin, today), 0)


def multiple_of(some: Decimal, multiple: Decimal | None) -> Decimal:
    """The least whole multiple that is enough."""
    if not multiple:
        return some
    return plain((some / multiple).to_integral_value(ROUND_CEILING) * multiple)


@dataclass(frozen=True, slots=True)
class ForLine:
    """Somebody wants a sales-order line made; what is not said is proposed."""

    sales_order: str
    line: int
    quantity: Decimal | None = None
    start: date | None = None


@dataclass(frozen=True, slots=True)
class ForStock:
    """Somebody wants a suggestion made; what is not said is proposed."""

    part: str
    revision: str = ""
    quantity: Decimal | None = None
    start: date | None = None


@dataclass(frozen=True, slots=True)
class NewJob:
    """A work order to be. `line`: what it is made for; None for stock."""

    type: str
    part: str
    revision: str
    unit: str
    quantity: Decimal
    start: date
    due: date
    # As much as is left of the line, or as stock needs.
    proposed: Decimal
    line: SalesLine | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What converting has to know: the lines and positions that were named, and the plant's working days."""

    lines: Mapping[LineKey, SalesLine]
    positions: Mapping[PartKey, Position]
    calendar: WorkingCalendar
    today: date


def converted(
    wanted: Sequence[ForLine | ForStock], around: Around, *, confirmed: bool = False
) -> list[NewJob]:
    """The work orders that `wanted` becomes, in its sequence.

    What is made to order is taken off what is suggested for stock, wherever it stands. Raises `Invalid`, or
    `Refusal` when nothing is wrong but that somebody makes it already, or that it is more than anybody wants
    and nobody `confirmed` that, naming each by its place.
    """
    if not wanted:
        text = "Select at least one sales-order line or suggestion to make."
        raise Invalid("demand.empty", text, field="lines")
    wrong: list[FieldError] = []
    covered: list[FieldError] = []
    beyond: list[FieldError] = []
    jobs: dict[int, NewJob] = {}
    places = sorted(range(len(wanted)), key=lambda place: isinstance(wanted[place], ForStock))
    for place in places:
        each, name = wanted[place], f"lines.{place}"
        if each in wanted[:place] or _named(each) in map(_named, wanted[:place]):
            wrong.append(FieldError(name, "{what} is named twice.", (("what", _called(each)),)))
            continue
        try:
            jobs[place] = (
                _to_order(each, around, name)
                if isinstance(each, ForLine)
                else _to_stock(each, around, name, jobs.values())
            )
            beyond += [] if confirmed else _beyond(jobs[place], f"{name}.quantity")
        except Invalid as invalid:
            wrong += invalid.errors
        except Refusal as refusal:
            covered += refusal.errors
    _refuse(wrong, covered, beyond)
    return [jobs[place] for place in sorted(jobs)]


def _named(each: ForLine | ForStock) -> tuple[str, object]:
    return (each.sales_order, each.line) if isinstance(each, ForLine) else (each.part, each.revision)


def _called(each: ForLine | ForStock) -> str:
    return " ".join(str(part) for part in _named(each) if part)


def _beyond(job: NewJob, field: str) -> list[FieldError]:
    """What is sooner typed than wanted: more than is left of a line, or than stock needs."""
    if job.quantity <= job.proposed:
        return []
    some = (("quantity", str(job.quantity)), ("proposed", str(job.proposed)))
    if job.line is None:
        text = "Stock needs {proposed} of {part}, not {quantity}. Correct it, or confirm that it is so many."
        return [FieldError(field, text, (*some, ("part", f"{job.part} {job.revision}")))]
    text = (
        "{proposed} of {sales_order} line {line} are left to be made, not {quantity}. Correct it, or confirm "
        "that it is so many."
    )
    line = (("sales_order", job.line.sales_order), ("line", str(job.line.line)))
    return [FieldError(field, text, (*some, *line))]


def _refuse(
    wrong: Collection[FieldError], covered: Collection[FieldError], beyond: Collection[FieldError]
) -> None:
    errors = (*wrong, *covered, *beyond)
    if not errors:
        return
    text = (
        "Nothing was made: one line needs attention."
        if len(errors) == 1
        else "Nothing was made: {count} lines need attention."
    )
    if wrong:
        raise Invalid("demand.invalid", text, errors=errors, count=len(errors))
    raise Refusal("demand.covered" if covered else UNCONFIRMED, text, errors=errors, count=len(errors))


def _to_order(each: ForLine, around: Around, name: str) -> NewJob:
    line = around.lines.get((each.sales_order, each.line))
    if line is None:
        raise Invalid(
            "sales_line.unknown",
            "There is no sales order {sales_order} with a line {line}.",
            field=name,
            sales_order=each.sales_order,
            line=each.line,
        )
    about: Mapping[str, Any] = {"sales_order": line.sales_order, "line": line.line}
    if not line.left and line.work_orders:
        text = "{sales_order} line {line} is covered by {work_orders}. Take it out of the selection."
        raise Refusal(
            "sales_line.covered", text, field=name, work_orders=", ".join(line.work_orders), **about
        )
    if not line.left:
        text = "{sales_order} line {line} is delivered already. Take it out of the selection."
        raise Refusal("sales_line.delivered", text, field=name, **about)
    start = _start(each.start, around, name) or start_for(
        line.due, line.lead_days, around.calendar, around.today
    )
    some = _some(each.quantity, line.unit, name) or line.left
    return NewJob(OrderType.MTO, line.part, line.revision, line.unit, some, start, line.due, line.left, line)


def _to_stock(each: ForStock, around: Around, name: str, jobs: Collection[NewJob]) -> NewJob:
    position = around.positions.get((each.part, each.revision))
    if position is None:
        text = "{part} has no safety stock. Enter one on the part, or make a work order of your own."
        raise Invalid("suggestion.none", text, field=name, part=_called(each))
    besides = sum((job.quantity for job in jobs if (job.part, job.revision) == _named(each)), ZERO)
    found = suggestion(position, around.calendar, around.today, besides=besides)
    if found is None:
        raise _enough(position, besides, name)
    start = _start(each.start, around, name) or found.start
    some = _some(each.quantity, position.unit, name) or found.quantity
    due = max(found.due, around.calendar.add_workdays(start, position.lead_days))
    return NewJob(
        OrderType.MTS, position.part, position.revision, position.unit, some, start, due, found.quantity
    )


def _enough(position: Position, besides: Decimal, name: str) -> Refusal:
    about: Mapping[str, Any] = {"part": f"{position.part} {position.revision}"}
    jobs = ", ".join(number for number, some in position.coming.items() if some)
    if besides:
        text = "{part} needs no more for stock beside the sales-order lines you selected. Take it out."
        return Refusal("suggestion.covered", text, field=name, **about)
    if jobs:
        text = "{part} is covered by {work_orders}. Take it out of the selection."
        return Refusal("suggestion.covered", text, field=name, work_orders=jobs, **about)
    text = "{part} needs no more: {on_hand} are on hand. Take it out of the selection."
    return Refusal("suggestion.covered", text, field=name, on_hand=position.on_hand, **about)


def _some(given: Decimal | None, unit: str, name: str) -> Decimal | None:
    if given is None:
        return None
    some = quantity(given, field=f"{name}.quantity", unit=unit, zero=False)
    if not some:
        raise Invalid("quantity.zero", "Enter more than zero.", field=f"{name}.quantity")
    return some


def _start(given: date | None, around: Around, name: str) -> date | None:
    if given is None:
        return None
    if given < around.today:
        text = "The start {start} has passed; choose a later day."
        raise Invalid("start.past", text, field=f"{name}.start", start=given)
    check_ahead(given, around.today, f"{name}.start")
    return given


def job_number(order_type: str, year: int, place: int) -> str:
    """`WO-2026-00001` for customers, `WS-2026-00001` for stock."""
    return f"{JOB_SERIES[order_type]}-{year}-{place:05d}"
