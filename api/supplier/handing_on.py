"""Pieces that come straight from another supplier, in words, and the question whether they have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from activities.i18n import N_
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Task, Wanted, chosen, total_of
from api.supplier.visits import Visit
from api.supplier.words import Words
from models.domain import gate
from models.domain.commands import AnswerTransfer
from models.domain.order import Order
from models.domain.quantities import ZERO
from models.domain.transfers import Transfer, coming


@dataclass(frozen=True, slots=True)
class Handed:
    """A transfer as people read it; `pieces` by part and lot, `travel` is carrier and tracking number."""

    name: str
    sender: str
    source: str
    pieces: tuple[str, ...]
    travel: str
    since: str


def handed(order: Order, transfer: Transfer, words: Words) -> Handed:
    pieces = []
    for number, lot, quantity in transfer.at(order):
        line = order.line(number)
        assert line is not None, "transfers are of the order's lines"
        part = " ".join(filter(None, [line.part, line.part_revision, lot]))
        pieces.append(f"{words.amount(quantity, line.unit)} {part}")
    return Handed(
        transfer.transfer,
        transfer.from_supplier,
        transfer.source,
        tuple(pieces),
        " ".join(filter(None, [transfer.carrier, transfer.tracking])),
        words.local_day(transfer.since) if transfer.since is not None else "",
    )


@dataclass(frozen=True, slots=True)
class TransferForm:
    heading: str
    asked: Handed


def _offered(order: Order) -> bool:
    return bool(coming(order)) and gate.why_not(order, "answer-transfer") is None


def _form(visit: Visit, _typed: Mapping[str, str]) -> TransferForm:
    order, words = visit.order, visit.words
    transfer = coming(order)[0]
    found = {number: ZERO for number, _, _ in transfer.at(order)}
    for number, _, quantity in transfer.at(order):
        found[number] += quantity
    heading = words.say(
        N_("{pieces} come to you straight from {supplier}. Are they with you?"),
        pieces=total_of(visit, found),
        supplier=transfer.from_supplier,
    )
    return TransferForm(heading, handed(order, transfer, words))


def _read(fields: Fields, _visit: Visit) -> Wanted:
    answer = cast(Literal["take", "refuse"], chosen(fields, "take", "refuse"))
    reason = fields.text("reason", most=LONGEST_TEXT)
    fields.check()
    return Wanted(AnswerTransfer(fields.raw("transfer"), answer, reason if answer == "refuse" else ""))


TRANSFER = Task(
    "transfer",
    "answer-transfer",
    N_("Say whether pieces from another supplier have come"),
    _offered,
    _form,
    _read,
)
