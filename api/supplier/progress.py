"""How far is it? Steps reached, and when the others are expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Task, Wanted, chosen, instant
from api.supplier.visits import Visit
from models.domain import gate
from models.domain.commands import ReportMilestone
from models.domain.errors import Refusal
from models.domain.milestones import Milestone
from models.domain.order import Order


@dataclass(frozen=True, slots=True)
class ProgressForm:
    heading: str
    code: str
    planned: str
    # Shipping is reported by the parcel itself; here only its day is asked.
    forecast_only: bool
    # Why, where it is not in the nature of the step.
    why: str
    others: tuple[tuple[str, str], ...]
    today: str


def open_steps(order: Order) -> tuple[Milestone, ...]:
    """Milestones still to be reported here; arrivals have a form of their own."""
    return tuple(item for item in order.milestones if item.actual is None and item.kind != "received")


def _offered(order: Order) -> bool:
    return gate.why_not(order, "report-milestone") is None and order.hold is None and bool(open_steps(order))


def _too_early(order: Order, step: Milestone) -> bool:
    """Whether nobody has sent or received anything that could be worked on. The core takes it all the
    same, as what staff know from elsewhere: a dispatch may be written down late."""
    arrived = any(item.kind == "received" and item.actual is not None for item in order.milestones)
    return step.kind != "other" and not arrived and not order.stock


def _chosen_step(order: Order, code: str) -> Milestone:
    steps = open_steps(order)
    return next((item for item in steps if item.code == code), steps[0])


def _form(visit: Visit, typed: Mapping[str, str]) -> ProgressForm:
    step, words = _chosen_step(visit.order, typed.get("code", "")), visit.words
    too_early = _too_early(visit.order, step)
    forecast_only = step.kind == "shipped" or too_early
    text = N_("When do you expect “{milestone}”?") if too_early else N_("Is “{milestone}” finished?")
    if step.kind == "shipped":
        text = N_("When will you ship?")
    return ProgressForm(
        heading=words.say(text, milestone=step.name),
        code=step.code,
        planned=words.far_day(step.expected),
        forecast_only=forecast_only,
        why=words.say(N_("No parts have been sent to you yet, so that only its day can be told."))
        if too_early
        else "",
        others=tuple((item.code, item.name) for item in open_steps(visit.order) if item is not step),
        today=words.today.isoformat(),
    )


def _read(fields: Fields, visit: Visit) -> Wanted:
    answer = chosen(fields, "now", "earlier", "later")
    code, note = fields.text("code"), fields.text("note", most=LONGEST_TEXT)
    step = visit.order.milestone(code)
    if answer != "later" and step is not None and _too_early(visit.order, step):
        raise Refusal(
            "milestone.nothing_sent",
            "No parts have been sent to you yet. Report “{milestone}” once they are there, or say when you expect it.",
            milestone=step.name,
        )
    if answer == "now":
        fields.check()
        return Wanted(ReportMilestone(code, note=note))
    if answer == "later":
        forecast = fields.day("forecast")
        if forecast is None and not fields.errors:
            fields.wrong("forecast", "Choose the day you expect it.")
        fields.check()
        return Wanted(ReportMilestone(code, forecast=forecast, note=note))
    day = fields.day("actual")
    if day is None and not fields.errors:
        fields.wrong("actual", "Choose the day it was finished.")
    fields.check()
    assert day is not None, "checked"
    actual = instant(visit.order.supplier_calendar, day, visit.now)
    return Wanted(ReportMilestone(code, actual, note=note))


PROGRESS = Task("progress", "report-milestone", N_("Report a step or a new date"), _offered, _form, _read)
