"""What each event changes beside moving pieces and shares, as one table.

One long file on purpose: the table at its end is total over the stream's dictionary, and what an
event means is found under its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from models.domain import billable, hurry_fees, hurrying, parted
from models.domain import events as e
from models.domain.changed import on_terms
from models.domain.changes import NOT_AGREED, Change, ChangeKind, ChangeState
from models.domain.charges import Settlement
from models.domain.claims import Claim
from models.domain.corrective import CorrectiveAction, Review
from models.domain.delivery_days import needed
from models.domain.delivery_days import promised as promised_day
from models.domain.genealogy import load_node
from models.domain.hurrying import Expedite
from models.domain.lot_holds import LotHold
from models.domain.milestones import Milestone, replanned
from models.domain.moving import shared, shared_serials
from models.domain.order import Answer, Line, Order, Stage, sent_on
from models.domain.pieces import Bucket, Move, held_in, key, sent
from models.domain.quantities import ZERO
from models.domain.records import (
    Alert,
    Conversion,
    Counter,
    Document,
    Hold,
    Inspection,
    LineTerms,
    Load,
    Nonconformance,
    Parcel,
    Push,
    Reassignment,
    Receipt,
    Share,
    Withdrawn,
    without_push,
)
from models.domain.transfers import Transfer, TransferState

_WAITING = (Bucket.PENDING, Bucket.REJECTED)


def _acknowledged(order: Order, event: e.OrderAcknowledged, _: int, at: datetime) -> Order:
    lines = order.lines
    if event.days or any(line.promise for line in lines):
        # Some lines were agreed before; this is the answer for the others.
        days = event.days or (event.promise_date,) * len(lines)
        lines = tuple(
            replace(line, promise=line.promise or day) for line, day in zip(lines, days, strict=True)
        )
    promise = max([line.promise for line in lines if line.promise], default=event.promise_date)
    return replace(
        _heard(order),
        answer=Answer.ACCEPTED,
        answered_at=at,
        supplier_order=event.supplier_order or order.supplier_order,
        lines=lines,
        promise_first=order.promise_first or promise,
        promise_current=promise,
        promised_at=at,
        decline_reason="",
        counter=None,
        last_news_at=at,
    )


def _countered(order: Order, event: e.OrderCountered, _: int, at: datetime) -> Order:
    number = order.counters + 1
    return replace(
        order,
        answer=Answer.COUNTERED,
        answered_at=at,
        supplier_order=event.supplier_order or order.supplier_order,
        counter=Counter(number, at, event.by, event.before, event.terms, event.reason),
        counters=number,
        last_news_at=at,
    )


def _counter_accepted(order: Order, event: e.CounterAccepted, _: int, at: datetime) -> Order:
    lines = tuple(part for line in order.lines for part in _on_terms(line, event))
    need_by = max(line.need_by or order.need_by for line in lines)
    lines = tuple(_needed(line, order.need_by, need_by) for line in lines)
    promise = max(terms.promise_date for terms in event.terms)
    order = replace(
        order,
        lines=lines,
        need_by=need_by,
        revision=event.revision,
        counter=None,
        late_accepted=promise if promise > need_by else None,
    )
    if event.rejected:
        return _asked_again(order, event.reason, at)
    return replace(
        _heard(order),
        answer=Answer.ACCEPTED,
        answered_at=at,
        promise_first=order.promise_first or promise,
        promise_current=promise,
        promised_at=at,
    )


def _on_terms(line: Line, event: e.CounterAccepted) -> Iterable[Line]:
    """The line on its new terms: several lines when it divides, the first of which keeps what was sent."""
    if line.line in event.rejected:
        return [line]
    parts = [terms for terms in event.terms if terms.line == line.line]
    lines = [_as_agreed(line if not part.becomes else _unsent(line, part.becomes), part) for part in parts]
    if len(parts) == 1 and not parts[0].lots:
        return lines
    return [replace(each, lots=part.lots) for each, part in zip(lines, parts, strict=True)]


def _waiting(order: Order, line: Line, event: e.PiecesReceived) -> Line:
    """The line knowing what its pieces are called that wait to be judged: their next name takes none from them."""
    came: dict[str, Decimal] = {}
    for move in event.moves:
        if move.line == line.line and move.lot and move.target in _WAITING:
            came[move.lot] = came.get(move.lot, ZERO) + move.quantity
    waiting = dict(line.waiting_as)
    for lot, quantity in came.items():
        there = order.stock.get(key(line.line, lot), {})
        earlier = waiting.get(lot, ()) if held_in(there, *_WAITING) > quantity else ()
        waiting[lot] = tuple(dict.fromkeys((*earlier, line.output_lot(lot))))
    return replace(line, waiting_as=waiting) if came else line


def _as_agreed(line: Line, terms: LineTerms) -> Line:
    return replace(
        line,
        ordered=terms.quantity,
        kept=line.kept if terms.quantity == line.ordered else ZERO,
        unit_price=terms.unit_price,
        promise=terms.promise_date,
        need_by=terms.need_by or line.need_by,
    )


def _unsent(line: Line, number: int) -> Line:
    """The same job, part and operation, of which nothing has happened yet."""
    return replace(
        line,
        line=number,
        output_lots={},
        waiting_as={},
        loads=(),
        first_article=ZERO,
        first_articles_spent=ZERO,
        setup_allowance=ZERO,
        delivery_of=line.delivery_of or line.line,
        parted=replace(line.parted, leads=False, others={}) if line.parted is not None else None,
    )


def _needed(line: Line, before: date, latest: date) -> Line:
    """The line needed when it was, though the order shows the latest of its lines' days."""
    day = line.need_by or before
    return replace(line, need_by=None if day == latest else day)


