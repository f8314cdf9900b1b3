"""Issue a draft: what it says, by name, and the mails it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from activities.i18n import N_
from api.pages.drafting import asking, saving
from api.pages.order.drafted import drafted
from api.pages.tasks.base import Acting, Button, Task, Typed
from api.supplier.fields import Fields
from api.supplier.tasks import Wanted
from models.domain import commands as c
from models.domain.errors import Refusal


def _beside(request: Request, acting: Acting) -> Mapping[str, Any]:
    desk, staff = acting.desk, acting.staff
    with request.app.state.database.read() as session:
        shown = drafted(session, desk)
        seen = saving.sealed(saving.draft_of(session, staff, desk.number))
    try:
        previews, obstacles = asking.letters_of(request, staff, desk.number), []
    except Refusal as refusal:
        # Several things may be wrong, each with a sentence of its own.
        found = [staff.words.refusal(error) for error in refusal.errors]
        previews, obstacles = None, found or [staff.words.refusal(refusal)]
    return {
        "draft": shown,
        "view": desk.view,
        "seen": seen,
        "obstacles": obstacles,
        "previews": previews,
        "frames": [f"{desk.path}/issue/mail?reader={place}" for place in range(len(previews or ()))],
    }


def _nothing_to_fill_in(_acting: Acting, _typed: Typed) -> None:
    return None


def _issue(_fields: Fields, _acting: Acting) -> Wanted:
    return Wanted(c.Issue())


ISSUE = Task(
    "issue",
    "issue",
    _nothing_to_fill_in,
    _issue,
    (Button("issue", N_("Issue it")),),
    question=N_("Issue the order"),
    beside=_beside,
)
