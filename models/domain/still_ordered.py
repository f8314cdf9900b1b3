"""How much of a line is ordered there still, so that a piece whose order went on elsewhere is counted once."""

from __future__ import annotations

from decimal import Decimal

from models.domain.going_back import unworked
from models.domain.order import Line, Order, Stage, sent_on, stage
from models.domain.pieces import Bucket, line_of, total
from models.domain.quantities import ZERO
from models.domain.reworking import raw_there
from models.domain.transfers import gone_raw


def still_ordered(order: Order, line: Line) -> Decimal:
    """What counts as ordered on the line: all of it, until it is closed short or given away, or its order ends; from then on
    what stays there, which is sent and neither came back nor went on as it was. Of a cancelled order, or one that
    others go on with, nothing."""
    if stage(order) is Stage.CANCELLED or order.kin.successor:
        return ZERO
    if not line.short_closed and order.reassigned is None and order.end is None:
        return line.ordered
    stays = sent_on(order, line.line) - total(order.stock, Bucket.RETURNED_UNPROCESSED, line=line.line)
    stays -= gone_raw(order, line.line)
    if order.reassigned is not None:
        stays -= _given_up(order, line)
    return max(ZERO, min(line.ordered, stays))


def _given_up(order: Order, line: Line) -> Decimal:
    """What the old supplier has, or sent on its way back, and does not work on any more."""
    there = (raw_there(order, at) for at in order.stock if line_of(at) == line.line)
    return sum(there, ZERO) + sum(unworked(order, line).values(), ZERO)
