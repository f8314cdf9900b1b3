"""The state of an issued order, and its stage as a pure function of it.

Everything the order's life depends on was frozen here when it was issued: calendars, milestones,
inspection plans, required documents. Later edits of master data reach it only as commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from models.domain.calendar import WorkingCalendar
from models.domain.changes import Change, ChangeState, Commercial, LineCommercial
from models.domain.charges import Settlement
from models.domain.claims import Claim
from models.domain.contract import Basis, Terms
from models.domain.evidence import DocumentType
from models.domain.hurrying import Expedite
from models.domain.inspection import InspectionPlan
from models.domain.lot_holds import LotHold, standing
from models.domain.milestones import Milestone
from models.domain.order_types import DEFAULT
from models.domain.parted import Parted
from models.domain.pieces import OUT, UNDECIDED, Bucket, Pieces, key, line_of, sent, total
from models.domain.quantities import ZERO
from models.domain.records import (
    Alert,
    Contingency,
    Counter,
    Document,
    Hold,
    Inspection,
    Kin,
    LineTerms,
    Load,
    Nonconformance,
    Parcel,
    PlannedLot,
    Push,
    Reassignment,
    Receipt,
    Withdrawn,
)
from models.domain.serials import Place
from models.domain.transfers import Transfer


class Stage(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    COUNTERED = "countered"
    ACKNOWLEDGED = "acknowledged"
    IN_PROCESS = "in_process"
    SHIPPED = "shipped"
    RECEIVING = "receiving"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


ENDED = frozenset({Stage.CLOSED, Stage.CANCELLED})


class Answer(StrEnum):
    """What the supplier said to the order as it stands."""

    NONE = "none"
    ACCEPTED = "accepted"
    COUNTERED = "countered"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Line:
    """One work-order operation. Quantities are in `unit`."""

    line: int
    work_order: str
    operation: int
    part: str
    part_revision: str
    unit: str
    ordered: Decimal
    unit_price: Decimal
    lots: tuple[PlannedLot, ...] = ()
    description: str = ""
    tolerance: Decimal = Decimal("0.01")
    plan: InspectionPlan | None = None
    short_closed: bool = False
    output_lots: Mapping[str, str] = field(default_factory=dict)
    # By lot, every name under which pieces of it came back that were pending or rejected, since none were.
    waiting_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The day agreed for this line, when an accepted proposal named one; else the order's promise holds.
    promise: date | None = None
    # The day it is needed, when not the order's, which is the latest of its lines'.
    need_by: date | None = None
    loads: tuple[Load, ...] = ()
    # So many go first, the others once the inspection of these is released; 0 when all may go at once.
    first_article: Decimal = ZERO
    # How many were sent when a first article was last rejected: they are measured no more.
    first_articles_spent: Decimal = ZERO
    # The line it was divided from, of which it is a later delivery; 0 when it is from the beginning.
    delivery_of: int = 0
    # What `unit_price` is paid for, and what else the contract says of this line.
    basis: Basis = Basis.PIECE
    contract: Terms | None = None
    # Kilograms of all that was sent and weighed, and how many that was.
    weight: Decimal = ZERO
    weighed: Decimal = ZERO
    # Its other parts, where the order it is from was split.
    parted: Parted | None = None
    # Surplus that is in `ordered` only because it was kept, since the quantity was last agreed.
    kept: Decimal = ZERO
    # Whether its pieces have serial numbers, and every move names them.
    by_serial: bool = False
    # So many its supplier may use up while it sets up, in all deliveries together.
    setup_allowance: Decimal = ZERO

    @property
    def reported_loads(self) -> tuple[Load, ...]:
        """What was reported of its processing and not taken back."""
        return tuple(load for load in self.loads if not load.void)

    def output_lot(self, lot: str) -> str:
        """The lot that pieces of `lot` are accepted as from now on: the one last named at receipt, else the same."""
        return self.output_lots.get(lot, lot)


@dataclass(frozen=True, slots=True)
class Order:
    """An issued order. `version` is the sequence of its last event, `revision` that of its terms."""

    number: str
    plant: str
    buyer: str
    supplier: str
    supplier_name: str
    process: str
    process_name: str
    spec: str
    spec_revision: str
    purchase_order: str
    priority: str
    currency: str
    issued_at: datetime
    need_by: date
    lines: tuple[Line, ...]
    milestones: tuple[Milestone, ...]
    required_documents: tuple[DocumentType, ...]
    release_before_ship: bool
    plant_calendar: WorkingCalendar
    supplier_calendar: WorkingCalendar
    export_controlled: bool = False
    # That of its work orders, and the bucket its costs fall into.
    type: str = DEFAULT
    version: int = 0
    revision: int = 1
    answer: Answer = Answer.NONE
    answered_at: datetime | None = None
    supplier_order: str = ""
    decline_reason: str = ""
    promise_first: date | None = None
    promise_current: date | None = None
    # When that was promised: what we held the order before moves it no more.
    promised_at: datetime | None = None
    # The day after need-by that our buyer accepted when the supplier proposed it.
    late_accepted: date | None = None
    # The proposal that waits for the buyer, how many there were, and how many of them were rejected:
    # each rejection asks the supplier again.
    counter: Counter | None = None
    counters: int = 0
    rejections: int = 0
    asked_again_at: datetime | None = None
    rejection_reason: str = ""
    # Change orders by their id; at most one of them is open.
    changes: Mapping[str, Change] = field(default_factory=dict)
    # Earlier days the supplier agreed to when asked to hurry, and orders that went past this one.
    expedites: tuple[Expedite, ...] = ()
    pushes: tuple[Push, ...] = ()
    # The plan for when it goes wrong, open or decided, and how many there were.
    contingency: Contingency | None = None
    contingencies: int = 0
    stock: Mapping[str, Pieces] = field(default_factory=dict)
    # Where each serial is, by `key(line, serial)`.
    serials: Mapping[str, Place] = field(default_factory=dict)
    # What was taken of lots that are counted in another unit than their line, by stock key.
    withdrawn: Mapping[str, Withdrawn] = field(default_factory=dict)
    # How many pieces have ever reached the supplier, and when some last left us for it.
    arrived: Decimal = ZERO
    out_since: datetime | None = None
    # What carriers call the consignments we sent out.
    sent_under: tuple[str, ...] = ()
    # When the first of what was sent left us, by stock key; what came from the order before did not.
    first_sent: Mapping[str, datetime] = field(default_factory=dict)
    # What accepted pieces are called on our shelf: how many by stock key and output lot.
    accepted_as: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    # Pieces judged and shipped so far, by stock key: what released inspections have been used for.
    judged: Mapping[str, Decimal] = field(default_factory=dict)
    shipped: Mapping[str, Decimal] = field(default_factory=dict)
    parcels: Mapping[str, Parcel] = field(default_factory=dict)
    receipts: tuple[Receipt, ...] = ()
    inspections: Mapping[str, Inspection] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    nonconformances: Mapping[str, Nonconformance] = field(default_factory=dict)
    # What is claimed for lost pieces, by the claim's id.
    claims: Mapping[str, Claim] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    # Holds of lots that cover pieces of this order, by the hold's id.
    lot_holds: Mapping[str, LotHold] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    reminded: tuple[str, ...] = ()
    corrected: tuple[int, ...] = ()
    last_news_at: datetime | None = None
    cancel_requested_at: datetime | None = None
    ended_at: datetime | None = None
    end: Stage | None = None
    kin: Kin = Kin()
    # What was to be paid when it ended, and by how much that changed since.
    settlements: tuple[Settlement, ...] = ()
    # What the supplier still had when the order was completed without it, by stock key.
    written_off: Mapping[str, Decimal] = field(default_factory=dict)
    reassigned: Reassignment | None = None
    # When its specification revision was asked for by a change; None: it is the one it was issued with.
    spec_changed_at: datetime | None = None
    # Pieces that went, or are to go, straight to another order or came from one, by the transfer's id.
    transfers: Mapping[str, Transfer] = field(default_factory=dict)

    def line(self, number: int) -> Line | None:
        return next((line for line in self.lines if line.line == number), None)

    def came_back_as(self, number: int, lot: str) -> tuple[str, ...]:
        """Every lot that pieces of `lot` are here as, the one accepted first first; empty as long as none are."""
        line, at = self.line(number), key(number, lot)
        waiting = line.waiting_as.get(lot, ()) if line is not None else ()
        there = self.stock.get(at, {})
        here = waiting if there.get(Bucket.PENDING) or there.get(Bucket.REJECTED) else ()
        return tuple(dict.fromkeys((*self.accepted_as.get(at, {}), *here)))

    def milestone(self, code: str) -> Milestone | None:
        return next((milestone for milestone in self.milestones if milestone.code == code), None)

    @property
    def spec_ordered_at(self) -> datetime:
        """When the specification revision that holds was ordered: by that day it is judged."""
        return self.spec_changed_at or self.issued_at

    @property
    def terms(self) -> tuple[LineTerms, ...]:
        """What holds now for every line; as long as nothing is promised, need-by."""
        return tuple(
            LineTerms(
                line.line,
                line.ordered,
                line.unit_price,
                line.promise or self.promise_current or line.need_by or self.need_by,
            )
            for line in self.lines
        )

    @property
    def commercial(self) -> Commercial:
        """What holds now of everything a change may touch."""
        return Commercial(
            self.need_by,
            self.spec_revision,
            tuple(LineCommercial(line.line, line.ordered, line.unit_price, line.lots) for line in self.lines),
        )

    @property
    def open_change(self) -> Change | None:
        """The change that somebody has still to decide about or to answer."""
        return next((change for change in self.changes.values() if change.open), None)

    @property
    def open_contingency(self) -> Contingency | None:
        """The plan somebody has still to decide about."""
        plan = self.contingency
        return plan if plan is not None and not plan.decision else None

    @property
    def change_to_decide(self) -> Change | None:
        """The change that somebody else than who asked has still to approve."""
        change = self.open_change
        return change if change is not None and change.state is ChangeState.PROPOSED else None

    @property
    def change_to_answer(self) -> Change | None:
        """The change that is approved and waits for the supplier; until then the old revision stands."""
        change = self.open_change
        return change if change is not None and change.state is ChangeState.APPROVED else None

    @property
    def started(self) -> bool:
        """The supplier has pieces, or says that it received some or began."""
        return self.arrived > 0 or any(
            milestone.actual is not None and milestone.kind in ("received", "process")
            for milestone in self.milestones
        )

    @property
    def hold(self) -> Hold | None:
        return self.holds[-1] if self.holds and self.holds[-1].resumed_at is None else None

    @property
    def cancelling(self) -> bool:
        return self.cancel_requested_at is not None and self.end is None

    @property
    def giving_back(self) -> bool:
        """What its supplier has is to come back as it is."""
        return self.reassigned.pieces == "return" if self.reassigned is not None else self.cancelling

    @property
    def open_nonconformances(self) -> Iterator[Nonconformance]:
        return (item for item in self.nonconformances.values() if item.open)

    @property
    def open_lot_holds(self) -> Iterator[LotHold]:
        """Holds of lots it still has pieces of."""
        return standing(self)

    @property
    def open_claims(self) -> Iterator[Claim]:
        """Those of an order that was split are with what goes on."""
        return (claim for claim in self.claims.values() if claim.open and not self.kin.superseded_by)

    @property
    def open_alerts(self) -> Iterator[Alert]:
        return (alert for alert in self.alerts.values() if alert.open)


# Before any piece has moved, the supplier's answer is where the order stands.
_ANSWERED = {
    Answer.NONE: Stage.ISSUED,
    Answer.ACCEPTED: Stage.ACKNOWLEDGED,
    Answer.COUNTERED: Stage.COUNTERED,
    Answer.DECLINED: Stage.COUNTERED,
}


def stage(order: Order) -> Stage:
    """The first that matches, as in the glossary."""
    if order.end is not None:
        return order.end
    if nothing_open(order) and all_sent(order):
        return Stage.RECEIVED
    if any(not receipt.void for receipt in order.receipts):
        return Stage.RECEIVING
    at_supplier = total(order.stock, Bucket.AT_SUPPLIER)
    if not at_supplier and total(order.stock, Bucket.IN_TRANSIT_BACK):
        return Stage.SHIPPED
    if order.started:
        return Stage.IN_PROCESS
    return _ANSWERED[order.answer]


def all_sent(order: Order) -> bool:
    return all(line_sent(order, line) for line in order.lines)


def line_sent(order: Order, line: Line) -> bool:
    """Nothing more will be sent on the line."""
    return line.short_closed or sent_on(order, line.line) >= line.ordered


def line_back(order: Order, line: Line) -> bool:
    """All of the line was sent, is back and is decided about."""
    return line_sent(order, line) and not total(order.stock, *OUT, *UNDECIDED, line=line.line)


def inspections_of(order: Order, line: int) -> list[Inspection]:
    """In the sequence they were submitted in."""
    return [item for item in order.inspections.values() if item.line == line]


def sent_on(order: Order, line: int) -> Decimal:
    return sum((sent(pieces) for at, pieces in order.stock.items() if line_of(at) == line), ZERO)


def owed_back(order: Order, line: Line) -> Decimal:
    """Pieces that a change took off the line after they were sent, as far as they are still out."""
    at = {place: pieces for place, pieces in order.stock.items() if line_of(place) == line.line}
    kept = sent_on(order, line.line) - total(at, Bucket.RETURNED_UNPROCESSED)
    return max(ZERO, min(kept - line.ordered, total(at, *OUT)))


def nothing_open(order: Order) -> bool:
    """Nothing is out, pending, rejected or over: the order may end."""
    return not total(order.stock, *OUT, *UNDECIDED)
