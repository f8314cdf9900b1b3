"""What an order remembers beside its pieces: boxes, receipts, inspections, papers, nonconformances, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from models.domain.corrective import CorrectiveAction, Decided, Review
from models.domain.evidence import DocumentType, Mismatch, Printed, comparable
from models.domain.pieces import Took
from models.domain.quantities import ZERO, grain, plain
from models.domain.serial_stock import Whereabouts


@dataclass(frozen=True, slots=True)
class PlannedLot:
    """A lot that is to go out, with the heat its certificates must name."""

    lot: str
    quantity: Decimal
    heat: str = ""


@dataclass(frozen=True, slots=True)
class Kin:
    """The orders that this one came from or became, by their numbers."""

    merged_into: str = ""
    merged_from: tuple[str, ...] = ()
    # The orders it was split into, the one that goes on with what was sent first.
    superseded_by: tuple[str, ...] = ()
    split_from: str = ""
    # The other orders that came from the same one.
    siblings: tuple[str, ...] = ()
    # Orders of another supplier that what was not done went to, or came from.
    reassigned_to: str = ""
    reassigned_from: str = ""

    @property
    def successor(self) -> str:
        """Where what this order was about is done now; empty while it is done here."""
        return self.merged_into or next(iter(self.superseded_by), "")

    @property
    def next_ones(self) -> tuple[str, ...]:
        """Every order that goes on with what this one was about, also at another supplier."""
        found = (self.merged_into, *self.superseded_by, self.reassigned_to)
        return tuple(number for number in found if number)


@dataclass(frozen=True, slots=True)
class Reassignment:
    """What was not done was given to another supplier. `pieces` that are with this one are to come back as
    they are (`return`), or to go straight on to order `to` (`transfer`)."""

    at: datetime
    to: str
    supplier: str
    pieces: str
    reason: str


def following(lots: tuple[PlannedLot, ...], was: Decimal, wanted: Decimal) -> tuple[PlannedLot, ...]:
    """The lots planned for a line of which `wanted` are ordered in place of what `was`. One that was the whole
    line still is; of a line that is cancelled none goes."""
    if not wanted:
        return ()
    if len(lots) == 1 and lots[0].quantity == was:
        return (replace(lots[0], quantity=wanted),)
    return lots


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What is agreed, or proposed, for one line: how many, for how much each, by when.

    A line that is to come in several deliveries has terms for each of them, one after the other, that add
    up to it. `lots` are those of a delivery, or the line's from the agreement on; `becomes` is the number of the line it is from the
    agreement on (0: it stays the line it is of), `need_by` the day we need it, when not the order's.
    """

    line: int
    quantity: Decimal
    unit_price: Decimal
    promise_date: date
    lots: tuple[PlannedLot, ...] = ()
    becomes: int = 0
    need_by: date | None = None


@dataclass(frozen=True, slots=True)
class LinePromise:
    """The day a line is promised for."""

    line: int
    day: date


def beside(
    before: Iterable[LineTerms], after: Iterable[LineTerms]
) -> Iterator[tuple[LineTerms, LineTerms, int]]:
    """Each line's terms beside those in place of them, in order. The number tells the deliveries of a
    divided line apart, from 1; it is 0 where a line stays one."""
    by_line: dict[int, list[LineTerms]] = {}
    for terms in after:
        by_line.setdefault(terms.line, []).append(terms)
    for was in before:
        parts = by_line[was.line]
        for place, part in enumerate(parts):
            yield was, part, place + 1 if len(parts) > 1 else 0


