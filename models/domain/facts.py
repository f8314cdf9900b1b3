"""What the locked rows say beside the order itself, handed to `decide`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from models.domain.authority import Actor, OnBehalfOf
from models.domain.calendar import WorkingCalendar
from models.domain.commands import (
    AnswerTransfer,
    Command,
    Correct,
    DecideDisposition,
    Judge,
    ProposeChange,
    Receive,
    ReportMilestone,
    ReportNonconformance,
    ResolveOver,
    Send,
    Ship,
)
from models.domain.contract import Basis, Terms
from models.domain.covering import Covered
from models.domain.events import Event
from models.domain.evidence import DocumentType
from models.domain.inspection import InspectionPlan
from models.domain.milestones import MilestoneTemplate
from models.domain.order import Line, Order
from models.domain.order_types import DEFAULT
from models.domain.origins import Origin
from models.domain.pieces import Took, key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.serial_stock import SerialStock, Whereabouts
from models.domain.serials import Elsewhere
from models.domain.signing import Signer
from models.domain.transfers import coming
from models.domain.upstream import Onward, Upstream
from models.domain.worked import Been, Worked


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as it was saved: what, by whom, decided on which version and revision."""

    command: Command
    actor: Actor
    on_behalf_of: OnBehalfOf | None = None
    revision: int | None = None
    if_match: int | None = None


@dataclass(frozen=True, slots=True)
class LotFact:
    """A lot as its locked row has it. `on_hand` is in its unit."""

    lot: str
    part: str
    on_hand: Decimal
    unit: str
    heat: str = ""
    held: bool = False
    hold_reason: str = ""
    # The lot it was made from that is on hold, when it is not held itself.
    held_with: str = ""
    # Only cleared people know of its part; asked for where that may not go out.
    controlled: bool = False
    # Pieces of it that are here, but pending or rejected.
    undecided: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class DraftLine:
    line: int
    work_order: str
    operation: int
    quantity: Decimal
    # None while nobody has said one and no terms do: it is not issued like that.
    unit_price: Decimal | None
    # Empty while it is read: that of the terms, or of the order's other lines.
    currency: str
    lots: tuple[tuple[str, Decimal], ...] = ()
    tolerance: Decimal = Decimal("0.01")
    first_article: Decimal = Decimal(0)
    basis: Basis = Basis.PIECE
    setup_allowance: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that nobody outside has seen yet."""

    number: str
    plant: str
    buyer: str
    supplier: str
    process: str
    spec: str
    spec_revision: str
    need_by: date
    purchase_order: str = ""
    priority: str = "normal"
    lines: tuple[DraftLine, ...] = ()
    # That of its work orders; its number is one of that series.
    type: str = DEFAULT
    # The order of another supplier that it takes the place of.
    reassigned_from: str = ""


@dataclass(frozen=True, slots=True)
class LineFact:
    """Master data of one draft line: its part and the inspection plan of part and process."""

    part: str
    part_revision: str
    description: str
    unit: str
    export_controlled: bool
    plan: InspectionPlan | None
    contract: Terms | None = None
    by_serial: bool = False
    # The parts that its bill of material names.
    materials: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OperationFact:
    """An outside operation that is to become a line of an order there is, and the master data it would keep.
    `quantity`: how many its work order is for; `covered` names the orders that who sees this order may know of."""

    process: str
    spec: str
    spec_revision: str
    type: str
    line: LineFact
    quantity: Decimal
    covered: Covered = Covered()


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """Master data as it stands on the day of issue, to be frozen into the order."""

    draft: Draft
    supplier_name: str
    supplier_has_contact: bool
    approved: bool
    process_name: str
    release_before_ship: bool
    milestones: tuple[MilestoneTemplate, ...]
    required_documents: tuple[DocumentType, ...]
    lines: Mapping[int, LineFact]
    plant_calendar: WorkingCalendar
    supplier_calendar: WorkingCalendar
    contacts_cleared: bool = False


@dataclass(frozen=True, slots=True)
class EventFact:
    """The event a correction names."""

    sequence: int
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Facts:
    lots: Mapping[str, LotFact] = field(default_factory=dict)
    issue: IssueFacts | None = None
    # How often the draft was saved again.
    draft_version: int = 0
    event: EventFact | None = None
    calendars: tuple[WorkingCalendar, WorkingCalendar] | None = None
    # The id of whom a corrective action is planned for; empty when there is nobody of that address.
    owner: str = ""
    # The names of the suppliers approved for the order's process today, by code.
    approved: Mapping[str, str] = field(default_factory=dict)
    # Commands of this order that are saved and not yet applied, this one not counted.
    pending_commands: int = 0
    # Of the lines that are to be sent those that wait for an outside operation before theirs.
    upstream: Mapping[int, Upstream] = field(default_factory=dict)
    # Of the lines whose accepted pieces are doubted those of which an outside operation after theirs has some.
    onward: Mapping[int, Onward] = field(default_factory=dict)
    # The issued orders this command is about beside its own, as far as they exist for who asks.
    others: Mapping[str, Order] = field(default_factory=dict)
    # The next numbers of the order's series, for orders that come of it.
    numbers: tuple[str, ...] = ()
    # Whether there is a supplier of the code that the command names.
    supplier_known: bool = False
    # Whether somebody there is notified of orders, and whether one of them is cleared.
    supplier_has_contact: bool = True
    # What was agreed with it about money.
    supplier_terms: tuple[Terms, ...] = ()
    contacts_cleared: bool = False
    # Orders that take up this one's work orders later on: where its pieces may go straight to.
    next_orders: tuple[str, ...] = ()
    # Serials that another order had later than this one, by `key(line, serial)`.
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)
    # Of the serials that are to be sent where other lines had them, by `key(line, serial)`.
    been: Mapping[str, tuple[Been, ...]] = field(default_factory=dict)
    # The pieces with serial numbers that are to be sent and those in their lots; of a correction or a
    # nonconformance those it is about.
    serial_stock: SerialStock = SerialStock()
    # Who acts, for what they sign.
    signer: Signer = Signer()
    # Of the lots that are to be sent, by `key(line, lot)`, what the line's operation has done already and is here.
    worked: Mapping[str, Worked] = field(default_factory=dict)
    # What the lots sent were made of, by `key(line, lot)`; only for a receipt that gives another lot's name.
    made_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # The holds that cover pieces at work, by `key(line, lot)`: rejects of a held lot went there again.
    at_work: Mapping[str, LotFact] = field(default_factory=dict)
    # Where the pieces of a lot there is come from, by lot; only for a receipt that names it.
    origins: Mapping[str, tuple[Origin, ...]] = field(default_factory=dict)
    # The parts that bills of material name, by line; only where a lot is not of its line's part.
    materials: Mapping[int, frozenset[str]] = field(default_factory=dict)
    # How much of each of them goes into one piece, by line and part.
    amounts: Mapping[int, Mapping[str, Took]] = field(default_factory=dict)
    # Numbers for what comes back of lots of another part or unit, by `key(line, lot)`.
    new_lots: Mapping[str, str] = field(default_factory=dict)
    # The outside operations that a change is to add, by work order and operation.
    operations: Mapping[tuple[str, int], OperationFact] = field(default_factory=dict)


def no_longer_here(facts: Facts, line: Line, serial: str) -> Whereabouts | None:
    """Where a piece is that left this order's shelf since; None while nobody wrote down that it did."""
    known = facts.serial_stock.pieces.get((line.part, serial))
    if known is not None and known.gone:
        return known
    other = facts.elsewhere.get(key(line.line, serial))
    return Whereabouts(order=other.order, bucket=other.bucket) if other is not None else None


