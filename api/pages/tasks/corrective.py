"""Corrective actions planned, done and verified; who is responsible; the review by management."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from activities.i18n import N_
from api.pages.alert_words import caused_by
from api.pages.desk import Desk
from api.pages.order.telling import defect
from api.pages.order.wording import RESPONSIBLE
from api.pages.tasks.base import Acting, Button, Knowing, Task, Typed, answered, picked
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Wanted
from models.domain import commands as c
from models.domain.corrective import SUPPLIER, ActionState, CorrectiveAction
from models.domain.order import Order
from models.domain.records import Nonconformance
from models.queries import order_stream
from models.tables.people import User
from models.tables.types import table

_USERS = table(User)


# Who may own an action, by address; what owners are called.
People = tuple[tuple[str, str], ...]
Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class About:
    """The nonconformance a form is about. `others`: those it could be about instead, name and address."""

    heading: str
    name: str
    defect: str
    cause: str
    responsibility: str
    others: tuple[tuple[str, str], ...]
    # Whom an action may be planned for: mail address and name.
    people: People
    responsible: dict[str, str]


@dataclass(frozen=True, slots=True)
class ActionForm:
    """The action a form is about, with what was said of it so far."""

    heading: str
    nonconformance: str
    action: str
    defect: str
    cause: str
    what: str
    owner: str
    due: str
    done: str
    others: tuple[tuple[str, str], ...]


def _known(order: Order) -> list[Nonconformance]:
    """The newest first."""
    return [item for item in reversed(list(order.nonconformances.values())) if not item.withdrawn]


def _subject(order: Order, typed: Typed) -> Nonconformance:
    found = _known(order)
    return next((item for item in found if item.nonconformance == typed.get("nonconformance")), found[0])


def _about(acting: Acting, typed: Typed, task: str, question: str, people: People = ()) -> About:
    item = _subject(acting.order, typed)
    short = item.nonconformance.removeprefix(f"{acting.desk.number}-")
    return About(
        heading=acting.words.say(question, nonconformance=short),
        name=item.nonconformance,
        defect=defect(acting.words, item.defect, item.receipt),
        cause=item.cause,
        responsibility=item.responsibility,
        others=tuple(
            (other.nonconformance, f"{acting.desk.path}/{task}?nonconformance={other.nonconformance}")
            for other in _known(acting.order)
            if other is not item
        ),
        people=people,
        responsible=RESPONSIBLE,
    )


def _people(session: Session, desk: Desk) -> Knowing[People]:
    rows = session.execute(
        select(_USERS.c.email, _USERS.c.name).where(_USERS.c.active.is_(True)).order_by(_USERS.c.email)
    )
    return Knowing(desk, tuple((row.email, row.name or row.email) for row in rows))


def _plan_form(acting: Knowing[People], typed: Typed) -> About:
    question = N_("What is done so that {nonconformance} does not happen again?")
    return _about(acting, typed, "plan-action", question, acting.known)


def _plan(fields: Fields, acting: Acting) -> Wanted:
    item = _subject(acting.order, fields.typed)
    cause, action = (fields.text(name, most=LONGEST_TEXT) for name in ("cause", "action"))
    if not cause:
        fields.wrong("cause", N_("Say what caused it."))
    if not action:
        fields.wrong("action", N_("Say what is done about it."))
    owner = fields.text("owner") or SUPPLIER
    due = fields.day("due")
    if due is None and not fields.raw("due"):
        fields.wrong("due", N_("Say by which day it is done."))
    fields.check()
    assert due is not None, "checked"
    return Wanted(c.PlanAction(item.nonconformance, cause, action, owner, due))


PLAN_ACTION = Task(
    "plan-action", "plan-action", _plan_form, _plan, (Button("plan", N_("Plan it")),), look=_people
)


def _in_state(order: Order, state: ActionState) -> list[tuple[Nonconformance, CorrectiveAction]]:
    return [(item, action) for item in _known(order) for action in item.actions if action.state is state]


def _named(order: Order, typed: Typed, state: ActionState) -> tuple[Nonconformance, CorrectiveAction]:
    found = _in_state(order, state)
    return next((pair for pair in found if pair[1].action == typed.get("action")), found[0])


def _names(session: Session, desk: Desk) -> Knowing[Names]:
    owners = {action.owner for item in _known(desk.issued) for action in item.actions}
    return Knowing(desk, order_stream.names(session, owners))


def _action_form(
    acting: Knowing[Names], typed: Typed, task: str, question: str, state: ActionState
) -> ActionForm:
    item, action = _named(acting.order, typed, state)
    theirs = action.owner == SUPPLIER
    return ActionForm(
        heading=acting.words.say(question),
        nonconformance=item.nonconformance,
        action=action.action,
        defect=defect(acting.words, item.defect, item.receipt),
        cause=caused_by(acting.words, {"cause": action.cause}),
        what=action.what,
        owner=acting.order.supplier_name if theirs else acting.known.get(action.owner, "–"),
        due=acting.words.far_day(action.due),
        done=action.done,
        others=tuple(
            (other.action, f"{acting.desk.path}/{task}?action={other.action}")
            for _, other in _in_state(acting.order, state)
            if other is not action
        ),
    )


def _complete_form(acting: Knowing[Names], typed: Typed) -> ActionForm:
    question = N_("Is the corrective action done?")
    return _action_form(acting, typed, "complete-action", question, ActionState.PLANNED)


def _complete(fields: Fields, acting: Acting) -> Wanted:
    item, action = _named(acting.order, fields.typed, ActionState.PLANNED)
    note = fields.text("note", most=LONGEST_TEXT)
    if not note:
        fields.wrong("note", N_("Say what was done."))
    fields.check()
    return Wanted(c.CompleteAction(item.nonconformance, action.action, note))


COMPLETE_ACTION = Task(
    "complete-action",
    "complete-action",
    _complete_form,
    _complete,
    (Button("complete", N_("It is done")),),
    look=_names,
)


def _verify_form(acting: Knowing[Names], typed: Typed) -> ActionForm:
    question = N_("Was the corrective action effective?")
    return _action_form(acting, typed, "verify-action", question, ActionState.COMPLETED)


def _verify(fields: Fields, acting: Acting) -> Wanted:
    item, action = _named(acting.order, fields.typed, ActionState.COMPLETED)
    effective = answered(fields, VERIFY_ACTION.buttons) == "effective"
    note = fields.text("note", most=LONGEST_TEXT)
    if not effective and not note:
        fields.wrong("note", N_("Say what is still wrong."))
    fields.check()
    return Wanted(c.VerifyAction(item.nonconformance, action.action, effective, note))


VERIFY_ACTION = Task(
    "verify-action",
    "verify-action",
    _verify_form,
    _verify,
    (
        Button("effective", N_("Yes, it was effective")),
        Button("ineffective", N_("No, another one is needed")),
    ),
    look=_names,
)


def _responsible_form(acting: Acting, typed: Typed) -> About:
    return _about(acting, typed, "set-responsibility", N_("Who is responsible for {nonconformance}?"))


def _responsible(fields: Fields, acting: Acting) -> Wanted:
    item = _subject(acting.order, fields.typed)
    value = picked(fields, "responsibility", tuple(RESPONSIBLE), N_("Say who is responsible."))
    cause = fields.text("cause", most=LONGEST_TEXT)
    fields.check()
    match value:
        case "supplier" | "us" | "material":
            return Wanted(c.SetResponsibility(item.nonconformance, value, cause))
    raise AssertionError("only what the form offers is picked")


SET_RESPONSIBILITY = Task(
    "set-responsibility",
    "set-responsibility",
    _responsible_form,
    _responsible,
    (Button("set", N_("Keep it")),),
)


def _review_form(acting: Acting, typed: Typed) -> About:
    return _about(acting, typed, "review-nonconformance", N_("What does the review of {nonconformance} say?"))


def _review(fields: Fields, acting: Acting) -> Wanted:
    item = _subject(acting.order, fields.typed)
    note = fields.text("note", most=LONGEST_TEXT)
    if not note:
        fields.wrong("note", N_("Say what the review found."))
    fields.check()
    return Wanted(c.ReviewNonconformance(item.nonconformance, note))


REVIEW_NONCONFORMANCE = Task(
    "review-nonconformance",
    "review-nonconformance",
    _review_form,
    _review,
    (Button("review", N_("Keep the review")),),
)
