"""What people, suppliers and the clock ask of an order. Field names are the API's.

A command class is the only definition of its request: the API parses into it, the command row
stores it, `decide` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal

from models.domain.evidence import DocumentType, Printed
from models.domain.hurrying import HurriedPart
from models.domain.inspection import Result
from models.domain.parted import PartWork

Bucketed = Literal["in_transit_out", "at_supplier", "in_transit_back"]


@dataclass(frozen=True, slots=True)
class Part:
    """Base of everything inside a request: unknown fields are refused."""

    # Read by the codec; a plain dict keeps this module free of libraries. A trailing underscore
    # stands for a name Python reserves: `from_` is `from` in the API.
    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "alias_generator": lambda name: name.rstrip("_"),
        "serialize_by_alias": True,
    }


@dataclass(frozen=True, slots=True)
class Command(Part):
    """Base of all commands; `name` is the last piece of the API's path."""

    name: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


@dataclass(frozen=True, slots=True)
class Issue(Command):
    pass


@dataclass(frozen=True, slots=True)
class ChangedLot(Part):
    lot: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class TermsLine(Part):
    """Other terms for one line; what is left out stays as ordered.

    A line named several times is to come in as many deliveries, which add up to what is ordered; one of
    them may leave out its quantity. `lots` are for such a delivery.
    """

    line: int
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    promise_date: date | None = None
    lots: tuple[ChangedLot, ...] | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge(Command):
    """`lines` go with `counter`; its `promise_date` is for every line that names none. With `change` it
    is that change which is accepted or declined, not the order."""

    decision: Literal["accept", "counter", "decline"]
    promise_date: date | None = None
    supplier_order: str = ""
    reason: str = ""
    lines: tuple[TermsLine, ...] = ()
    change: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLine(Part):
    """The answer for one line. `need_by` is when we need it, or its delivery `part` (from 1), when we need
    it later than the rest."""

    line: int
    decision: Literal["accept", "reject"] | None = None
    part: int | None = None
    need_by: date | None = None


