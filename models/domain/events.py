"""What happened to an order, in the past tense. Fields are the payload auditors read.

`moves` and `shares` say everything about pieces; `evolve` applies them the same way for every
event, so a new event cannot invent a way to create pieces. One long file on purpose: it is the
dictionary of the stream, read from top to bottom in the order things happen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from models.domain.calendar import WorkingCalendar
from models.domain.changes import AddedLine, Commercial
from models.domain.charges import Charge
from models.domain.claims import Loss
from models.domain.evidence import DocumentType, Mismatch, Printed
from models.domain.hurrying import Expedite, HurriedPart
from models.domain.inspection import Failure, Result
from models.domain.order import Line, Order
from models.domain.parted import PartWork
from models.domain.pieces import Move
from models.domain.records import (
    Contingency,
    LinePromise,
    LineTerms,
    PlannedLot,
    Proposal,
    Share,
    Tested,
    Withdrawn,
)
from models.domain.serial_stock import Whereabouts
from models.domain.transfers import Transfer


@dataclass(frozen=True, slots=True)
class ShareMove:
    """Pieces of one nonconformance change share: no source, newly rejected; no target, settled."""

    nonconformance: str
    line: int
    lot: str
    quantity: Decimal
    source: Share | None
    target: Share | None
    serials: tuple[str, ...] = ()

    def reversed(self) -> ShareMove:
        return replace(self, source=self.target, target=self.source)


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events; `name` is the type in the stream and in the API."""

    name: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


@dataclass(frozen=True, slots=True)
class OrderIssued(Event):
    """Embeds the whole order as it was frozen."""

    order: Order


@dataclass(frozen=True, slots=True)
class OrderAcknowledged(Event):
    """`promise_date` is for every line, unless `days` say which is for which, in the lines' sequence; then it is
    the latest of them. Of several lines `promises` name those that this answers, with `rest`
    because others were agreed before."""

    promise_date: date
    supplier_order: str = ""
    revision: int = 1
    days: tuple[date, ...] = ()
    promises: tuple[LinePromise, ...] = ()
    rest: bool = False


@dataclass(frozen=True, slots=True)
class OrderCountered(Event):
    """The supplier proposed `terms` in place of `before`; both name every line."""

    before: tuple[LineTerms, ...]
    terms: tuple[LineTerms, ...]
    by: str
    reason: str = ""
    supplier_order: str = ""
    revision: int = 1


@dataclass(frozen=True, slots=True)
class CounterAccepted(Event):
    """`terms` hold from now on, as `revision`, in place of `before`; lines with several have divided.
    `rejected` lines stand as they were, and the supplier is asked for them again."""

    before: tuple[LineTerms, ...]
    terms: tuple[LineTerms, ...]
    revision: int
    reason: str = ""
    rejected: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CounterRejected(Event):
    """The order stands as it was; the supplier is asked again."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class OrderDeclined(Event):
    reason: str
    revision: int = 1


@dataclass(frozen=True, slots=True)
class ChangeProposed(Event):
    """One of us wants `after` in place of `before`, and the lines `added` to it; somebody else has to
    approve it."""

    change: str
    before: Commercial
    after: Commercial
    by: str
    reason: str
    added: tuple[AddedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeApproved(Event):
    """The supplier is asked; until it accepts, the old revision stands. `decided_as`: the role it was in."""

    change: str
    reason: str = ""
    decided_as: str = ""


@dataclass(frozen=True, slots=True)
class ChangeRejected(Event):
    change: str
    reason: str = ""
    decided_as: str = ""


@dataclass(frozen=True, slots=True)
class ChangeWithdrawn(Event):
    """`approved`: the supplier had been asked already."""

    change: str
    approved: bool = False


@dataclass(frozen=True, slots=True)
class ChangeAcknowledged(Event):
    """The supplier accepted: `after` holds from now on, as `revision`, in place of `before`, and the lines
    `added` are the order's. A promise that is named is for every line."""

    change: str
    before: Commercial
    after: Commercial
    revision: int
    promise_date: date | None = None
    supplier_order: str = ""
    added: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeDeclined(Event):
    """The supplier keeps to the order as it is."""

    change: str
    reason: str


@dataclass(frozen=True, slots=True)
class MergedOrder:
    """An order that went into another, with its lines as that one has them now."""

    order: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class PushedOrder:
    """Another order that is to come later: when it was expected, and when it is then."""

    order: str
    before: date
    forecast: date


