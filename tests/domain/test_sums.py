"""Pieces and costs of many lines, summed where they may be summed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from models.domain import commands as c
from models.domain.order import Order
from models.domain.progress import Cost, Figures, LineProgress, costs, totals
from models.domain.still_ordered import still_ordered
from tests.domain.asking import accept, arrived, dispose, receive, send, ship, some
from tests.domain.orders import a_line, given, issued, parametrize
from tests.domain.test_merge import TOGETHER, another
from tests.domain.test_reassign import elsewhere
from tests.domain.test_split import children, split

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


HERE = (accept(), send(), arrived(), ship(20), receive(20))


@parametrize(
    "steps, ordered",
    ((accept(), send(20)), 100),
    # Nothing of what came back to be sent again was taken off the order.
    ((accept(), send(60), receive(0, unprocessed=60, parcel="", slip="LS-1")), 100),
    ((accept(), send(20), arrived(), elsewhere()), 0),
    # The rest was never sent: the line is closed short with what is here.
    ((accept(), send(20), arrived(), ship(20), receive(20), elsewhere()), 20),
    # The rest is still with the supplier, then in a box on its way back, then on our shelf.
    ((*HERE, elsewhere()), 20),
    ((*HERE, elsewhere(), ship(80, unprocessed=80)), 20),
    ((*HERE, elsewhere(), ship(80, unprocessed=80), receive(0, unprocessed=80, parcel="SO-1-P2")), 20),
    ((*HERE, elsewhere("transfer")), 20),
    # What the old supplier had done all the same, or works on again, stays there.
    ((*HERE, elsewhere(), ship(5)), 25),
    ((accept(), send(), arrived(), ship(90), receive(75, rejected=15), dispose(rework=15), elsewhere()), 90),
    # What is only to be cancelled is ordered until that is done.
    ((*HERE, c.Cancel("No need")), 100),
    ((c.Cancel("No need"),), 0),
)
def test_what_was_given_away_or_closed_short_counts_as_far_as_it_stays_there(
    steps: tuple[Any, ...], ordered: int
) -> None:
    scene = given(issued(), *steps)
    assert still_ordered(scene.order, scene.order.lines[0]) == ordered
    (cost,) = costs([scene.order], ["WO-1"])
    assert cost.ordered == ordered * D("0.85")


def test_pieces_of_an_order_that_others_go_on_with_are_ordered_there_alone() -> None:
    scene = given(issued(a_line(lots=[("L1", 100)])), accept(), send(30))
    first, second = (child.order for child in children(scene.when(split([some(1, 60)], [some(1, 40)]))))
    assert [still_ordered(each, each.lines[0]) for each in (scene.order, first, second)] == [0, 60, 40]
    source, target = another(), issued()
    target.when(TOGETHER, others=[source]).then("issued")
    assert still_ordered(source.order, source.order.lines[0]) == 0
    assert [still_ordered(target.order, line) for line in target.order.lines] == [100, 40]
