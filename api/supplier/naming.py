"""What a line of an order is called, and which delivery it is; for suppliers and for our people."""

from __future__ import annotations

from activities.i18n import N_
from api.supplier.words import Words
from models.domain import delivery_days
from models.domain.order import Line, Order
from models.domain.pieces import line_of, lot_of


def line_called(line: Line, words: Words) -> str:
    """Line 2 · FLANGE-DN50 B"""
    return f"{words.say(N_('Line {line}'), line=line.line)} · {line.part} {line.part_revision}"


def line_among(order: Order, line: Line, words: Words) -> str:
    """FLANGE-DN50 B; with its line where others have the part too"""
    alone = " ".join((line.part, line.part_revision))
    return line_called(line, words) if delivery_days.known_by_line(order, line) else alone


def delivery_told(order: Order, line: Line, words: Words) -> str:
    """delivery 1 of 2 · promised Fri 18 Dec · needed Mon 21 Dec; empty where the order's own days say it all"""
    found = delivery_days.delivery(order, line)
    if found is None:
        return ""
    told = []
    if found.of:
        told.append(words.say(N_("delivery {number} of {count}"), number=found.number, count=found.of))
    if found.promised is not None:
        told.append(words.say(N_("promised {day}"), day=words.day(found.promised)))
    told.append(words.say(N_("needed {day}"), day=words.day(found.needed)))
    if found.unit_price is not None:
        told.append(words.price(found.unit_price, order.currency, line.basis))
    return " · ".join(told)


def pieces_called(order: Order, at: str, words: Words) -> str:
    """FLANGE-DN50 B · 20260315-STEEL-001 · delivery 1 of 2 · its days: all that tells the pieces at a stock key
    from others"""
    line = order.line(line_of(at))
    assert line is not None, "pieces are on the order's lines"
    told = [line_among(order, line, words), lot_of(at), delivery_told(order, line, words)]
    return " · ".join(filter(None, told))


def again_for(nonconformance: str, words: Words) -> str:
    """Whose pieces were inspected again; empty where no nonconformance is named."""
    if not nonconformance:
        return ""
    return words.say(N_("inspected again for {nonconformance}"), nonconformance=nonconformance)
