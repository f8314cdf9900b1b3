"""Complete an order as it is: what is written off, what is missing, why, and who signs for it."""

from __future__ import annotations

from dataclasses import dataclass

from activities.i18n import N_
from api.pages.tasks.base import Acting, Button, Task, Typed
from api.pages.tasks.control import open_pieces
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.naming import line_among
from api.supplier.tasks import Lead, Wanted
from models.domain import commands as c
from models.domain.decisions.completing import why_not
from models.domain.evidence import DOCUMENTS
from models.domain.order import sent_on
from models.domain.paperwork import missing_documents


@dataclass(frozen=True, slots=True)
class CompleteForm:
    """`pieces` are out and become lost: how many, and where. `unsent` stay here. `papers` never came."""

    pieces: tuple[tuple[str, str], ...]
    unsent: tuple[tuple[str, str], ...]
    papers: tuple[str, ...]


def _form(acting: Acting, _typed: Typed) -> CompleteForm:
    order, words = acting.order, acting.words
    return CompleteForm(
        pieces=open_pieces(acting),
        unsent=tuple(
            (
                words.amount(line.ordered - sent_on(order, line.line), line.unit),
                line_among(order, line, words),
            )
            for line in order.lines
            if not line.short_closed and sent_on(order, line.line) < line.ordered
        ),
        papers=tuple(words.say(DOCUMENTS[kind].name) for kind in missing_documents(order)),
    )


def _complete(fields: Fields, _acting: Acting) -> Wanted:
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", "Give a reason.")
    name = fields.text("name")
    if not name:
        fields.wrong("name", "Sign with your printed name.")
    meaning = fields.text("meaning")
    fields.check()
    return Wanted(c.ForceComplete(reason, c.Signature(name, meaning)), {"signature.name": Lead("name")})


FORCE_COMPLETE = Task(
    "force-complete",
    "force-complete",
    _form,
    _complete,
    (Button("complete", N_("Sign and complete")),),
    idle=why_not,
)
