"""Where marks and segments stand: the milestone line and the bar of pieces."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.pages.order.measured import Measured, inspections
from api.pages.order.milestone_line import Step, milestone_line
from api.pages.order.whereabouts import whereabouts
from api.supplier.words import Words
from models.domain.pieces import Bucket
from tests.domain.orders import PLAN, issued

START = date(2026, 11, 2)
WORDS = Words("en", "UTC", START)


def day(offset: int) -> date:
    return START + timedelta(days=offset)


def test_a_late_milestone_leans_to_the_right_and_an_early_one_to_the_left() -> None:
    steps = [Step(1, day(10), None, day(20)), Step(2, day(30), day(25), None), Step(3, day(40), None, None)]
    line = milestone_line(steps, START, day(40), day(22))
    assert [mark.state for mark in line.plan] == ["planned"] * 3
    assert [(mark.number, mark.state) for mark in line.known] == [(1, "done"), (2, "forecast")]
    late, early = line.slips
    assert late.late
    assert late.end > late.start
    assert not early.late
    assert early.end < early.start


def test_today_and_need_by_stand_on_the_same_scale_as_the_marks() -> None:
    line = milestone_line([Step(1, day(20), None, None)], START, day(40), day(20))
    assert line.today == line.plan[0].at
    assert line.need_by == 96
    assert milestone_line([], START, day(40), None).today is None


def test_what_should_have_been_done_is_marked() -> None:
    (mark,) = milestone_line([Step(1, day(5), None, None, missed=True)], START, day(40), day(9)).plan
    assert mark.state == "missed"


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(0, 90))
def test_marks_never_cover_each_other_and_stay_on_the_page(days: list[int], today: int) -> None:
    steps = [Step(number, day(at), None, day(at)) for number, at in enumerate(sorted(days), 1)]
    line = milestone_line(steps, START, day(30), day(today))
    for marks in (line.plan, line.known):
        assert all(right.at - left.at >= 4.99 for left, right in pairwise(marks))
        assert all(0 <= mark.at <= 96 for mark in marks)


def view(ordered: int, *, short_closed: bool = False, **pieces: int) -> dict[str, Any]:
    held = {bucket.value: Decimal(pieces.get(bucket.value, 0)) for bucket in Bucket}
    sent = sum(quantity for name, quantity in held.items() if name != "over")
    line = {
        "line": 1,
        "part": "FLANGE",
        "part_revision": "B",
        "description": "",
        "work_order": "WO-1",
        "operation": 30,
        "ordered": Decimal(ordered),
        "unit_price": Decimal("0.85"),
        "basis": "piece",
        "currency": "EUR",
        "unit": "C62",
        "offered": {},
        "first_article": None,
        "first_article_state": None,
        "setup_allowance": Decimal(0),
        "setup_left": Decimal(0),
        "short_closed": short_closed,
        "serials": [],
        "lots": [],
        "pieces": {"sent": sent} | held,
    }
    return {"lines": [line]}


def test_the_bar_holds_every_piece_and_what_was_not_sent() -> None:
    (place,) = whereabouts(view(1200, at_supplier=500, accepted=390, rejected=10), WORDS)
    assert [(part.kind, part.amount.replace("\u00a0", " ")) for part in place.segments] == [
        ("unsent", "300 pcs"),
        ("at_supplier", "500 pcs"),
        ("rejected", "10 pcs"),
        ("accepted", "390 pcs"),
    ]
    assert place.segments[0].width == 25


def test_over_stands_apart_and_a_short_line_owes_nothing() -> None:
    (place,) = whereabouts(view(100, short_closed=True, accepted=60, over=5), WORDS)
    assert [part.kind for part in place.segments] == ["accepted"]
    assert place.over == "5\u00a0pcs more than expected"


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=12))
def test_the_bar_is_full_and_the_fewest_pieces_are_seen(quantities: list[int]) -> None:
    names = [bucket.value for bucket in Bucket if bucket is not Bucket.OVER]
    pieces = dict(zip(names, quantities, strict=False))
    (place,) = whereabouts(view(sum(quantities), **pieces), WORDS)
    assert abs(sum(part.width for part in place.segments) - 100) < 0.2
    assert all(part.width >= 1.1 for part in place.segments)
    for left, right in pairwise(place.segments):
        assert abs(left.start + left.width - right.start) < 0.02


def inspected(values: list[str], bad: set[int]) -> Measured:
    """Thickness between 8 and 12, as the page shows it."""
    results = [
        {"characteristic": "1", "sample": sample, "value": value} for sample, value in enumerate(values, 1)
    ]
    row = {
        "inspection": "SO-1-I1",
        "line": 1,
        "lot": None,
        "parcel": None,
        "nonconformance": None,
        "lot_size": "100",
        "verdict": "pass",
        "decision": None,
        "results": results,
        "failures": [{"characteristic": "1", "sample": sample} for sample in bad],
        "submitted_at": datetime(2026, 11, 2, tzinfo=UTC),
    }
    (found,) = inspections(issued(plans={1: PLAN}).order, [row], WORDS)[0].measured
    return found


def test_of_many_values_those_outside_stand_out_and_all_can_be_read() -> None:
    found = inspected(["10"] * 78 + ["8", "12.5"], {80})
    assert [(value.sample, value.text) for value in found.values] == [(80, "12.5")]
    assert found.rest.count("·") == 79
    assert (found.count, found.bad, found.span) == (80, 1, "8 – 12.5 µm")
    assert found.ruler is not None
    assert found.ruler.marks == ((20, "inside"), (50, "inside"), (87, "outside"))


def test_a_few_values_all_stand_beside_their_samples() -> None:
    found = inspected(["8", "10"], set())
    assert [(value.sample, value.text, value.inside) for value in found.values] == [
        (1, "8", True),
        (2, "10", True),
    ]
    assert found.rest == ""
