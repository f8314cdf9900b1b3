"""correct: an event was typed wrongly. The reverse movement is written; both stay in the stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.domain import events as e
from models.domain.commands import Correct
from models.domain.errors import Invalid, Refusal
from models.domain.facts import Asked, Facts
from models.domain.order import Order, Share
from models.domain.pieces import Move, key, moved

CORRECTABLE = (
    e.PiecesSent,
    e.MilestoneReported,
    e.ParcelShipped,
    e.PiecesReceived,
    e.PiecesJudged,
    e.PiecesLost,
)


def correct(order: Order, command: Correct, asked: Asked, facts: Facts, now: datetime) -> list[e.Event]:
    if facts.event is None:
        raise Invalid(
            "event.unknown",
            "Order {order} has no event {event}.",
            field="event",
            order=order.number,
            event=command.event,
        )
    wrong = facts.event.event
    if not isinstance(wrong, CORRECTABLE):
        raise Refusal(
            "correct.kind",
            "{type} cannot be corrected; what can: {types}.",
            field="event",
            type=wrong.name.replace("_", " "),
            types=", ".join(kind.name.replace("_", " ") for kind in CORRECTABLE),
        )
    if command.event in order.corrected:
        raise Refusal(
            "correct.twice", "Event {event} was corrected already.", field="event", event=command.event
        )
    if not command.reason.strip():
        raise Invalid("reason.missing", "Give a reason.", field="reason")
    withdrawn = _opened_by(order, wrong)
    shares = tuple(share.reversed() for share in reversed(getattr(wrong, "shares", ())))
    moves = tuple(move.reversed() for move in reversed(wrong.moves))
    _not_moved_on(order, moves, shares)
    was = _before(wrong)
    return [
        *(e.NonconformanceWithdrawn(name) for name in withdrawn),
        e.EventCorrected(
            sequence=command.event,
            type=wrong.name,
            reason=command.reason.strip(),
            moves=moves,
            shares=shares,
            milestone=was.milestone,
            actual=was.actual,
            forecast=was.forecast,
            receipt=wrong.receipt if isinstance(wrong, e.PiecesReceived) else "",
            parcel=_box_made_by(wrong),
        ),
    ]


def _opened_by(order: Order, wrong: e.Event) -> list[str]:
    """Nonconformances that exist only because of the receipt; refused once somebody decided on one."""
    if not isinstance(wrong, e.PiecesReceived):
        return []
    names = []
    for item in order.nonconformances.values():
        if item.receipt != wrong.receipt or item.withdrawn:
            continue
        if (
            any(share is not Share.UNDECIDED for shares in item.shares.values() for share in shares)
            or not item.open
        ):
            raise _moved_on(item.nonconformance)
        names.append(item.nonconformance)
    return names


def _not_moved_on(order: Order, moves: tuple[Move, ...], shares: tuple[e.ShareMove, ...]) -> None:
    try:
        moved(order.stock, moves)
    except Refusal as refusal:
        raise _moved_on(refusal.detail) from None
    for share in shares:
        item = order.nonconformances[share.nonconformance]
        left = item.shares.get(key(share.line, share.lot), {})
        if share.source is not None and left.get(share.source, 0) < share.quantity:
            raise _moved_on(item.nonconformance)


def _moved_on(what: str) -> Refusal:
    return Refusal(
        "correct.moved_on",
        "The pieces have moved on since ({what}). Correct the later event first.",
        field="event",
        what=what,
    )


@dataclass(frozen=True, slots=True)
class _Before:
    milestone: str = ""
    actual: datetime | None = None
    forecast: date | None = None


def _before(wrong: e.Event) -> _Before:
    if not isinstance(wrong, e.MilestoneReported):
        return _Before()
    return _Before(wrong.code, wrong.previous_actual, wrong.previous_forecast)


def _box_made_by(wrong: e.Event) -> str:
    if isinstance(wrong, e.ParcelShipped):
        return wrong.parcel
    if isinstance(wrong, e.PiecesReceived) and wrong.unannounced:
        return wrong.parcel
    return ""