@dataclass(frozen=True, slots=True)
class OrderExpedited(Event):
    """It is urgent from now on, and the supplier is asked for an earlier day; until it accepts, the old one
    stands."""

    change: str
    before: date
    need_by: date
    by: str
    reason: str
    pushed: tuple[PushedOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderPushed(Event):
    """Order `by`, which was expedited, goes first at the supplier: this one is expected later."""

    by: str
    change: str
    before: date
    forecast: date


@dataclass(frozen=True, slots=True)
class PushTakenBack(Event):
    """Order `by` does not go first after all: this one is expected as before."""

    by: str
    change: str
    before: date
    forecast: date


@dataclass(frozen=True, slots=True)
class ContingencyPlanned(Event):
    """What is to be done if the order goes wrong; it takes the place of a plan before it."""

    plan: Contingency


@dataclass(frozen=True, slots=True)
class ContingencySettled(Event):
    number: int
    decision: str
    note: str


@dataclass(frozen=True, slots=True)
class OrdersMerged(Event):
    """The lines of other orders are this one's from now on; the supplier is asked about all of it again."""

    sources: tuple[MergedOrder, ...]
    before: Commercial
    after: Commercial
    revision: int
    priority: str
    required_documents: tuple[DocumentType, ...]
    release_before_ship: bool
    # How often the supplier hurried for the others: each has its fee.
    expedites: tuple[Expedite, ...] = ()
    # Every line is needed when it was; in what was stored before, all of them on the first of these days.
    own_days: bool = False


@dataclass(frozen=True, slots=True)
class OrderMergedInto(Event):
    """All of it is done as part of order `into`: this one is over."""

    into: str


@dataclass(frozen=True, slots=True)
class OrderSplit(Event):
    """The order goes on as `children`; all its pieces leave to the first of them, and it is over."""

    children: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    shares: tuple[ShareMove, ...] = ()


@dataclass(frozen=True, slots=True)
class PiecesTakenOver(Event):
    """The pieces that order `source` had, each where it was, and what it had taken for them of lots that are
    counted in another unit, by stock key."""

    source: str
    moves: tuple[Move, ...]
    withdrawn: Mapping[str, Withdrawn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weighed:
    kilograms: Decimal
    pieces: Decimal

    def reversed(self) -> Weighed:
        return Weighed(-self.kilograms, -self.pieces)


@dataclass(frozen=True, slots=True)
class PartWorkReported(Event):
    """What was finished, or goes on, in orders with other parts of a line that was split, and what became of
    lines that were hurried before. The minimum, the lots and the fees of all parts are charged here."""

    works: tuple[PartWork, ...]
    hurried: tuple[HurriedPart, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderReassigned(Event):
    """What was not done goes to `supplier` as order `to`, a draft so far; `pieces` that are with the old one
    come back as they are (return), or are to go on to that order (transfer)."""

    to: str
    supplier: str
    pieces: str
    reason: str


@dataclass(frozen=True, slots=True)
class PiecesSent(Event):
    moves: tuple[Move, ...]
    carrier: str = ""
    tracking: str = ""
    weight: Decimal | None = None
    nonconformance: str = ""
    collected_by_supplier: bool = False
    # The kilograms of each line that was weighed, and how many pieces that was, by line.
    weights: Mapping[str, Weighed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MilestoneReported(Event):
    """`previous_*` is what stood there before, so that a correction can put it back. `parcel`: the
    box whose shipping met the milestone; the two are corrected together."""

    code: str
    actual: datetime | None
    forecast: date | None
    source: str
    note: str = ""
    quantity: Decimal | None = None
    moves: tuple[Move, ...] = ()
    previous_actual: datetime | None = None
    previous_forecast: date | None = None
    late_entry: bool = False
    previous_quantity: Decimal | None = None
    parcel: str = ""


@dataclass(frozen=True, slots=True)
class ProcessReported(Event):
    """What was done to pieces of one line in one load; `lots` says how many of each lot were in it."""

    line: int
    equipment: str
    load: str
    started_at: datetime
    ended_at: datetime
    lots: Mapping[str, Decimal]
    source: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    late_entry: bool = False


@dataclass(frozen=True, slots=True)
class InspectionSubmitted(Event):
    inspection: str
    line: int
    lot: str
    parcel: str
    lot_size: Decimal
    results: tuple[Result, ...]
    verdict: str
    failures: tuple[Failure, ...] = ()
    # The one whose reworked pieces were measured.
    nonconformance: str = ""


@dataclass(frozen=True, slots=True)
class InspectionReviewed(Event):
    inspection: str
    decision: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParcelShipped(Event):
    parcel: str
    moves: tuple[Move, ...]
    quantity: Decimal
    carrier: str = ""
    tracking: str = ""
    unprocessed: Decimal = Decimal(0)
    announced_over: Decimal = Decimal(0)
    lot_unknown: bool = False
    nonconformance: str = ""
    shares: tuple[ShareMove, ...] = ()
    # The load that the pieces of each line and lot were processed in, by stock key.
    loads: Mapping[str, str] = field(default_factory=dict)
    # Pieces that nothing was done to, by stock key: they use up nothing that an inspection released.
    unworked: Mapping[str, Decimal] = field(default_factory=dict)
    # What was used up in tests of a load that was named.
    tested: tuple[Tested, ...] = ()


@dataclass(frozen=True, slots=True)
class ParcelNamed(Event):
    """The notice of a parcel that had already been received: it moves nothing. `said` is what the supplier
    says was in it, by stock key, where it says so; `announced_over` those of them that it cannot have had."""

    parcel: str
    carrier: str = ""
    tracking: str = ""
    said: Mapping[str, Decimal] = field(default_factory=dict)
    announced_over: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class TransferOffered(Event):
    """Pieces are on their way to another order; they count as here until that one has them. `moves` are those
    that had to arrive first, and those that were used up in tests."""

    transfer: Transfer
    moves: tuple[Move, ...] = ()
    lot_unknown: bool = False


@dataclass(frozen=True, slots=True)
class TransferAnnounced(Event):
    """The same, told to the order that is to take them."""

    transfer: Transfer


@dataclass(frozen=True, slots=True)
class PiecesForwarded(Event):
    """Order `target` has taken them."""

    transfer: str
    target: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class TransferTaken(Event):
    """They have come from order `source`; from here on they are sent, as if from us. `withdrawn`: what that had taken
    of lots that are counted in another unit for those nobody worked on, by stock key here."""

    transfer: str
    source: str
    moves: tuple[Move, ...]
    withdrawn: Mapping[str, Withdrawn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TransferRefused(Event):
    """The pieces stay where they are; told to both orders, `by` is whom the one that has them hears it from."""

    transfer: str
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TransferWithdrawn(Event):
    """Order `source` has taken its offer back."""

    transfer: str
    source: str


@dataclass(frozen=True, slots=True)
class TransferCameHere(Event):
    """Pieces on offer to order `target` were counted at our dock: they did not go there, and the offer is over."""

    transfer: str
    target: str


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What was counted on a line, as typed; `counted_in` other units are kept with the conversion."""

    line: int
    lot: str
    counted: Decimal
    accepted: Decimal
    rejected: Decimal
    pending: Decimal
    unprocessed: Decimal
    scrapped: Decimal
    tested: Decimal
    over: Decimal
    output_lot: str = ""
    counted_in: str = ""
    conversion: Decimal | None = None
    # Typed as accepted, booked as pending, and why.
    kept_pending: Decimal = Decimal(0)
    kept_because: str = ""


@dataclass(frozen=True, slots=True)
class PiecesReceived(Event):
    receipt: str
    lines: tuple[ReceiptLine, ...]
    moves: tuple[Move, ...]
    shares: tuple[ShareMove, ...] = ()
    parcel: str = ""
    unannounced: bool = False
    packing_slip: str = ""
    additional: bool = False
    lot_unknown: bool = False
    nonconformance: str = ""
    # How many of the scrapped ones were used up in setting up, by line.
    setup: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PiecesJudged(Event):
    moves: tuple[Move, ...]
    shares: tuple[ShareMove, ...] = ()
    lot_unknown: bool = False


@dataclass(frozen=True, slots=True)
class NonconformanceOpened(Event):
    nonconformance: str
    line: int
    quantity: Decimal
    defect: str
    shares: tuple[ShareMove, ...]
    moves: tuple[Move, ...] = ()
    receipt: str = ""
    recorded_only: bool = False
    # The sequence of the event that rejected the pieces; 0 when it is this one.
    opened_by: int = 0
    # The serial numbers of pieces that are recorded only, and where each is; nothing is said of one that is here.
    recorded: Mapping[str, Whereabouts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NonconformanceWithdrawn(Event):
    """The receipt or judgement that opened it was corrected."""

    nonconformance: str


@dataclass(frozen=True, slots=True)
class NonconformanceDispositioned(Event):
    nonconformance: str
    decision: str
    at: str
    line: int
    quantity: Decimal
    moves: tuple[Move, ...]
    shares: tuple[ShareMove, ...]
    cause: str = ""
    responsibility: str = ""


@dataclass(frozen=True, slots=True)
class DispositionProposed(Event):
    nonconformance: str
    proposals: tuple[Proposal, ...]
    shares: tuple[ShareMove, ...]
    cause: str = ""
    responsibility: str = ""


@dataclass(frozen=True, slots=True)
class DispositionDecided(Event):
    nonconformance: str
    decision: str
    signed_by: str
    meaning: str
    moves: tuple[Move, ...]
    shares: tuple[ShareMove, ...]
    # The role in which it was signed; nobody wrote it down at first.
    signed_as: str = ""


@dataclass(frozen=True, slots=True)
class ActionPlanned(Event):
    """`what` is to be done by `owner` until `due`; people by id, or the supplier."""

    nonconformance: str
    action: str
    cause: str
    what: str
    owner: str
    due: date
    by: str


@dataclass(frozen=True, slots=True)
class ActionCompleted(Event):
    nonconformance: str
    action: str
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class ActionVerified(Event):
    nonconformance: str
    action: str
    effective: bool
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class ResponsibilitySet(Event):
    nonconformance: str
    responsibility: str
    cause: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class NonconformanceReviewed(Event):
    nonconformance: str
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class NonconformanceClosed(Event):
    nonconformance: str


@dataclass(frozen=True, slots=True)
class ReturnConfirmed(Event):
    nonconformance: str
    quantity: Decimal
    moves: tuple[Move, ...]
    shares: tuple[ShareMove, ...]


@dataclass(frozen=True, slots=True)
class PiecesLost(Event):
    """`claims`: what is claimed for them; nothing of what was written off with the order."""

    moves: tuple[Move, ...]
    reason: str
    shares: tuple[ShareMove, ...] = ()
    lot_unknown: bool = False
    claims: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimSettled(Event):
    """`amount` is in the order's currency; none where there is no money."""

    claim: str
    outcome: str
    by: str
    amount: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class LinesShortClosed(Event):
    lines: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class OverResolved(Event):
    line: int
    lot: str
    quantity: Decimal
    decision: str
    moves: tuple[Move, ...]
    # What is ordered on the line from now on, when accepting the excess raised it, and out of which lots.
    ordered: Decimal | None = None
    planned: tuple[PlannedLot, ...] = ()


@dataclass(frozen=True, slots=True)
class EventCorrected(Event):
    """Undoes event `sequence`: `moves` and `shares` are its own, reversed; a milestone, receipt or
    parcel named here gets back what stood there before."""

    sequence: int
    type: str
    reason: str
    moves: tuple[Move, ...] = ()
    shares: tuple[ShareMove, ...] = ()
    milestone: str = ""
    actual: datetime | None = None
    forecast: date | None = None
    receipt: str = ""
    parcel: str = ""
    quantity: Decimal | None = None
    weights: Mapping[str, Weighed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentAdded(Event):
    document: str
    type: DocumentType
    printed: Printed
    sha256: str
    size: int
    media_type: str
    filename: str
    lines: tuple[int, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    supersedes: str = ""
    # Output lots put on hold by a mismatch, or let go by the correction that matches.
    holds: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderHeld(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class OrderResumed(Event):
    pass


@dataclass(frozen=True, slots=True)
class CancellationRequested(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class OrderCancelled(Event):
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OrderClosed(Event):
    pass


@dataclass(frozen=True, slots=True)
class OrderForceCompleted(Event):
    """Closed although something is missing; what was out is lost, by an event of its own before."""

    reason: str
    signed_by: str
    meaning: str
    signed_as: str = ""


@dataclass(frozen=True, slots=True)
class OrderSettled(Event):
    """What is to be paid for the order that just ended; deductions are negative."""

    charges: tuple[Charge, ...]


@dataclass(frozen=True, slots=True)
class SettlementAdjusted(Event):
    """By how much something that came after the end changes what was settled."""

    charges: tuple[Charge, ...]


@dataclass(frozen=True, slots=True)
class ReminderSent(Event):
    rule: str
    occurrence: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AlertRaised(Event):
    alert: str
    rule: str
    occurrence: str
    since: datetime
    owed_by: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class AlertEscalated(Event):
    alert: str
    escalation: int


@dataclass(frozen=True, slots=True)
class AlertAcknowledged(Event):
    alert: str
    cause: str
    action: str


@dataclass(frozen=True, slots=True)
class AlertCleared(Event):
    alert: str


@dataclass(frozen=True, slots=True)
class LotHeld(Event):
    """Lot `lot` is on hold, and with it the order's pieces of `lots`."""

    hold: str
    lot: str
    lots: tuple[str, ...]
    reason: str = ""
    # The supplier had such pieces, and is asked to stop.
    supplier_told: bool = False


@dataclass(frozen=True, slots=True)
class LotReleased(Event):
    hold: str
    lot: str
    lots: tuple[str, ...]
    reason: str = ""
    # The supplier was asked to stop, and is told to go on.
    supplier_told: bool = False


@dataclass(frozen=True, slots=True)
class OrderReplanned(Event):
    plant_calendar: WorkingCalendar
    supplier_calendar: WorkingCalendar


EVENTS: dict[str, type[Event]] = {event.name: event for event in Event.__subclasses__()}
