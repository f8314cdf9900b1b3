"""Pieces that go, or came, straight from one order to another: each order's page leads to the other."""

from __future__ import annotations

from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.words import Words
from models.domain.order import Order
from models.domain.transfers import Transfer, TransferState


@dataclass(frozen=True, slots=True)
class TransferRow:
    """`text` says where from or where to, `other` is the order there; `correct` is the entry that takes an
    open offer back, 0 when none does."""

    name: str
    text: str
    other: str
    pieces: tuple[str, ...]
    state: str
    kind: str
    travel: str
    when: str
    reason: str
    correct: int


_STATES: dict[TransferState, tuple[str, str]] = {
    TransferState.OFFERED: (N_("not answered yet"), "watch"),
    TransferState.TAKEN: (N_("has come"), "good"),
    TransferState.REFUSED: (N_("not taken"), "act"),
    TransferState.WITHDRAWN: (N_("withdrawn"), "plain"),
}


def transfers(order: Order, words: Words) -> tuple[TransferRow, ...]:
    return tuple(_row(order, each, words) for each in order.transfers.values())


def _row(order: Order, transfer: Transfer, words: Words) -> TransferRow:
    away = transfer.source == order.number
    text = N_("Straight to {supplier}") if away else N_("Straight from {supplier}")
    state, kind = _STATES[transfer.state]
    pieces = []
    for number, lot, quantity in transfer.at(order):
        line = order.line(number)
        unit = line.unit if line is not None else ""
        part = " ".join(filter(None, [line.part, line.part_revision, lot])) if line is not None else lot
        pieces.append(f"{words.amount(quantity, unit)} {part}")
    said = transfer.answered_at or transfer.since
    return TransferRow(
        transfer.transfer,
        words.say(text, supplier=transfer.to_supplier if away else transfer.from_supplier),
        transfer.target if away else transfer.source,
        tuple(pieces),
        words.say(state),
        kind,
        " ".join(filter(None, [transfer.carrier, transfer.tracking])),
        words.time(said) if said is not None else "",
        transfer.reason,
        transfer.told_by if transfer.open and away else 0,
    )
