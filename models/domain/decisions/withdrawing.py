"""What leaves a lot that is counted in another unit than its line, and what comes back to it: steel in kilograms,
of which pieces are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction

from models.domain.commands import SendLine
from models.domain.errors import Invalid, Refusal
from models.domain.facts import Facts, LotFact
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, Move, Took, key
from models.domain.quantities import UNIT_DECIMALS, ZERO, grain, plain, quantity

_KILOGRAM = "KGM"


def expected(
    order: Order, line: Line, lot: str, holds: str, unit: str, pieces: Decimal, each: Mapping[str, Took]
) -> Decimal | None:
    """How much of a lot of part `holds` so many pieces take, in the lot's `unit`: what the bill of material says,
    `each` being what goes into one piece by part; or else as much as those that went before took. None where
    neither tells."""
    one = for_one(order, line, lot, holds, unit, each)
    return None if one is None else of_pieces(one, pieces, unit)


def for_one(
    order: Order, line: Line, lot: str, holds: str, unit: str, each: Mapping[str, Took]
) -> Fraction | None:
    """The same of a single piece, exactly."""
    one = each.get(holds)
    if one is not None and one.unit == unit:
        return Fraction(one.quantity)
    known = order.withdrawn.get(key(line.line, lot))
    if known is None or known.unit != unit or not known.pieces:
        return None
    return Fraction(known.quantity) / Fraction(known.pieces)


def of_pieces(one: Fraction, pieces: Decimal, unit: str) -> Decimal:
    """What so many pieces take, to the smallest amount of `unit`; of a unit of whole ones all that is begun."""
    exact = one * Fraction(pieces)
    some = Decimal(exact.numerator) / Decimal(exact.denominator)
    whole = not UNIT_DECIMALS.get(unit, 1)
    return plain(max(grain(unit), some.quantize(grain(unit), ROUND_CEILING if whole else ROUND_HALF_UP)))


def leaves(order: Order, line: Line, item: SendLine, fact: LotFact, facts: Facts, index: int) -> Took:
    """What leaves the lot with the pieces: what the sender says, or put on the scale, or what is expected.
    Raises `Invalid` when nobody knows."""
    field = f"lines.{index}.taken"
    each = facts.amounts.get(line.line, {})
    if item.taken is not None:
        some = quantity(item.taken, field=field, unit=fact.unit, zero=False)
        if some == ZERO:
            raise Invalid("quantity.too_small", "Enter more than zero.", field=field)
        return Took(some, fact.unit)
    if item.weight and fact.unit == _KILOGRAM:
        return Took(quantity(item.weight, field=f"lines.{index}.weight"), fact.unit)
    told = expected(order, line, fact.lot, fact.part, fact.unit, item.quantity, each)
    if told is None:
        raise Invalid(
            "lot.how_much",
            "Lot {lot} is counted in {unit}, line {line} in {line_unit}: say how much of the lot goes out with them.",
            field=field,
            lot=fact.lot,
            unit=fact.unit,
            line=line.line,
            line_unit=line.unit,
        )
    return Took(told, fact.unit)


def enough(line: Line, fact: LotFact, took: Took, left: Decimal, wanted: Decimal, index: int) -> None:
    """Raises `Refusal` when the lot has less, `left`, than goes out."""
    if took.quantity > left:
        raise Refusal(
            "lot.short",
            "Lot {lot} has {left} {unit} on hand; {entered} {line_unit} take {taken} {unit} of it. Send fewer, or "
            "say how much of the lot goes.",
            field=f"lines.{index}.quantity",
            lot=fact.lot,
            left=left,
            unit=fact.unit,
            entered=wanted,
            line_unit=line.unit,
            taken=took.quantity,
        )


def shared(took: Took, moves: Sequence[Move]) -> list[Move]:
    """The moves, each with its share of what the lot gives."""
    pieces, left = sum((move.quantity for move in moves), ZERO), took.quantity
    found = []
    for move in moves:
        some = plain((left * move.quantity / pieces).quantize(grain(took.unit), ROUND_HALF_UP))
        some = left if move.quantity == pieces else some
        found.append(replace(move, took=Took(some, took.unit)))
        left, pieces = left - some, pieces - move.quantity
    return found


def given_back(order: Order, moves: Iterable[Move]) -> tuple[Move, ...]:
    """The moves; with pieces that come back as they went, the lot has again what went out with them."""
    found, known = [], dict(order.withdrawn)
    for move in moves:
        at = key(move.line, move.lot)
        if move.target is Bucket.RETURNED_UNPROCESSED and at in known:
            took = Took(known[at].of(move.quantity), known[at].unit)
            known[at] = known[at].moved(took, move.quantity, out=False)
            move = replace(move, took=took)
        found.append(move)
    return tuple(found)
