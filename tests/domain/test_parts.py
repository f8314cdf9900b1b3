"""Lots and minimum of a line that was split are due once, with the part that leads, whichever part did what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from models.codec import dump_order, load_order
from models.domain import billing, settlement
from models.domain import events as e
from models.domain.commands import Cancel, Close, Merge, ReportPartWork, Split, SplitChild
from models.domain.contract import Basis, Terms
from models.domain.evolve import fold
from models.domain.parted import PartWork, Punctuality
from tests.domain.asking import accept, answer, counter, receive, send, ship, some, terms
from tests.domain.orders import NEED_BY, NOW, Scene, a_line, given, issued, parametrize

AGREED = Terms("st_1", "EUR", date(2026, 1, 1), minimum=Decimal(100), lot_charge=Decimal(10))


def in_parts(scene: Scene, *quantities: int, line: int = 1) -> list[Scene]:
    """The orders that `scene` was split into, the first with the first of `quantities`."""
    wish = Split(tuple(SplitChild((some(line, each),)) for each in quantities))
    return list(scene.when(wish).then().born.values())


def halves(first: int = 60, second: int = 40, agreed: Terms = AGREED) -> list[Scene]:
    return in_parts(given(issued(contract=agreed), accept(promise=NEED_BY)), first, second)


def deliver(asks: Sequence[tuple[str, object]], scenes: Sequence[Scene]) -> None:
    """What was asked of other orders, and what that asks of others, happens there."""
    at = {scene.order.number: scene for scene in scenes}
    for number, command in asks:
        scene = at[number]
        scene.when(command).then()  # type: ignore[arg-type]
        deliver(scene.asks, scenes)


def box(scene: Scene) -> str:
    """The parcel shipped last."""
    return list(scene.order.parcels)[-1]


def done(scene: Scene, quantity: int, scenes: Sequence[Scene]) -> None:
    """All of it was sent, finished and paid."""
    given(scene, send(quantity, "L1"), ship(quantity))
    given(scene, receive(quantity, parcel=box(scene)))
    scene.when(Close()).then("closed")
    deliver(scene.asks, scenes)


def settled(*scenes: Scene) -> dict[str, str]:
    """`kind` -> what was settled of it over all orders, adjustments included, in whole cents."""
    found: dict[str, Decimal] = {}
    for scene in scenes:
        for charge in settlement.settled(scene.order):
            found[charge.kind.value] = found.get(charge.kind.value, Decimal(0)) + charge.amount
    return {kind: str(amount) for kind, amount in found.items() if amount}


@parametrize("last", 0, 1)
def test_the_minimum_and_the_lot_are_due_once_whichever_part_ends_last(last: int) -> None:
    parts = halves()
    for scene in (parts[1 - last], parts[last]):
        done(scene, int(scene.order.lines[0].ordered), parts)
    # 85.00 for the work and 10.00 for the lot: 5.00 are missing.
    assert settled(*parts) == {"price": "85.00", "lot_charge": "10.00", "minimum": "5.00"}
    for scene in parts:
        assert fold(scene.stream) == scene.order == load_order(dump_order(scene.order))
        assert settlement.unsettled(scene.order) == ()


def test_parts_that_reach_the_minimum_together_owe_nothing_more() -> None:
    parts = halves(agreed=Terms("st_1", "EUR", date(2026, 1, 1), minimum=Decimal(80)))
    done(parts[0], 60, parts)
    done(parts[1], 40, parts)
    assert settled(*parts) == {"price": "85.00"}


def test_what_is_missing_is_charged_only_once_no_part_goes_on() -> None:
    parts = halves()
    done(parts[0], 60, parts)
    assert settled(*parts) == {"price": "51.00", "lot_charge": "10.00"}
    done(parts[1], 40, parts)
    parts[0].happened(e.PartWorkReported, e.SettlementAdjusted).then("closed")


def test_a_part_nothing_came_of_leaves_the_minimum_to_the_others() -> None:
    first, second = parts = halves()
    done(second, 40, parts)
    first.when(Cancel("Not needed")).then("cancelled")
    assert settled(*parts) == {"price": "34.00", "lot_charge": "10.00", "minimum": "56.00"}


def test_nothing_finished_anywhere_costs_nothing() -> None:
    first, second = parts = halves()
    for scene in (first, second):
        scene.when(Cancel("Not needed")).then("cancelled")
        deliver(scene.asks, parts)
    assert settled(*parts) == {}


@parametrize("which", 0, 1)
def test_a_part_may_be_split_again(which: int) -> None:
    parts = halves()
    quantity = int(parts[which].order.lines[0].ordered)
    grandchildren = in_parts(parts[which], 10, quantity - 10)
    scenes = [*parts, *grandchildren]
    deliver(parts[which].asks, scenes)
    for scene in (parts[1 - which], *reversed(grandchildren)):
        done(scene, int(scene.order.lines[0].ordered), scenes)
    assert settled(*scenes) == {"price": "85.00", "lot_charge": "10.00", "minimum": "5.00"}


@parametrize("into", 0, 1)
def test_parts_that_are_merged_again_are_due_once(into: int) -> None:
    parts = halves()
    target, source = parts[into], parts[1 - into]
    target.when(Merge((source.order.number,)), others=[source]).then()
    deliver(target.asks, parts)
    given(target, accept(promise=NEED_BY), send(60, "L1", line=1 if into == 0 else 2))
    given(target, send(40, "L1", line=2 if into == 0 else 1))
    for line, quantity in ((1, 60), (2, 40)) if into == 0 else ((2, 60), (1, 40)):
        given(target, ship(quantity, line=line))
        given(target, receive(quantity, line=line, parcel=box(target)))
    target.when(Close()).then("closed")
    assert settled(*parts) == {"price": "85.00", "lot_charge": "10.00", "minimum": "5.00"}


def test_a_later_delivery_that_goes_elsewhere_shares_the_minimum_of_its_line() -> None:
    scene = given(issued(contract=AGREED), counter(NEED_BY, terms(1, 60), terms(1, 40)), answer())
    parts = list(
        scene.when(Split((SplitChild((some(1, 60),)), SplitChild((some(2, 40),))))).then().born.values()
    )
    assert [line.parted is not None for each in parts for line in each.order.lines] == [True, True]
    assert parts[1].order.lines[0].delivery_of == 0


def test_a_line_that_stays_whole_is_no_part() -> None:
    lines = a_line(1, 100, [("L1", 100)]), a_line(2, 50, [("L2", 50)])
    scene = given(issued(*lines, contract=AGREED), accept())
    first, second = (
        scene.when(Split((SplitChild((some(1, 100),)), SplitChild((some(2, 50),))))).then().born.values()
    )
    assert [line.parted for each in (first, second) for line in each.order.lines] == [None, None]


def test_what_is_known_already_is_no_news() -> None:
    parts = halves()
    done(parts[1], 40, parts)
    (known,) = parts[0].event(e.PartWorkReported).works
    came = Punctuality(True, 1, -34, NEED_BY, NOW.date())
    assert known == PartWork("SO-1/1", "SO-1-2", Decimal("34.00"), ("L1",), punctual=came)
    parts[0].when(ReportPartWork((known,))).happened()
    parts[1].when(ReportPartWork((known,))).happened()


def test_until_it_is_settled_a_part_is_estimated_without_what_the_leading_one_is_charged() -> None:
    parts = halves()
    given(parts[1], send(40, "L1"), ship(40), receive(40, parcel="SO-1-2-P1"))
    assert [charge.kind.value for charge in billing.charges(parts[1].order)] == ["price"]


@parametrize("last", 0, 1)
def test_a_lot_that_is_paid_as_a_lot_is_paid_once_in_all_parts(last: int) -> None:
    line = replace(a_line(), unit_price=Decimal(75), basis=Basis.LOT)
    parts = in_parts(given(issued(line), accept(promise=NEED_BY)), 60, 40)
    for scene in (parts[1 - last], parts[last]):
        done(scene, int(scene.order.lines[0].ordered), parts)
    assert settled(*parts) == {"price": "75.00"}
    for scene in parts:
        assert settlement.unsettled(scene.order) == ()


def test_a_lot_that_only_another_part_finished_is_paid_with_the_one_that_leads() -> None:
    line = replace(a_line(), unit_price=Decimal(75), basis=Basis.LOT)
    first, second = parts = in_parts(given(issued(line), accept(promise=NEED_BY)), 60, 40)
    first.when(Cancel("Not needed")).then("cancelled")
    assert settled(*parts) == {}
    done(second, 40, parts)
    assert settled(*parts) == {"price": "75.00"}


def test_different_lots_of_the_parts_are_paid_each() -> None:
    line = replace(a_line(lots=[("L1", 60), ("L2", 40)]), unit_price=Decimal(75), basis=Basis.LOT)
    first, second = parts = in_parts(given(issued(line), accept(promise=NEED_BY)), 60, 40)
    done(first, 60, parts)
    given(second, send(40, "L2"), ship(40), receive(40, parcel=f"{second.order.number}-P1"))
    second.when(Close()).then("closed")
    deliver(second.asks, parts)
    assert settled(*parts) == {"price": "150.00"}


def test_nor_is_it_paid_with_every_delivery() -> None:
    line = replace(a_line(), unit_price=Decimal(75), basis=Basis.LOT)
    scene = given(issued(line), counter(None, terms(1, 60), terms(1, 40)), answer())
    given(scene, send(60, "L1"), send(40, "L1", line=2), ship(60), ship(40, line=2))
    given(scene, receive(60), receive(40, line=2, parcel=box(scene)))
    assert [(each.line, each.quantity, each.pieces) for each in billing.charges(scene.order)] == [
        (1, 1, 60),
        (2, 0, 40),
    ]
