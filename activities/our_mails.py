"""What each mail to our own people says, one frozen dataclass a mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from activities.mail_parts import (
    ChangeOrder,
    ClaimDue,
    LineDays,
    MailContext,
    Part,
    Pieces,
    Sentence,
    TermsChange,
)


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
class MaterialLeft(MailContext):
    """To quality: what a job used differs from its bill of material, and pieces it made are with customers. ``order``
    is the mismatch, ``wrong`` its code; ``lot`` is empty where a quantity differs."""

    work_order: str
    wrong: str
    part: str
    quantity: str
    unit: str
    lot: str = ""
    revision: str = ""
    dispatches: tuple[HeldDispatch, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReminder(MailContext):
    """To quality: no recall drill was signed in a whole quarter, which is what ``order`` names."""

    first: date
    last: date
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAcknowledged(MailContext):
    """To the buyer: accepted, of several lines each with its days; with ``rest`` others were agreed before."""

    supplier: str
    process: str
    need_by: date
    promise_date: date
    supplier_order: str = ""
    lines: tuple[LineDays, ...] = ()
    rest: bool = False

    @property
    def days(self) -> list[date]:
        """Every day promised now."""
        return sorted({line.promised for line in self.lines if line.promised} or {self.promise_date})

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