@dataclass(frozen=True, slots=True)
class Counter:
    """Terms the supplier proposed in place of the order's; the buyer owes the answer.

    `before` and `terms` name every line, in the order's sequence; `terms` may name one several times.
    `number` counts the order's proposals.
    """

    number: int
    at: datetime
    by: str
    before: tuple[LineTerms, ...]
    terms: tuple[LineTerms, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Contingency:
    """What is to be done if the order goes wrong, and who decides about it by when; `decision` is empty
    until then. `number` counts the order's plans."""

    number: int
    by: str
    at: datetime
    decide_by: date
    decides: str
    note: str
    supplier: str = ""
    supplier_name: str = ""
    material: str = ""
    decision: str = ""
    decided_at: datetime | None = None
    decided_because: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    """Order `by` was expedited and goes first; `forecast` is when this one is expected since. `heard`: the
    supplier has named a day of its own after that. `after` is the change of an order that went first later."""

    by: str
    change: str
    at: datetime
    forecast: date
    heard: bool = False
    after: str = ""

    @property
    def stands(self) -> bool:
        """Nothing newer is expected."""
        return not self.heard and not self.after


def without_push(pushes: tuple[Push, ...], change: str) -> tuple[Push, ...]:
    """As if the order of `change` had never gone first: what it came after stands again."""
    after = next((push.after for push in pushes if push.change == change), "")
    return tuple(
        replace(push, after=after) if push.after == change else push
        for push in pushes
        if push.change != change
    )


@dataclass(frozen=True, slots=True)
class Load:
    """What the supplier says it did to pieces of one line in one load of its equipment.

    `node` is the load in the genealogy, where several lines and orders may meet; `lots` are the pieces
    of this line, by lot. `sequence` is the event that told it.
    """

    sequence: int
    node: str
    equipment: str
    load: str
    started_at: datetime
    ended_at: datetime
    lots: Mapping[str, Decimal]
    parameters: Mapping[str, str]
    reported_at: datetime
    source: str
    void: bool = False

    @property
    def full_name(self) -> str:
        """Its number with what tells it apart from another day's load of the same number."""
        return f"{self.equipment} {self.load} {self.started_at:%Y-%m-%dT%H:%MZ}"


@dataclass(frozen=True, slots=True)
class Tested:
    """Pieces that a supplier used up in tests and said which load they were of, as a node; `at` is a stock key."""

    at: str
    load: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Parcel:
    """A box on its way back: `packed` is what went into it, `contents` what nobody has taken out
    yet, both by stock key."""

    parcel: str
    shipped_at: datetime
    contents: Mapping[str, Decimal]
    packed: Mapping[str, Decimal]
    announced: bool = True
    carrier: str = ""
    tracking: str = ""
    quantity: Decimal = ZERO
    announced_over: Decimal = ZERO
    nonconformance: str = ""
    void: bool = False
    unprocessed: Decimal = ZERO
    lot_unknown: bool = False
    # The load its pieces were processed in, by stock key, where the supplier named one.
    loads: Mapping[str, str] = field(default_factory=dict)
    # Those nothing was done to, by stock key.
    unworked: Mapping[str, Decimal] = field(default_factory=dict)
    # What was used up in tests instead of going into it.
    tested: tuple[Tested, ...] = ()
    # What a notice that came after it said was in it, by stock key.
    said: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """How many pieces of a line a receipt counted; `rework_of` is the nonconformance they were all worked
    on again for, `setup` those of them that were used up in setting up, `good` those that were or might yet be
    accepted (None: nobody kept it then)."""

    line: int
    counted: Decimal
    rework_of: str = ""
    setup: Decimal = ZERO
    good: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """A line's lot (empty: nobody named it) was counted in another unit, of which one is `factor` of the line's."""

    line: int
    lot: str
    counted_in: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What of a lot that is counted in another `unit` went out on a line: `quantity` of it for so many `pieces`.
    `back` is there again, with `pieces_back` that came back as they went; `before`: so much of it was taken by
    the order this one goes on from, or that handed such pieces on, for `pieces_before`."""

    unit: str
    quantity: Decimal = ZERO
    pieces: Decimal = ZERO
    back: Decimal = ZERO
    pieces_back: Decimal = ZERO
    before: Decimal = ZERO
    pieces_before: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What the lot has less by this order."""
        return self.quantity - self.back - self.before

    def of(self, pieces: Decimal) -> Decimal:
        """How much of the lot is in so many pieces of those that are still out; in all of them all of it."""
        left, out = self.quantity - self.back, self.pieces - self.pieces_back
        if pieces >= out:
            return left
        return plain(min(left, (left * pieces / out).quantize(grain(self.unit), ROUND_HALF_UP)))

    def moved(self, took: Took, pieces: Decimal, *, out: bool) -> Withdrawn:
        """After so many pieces went, or came back; below 0 what was said of some is taken back."""
        if out:
            return replace(self, quantity=self.quantity + took.quantity, pieces=self.pieces + pieces)
        return replace(self, back=self.back + took.quantity, pieces_back=self.pieces_back + pieces)

    def part(self, pieces: Decimal) -> Withdrawn:
        """What is in so many pieces that go on to another order as they were; it stays taken by this one."""
        some = self.of(pieces)
        return Withdrawn(self.unit, some, pieces, before=some, pieces_before=pieces)

    def and_also(self, other: Withdrawn) -> Withdrawn:
        """With what another order had taken for pieces that came from there."""
        return replace(
            self,
            quantity=self.quantity + other.quantity,
            pieces=self.pieces + other.pieces,
            before=self.before + other.before,
            pieces_before=self.pieces_before + other.pieces_before,
        )

    def going_on(self) -> Withdrawn:
        """As the order has it that takes over what is out."""
        left, out = self.quantity - self.back, self.pieces - self.pieces_back
        return Withdrawn(self.unit, left, out, before=left, pieces_before=out)


@dataclass(frozen=True, slots=True)
class Receipt:
    """`parcels` are the boxes it took pieces out of, named by whoever counted or not."""

    receipt: str
    sequence: int
    at: datetime
    parcel: str = ""
    packing_slip: str = ""
    void: bool = False
    parcels: tuple[str, ...] = ()
    lines: tuple[ReceivedLine, ...] = ()
    # Nobody said which lot was counted, and there were several.
    lot_unknown: bool = False
    conversions: tuple[Conversion, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """A submitted inspection; its values stay in the event that brought them."""

    inspection: str
    line: int
    lot: str
    parcel: str
    lot_size: Decimal
    verdict: str
    decision: str = ""
    # The one whose reworked pieces it speaks of, and of nothing else.
    nonconformance: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    document: str
    type: DocumentType
    printed: Printed
    sha256: str
    size: int
    media_type: str
    filename: str
    added_at: datetime
    lines: tuple[int, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    superseded_by: str = ""
    # Lots it put on hold; the correction that matches lets go of them.
    holds: tuple[str, ...] = ()

    @property
    def matched(self) -> bool:
        return not self.mismatches

    @property
    def compared(self) -> bool:
        """Whether anything on it was held against the order; what was not is matched all the same."""
        return bool(self.mismatches) or comparable(self.type, self.printed)

    @property
    def current(self) -> bool:
        return not self.superseded_by


class Share(StrEnum):
    """Where the pieces of a nonconformance are on their way to an end."""

    UNDECIDED = "undecided"
    PROPOSED = "proposed"
    REWORKING = "reworking"
    REINSPECTING = "reinspecting"
    RETURNING = "returning"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Use-as-is or repair, proposed by quality; the design authority decides. Nothing has moved."""

    line: int
    lot: str
    quantity: Decimal
    decision: str
    at: str
    by: str
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided about some pieces of a nonconformance, or that so many were `lost` in rework.

    `inspected`: how many inspections of its line had been submitted by then; none of these speaks of what
    comes of it."""

    line: int
    lot: str
    quantity: Decimal
    decision: str
    at: str
    inspected: int = 0


# The defect of pieces that were rejected when somebody judged them; people read it in their language.
WHEN_JUDGED = "judge:rejected"


# Whose fault costs the supplier nothing.
NOT_THE_SUPPLIERS = frozenset({"us", "material"})


@dataclass(frozen=True, slots=True)
class Nonconformance:
    """Rejected pieces and what becomes of them; open while any share holds a piece.

    `opened_by` is the sequence of the event that rejected them, so that correcting it takes this back.
    """

    nonconformance: str
    opened_at: datetime
    defect: str
    quantity: Decimal
    shares: Mapping[str, Mapping[Share, Decimal]]
    receipt: str = ""
    cause: str = ""
    responsibility: str = ""
    recorded_only: bool = False
    withdrawn: bool = False
    proposals: tuple[Proposal, ...] = ()
    opened_by: int = 0
    outcomes: tuple[Outcome, ...] = ()
    line: int = 0
    actions: tuple[CorrectiveAction, ...] = ()
    reviews: tuple[Review, ...] = ()
    # The share each of its serials has, by `key(line, serial)`.
    serials: Mapping[str, Share] = field(default_factory=dict)
    # The serials of pieces that are recorded only, and where each was by then.
    recorded: Mapping[str, Whereabouts] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return any(share > 0 for shares in self.shares.values() for share in shares.values())

    @property
    def decided(self) -> tuple[Decided, ...]:
        """What became of the pieces, over all lots."""
        found: dict[tuple[str, str], Decimal] = {}
        for outcome in self.outcomes:
            if outcome.decision != "lost":
                what = (outcome.decision, outcome.at)
                found[what] = found.get(what, ZERO) + outcome.quantity
        return tuple(Decided(*what, quantity) for what, quantity in found.items())

    @property
    def decided_by(self) -> str:
        """Who has to decide about some of its pieces next; empty when nobody has."""
        waiting = {share for shares in self.shares.values() for share, some in shares.items() if some > 0}
        if Share.UNDECIDED in waiting:
            return "quality"
        return "design_authority" if Share.PROPOSED in waiting else ""


@dataclass(frozen=True, slots=True)
class Hold:
    reason: str
    held_at: datetime
    resumed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Raised once per (order, rule, occurrence). `since` is when its cause began."""

    alert: str
    rule: str
    occurrence: str
    since: datetime
    raised_at: datetime
    owed_by: str
    cleared_at: datetime | None = None
    acknowledged_at: datetime | None = None
    cause: str = ""
    action: str = ""
    escalations: int = 0
    # What it is about (a milestone, a parcel, a document), for every mail about it.
    details: str = ""

    @property
    def open(self) -> bool:
        return self.cleared_at is None
