"""Which pieces of a lot an outside operation has worked on already, where they came back under the lot's own
name, and which came back as they went: our shelf counts them together, a send and a dispatch must not.

The lot's movements are read in the sequence in which they happened. What cannot be told apart is taken to be
what never lets a piece go through the same operation twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from models.domain.events import (
    Event,
    OrderSplit,
    PiecesTakenOver,
    TransferAnnounced,
    TransferTaken,
)
from models.domain.order import Line, Order
from models.domain.order_types import DEFAULT, OrderType
from models.domain.pieces import Bucket, Move
from models.domain.quantities import ZERO
from models.domain.transfers import Transfer


@dataclass(frozen=True, slots=True)
class Step:
    """An outside operation of a work order, and the process it is."""

    work_order: str
    operation: int
    process: str
    type: str = DEFAULT

    def repeats(self, other: Step) -> bool:
        """Whether a piece that has been through one has no business in the other. One work order may want a
        process twice, and rework is there to do it again."""
        if self.work_order == other.work_order:
            return self.operation == other.operation
        return self.process == other.process and OrderType.REWORK not in (self.type, other.type)

    def comes_before(self, other: Step) -> bool:
        """Whether the work order says that this one is done first."""
        return self.work_order == other.work_order and self.operation < other.operation


def step_of(order: Order, line: Line) -> Step:
    return Step(line.work_order, line.operation, order.process, order.type)


@dataclass(frozen=True, slots=True)
class Been:
    """A piece with a serial number is on an order for `step`, in this bucket there, or was when it left. An order
    somebody may not know of has no number."""

    order: str
    step: Step
    bucket: Bucket


def done_on(step: Step, been: Iterable[Been]) -> Been | None:
    """Where a piece went through that operation already: it was accepted there, or went straight on from there to
    another operation."""
    told = [each for each in been if each.step.repeats(step)]
    for each in told:
        # Who took it over for the same operation says what was done.
        over = any(other.step == each.step and other.bucket is not Bucket.FORWARDED for other in told)
        if each.bucket is Bucket.ACCEPTED or (each.bucket is Bucket.FORWARDED and not over):
            return each
    return None


class Way(StrEnum):
    """How pieces of a lot moved: off our shelf to a supplier; back from one, accepted or as they had come, or
    because they had never gone; from accepted to rejected; off the shelf to a customer or a job; from one
    supplier straight to the next."""

    SENT = "sent"
    ACCEPTED = "accepted"
    UNPROCESSED = "unprocessed"
    NOT_SENT = "not_sent"
    DOUBTED = "doubted"
    LEFT = "left"
    HANDED_ON = "handed_on"


# What our shelf gains or loses by it.
_SHELF = {
    Way.SENT: -1,
    Way.ACCEPTED: 1,
    Way.UNPROCESSED: 1,
    Way.NOT_SENT: 1,
    Way.DOUBTED: -1,
    Way.LEFT: -1,
    Way.HANDED_ON: 0,
}


@dataclass(frozen=True, slots=True)
class Passage:
    """`quantity` pieces of one lot went this way; `step` and `order` are where to or from, and for what is handed
    on where to, `came` being the step before. An order somebody may not know of has no number."""

    way: Way
    quantity: Decimal
    step: Step | None = None
    order: str = ""
    came: Step | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """Of the pieces of a lot that are on our shelf: how many this operation has done, and how many came back
    from it as they went; with the orders that tell so."""

    done: Decimal = ZERO
    unprocessed: Decimal = ZERO
    orders: tuple[str, ...] = ()
    back_from: tuple[str, ...] = ()


def worked(here: Decimal, passages: Iterable[Passage], step: Step) -> Worked:
    """`here` are on our shelf now, after all `passages` of the lot, the first one first."""
    told = list(passages)
    began = here - sum((_SHELF[each.way] * each.quantity for each in told), ZERO)
    count = _Count(began)
    accepted: dict[str, Decimal] = {}
    returned: dict[str, Decimal] = {}
    for each in told:
        if each.step is not None and each.step.repeats(step):
            count.of_this(each)
            if each.way is Way.ACCEPTED:
                accepted[each.order] = accepted.get(each.order, ZERO) + each.quantity
            elif each.way is Way.UNPROCESSED:
                returned[each.order] = returned.get(each.order, ZERO) + each.quantity
        else:
            count.of_another(each, step)
        count.settle()
    return Worked(count.done, count.back, _named(accepted, count.done), _named(returned, count.back))


def _named(by_order: Mapping[str, Decimal], left: Decimal) -> tuple[str, ...]:
    return tuple(sorted(order for order in by_order if order)) if left else ()


@dataclass
class _Count:
    """The lot while its movements are read: `away` are done pieces that are with another operation."""

    here: Decimal
    done: Decimal = ZERO
    back: Decimal = ZERO
    away: dict[Step, Decimal] = field(default_factory=dict)

    def of_this(self, each: Passage) -> None:
        self.here += _SHELF[each.way] * each.quantity
        if each.way is Way.SENT:
            # What came back as it went is the first to go again.
            self.back -= min(self.back, each.quantity)
        elif each.way is Way.UNPROCESSED:
            self.back += each.quantity
        elif each.way is Way.ACCEPTED:
            self.done += each.quantity
        elif each.way is Way.DOUBTED:
            self.done -= min(self.done, each.quantity)

    def of_another(self, each: Passage, step: Step) -> None:
        at = each.step
        if each.way is Way.HANDED_ON:
            assert at is not None, "what is handed on goes to an operation"
            self._handed_on(each, at, step)
            return
        if _SHELF[each.way] > 0:
            assert at is not None, "what comes back was at an operation"
            again = min(self.away.get(at, ZERO), each.quantity)
            self.away[at] = self.away.get(at, ZERO) - again
            self.done += again
        else:
            # What moves on is done already, unless it goes to an operation that comes before this one.
            first = max(ZERO, self.here - self.done) if at is not None and at.comes_before(step) else ZERO
            gone = min(self.done, max(ZERO, each.quantity - first))
            self.done -= gone
            if at is not None:
                self.away[at] = self.away.get(at, ZERO) + gone
        self.here += _SHELF[each.way] * each.quantity

    def _handed_on(self, each: Passage, at: Step, step: Step) -> None:
        came = each.came
        if came is not None and came.repeats(step):
            self.away[at] = self.away.get(at, ZERO) + each.quantity
        elif came is not None and came in self.away:
            on = min(self.away[came], each.quantity)
            self.away[came] -= on
            self.away[at] = self.away.get(at, ZERO) + on

    def settle(self) -> None:
        """Neither count is ever more than there is."""
        self.done = max(ZERO, min(self.done, self.here))
        self.back = max(ZERO, min(self.back, self.here - self.done))


@dataclass
class History:
    """The movements of lots as they are read off orders' events. `steps` says what every line is, by order and
    line; one that is not there is not counted in the lot's unit. Pieces without a lot are on no shelf."""

    steps: dict[tuple[str, int], Step]
    passages: dict[str, list[Passage]] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    # By number, the orders that may not be named.
    unnamed: frozenset[str] = frozenset()

    def add(self, order: str, event: Event) -> None:
        if isinstance(event, TransferAnnounced):
            self.transfers[event.transfer.transfer] = event.transfer
        elif isinstance(event, TransferTaken):
            self._handed_on(order, event)
        elif not isinstance(event, OrderSplit | PiecesTakenOver):
            # Those only say which order has the pieces from now on.
            moves: tuple[Move, ...] = getattr(event, "moves", ())
            for move in moves:
                for lot, way in _ways(move):
                    self._put(lot, order, move.line, way, move.quantity)

    def left(self, lot: str, quantity: Decimal) -> None:
        """Pieces of the lot went to a customer or into a job."""
        self.passages.setdefault(lot, []).append(Passage(Way.LEFT, quantity))

    def of(self, lot: str) -> list[Passage]:
        return self.passages.get(lot, [])

    def _handed_on(self, order: str, event: TransferTaken) -> None:
        transfer = self.transfers.get(event.transfer)
        for item in transfer.lines if transfer is not None else ():
            came = self.steps.get((event.source, item.line))
            some = item.quantity - item.unprocessed
            self._put(item.to_lot, order, item.to_line, Way.HANDED_ON, some, came)

    def _put(
        self, lot: str, order: str, line: int, way: Way, quantity: Decimal, came: Step | None = None
    ) -> None:
        step = self.steps.get((order, line))
        if lot and step is not None:
            name = "" if order in self.unnamed else order
            self.passages.setdefault(lot, []).append(Passage(way, quantity, step, name, came))


def _ways(move: Move) -> Iterator[tuple[str, Way]]:
    """What a move does to our shelf, as `shelf_changes` has it."""
    if move.source is Bucket.ACCEPTED:
        yield move.output, Way.DOUBTED
    elif move.source is Bucket.RETURNED_UNPROCESSED or (
        move.source is None and move.target is Bucket.IN_TRANSIT_OUT
    ):
        yield move.lot, Way.SENT
    if move.target is Bucket.ACCEPTED:
        yield move.output, Way.ACCEPTED
    elif move.target is Bucket.RETURNED_UNPROCESSED:
        yield move.lot, Way.UNPROCESSED
    elif move.target is None and move.source is Bucket.IN_TRANSIT_OUT:
        # The sending was typed wrongly.
        yield move.lot, Way.NOT_SENT
