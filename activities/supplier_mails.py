"""What each mail to a supplier or a customer says, one frozen dataclass a mail.

A mail that carries a ``link_id`` gets the link's address while it is sent; none of them holds a token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from activities.mail_parts import (
    ChangeOrder,
    DueMilestone,
    LineDays,
    LinkedMail,
    MergedOrder,
    OrderLine,
    Pieces,
    Sum,
    SupplierMail,
    TermsChange,
    Total,
)


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
    total: Sum | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentReminder(LinkedMail):
    """The supplier has not answered yet; some lines may be needed ``later`` than the first."""

    process: str
    need_by: date
    issued_on: date
    later: tuple[date, ...] = ()

    @property
    def needed(self) -> tuple[date, ...]:
        return (self.need_by, *self.later)


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneReminder(LinkedMail):
    """Steps that are due soon or should have been reported."""

    milestones: tuple[DueMilestone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterAnswered(LinkedMail):
    """The buyer's answer to other terms: with ``changes`` they hold, without the order stands as it was.

    ``rejected`` names the parts that are asked for again although others were accepted. Of several lines, ``agreed``
    has those that are promised and ``again`` those that are not, where nothing was accepted only if they are needed on
    different days.
    """

    decision: Literal["accept", "reject"]
    need_by: date
    changes: tuple[TermsChange, ...] = ()
    reason: str = ""
    rejected: tuple[str, ...] = ()
    agreed: tuple[LineDays, ...] = ()
    again: tuple[LineDays, ...] = ()


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
class OrdersMerged(LinkedMail):
    """``sources`` are part of the order from now on, beside the ``lines`` it had; it is to be answered anew."""

    process: str
    need_by: tuple[date, date]
    lines: tuple[OrderLine, ...]
    sources: tuple[MergedOrder, ...]
    total: Sum | None = None

    @property
    def one_day(self) -> bool:
        """Whether all of it is needed on the same day."""
        return all(line.need_by is None for line in self.lines)

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
    total: Sum | None = None


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
class FreshLink(LinkedMail):
    """Somebody asked for a new link; it goes to the address we know, whoever asked."""

    process: str
    expires_on: date