def _counter_rejected(order: Order, event: e.CounterRejected, _: int, at: datetime) -> Order:
    return _asked_again(replace(order, counter=None), event.reason, at)


def _asked_again(order: Order, reason: str, at: datetime) -> Order:
    return replace(
        order,
        answer=Answer.NONE,
        answered_at=None,
        rejections=order.rejections + 1,
        rejection_reason=reason,
        asked_again_at=at,
    )


def _declined(order: Order, event: e.OrderDeclined, _: int, at: datetime) -> Order:
    return replace(
        _moot(order, ChangeState.DECLINED, at),
        answer=Answer.DECLINED,
        answered_at=at,
        decline_reason=event.reason,
        counter=None,
        last_news_at=at,
    )


def _change_proposed(order: Order, event: e.ChangeProposed, _: int, at: datetime) -> Order:
    change = Change(
        event.change,
        at,
        event.by,
        event.reason,
        event.before,
        event.after,
        ChangeState.PROPOSED,
        at,
        added=event.added,
    )
    return replace(order, changes={**order.changes, event.change: change})


def _expedited(order: Order, event: e.OrderExpedited, _: int, at: datetime) -> Order:
    before = order.commercial
    change = Change(
        event.change,
        at,
        event.by,
        event.reason,
        before,
        replace(before, need_by=event.need_by),
        ChangeState.APPROVED,
        at,
        kind=ChangeKind.EXPEDITE,
        priority=order.priority,
        pushed=tuple(pushed.order for pushed in event.pushed),
    )
    return replace(order, priority="urgent", changes={**order.changes, event.change: change})


def _pushed(order: Order, event: e.OrderPushed, _: int, at: datetime) -> Order:
    push = Push(event.by, event.change, at, event.forecast)
    before = (replace(each, after=event.change) if each.stands else each for each in order.pushes)
    return replace(order, pushes=(*before, push))


def _push_taken_back(order: Order, event: e.PushTakenBack, _: int, __: datetime) -> Order:
    return replace(order, pushes=without_push(order.pushes, event.change))


def _contingency_planned(order: Order, event: e.ContingencyPlanned, _: int, __: datetime) -> Order:
    return replace(order, contingency=event.plan, contingencies=event.plan.number)


def _contingency_settled(order: Order, event: e.ContingencySettled, _: int, at: datetime) -> Order:
    assert order.contingency is not None, "only a plan there is was decided about"
    plan = replace(order.contingency, decision=event.decision, decided_at=at, decided_because=event.note)
    return replace(order, contingency=plan)


def _heard(order: Order) -> Order:
    """The supplier named a day of its own: what was expected before is past."""
    if all(push.heard for push in order.pushes):
        return order
    return replace(order, pushes=tuple(replace(push, heard=True) for push in order.pushes))


def _change_now(order: Order, name: str, state: ChangeState, at: datetime, answer: str = "") -> Order:
    change = replace(order.changes[name], state=state, since=at, answer=answer)
    # An earlier day that is not agreed to makes nothing urgent.
    over = change.priority if change.priority and state in NOT_AGREED else order.priority
    return replace(order, priority=over, changes={**order.changes, name: change})


def _change_approved(order: Order, event: e.ChangeApproved, _: int, at: datetime) -> Order:
    return _change_now(order, event.change, ChangeState.APPROVED, at, event.reason)


