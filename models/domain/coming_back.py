"""What comes back of a lot of another part, or of one that is counted in another unit, is not that lot.

A supplier that makes a part of our material gives back other pieces than we sent: they get a lot of their own,
numbered here unless whoever received them named one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from models.domain.commands import Command, Receive, Ship
from models.domain.facts import LotFact
from models.domain.order import Line, Order
from models.domain.pieces import OUT, Bucket, key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.transfers import coming


def is_another(fact: LotFact | None, line: Line) -> bool:
    """Whether pieces of the line cannot be kept under the name of this lot."""
    return fact is not None and (fact.part, fact.unit) != (line.part, line.unit)


def to_be_named(order: Order, command: Command, lots: Mapping[str, LotFact]) -> list[str]:
    """What needs a number, by `key(line, lot)`, the lot being empty where nobody named one of several."""
    found: dict[str, None] = {}
    if isinstance(command, Receive):
        for item in command.lines:
            line = order.line(item.line)
            gone = (item.unprocessed, item.scrapped, item.tested)
            if line is None or not _more(item.counted, *gone) or item.output_lot.strip():
                continue
            known = [item.lot] if item.lot else list(_out(order, line))
            if any(_unnamed(line, lot, lots) for lot in known):
                # Of several that were sent it is nobody's, though only one is still out.
                sent = [lot_of(at) for at in order.stock if line_of(at) == line.line]
                found[key(line.line, item.lot or (sent[0] if len(sent) == 1 else ""))] = None
    elif isinstance(command, Ship) and command.to_order:
        for each in command.lines:
            line = order.line(each.line)
            if line is None or not _more(each.quantity, each.unprocessed):
                continue
            known = [each.lot] if each.lot else list(_out(order, line))
            found |= dict.fromkeys(key(line.line, lot) for lot in known if _unnamed(line, lot, lots))
    return list(found)


def _more(whole: Decimal, *gone: Decimal) -> bool:
    """Whether something is left. What is no number is refused by who decides."""
    return all(some.is_finite() for some in (whole, *gone)) and whole > sum(gone, ZERO)


def _unnamed(line: Line, lot: str, lots: Mapping[str, LotFact]) -> bool:
    return line.output_lot(lot) == lot and is_another(lots.get(lot), line)


def _out(order: Order, line: Line) -> Iterator[str]:
    """The lots of the line that something can come back of, and those that are offered to it."""
    there = {
        lot_of(at)
        for at, pieces in order.stock.items()
        if line_of(at) == line.line and any(pieces.get(bucket) for bucket in (*OUT, Bucket.LOST))
    }
    for transfer in coming(order):
        there |= {item.to_lot for item in transfer.lines if item.to_line == line.line}
    yield from sorted(there - {""})
