"""An entry that was typed wrongly: which one, and why."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.order.stream import Entry
from api.pages.tasks import meanwhile
from api.pages.tasks.base import Button, Knowing, Task, Typed
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Wanted
from models.domain import commands as c
from models.domain.decisions.correcting import CORRECTABLE

# So far back entries are offered; older ones are corrected by the API.
_MOST = 200
_KINDS = frozenset(kind.name for kind in CORRECTABLE)


@dataclass(frozen=True, slots=True)
class CorrectForm:
    entries: tuple[Entry, ...]


Correcting = Knowing[list[Entry]]


def _entries(session: Session, desk: Desk) -> Correcting:
    """What can be corrected and was not yet, the newest first."""
    found = meanwhile.told(session, desk.issued, desk.words, _MOST, lambda row: row.type in _KINDS)
    return Knowing(desk, [entry for entry in found if not entry.taken_back])


def _form(acting: Correcting, _typed: Typed) -> CorrectForm:
    return CorrectForm(tuple(acting.known))


def _correct(fields: Fields, acting: Correcting) -> Wanted:
    event = fields.raw("event")
    if event not in {str(entry.number) for entry in acting.known}:
        fields.wrong("event", "Choose the entry that is wrong.")
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", "Give a reason.")
    fields.check()
    return Wanted(c.Correct(int(event), reason))


CORRECT = Task(
    "correct",
    "correct",
    _form,
    _correct,
    (Button("correct", N_("Take it back")),),
    question=N_("Which entry is wrong?"),
    look=_entries,
)
