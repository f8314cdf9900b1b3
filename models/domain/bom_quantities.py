"""Whether a job used up as much of each component as its bill of material says.

Too little shows by what was made, since no piece is made of nothing; too much by what the job is to make, since
material is drawn before the pieces are there. What can only be counted in whole bars is rounded in the job's favour,
but never down to nothing: nothing at all is always too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from models.domain.materials import Wrong
from models.domain.quantities import MAX_DECIMALS, UNIT_DECIMALS, ZERO, plain

_EXACTLY = Context(prec=80)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of a component goes into one piece; `tolerance` is a share of it (0.05 is 5 %), and without one
    nobody asks more than that some of it was used."""

    part: str
    each: Decimal
    unit: str
    tolerance: Decimal | None


@dataclass(frozen=True, slots=True)
class Deviation:
    """So much of a component was used where the bill of material asks for `expected`."""

    part: str
    unit: str
    wrong: Wrong
    used: Decimal
    expected: Decimal


def deviations(
    bom: Iterable[Amount],
    ordered: Decimal,
    made: Decimal,
    used: Mapping[str, Mapping[str, Decimal]],
    *,
    replaced: bool,
) -> Iterator[Deviation]:
    """`used` is by part and unit. `replaced`: other material was used, which may stand for what is missing;
    that is decided for itself. What was counted in another unit is not compared."""
    for amount in bom:
        taken = used.get(amount.part, {})
        if any(unit != amount.unit for unit in taken):
            continue
        some = taken.get(amount.unit, ZERO)
        if not some and made and not replaced:
            yield Deviation(amount.part, amount.unit, Wrong.SHORT, some, _expected(amount, made))
        if not some or amount.tolerance is None:
            continue
        wanted = max(ordered, made)
        least = _counted(_share(amount, made, 1 - amount.tolerance), amount.unit, ROUND_FLOOR)
        most = _counted(_share(amount, wanted, 1 + amount.tolerance), amount.unit, ROUND_CEILING)
        if some < least and not replaced:
            yield Deviation(amount.part, amount.unit, Wrong.SHORT, some, _expected(amount, made))
        elif some > most:
            yield Deviation(amount.part, amount.unit, Wrong.EXCESS, some, _expected(amount, wanted))


def _share(amount: Amount, pieces: Decimal, share: Decimal) -> Decimal:
    return _EXACTLY.multiply(_EXACTLY.multiply(amount.each, pieces), share)


def _expected(amount: Amount, pieces: Decimal) -> Decimal:
    return _counted(_share(amount, pieces, Decimal(1)), amount.unit, ROUND_CEILING)


def _counted(quantity: Decimal, unit: str, rounding: str) -> Decimal:
    step = Decimal(1).scaleb(-UNIT_DECIMALS.get(unit, MAX_DECIMALS))
    return plain(quantity.quantize(step, rounding, _EXACTLY))
