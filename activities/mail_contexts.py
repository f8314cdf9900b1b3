"""What each mail says: one frozen dataclass a mail, one folder ``templates/mail/<name>/`` each.

The writer of an outbox row keeps ``dump(context)`` in it, ``load`` reads it back when the mail is
sent, days later perhaps. Quantities are decimal strings in the unit beside them, dates are the
days people agreed on, instants come with the zone to show them in. A context that carries a
``link_id`` gets the link's address while it is sent; none of them holds a token.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Part:
    """Base of everything in a context: unknown fields are refused."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces(Part):
    """A quantity of one part, of one lot where it matters."""

    part: str
    revision: str
    quantity: str
    unit: str
    lot: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLot(Part):
    lot: str
    quantity: str
    heat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine(Part):
    """One work-order operation as the supplier reads it."""

    work_order: str
    part: str
    revision: str
    description: str
    quantity: str
    unit: str
    lots: tuple[PlannedLot, ...] = ()
    # So many come first, the others once their inspection is released; empty when all come at once.
    first_article: str = ""
    # So many of them may be used up in setting up; empty when none may.
    setup: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMilestone(Part):
    name: str
    planned: date
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(Part):
    """What became of a line, for the last mail of an order."""

    part: str
    revision: str
    unit: str
    ordered: str
    accepted: str
    scrapped: str = "0"
    lost: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChange(Part):
    """One line's terms as they stand and as they were proposed; prices are in ``currency``, for what
    ``basis`` says.

    ``delivery`` tells those of a line that is to come in several apart; 0 where it comes in one.
    """

    part: str
    revision: str
    unit: str
    currency: str
    quantity: tuple[str, str]
    unit_price: tuple[str, str]
    basis: str = "piece"
    promise_date: tuple[date, date]
    delivery: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange(Part):
    """What a change order changes on one line; ``lots`` as people write them, with their quantities."""

    part: str
    revision: str
    unit: str
    currency: str
    quantity: tuple[str, str]
    unit_price: tuple[str, str]
    basis: str = "piece"
    lots: tuple[tuple[PlannedLot, ...], tuple[PlannedLot, ...]] = ((), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine(Part):
    """A line that a change order adds."""

    part: str
    revision: str
    work_order: str
    unit: str
    currency: str
    quantity: str
    unit_price: str
    basis: str = "piece"
    lots: tuple[PlannedLot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrder(Part):
    """A change order, each term before and after; lines that stay as they are are left out."""

    change: str
    need_by: tuple[date, date]
    spec_revision: tuple[str, str]
    lines: tuple[LineChange, ...]
    added: tuple[NewLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence(Part):
    """A refusal's sentence, not yet translated: ``text`` is its English template."""

    text: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContext(Part):
    """Base of all contexts. ``company`` is ours, as the reader knows it."""

    order: str
    company: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierMail(MailContext):
    """To a supplier's contact; answers go to the buyer. Without a ``link_id`` there is no button."""

    buyer: str
    buyer_email: str
    link_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedMail(SupplierMail):
    """A supplier's mail that is useless without its link."""

    def __post_init__(self) -> None:
        if not self.link_id:
            raise ValueError(f"a mail {type(self).__name__} needs a link_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIssued(LinkedMail):
    """A new order, with its dates as a calendar file."""

    process: str
    spec: str
    spec_revision: str
    need_by: date
    lines: tuple[OrderLine, ...]
    purchase_order: str = ""
    # When the pieces have to leave the supplier to be there by need-by.
    ship_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentReminder(LinkedMail):
    """The supplier has not answered yet."""

    process: str
    need_by: date
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneReminder(LinkedMail):
    """Steps that are due soon or should have been reported."""

    milestones: tuple[DueMilestone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterAnswered(LinkedMail):
    """The buyer's answer to other terms: with ``changes`` they hold, without the order stands as it was.

    ``rejected`` names the parts that are asked for again although others were accepted.
    """

    decision: Literal["accept", "reject"]
    need_by: date
    changes: tuple[TermsChange, ...] = ()
    reason: str = ""
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeApproved(LinkedMail):
    """Its customer wants other terms: the supplier accepts or declines; until then ``revision`` stands. With it
    ``returns`` would come back as they are."""

    change: ChangeOrder
    reason: str
    revision: int
    returns: tuple[Pieces, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpediteRequested(LinkedMail):
    """Its customer needs it sooner, ``need_by`` being the day that stands and the one asked for."""

    process: str
    need_by: tuple[date, date]
    reason: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReminder(LinkedMail):
    """A change, or an earlier day, was asked for and not answered yet."""

    change: ChangeOrder
    reason: str
    revision: int
    asked_on: date
    returns: tuple[Pieces, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWithdrawn(LinkedMail):
    """The change it was asked about is taken back; the order stands as it was."""

    change: str
    need_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedOrder(Part):
    """An order that went into another, with the lines it brought."""

    order: str
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersMerged(LinkedMail):
    """``sources`` are part of the order from now on, beside the ``lines`` it had; it is to be answered anew."""

    process: str
    need_by: tuple[date, date]
    lines: tuple[OrderLine, ...]
    sources: tuple[MergedOrder, ...]

    @property
    def merged(self) -> tuple[str, ...]:
        """The numbers of the orders that are over."""
        return tuple(source.order for source in self.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSplit(LinkedMail):
    """The order is part of ``former``, which is over; ``siblings`` are the other parts. ``sent`` pieces are
    with this one; the answer stands where one was given (``promised``)."""

    former: str
    siblings: tuple[str, ...]
    process: str
    need_by: date
    lines: tuple[OrderLine, ...]
    sent: tuple[Pieces, ...] = ()
    promised: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOffered(LinkedMail):
    """``sender``, another supplier, sends ``pieces`` straight here; this one says whether it has them."""

    transfer: str
    sender: str
    former: str
    pieces: tuple[Pieces, ...]
    carrier: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWithdrawn(LinkedMail):
    """What ``sender`` was to send straight here does not come."""

    transfer: str
    sender: str
    pieces: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReassigned(SupplierMail):
    """What was not done goes to somebody else. ``there`` is what this supplier has: to be sent back as it
    is, or with ``transfer`` on to the other one; ``coming`` is on its way back; ``kept`` pieces stay its work,
    as those do that it is to ``rework``."""

    reason: str
    transfer: bool
    there: tuple[Pieces, ...] = ()
    rework: tuple[Pieces, ...] = ()
    coming: tuple[Pieces, ...] = ()
    kept: tuple[Pieces, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReminder(LinkedMail):
    """Pieces that are to come back as they are still have not."""

    returns: tuple[Pieces, ...]
    coming: tuple[Pieces, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHeld(LinkedMail):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResumed(LinkedMail):
    need_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LotHeld(LinkedMail):
    """Pieces of these lots are to stay as they are until we write again."""

    lots: tuple[str, ...]
    pieces: tuple[Pieces, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotReleased(LinkedMail):
    """Work on them may go on."""

    lots: tuple[str, ...]
    pieces: tuple[Pieces, ...]
    need_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(SupplierMail):
    """``returns`` is what has to come back, as it is, and ``coming`` what already is on its way; often
    nothing."""

    reason: str
    returns: tuple[Pieces, ...] = ()
    coming: tuple[Pieces, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReworkRequested(LinkedMail):
    """Rejected pieces go back to the supplier to be put right."""

    nonconformance: str
    defect: str
    pieces: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecesReturned(LinkedMail):
    """Rejected pieces go back to the supplier for good."""

    nonconformance: str
    defect: str
    pieces: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionReviewed(LinkedMail):
    inspection: str
    decision: Literal["release", "reject"]
    pieces: Pieces
    note: str = ""
    # They were the first pieces of their line, for which the others wait.
    first_article: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderClosed(SupplierMail):
    totals: tuple[Total, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched(Pieces):
    """Pieces as they left for a customer."""

    dispatch: str
    shipped_on: date
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallNotice(SupplierMail):
    """To a customer's contact: these parts are recalled. ``order`` is the recall's number, ``buyer`` who
    answers questions about it."""

    customer: str
    reason: str
    pieces: tuple[Dispatched, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDispatch(Part):
    """A dispatch with pieces of ``lots``, which are on hold or were made from one; ``name`` is the customer's."""

    dispatch: str
    customer: str
    name: str
    shipped_on: date
    lots: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldMail(MailContext):
    """To planners and quality: what a hold touches. ``order`` is the lot, ``by`` who placed or released the
    hold, ``more`` how many are not named."""

    part: str
    revision: str
    reason: str
    by: str
    lots: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    dispatches: tuple[HeldDispatch, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced(HoldMail):
    """The lot is on hold: nothing of it, nor made from it, is used, sent or dispatched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReleased(HoldMail):
    """The hold is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReminder(MailContext):
    """To quality: no recall drill was signed in a whole quarter, which is what ``order`` names."""

    first: date
    last: date
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshLink(LinkedMail):
    """Somebody asked for a new link; it goes to the address we know, whoever asked."""

    process: str
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAcknowledged(MailContext):
    """To the buyer: accepted."""

    supplier: str
    process: str
    need_by: date
    promise_date: date
    supplier_order: str = ""

    @property
    def days_late(self) -> int:
        """Calendar days the promise lies after need-by; 0 when it does not."""
        return max(0, (self.promise_date - self.need_by).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCountered(MailContext):
    """To the buyer: the supplier proposes other terms and waits for an answer."""

    supplier: str
    process: str
    need_by: date
    changes: tuple[TermsChange, ...]
    reason: str = ""
    supplier_order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAnnounced(MailContext):
    """To the buyer of the order that pieces come to straight from another supplier."""

    supplier: str
    transfer: str
    sender: str
    former: str
    pieces: tuple[Pieces, ...]
    carrier: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRefused(MailContext):
    """To the buyer of the order whose pieces ``refuser`` did not take: they are where they were."""

    supplier: str
    transfer: str
    refuser: str
    onward: str
    pieces: tuple[Pieces, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProposed(MailContext):
    """To the approvers: somebody wants other terms of the supplier."""

    supplier: str
    process: str
    change: ChangeOrder
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDecided(MailContext):
    """To the buyer: the change was approved, and the supplier is asked, or it was rejected."""

    supplier: str
    decision: Literal["approve", "reject"]
    change: ChangeOrder
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAnswered(MailContext):
    """To the buyer: the supplier accepted the change, which holds as ``revision``, or declined it."""

    supplier: str
    decision: Literal["accept", "decline"]
    change: ChangeOrder
    revision: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContingencyReminder(MailContext):
    """To whoever decides about the plan for an order that may go wrong; ``alternate`` is another supplier."""

    supplier: str
    process: str
    decide_by: date
    note: str
    alternate: str = ""
    material: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTakenBack(MailContext):
    """To who heard that order ``by`` goes first: it does not, and this one is expected as before."""

    supplier: str
    by: str
    expected: date
    need_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDue(Part):
    """``whose``: the supplier's or the carrier's name, empty when nobody knows the carrier's."""

    claim: str
    due: date
    pieces: tuple[Pieces, ...]
    whose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReminder(MailContext):
    """To the buyer: what was lost is to be claimed from who lost it."""

    supplier: str
    process: str
    due: date
    claims: tuple[ClaimDue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDeclined(MailContext):
    """To the buyer: the supplier will not do it."""

    supplier: str
    process: str
    need_by: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrective(MailContext):
    """To who is to do a corrective action: one of ours, or with ``link_id`` the supplier's contact."""

    supplier: str
    nonconformance: str
    part: str
    revision: str
    defect: str
    cause: str
    action: str
    due: date
    link_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlanned(Corrective):
    """It was agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDue(Corrective):
    """It is to be done soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(MailContext):
    """To whoever a rule tells. ``rule`` and ``owed_by`` are the codes of ``models.domain.deadlines``,
    ``details`` names the milestone, parcel or document it is about."""

    rule: str
    since: datetime
    timezone: str
    supplier: str
    process: str
    owed_by: str
    details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused(MailContext):
    """To whoever asked: it was saved, and could not be done when its turn came.

    ``command`` is the API's name of it, ``why`` the refusal, ``problems`` its wrong fields.
    """

    command: str
    received_at: datetime
    timezone: str
    why: Sentence
    problems: tuple[Sentence, ...] = ()
    # When a supplier asked.
    link_id: str = ""


MAILS: dict[str, type[MailContext]] = {
    "order_issued": OrderIssued,
    "acknowledgment_reminder": AcknowledgmentReminder,
    "milestone_reminder": MilestoneReminder,
    "counter_answered": CounterAnswered,
    "change_approved": ChangeApproved,
    "expedite_requested": ExpediteRequested,
    "change_reminder": ChangeReminder,
    "change_withdrawn": ChangeWithdrawn,
    "orders_merged": OrdersMerged,
    "order_split": OrderSplit,
    "transfer_offered": TransferOffered,
    "transfer_withdrawn": TransferWithdrawn,
    "order_reassigned": OrderReassigned,
    "return_reminder": ReturnReminder,
    "order_held": OrderHeld,
    "order_resumed": OrderResumed,
    "lot_held": LotHeld,
    "lot_released": LotReleased,
    "order_cancelled": OrderCancelled,
    "rework_requested": ReworkRequested,
    "pieces_returned": PiecesReturned,
    "inspection_reviewed": InspectionReviewed,
    "order_closed": OrderClosed,
    "fresh_link": FreshLink,
    "order_acknowledged": OrderAcknowledged,
    "order_countered": OrderCountered,
    "transfer_announced": TransferAnnounced,
    "transfer_refused": TransferRefused,
    "change_proposed": ChangeProposed,
    "change_decided": ChangeDecided,
    "change_answered": ChangeAnswered,
    "contingency_reminder": ContingencyReminder,
    "claim_reminder": ClaimReminder,
    "push_taken_back": PushTakenBack,
    "order_declined": OrderDeclined,
    "action_planned": ActionPlanned,
    "action_due": ActionDue,
    "alert": Alert,
    "command_refused": CommandRefused,
    "recall_notice": RecallNotice,
    "drill_reminder": DrillReminder,
    "hold_placed": HoldPlaced,
    "hold_released": HoldReleased,
}
_NAMES = {context: name for name, context in MAILS.items()}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(MAILS[name])


def name_of(context: MailContext) -> str:
    """The mail's name: its folder, and ``Outbox.template``."""
    return _NAMES[type(context)]


def dump(context: MailContext) -> dict[str, Any]:
    """The context as JSON values, for ``Outbox.context``."""
    dumped: dict[str, Any] = _adapter(name_of(context)).dump_python(context, mode="json")
    return dumped


def load(name: str, data: dict[str, Any]) -> MailContext:
    """The context of mail ``name`` again. Raises ``KeyError`` for a mail we do not have and
    pydantic's ``ValidationError`` when ``data`` is not its context."""
    context: MailContext = _adapter(name).validate_python(data)
    return context
