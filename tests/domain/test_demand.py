"""What is suggested for stock, and what a selection of lines and suggestions becomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.domain.calendar import WorkingCalendar
from models.domain.demand import (
    Around,
    ForLine,
    ForStock,
    Job,
    NewJob,
    Position,
    SalesLine,
    coming,
    converted,
    job_number,
    shared_out,
    start_for,
    suggestion,
)
from models.domain.errors import Invalid, Refusal
from models.domain.order_types import SERIES

MONDAY = date(2026, 3, 16)
# Wednesday is free.
CALENDAR = WorkingCalendar("Europe/Madrid", exceptions={"2026-03-25": False})


def d(some: int | str) -> Decimal:
    return Decimal(some)


STOCKED = Position("F", "B", "C62", safety_stock=d(100), lead_days=3)
LINE = SalesLine("SO-1", 1, "NORTHWIND", "F", "B", "C62", d(80), date(2026, 3, 27), lead_days=3)


@pytest.mark.parametrize(
    ("on_hand", "on_order", "wanted", "multiple", "suggested"),
    [
        (100, 0, 0, None, None),
        (99, 0, 0, None, 1),
        (0, 0, 0, None, 100),
        (99, 1, 0, None, None),
        (100, 0, 30, None, 30),
        (100, 40, 30, None, None),
        (0, 0, 50, None, 150),
        (40, 0, 0, 25, 75),
        (50, 0, 0, 25, 50),
        (49, 0, 0, 25, 75),
        (500, 0, 401, None, 1),
    ],
)
def test_a_suggestion_is_safety_stock_and_demand_less_stock_and_what_is_coming(
    on_hand: int, on_order: int, wanted: int, multiple: int | None, suggested: int | None
) -> None:
    position = replace(
        STOCKED,
        on_hand=d(on_hand),
        coming={"WO-1": d(on_order)},
        wanted=((date(2026, 3, 27), d(wanted)),) if wanted else (),
        lot_multiple=d(multiple) if multiple else None,
    )
    found = suggestion(position, CALENDAR, MONDAY)
    assert (found.quantity if found else None) == suggested


@pytest.mark.parametrize(
    ("on_hand", "wanted", "start", "due"),
    [
        # Short already: work begins today and is done when it is done.
        (10, [], MONDAY, date(2026, 3, 19)),
        # Friday the 27th less three working days; Wednesday is none.
        (100, [(date(2026, 3, 27), 1)], date(2026, 3, 23), date(2026, 3, 27)),
        # The first line leaves enough: the second is the one it is made for.
        (150, [(date(2026, 4, 30), 60), (date(2026, 3, 27), 50)], date(2026, 4, 27), date(2026, 4, 30)),
        # Too late to be in time.
        (100, [(date(2026, 3, 17), 1)], MONDAY, date(2026, 3, 19)),
    ],
)
def test_it_begins_so_that_it_is_done_when_stock_would_fall_short(
    on_hand: int, wanted: list[tuple[date, int]], start: date, due: date
) -> None:
    position = replace(STOCKED, on_hand=d(on_hand), wanted=tuple((day, d(some)) for day, some in wanted))
    found = suggestion(position, CALENDAR, MONDAY)
    assert found is not None
    assert (found.start, found.due) == (start, due)


@pytest.mark.parametrize(
    ("due", "lead", "start"),
    [
        (date(2026, 3, 27), 0, date(2026, 3, 27)),
        (date(2026, 3, 27), 1, date(2026, 3, 26)),
        (date(2026, 3, 26), 1, date(2026, 3, 24)),
        (date(2026, 3, 1), 5, MONDAY),
        (date(2026, 3, 28), 0, date(2026, 3, 30)),
    ],
)
def test_a_start_is_a_working_day_and_not_past(due: date, lead: int, start: date) -> None:
    assert start_for(due, lead, CALENDAR, MONDAY) == start


@pytest.mark.parametrize(
    ("job", "some"),
    [
        (Job("W", d(300)), 300),
        # Its lot is on the shelf and planned: it counts as stock, not once more.
        (Job("W", d(300), planned=d(300)), 0),
        (Job("W", d(300), made=d(300)), 0),
        (Job("W", d(300), made=d(300), planned=d(300)), 0),
        (Job("W", d(300), sent=d(300), out=d(300)), 300),
        (Job("W", d(300), made=d(300), sent=d(200), out=d(50)), 50),
        # Four were scrapped: they come no more.
        (Job("W", d(300), sent=d(300), out=d(0)), 0),
        (Job("W", d(300), sent=d(310), out=d(10)), 10),
    ],
)
def test_what_a_work_order_brings_is_counted_once(job: Job, some: int) -> None:
    assert coming(job) == some


def around(*positions: Position, lines: tuple[SalesLine, ...] = (LINE,)) -> Around:
    return Around(
        {(each.sales_order, each.line): each for each in lines},
        {(each.part, each.revision): each for each in positions},
        CALENDAR,
        MONDAY,
    )


def test_a_line_is_made_to_order_and_a_suggestion_for_stock() -> None:
    other = Position("G", "A", "C62", d(20))
    first, second = converted([ForLine("SO-1", 1), ForStock("G", "A")], around(other))
    assert first == NewJob("MTO", "F", "B", "C62", d(80), date(2026, 3, 23), date(2026, 3, 27), d(80), LINE)
    assert second == NewJob("MTS", "G", "A", "C62", d(20), MONDAY, MONDAY, d(20))


def test_what_is_made_to_order_is_not_made_for_stock_again() -> None:
    position = replace(STOCKED, on_hand=d(90), wanted=((LINE.due, d(80)),))
    stock, order = converted([ForStock("F", "B"), ForLine("SO-1", 1)], around(position))
    assert (order.quantity, stock.quantity) == (d(80), d(10))


def test_quantity_and_start_may_be_said() -> None:
    (job,) = converted([ForLine("SO-1", 1, d(75), date(2026, 3, 20))], around())
    assert (job.quantity, job.start, job.due) == (d(75), date(2026, 3, 20), LINE.due)
    (job,) = converted([ForStock("F", "B", d(7), date(2026, 4, 1))], around(STOCKED))
    assert (job.quantity, job.start, job.due) == (d(7), date(2026, 4, 1), date(2026, 4, 6))


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (ForLine("SO-1", 1, d(81)), "80 of SO-1 line 1 are left to be made, not 81."),
        (ForLine("SO-1", 1, d(80000)), "80 of SO-1 line 1 are left to be made, not 80000."),
        (ForStock("F", "B", d(101)), "Stock needs 100 of F B, not 101."),
    ],
)
def test_more_than_anybody_wants_is_made_once_somebody_confirmed_it(
    wanted: ForLine | ForStock, says: str
) -> None:
    known = around(replace(STOCKED, on_hand=d(0)))
    with pytest.raises(Refusal, match="Nothing was made") as refused:
        converted([wanted], known)
    assert (refused.value.code, isinstance(refused.value, Invalid)) == ("demand.beyond", False)
    (error,) = refused.value.errors
    assert (error.field, error.message.partition(" Correct")[0]) == ("lines.0.quantity", says)
    (job,) = converted([wanted], known, confirmed=True)
    assert job.quantity == wanted.quantity


def test_what_is_made_already_weighs_more_than_too_many() -> None:
    known = around(STOCKED, lines=(COVERED,))
    with pytest.raises(Refusal) as refused:
        converted([ForLine("SO-1", 1), ForStock("F", "B", d(9000))], known)
    assert refused.value.code == "demand.covered"
    assert [error.field for error in refused.value.errors] == ["lines.0", "lines.1.quantity"]


def test_what_is_half_made_is_proposed_with_the_rest() -> None:
    half = replace(LINE, made=d(50), work_orders=("WO-9",), delivered=d(20))
    assert half.left == 30
    (job,) = converted([ForLine("SO-1", 1)], around(lines=(half,)))
    assert job.quantity == 30


COVERED = replace(LINE, made=d(80), work_orders=("WO-8", "WO-9"))


@pytest.mark.parametrize(
    ("wanted", "known", "says"),
    [
        (ForLine("SO-1", 1), around(lines=(COVERED,)), "SO-1 line 1 is covered by WO-8, WO-9."),
        (ForLine("SO-1", 1, d(5)), around(lines=(COVERED,)), "covered by WO-8"),
        (ForLine("SO-1", 1), around(lines=(replace(LINE, delivered=d(80)),)), "is delivered already"),
        (ForStock("F", "B"), around(replace(STOCKED, coming={"WS-1": d(100)})), "F B is covered by WS-1."),
        (ForStock("F", "B", d(9)), around(replace(STOCKED, on_hand=d(100))), "F B needs no more: 100 are"),
    ],
)
def test_what_is_made_already_is_refused_with_who_makes_it(
    wanted: ForLine | ForStock, known: Around, says: str
) -> None:
    with pytest.raises(Refusal, match="Nothing was made: one line") as refused:
        converted([wanted], known)
    assert refused.value.code == "demand.covered"
    assert not isinstance(refused.value, Invalid)
    (error,) = refused.value.errors
    assert error.field == "lines.0"
    assert says in error.message


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (ForLine("SO-2", 1), "lines.0"),
        (ForStock("X", ""), "lines.0"),
        (ForLine("SO-1", 1, d(0)), "lines.0.quantity"),
        (ForLine("SO-1", 1, d("1.5")), "lines.0.quantity"),
        (ForLine("SO-1", 1, None, date(2026, 3, 15)), "lines.0.start"),
        (ForLine("SO-1", 1, None, date(2036, 3, 15)), "lines.0.start"),
    ],
)
def test_what_cannot_be_made_is_named_by_its_place(wanted: ForLine | ForStock, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        converted([wanted], around())
    assert [error.field for error in refused.value.errors] == [field]


def test_everything_that_stands_in_the_way_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        converted(
            [ForLine("SO-1", 1), ForLine("SO-1", 1, d(3)), ForLine("NO", 1), ForStock("F", "B")],
            around(replace(STOCKED, on_hand=d(200))),
        )
    assert [error.field for error in refused.value.errors] == ["lines.1", "lines.2", "lines.3"]
    with pytest.raises(Invalid, match="Select at least one"):
        converted([], around())


def test_pieces_are_for_the_lines_due_first_and_what_is_beyond_all_for_none() -> None:
    wanted = [(("SO-1", 1), d(30)), (("SO-2", 4), d(10))]
    assert shared_out(d(20), wanted) == [(("SO-1", 1), d(20))]
    assert shared_out(d(35), wanted) == [(("SO-1", 1), d(30)), (("SO-2", 4), d(5))]
    assert shared_out(d(50), wanted) == wanted
    assert shared_out(d(5), []) == []


def test_work_orders_are_numbered_apart_from_orders() -> None:
    numbers = {job_number(kind, 2026, 1) for kind in ("MTO", "MTS")}
    assert numbers == {"WO-2026-00001", "WS-2026-00001"}
    assert not {number[:2] for number in numbers} & set(SERIES.values())
