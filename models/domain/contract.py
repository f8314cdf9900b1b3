"""What a supplier's work costs by contract: which terms apply to a line, as data."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.domain.quantities import ZERO


class Basis(StrEnum):
    """What a price is paid for."""

    PIECE = "piece"
    KG = "kg"
    LOT = "lot"


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with a supplier from a day on, all in one currency. An empty process or part
    stands for every one; `terms` is the record it was read from."""

    terms: str
    currency: str
    valid_from: date
    process: str = ""
    part: str = ""
    basis: Basis = Basis.PIECE
    price: Decimal = ZERO
    minimum: Decimal = ZERO
    lot_charge: Decimal = ZERO
    expedite_fee: Decimal = ZERO
    late_per_day: Decimal = ZERO
    reject_charge: Decimal = ZERO
    early_reward: Decimal = ZERO

    @property
    def says_price(self) -> bool:
        """Whether work may be ordered by it: be it by the lot or the minimum alone, not by fees."""
        return bool(self.price or self.lot_charge or self.minimum)


def applying(known: Iterable[Terms], *, process: str, part: str, currency: str, day: date) -> Terms | None:
    """The terms of a line on a day: those of its part and process, else of its part, else of its process,
    else general ones; of these the newest. Terms in another currency are no terms of it."""
    found = [
        terms
        for terms in known
        if terms.currency == currency
        and terms.valid_from <= day
        and terms.process in ("", process)
        and terms.part in ("", part)
    ]
    return max(
        found, key=lambda terms: (bool(terms.part), bool(terms.process), terms.valid_from), default=None
    )


def common_currency(
    known: Collection[Terms], parts: Collection[str], *, process: str, likely: str, day: date
) -> str:
    """The one currency of an order that says none: the likely one if some line has a price in it by contract,
    else that of the terms that do say a price, else the likely one all the same."""

    def prices(part: str, currency: str) -> bool:
        terms = applying(known, process=process, part=part, currency=currency, day=day)
        return terms is not None and terms.says_price

    agreed = sorted({terms.currency for terms in known})
    return next(
        (each for each in (likely, *agreed) if any(prices(part, each) for part in parts)),
        likely,
    )
