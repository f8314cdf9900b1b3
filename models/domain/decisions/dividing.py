"""A line that comes in several deliveries: what each of them is, and which lots go with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from models.domain.commands import TermsLine
from models.domain.decisions import checks
from models.domain.errors import Invalid, Refusal
from models.domain.order import Line, Order, sent_on
from models.domain.pieces import line_of, lot_of, sent
from models.domain.quantities import ZERO
from models.domain.records import LineTerms, PlannedLot

# What is wished for one line, with its place in the request.
Wish = tuple[int, TermsLine]


def quantities(order: Order, line: Line, wishes: Sequence[Wish]) -> list[Decimal]:
    """How many each delivery has. They add up to what is ordered; one that names none takes the rest."""
    named = [
        checks.counted(line, item.quantity, index) if item.quantity is not None else None
        for index, item in wishes
    ]
    missing = line.ordered - sum((some for some in named if some is not None), ZERO)
    if missing > 0 and named.count(None) == 1:
        named[named.index(None)] = missing
    elif missing or None in named:
        place = named.index(None) if None in named else -1
        raise Invalid(
            "counter.parts",
            "Line {line}: its deliveries add up to {total}; {ordered} are ordered. Say how many come in each "
            "of them; {missing} are still to be divided."
            if missing > 0
            else "Line {line}: its deliveries add up to {total}; only {ordered} are ordered.",
            field=f"lines.{wishes[place][0]}.quantity",
            line=line.line,
            total=line.ordered - missing,
            ordered=line.ordered,
            missing=missing,
        )
    found = [some for some in named if some is not None]
    gone = sent_on(order, line.line)
    if found[0] < gone:
        raise below_sent(line.line, gone, wishes[0][0])
    return found


def below_sent(line: int, gone: Decimal, index: int) -> Refusal:
    return Refusal(
        "counter.below_sent",
        "Line {line}: {sent} were sent already; propose at least as many.",
        field=f"lines.{index}.quantity",
        line=line,
        sent=gone,
    )


def named_lots(line: Line, item: TermsLine, amount: Decimal, index: int) -> tuple[PlannedLot, ...]:
    """The lots named for one delivery of `amount`."""
    heats = {lot.lot: lot.heat for lot in line.lots}
    found: dict[str, PlannedLot] = {}
    for place, each in enumerate(item.lots or ()):
        field = f"lines.{index}.lots.{place}"
        lot = each.lot.strip()
        if lot not in heats:
            raise Invalid(
                "lot.not_planned",
                "Lot {lot} does not go out on line {line}.",
                field=f"{field}.lot",
                lot=lot,
                line=line.line,
            )
        if lot in found:
            raise Invalid("lot.repeated", "Lot {lot} is named twice.", field=f"{field}.lot", lot=lot)
        some = checks.counted(line, each.quantity, place, of=f"lines.{index}.lots")
        found[lot] = PlannedLot(lot, some, heats[lot])
    planned = sum((lot.quantity for lot in found.values()), ZERO)
    if planned > amount:
        raise Invalid(
            "lots.more_than_ordered",
            "The lots add up to {planned}, more than the {ordered} ordered.",
            field=f"lines.{index}.lots",
            planned=planned,
            ordered=amount,
        )
    return tuple(found.values())


def check_lots(line: Line, parts: Sequence[LineTerms], index: int) -> None:
    """Raises `Invalid` when the deliveries of a line name more of a lot than goes out on it."""
    planned = {lot.lot: lot.quantity for lot in line.lots}
    for part in parts:
        for lot in part.lots:
            planned[lot.lot] -= lot.quantity
            if planned[lot.lot] < 0:
                raise Invalid(
                    "lots.more_than_planned",
                    "The deliveries of line {line} take more of lot {lot} than goes out on it.",
                    field=f"lines.{index}.lots",
                    line=line.line,
                    lot=lot.lot,
                )


def divided(
    order: Order,
    line: Line,
    parts: Sequence[LineTerms],
    numbers: Sequence[int],
    need_by: Sequence[date | None],
) -> list[LineTerms]:
    """The deliveries as lines: each with its number and its lots. The first one keeps all that was sent;
    lots that nobody named go with the deliveries in order."""
    left = {lot.lot: lot.quantity for lot in line.lots}
    heats = {lot.lot: lot.heat for lot in line.lots}
    taken: list[dict[str, Decimal]] = [{lot.lot: lot.quantity for lot in part.lots} for part in parts]
    for lots in taken:
        for lot, some in lots.items():
            left[lot] -= some
    room = [part.quantity - sum(lots.values(), ZERO) for part, lots in zip(parts, taken, strict=True)]
    for lot, gone in _sent_lots(order, line).items():
        more = max(ZERO, gone - taken[0].get(lot, ZERO))
        if more > room[0]:
            raise Refusal(
                "counter.lot_sent",
                "Line {line}: {sent} of lot {lot} were sent already; they belong to its first delivery.",
                line=line.line,
                sent=gone,
                lot=lot or "–",
            )
        room[0] -= more
        _take(taken[0], left, lot, min(more, left.get(lot, ZERO)))
    for place, lots in enumerate(taken):
        for lot in left:
            more = min(left[lot], room[place])
            _take(lots, left, lot, more)
            room[place] -= more
    return [
        LineTerms(
            part.line,
            part.quantity,
            part.unit_price,
            part.promise_date,
            tuple(PlannedLot(lot, lots[lot], heats[lot]) for lot in heats if lots.get(lot)),
            number,
            day,
        )
        for part, lots, number, day in zip(parts, taken, numbers, need_by, strict=True)
    ]


def _take(lots: dict[str, Decimal], left: dict[str, Decimal], lot: str, some: Decimal) -> None:
    if some > 0:
        lots[lot] = lots.get(lot, ZERO) + some
        left[lot] -= some


def _sent_lots(order: Order, line: Line) -> dict[str, Decimal]:
    return {lot_of(at): sent(pieces) for at, pieces in order.stock.items() if line_of(at) == line.line}
