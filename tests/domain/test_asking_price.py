"""What a supplier is asked to work for: the price and amount of every line, and what its contract adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from models.domain.asking_price import AskingPrice, asking_price
from models.domain.changed import with_change
from models.domain.contract import Basis, Terms
from tests.domain.asking import accept, change, changed
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
