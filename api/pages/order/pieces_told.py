"""Sentences about pieces on their way: sent, processed, shipped, counted, judged, lost."""

# A sentence has one signature, whether or not it needs every argument.
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from activities.i18n import N_
from api.pages.order.telling import Change, Sentence, Telling, of
from api.pages.order.wording import AMOUNTS, SURPLUS
from models.domain import events as e
from models.domain.pieces import Bucket, line_of, lot_of

# What accepted pieces wait for, as a receipt has it.
_KEPT_BECAUSE = {
    "hold": N_("the order is on hold"),
    "lot": N_("the lot is on hold"),
    "document": N_("a certificate contradicts the order"),
    "inspection": N_("no released inspection covers them"),
    "ordered": N_("more than is ordered now"),
    "found": N_("they had been lost"),
}


def sent(event: e.PiecesSent, tell: Telling) -> Sentence:
    details = list(tell.travel(event.carrier, event.tracking))
    if event.collected_by_supplier:
        details.append(tell.say(N_("Collected by the supplier.")))
    if event.nonconformance:
        details.append(tell.say(N_("For rework of {nonconformance}."), nonconformance=event.nonconformance))
    pieces = tell.pieces(event.moves)
    if not pieces:
        return Sentence(N_("{who} sent out the papers."), details=tuple(details))
    return Sentence(N_("{who} sent {pieces}."), {"pieces": pieces}, details=tuple(details))


def processed(event: e.ProcessReported, tell: Telling) -> Sentence:
    lots = (f"{tell.amount(quantity, event.line)} {lot}".strip() for lot, quantity in event.lots.items())
    started, ended = tell.time(event.started_at), tell.time(event.ended_at)
    return Sentence(
        N_("{who} reported load {load} on {equipment}, {started} to {ended}."),
        {"load": event.load, "equipment": event.equipment, "started": started, "ended": ended},
        details=(*lots, *(tell.words.labelled(name, str(value)) for name, value in event.parameters.items())),
    )


def shipped(event: e.ParcelShipped, tell: Telling) -> Sentence:
    details = list(tell.travel(event.carrier, event.tracking))
    tested = of(event.moves, Bucket.TEST_CONSUMED)
    if tested:
        details.append(tell.say(AMOUNTS[Bucket.TEST_CONSUMED], amount=tell.pieces(tested)))
    if event.unprocessed:
        text = N_("{quantity} of them unprocessed")
        details.append(tell.say(text, quantity=_of_them(event.unprocessed, event, tell)))
    if event.announced_over:
        text = N_("{quantity} more than were there, as announced")
        details.append(tell.say(text, quantity=_of_them(event.announced_over, event, tell)))
    if event.lot_unknown:
        details.append(tell.say(N_("Nobody named the lot.")))
    return Sentence(
        N_("{who} shipped {pieces} back as parcel {parcel}."),
        {"pieces": tell.pieces(of(event.moves, Bucket.IN_TRANSIT_BACK)), "parcel": event.parcel},
        details=tuple(details),
    )


def _of_them(quantity: Decimal, event: e.ParcelShipped, tell: Telling) -> str:
    """So many of a parcel's pieces; with their unit where all are counted in one."""
    units = {tell.unit(move.line) for move in event.moves}
    return tell.words.amount(quantity, units.pop()) if len(units) == 1 else tell.words.number(quantity)


def named(event: e.ParcelNamed, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} named the parcel {parcel}, which had arrived already."),
        {"parcel": event.parcel},
        details=(*tell.travel(event.carrier, event.tracking), *_said(event, tell)),
    )


def _said(event: e.ParcelNamed, tell: Telling) -> Iterator[str]:
    for at, quantity in event.said.items():
        pieces = f"{tell.amount(quantity, line_of(at))} {lot_of(at)}".strip()
        yield tell.say(N_("{pieces} in it, as announced"), pieces=pieces)


