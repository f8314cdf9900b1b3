"""Outside operations become drafts: who gets them, until when, with which lots, and what stands in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.domain.calendar import WorkingCalendar
from models.domain.covering import Covered
from models.domain.errors import Invalid, Refusal
from models.domain.grouping import Approved, Circumstances, Group, Selected, ShelfLot, Why, grouped

TODAY = date(2026, 3, 16)
DUE = date(2026, 4, 17)
D = Decimal
FLANGE = Selected("WO-1", 30, "FLANGE", "B", "C62", D(100), DUE, "MTO", "PLATE", "B633", "2023")
AROUND = Circumstances(
    today=TODAY,
    calendar=WorkingCalendar(timezone="Europe/Berlin"),
    approved={("PLATE", "B633"): (Approved("ACME"),)},
    shelf={("FLANGE", "B"): (ShelfLot("L1", "C62", D(150)), ShelfLot("L2", "C62", D(500)))},
)


def of(*operations: Selected, around: Circumstances = AROUND, **given: Any) -> list[Group]:
    known = {(each.work_order, each.operation): each for each in operations}
    return grouped([(each.work_order, each.operation) for each in operations], known, around, **given)


def said(*operations: Selected, around: Circumstances = AROUND, **given: Any) -> tuple[str, list[str]]:
    """The code of a refusal, and what it says of each operation."""
    with pytest.raises(Refusal) as refused:
        of(*operations, around=around, **given)
    return refused.value.code, [f"{error.field}: {error.message}" for error in refused.value.errors]


@pytest.mark.parametrize(
    ("change", "drafts"),
    [
        ({}, 1),
        ({"part": "PIN", "quantity": D(3)}, 1),
        ({"process": "HEAT"}, 2),
        ({"spec": "AMS 2759"}, 2),
        ({"spec_revision": "2019"}, 2),
        ({"type": "TRIAL"}, 2),
    ],
)
def test_one_draft_has_one_process_specification_revision_and_type(
    change: dict[str, Any], drafts: int
) -> None:
    other = replace(FLANGE, work_order="WO-2", **change)
    assert len(of(FLANGE, other, supplier="ACME")) == drafts


def test_one_draft_is_needed_when_its_first_operation_is() -> None:
    [group] = of(FLANGE, replace(FLANGE, work_order="WO-2", due=DUE - timedelta(days=3)))
    assert (group.need_by, [line.of.work_order for line in group.lines]) == (
        DUE - timedelta(days=3),
        ["WO-1", "WO-2"],
    )


@pytest.mark.parametrize(
    ("change", "given", "need_by"),
    [
        ({}, None, DUE),
        # A Friday less six working days.
        ({"lead": 6}, None, date(2026, 4, 9)),
        ({"due": TODAY - timedelta(days=9)}, None, TODAY),
        ({"due": TODAY + timedelta(days=1), "lead": 20}, None, TODAY),
        ({"due": None}, date(2026, 5, 4), date(2026, 5, 4)),
        ({}, date(2026, 5, 4), date(2026, 5, 4)),
    ],
)
def test_need_by_leaves_time_for_the_operations_after_it(
    change: dict[str, Any], given: date | None, need_by: date
) -> None:
    assert of(replace(FLANGE, **change), need_by=given)[0].need_by == need_by


MARCH, MAY = date(2026, 3, 1), date(2025, 5, 1)


@pytest.mark.parametrize(
    ("able", "named", "supplier", "why"),
    [
        ([Approved("ACME")], "", "ACME", Why.ONLY_APPROVED),
        ([Approved("ACME", MAY), Approved("BEST", MARCH)], "", "BEST", Why.LAST_USED),
        ([Approved("ACME"), Approved("BEST", MAY)], "", "BEST", Why.LAST_USED),
        ([Approved("ACME"), Approved("BEST", MAY)], "ACME", "ACME", Why.NAMED),
        ([], "ACME", "ACME", Why.NAMED),
    ],
)
def test_who_gets_it_is_said_with_why(able: list[Approved], named: str, supplier: str, why: Why) -> None:
    [group] = of(FLANGE, around=replace(AROUND, approved={("PLATE", "B633"): able}), supplier=named)
    assert (group.supplier, group.why) == (supplier, why)
    assert group.approved is any(each.supplier == supplier for each in able)


@pytest.mark.parametrize(
    "able", [[Approved("ACME"), Approved("BEST")], [Approved("ACME", MAY), Approved("BEST", MAY)]]
)
def test_whoever_has_to_choose_is_told_among_whom(able: list[Approved]) -> None:
    code, errors = said(FLANGE, around=replace(AROUND, approved={("PLATE", "B633"): able}))
    assert code == "operations.invalid"
    assert errors == [
        "operations.0: Several suppliers may do PLATE B633: ACME, BEST. Name the one that is to get it."
    ]


def test_the_oldest_lots_are_planned_and_no_piece_twice() -> None:
    second = replace(FLANGE, work_order="WO-2")
    [group] = of(FLANGE, second)
    assert [line.lots for line in group.lines] == [(("L1", D(100)),), (("L1", D(50)), ("L2", D(50)))]


def test_what_an_operation_has_done_of_a_lot_is_not_planned_for_it_again() -> None:
    around = replace(AROUND, done={(("WO-1", 30), "L1"): D(90)})
    assert of(FLANGE, around=around)[0].lines[0].lots == (("L1", D(60)), ("L2", D(40)))


@pytest.mark.parametrize("change", [{"first": False}, {"unit": "KGM"}, {"part_revision": "C"}])
def test_no_lot_is_planned_that_cannot_be_the_one(change: dict[str, Any]) -> None:
    assert of(replace(FLANGE, **change))[0].lines[0].lots == ()


def test_everything_that_stands_in_the_way_is_said_and_nothing_made() -> None:
    second, third = replace(FLANGE, work_order="WO-2", due=None), replace(FLANGE, work_order="WO-3")
    covered = replace(third, covered=Covered(D(100), (("SO-2026-00001", D(60)), ("SO-2026-00002", D(40)))))
    wanted = [("WO-1", 30), ("WO-1", 30), ("WO-2", 30), ("WO-9", 10), ("WO-3", 30)]
    known = {("WO-1", 30): FLANGE, ("WO-2", 30): second, ("WO-3", 30): covered}
    with pytest.raises(Invalid) as refused:
        grouped(wanted, known, AROUND)
    assert [(error.field, error.message) for error in refused.value.errors] == [
        ("operations.1", "WO-1 operation 30 is named twice."),
        (
            "operations.2",
            "WO-2 has no due day. Enter one there, or say by when all of this is needed.",
        ),
        ("operations.3", "WO-9 has no outside operation 10."),
        (
            "operations.4",
            "WO-3 operation 30 is covered by SO-2026-00001, SO-2026-00002. Take it out of the selection.",
        ),
    ]
    assert refused.value.detail == "Nothing was made: 4 operations need attention."


def test_what_is_only_ordered_already_is_not_wrong_input() -> None:
    code, errors = said(replace(FLANGE, covered=Covered(D(100))))
    assert code == "operations.covered"
    assert "an order that only cleared people see" in errors[0]


def test_only_what_no_order_makes_is_proposed_with_its_lots() -> None:
    [group] = of(replace(FLANGE, covered=Covered(D(60), (("SO-2026-00001", D(60)),))))
    [line] = group.lines
    assert (line.of.left, line.lots) == (40, (("L1", D(40)),))


def test_nothing_selected_is_said_as_such() -> None:
    with pytest.raises(Invalid) as refused:
        grouped([], {}, AROUND)
    assert refused.value.code == "operations.empty"
