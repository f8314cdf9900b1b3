"""What events leave in the state for the bill: what was weighed, counted, decided, lost in rework and written off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from models.domain import events as e
from models.domain.order import Line, Order, inspections_of
from models.domain.pieces import Bucket, Move, key
from models.domain.quantities import ZERO
from models.domain.records import Outcome, ReceivedLine, Share
from models.domain.transfers import Transfer


def weighed(lines: Iterable[Line], weights: Mapping[str, e.Weighed]) -> tuple[Line, ...]:
    """The lines knowing what more of them was weighed."""
    return tuple(
        replace(line, weight=line.weight + more.kilograms, weighed=line.weighed + more.pieces)
        if (more := weights.get(str(line.line))) is not None
        else line
        for line in lines
    )


def brought(lines: Iterable[Line], transfer: Transfer) -> tuple[Line, ...]:
    """The lines knowing what was weighed of the pieces that came straight from another order."""
    weights: dict[str, e.Weighed] = {}
    for item in transfer.lines:
        if item.weight is not None:
            before = weights.get(str(item.to_line), e.Weighed(ZERO, ZERO))
            more = e.Weighed(before.kilograms + item.weight, before.pieces + item.quantity)
            weights[str(item.to_line)] = more
    return weighed(lines, weights)


def received_lines(event: e.PiecesReceived) -> tuple[ReceivedLine, ...]:
    """What a receipt counted of each line; rework where every piece of it came back from rework."""
    found = []
    for number in dict.fromkeys(line.line for line in event.lines):
        counted = sum((line.counted for line in event.lines if line.line == number), ZERO)
        again = [share for share in event.shares if share.line == number and share.source is Share.REWORKING]
        rework = sum((share.quantity for share in again), ZERO) >= counted > 0
        name = again[-1].nonconformance if rework else ""
        good = sum((line.accepted + line.pending for line in event.lines if line.line == number), ZERO)
        found.append(ReceivedLine(number, counted, name, event.setup.get(str(number), ZERO), good))
    return tuple(found)


def dispositioned(order: Order, event: e.NonconformanceDispositioned) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(
            move.line,
            move.lot,
            move.quantity,
            event.decision,
            event.at,
            len(inspections_of(order, move.line)),
        )
        for move in event.moves
    )


def decided(order: Order, event: e.DispositionDecided) -> tuple[Outcome, ...]:
    """What the design authority approved of what was proposed."""
    if event.decision != "approve":
        return ()
    return tuple(
        Outcome(
            proposal.line,
            proposal.lot,
            proposal.quantity,
            proposal.decision,
            proposal.at,
            len(inspections_of(order, proposal.line)),
        )
        for proposal in order.nonconformances[event.nonconformance].proposals
    )


def lost_in_rework(order: Order, shares: Iterable[e.ShareMove]) -> Order:
    """The order knowing which pieces will not come back from rework, or, with shares reversed, may again."""
    items = dict(order.nonconformances)
    for share in shares:
        if Share.REWORKING not in (share.source, share.target):
            continue
        item = items[share.nonconformance]
        quantity = share.quantity if share.source is Share.REWORKING else -share.quantity
        lost = Outcome(share.line, share.lot, quantity, "lost", "supplier")
        items[share.nonconformance] = replace(item, outcomes=(*item.outcomes, lost))
    return replace(order, nonconformances=items)


def written_off(order: Order, moves: Iterable[Move]) -> Order:
    """The order knowing what its supplier still had when it was completed without that; nobody claims it."""
    found = dict(order.written_off)
    for move in moves:
        if move.source is Bucket.AT_SUPPLIER:
            at = key(move.line, move.lot)
            found[at] = found.get(at, ZERO) + move.quantity
    return replace(order, written_off=found)
