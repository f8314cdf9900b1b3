"""evolve(state, event) -> state: what an event means. No rule is decided here and nothing is refused
but a move that would make a bucket negative."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from models.domain import events as e
from models.domain.order import (
    Alert,
    Answer,
    Document,
    Hold,
    Inspection,
    Nonconformance,
    Order,
    Parcel,
    Receipt,
    Share,
    Stage,
)
from models.domain.pieces import ON_OUR_SHELF, OUT, Bucket, Move, key, moved
from models.domain.quantities import ZERO

# Leaving one of these for one of JUDGED uses up what an inspection released.
_UNJUDGED = frozenset({*OUT, Bucket.PENDING, Bucket.LOST})
_JUDGED = frozenset({Bucket.ACCEPTED, Bucket.REJECTED})
_NOT_YET_THERE = frozenset({Bucket.IN_TRANSIT_OUT, Bucket.OVER})


def evolve(order: Order | None, event: e.Event, sequence: int, at: datetime) -> Order:
    """The state after `event`, which is number `sequence` of its stream and happened `at` (UTC)."""
    if isinstance(event, e.OrderIssued):
        return replace(event.order, version=sequence, last_news_at=at)
    assert order is not None, "a stream begins with order_issued"
    order = _move_pieces(order, getattr(event, "moves", ()), undo=isinstance(event, e.EventCorrected))
    order = _move_shares(order, getattr(event, "shares", ()))
    apply = _MEANINGS.get(type(event))
    if apply is not None:
        order = apply(order, event, sequence, at)
    return replace(order, version=sequence)


def fold(stream: Iterable[tuple[int, datetime, e.Event]]) -> Order:
    """The state a whole stream leads to."""
    order: Order | None = None
    for sequence, at, event in stream:
        order = evolve(order, event, sequence, at)
    assert order is not None, "an empty stream has no state"
    return order


def shelf_changes(moves: Iterable[Move]) -> dict[tuple[int, str, bool], Decimal]:
    """What `moves` change in our own stock, by (line, lot, comes back as the output lot).

    Pieces leave the shelf as the lot they were sent as and come back as what they became;
    unprocessed ones come back as what they were.
    """
    changes: dict[tuple[int, str, bool], Decimal] = {}

    def add(move: Move, processed: bool, quantity: Decimal) -> None:
        at = (move.line, move.lot, processed)
        changes[at] = changes.get(at, ZERO) + quantity

    for move in moves:
        if move.source is None and move.target is Bucket.IN_TRANSIT_OUT:
            add(move, False, -move.quantity)
        elif move.target is None and move.source is Bucket.IN_TRANSIT_OUT:
            add(move, False, move.quantity)
        if move.target in ON_OUR_SHELF:
            add(move, move.target is Bucket.ACCEPTED, move.quantity)
        if move.source in ON_OUR_SHELF:
            add(move, move.source is Bucket.ACCEPTED, -move.quantity)
    return {at: quantity for at, quantity in changes.items() if quantity}


@dataclass(frozen=True, slots=True)
class LotChange:
    """How many pieces of a lot our shelf gains (or loses), and what they are."""

    quantity: Decimal
    part: str
    part_revision: str
    unit: str


def lot_changes(after: Order, events: Iterable[e.Event]) -> dict[str, LotChange]:
    """What the events of one command change on our shelf, by lot; `after` is the state they led to."""
    changes: dict[str, LotChange] = {}
    for event in events:
        for (number, lot, processed), quantity in shelf_changes(getattr(event, "moves", ())).items():
            line = after.line(number)
            if line is None or not lot:
                continue
            name = line.output_lot(lot) if processed else lot
            before = changes[name].quantity if name in changes else ZERO
            changes[name] = LotChange(before + quantity, line.part, line.part_revision, line.unit)
    return changes


def _move_pieces(order: Order, moves: Iterable[Move], *, undo: bool) -> Order:
    moves = tuple(moves)
    if not moves:
        return order
    judged, shipped, parcels = dict(order.judged), dict(order.shipped), dict(order.parcels)
    started = order.started
    for move in moves:
        at = key(move.line, move.lot)
        forward = move.reversed() if undo else move
        signed = -move.quantity if undo else move.quantity
        if forward.source in _UNJUDGED and forward.target in _JUDGED:
            judged[at] = judged.get(at, ZERO) + signed
        if forward.target is Bucket.IN_TRANSIT_BACK and forward.source is not None:
            shipped[at] = shipped.get(at, ZERO) + signed
        started = started or move.target is Bucket.AT_SUPPLIER
        if move.parcel in parcels:
            parcels[move.parcel] = _in_parcel(parcels[move.parcel], move, at)
    return replace(
        order,
        stock=moved(order.stock, moves),
        judged=judged,
        shipped=shipped,
        parcels=parcels,
        started=started,
    )


def _in_parcel(parcel: Parcel, move: Move, at: str) -> Parcel:
    contents = dict(parcel.contents)
    if move.target is Bucket.IN_TRANSIT_BACK:
        contents[at] = contents.get(at, ZERO) + move.quantity
    elif move.source is Bucket.IN_TRANSIT_BACK:
        contents[at] = contents.get(at, ZERO) - move.quantity
    return replace(parcel, contents={at: left for at, left in contents.items() if left})


def _move_shares(order: Order, shares: Iterable[e.ShareMove]) -> Order:
    items = dict(order.nonconformances)
    for move in shares:
        item = items.get(move.nonconformance)
        if item is None:  # opened by this very event, whose meaning adds it
            continue
        items[move.nonconformance] = replace(item, shares=_shared(item.shares, move))
    return replace(order, nonconformances=items)


def _shared(
    shares: Mapping[str, Mapping[Share, Decimal]], move: e.ShareMove
) -> dict[str, Mapping[Share, Decimal]]:
    at = key(move.line, move.lot)
    mine = dict(shares.get(at, {}))
    if move.source is not None:
        mine[move.source] = mine.get(move.source, ZERO) - move.quantity
    if move.target is not None:
        mine[move.target] = mine.get(move.target, ZERO) + move.quantity
    return {**shares, at: {share: quantity for share, quantity in mine.items() if quantity}}


def _acknowledged(order: Order, event: e.OrderAcknowledged, _: int, at: datetime) -> Order:
    return replace(
        order,
        answer=Answer.ACCEPTED,
        answered_at=at,
        supplier_order=event.supplier_order or order.supplier_order,
        promise_first=order.promise_first or event.promise_date,
        promise_current=event.promise_date,
        decline_reason="",
        last_news_at=at,
    )


def _declined(order: Order, event: e.OrderDeclined, _: int, at: datetime) -> Order:
    return replace(
        order, answer=Answer.DECLINED, answered_at=at, decline_reason=event.reason, last_news_at=at
    )


def _milestone(order: Order, event: e.MilestoneReported, _: int, at: datetime) -> Order:
    milestones = tuple(
        replace(
            milestone,
            actual=event.actual or milestone.actual,
            forecast=event.forecast or milestone.forecast,
            reported_at=at,
            source=event.source,
            quantity=event.quantity if event.quantity is not None else milestone.quantity,
        )
        if milestone.code == event.code
        else milestone
        for milestone in order.milestones
    )
    kind = next(m.kind for m in milestones if m.code == event.code)
    started = order.started or (event.actual is not None and kind in ("received", "process"))
    return replace(order, milestones=milestones, started=started, last_news_at=at)


def _submitted(order: Order, event: e.InspectionSubmitted, _: int, at: datetime) -> Order:
    inspection = Inspection(
        event.inspection, event.line, event.lot, event.parcel, event.lot_size, event.verdict
    )
    return replace(order, inspections={**order.inspections, event.inspection: inspection}, last_news_at=at)


def _reviewed(order: Order, event: e.InspectionReviewed, _: int, __: datetime) -> Order:
    inspection = replace(order.inspections[event.inspection], decision=event.decision)
    return replace(order, inspections={**order.inspections, event.inspection: inspection})


def _shipped(order: Order, event: e.ParcelShipped, _: int, at: datetime) -> Order:
    contents: dict[str, Decimal] = {}
    for move in event.moves:
        if move.target is Bucket.IN_TRANSIT_BACK:
            place = key(move.line, move.lot)
            contents[place] = contents.get(place, ZERO) + move.quantity
    parcel = Parcel(
        event.parcel,
        at,
        contents,
        dict(contents),
        carrier=event.carrier,
        tracking=event.tracking,
        quantity=event.quantity,
        announced_over=event.announced_over,
        nonconformance=event.nonconformance,
    )
    return replace(order, parcels={**order.parcels, event.parcel: parcel}, last_news_at=at)


def _named(order: Order, event: e.ParcelNamed, _: int, at: datetime) -> Order:
    parcel = replace(
        order.parcels[event.parcel], announced=True, carrier=event.carrier, tracking=event.tracking
    )
    return replace(order, parcels={**order.parcels, event.parcel: parcel}, last_news_at=at)


def _received(order: Order, event: e.PiecesReceived, sequence: int, at: datetime) -> Order:
    receipt = Receipt(event.receipt, sequence, at, event.parcel, event.packing_slip)
    parcels = dict(order.parcels)
    if event.unannounced:
        packed: dict[str, Decimal] = {}
        for move in event.moves:
            if move.parcel == event.parcel:
                place = key(move.line, move.lot)
                packed[place] = packed.get(place, ZERO) + move.quantity
        parcels[event.parcel] = Parcel(
            event.parcel, at, {}, packed, announced=False, quantity=sum(packed.values(), ZERO)
        )
    outputs = {(line.line, line.lot): line.output_lot for line in event.lines if line.output_lot}
    lines = tuple(
        replace(
            line,
            output_lots={
                **line.output_lots,
                **{lot: output for (number, lot), output in outputs.items() if number == line.line},
            },
        )
        for line in order.lines
    )
    return replace(order, receipts=(*order.receipts, receipt), parcels=parcels, lines=lines)


def _opened(order: Order, event: e.NonconformanceOpened, _: int, at: datetime) -> Order:
    item = Nonconformance(
        event.nonconformance,
        at,
        event.defect,
        event.quantity,
        {},
        receipt=event.receipt,
        recorded_only=event.recorded_only,
    )
    order = replace(order, nonconformances={**order.nonconformances, event.nonconformance: item})
    return _move_shares(order, event.shares)


def _withdrawn(order: Order, event: e.NonconformanceWithdrawn, _: int, __: datetime) -> Order:
    item = replace(order.nonconformances[event.nonconformance], shares={}, withdrawn=True)
    return replace(order, nonconformances={**order.nonconformances, event.nonconformance: item})


def _dispositioned(order: Order, event: e.NonconformanceDispositioned, _: int, __: datetime) -> Order:
    item = order.nonconformances[event.nonconformance]
    item = replace(
        item, cause=event.cause or item.cause, responsibility=event.responsibility or item.responsibility
    )
    return replace(order, nonconformances={**order.nonconformances, event.nonconformance: item})


def _proposed(order: Order, event: e.DispositionProposed, _: int, __: datetime) -> Order:
    item = order.nonconformances[event.nonconformance]
    item = replace(
        item,
        proposals=(*item.proposals, *event.proposals),
        cause=event.cause or item.cause,
        responsibility=event.responsibility or item.responsibility,
    )
    return replace(order, nonconformances={**order.nonconformances, event.nonconformance: item})


def _decided(order: Order, event: e.DispositionDecided, _: int, __: datetime) -> Order:
    item = replace(order.nonconformances[event.nonconformance], proposals=())
    return replace(order, nonconformances={**order.nonconformances, event.nonconformance: item})


def _short_closed(order: Order, event: e.LinesShortClosed, _: int, __: datetime) -> Order:
    lines = tuple(
        replace(line, short_closed=True) if line.line in event.lines else line for line in order.lines
    )
    return replace(order, lines=lines)


def _over_resolved(order: Order, event: e.OverResolved, _: int, __: datetime) -> Order:
    if event.ordered is None:
        return order
    lines = tuple(
        replace(line, ordered=event.ordered) if line.line == event.line else line for line in order.lines
    )
    return replace(order, lines=lines, revision=order.revision + 1)


def _corrected(order: Order, event: e.EventCorrected, _: int, __: datetime) -> Order:
    parcels = dict(order.parcels)
    if event.parcel in parcels:
        parcels[event.parcel] = replace(parcels[event.parcel], void=True)
    reported = [
        milestone
        for milestone in order.milestones
        if milestone.kind in ("received", "process")
        and (milestone.actual if milestone.code != event.milestone else event.actual)
    ]
    been_there = any(
        quantity
        for pieces in order.stock.values()
        for bucket, quantity in pieces.items()
        if bucket not in _NOT_YET_THERE
    )
    return replace(
        order,
        started=bool(reported) or been_there,
        corrected=(*order.corrected, event.sequence),
        receipts=tuple(
            replace(receipt, void=True) if receipt.receipt == event.receipt else receipt
            for receipt in order.receipts
        ),
        parcels=parcels,
        milestones=tuple(
            replace(milestone, actual=event.actual, forecast=event.forecast)
            if milestone.code == event.milestone
            else milestone
            for milestone in order.milestones
        ),
    )


def _document(order: Order, event: e.DocumentAdded, _: int, at: datetime) -> Order:
    documents = dict(order.documents)
    if event.supersedes:
        documents[event.supersedes] = replace(
            documents[event.supersedes], superseded_by=event.document, holds=()
        )
    documents[event.document] = Document(
        event.document,
        event.type,
        event.printed,
        event.sha256,
        event.size,
        event.media_type,
        event.filename,
        at,
        lines=event.lines,
        mismatches=event.mismatches,
        holds=event.holds,
    )
    return replace(order, documents=documents, last_news_at=at)


def _held(order: Order, event: e.OrderHeld, _: int, at: datetime) -> Order:
    return replace(order, holds=(*order.holds, Hold(event.reason, at)))


def _resumed(order: Order, _: e.OrderResumed, __: int, at: datetime) -> Order:
    return replace(order, holds=(*order.holds[:-1], replace(order.holds[-1], resumed_at=at)))


def _cancelling(order: Order, _: e.CancellationRequested, __: int, at: datetime) -> Order:
    return replace(order, cancel_requested_at=at)


def _cancelled(order: Order, _: e.OrderCancelled, __: int, at: datetime) -> Order:
    return replace(order, end=Stage.CANCELLED, ended_at=at)


def _closed(order: Order, _: e.OrderClosed, __: int, at: datetime) -> Order:
    return replace(order, end=Stage.CLOSED, ended_at=at)


def _reminded(order: Order, event: e.ReminderSent, _: int, __: datetime) -> Order:
    return replace(order, reminded=(*order.reminded, f"{event.rule}:{event.occurrence}"))


def _raised(order: Order, event: e.AlertRaised, _: int, at: datetime) -> Order:
    alert = Alert(event.alert, event.rule, event.occurrence, event.since, at, event.owed_by)
    return replace(order, alerts={**order.alerts, event.alert: alert})


def _on_alert(order: Order, alert: str, **changes: Any) -> Order:
    return replace(order, alerts={**order.alerts, alert: replace(order.alerts[alert], **changes)})


def _escalated(order: Order, event: e.AlertEscalated, _: int, __: datetime) -> Order:
    return _on_alert(order, event.alert, escalations=event.escalation)


def _alert_acknowledged(order: Order, event: e.AlertAcknowledged, _: int, at: datetime) -> Order:
    return _on_alert(order, event.alert, acknowledged_at=at, cause=event.cause, action=event.action)


def _cleared(order: Order, event: e.AlertCleared, _: int, at: datetime) -> Order:
    return _on_alert(order, event.alert, cleared_at=at)


def _replanned(order: Order, event: e.OrderReplanned, _: int, __: datetime) -> Order:
    return replace(order, plant_calendar=event.plant_calendar, supplier_calendar=event.supplier_calendar)


# Events that are absent only move pieces or shares.
_MEANINGS: dict[type[e.Event], Callable[..., Order]] = {
    e.OrderAcknowledged: _acknowledged,
    e.OrderDeclined: _declined,
    e.MilestoneReported: _milestone,
    e.InspectionSubmitted: _submitted,
    e.InspectionReviewed: _reviewed,
    e.ParcelShipped: _shipped,
    e.ParcelNamed: _named,
    e.PiecesReceived: _received,
    e.NonconformanceOpened: _opened,
    e.NonconformanceWithdrawn: _withdrawn,
    e.NonconformanceDispositioned: _dispositioned,
    e.DispositionProposed: _proposed,
    e.DispositionDecided: _decided,
    e.LinesShortClosed: _short_closed,
    e.OverResolved: _over_resolved,
    e.EventCorrected: _corrected,
    e.DocumentAdded: _document,
    e.OrderHeld: _held,
    e.OrderResumed: _resumed,
    e.CancellationRequested: _cancelling,
    e.OrderCancelled: _cancelled,
    e.OrderClosed: _closed,
    e.ReminderSent: _reminded,
    e.AlertRaised: _raised,
    e.AlertEscalated: _escalated,
    e.AlertAcknowledged: _alert_acknowledged,
    e.AlertCleared: _cleared,
    e.OrderReplanned: _replanned,
}
