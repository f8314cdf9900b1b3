"""Expedite: the earlier day, and which other orders of the supplier come later for it, confirmed at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.tasks.base import Acting, Button, Knowing, Task, Typed, answered
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Lead, Wanted
from models.domain import commands as c
from models.domain.decisions.expediting import Proposal, expected, proposals
from models.domain.order import Order
from models.queries.expediting import others_there

# A working week sooner, until somebody says which day.
_SOONER = 5


@dataclass(frozen=True, slots=True)
class PushRow:
    """Another order that may be pushed. ``input`` is the start of its inputs, which change with the day that
    is asked for, so that a day proposed for another one is not kept."""

    input: str
    number: str
    process: str
    expected: str
    proposed: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ExpediteForm:
    now: str
    expected: str
    today: str
    need_by: str
    rows: tuple[PushRow, ...]


Expediting = Knowing[list[Order]]


def _look(session: Session, desk: Desk) -> Expediting:
    return Knowing(desk, others_there(session, desk.issued, cleared=desk.staff.reader.cleared))


def _form(acting: Expediting, typed: Typed) -> ExpediteForm:
    words, order = acting.words, acting.order
    wanted = _wanted(acting, typed)
    # The same form again: what was unchecked in it stays so.
    again = f"push.{wanted}" in typed
    return ExpediteForm(
        now=words.far_day(order.need_by),
        expected=words.far_day(expected(order)),
        today=words.today.isoformat(),
        need_by=wanted.isoformat(),
        rows=tuple(_row(acting, each, wanted, typed, again) for each in _proposals(acting, wanted)),
    )


def _wanted(acting: Acting, typed: Typed) -> date:
    """The day typed, or one to begin with."""
    try:
        return date.fromisoformat(typed.get("need_by", ""))
    except ValueError:
        order = acting.order
        return max(order.supplier_calendar.add_workdays(order.need_by, -_SOONER), acting.words.today)


def _proposals(acting: Expediting, wanted: date) -> list[Proposal]:
    return proposals(acting.order, wanted, acting.known, acting.now)


def _row(acting: Acting, proposal: Proposal, wanted: date, typed: Typed, again: bool) -> PushRow:
    at = f"push.{wanted}.{proposal.order.number}"
    return PushRow(
        input=at,
        number=proposal.order.number,
        process=proposal.order.process_name,
        expected=acting.words.day(proposal.expected),
        proposed=proposal.proposed.isoformat(),
        chosen=bool(typed.get(f"{at}.chosen")) if again else proposal.overtaken,
    )


_BUTTONS = (
    Button("expedite", N_("Ask for the earlier day")),
    Button("look", N_("Only show what it pushes")),
)


def _expedite(fields: Fields, acting: Expediting) -> Wanted | None:
    if answered(fields, _BUTTONS) == "look":
        return None
    need_by = fields.day("need_by")
    if need_by is None and not fields.errors:
        fields.wrong("need_by", "Choose the day it is needed now.")
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", "Give a reason.")
    push: list[c.Pushed] = []
    leads: dict[str, Lead] = {}
    for order in acting.known:
        # Where the day was changed since, it is still what was shown and confirmed that counts.
        ticked = f".{order.number}.chosen"
        at = next((name for name, value in fields.typed.items() if value and name.endswith(ticked)), "")
        day = fields.day(f"{at.removesuffix('.chosen')}.forecast") if at else None
        if day is not None:
            start = at.removesuffix(".chosen")
            fields.rows[start] = order.number
            leads |= {f"push.{len(push)}.{name}": Lead(f"{start}.forecast") for name in ("order", "forecast")}
            push.append(c.Pushed(order.number, day))
    fields.check()
    assert need_by is not None, "checked"
    return Wanted(c.Expedite(need_by, reason, tuple(push)), leads)


EXPEDITE = Task(
    "expedite",
    "expedite",
    _form,
    _expedite,
    _BUTTONS,
    question=N_("How much sooner is it needed?"),
    look=_look,
)
