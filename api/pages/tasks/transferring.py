"""Pieces that another supplier sent straight to this one: taken, or not; entered for the supplier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from activities.i18n import N_
from api.pages.tasks.base import Acting, Button, Task, Typed
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.handing_on import Handed, handed
from api.supplier.tasks import Lead, Wanted
from models.domain import commands as c
from models.domain.transfers import coming

_TAKE, _REFUSE = "take", "refuse"


@dataclass(frozen=True, slots=True)
class TransferForm:
    """What waits for an answer; `chosen` is the one it is about, as far as that is known."""

    waiting: tuple[Handed, ...]
    chosen: str


def _form(acting: Acting, typed: Typed) -> TransferForm:
    waiting = tuple(handed(acting.order, each, acting.words) for each in coming(acting.order))
    only = waiting[0].name if len(waiting) == 1 else ""
    return TransferForm(waiting, typed.get("transfer", "") or only)


def _answer(fields: Fields, _acting: Acting) -> Wanted:
    name = fields.text("transfer")
    if not name:
        fields.wrong("transfer", "Choose what it is about.")
    reason = fields.text("reason", most=LONGEST_TEXT)
    fields.check()
    decision = fields.raw("answer")
    if decision not in (_TAKE, _REFUSE):
        fields.wrong("transfer", "Press one of the buttons to answer.")
        fields.check()
    wish = cast(Literal["take", "refuse"], decision)
    return Wanted(
        c.AnswerTransfer(name, wish, reason if decision == _REFUSE else ""), {"decision": Lead("transfer")}
    )


ANSWER_TRANSFER = Task(
    "answer-transfer",
    "answer-transfer",
    _form,
    _answer,
    (Button(_TAKE, N_("They have come")), Button(_REFUSE, N_("Not received, or not wanted"))),
    question=N_("Have these pieces come?"),
)
