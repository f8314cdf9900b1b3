"""Set-up scrap: what the supplier may use up in setting up is neither paid, nor a reject, nor missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from models.codec import dump_order, load_order
from models.domain import billing, setting_up
from models.domain import commands as c
from models.domain import events as e
from models.domain.authority import Actor
from models.domain.contract import Terms
from models.domain.facts import Facts
from models.domain.order import Order
from tests.domain.asking import (
    NC,
    PARCEL,
    accept,
    answer,
    arrived,
    counter,
    dispose,
    receive,
    send,
    ship,
    terms,
)
from tests.domain.orders import (
    ADMIN,
    BUYER,
    DOCK,
    Scene,
    a_draft,
    a_line,
    a_lot,
    given,
    issue_facts,
    issued,
    parametrize,
)

CONTRACT = Terms("st_1", "EUR", date(2026, 1, 1), reject_charge=Decimal("1.25"), early_reward=Decimal(40))


def allowing(pieces: object = 5, **fields: Any) -> Scene:
    """An accepted order of 100 pieces that are back, of which so many might be used up."""
    line = a_line(setup_allowance=Decimal(str(pieces)))
    return given(issued(line, **fields), accept(date(2026, 12, 4)), send(), arrived(), ship())


def left(order: Order, line: int = 1) -> Decimal:
    found = order.line(line)
    assert found is not None
    return setting_up.left(order, found)


@parametrize(
    "allowed, scrapped, used, rest",
    (0, 3, 0, 0),
    (5, 0, 0, 5),
    (5, 3, 3, 2),
    (5, 5, 5, 0),
    (5, 8, 5, 0),
)
def test_scrap_is_for_setting_up_as_far_as_that_was_allowed(
    allowed: int, scrapped: int, used: int, rest: int
) -> None:
    scene = allowing(allowed).when(receive(100 - scrapped, scrapped=scrapped), by=ADMIN).then()
    scene.happened(e.PiecesReceived)
    assert scene.event(e.PiecesReceived).setup == ({"1": used} if used else {})
    assert left(scene.order) == rest


def test_several_receipts_and_the_lines_of_one_share_the_allowance() -> None:
    scene = given(allowing(), receive(50))
    scene.when(receive(10, scrapped=4, additional=True), by=ADMIN).then()
    two = receive(10, scrapped=2, additional=True)
    both = c.Receive((two.lines[0], two.lines[0]), two.parcel, "", True)
    scene.when(both, by=ADMIN).then(accepted=80, scrapped=8, in_transit_back=12)
    assert scene.event(e.PiecesReceived).setup == {"1": 1}
    assert left(scene.order) == 0


def test_a_receipt_that_is_taken_back_gives_the_allowance_back() -> None:
    scene = allowing().when(receive(95, scrapped=5), by=ADMIN).then()
    assert left(scene.order) == 0
    scene.when(c.Correct(scene.sequence(e.PiecesReceived), "Miscounted"), by=ADMIN).then(in_transit_back=100)
    assert left(scene.order) == 5


@parametrize("by", DOCK, BUYER)
def test_whoever_counts_it_writes_off_what_setting_up_may_use_and_only_quality_more(by: Actor) -> None:
    allowing().when(receive(95, scrapped=5), by=by).then(accepted=95, scrapped=5)
    beyond = receive(94, scrapped=6)
    allowing().when(beyond, by=by).refused("forbidden.scrap", "lines.0.scrapped", line=1, left=5, entered=6)
    allowing().when(beyond, by=ADMIN).then(accepted=94, scrapped=6)
    # A line that allows none has none left to speak of.
    allowing(0).when(receive(99, scrapped=1), by=by).refused("forbidden.scrap", "lines.0.scrapped")


def test_earlier_receipts_and_earlier_lines_of_the_same_one_leave_less_to_write_off() -> None:
    scene = given(allowing(), receive(60, scrapped=3))
    one, two = (receive(9, scrapped=some, additional=True).lines[0] for some in (1, 2))
    both = c.Receive((one, two), PARCEL, "", True)
    scene.when(both, by=DOCK).refused("forbidden.scrap", "lines.1.scrapped", left=1, entered=2)
    scene.when(c.Receive((one, one), PARCEL, "", True), by=DOCK).then(
        accepted=78, scrapped=5, in_transit_back=17
    )


def test_what_was_reworked_is_scrapped_by_quality_whatever_is_left_for_setting_up() -> None:
    scene = given(allowing(), receive(90, rejected=10), dispose(rework=10), ship(10, nonconformance=NC))
    reworked = receive(8, parcel="SO-1-P2", scrapped=2)
    scene.when(reworked, by=DOCK).refused("forbidden.scrap", "lines.0.scrapped", left=0, entered=2)


def test_rework_that_is_scrapped_is_no_set_up_scrap() -> None:
    scene = given(allowing(), receive(90, rejected=10), dispose(rework=10))
    given(scene, ship(10, nonconformance=NC))
    reworked = receive(8, parcel="SO-1-P2", scrapped=2)
    scene.when(reworked, by=ADMIN).then(accepted=98, scrapped=2)
    assert scene.event(e.PiecesReceived).setup == {}
    assert left(scene.order) == 5


def test_serial_numbers_say_which_were_used_up() -> None:
    scene = given(issued(a_line(1, 4, [("L1", 4)], setup_allowance=Decimal(1)), by_serial=True), accept())
    names = tuple(f"S{number}" for number in range(1, 5))
    scene = given(scene, c.Send((c.SendLine(1, Decimal(4), "L1", serials=names),)), arrived())
    results = [*(c.ReceivedSerial(name, "accepted") for name in names[:2]),
               *(c.ReceivedSerial(name, "scrapped") for name in names[2:])]  # fmt: skip
    line = c.ReceiveLine(1, Decimal(4), Decimal(2), lot="L1", scrapped=Decimal(2), serials=tuple(results))
    scene.when(c.Receive((line,), "", "LS-1"), by=ADMIN).then(accepted=2, scrapped=2)
    assert scene.event(e.PiecesReceived).setup == {"1": 1}


def test_it_is_neither_paid_nor_deducted_and_costs_no_reward() -> None:
    scene = allowing(contract=CONTRACT).when(receive(95, scrapped=5), by=ADMIN).then()
    found = {charge.kind.value: str(charge.amount) for charge in billing.charges(scene.order)}
    assert found == {"price": "80.75", "early": "40.00"}
    beyond = allowing(3, contract=CONTRACT).when(receive(95, scrapped=5), by=ADMIN).then()
    assert [charge.kind.value for charge in billing.charges(beyond.order)] == ["price"]


def test_all_deliveries_of_a_line_are_set_up_for_once() -> None:
    line = a_line(setup_allowance=Decimal(5))
    parts = terms(1, 60), terms(1, 40, promise=date(2026, 12, 21))
    scene = given(issued(line), counter(None, *parts), answer())
    assert [each.setup_allowance for each in scene.order.lines] == [5, 0]
    assert [left(scene.order, each.line) for each in scene.order.lines] == [5, 5]


def test_orders_that_come_of_a_split_share_what_was_allowed() -> None:
    halves = (c.LineQuantity(1, Decimal(60)), c.LineQuantity(1, Decimal(40)))
    scene = given(issued(a_line(setup_allowance=Decimal(5))), accept())
    scene.when(c.Split(tuple(c.SplitChild((half,)) for half in halves))).then()
    assert [child.order.lines[0].setup_allowance for child in scene.born.values()] == [5, 0]
    # It is written off where the part leads, and only there.
    for (number, child), refused in zip(scene.born.items(), (False, True), strict=True):
        given(child, send(40), arrived(), ship(40))
        child.when(receive(37, scrapped=3, parcel=f"{number}-P1"), by=DOCK)
        assert (child.refusal is not None and child.refusal.code == "forbidden.scrap") is refused


def test_an_order_that_only_has_a_later_delivery_has_the_allowance_of_the_line_when_it_leads() -> None:
    parts = terms(1, 60), terms(1, 40, promise=date(2026, 12, 21))
    scene = given(issued(a_line(setup_allowance=Decimal(5))), counter(None, *parts), answer())
    shared = (c.LineQuantity(2, Decimal(40)),), (c.LineQuantity(1, Decimal(60)),)
    scene.when(c.Split(tuple(c.SplitChild(lines) for lines in shared))).then()
    first, other = scene.born.values()
    assert (left(first.order, 2), left(other.order, 1)) == (5, 0)


@parametrize("allowed, code", (-1, "quantity.too_small"), ("0.5", "quantity.too_precise"))
def test_it_is_counted_in_the_unit_of_the_line(allowed: object, code: str) -> None:
    draft = a_draft(a_line(setup_allowance=Decimal(str(allowed))))
    facts = Facts(lots={"L1": a_lot("L1")}, issue=issue_facts(draft))
    Scene().when(c.Issue(), facts=facts).refused(code, "lines.0.setup_allowance")


def test_it_is_kept_with_the_order() -> None:
    scene = allowing().when(receive(97, scrapped=3), by=ADMIN).then()
    assert left(load_order(dump_order(scene.order))) == 2