def _change_rejected(order: Order, event: e.ChangeRejected, _: int, at: datetime) -> Order:
    return _change_now(order, event.change, ChangeState.REJECTED, at, event.reason)


def _change_withdrawn(order: Order, event: e.ChangeWithdrawn, _: int, at: datetime) -> Order:
    return _change_now(order, event.change, ChangeState.WITHDRAWN, at)


def _change_acknowledged(order: Order, event: e.ChangeAcknowledged, _: int, at: datetime) -> Order:
    order = _change_now(order, event.change, ChangeState.ACKNOWLEDGED, at)
    if order.changes[event.change].kind is ChangeKind.EXPEDITE:
        hurried = Expedite(
            event.change,
            at,
            event.before.need_by,
            event.after.need_by,
            hurry_fees.fee(order),
            event.promise_date,
            tuple(line.line for line in order.lines),
        )
        order = replace(order, expedites=(*order.expedites, hurried))
    if event.promise_date is not None:
        order = _heard(order)
    if event.after.need_by != order.need_by:
        order = replace(order, milestones=_for_need_by(order, event.after.need_by, at))
    if event.after.spec_revision != order.spec_revision:
        order = replace(order, spec_changed_at=order.changes[event.change].at)
    asked = on_terms(order, event.after)
    return replace(
        asked,
        lines=(*(_promised_with(order, line, event) for line in asked.lines), *event.added),
        revision=event.revision,
        promise_current=event.promise_date or order.promise_current,
        promised_at=at if event.promise_date else order.promised_at,
        # It was accepted for what was needed then.
        late_accepted=order.late_accepted if event.after.need_by == order.need_by else None,
        supplier_order=event.supplier_order or order.supplier_order,
        last_news_at=at,
    )


def _for_need_by(order: Order, need_by: date, at: datetime) -> tuple[Milestone, ...]:
    """The milestones planned for another need-by; those that were reported stay as they were planned."""
    ours, theirs = order.plant_calendar, order.supplier_calendar
    issued_on = ours.local_date(order.issued_at)
    return replanned(order.milestones, issued_on, need_by, theirs, theirs.local_date(at))


def _promised_with(order: Order, line: Line, event: e.ChangeAcknowledged) -> Line:
    promised, before = event.promise_date, order.line(line.line)
    if promised is None or before is None:
        return line
    hurried = event.after.need_by < order.need_by
    same_day = needed(order, before) == (line.need_by or event.after.need_by)
    if same_day and promised == event.after.need_by > order.need_by:
        # A yes promises the new day where it is needed, and nothing else for a line that the change leaves alone.
        return replace(line, promise=promised_day(order, before))
    # Hurrying makes nothing later that was promised for an earlier day.
    stays = hurried and line.promise is not None and line.promise < promised
    return line if stays else replace(line, promise=None)


def _change_declined(order: Order, event: e.ChangeDeclined, _: int, at: datetime) -> Order:
    order = _change_now(order, event.change, ChangeState.DECLINED, at, event.reason)
    return replace(order, last_news_at=at)


def _merged(order: Order, event: e.OrdersMerged, _: int, at: datetime) -> Order:
    added = (line for source in event.sources for line in source.lines)
    lines = (replace(line, promise=None) for line in (*order.lines, *added))
    return replace(
        order,
        lines=tuple(
            _needed(line, order.need_by, event.after.need_by)
            if event.own_days
            else replace(line, need_by=None)
            for line in lines
        ),
        need_by=event.after.need_by,
        revision=event.revision,
        priority=event.priority,
        required_documents=event.required_documents,
        release_before_ship=event.release_before_ship,
        expedites=hurrying.together(order, event.expedites),
        answer=Answer.NONE,
        answered_at=None,
        promise_current=None,
        promised_at=None,
        late_accepted=None,
        asked_again_at=at,
        rejections=0,
        rejection_reason="",
        kin=replace(
            order.kin, merged_from=(*order.kin.merged_from, *(source.order for source in event.sources))
        ),
    )


def _merged_into(order: Order, event: e.OrderMergedInto, _: int, at: datetime) -> Order:
    return replace(order, end=Stage.CANCELLED, ended_at=at, kin=replace(order.kin, merged_into=event.into))


def _split(order: Order, event: e.OrderSplit, _: int, at: datetime) -> Order:
    return replace(
        order,
        end=Stage.CANCELLED,
        ended_at=at,
        # What was decided about its pieces goes on where they are.
        nonconformances={name: replace(item, proposals=()) for name, item in order.nonconformances.items()},
        kin=replace(order.kin, superseded_by=event.children),
    )


