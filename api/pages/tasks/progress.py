"""How far it is: a milestone the supplier told us of, entered for it."""

from __future__ import annotations

from dataclasses import dataclass

from activities.i18n import N_
from api.pages.tasks.base import Acting, Button, Task, Typed, number_in, picked
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.serials import amount
from api.supplier.tasks import Lead, Place, Wanted, instant, places, serial_leads, told_apart
from models.domain import commands as c
from models.domain.decisions.drawing import Shelf
from models.domain.milestones import Milestone
from models.domain.order import Order
from models.domain.pieces import Bucket


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    name: str
    # When it is expected, or when it was reached.
    when: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class MilestoneForm:
    steps: tuple[Step, ...]
    # Pieces on their way to the supplier, which an arrival can be of.
    places: tuple[Place, ...]
    today: str
    # Whether only a part of it was typed.
    partly: bool


def _next(order: Order, code: str) -> Milestone | None:
    """The milestone asked for, else the first that is open."""
    asked = order.milestone(code)
    return asked or next((item for item in order.milestones if item.actual is None), None)


def _coming(acting: Acting) -> tuple[Place, ...]:
    return tuple(place for place, _ in places(acting, Shelf(acting.order).stock, Bucket.IN_TRANSIT_OUT))


def _form(acting: Acting, typed: Typed) -> MilestoneForm:
    words = acting.words
    wanted = _next(acting.order, typed.get("code", ""))
    steps = tuple(
        Step(
            item.code,
            item.name,
            words.say(N_("reached {day}"), day=words.local_day(item.actual))
            if item.actual is not None
            else words.far_day(item.expected),
            item is wanted,
        )
        for item in acting.order.milestones
    )
    coming = _coming(acting)
    partly = any(typed.get(f"{place.input}.quantity") for place in coming)
    return MilestoneForm(steps, coming, words.today.isoformat(), partly)


def _report(fields: Fields, acting: Acting) -> Wanted:
    order = acting.order
    code = picked(fields, "code", tuple(item.code for item in order.milestones), N_("Choose a milestone."))
    happened = picked(fields, "happened", ("now", "earlier", "later"), N_("Say whether it has been reached."))
    note = fields.text("note", most=LONGEST_TEXT)
    actual = forecast = None
    if happened == "earlier":
        day = fields.day("actual")
        if day is None and not fields.errors:
            fields.wrong("actual", "Choose the day it was finished.")
        actual = instant(order.supplier_calendar, day, acting.now) if day is not None else None
    elif happened == "later":
        forecast = fields.day("forecast")
        if forecast is None and not fields.errors:
            fields.wrong("forecast", "Choose the day you expect it.")
    milestone = order.milestone(code)
    lines: list[c.LineQuantity] = []
    leads: dict[str, Lead] = {}
    if milestone is not None and milestone.kind == "received" and forecast is None:
        lines = _arrived(fields, acting, leads)
    fields.check()
    return Wanted(c.ReportMilestone(code, actual, forecast, tuple(lines), note), leads)


def _arrived(fields: Fields, acting: Acting, leads: dict[str, Lead]) -> list[c.LineQuantity]:
    """How many of which lot have arrived; none named means all that are on their way."""
    lines: list[c.LineQuantity] = []
    told_apart(fields, _coming(acting))
    for place in _coming(acting):
        line = acting.order.line(place.line)
        assert line is not None, "pieces are on the order's lines"
        typed = number_in(fields, f"{place.input}.quantity", line.unit)
        quantity, serials = amount(fields, place.serials, typed)
        if quantity is not None:
            leads[f"lines.{len(lines)}.quantity"] = Lead(f"{place.input}.quantity")
            leads |= serial_leads(len(lines), place, "quantity")
            lines.append(c.LineQuantity(place.line, quantity, place.lot, serials))
    return lines


REPORT_MILESTONE = Task(
    "report-milestone",
    "report-milestone",
    _form,
    _report,
    (Button("report", N_("Report this")),),
    question=N_("How far is it?"),
)
