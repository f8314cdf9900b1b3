"""Pieces and costs of many lines, summed where they may be summed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from models.domain.order import Order
from models.domain.progress import Cost, Figures, LineProgress, costs, totals
from tests.domain.asking import accept, receive, send
from tests.domain.orders import a_line, given, issued

D = Decimal
LINE = LineProgress(
    "WO-1",
    30,
    "SO-1",
    "PLATE",
    "C62",
    Figures(ordered=D(100), sent=D(60), accepted=D(11), scrapped=D(2), lost=D(1)),
)


def test_pieces_are_summed_by_process_and_unit() -> None:
    lines = [
        LINE,
        replace(LINE, order="SO-2", work_order="WO-2"),
        replace(LINE, process="HEAT"),
        replace(LINE, unit="KGM"),
    ]
    found = {(each.process, each.unit): each for each in totals(lines)}
    assert found.keys() == {("PLATE", "C62"), ("HEAT", "C62"), ("PLATE", "KGM")}
    both = found["PLATE", "C62"]
    assert both.orders == ("SO-1", "SO-2")
    assert both.figures == Figures(ordered=D(200), sent=D(120), accepted=D(22), scrapped=D(4), lost=D(2))


def order(**fields: Any) -> Order:
    """Two lines of 100 pieces at 0.85 EUR for WO-1 and WO-2, of each of which ten were accepted."""
    lines = a_line(1, lots=[("L1", 100)]), a_line(2, lots=[("L2", 100)])
    steps = [
        accept(),
        *(
            step
            for n in (1, 2)
            for step in (send(100, line=n), receive(10, line=n, parcel="", additional=True))
        ),
    ]
    return replace(given(issued(*lines), *steps).order, **fields)


def test_costs_are_those_of_the_lines_asked_for_by_type_and_currency() -> None:
    mine, other, yen = order(), order(type="TRIAL"), order(currency="JPY")
    assert costs([mine, other, mine, yen], ["WO-1"]) == [
        Cost("MTO", "EUR", D("170.00"), D("17.00"), D("17.00")),
        Cost("MTO", "JPY", D(85), D(9), D(9)),
        Cost("TRIAL", "EUR", D("85.00"), D("8.50"), D("8.50")),
    ]
    assert costs([mine], ["WO-1", "WO-2"]) == [Cost("MTO", "EUR", D("170.00"), D("17.00"), D("17.00"))]


def test_nothing_sums_to_nothing() -> None:
    assert (totals([]), costs([], [])) == ([], [])
