"""What is to come back as it is, in words: how many pieces, of which line, and of which lots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from activities.i18n import N_
from api.supplier.naming import line_among
from api.supplier.words import Words
from models.domain import going_back
from models.domain.order import Line, Order

LotPieces = tuple[str, Decimal]


def pieces_told(order: Order, line: Line, lots: Iterable[LotPieces], words: Words) -> str:
    """50 pcs of FLANGE-DN50 B · lot 20260315-STEEL-001; each lot with its pieces where they are of several"""
    some = [each for each in lots if each[1]]
    called = line_among(order, line, words)
    named = [
        words.say(N_("lot {lot}"), lot=lot) + (f": {words.number(quantity)}" if len(some) > 1 else "")
        for lot, quantity in some
        if lot
    ]
    pieces = words.amount(sum((quantity for _, quantity in some), Decimal(0)), line.unit)
    return words.say(N_("{pieces} of {part}"), pieces=pieces, part=" · ".join([called, *named]))


def to_send_back(order: Order, words: Words) -> Iterator[tuple[Line, str]]:
    """What its supplier still has to send back of each line; what is on its way is not asked for again."""
    left: dict[int, list[LotPieces]] = {}
    for number, lot, quantity in going_back.to_send(order):
        left.setdefault(number, []).append((lot, quantity))
    for line in order.lines:
        if line.line in left:
            yield line, pieces_told(order, line, left[line.line], words)