def lots_to_lock(order: Order, command: Command) -> frozenset[str]:
    """The lots whose rows `decide` reads for `command`: holds and balances of all the order touches."""
    named: set[str] = set()
    if isinstance(command, AnswerTransfer | ReportMilestone | Ship | Receive):
        for transfer in coming(order):
            named |= transfer.lots
    if isinstance(command, ProposeChange):
        return frozenset(lot.lot for line in command.changes.lines for lot in line.lots or ())
    if isinstance(command, Send | Receive):
        named |= {line.lot for line in command.lines}
        if isinstance(command, Receive):
            named |= {line.output_lot.strip() for line in command.lines}
    elif (isinstance(command, Ship) and not command.to_order) or not isinstance(
        command, Ship | Judge | ResolveOver | DecideDisposition | ReportNonconformance | Correct
    ):
        return frozenset(named)
    for line in order.lines:
        lots = {lot.lot for lot in line.lots}
        lots |= {lot_of(at) for at in order.stock if line_of(at) == line.line}
        named |= lots | {line.output_lot(lot) for lot in lots}
        named |= {name for lot in lots for name in line.waiting_as.get(lot, ())}
    for names in order.accepted_as.values():
        named |= set(names)
    return frozenset(named - {""})


def renamed(order: Order, command: Receive) -> dict[str, str]:
    """The lots sent, by `key(line, lot)`, that this receipt is the first to give another name, with it."""
    found = {}
    for item in command.lines:
        line = order.line(item.line)
        output = item.output_lot.strip()
        if line is None or not output:
            continue
        for at in order.stock:
            lot = lot_of(at)
            if line_of(at) == line.line and lot and output not in (lot, line.output_lot(lot)):
                found[at] = output
    return found