@dataclass(frozen=True, slots=True)
class AnswerCounter(Command):
    """`lines` says what is different from `decision`, line by line."""

    decision: Literal["accept", "reject"]
    reason: str = ""
    lines: tuple[AnswerLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedLine(Part):
    """What is to be different on one line; a quantity of 0 cancels it, `lots` take the place of all. Without
    `line` it is a new one: so many of an outside operation, at the contract's price if none is named."""

    line: int | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    lots: tuple[ChangedLot, ...] | None = None
    work_order: str = ""
    operation: int | None = None


@dataclass(frozen=True, slots=True)
class Changes(Part):
    """What is left out stays as it is."""

    need_by: date | None = None
    lines: tuple[ChangedLine, ...] = ()
    spec_revision: str | None = None


@dataclass(frozen=True, slots=True)
class ProposeChange(Command):
    changes: Changes
    reason: str


@dataclass(frozen=True, slots=True)
class DecideChange(Command):
    change: str
    decision: Literal["approve", "reject"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawChange(Command):
    change: str


@dataclass(frozen=True, slots=True)
class SendLine(Part):
    line: int
    quantity: Decimal
    lot: str = ""
    unit: str = ""
    weight: Decimal | None = None
    serials: tuple[str, ...] = ()
    # How much of the lot goes out, where that is counted in another unit than the line.
    taken: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Send(Command):
    lines: tuple[SendLine, ...]
    carrier: str = ""
    tracking: str = ""
    nonconformance: str = ""


@dataclass(frozen=True, slots=True)
class LineQuantity(Part):
    """So many pieces of a line; `serials` are theirs, where the part has serial numbers."""

    line: int
    quantity: Decimal
    lot: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportMilestone(Command):
    code: str
    actual: datetime | None = None
    forecast: date | None = None
    lines: tuple[LineQuantity, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class LoadLot(Part):
    quantity: Decimal
    lot: str = ""


@dataclass(frozen=True, slots=True)
class ReportProcess(Command):
    """What was done to pieces of one line in one load; parameter values are texts or numbers."""

    line: int
    equipment: str
    load: str
    started_at: datetime
    ended_at: datetime
    lots: tuple[LoadLot, ...]
    parameters: Mapping[str, str | Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubmitInspection(Command):
    line: int
    results: tuple[Result, ...]
    lot: str = ""
    parcel: str = ""
    # Speaks of its reworked pieces, and of no others.
    nonconformance: str = ""


@dataclass(frozen=True, slots=True)
class ReviewInspection(Command):
    inspection: str
    decision: Literal["release", "reject"]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShipLine(Part):
    """`quantity` is what is in the box, `unprocessed` included; `tested` pieces are extra. `load` is one
    that was reported before. `weight` in kilograms is asked for what goes straight to an order that is paid by
    the kilogram, where nobody has weighed the pieces yet."""

    line: int
    quantity: Decimal
    lot: str = ""
    unprocessed: Decimal = Decimal(0)
    tested: Decimal = Decimal(0)
    load: str = ""
    nonconformance: str = ""
    to_line: int | None = None
    weight: Decimal | None = None
    # Those in the box, and those that are `tested`.
    serials: tuple[str, ...] = ()
    tested_serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ship(Command):
    """With `to_order` the pieces go straight there: they are offered to that order, and its line `to_line`."""

    lines: tuple[ShipLine, ...] = ()
    carrier: str = ""
    tracking: str = ""
    parcel: str = ""
    to_order: str = ""


@dataclass(frozen=True, slots=True)
class AnswerTransfer(Command):
    """Pieces that another order's supplier offered have come (`take`), or have not or are not wanted."""

    transfer: str
    decision: Literal["take", "refuse"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedSerial(Part):
    serial: str
    result: Literal["accepted", "rejected", "pending", "unprocessed", "scrapped", "tested"]


@dataclass(frozen=True, slots=True)
class ReceiveLine(Part):
    line: int
    counted: Decimal
    accepted: Decimal = Decimal(0)
    rejected: Decimal = Decimal(0)
    lot: str = ""
    pending: Decimal = Decimal(0)
    unprocessed: Decimal = Decimal(0)
    scrapped: Decimal = Decimal(0)
    tested: Decimal = Decimal(0)
    output_lot: str = ""
    uom: str = ""
    conversion: Decimal | None = None
    final: bool = False
    nonconformance: str = ""
    serials: tuple[ReceivedSerial, ...] = ()


@dataclass(frozen=True, slots=True)
class Receive(Command):
    lines: tuple[ReceiveLine, ...]
    parcel: str = ""
    packing_slip: str = ""
    additional: bool = False


@dataclass(frozen=True, slots=True)
class JudgedSerial(Part):
    serial: str
    result: Literal["accepted", "rejected", "tested"]


@dataclass(frozen=True, slots=True)
class JudgeLine(Part):
    line: int
    accepted: Decimal = Decimal(0)
    rejected: Decimal = Decimal(0)
    tested: Decimal = Decimal(0)
    lot: str = ""
    serials: tuple[JudgedSerial, ...] = ()


@dataclass(frozen=True, slots=True)
class Judge(Command):
    lines: tuple[JudgeLine, ...]


@dataclass(frozen=True, slots=True)
class ReportNonconformance(Command):
    lines: tuple[LineQuantity, ...]
    defect: str


@dataclass(frozen=True, slots=True)
class DispositionLine(Part):
    quantity: Decimal
    decision: Literal["use_as_is", "rework", "repair", "reinspect", "scrap", "return"]
    line: int | None = None
    lot: str = ""
    at: Literal["supplier", "here"] = "supplier"
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disposition(Command):
    nonconformance: str
    lines: tuple[DispositionLine, ...]
    cause: str = ""
    responsibility: Literal["", "supplier", "us", "material"] = ""


@dataclass(frozen=True, slots=True)
class Signature(Part):
    """The printed name of who signs, and what the signature means."""

    name: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class DecideDisposition(Command):
    nonconformance: str
    decision: Literal["approve", "reject"]
    signature: Signature


@dataclass(frozen=True, slots=True)
class PlanAction(Command):
    """A corrective action; `owner` is the mail address of one of our people, or `supplier`."""

    nonconformance: str
    cause: str
    action: str
    owner: str
    due: date


@dataclass(frozen=True, slots=True)
class CompleteAction(Command):
    nonconformance: str
    action: str
    note: str


@dataclass(frozen=True, slots=True)
class VerifyAction(Command):
    nonconformance: str
    action: str
    effective: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class SetResponsibility(Command):
    nonconformance: str
    responsibility: Literal["supplier", "us", "material"]
    cause: str = ""


@dataclass(frozen=True, slots=True)
class ReviewNonconformance(Command):
    """Management has looked at it."""

    nonconformance: str
    note: str


@dataclass(frozen=True, slots=True)
class ConfirmReturn(Command):
    nonconformance: str
    quantity: Decimal
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LossLine(Part):
    line: int
    quantity: Decimal
    lot: str = ""
    from_: Bucketed | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclareLoss(Command):
    """What is lost is claimed `against` who had it: without, the carrier of what was on its way and the
    supplier of what it had."""

    lines: tuple[LossLine, ...]
    reason: str
    against: Literal["carrier", "supplier"] | None = None


@dataclass(frozen=True, slots=True)
class SettleClaim(Command):
    """What came of a claim; `amount`, in the order's currency, with the first two."""

    claim: str
    outcome: Literal["paid", "credited", "refused", "withdrawn"]
    amount: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineOnly(Part):
    line: int


@dataclass(frozen=True, slots=True)
class ShortClose(Command):
    lines: tuple[LineOnly, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class OverLine(Part):
    line: int
    quantity: Decimal
    decision: Literal["return", "accept", "miscount"]
    lot: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolveOver(Command):
    lines: tuple[OverLine, ...]


@dataclass(frozen=True, slots=True)
class Correct(Command):
    event: int
    reason: str


@dataclass(frozen=True, slots=True)
class Hold(Command):
    reason: str


@dataclass(frozen=True, slots=True)
class Resume(Command):
    pass


@dataclass(frozen=True, slots=True)
class Merge(Command):
    """The order takes up `orders`, of which nothing was sent, as lines of its own; they end."""

    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SplitChild(Part):
    """What one of the new orders is to do; lots that are not named are shared out in their sequence."""

    lines: tuple[LineQuantity, ...]


@dataclass(frozen=True, slots=True)
class Split(Command):
    """The order becomes several: `children` add up to it, and the first goes on with all that was sent."""

    children: tuple[SplitChild, ...]


@dataclass(frozen=True, slots=True)
class Pushed(Part):
    """An order of the same supplier that comes later for it, and the day it is expected then."""

    order: str
    forecast: date


@dataclass(frozen=True, slots=True)
class Expedite(Command):
    """Urgent at once; the supplier is asked for `need_by`, which is earlier than the order's."""

    need_by: date
    reason: str
    push: tuple[Pushed, ...] = ()


@dataclass(frozen=True, slots=True)
class ReassignLine(Part):
    """Without a price it is that of the other supplier's terms, or still to be agreed."""

    line: int
    quantity: Decimal
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reassign(Command):
    """What is not done goes to another supplier, as a draft; `lines` when not all of it, or at
    prices of their own, which are in `currency`: the old order's unless said otherwise.
    `pieces` that are with the old one come back as they are, or are to go straight on to the other."""

    supplier: str
    pieces: Literal["return", "transfer"]
    reason: str
    lines: tuple[ReassignLine, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class PlanContingency(Command):
    """What to do if the order goes wrong: another `supplier`, `material` to buy early, or both, and who
    decides about it by when."""

    decide_by: date
    note: str
    supplier: str = ""
    material: str = ""
    decides: Literal["buyer", "planner"] = "buyer"


@dataclass(frozen=True, slots=True)
class SettleContingency(Command):
    """`use` the plan, or `drop` it because it is not needed."""

    decision: Literal["use", "drop"]
    note: str


@dataclass(frozen=True, slots=True)
class ForceComplete(Command):
    reason: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class Cancel(Command):
    reason: str


@dataclass(frozen=True, slots=True)
class Close(Command):
    pass


@dataclass(frozen=True, slots=True)
class AddDocument(Command):
    """The bytes are already in the file store under `sha256`; `type` and `printed` are as uploaded."""

    type: DocumentType
    sha256: str
    size: int
    media_type: str
    filename: str
    line: int | None = None
    printed: Printed = Printed()
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class AcknowledgeAlert(Command):
    alert: str
    cause: str
    action: str


@dataclass(frozen=True, slots=True)
class PassDeadlines(Command):
    """The workflow's timer fired: everything due by now is reminded, raised or escalated."""


@dataclass(frozen=True, slots=True)
class WarnPushed(Command):
    """Another order of the supplier was expedited and goes first; sent by that order's expedite."""

    by: str
    change: str
    forecast: date


@dataclass(frozen=True, slots=True)
class TakeBackPush(Command):
    """An order that was to go first does not: no earlier day was agreed for it."""

    by: str
    change: str


@dataclass(frozen=True, slots=True)
class ReportPartWork(Command):
    """Orders with other parts of a line that was split, or with lines that were hurried before, have ended, or go
    on as others."""

    works: tuple[PartWork, ...]
    hurried: tuple[HurriedPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportUndeliverable(Command):
    """A mail of this order cannot reach somebody; sent by the delivery workflow."""

    outbox: str
    template: str
    party: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportLotHold(Command):
    """A lot was put on hold; `lots` are those of this order that it covers. The reason is the one its
    supplier may read."""

    hold: str
    lot: str
    lots: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReportLotRelease(Command):
    """A hold that this order was told of is over."""

    hold: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Replan(Command):
    """The calendars changed; `facts` bring them frozen anew."""


COMMANDS: dict[str, type[Command]] = {command.name: command for command in Command.__subclasses__()}
# Sent by the product itself, never by a request.
SYSTEM_COMMANDS = frozenset(
    {
        "pass-deadlines",
        "warn-pushed",
        "take-back-push",
        "report-part-work",
        "report-undeliverable",
        "report-lot-hold",
        "report-lot-release",
    }
)
# Requests with a path of their own instead of POST /orders/{n}/<command>.
OWN_PATH = frozenset({"add-document", "acknowledge-alert"})
