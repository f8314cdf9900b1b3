"""What a job may use up and make, what may leave for customers, and what may be taken back of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from models.domain.authority import Role
from models.domain.errors import Forbidden, Invalid, Refusal
from models.domain.facts import LotFact
from models.domain.floor_records import consumed, dispatched, produced
from models.domain.genealogy import Edge
from models.domain.quantities import ZERO, quantity
from models.domain.serial_stock import SerialStock, check_serials, not_tracked

# Whoever is on the floor writes down what happened there; what leaves is the dock's.
MAY_RECORD = frozenset({Role.RECEIVING, Role.PLANNER, Role.BUYER})
MAY_DISPATCH = frozenset({Role.RECEIVING, Role.BUYER})
MAY_REVERSE = MAY_RECORD | {Role.QUALITY}
# The earliest zone is this far ahead of UTC: what is yesterday here may be today there.
_EARLIEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Shelved:
    """A lot as its locked row has it. `undecided`: pieces of it that are here, but pending or rejected;
    `sources`: the jobs and orders it came out of; `booked`: all that was ever booked in as this lot;
    `began`: the first day it can have been there, wherever that day is counted."""

    fact: LotFact
    part_revision: str | None = None
    bought: bool = False
    undecided: Decimal = ZERO
    sources: frozenset[str] = frozenset()
    booked: Decimal = ZERO
    began: date | None = None
    # Its pieces are told apart by their numbers.
    by_serial: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A work order as far as the shop floor needs it; `unit` is its part's, `serial` whether that is told
    piece from piece."""

    number: str
    part: str
    revision: str
    unit: str
    serial: bool = False
    operations: frozenset[int] = frozenset()
    # How many it is for.
    quantity: Decimal = ZERO
    # The first day on which it can have made something, wherever that day is counted, and whether that is the day
    # it used material, or the one on which it came to be in the books.
    began: date | None = None
    with_material: bool = False

    @property
    def node(self) -> str:
        return f"job:{self.number}"


def step_of(job: Job, operation: int | None) -> int | None:
    """The operation named. Raises `Invalid` when the job's routing has none of this number."""
    if operation is not None and operation not in job.operations:
        raise Invalid(
            "operation.unknown",
            "Work order {job} has no operation {operation}.",
            field="operation",
            job=job.number,
            operation=operation,
        )
    return operation


def consume(
    job: Job,
    lot: str,
    shelved: Shelved | None,
    entered: Decimal,
    serials: Sequence[str] = (),
    stock: SerialStock = SerialStock(),
    *,
    of_itself: bool,
) -> Edge:
    """`of_itself`: the lot was made of what this job made; `stock` says where pieces with serial numbers are.
    Raises `Refusal` or `Invalid`."""
    there = _known(lot, shelved, "lot")
    fact = there.fact
    if of_itself:
        raise Refusal(
            "consumption.own_output",
            "Lot {lot} was made of what {job} made; a job cannot use up its own output. Look at the lot's "
            "number, or at the job's.",
            field="lot",
            lot=lot,
            job=job.number,
        )
    amount = _some(entered, fact.unit, "quantity")
    may_go(shelved, amount, fact.on_hand, field="lot", counted="quantity")
    stock.leaving(fact.part, lot, serials, amount, "serials", all_named=there.by_serial)
    return consumed(job.number, lot, amount, fact.unit)


def was_there(lot: str, shelved: Shelved, day: datetime | date, field: str) -> None:
    """Raises `Invalid` when the lot was used or left on a `day` on which it did not exist yet."""
    if isinstance(day, datetime):
        day = (day + _EARLIEST_ZONE).astimezone(UTC).date()
    if shelved.began is not None and day < shelved.began:
        raise Invalid(
            "time.before_lot",
            "Lot {lot} came to be on {began}; {day} is before that. Look at both days, and enter the one on "
            "which it happened.",
            field=field,
            lot=lot,
            began=shelved.began.isoformat(),
            day=day.isoformat(),
        )


def make(
    job: Job,
    lot: str,
    shelved: Shelved | None,
    entered: Decimal,
    serials: Sequence[str],
    *,
    of_itself: bool,
    failed: bool = False,
) -> Edge:
    """Begins lot `lot`, or adds to one the job began. `of_itself`: the job used up what that was or became;
    `failed`: the pieces did at their inspection. Raises `Refusal` or `Invalid`."""
    amount = _some(entered, job.unit, "quantity")
    if shelved is not None:
        _same_kind(job, lot, shelved)
        if failed:
            raise Refusal(
                "output.failed",
                "Pieces that failed their inspection are not added to lot {lot}: keep them apart as a lot of "
                "their own.",
                field="lot",
                lot=lot,
            )
    if of_itself:
        raise Refusal(
            "output.own_input",
            "Lot {lot} went into {job}; what comes out of it is another lot. Name another one, or none: it "
            "is given a number then.",
            field="lot",
            lot=lot,
            job=job.number,
        )
    if shelved is not None:
        _of_this_job(job, lot, shelved)
    if serials and not job.serial:
        raise not_tracked(job.part, "serials")
    if job.serial:
        check_serials(serials, amount, "serials")
    return produced(job.number, lot, amount, job.unit)


