"""Which lots are set aside for a work order: as much of every component as its bill of materials says, the
oldest lots first. Nothing leaves the shelf by it: consuming does that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Taker:
    """A work order that picked so much of a lot and has not used it, or an order that is going to send it."""

    kind: Literal["work_order", "order"]
    number: str
    quantity: Decimal
    # Whose operation an order is for; of a work order itself.
    work_order: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A lot that is planned more than once: its `takers` want more of it than there is."""

    lot: str
    unit: str
    on_hand: Decimal
    planned: Decimal
    takers: tuple[Taker, ...]


def clashes(on_hand: Mapping[str, tuple[Decimal, str]], takers: Mapping[str, Sequence[Taker]]) -> list[Clash]:
    """`on_hand` says how much there is of each lot, and its unit. A lot that a work order picked and sends out by
    an order of its own is wanted once: the larger of both."""
    found = []
    for lot, (there, unit) in on_hand.items():
        by_kind: dict[tuple[str, str], Decimal] = {}
        for taker in takers.get(lot, ()):
            at = (taker.work_order, taker.kind)
            by_kind[at] = by_kind.get(at, ZERO) + taker.quantity
        jobs = {work_order for work_order, _ in by_kind}
        wanted = sum(
            (max(by_kind.get((job, "work_order"), ZERO), by_kind.get((job, "order"), ZERO)) for job in jobs),
            ZERO,
        )
        if wanted > there and len(takers[lot]) > 1:
            found.append(Clash(lot, unit, there, wanted, tuple(takers[lot])))
    return found


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


def planned_twice(clash: Clash) -> str:
    """The warning in English, with everybody who wants the lot."""
    takers = ", ".join(f"{taker.number} takes {taker.quantity:f}" for taker in clash.takers)
    return (
        f"{clash.lot} is planned for {clash.planned:f} {clash.unit}, {clash.on_hand:f} are on hand: {takers}"
    )
