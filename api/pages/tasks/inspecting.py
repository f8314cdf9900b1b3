"""Measured values entered for the supplier, and quality's word about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.tasks.base import Acting, Button, Knowing, Task, Typed, answered
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.measuring import Ruler, form, planned_lines, read, ruler
from api.supplier.naming import again_for, pieces_called
from api.supplier.tasks import Wanted, label
from api.supplier.told import limits
from api.supplier.words import Words
from models.domain import commands as c
from models.domain.errors import Refusal
from models.domain.inspection import NOT, Characteristic, InspectionPlan, Result, Sample, judge
from models.domain.order import Order
from models.domain.pieces import key
from models.domain.records import Inspection
from models.queries import order_records

MEASURE_BUTTONS = (Button("submit", N_("Send these values")), Button("check", N_("Only check them")))


def _nothing_to_measure(order: Order) -> Refusal | None:
    if any(True for _ in planned_lines(order)):
        return None
    return Refusal(
        "form.nothing", "There is nothing to measure: no inspection plan, or no pieces at the supplier."
    )


def _submit(fields: Fields, acting: Acting) -> Wanted | None:
    answer = answered(fields, MEASURE_BUTTONS)
    given = Fields({**fields.typed, "answer": answer})
    given.rows = fields.rows
    return read(given, acting)


SUBMIT_INSPECTION = Task(
    "submit-inspection",
    "submit-inspection",
    form,
    _submit,
    MEASURE_BUTTONS,
    question=N_("Which values were measured?"),
    idle=_nothing_to_measure,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One characteristic: its limits, and every value with whether it lies outside."""

    title: str
    limits: str
    ruler: Ruler | None
    values: tuple[tuple[int, str, bool], ...]


@dataclass(frozen=True, slots=True)
class ReviewForm:
    heading: str
    inspection: str
    of: str
    passed: bool
    measured: tuple[Measured, ...]
    # Other inspections that wait: name and the end of the address.
    others: tuple[tuple[str, str], ...]
    # One that failed cannot be released.
    barred_buttons: tuple[str, ...]


def _waiting(order: Order) -> list[Inspection]:
    return [item for item in order.inspections.values() if not item.decision]


def _subject(order: Order, typed: Typed) -> Inspection:
    """The inspection asked for, else the newest that waits."""
    waiting = _waiting(order)
    return next((item for item in waiting if item.inspection == typed.get("inspection")), waiting[-1])


def _review_form(acting: Reviewing, typed: Typed) -> ReviewForm:
    order, words = acting.order, acting.words
    item = _subject(order, typed)
    line = order.line(item.line)
    assert line is not None, "inspections are of the order's lines"
    record = next(each for each in acting.known if each["inspection"] == item.inspection)
    plan = line.plan.characteristics if line.plan is not None else ()
    passed = item.verdict == "pass"
    return ReviewForm(
        heading=words.say(
            N_("May these pieces leave? Inspection {inspection}"),
            inspection=item.inspection.removeprefix(f"{order.number}-"),
        ),
        inspection=item.inspection,
        of=" · ".join(
            filter(
                None,
                [
                    pieces_called(order, key(item.line, item.lot), words),
                    item.parcel,
                    again_for(item.nonconformance, words),
                    words.amount(item.lot_size, line.unit),
                ],
            )
        ),
        passed=passed,
        measured=tuple(_measured(each, record["results"], words) for each in plan),
        others=tuple(
            (
                " · ".join(
                    [
                        other.inspection.removeprefix(f"{order.number}-"),
                        label(acting, key(other.line, other.lot)),
                        *filter(None, [again_for(other.nonconformance, words)]),
                    ]
                ),
                f"{acting.desk.path}/review-inspection?inspection={other.inspection}",
            )
            for other in _waiting(order)
            if other is not item
        ),
        barred_buttons=() if passed else ("release",),
    )


def _measured(item: Characteristic, results: list[dict[str, Any]], words: Words) -> Measured:
    mine = [
        Result(item.number, int(result["sample"]), str(result["value"]))
        for result in results
        if result["characteristic"] == item.number
    ]
    variable = item.kind == "variable"
    return Measured(
        f"{item.number} · {item.name}",
        limits(item, words),
        ruler(item, [result.value for result in mine]),
        tuple(
            (
                result.sample,
                words.measured(result.value) if variable else result.value,
                _outside(item, result),
            )
            for result in mine
        ),
    )


def _outside(item: Characteristic, result: Result) -> bool:
    if item.kind == "attribute":
        return result.value == NOT
    one = InspectionPlan("", "", "", (replace(item, sample=Sample("count", count=1)),))
    return bool(judge(one, 1, (replace(result, sample=1),)).failures)


REVIEW_BUTTONS = (Button("release", N_("Release them")), Button("reject", N_("Reject them")))


def _review(fields: Fields, acting: Acting) -> Wanted:
    decision = answered(fields, REVIEW_BUTTONS)
    note = fields.text("note", most=LONGEST_TEXT)
    inspection = fields.raw("inspection")
    if inspection not in acting.order.inspections:
        inspection = _subject(acting.order, fields.typed).inspection
    fields.check()
    return Wanted(c.ReviewInspection(inspection, "release" if decision == "release" else "reject", note))


Reviewing = Knowing[list[dict[str, Any]]]


def _records(session: Session, desk: Desk) -> Reviewing:
    return Knowing(desk, order_records.inspections(session, desk.issued))


REVIEW_INSPECTION = Task(
    "review-inspection",
    "review-inspection",
    _review_form,
    _review,
    REVIEW_BUTTONS,
    look=_records,
)