def beginning(used: datetime | None, entered: datetime, *, with_bom: bool) -> datetime | None:
    """Before which nothing can have come out of a job: when it first `used` material, else when it was `entered`,
    since what it used can be recorded first. Of a part whose bill of material names nothing there is nothing to record:
    then it may be long ago."""
    return used or (entered if with_bom else None)


def had_begun(job: Job, at: datetime) -> None:
    """Raises `Invalid` when pieces came out of the job before it used material or was there at all."""
    day = (at + _EARLIEST_ZONE).astimezone(UTC).date()
    if job.began is None or day >= job.began:
        return
    if job.with_material:
        raise Invalid(
            "time.before_material",
            "{job} first used material on {began}; {day} is before that. Look at both days, and enter the one on "
            "which the pieces were made.",
            field="at",
            job=job.number,
            began=job.began.isoformat(),
            day=day.isoformat(),
        )
    raise Invalid(
        "time.before_job",
        "{job} was entered on {began} and used no material before; {day} is before that. Look at the day, or record "
        "first what it used, and when.",
        field="at",
        job=job.number,
        began=job.began.isoformat(),
        day=day.isoformat(),
    )


def not_absurd(job: Job, made: Decimal, entered: Decimal, *, over: Decimal, confirmed: bool) -> None:
    """`made` came out of the same operation before; `over` is the share by which it may be more than the job is for. Raises `Refusal` for much more than the job is for, which
    is sooner typed than made, unless somebody has `confirmed` it."""
    if not confirmed and job.quantity and made + entered > job.quantity * (1 + over):
        raise Refusal(
            "output.beyond_job",
            "{job} is for {quantity} {unit}; with these, {made} would have come out of it. Count again, or confirm "
            "that it is so many.",
            field="quantity",
            job=job.number,
            quantity=job.quantity,
            unit=job.unit,
            made=made + entered,
        )


def new_serials(serials: Sequence[str], made: Mapping[str, str], part: str) -> None:
    """`made` are the serials of the part there are, with their lots. Raises `Refusal` for one of them."""
    twice = next((serial for serial in serials if serial in made), None)
    if twice is not None:
        raise Refusal(
            "serial.made",
            "Serial {serial} of {part} is in lot {lot} already. Look at the number on the piece.",
            field="serials",
            serial=twice,
            part=part,
            lot=made[twice],
        )


def may_go(shelved: Shelved | None, amount: Decimal, left: Decimal, *, field: str, counted: str) -> None:
    """`left` is what is on hand of the lot. Raises `Refusal` when it is on hold, or less than `amount`."""
    assert shelved is not None, "who asks has looked for the lot"
    fact = shelved.fact
    if fact.held_with:
        raise Refusal(
            "lot.held",
            "Lot {lot} was made from lot {held}, which is on hold ({reason}). It can go once that is released.",
            field=field,
            lot=fact.lot,
            held=fact.held_with,
            reason=fact.hold_reason or "no reason given",
        )
    if fact.held:
        raise Refusal(
            "lot.held",
            "Lot {lot} is on hold ({reason}). It can go once it is released.",
            field=field,
            lot=fact.lot,
            reason=fact.hold_reason or "no reason given",
        )
    if amount <= left:
        return
    if shelved.undecided:
        raise Refusal(
            "lot.undecided",
            "Lot {lot} has {left} {unit} on hand; {undecided} more are pending or rejected and cannot be "
            "used before quality has accepted them. You entered {entered}.",
            field=counted,
            lot=fact.lot,
            left=left,
            unit=fact.unit,
            undecided=shelved.undecided,
            entered=amount,
        )
    raise Refusal(
        "lot.short",
        "Lot {lot} has {left} {unit} on hand; you entered {entered}.",
        field=counted,
        lot=fact.lot,
        left=left,
        unit=fact.unit,
        entered=amount,
    )


@dataclass(frozen=True, slots=True)
class Leaving:
    """A line of a dispatch as it was entered."""

    lot: str
    quantity: Decimal
    serials: tuple[str, ...] = ()
    # The sales order and its line that it delivers, where somebody said so.
    sold: tuple[str, int] | None = None


