"""What a supplier is asked to work for: the price and amount of every line, and what its contract adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from models.domain.asking_price import AskingPrice, asked_lines, asking_price
from models.domain.changed import with_change
from models.domain.contract import Basis, Terms
from tests.domain.asking import accept, answer, answered, change, changed, counter, terms
from tests.domain.orders import a_line, given, issued, parametrize

D = Decimal
CONTRACT = Terms("st_1", "EUR", date(2026, 1, 1))


def asked(*lines: Any, **amounts: object) -> AskingPrice:
    agreed = replace(CONTRACT, **{name: D(str(some)) for name, some in amounts.items()})
    return asking_price(issued(*lines, contract=agreed).order)


@parametrize(
    "amounts, total",
    ({}, "85.00"),
    ({"lot_charge": 25}, "110.00"),
    ({"minimum": 100}, "100.00"),
    ({"minimum": 100, "lot_charge": 25}, "110.00"),
)
def test_the_total_has_the_lot_charges_and_comes_to_the_minimum(amounts: dict[str, int], total: str) -> None:
    price = asked(**amounts)
    (line,) = price.lines
    assert (line.unit_price, line.amount) == (D("0.85"), D("85.00"))
    assert (line.lot_charge, line.minimum) == (amounts.get("lot_charge", 0), amounts.get("minimum", 0))
    assert (price.total, price.currency) == (D(total), "EUR")


def test_every_lot_has_its_charge() -> None:
    price = asked(a_line(1, 100, [("L1", 60), ("L2", 40)]), a_line(2, 10, [("L3", 10)]), lot_charge=5)
    assert price.total == D("108.50")


def test_what_is_only_paid_by_the_lot_names_no_price_of_a_piece() -> None:
    price = asked(replace(a_line(), unit_price=D(0)), lot_charge=40)
    (line,) = price.lines
    assert (line.unit_price, line.amount, price.total) == (None, None, D(40))


def test_a_line_nobody_weighed_leaves_the_total_open() -> None:
    price = asked(a_line(basis=Basis.KG))
    assert (price.lines[0].unit_price, price.lines[0].amount, price.total) == (D("0.85"), None, None)


def test_later_deliveries_share_the_lots_and_the_minimum() -> None:
    order = issued(contract=replace(CONTRACT, minimum=D(100), lot_charge=D(5))).order
    (line,) = order.lines
    parts = (replace(line, ordered=D(60)), replace(line, line=2, ordered=D(40), delivery_of=1))
    price = asking_price(replace(order, lines=parts))
    assert price.total == D(100)
    assert [(each.lot_charge, each.minimum) for each in price.lines] == [(5, 100), (0, 0)]


def test_a_change_says_what_all_of_it_would_come_to() -> None:
    order = given(issued(), accept(), change(changed(1, 80, "0.9"))).order
    assert order.open_change is not None
    assert asking_price(with_change(order, order.open_change)).total == D("72.00")
    assert asking_price(order).total == D("85.00"), "until it is agreed the old price stands"


def test_after_a_part_was_accepted_only_the_rest_is_asked() -> None:
    lines = (a_line(1, 100), a_line(2, 10, [("L2", 10)]), a_line(3, 20, [("L3", 20)]))
    scene = given(issued(*lines), counter(None, terms(1, price=1), terms(2, price=1), terms(3, price=2)))
    assert [line.line for line in asked_lines(scene.order)] == [1, 2, 3], "until it is answered"
    order = scene.when(answer("reject", "", answered(1, "accept"))).order
    assert [line.line for line in asked_lines(order)] == [2, 3]
    price = asking_price(order, asked_lines(order))
    assert [(each.line.line, each.amount) for each in price.lines] == [(2, D("8.50")), (3, D("17.00"))]
    assert (price.total, asking_price(order).total) == (D("25.50"), D("125.50"))


@parametrize("some", {1}, {2}, {3}, {1, 2}, {2, 3})
def test_the_price_of_some_lines_and_of_the_others_is_that_of_all(some: set[int]) -> None:
    """A lot charge or minimum that deliveries share is counted with the first, wherever the others are."""
    agreed = replace(CONTRACT, minimum=D(100), lot_charge=D(5))
    order = issued(a_line(), a_line(3, 10, [("L3", 10)]), contract=agreed).order
    first, apart = order.lines
    lines = (replace(first, ordered=D(60)), replace(first, line=2, ordered=D(40), delivery_of=1), apart)
    order = replace(order, lines=lines)
    found = [
        asking_price(order, [line for line in lines if (line.line in some) is chosen]).total
        for chosen in (True, False)
    ]
    assert [each is not None for each in found] == [True, True]
    assert sum(filter(None, found)) == asking_price(order).total == D(200)