def received(event: e.PiecesReceived, tell: Telling) -> Sentence:
    rejected = any(line.rejected or line.over for line in event.lines)
    values = {"receipt": event.receipt, "parcel": event.parcel}
    details = [text for line in event.lines for text in _counted(line, tell)]
    details += _set_up(event, tell)
    if event.packing_slip:
        details.append(tell.say(N_("Packing slip {number}"), number=event.packing_slip))
    if event.lot_unknown:
        details.append(tell.say(N_("Nobody named the lot.")))
    text = N_("{who} received parcel {parcel} as {receipt}.")
    if event.unannounced:
        text = N_("{who} received parcel {parcel}, which nobody had announced, as {receipt}.")
    elif not event.parcel:
        text = N_("{who} received pieces as {receipt}.")
    return Sentence(text, values, "watch" if rejected else "good", details=tuple(details))


def _set_up(event: e.PiecesReceived, tell: Telling) -> Iterator[str]:
    for number, quantity in event.setup.items():
        line = int(number)
        yield tell.say(
            N_("{part}: {quantity} of those scrapped were used up in setting up"),
            part=tell.part(line),
            quantity=tell.amount(quantity, line),
        )


def _counted(line: e.ReceiptLine, tell: Telling) -> Iterator[str]:
    """Line by line: what was counted, and what became of it."""
    into = {
        Bucket.ACCEPTED: line.accepted,
        Bucket.REJECTED: line.rejected,
        Bucket.PENDING: line.pending,
        Bucket.RETURNED_UNPROCESSED: line.unprocessed,
        Bucket.SCRAPPED: line.scrapped,
        Bucket.TEST_CONSUMED: line.tested,
        Bucket.OVER: line.over,
    }
    found = tell.words.listed(
        tell.say(AMOUNTS[bucket], amount=tell.words.number(quantity))
        for bucket, quantity in into.items()
        if quantity
    )
    what = " ".join(filter(None, [tell.part(line.line), line.output_lot or line.lot]))
    counted = tell.amount(line.counted, line.line)
    yield tell.say(N_("{part}: {counted} counted: {found}"), part=what, counted=counted, found=found)
    if line.kept_pending:
        quantity = tell.amount(line.kept_pending, line.line)
        reason = tell.say(_KEPT_BECAUSE[line.kept_because])
        yield tell.say(N_("{quantity} kept waiting: {reason}"), quantity=quantity, reason=reason)


def judged(event: e.PiecesJudged, tell: Telling) -> Sentence:
    into = (Bucket.ACCEPTED, Bucket.REJECTED, Bucket.TEST_CONSUMED)
    details = (
        tell.say(AMOUNTS[bucket], amount=tell.pieces(moves))
        for bucket in into
        if (moves := of(event.moves, bucket))
    )
    kind = "watch" if of(event.moves, Bucket.REJECTED) else "good"
    return Sentence(N_("{who} judged pieces."), kind=kind, details=tuple(details))


def short_closed(event: e.LinesShortClosed, tell: Telling) -> Sentence:
    lines = tell.words.listed(tell.part(line) for line in event.lines)
    return Sentence(
        N_("{who} closed {lines} short: nothing more will be sent."), {"lines": lines}, reason=event.reason
    )


def over_resolved(event: e.OverResolved, tell: Telling) -> Sentence:
    line = tell.order.line(event.line)
    changes: tuple[Change, ...] = ()
    if event.ordered is not None and line is not None and event.decision == "accept":
        before = tell.amount(event.ordered - event.quantity, event.line)
        changes = (Change(tell.say(N_("Ordered")), before, tell.amount(event.ordered, event.line)),)
    return Sentence(
        N_("{who} settled {pieces} beyond what was expected: {decision}."),
        {"pieces": tell.amount(event.quantity, event.line), "decision": tell.say(SURPLUS[event.decision])},
        changes=changes,
    )


def corrected(event: e.EventCorrected, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} took back entry {number}."), {"number": f"#{event.sequence}"}, "watch", event.reason
    )
