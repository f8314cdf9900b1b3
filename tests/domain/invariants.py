"""What is true of every order after every step, written apart from the code it checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from models.domain import billing, money, transfers
from models.domain import events as e
from models.domain.changes import ChangeKind, ChangeState
from models.domain.charges import ChargeKind
from models.domain.deadlines import next_deadline, watch
from models.domain.order import ENDED, Answer, Order, stage
from models.domain.pieces import Bucket
from models.domain.records import Share
from models.domain.transfers import TransferState

ZERO = Decimal(0)
# What goes on after an order has ended.
OUTLIVE = {"corrective_action_due", "corrective_action_overdue", "claim_due", "claim_overdue"}
SENT = [bucket for bucket in Bucket if bucket is not Bucket.OVER]
OUT = [Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_BACK]


def pieces(order: Order, *buckets: Bucket, place: str | None = None) -> Decimal:
    """How many are in `buckets`, at one line and lot or everywhere."""
    return sum(
        (
            quantity
            for at, held in order.stock.items()
            if place in (None, at)
            for bucket, quantity in held.items()
            if bucket in buckets
        ),
        Decimal(0),
    )


def check_state(order: Order) -> None:
    """A state that may be stored."""
    _money(order)
    for at, held in order.stock.items():
        assert all(quantity > 0 for quantity in held.values()), (at, held)
        boxed = sum((parcel.contents.get(at, Decimal(0)) for parcel in order.parcels.values()), Decimal(0))
        assert boxed == held.get(Bucket.IN_TRANSIT_BACK, 0), (at, order.parcels)
        accepted = order.accepted_as.get(at, {})
        assert sum(accepted.values(), Decimal(0)) == held.get(Bucket.ACCEPTED, 0), (at, accepted)
        claimed = Counter[Share]()
        for item in order.nonconformances.values():
            for share, quantity in item.shares.get(at, {}).items():
                assert quantity > 0, item
                claimed[share] += quantity  # type: ignore[assignment]
        assert claimed[Share.UNDECIDED] + claimed[Share.PROPOSED] == held.get(Bucket.REJECTED, 0), at
        assert claimed[Share.REINSPECTING] <= held.get(Bucket.PENDING, 0), at
        assert claimed[Share.RETURNING] <= held.get(Bucket.IN_TRANSIT_OUT, 0), at
        assert claimed[Share.REWORKING] + claimed[Share.RETURNING] <= pieces(order, *OUT, place=at), at
        _handed_on(order, at)
        _one_place_each(order, at)
    for parcel in order.parcels.values():
        assert all(quantity > 0 for quantity in parcel.contents.values()), parcel
        assert not (parcel.void and parcel.contents), parcel
    for line in order.lines:
        sent = sum(
            (pieces(order, *SENT, place=at) for at in order.stock if at.startswith(f"{line.line}:")),
            Decimal(0),
        )
        assert sent <= line.ordered or _cut(order, line.line), "more was sent than ordered"
        if line.plan is not None:
            _covered(order, line.line)
        for load in line.loads:
            for lot, quantity in load.lots.items():
                # Of one telling; those of a load together are checked where they are told.
                there = pieces(order, *SENT, place=f"{line.line}:{lot}")
                assert load.void or ZERO < quantity <= there, (load, there)
    open_changes = [change for change in order.changes.values() if change.open]
    assert len(open_changes) <= 1, open_changes
    hurried = [name for name, change in order.changes.items() if change.kind is ChangeKind.EXPEDITE]
    kept = [name for name in hurried if order.changes[name].state is ChangeState.ACKNOWLEDGED]
    fees = [each.change for each in order.expedites]
    # The first part of a split order keeps what it agreed to before; what was taken up brings its own.
    assert order.kin.split_from or [name for name in fees if name in order.changes] == kept, (
        "an expedite is paid once, when it is accepted"
    )
    assert order.kin.split_from or order.kin.merged_from or fees == kept, "somebody else's expedite"
    assert len(set(fees)) == len(fees), "an expedite is paid twice"
    going = [name for name in hurried if order.changes[name].open]
    assert not (kept or going) or order.priority == "urgent"
    assert not open_changes or (order.end is None and not order.cancelling), "nothing is left to change"
    assert any(line.ordered for line in order.lines), "an order of nothing"
    assert (order.counter is not None) == (order.answer is Answer.COUNTERED)
    nodes = {load.node for line in order.lines for load in line.reported_loads}
    for parcel in order.parcels.values():
        assert parcel.void or nodes >= set(parcel.loads.values()), parcel
    told = Counter((alert.rule, alert.occurrence) for alert in order.alerts.values())
    assert all(times == 1 for times in told.values()), told
    for claim in order.claims.values():
        assert claim.found.keys() <= claim.pieces.keys(), claim
        assert all(ZERO < some <= claim.pieces[at] for at, some in claim.found.items()), claim
        assert (claim.amount is not None) == (claim.outcome in ("paid", "credited")), claim
    for item in order.nonconformances.values():
        proposed = sum((proposal.quantity for proposal in item.proposals), Decimal(0))
        shares = [shares.get(Share.PROPOSED, Decimal(0)) for shares in item.shares.values()]
        assert proposed == sum(shares, Decimal(0)), item


def _one_place_each(order: Order, at: str) -> None:
    """The serials at one line and lot are as many as its pieces: per bucket, box, name and share."""
    number = int(at.partition(":")[0])
    line = order.line(number)
    assert line is not None
    if not line.by_serial:
        assert not any(name.startswith(f"{number}:") for name in order.serials)
        return
    here = {
        name: place
        for name, place in order.serials.items()
        if name.startswith(f"{number}:") and f"{number}:{place.lot}" == at
    }
    buckets = Counter(place.bucket for place in here.values())
    assert buckets == order.stock[at], (at, buckets)
    boxed = Counter(place.parcel for place in here.values() if place.bucket is Bucket.IN_TRANSIT_BACK)
    for name, parcel in order.parcels.items():
        assert boxed[name] == parcel.contents.get(at, 0), (at, parcel)
    outputs = Counter(place.output for place in here.values() if place.bucket is Bucket.ACCEPTED)
    assert outputs == order.accepted_as.get(at, {}), (at, outputs)
    for item in order.nonconformances.values():
        shares = Counter(share for name, share in item.serials.items() if name in here)
        assert shares == item.shares.get(at, {}), (at, item)


def _handed_on(order: Order, at: str) -> None:
    """What is offered is still there, and what was taken is what went on."""
    by_state = Counter[TransferState]()
    for transfer in order.transfers.values():
        if transfer.source == order.number:
            for item in transfer.lines:
                if f"{item.line}:{item.lot}" == at:
                    by_state[transfer.state] += item.quantity  # type: ignore[assignment]
    assert by_state[TransferState.OFFERED] <= pieces(order, Bucket.AT_SUPPLIER, place=at), at
    assert by_state[TransferState.TAKEN] == pieces(order, Bucket.FORWARDED, place=at), at


def check_pair(one: Order, other: Order) -> None:
    """Two orders say the same of what went from one to the other."""
    for transfer in one.transfers.values():
        if other.number in (transfer.source, transfer.target):
            theirs = other.transfers[transfer.transfer]
            assert (transfer.state, transfer.lines) == (theirs.state, theirs.lines), transfer


def _cut(order: Order, line: int) -> bool:
    """Whether a change that holds took pieces off the line."""
    return any(
        change.state is ChangeState.ACKNOWLEDGED and was.quantity > wanted.quantity
        for change in order.changes.values()
        for was, wanted in zip(change.before.lines, change.after.lines, strict=True)
        if was.line == line
    )


def _covered(order: Order, line: int) -> None:
    judged = sum((some for at, some in order.judged.items() if at.startswith(f"{line}:")), Decimal(0))
    rejected = sum(
        (item.quantity for item in order.nonconformances.values() if not item.withdrawn), Decimal(0)
    )
    released = sum(
        (
            item.lot_size
            for item in order.inspections.values()
            if item.line == line and item.decision == "release"
        ),
        Decimal(0),
    )
    assert judged - rejected <= released, "accepted without a released inspection"


def _money(order: Order) -> None:
    """Every finished piece is paid once, nothing is rounded twice, and what was settled stays settled."""
    charged = billing.charges(order)
    assert charged == billing.charges(order), "the same order costs the same"
    for line in order.lines:
        places = [at for at in order.stock if at.startswith(f"{line.line}:")]
        finished = sum((pieces(order, Bucket.ACCEPTED, Bucket.FORWARDED, place=at) for at in places), ZERO)
        # Gone on as they had come: nobody worked on them here.
        raw = sum(
            (
                item.unprocessed
                for transfer in order.transfers.values()
                if transfer.source == order.number and transfer.state is TransferState.TAKEN
                for item in transfer.lines
                if item.line == line.line
            ),
            ZERO,
        )
        priced = [each for each in charged if (each.kind, each.line) == (ChargeKind.PRICE, line.line)]
        assert sum((each.pieces for each in priced), ZERO) == finished - raw
    coin = Decimal(1).scaleb(-money.decimals(order.currency))
    for each in charged:
        assert abs(each.amount - each.quantity * each.rate) <= coin / 2
        assert each.amount % coin == 0
        assert (each.amount < 0) == (each.kind in (ChargeKind.LATE, ChargeKind.REJECTS, ChargeKind.CLAIM))
    for item in order.nonconformances.values():
        decided = [outcome for outcome in item.outcomes if outcome.decision != "lost"]
        assert sum((outcome.quantity for outcome in decided), ZERO) <= item.quantity
        reworked = sum((each.quantity for each in decided if each.decision in ("rework", "repair")), ZERO)
        lost = sum((each.quantity for each in item.outcomes if each not in decided), ZERO)
        assert ZERO <= lost <= reworked
    paid = [each for settlement in order.settlements for each in settlement.charges]
    expected = charged if order.end is not None else ()
    assert sum((each.amount for each in paid), ZERO) == sum((each.amount for each in expected), ZERO)
    assert all(each.adjustment for each in order.settlements[1:])


def check_step(before: Order, event: e.Event, after: Order) -> None:
    """One event: pieces are neither made nor destroyed but where the rules say so."""
    grown = pieces(after, *SENT) - pieces(before, *SENT)
    match event:
        case e.PiecesSent():
            assert grown == sum(move.quantity for move in event.moves if move.source is None)
            _within_ordered(event, after)
        case e.TransferTaken():
            assert grown == sum(move.quantity for move in event.moves)
            assert all(move.source is None for move in event.moves)
        case e.PiecesForwarded():
            gone = sum(move.quantity for move in event.moves)
            assert pieces(after, Bucket.FORWARDED) - pieces(before, Bucket.FORWARDED) == gone
            assert grown == 0, "what goes to the next order was sent all the same"
        case e.OrderSplit() | e.PiecesTakenOver():
            # One has lost what the other has; over all orders nothing has changed.
            assert abs(grown) == sum(
                move.quantity for move in event.moves if Bucket.OVER not in (move.source, move.target)
            )
        case e.OverResolved(decision="accept"):
            assert grown == event.quantity
            _kept_within_tolerance(before, after)
        case e.EventCorrected(type="pieces_sent"):
            assert grown == -sum(move.quantity for move in event.moves if move.target is None)
        case _:
            assert grown == 0, (event, "made or destroyed pieces")
    if not isinstance(event, e.OrderSplit | e.PiecesTakenOver):
        _accepted_within_ordered(before, after)
    if not isinstance(
        event, e.PiecesReceived | e.OverResolved | e.EventCorrected | e.OrderSplit | e.PiecesTakenOver
    ):
        assert pieces(after, Bucket.OVER) == pieces(before, Bucket.OVER)
    if isinstance(event, e.CounterAccepted):
        _divided(before, event, after)
    elif isinstance(event, e.ChangeAcknowledged):
        _added(before, event, after)
    elif not isinstance(event, e.OrdersMerged):
        assert [line.line for line in after.lines] == [line.line for line in before.lines]
    if before.promise_first is not None:
        assert after.promise_first == before.promise_first
    if not isinstance(event, e.CounterAccepted | e.ChangeAcknowledged | e.OrdersMerged | e.OverResolved):
        assert (after.revision, after.commercial) == (before.revision, before.commercial), (
            "terms of no revision"
        )
    if not isinstance(
        event,
        e.OrderAcknowledged
        | e.OrderCountered
        | e.CounterAccepted
        | e.CounterRejected
        | e.OrderDeclined
        | e.OrdersMerged,
    ):
        assert after.answer is before.answer, "a change answers no order"
    if before.end is not None:
        assert stage(after) is stage(before), "an ended order went on"
        _only_found(before, after)
    assert after.version == before.version + 1
    assert after.currency == before.currency
    assert after.settlements[: len(before.settlements)] == before.settlements


def _accepted_within_ordered(before: Order, after: Order) -> None:
    """Nothing becomes accepted beyond what is ordered now, whatever was sent before a change. Once the order
    has ended nobody can change what is ordered."""
    for line in after.lines:
        places = [at for at in after.stock if at.startswith(f"{line.line}:")]
        grown = sum(
            (
                pieces(after, Bucket.ACCEPTED, place=at) - pieces(before, Bucket.ACCEPTED, place=at)
                for at in places
            ),
            ZERO,
        )
        if grown > 0 and before.end is None:
            assert transfers.finished(after, line.line) <= line.ordered, "accepted more than is ordered"


def _kept_within_tolerance(before: Order, after: Order) -> None:
    """Keeping surplus orders no more than the tolerance of what was agreed."""
    for was, line in zip(before.lines, after.lines, strict=True):
        if line.ordered != was.ordered:
            assert line.kept <= (line.ordered - line.kept) * line.tolerance


def _added(before: Order, event: e.ChangeAcknowledged, after: Order) -> None:
    """The lines there were, then those that were approved and no others, by new numbers."""
    numbers = [line.line for line in before.lines]
    assert [line.line for line in after.lines[: len(numbers)]] == numbers
    new = after.lines[len(numbers) :]
    assert not {line.line for line in new} & set(numbers)
    assert [(line.work_order, line.operation, line.ordered, line.unit_price) for line in new] == [
        (item.work_order, item.operation, item.quantity, item.unit_price)
        for item in before.changes[event.change].added
    ]


def _divided(before: Order, event: e.CounterAccepted, after: Order) -> None:
    """Lines that divide are the same pieces of the same lots, and what was sent stays where it was."""
    assert after.stock == before.stock
    for line in before.lines:
        parts = [part for part in event.terms if part.line == line.line]
        lines = [after.line(part.becomes or part.line) for part in parts]
        assert None not in lines, event
        if len(parts) > 1:
            assert sum(each.ordered for each in lines if each) == line.ordered
            for lot in line.lots:
                planned = [
                    other.quantity for each in lines if each for other in each.lots if other.lot == lot.lot
                ]
                assert lot.quantity - sum(planned, ZERO) >= ZERO, "a lot became more"
        if line.line in event.rejected:
            # Needed when it was, though the order's own day may now be another line's.
            day = line.need_by or before.need_by
            assert [replace(each, need_by=each.need_by or after.need_by) for each in lines if each] == [
                replace(line, need_by=day)
            ]
    days = [line.need_by for line in after.lines if line.need_by]
    assert all(day < after.need_by for day in days), "the order shows the latest day"


def _within_ordered(event: e.PiecesSent, after: Order) -> None:
    """Nothing is sent beyond what is ordered now, whatever was sent before a change."""
    for number in {move.line for move in event.moves if move.source is None}:
        line = after.line(number)
        assert line is not None
        places = [at for at in after.stock if at.startswith(f"{number}:")]
        assert sum((pieces(after, *SENT, place=at) for at in places), ZERO) <= line.ordered


def _only_found(before: Order, after: Order) -> None:
    for at in before.stock.keys() | after.stock.keys():
        for bucket in Bucket:
            change = pieces(after, bucket, place=at) - pieces(before, bucket, place=at)
            if bucket is Bucket.LOST:
                assert change <= 0
            elif bucket in (Bucket.ACCEPTED, Bucket.TEST_CONSUMED):
                assert change >= 0
            elif bucket is not Bucket.PENDING:
                assert change == 0, (at, bucket)


def check_time(before: Order | None, events: Sequence[e.Event], after: Order, now: datetime) -> None:
    """Everything due has been told, nothing was told early, nothing is told on hold or after the end."""
    due = next_deadline(after)
    assert due is None or due > now, "a deadline was left behind"
    told = [
        event
        for event in events
        if isinstance(event, e.AlertRaised | e.AlertEscalated | e.ReminderSent)
        # The one alert that a delivery raises, not a clock.
        and getattr(event, "rule", "") != "mail_undeliverable"
    ]
    if after.hold is not None:
        assert due is None
        assert not told, "the clock stands on hold"
    if stage(after) in ENDED:
        assert {deadline.rule.code for deadline in watch(after)} <= OUTLIVE, "nothing else outlives an order"
    for event in told:
        if isinstance(event, e.AlertRaised | e.ReminderSent):
            assert event.since <= now, "told before its cause began"
    if told and before is not None and not [event for event in events if event not in told]:
        was_due = next_deadline(before)
        assert was_due is not None, "told without a deadline"
        assert was_due <= now, "told early"
