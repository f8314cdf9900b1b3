"""What mails are made of: pieces, lines, terms before and after, and the bases of all mails.

Quantities are decimal strings in the unit beside them, dates are the days people agreed on, instants
come with the zone to show them in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar


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
    """One work-order operation as the supplier reads it. An ``amount`` is what it comes to by its ``unit_price``;
    both are empty where only ``lot_charge`` or ``minimum`` are paid, and ``amount`` until the pieces are weighed."""

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
    # The day it is needed, where the lines' days differ.
    need_by: date | None = None
    currency: str = ""
    unit_price: str = ""
    basis: str = "piece"
    amount: str = ""
    lot_charge: str = ""
    minimum: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum(Part):
    """What all that is ordered comes to."""

    amount: str
    currency: str


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
class LineDays(Part):
    """One line and its days; ``promised`` is None where nothing is. ``line`` is its number where others have the
    part too, 0 where none has; ``delivery`` tells those of a line that comes in several apart, as in terms."""

    part: str
    revision: str
    quantity: str
    unit: str
    needed: date
    promised: date | None = None
    line: int = 0
    delivery: int = 0

    @property
    def days_late(self) -> int:
        """Calendar days the promise lies after the day it is needed; 0 when it does not."""
        return max(0, ((self.promised or self.needed) - self.needed).days)


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
    # Its number where others have the part, too.
    line: int = 0


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
    # What all that is ordered comes to; None where nobody knows both.
    total: tuple[Sum, Sum] | None = None


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
class MergedOrder(Part):
    """An order that went into another, with the lines it brought."""

    order: str
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDue(Part):
    """``whose``: the supplier's or the carrier's name, empty when nobody knows the carrier's."""

    claim: str
    due: date
    pieces: tuple[Pieces, ...]
    whose: str = ""
