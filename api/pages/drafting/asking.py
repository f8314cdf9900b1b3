"""What is behind a draft's form: how it begins, what it says, its lines, the mails it would become, and what
others changed in it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from sqlmodel import Session

from activities.i18n import N_
from activities.preview import Letter
from activities.preview import letters as mails_of
from api.pages.drafting import lines, naming, saving
from api.pages.drafting.form import Written, fresh, lines_of, read, whole
from api.pages.drafting.offers import wanted
from api.pages.drafting.sheet import on_offer
from api.pages.staff import Staff
from api.supplier.fields import Fields
from models import drafts
from models.domain.draft_changes import differences
from models.domain.errors import FieldError, Invalid, Unknown
from models.domain.facts import Draft
from models.domain.quantities import ZERO
from models.queries import contracts, currencies, sourcing, specifications
from models.queries.local_day import today_at
from models.tables.suppliers import Supplier


def begun(request: Request, staff: Staff, work_order: str, operation: int) -> dict[str, str]:
    """The form for an operation. Raises `Unknown` when there is none for this person."""
    with request.app.state.database.read() as session:
        found = sourcing.operation(session, staff.reader, work_order, operation)
        if found is None:
            raise Unknown(
                "operation.unknown",
                "{work_order} has no outside operation {operation}.",
                work_order=work_order,
                operation=operation,
            )
        plant = saving.only_plant(session, staff)
        day = today_at(session, plant, request.app.state.clock())
        register = specifications.registered(session, {found.spec})
        revision = specifications.revision_for(register, found.spec, day, otherwise=found.spec_revision)
        currency = currencies.likely(session, staff.principal.id, plant)
        return fresh(
            replace(found, spec_revision=revision), on_offer(session, found), staff.words.today, currency
        )


def with_lines(request: Request, staff: Staff, typed: Mapping[str, str]) -> tuple[dict[str, str], str] | None:
    """The form after a button that adds, takes out or puts back a line, and where one goes on there; None
    for any other button. Raises `Invalid` when it cannot be told which operation is to be added."""
    done = typed.get("do", "")
    if done == "add" or (done == "enter" and typed.get("add")):
        with request.app.state.database.read() as session:
            found = wanted(session, staff, typed)
            more = lines.added(typed, found, on_offer(session, found))
        return more, f"lines.{lines_of(more) - 1}"
    if done == "restore":
        back = lines.again(typed)
        return back, f"lines.{lines_of(back) - 1}"
    if done.startswith("remove."):
        return lines.without(typed, whole(done.removeprefix("remove."), lines_of(typed))), lines.TAKEN
    return None


def understood(request: Request, staff: Staff, fields: Fields, number: str) -> Written:
    """What was typed, as a draft. Raises `Invalid` naming every input that cannot be read."""
    with request.app.state.database.read() as session:
        plant = saving.only_plant(session, staff)
        what = read(fields, number=number, plant=plant, buyer=staff.principal.id)
        if not what.draft.plant and not number:
            text = N_("Choose the plant that orders this.")
            raise Invalid("plant.missing", text, errors=(FieldError("plant", text),))
        return what


@dataclass(frozen=True, slots=True)
class Preview:
    """The mails a form would become, and the lines that still lack a price, with which it is not issued."""

    letters: list[Letter]
    unpriced: tuple[int, ...]


def letters(request: Request, staff: Staff, fields: Fields, number: str) -> Preview:
    """Nothing is saved. What the mail does not say, a price, is not needed to see it."""
    draft = understood(request, staff, fields, number).draft
    state, now = request.app.state, request.app.state.clock()
    with state.database.read() as session:
        completed = contracts.priced(session, _completed(session, staff, draft), now)
        checked = drafts.checked(session, completed, now, cleared=staff.reader.cleared)
        unpriced = tuple(line.line for line in checked.lines if line.unit_price is None)
        whole = replace(
            checked,
            lines=tuple(
                replace(line, unit_price=ZERO) if line.unit_price is None else line for line in checked.lines
            ),
        )
        return Preview(mails_of(session, state.settings, whole, now), unpriced)


def letters_of(request: Request, staff: Staff, number: str) -> list[Letter]:
    """The mails a draft becomes as it is saved. Raises what issuing it now would be refused with."""
    state, now = request.app.state, request.app.state.clock()
    with state.database.read() as session:
        return mails_of(session, state.settings, saving.draft_of(session, staff, number), now)


def _completed(session: Any, staff: Staff, draft: Draft) -> Draft:
    """A saved draft keeps its plant and its buyer."""
    if not draft.number:
        return draft
    kept = saving.draft_of(session, staff, draft.number)
    return replace(draft, plant=draft.plant or kept.plant, buyer=kept.buyer)


def changed(session: Session, staff: Staff, number: str, seen: str) -> list[str]:
    """What others changed in a draft since somebody looked at it as it was `seen`."""
    before, kept = saving.unsealed(seen), saving.draft_of(session, staff, number)
    if before is None:
        return []
    rows = (session.get(Supplier, code) for code in (before.supplier, kept.supplier))
    suppliers = {row.code: row.name for row in rows if row is not None}
    return naming.told(staff.words, differences(before, kept), (), suppliers)
