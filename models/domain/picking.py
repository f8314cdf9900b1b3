"""Which lots are set aside for a work order: as much of every component as its bill of materials says, the
oldest lots first. Nothing leaves the shelf by it: consuming does that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal

from models.domain.quantities import MAX_DECIMALS, UNIT_DECIMALS, ZERO, plain

# Two quantities multiplied have more digits than the usual context keeps.
_EXACTLY = Context(prec=80)


@dataclass(frozen=True, slots=True)
class Need:
    """So much of a component, in its unit."""

    part: str
    unit: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class FreeLot:
    """A lot that may be used, and what of it nobody else has planned or picked."""

    lot: str
    unit: str
    free: Decimal


@dataclass(frozen=True, slots=True)
class Picked:
    """What is set aside of a lot."""

    part: str
    lot: str
    quantity: Decimal


def needs(bom: Iterable[tuple[str, Decimal]], quantity: Decimal, units: Mapping[str, str]) -> list[Need]:
    """What a work order of `quantity` takes of every component, rounded up to what can be counted."""
    found = []
    for part, each in bom:
        unit = units[part]
        step = Decimal(1).scaleb(-UNIT_DECIMALS.get(unit, MAX_DECIMALS))
        all_of_it = _EXACTLY.multiply(each, quantity)
        found.append(Need(part, unit, plain(all_of_it.quantize(step, ROUND_CEILING, _EXACTLY))))
    return found


def picked(wanted: Iterable[Need], shelf: Mapping[str, Sequence[FreeLot]]) -> list[Picked]:
    """The lots for each component, the first of its shelf first; a lot counted in another unit is left out."""
    found = []
    for need in wanted:
        missing = need.quantity
        for lot in shelf.get(need.part, ()):
            some = min(missing, lot.free) if lot.unit == need.unit else ZERO
            if some > 0:
                found.append(Picked(need.part, lot.lot, some))
                missing -= some
    return found


def shortages(wanted: Iterable[Need], picks: Iterable[Picked], used: Mapping[str, Decimal]) -> list[Need]:
    """What is neither set aside nor `used` already, by component. A pick that was used from is what is left
    of it."""
    held: dict[str, Decimal] = {}
    for pick in picks:
        held[pick.part] = held.get(pick.part, ZERO) + pick.quantity
    found = []
    for need in wanted:
        missing = need.quantity - held.get(need.part, ZERO) - used.get(need.part, ZERO)
        if missing > 0:
            found.append(Need(need.part, need.unit, missing))
    return found
