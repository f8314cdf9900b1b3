"""What of a work order may change while there are orders for it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from models.domain.errors import Refusal
from models.domain.job_changes import Job, Placed, Step, check
from tests.domain.orders import parametrize

D = Decimal
PLATE, HEAT, SAW = (
    Step(30, "outside", "PLATE", "B633", "2019"),
    Step(40, "outside", "HEAT"),
    Step(10, "internal"),
)
BEFORE = Job("MTO", "FLANGE", "B", D(100), (SAW, PLATE, HEAT))
PLACED = (Placed("SO-1", PLATE, D(50)), Placed("SO-2", PLATE, D(30)))


def steps(*some: Step) -> Job:
    return replace(BEFORE, steps=some)


def plate(**fields: Any) -> Job:
    return steps(SAW, replace(PLATE, **fields), HEAT)


@parametrize(
    "after, fields, said",
    (steps(SAW, HEAT), ["operations"], "Operation 30 is on SO-1, SO-2"),
    (steps(SAW, replace(PLATE, sequence=31), HEAT), ["operations"], "Operation 30"),
    (plate(kind="internal", process=""), ["operations.1.kind", "operations.1.process"], "Cancel"),
    (plate(process="HEAT"), ["operations.1.process"], "SO-1, SO-2"),
    (plate(spec=""), ["operations.1.spec"], "add another operation"),
    (plate(spec_revision="2023"), ["operations.1.spec_revision"], "Propose the change there first"),
    (replace(BEFORE, type="TRIAL"), ["type"], "a number of type MTO"),
    (replace(BEFORE, part="RING"), ["part"], "part FLANGE B"),
    (replace(BEFORE, revision="C"), ["revision"], "part FLANGE B"),
    (replace(BEFORE, quantity=D("79")), ["quantity"], "Of operation 30, 80 are on SO-1, SO-2"),
    (replace(BEFORE, type="TRIAL", quantity=D(1)), ["type", "quantity"], "MTO"),
)
def test_what_an_order_was_made_from_stays(after: Job, fields: list[str], said: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(BEFORE, after, PLACED)
    assert (refused.value.code, [error.field for error in refused.value.errors]) == (
        "work_order.ordered",
        fields,
    )
    assert said in refused.value.errors[0].message
    assert refused.value.detail.startswith(
        "There are orders for this work order that say otherwise: SO-1, SO-2."
    )
    check(BEFORE, after, ())


@parametrize(
    "after",
    BEFORE,
    replace(BEFORE, quantity=D(80)),
    replace(BEFORE, quantity=D(500)),
    steps(SAW, PLATE),
    steps(PLATE, replace(HEAT, process="PLATE"), replace(PLATE, sequence=35)),
)
def test_what_no_order_says_may_change(after: Job) -> None:
    check(BEFORE, after, PLACED)


def test_what_its_orders_say_by_now_may_be_said_here() -> None:
    agreed = replace(PLACED[0], step=replace(PLATE, spec_revision="2023"))
    check(BEFORE, plate(spec_revision="2023"), [agreed])
    with pytest.raises(Refusal) as refused:
        check(BEFORE, plate(spec_revision="2023"), [agreed, PLACED[1]])
    assert "is on SO-2 with" in refused.value.errors[0].message


def test_who_ordered_more_than_there_were_may_still_ask_for_less_than_before_down_to_that() -> None:
    beyond = [replace(PLACED[0], quantity=D(120))]
    check(replace(BEFORE, quantity=D(200)), replace(BEFORE, quantity=D(120)), beyond)
    check(BEFORE, replace(BEFORE, quantity=D(110)), beyond)
