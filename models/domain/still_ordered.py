"""How much of a line is ordered there still, so that a piece whose order went on elsewhere is counted once; and how
much of that is gone for good."""

from __future__ import annotations

from decimal import Decimal

from models.domain.going_back import unworked
from models.domain.order import Line, Order, sent_on
from models.domain.pieces import Bucket, line_of, total
from models.domain.quantities import ZERO
from models.domain.reworking import raw_there
from models.domain.transfers import gone_raw

_FOR_GOOD = (Bucket.SCRAPPED, Bucket.TEST_CONSUMED, Bucket.LOST, Bucket.RETURNED_TO_SUPPLIER)


def still_ordered(order: Order, line: Line) -> Decimal:
    """What counts as ordered on the line: all of it, until it is closed short or given away, or its order ends; from then on
    what stays there, which is sent and neither came back nor went on as it was: of an order cancelled before anything
    was sent, nothing. Of one that others go on with, nothing either."""
    if order.kin.successor:
        return ZERO
    if not line.short_closed and order.reassigned is None and order.end is None:
        return line.ordered
    stays = sent_on(order, line.line) - total(order.stock, Bucket.RETURNED_UNPROCESSED, line=line.line)
    stays -= gone_raw(order, line.line)
    if order.reassigned is not None:
        stays -= _given_up(order, line)
    return max(ZERO, min(line.ordered, stays))


def gone(order: Order, line: Line) -> Decimal:
    """How many of the line no operation will ever have again."""
    return ZERO if order.kin.successor else total(order.stock, *_FOR_GOOD, line=line.line)


def _given_up(order: Order, line: Line) -> Decimal:
    """What the old supplier has, or sent on its way back, and does not work on any more."""
    there = (raw_there(order, at) for at in order.stock if line_of(at) == line.line)
    return sum(there, ZERO) + sum(unworked(order, line).values(), ZERO)