def _part_work(order: Order, event: e.PartWorkReported, _: int, __: datetime) -> Order:
    lines = order.lines
    for work in event.works:
        lines = tuple(parted.told(line, work) for line in lines)
    for news in event.hurried:
        order = replace(order, expedites=hurrying.told(order, news))
    return replace(order, lines=lines)


def _reassigned(order: Order, event: e.OrderReassigned, _: int, at: datetime) -> Order:
    return replace(
        order,
        reassigned=Reassignment(at, event.to, event.supplier, event.pieces, event.reason),
        kin=replace(order.kin, reassigned_to=event.to),
    )


def _moot(order: Order, state: ChangeState, at: datetime) -> Order:
    """An order that is not to be done any more: an open change has nothing left to change."""
    change = order.open_change
    return order if change is None else _change_now(order, change.change, state, at, change.answer)


def _taken_over(order: Order, event: e.PiecesTakenOver, _: int, __: datetime) -> Order:
    return replace(order, withdrawn=event.withdrawn)


def _sent(order: Order, event: e.PiecesSent, _: int, at: datetime) -> Order:
    if event.weights:
        order = replace(order, lines=billable.weighed(order.lines, event.weights))
    left: dict[str, Decimal] = {}
    for move in event.moves:
        if move.source is None:
            place = key(move.line, move.lot)
            left[place] = left.get(place, ZERO) + move.quantity
    # What was sent before and taken back never left.
    first = {place: at for place, quantity in left.items() if sent(order.stock[place]) == quantity}
    if first:
        order = replace(order, first_sent={**order.first_sent, **first})
    if not event.tracking or event.tracking in order.sent_under:
        return order
    return replace(order, sent_under=(*order.sent_under, event.tracking))


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
    if event.forecast is not None:
        order = _heard(order)
    return replace(order, milestones=milestones, last_news_at=at)


def _processed(order: Order, event: e.ProcessReported, sequence: int, at: datetime) -> Order:
    load = Load(
        sequence,
        load_node(order.supplier, event),
        event.equipment,
        event.load,
        event.started_at,
        event.ended_at,
        event.lots,
        event.parameters,
        at,
        event.source,
    )
    lines = tuple(
        replace(line, loads=(*line.loads, load)) if line.line == event.line else line for line in order.lines
    )
    return replace(order, lines=lines, last_news_at=at)


def _submitted(order: Order, event: e.InspectionSubmitted, _: int, at: datetime) -> Order:
    inspection = Inspection(
        event.inspection,
        event.line,
        event.lot,
        event.parcel,
        event.lot_size,
        event.verdict,
        nonconformance=event.nonconformance,
    )
    return replace(order, inspections={**order.inspections, event.inspection: inspection}, last_news_at=at)


def _reviewed(order: Order, event: e.InspectionReviewed, _: int, __: datetime) -> Order:
    inspection = replace(order.inspections[event.inspection], decision=event.decision)
    lines = order.lines
    if event.decision == "reject":
        # A first article that was rejected is spent: as many go again.
        lines = tuple(
            replace(line, first_articles_spent=sent_on(order, line.line))
            if line.line == inspection.line and line.first_article
            else line
            for line in lines
        )
    inspections = {**order.inspections, event.inspection: inspection}
    return replace(order, inspections=inspections, lines=lines)


def _shipped(order: Order, event: e.ParcelShipped, _: int, at: datetime) -> Order:
    packed = _by_place(move for move in event.moves if move.target is Bucket.IN_TRANSIT_BACK)
    parcel = Parcel(
        event.parcel,
        at,
        packed,
        packed,
        carrier=event.carrier,
        tracking=event.tracking,
        quantity=event.quantity,
        announced_over=event.announced_over,
        nonconformance=event.nonconformance,
        unprocessed=event.unprocessed,
        lot_unknown=event.lot_unknown,
        loads=event.loads,
        unworked=event.unworked,
        tested=event.tested,
    )
    order = _without_use(order, event.unworked, 1)
    return replace(order, parcels={**order.parcels, event.parcel: parcel}, last_news_at=at)


def _without_use(order: Order, unworked: Mapping[str, Decimal], sign: int) -> Order:
    """The order knowing which pieces of a box, or of one that is taken back, no inspection has to cover."""
    if not unworked:
        return order
    shipped = {at: order.shipped.get(at, ZERO) - sign * some for at, some in unworked.items()}
    return replace(order, shipped={**order.shipped, **shipped})


