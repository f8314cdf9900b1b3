"""A plan for when an order goes wrong, and the decision about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.tasks.base import Acting, Button, Knowing, Task, Typed, answered
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Wanted
from models.domain import commands as c
from models.domain.decisions.contingency import latest_day
from models.queries.approved import approved_suppliers


@dataclass(frozen=True, slots=True)
class PlanForm:
    """``suppliers`` are approved for the process today: code, name. The values are those of an open plan."""

    today: str
    latest: str
    suppliers: tuple[tuple[str, str], ...]
    supplier: str
    material: str
    decide_by: str
    decides: str
    note: str


Planning = Knowing[dict[str, str]]


def _look(session: Session, desk: Desk) -> Planning:
    order = desk.issued
    today = order.plant_calendar.local_date(desk.staff.now)
    found = approved_suppliers(session, order.process, order.spec, today)
    return Knowing(desk, {code: name for code, name in found.items() if code != order.supplier})


def _form(acting: Planning, _typed: Typed) -> PlanForm:
    plan = acting.order.open_contingency
    latest = latest_day(acting.order, acting.words.today)
    return PlanForm(
        acting.words.today.isoformat(),
        latest.isoformat() if latest is not None else "",
        tuple(acting.known.items()),
        plan.supplier if plan is not None else "",
        plan.material if plan is not None else "",
        plan.decide_by.isoformat() if plan is not None else "",
        plan.decides if plan is not None else "buyer",
        plan.note if plan is not None else "",
    )


def _plan(fields: Fields, _acting: Acting) -> Wanted:
    day = fields.day("decide_by")
    if day is None and not fields.errors:
        fields.wrong("decide_by", "Choose the day by which it has to be decided.")
    note = fields.text("note", most=LONGEST_TEXT)
    if not note:
        fields.wrong("note", "Say what the plan is for.")
    supplier, material = fields.text("supplier"), fields.text("material")
    decides: Literal["buyer", "planner"] = "planner" if fields.raw("decides") == "planner" else "buyer"
    fields.check()
    assert day is not None, "checked"
    return Wanted(c.PlanContingency(day, note, supplier, material, decides))


PLAN_CONTINGENCY = Task(
    "plan-contingency",
    "plan-contingency",
    _form,
    _plan,
    (Button("plan", N_("Keep this plan")),),
    question=N_("What if this order goes wrong?"),
    look=_look,
)


@dataclass(frozen=True, slots=True)
class SettleForm:
    supplier: str
    material: str
    decide_by: str
    note: str


def _settle_form(acting: Acting, _typed: Typed) -> SettleForm:
    plan = acting.order.open_contingency
    assert plan is not None, "the gate lets only an open plan be settled"
    return SettleForm(plan.supplier_name, plan.material, acting.words.far_day(plan.decide_by), plan.note)


_BUTTONS = (Button("use", N_("Use the plan")), Button("drop", N_("Drop it, it is not needed")))


def _settle(fields: Fields, _acting: Acting) -> Wanted:
    decision = answered(fields, _BUTTONS)
    note = fields.text("note", most=LONGEST_TEXT)
    if not note:
        fields.wrong("note", "Say why.")
    fields.check()
    return Wanted(c.SettleContingency("use" if decision == "use" else "drop", note))


SETTLE_CONTINGENCY = Task(
    "settle-contingency",
    "settle-contingency",
    _settle_form,
    _settle,
    _BUTTONS,
    question=N_("Is the contingency plan used?"),
)
