"""correct: an event was typed wrongly. The reverse movement is written; both stay in the stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from models.domain import events as e
from models.domain.across import Decision
from models.domain.commands import Correct
from models.domain.decisions import checks
from models.domain.decisions.going_on import refuse_gone_on
from models.domain.decisions.offering import still_offered
from models.domain.decisions.processing import overfilled_load
from models.domain.decisions.shares import overclaimed
from models.domain.errors import Invalid, Refusal
from models.domain.evolve import evolve, shelf_changes, taken
from models.domain.facts import Asked, EventFact, Facts, no_longer_here
from models.domain.genealogy import load_node
from models.domain.order import Order
from models.domain.pieces import Bucket, Took, lot_of
from models.domain.quantities import ZERO
from models.domain.records import Share
from models.domain.serial_stock import fate
from models.domain.serials import MOST_NAMED, listed
from models.domain.transfers import TransferState

CORRECTABLE = (
    e.PiecesSent,
    e.MilestoneReported,
    e.ProcessReported,
    e.ParcelShipped,
    e.TransferOffered,
    e.PiecesReceived,
    e.PiecesJudged,
    e.PiecesLost,
)


def correct(
    order: Order, command: Correct, asked: Asked, facts: Facts, now: datetime
) -> list[e.Event] | Decision:
    fact = _correctable(order, command, facts)
    reason = checks.reason(command.reason)
    _claims_untouched(order, fact.sequence)
    withdrawn = [e.NonconformanceWithdrawn(name) for name in _opened_by(order, fact.sequence)]
    wrong = fact.event
    others = _withdrawn(order, wrong, facts)
    undone = e.EventCorrected(
        sequence=command.event,
        type=wrong.name,
        reason=reason,
        moves=tuple(move.reversed() for move in reversed(getattr(wrong, "moves", ()))),
        shares=tuple(share.reversed() for share in reversed(getattr(wrong, "shares", ()))),
        receipt=wrong.receipt if isinstance(wrong, e.PiecesReceived) else "",
        parcel=_box_made_by(wrong),
        weights={line: weight.reversed() for line, weight in wrong.weights.items()}
        if isinstance(wrong, e.PiecesSent)
        else {},
    )
    undone = _with_milestone(order, fact, undone)
    _load_not_shipped(order, fact)
    refuse_gone_on(order, undone.moves, facts)
    _still_on_shelf(order, undone, facts)
    events = [*withdrawn, undone]
    _still_there(order, events, now)
    return Decision(events, others) if others else events


def _withdrawn(order: Order, wrong: e.Event, facts: Facts) -> dict[str, list[e.Event]]:
    """An offer nobody has answered is taken back, and the order it was for hears of it."""
    if not isinstance(wrong, e.TransferOffered):
        return {}
    offer = order.transfers[wrong.transfer.transfer]
    if not offer.open or offer.target not in facts.others:
        raise Refusal(
            "correct.transfer_answered",
            "{transfer} was answered already ({state}); it cannot be taken back any more. Correct the "
            "receipt on the order the pieces went to.",
            field="event",
            transfer=offer.transfer,
            state=offer.state.value,
        )
    return {offer.target: [e.TransferWithdrawn(offer.transfer, order.number)]}


def _correctable(order: Order, command: Correct, facts: Facts) -> EventFact:
    fact = facts.event
    if fact is None:
        raise Invalid(
            "event.unknown",
            "Order {order} has no event {event}.",
            field="event",
            order=order.number,
            event=command.event,
        )
    if not isinstance(fact.event, CORRECTABLE):
        raise Refusal(
            "correct.kind",
            "Entry {event} cannot be corrected. What can: {entries}.",
            field="event",
            event=fact.sequence,
            entries=", ".join(kind.name.replace("_", " ") for kind in CORRECTABLE),
        )
    if command.event in order.corrected:
        raise Refusal(
            "correct.twice",
            "Event {event} was corrected already. Look at the order as it stands now.",
            field="event",
            event=command.event,
        )
    return fact


def _opened_by(order: Order, sequence: int) -> list[str]:
    """Nonconformances that exist only because of the event; refused once somebody decided on one."""
    names = []
    for item in order.nonconformances.values():
        if item.opened_by != sequence or item.withdrawn:
            continue
        undecided = sum((shares.get(Share.UNDECIDED, ZERO) for shares in item.shares.values()), ZERO)
        if undecided != item.quantity:
            raise _decided(item.nonconformance)
        names.append(item.nonconformance)
    return names


def _claims_untouched(order: Order, sequence: int) -> None:
    """What was lost by mistake was never claimed: not once somebody has paid for it, or it turned up."""
    for claim in order.claims.values():
        if claim.opened_by == sequence and claim.outcome:
            raise _decided(claim.claim)
        if claim.opened_by == sequence and claim.found:
            raise _moved_on(claim.claim)


def _with_milestone(order: Order, fact: EventFact, undone: e.EventCorrected) -> e.EventCorrected:
    """The correction with what stood on the milestone before."""
    wrong = fact.event
    if isinstance(wrong, e.MilestoneReported):
        return _report_undone(order, wrong, undone)
    if isinstance(wrong, e.ParcelShipped):
        return _shipping_undone(order, wrong, fact.at, undone)
    return undone


def _report_undone(order: Order, wrong: e.MilestoneReported, undone: e.EventCorrected) -> e.EventCorrected:
    if wrong.parcel:
        raise Refusal(
            "correct.with_parcel",
            "This date came with parcel {parcel}. Correct the parcel, or report the milestone with the "
            "right date.",
            field="event",
            parcel=wrong.parcel,
        )
    milestone = order.milestone(wrong.code)
    assert milestone is not None, "milestones are never taken off an order"
    stood = (
        wrong.actual or wrong.previous_actual,
        wrong.forecast or wrong.previous_forecast,
        wrong.quantity if wrong.quantity is not None else wrong.previous_quantity,
    )
    if stood != (milestone.actual, milestone.forecast, milestone.quantity):
        raise Refusal(
            "correct.moved_on",
            "“{milestone}” was reported again since. Correct the later report first.",
            field="event",
            milestone=milestone.name,
        )
    return replace(
        undone,
        milestone=wrong.code,
        actual=wrong.previous_actual,
        forecast=wrong.previous_forecast,
        quantity=wrong.previous_quantity,
    )


def _shipping_undone(
    order: Order, wrong: e.ParcelShipped, at: datetime, undone: e.EventCorrected
) -> e.EventCorrected:
    """Shipping had counted for the milestone of kind `shipped`, which is not met while pieces are there."""
    milestone = next((item for item in order.milestones if item.kind == "shipped"), None)
    if milestone is None or milestone.quantity is None:
        return undone
    if milestone.actual is not None and milestone.actual < at:
        return undone  # met before: this box was rework and counted for nothing
    back = sum((move.quantity for move in wrong.moves if move.target is Bucket.IN_TRANSIT_BACK), ZERO)
    return replace(
        undone,
        milestone=milestone.code,
        forecast=milestone.forecast,
        quantity=max(ZERO, milestone.quantity - back) or None,
    )


def _load_not_shipped(order: Order, fact: EventFact) -> None:
    """A box that names the load keeps it: its receipts were written with it. So does what was used up in tests."""
    if not isinstance(fact.event, e.ProcessReported):
        return
    node = load_node(order.supplier, fact.event)
    for parcel in order.parcels.values():
        if not parcel.void and node in {*parcel.loads.values(), *(each.load for each in parcel.tested)}:
            raise _moved_on(parcel.parcel)
    for each in order.transfers.values():
        if each.source != order.number:
            continue
        given_up = each.state in (TransferState.REFUSED, TransferState.WITHDRAWN)
        packed = not given_up and any(item.load == node for item in each.lines)
        # What was tested is gone also when nobody took the others.
        tested = each.told_by not in order.corrected and any(item.load == node for item in each.tested)
        if packed or tested:
            raise _moved_on(each.transfer)


def _still_on_shelf(order: Order, undone: e.EventCorrected, facts: Facts) -> None:
    """Accepted pieces that were used or dispatched since cannot be taken back into the box."""
    _every_piece_still_here(order, undone, facts)
    took = taken(undone.moves)
    for (number, lot), pieces in shelf_changes(undone.moves).items():
        line, fact = order.line(number), facts.lots.get(lot)
        if line is None or fact is None:
            continue
        own = took.get((number, lot), Took(pieces, line.unit))
        change = own.quantity
        if fact.unit != own.unit:
            continue
        if fact.on_hand + change < 0:
            raise Refusal(
                "correct.moved_on",
                "Pieces of lot {lot} were used or sent on since; {left} are left. Correct that first.",
                field="event",
                lot=lot,
                left=fact.on_hand,
            )


def _every_piece_still_here(order: Order, undone: e.EventCorrected, facts: Facts) -> None:
    """Where pieces have numbers, each is looked for: as many others in its place do not make good for one that
    was dispatched, used up or has been with another order since."""
    gone = {}
    for move in undone.moves:
        line = order.line(move.line)
        for serial in move.serials if line is not None else ():
            where = no_longer_here(facts, line, serial) if line is not None else None
            if where is not None:
                gone[serial] = fate(serial, where, "event")
    if gone:
        raise Refusal(
            "correct.moved_on",
            "No longer here: {serials}. Take back first what was done with them, or report a nonconformance, which "
            "is recorded.",
            errors=tuple(gone.values())[:MOST_NAMED],
            serials=listed(gone),
        )


def _still_there(order: Order, events: Sequence[e.Event], now: datetime) -> None:
    """Tries the correction: every bucket, box and nonconformance must hold what it takes back."""
    after = order
    try:
        for place, event in enumerate(events):
            after = evolve(after, event, order.version + place + 1, now)
    except Refusal as refusal:
        raise Refusal(
            "correct.moved_on",
            "The pieces have moved on since. Correct the later event first.",
            errors=(refusal.at("event"),),
        ) from None
    for at, names in after.accepted_as.items():
        if any(left < 0 for left in names.values()):
            raise _moved_on(lot_of(at))
    for parcel in after.parcels.values():
        # A box that never was holds nothing; one that was holds no less than nothing.
        if any(left < 0 or (parcel.void and left) for left in parcel.contents.values()):
            raise _moved_on(parcel.parcel)
    overfilled = overfilled_load(after)
    if overfilled:
        raise _moved_on(overfilled)
    waiting = still_offered(after)
    if waiting:
        raise _moved_on(waiting)
    claimed = overclaimed(after)
    if claimed:
        raise _decided(claimed)


def _moved_on(what: str) -> Refusal:
    """`what`: the box, lot, load or nonconformance that stands in the way."""
    return Refusal(
        "correct.moved_on",
        "The pieces have moved on since ({what}). Correct the later event first.",
        field="event",
        what=what,
    )


def _decided(what: str) -> Refusal:
    """`what`: the nonconformance or claim somebody has decided about."""
    return Refusal(
        "correct.decided",
        "{what} was decided about since, which is not taken back, so this entry stands. Book what is different "
        "now: receive, judge or report what was found, or ask for a change of the quantity.",
        field="event",
        what=what,
    )


def _box_made_by(wrong: e.Event) -> str:
    if isinstance(wrong, e.ParcelShipped):
        return wrong.parcel
    if isinstance(wrong, e.PiecesReceived) and wrong.unannounced:
        return wrong.parcel
    return ""