def _named(order: Order, event: e.ParcelNamed, _: int, at: datetime) -> Order:
    parcel = replace(
        order.parcels[event.parcel],
        announced=True,
        carrier=event.carrier,
        tracking=event.tracking,
        said=event.said,
        announced_over=event.announced_over,
    )
    return replace(order, parcels={**order.parcels, event.parcel: parcel}, last_news_at=at)


def _received(order: Order, event: e.PiecesReceived, sequence: int, at: datetime) -> Order:
    parcels = dict(order.parcels)
    if event.unannounced:
        packed = _by_place(move for move in event.moves if move.parcel == event.parcel)
        parcels[event.parcel] = Parcel(
            event.parcel,
            at,
            {},
            packed,
            announced=False,
            quantity=sum(packed.values(), ZERO),
            unprocessed=sum((line.unprocessed for line in event.lines), ZERO),
            lot_unknown=event.lot_unknown,
        )
    boxes = dict.fromkeys(name for name in (event.parcel, *(move.parcel for move in event.moves)) if name)
    receipt = Receipt(
        event.receipt,
        sequence,
        at,
        event.parcel,
        event.packing_slip,
        parcels=tuple(boxes),
        lines=billable.received_lines(event),
        lot_unknown=event.lot_unknown,
        conversions=tuple(
            Conversion(line.line, line.lot, line.counted_in, line.conversion)
            for line in event.lines
            if line.conversion is not None
        ),
    )
    lines = tuple(_waiting(order, _with_outputs(line, event), event) for line in order.lines)
    return replace(order, receipts=(*order.receipts, receipt), parcels=parcels, lines=lines)


def _offered(order: Order, event: e.TransferOffered, sequence: int, at: datetime) -> Order:
    """What was given another name to go on with, comes back to us under it, too."""
    lines = tuple(
        replace(line, output_lots={**line.output_lots, **names})
        if (names := _names_there(line, event.transfer))
        else line
        for line in order.lines
    )
    return _with_transfer(
        replace(order, lines=lines, last_news_at=at), replace(event.transfer, since=at, told_by=sequence)
    )


def _names_there(line: Line, transfer: Transfer) -> dict[str, str]:
    return {
        item.lot: item.to_lot
        for item in transfer.lines
        if item.line == line.line and item.to_lot not in ("", item.lot)
    }


def _announced(order: Order, event: e.TransferAnnounced, _: int, at: datetime) -> Order:
    return _with_transfer(order, replace(event.transfer, since=at))


def _with_transfer(order: Order, transfer: Transfer) -> Order:
    return replace(order, transfers={**order.transfers, transfer.transfer: transfer})


def _answered(order: Order, name: str, state: TransferState, at: datetime, reason: str = "") -> Order:
    answered = replace(order.transfers[name], state=state, answered_at=at, reason=reason)
    return _with_transfer(order, answered)


def _forwarded(order: Order, event: e.PiecesForwarded, _: int, at: datetime) -> Order:
    """They use up what inspections released, like pieces shipped and accepted; unprocessed ones do not."""
    judged, shipped = dict(order.judged), dict(order.shipped)
    for item in order.transfers[event.transfer].lines:
        place, processed = key(item.line, item.lot), item.quantity - item.unprocessed
        if processed:
            judged[place] = judged.get(place, ZERO) + processed
            shipped[place] = shipped.get(place, ZERO) + processed
    order = replace(order, judged=judged, shipped=shipped)
    return _answered(order, event.transfer, TransferState.TAKEN, at)


def _taken(order: Order, event: e.TransferTaken, _: int, at: datetime) -> Order:
    order = _answered(order, event.transfer, TransferState.TAKEN, at)
    lines = billable.brought(order.lines, order.transfers[event.transfer])
    withdrawn = dict(order.withdrawn)
    for place, taken in event.withdrawn.items():
        withdrawn[place] = (withdrawn.get(place) or Withdrawn(taken.unit)).and_also(taken)
    return replace(order, lines=lines, withdrawn=withdrawn, last_news_at=at)


def _transfer_refused(order: Order, event: e.TransferRefused, _: int, at: datetime) -> Order:
    return _answered(order, event.transfer, TransferState.REFUSED, at, event.reason)


def _transfer_withdrawn(
    order: Order, event: e.TransferWithdrawn | e.TransferCameHere, _: int, at: datetime
) -> Order:
    return _answered(order, event.transfer, TransferState.WITHDRAWN, at)


