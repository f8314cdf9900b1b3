"""A counted line in the unit of the order's line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.domain.commands import ReceiveLine
from models.domain.errors import Invalid
from models.domain.order import Line
from models.domain.quantities import LARGEST, UNIT_DECIMALS, ZERO, least, plain, quantity, rounded, unit_code

SPLIT = ("accepted", "rejected", "pending", "unprocessed", "scrapped", "tested")


@dataclass
class Split:
    """What was counted and what it consists of, by the names in `SPLIT`; the parts always add up."""

    counted: Decimal
    parts: dict[str, Decimal]
    # The other unit it was counted in, and how many of ours one of it is.
    counted_in: str = ""
    conversion: Decimal | None = None


def split(line: Line, item: ReceiveLine, index: int) -> Split:
    """Raises `Invalid` when numbers are wrong, do not add up, or cannot be converted."""
    field = f"lines.{index}"
    uom = unit_code(item.uom)
    other = bool(uom) and uom != line.unit
    if other and uom not in UNIT_DECIMALS:
        raise Invalid(
            "unit.unknown",
            "{entered} is not a unit; enter its UN/ECE code: C62 (pieces), KGM (kg), MTR (m).",
            field=f"{field}.uom",
            entered=uom,
        )
    unit = uom if other else line.unit
    typed = {name: quantity(getattr(item, name), field=f"{field}.{name}", unit=unit) for name in SPLIT}
    counted = quantity(item.counted, field=f"{field}.counted", unit=unit, zero=False)
    if counted != sum(typed.values(), ZERO):
        raise Invalid(
            "receive.split",
            "Counted {counted}, but accepted, rejected, pending, unprocessed, scrapped and tested add up to {sum}.",
            field=f"{field}.counted",
            counted=counted,
            sum=plain(sum(typed.values(), ZERO)),
        )
    factor = _factor(line, item.conversion, uom, f"{field}.conversion") if other else None
    if factor is not None:
        counted, typed = _converted(line, typed, counted, factor, f"{field}.counted")
    if not counted:
        raise Invalid("quantity.zero", "Enter more than zero.", field=f"{field}.counted")
    return Split(counted, typed, uom if other else "", factor)


def _factor(line: Line, factor: Decimal | None, uom: str, field: str) -> Decimal:
    if factor is None or not factor.is_finite() or not 0 < factor <= LARGEST:
        raise Invalid(
            "receive.conversion",
            "Line {line} is counted in {unit}: say how many {unit} one {uom} is (conversion).",
            field=field,
            line=line.line,
            unit=line.unit,
            uom=uom,
        )
    return factor


def _converted(
    line: Line, typed: dict[str, Decimal], counted: Decimal, factor: Decimal, field: str
) -> tuple[Decimal, dict[str, Decimal]]:
    """The whole is rounded once; the largest part takes what rounding the others left over. Where they have more than
    the whole together, those that gained most by rounding give it up."""
    if counted * factor > LARGEST:
        raise Invalid(
            "quantity.too_large",
            "{entered} is larger than any order can be.",
            field=field,
            entered=counted,
        )
    whole = rounded(counted * factor, line.unit)
    largest = max(typed, key=lambda name: typed[name])
    exact = {name: value * factor for name, value in typed.items() if name != largest}
    parts = {name: rounded(value, line.unit) for name, value in exact.items()}
    beyond = sum(parts.values(), ZERO) - whole
    for name in sorted(exact, key=lambda name: exact[name] - parts[name]):
        some = min(parts[name], max(ZERO, beyond), least(line.unit))
        parts[name] -= some
        beyond -= some
    return whole, parts | {largest: -beyond}