def dispatch(
    number: str,
    lines: Sequence[Leaving],
    lots: Mapping[str, Shelved],
    blocked: Mapping[str, Refusal],
    stock: SerialStock = SerialStock(),
) -> Iterator[Edge]:
    """Edge by line. `blocked` are lots that may not leave for another reason, `stock` says where pieces
    with serial numbers are. Raises `Refusal` or `Invalid`."""
    if not lines:
        raise Invalid("dispatch.empty", "Name at least one lot.", field="lines")
    left = {lot: shelved.fact.on_hand for lot, shelved in lots.items()}
    named: set[tuple[str, str]] = set()
    for index, line in enumerate(lines):
        at = f"lines.{index}"
        fact = _known(line.lot, lots.get(line.lot), f"{at}.lot").fact
        amount = _some(line.quantity, fact.unit, f"{at}.quantity")
        if line.lot in blocked:
            raise blocked[line.lot]
        may_go(lots[line.lot], amount, left[line.lot], field=f"{at}.lot", counted=f"{at}.quantity")
        stock.leaving(
            fact.part, line.lot, line.serials, amount, f"{at}.serials", all_named=lots[line.lot].by_serial
        )
        for serial in line.serials:
            if (fact.part, serial) in named:
                raise Refusal(
                    "serial.gone",
                    "Serial {serial} of {part} is in this dispatch already. Look at the number on the piece.",
                    field=f"{at}.serials",
                    serial=serial,
                    part=fact.part,
                )
            named.add((fact.part, serial))
        left[line.lot] -= amount
        yield dispatched(number, line.lot, amount, fact.unit)


def reverse_consumption(*, outputs: Sequence[str]) -> None:
    """`outputs` are lots the job made after it. Raises `Refusal` while there are some."""
    if outputs:
        raise Refusal(
            "consumption.moved_on",
            "The job has made {lots} since. Reverse that output first, or record what is missing as another "
            "consumption.",
            lots=", ".join(outputs),
        )


def reverse_output(shelved: Shelved, amount: Decimal) -> None:
    """Raises `Refusal` when the pieces are no longer all there, or are on hold."""
    fact = shelved.fact
    if fact.on_hand < amount:
        raise Refusal(
            "output.moved_on",
            "Of lot {lot}, {left} {unit} are on hand: what was made has moved on. Reverse what used it, or "
            "take it back, first.",
            lot=fact.lot,
            left=fact.on_hand,
            unit=fact.unit,
        )
    may_go(shelved, amount, fact.on_hand, field="lot", counted="quantity")


def may_know(controlled: bool, *, cleared: bool) -> None:
    """Raises `Forbidden` when export-controlled pieces would leave by somebody who is not cleared."""
    if controlled and not cleared:
        raise Forbidden(
            "forbidden.controlled",
            "These pieces are export-controlled: somebody who is cleared has to dispatch them.",
        )


def not_again(reversed_at: datetime | None) -> None:
    """Raises `Refusal` when the record was taken back already."""
    if reversed_at is not None:
        raise Refusal(
            "record.reversed",
            "This was reversed already, at {actual}.",
            actual=reversed_at.isoformat(timespec="minutes"),
        )


def _known(lot: str, shelved: Shelved | None, field: str) -> Shelved:
    if shelved is None:
        raise Invalid("lot.unknown", "There is no lot {lot}.", field=field, lot=lot)
    return shelved


def _some(entered: Decimal, unit: str, field: str) -> Decimal:
    amount = quantity(entered, field=field, unit=unit, zero=False)
    if not amount:
        raise Invalid("quantity.nothing", "Enter more than 0.", field=field)
    return amount


def _same_kind(job: Job, lot: str, shelved: Shelved) -> None:
    fact = shelved.fact
    if shelved.bought:
        raise Refusal(
            "output.bought_lot",
            "Lot {lot} was bought; what {job} makes is another lot. Name another one, or none: it is given a "
            "number then.",
            field="lot",
            lot=lot,
            job=job.number,
        )
    revision = shelved.part_revision or job.revision
    if (fact.part, revision, fact.unit) != (job.part, job.revision, job.unit):
        raise Refusal(
            "output.other_part",
            "Lot {lot} is {unit} of {part} {revision}; {job} makes {wanted} of {made}. Name another one, or "
            "none: it is given a number then.",
            field="lot",
            lot=lot,
            unit=fact.unit,
            part=fact.part,
            revision=revision,
            job=job.number,
            wanted=job.unit,
            made=f"{job.part} {job.revision}",
        )


def _of_this_job(job: Job, lot: str, shelved: Shelved) -> None:
    """Pieces of two jobs, or of a job and an order, are not told apart once they are in one lot. A lot of
    which all was taken back is free."""
    if job.number in shelved.sources:
        return
    if shelved.sources:
        raise Refusal(
            "output.other_job",
            "Lot {lot} came out of {sources}; what {job} makes is another lot. Name another one, or none: it is "
            "given a number then.",
            field="lot",
            lot=lot,
            sources=", ".join(sorted(shelved.sources)),
            job=job.number,
        )
    if shelved.booked:
        raise there_before(job, lot)


def there_before(job: Job, lot: str) -> Refusal:
    """Why the job's pieces are not added to a lot; says nothing of what that is."""
    return Refusal(
        "output.other_job",
        "Lot {lot} was there before {job} made anything of it; what {job} makes is another lot. Name another "
        "one, or none: it is given a number then.",
        field="lot",
        lot=lot,
        job=job.number,
    )