def _by_place(moves: Iterable[Move]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for move in moves:
        place = key(move.line, move.lot)
        found[place] = found.get(place, ZERO) + move.quantity
    return found


def _with_outputs(line: Line, event: e.PiecesReceived) -> Line:
    """The line knowing what its lots are called from now on: every lot of the moves, when none is named."""
    outputs = dict(line.output_lots)
    for counted in event.lines:
        if counted.line == line.line and counted.output_lot:
            lots = [counted.lot] if counted.lot else [m.lot for m in event.moves if m.line == line.line]
            outputs |= dict.fromkeys(lots, counted.output_lot)
    return replace(line, output_lots=outputs)


def _opened(order: Order, event: e.NonconformanceOpened, sequence: int, at: datetime) -> Order:
    shares: Mapping[str, Mapping[Share, Decimal]] = {}
    serials: Mapping[str, Share] = {}
    for move in event.shares:
        # Shares of other nonconformances that the same pieces leave have moved already.
        if move.nonconformance == event.nonconformance:
            shares = shared(shares, move)
            serials = shared_serials(serials, move)
    item = Nonconformance(
        event.nonconformance,
        at,
        event.defect,
        event.quantity,
        shares,
        receipt=event.receipt,
        recorded_only=event.recorded_only,
        opened_by=event.opened_by or sequence,
        line=event.line,
        serials=serials,
        recorded=event.recorded,
    )
    return replace(order, nonconformances={**order.nonconformances, event.nonconformance: item})


def _on_nonconformance(order: Order, name: str, **changes: Any) -> Order:
    item = replace(order.nonconformances[name], **changes)
    return replace(order, nonconformances={**order.nonconformances, name: item})


def _withdrawn(order: Order, event: e.NonconformanceWithdrawn, _: int, __: datetime) -> Order:
    return _on_nonconformance(order, event.nonconformance, shares={}, serials={}, withdrawn=True)


def _dispositioned(order: Order, event: e.NonconformanceDispositioned, _: int, __: datetime) -> Order:
    item = order.nonconformances[event.nonconformance]
    return _on_nonconformance(
        order,
        event.nonconformance,
        cause=event.cause or item.cause,
        responsibility=event.responsibility or item.responsibility,
        outcomes=(*item.outcomes, *billable.dispositioned(order, event)),
    )


def _proposed(order: Order, event: e.DispositionProposed, _: int, __: datetime) -> Order:
    item = order.nonconformances[event.nonconformance]
    return _on_nonconformance(
        order,
        event.nonconformance,
        proposals=(*item.proposals, *event.proposals),
        cause=event.cause or item.cause,
        responsibility=event.responsibility or item.responsibility,
    )


def _decided(order: Order, event: e.DispositionDecided, _: int, __: datetime) -> Order:
    item = order.nonconformances[event.nonconformance]
    outcomes = (*item.outcomes, *billable.decided(order, event))
    return _on_nonconformance(order, event.nonconformance, proposals=(), outcomes=outcomes)


def _action_planned(order: Order, event: e.ActionPlanned, _: int, at: datetime) -> Order:
    item = order.nonconformances[event.nonconformance]
    action = CorrectiveAction(event.action, event.cause, event.what, event.owner, event.due, at, event.by)
    return _on_nonconformance(order, event.nonconformance, actions=(*item.actions, action))


def _on_action(order: Order, nonconformance: str, name: str, **changes: Any) -> Order:
    actions = tuple(
        replace(action, **changes) if action.action == name else action
        for action in order.nonconformances[nonconformance].actions
    )
    return _on_nonconformance(order, nonconformance, actions=actions)


def _action_completed(order: Order, event: e.ActionCompleted, _: int, at: datetime) -> Order:
    done = {"completed_at": at, "completed_by": event.by, "done": event.note}
    return _on_action(order, event.nonconformance, event.action, **done)


def _action_verified(order: Order, event: e.ActionVerified, _: int, at: datetime) -> Order:
    verified = {"verified_at": at, "verified_by": event.by, "effective": event.effective}
    return _on_action(order, event.nonconformance, event.action, **verified, verdict=event.note)


def _responsibility(order: Order, event: e.ResponsibilitySet, _: int, __: datetime) -> Order:
    cause = event.cause or order.nonconformances[event.nonconformance].cause
    return _on_nonconformance(order, event.nonconformance, responsibility=event.responsibility, cause=cause)


def _nonconformance_reviewed(order: Order, event: e.NonconformanceReviewed, _: int, at: datetime) -> Order:
    item = order.nonconformances[event.nonconformance]
    reviews = (*item.reviews, Review(at, event.by, event.note))
    return _on_nonconformance(order, event.nonconformance, reviews=reviews)


def _lost(order: Order, event: e.PiecesLost, sequence: int, at: datetime) -> Order:
    opened = {
        loss.claim: Claim(
            loss.claim, loss.against, event.reason, sequence, at, at, loss.due, loss.pieces, loss.parcel
        )
        for loss in event.claims
    }
    order = replace(billable.lost_in_rework(order, event.shares), claims={**order.claims, **opened})
    return order if opened else billable.written_off(order, event.moves)


def _claim_settled(order: Order, event: e.ClaimSettled, _: int, at: datetime) -> Order:
    claim = order.claims[event.claim]
    settled = replace(
        claim,
        outcome=event.outcome,
        amount=event.amount,
        note=event.note,
        settled_at=at,
        settled_by=event.by,
        settled_for=claim.missing,
    )
    return replace(order, claims={**order.claims, event.claim: settled})


def _short_closed(order: Order, event: e.LinesShortClosed, _: int, __: datetime) -> Order:
    lines = tuple(
        replace(line, short_closed=True) if line.line in event.lines else line for line in order.lines
    )
    return replace(order, lines=lines)


def _over_resolved(order: Order, event: e.OverResolved, _: int, __: datetime) -> Order:
    if event.ordered is None:
        return order
    ordered = event.ordered
    lines = tuple(
        replace(
            line, ordered=ordered, kept=line.kept + ordered - line.ordered, lots=event.planned or line.lots
        )
        if line.line == event.line
        else line
        for line in order.lines
    )
    return replace(order, lines=lines, revision=order.revision + 1)


def _corrected(order: Order, event: e.EventCorrected, _: int, at: datetime) -> Order:
    for transfer in order.transfers.values():
        if transfer.told_by == event.sequence:
            order = _answered(order, transfer.transfer, TransferState.WITHDRAWN, at)
    if event.type == e.PiecesLost.name:
        order = billable.lost_in_rework(order, event.shares)
    if event.type == e.ParcelShipped.name:
        order = _without_use(order, order.parcels[event.parcel].unworked, -1)
    parcels = dict(order.parcels)
    if event.parcel in parcels:
        parcels[event.parcel] = replace(parcels[event.parcel], void=True)
    return replace(
        order,
        corrected=(*order.corrected, event.sequence),
        receipts=tuple(
            replace(receipt, void=True) if receipt.receipt == event.receipt else receipt
            for receipt in order.receipts
        ),
        parcels=parcels,
        claims={
            name: replace(claim, void=True) if claim.opened_by == event.sequence else claim
            for name, claim in order.claims.items()
        },
        lines=billable.weighed((_without_load(line, event.sequence) for line in order.lines), event.weights),
        milestones=tuple(
            replace(item, actual=event.actual, forecast=event.forecast, quantity=event.quantity)
            if item.code == event.milestone
            else item
            for item in order.milestones
        ),
    )


def _without_load(line: Line, told_by: int) -> Line:
    """The line with the load that event `told_by` reported taken back, if it is one of its."""
    loads = tuple(replace(load, void=True) if load.sequence == told_by else load for load in line.loads)
    return replace(line, loads=loads) if loads != line.loads else line


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
    return replace(_moot(order, ChangeState.WITHDRAWN, at), cancel_requested_at=at)


def _cancelled(order: Order, _: e.OrderCancelled, __: int, at: datetime) -> Order:
    # Nothing waits any more: a hold ends with the order it held.
    holds = tuple(replace(hold, resumed_at=at) if hold.resumed_at is None else hold for hold in order.holds)
    return replace(order, end=Stage.CANCELLED, ended_at=at, holds=holds)


def _closed(order: Order, _: e.OrderClosed | e.OrderForceCompleted, __: int, at: datetime) -> Order:
    return replace(order, end=Stage.CLOSED, ended_at=at)


def _settled(order: Order, event: e.OrderSettled | e.SettlementAdjusted, _: int, at: datetime) -> Order:
    settlement = Settlement(at, event.charges, adjustment=isinstance(event, e.SettlementAdjusted))
    return replace(order, settlements=(*order.settlements, settlement))


def _reminded(order: Order, event: e.ReminderSent, _: int, __: datetime) -> Order:
    return replace(order, reminded=(*order.reminded, f"{event.rule}:{event.occurrence}"))


def _raised(order: Order, event: e.AlertRaised, _: int, at: datetime) -> Order:
    alert = Alert(
        event.alert, event.rule, event.occurrence, event.since, at, event.owed_by, details=event.details
    )
    return replace(order, alerts={**order.alerts, event.alert: alert})


def _on_alert(order: Order, alert: str, **changes: Any) -> Order:
    return replace(order, alerts={**order.alerts, alert: replace(order.alerts[alert], **changes)})


def _escalated(order: Order, event: e.AlertEscalated, _: int, __: datetime) -> Order:
    return _on_alert(order, event.alert, escalations=event.escalation)


def _alert_acknowledged(order: Order, event: e.AlertAcknowledged, _: int, at: datetime) -> Order:
    return _on_alert(order, event.alert, acknowledged_at=at, cause=event.cause, action=event.action)


def _cleared(order: Order, event: e.AlertCleared, _: int, at: datetime) -> Order:
    return _on_alert(order, event.alert, cleared_at=at)


def _lot_held(order: Order, event: e.LotHeld, _: int, at: datetime) -> Order:
    hold = LotHold(event.hold, event.lot, event.lots, event.reason, at, event.supplier_told)
    return replace(order, lot_holds={**order.lot_holds, event.hold: hold})


def _lot_released(order: Order, event: e.LotReleased, _: int, at: datetime) -> Order:
    hold = replace(order.lot_holds[event.hold], released_at=at)
    return replace(order, lot_holds={**order.lot_holds, event.hold: hold})


def _replanned(order: Order, event: e.OrderReplanned, _: int, __: datetime) -> Order:
    return replace(order, plant_calendar=event.plant_calendar, supplier_calendar=event.supplier_calendar)


# Events that are absent only move pieces or shares, or say what the state says already.
MEANINGS: dict[type[e.Event], Callable[..., Order]] = {
    e.OrderAcknowledged: _acknowledged,
    e.OrderCountered: _countered,
    e.CounterAccepted: _counter_accepted,
    e.CounterRejected: _counter_rejected,
    e.OrderDeclined: _declined,
    e.ChangeProposed: _change_proposed,
    e.ChangeApproved: _change_approved,
    e.ChangeRejected: _change_rejected,
    e.ChangeWithdrawn: _change_withdrawn,
    e.ChangeAcknowledged: _change_acknowledged,
    e.ChangeDeclined: _change_declined,
    e.OrderExpedited: _expedited,
    e.OrderPushed: _pushed,
    e.PushTakenBack: _push_taken_back,
    e.ContingencyPlanned: _contingency_planned,
    e.ContingencySettled: _contingency_settled,
    e.OrdersMerged: _merged,
    e.OrderMergedInto: _merged_into,
    e.OrderSplit: _split,
    e.PartWorkReported: _part_work,
    e.OrderReassigned: _reassigned,
    e.PiecesTakenOver: _taken_over,
    e.PiecesSent: _sent,
    e.MilestoneReported: _milestone,
    e.ProcessReported: _processed,
    e.InspectionSubmitted: _submitted,
    e.InspectionReviewed: _reviewed,
    e.ParcelShipped: _shipped,
    e.ParcelNamed: _named,
    e.TransferOffered: _offered,
    e.TransferAnnounced: _announced,
    e.PiecesForwarded: _forwarded,
    e.TransferTaken: _taken,
    e.TransferRefused: _transfer_refused,
    e.TransferWithdrawn: _transfer_withdrawn,
    e.TransferCameHere: _transfer_withdrawn,
    e.PiecesReceived: _received,
    e.NonconformanceOpened: _opened,
    e.NonconformanceWithdrawn: _withdrawn,
    e.NonconformanceDispositioned: _dispositioned,
    e.DispositionProposed: _proposed,
    e.DispositionDecided: _decided,
    e.PiecesLost: _lost,
    e.ClaimSettled: _claim_settled,
    e.ActionPlanned: _action_planned,
    e.ActionCompleted: _action_completed,
    e.ActionVerified: _action_verified,
    e.ResponsibilitySet: _responsibility,
    e.NonconformanceReviewed: _nonconformance_reviewed,
    e.LinesShortClosed: _short_closed,
    e.OverResolved: _over_resolved,
    e.EventCorrected: _corrected,
    e.DocumentAdded: _document,
    e.OrderHeld: _held,
    e.OrderResumed: _resumed,
    e.CancellationRequested: _cancelling,
    e.OrderCancelled: _cancelled,
    e.OrderClosed: _closed,
    e.OrderForceCompleted: _closed,
    e.OrderSettled: _settled,
    e.SettlementAdjusted: _settled,
    e.ReminderSent: _reminded,
    e.AlertRaised: _raised,
    e.AlertEscalated: _escalated,
    e.AlertAcknowledged: _alert_acknowledged,
    e.AlertCleared: _cleared,
    e.LotHeld: _lot_held,
    e.LotReleased: _lot_released,
    e.OrderReplanned: _replanned,
}
