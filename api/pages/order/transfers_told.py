"""Sentences about pieces that go straight from one order to the next."""

# A sentence has one signature, whether or not it needs every argument.
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Iterator

from activities.i18n import N_
from api.pages.order.telling import Sentence, Telling, of
from api.pages.order.wording import AMOUNTS
from models.domain import events as e
from models.domain.pieces import Bucket, Move
from models.domain.transfers import Transfer


def offered(event: e.TransferOffered, tell: Telling) -> Sentence:
    transfer = event.transfer
    details = [*tell.travel(transfer.carrier, transfer.tracking), *_unprocessed(transfer, tell)]
    tested = of(event.moves, Bucket.TEST_CONSUMED)
    if tested:
        details.append(tell.say(AMOUNTS[Bucket.TEST_CONSUMED], amount=tell.pieces(tested)))
    if event.lot_unknown:
        details.append(tell.say(N_("Nobody named the lot.")))
    return Sentence(
        N_(
            "{who} sent {pieces} straight on to {supplier} for {order}, as {transfer}; its answer is awaited."
        ),
        {
            "pieces": _pieces(transfer, tell),
            "supplier": transfer.to_supplier,
            "order": transfer.target,
            "transfer": transfer.transfer,
        },
        details=tuple(details),
    )


def announced(event: e.TransferAnnounced, tell: Telling) -> Sentence:
    transfer = event.transfer
    return Sentence(
        N_("{pieces} come straight from {supplier}, order {order}, as {transfer}."),
        {
            "pieces": _pieces(transfer, tell),
            "supplier": transfer.from_supplier,
            "order": transfer.source,
            "transfer": transfer.transfer,
        },
        details=(*tell.travel(transfer.carrier, transfer.tracking), *_unprocessed(transfer, tell)),
    )


def forwarded(event: e.PiecesForwarded, tell: Telling) -> Sentence:
    return Sentence(
        N_("{pieces} went on to {order} ({transfer})."),
        {"pieces": tell.pieces(event.moves), "order": event.target, "transfer": event.transfer},
        "good",
    )


def taken(event: e.TransferTaken, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} took over {pieces} from {order} ({transfer})."),
        {"pieces": tell.pieces(event.moves), "order": event.source, "transfer": event.transfer},
        "good",
    )


def refused(event: e.TransferRefused, tell: Telling) -> Sentence:
    if event.by:
        text = N_("{by} did not take {transfer}; the pieces are where they were.")
        return Sentence(text, {"by": event.by, "transfer": event.transfer}, "watch", event.reason)
    return Sentence(N_("{who} did not take {transfer}."), {"transfer": event.transfer}, "watch", event.reason)


def withdrawn(event: e.TransferWithdrawn, tell: Telling) -> Sentence:
    text = N_("{transfer} was withdrawn by {order}; its pieces do not come this way.")
    return Sentence(text, {"transfer": event.transfer, "order": event.source}, "watch")


def came_here(event: e.TransferCameHere, tell: Telling) -> Sentence:
    text = N_("{transfer} did not go to {order}: its pieces were counted here, and it is withdrawn.")
    return Sentence(text, {"transfer": event.transfer, "order": event.target}, "watch")


def _pieces(transfer: Transfer, tell: Telling) -> str:
    moves = (Move(*each, None, None) for each in transfer.at(tell.order))
    return tell.pieces(moves)


def _unprocessed(transfer: Transfer, tell: Telling) -> Iterator[str]:
    raw = sum(item.unprocessed for item in transfer.lines)
    if raw:
        yield tell.say(N_("{quantity} of them unprocessed"), quantity=tell.words.number(raw))
