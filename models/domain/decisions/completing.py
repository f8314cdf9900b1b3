"""force-complete: an order that will never be complete is closed by somebody who signs for it."""

from __future__ import annotations

from datetime import datetime

from models.domain.authority import acting_as, roles_for
from models.domain.commands import ForceComplete
from models.domain.decisions import checks
from models.domain.decisions.drawing import Drawn, Shelf
from models.domain.decisions.shares import settle
from models.domain.errors import Forbidden, Refusal
from models.domain.events import Event, LinesShortClosed, OrderForceCompleted, PiecesLost
from models.domain.facts import Asked, Facts
from models.domain.order import Order, sent_on
from models.domain.pieces import OUT, UNDECIDED, Bucket, Move, line_of, lot_of, total
from models.domain.signing import signed


def force_complete(
    order: Order, command: ForceComplete, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """What is out is given up, what was never sent stays here, and the order is closed.

    Pieces on our dock are decided about first: nobody signs away what can be counted.
    """
    reason = checks.reason(command.reason)
    name, meaning = signed(command.signature, facts.signer)
    if asked.actor.id == order.buyer:
        raise Forbidden(
            "forbidden.own_order",
            "Somebody else than the order's buyer completes it. Ask another approver.",
        )
    refusal = why_not(order)
    if refusal is not None:
        raise refusal
    return [
        *_given_up(order, reason),
        *_never_sent(order, reason),
        OrderForceCompleted(
            reason,
            name,
            meaning or "completed although something is missing",
            acting_as(asked.actor.roles, roles_for(command.name)),
        ),
    ]


def why_not(order: Order) -> Refusal | None:
    """What has to be settled before an order is completed as it is; None when nothing has."""
    if order.counter is not None:
        return Refusal(
            "complete.proposal", "The supplier's proposal waits for the buyer's answer; it is answered first."
        )
    if order.open_change is not None:
        return Refusal(
            "complete.change",
            "Change {change} is still open. Wait for its answer, or withdraw it.",
            change=order.open_change.change,
        )
    if not any(sent_on(order, line.line) for line in order.lines):
        return Refusal("complete.nothing_sent", "Nothing was ever sent. Cancel the order instead.")
    if total(order.stock, *UNDECIDED):
        return Refusal(
            "complete.undecided",
            "Pieces on your dock are pending, rejected or over. Decide about them first.",
        )
    return None


def _given_up(order: Order, reason: str) -> list[Event]:
    shelf = Shelf(order)
    drawn = [_all_out(shelf, order, at) for at in order.stock]
    moves: list[Move] = [move for each in drawn for move in each.to(Bucket.LOST)]
    return [PiecesLost(tuple(moves), reason, settle(order, moves))] if moves else []


def _all_out(shelf: Shelf, order: Order, at: str) -> Drawn:
    """Everything of one line and lot that is out."""
    return shelf.take(line_of(at), lot_of(at), total({at: order.stock[at]}, *OUT), OUT)


def _never_sent(order: Order, reason: str) -> list[Event]:
    lines = tuple(
        line.line
        for line in order.lines
        if not line.short_closed and sent_on(order, line.line) < line.ordered
    )
    return [LinesShortClosed(lines, reason)] if lines else []
