"""What an order costs, item by item: the data that `models.domain.settlement` makes and the order keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from models.domain.quantities import ZERO

# UN/ECE Recommendation 20: what some charges are counted in.
LOTS = "LO"
DAYS = "DAY"
KILOGRAM = "KGM"


class ChargeKind(StrEnum):
    """What a charge is for; deductions are negative."""

    PRICE = "price"
    LOT_CHARGE = "lot_charge"
    SCRAPPED = "scrapped"
    MINIMUM = "minimum"
    REWORK = "rework"
    EXPEDITE = "expedite"
    EARLY = "early"
    REJECTS = "rejects"
    LATE = "late"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Charge:
    """`quantity` of `unit` at `rate` each make `amount`, rounded to what the currency can pay.

    `line` is 0 for what belongs to the whole order; `pieces` are those it is about, in the line's unit.
    `receipts` prove it; `nonconformance`, `promised` and `received` say which rejection, or which days, and
    `promise_moved` until when the promise moved because we held the order. What never came has no `received`;
    what is still to come is charged `so_far`, until now.
    """

    kind: ChargeKind
    line: int
    quantity: Decimal
    unit: str
    rate: Decimal
    amount: Decimal
    pieces: Decimal = ZERO
    receipts: tuple[str, ...] = ()
    nonconformance: str = ""
    promised: date | None = None
    received: date | None = None
    promise_moved: date | None = None
    so_far: bool = False

    @property
    def reason(self) -> tuple[ChargeKind, int, str]:
        """What tells one charge of an order from another."""
        return self.kind, self.line, self.nonconformance


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was found to be paid when the order ended, or, afterwards, what that changed by."""

    at: datetime
    charges: tuple[Charge, ...]
    adjustment: bool = False
