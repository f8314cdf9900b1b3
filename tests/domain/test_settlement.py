"""What an order costs: given what happened to its pieces, then these charges, to the smallest coin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.codec import dump_order, load_order
from models.domain import billing, settlement
from models.domain import events as e
from models.domain.charges import ChargeKind, Settlement
from models.domain.commands import (
    Cancel,
    Close,
    Command,
    Correct,
    ForceComplete,
    Merge,
    Send,
    SendLine,
    SetResponsibility,
    SettleClaim,
    Signature,
)
from models.domain.contract import Basis, Terms
from models.domain.evolve import fold
from models.domain.pieces import Bucket
from tests.domain.asking import (
    NC,
    accept,
    agree,
    answer,
    approve,
    arrived,
    change,
    changed,
    counter,
    dispose,
    hurry,
    judge,
    lose,
    receive,
    refuse,
    report,
    send,
    ship,
    sign,
    terms,
)
from tests.domain.orders import QUALITY, Scene, a_line, day, given, issued, parametrize

CONTRACT = Terms("st_1", "EUR", date(2026, 1, 1))
FRIDAY, MONDAY = date(2026, 11, 6), date(2026, 11, 9)


def contract(**amounts: object) -> Terms:
    return replace(CONTRACT, **{name: Decimal(str(some)) for name, some in amounts.items()})


def bill(scene: Scene) -> dict[str, tuple[str, str]]:
    """`kind line` -> quantity and amount, as they are written."""
    found = settlement.cost_of(scene.order)
    return {
        f"{charge.kind.value} {charge.line}": (str(charge.quantity), str(charge.amount)) for charge in found
    }


def done(agreed: Terms | None, *lines: Any, **fields: Any) -> Scene:
    """100 flanges at 0.85 EUR, sent, shipped, received and accepted."""
    return given(issued(*lines, contract=agreed, **fields), accept(), send(), ship(), receive(100))


def ours(command: Any) -> Any:
    return replace(command, responsibility="us")


def test_accepted_pieces_are_paid_at_the_price_of_the_order() -> None:
    scene = given(issued(), accept(), send(), ship(), receive(60, rejected=30, pending=10))
    assert bill(scene) == {"price 1": ("60", "51.00")}
    assert settlement.each_piece(scene.order) == Decimal("0.85")


def test_deliveries_of_a_line_share_its_lots_and_its_minimum() -> None:
    agreed = contract(minimum=100, lot_charge=10)
    scene = given(issued(contract=agreed), accept(), send(), ship(), receive(100))
    (line,) = scene.order.lines
    pieces = {"1:L1": {Bucket.ACCEPTED: Decimal(60)}, "2:L1": {Bucket.ACCEPTED: Decimal(40)}}
    divided = replace(scene.order, lines=(line, replace(line, line=2, delivery_of=1)), stock=pieces)
    found = [(each.kind.value, each.line, str(each.amount)) for each in billing.charges(divided)]
    assert found == [
        ("price", 1, "51.00"),
        ("lot_charge", 1, "10.00"),
        ("minimum", 1, "5.00"),
        ("price", 2, "34.00"),
    ]


def test_what_goes_on_as_another_order_is_paid_there() -> None:
    scene = rejected(dispose(scrap=10))
    gone = replace(scene.order, kin=replace(scene.order.kin, superseded_by=("SO-2", "SO-3")))
    assert billing.charges(gone) == ()


def test_what_cancelling_costs_is_said_before_it_is_done_and_is_what_is_settled() -> None:
    agreed = contract(minimum=100, lot_charge=10, late_per_day=5)
    scene = given(issued(contract=agreed), accept(promise=MONDAY), send(40), ship(40))
    assert settlement.if_cancelled(scene.order, scene.now) == ()
    scene.at(day(20))
    given(scene, receive(40))
    expected = settlement.if_cancelled(scene.order, scene.now)
    assert [(each.kind, str(each.amount)) for each in expected] == [
        (ChargeKind.PRICE, "34.00"),
        (ChargeKind.LOT_CHARGE, "10.00"),
        (ChargeKind.MINIMUM, "56.00"),
        # It was missed before anybody cancelled.
        (ChargeKind.LATE, "-45.00"),
    ]
    given(scene, Cancel("no longer needed")).then("cancelled")
    assert settlement.settled(scene.order) == expected


def test_nothing_accepted_costs_nothing() -> None:
    agreed = contract(minimum=500, lot_charge=40, expedite_fee=90)
    scene = given(issued(contract=agreed), accept(), hurry(date(2026, 12, 10)), agree(), send(), ship())
    assert bill(scene) == {}
    assert settlement.each_piece(scene.order) is None


@parametrize(
    "price,currency,accepted,amount",
    ("0.335", "EUR", 1, "0.34"),
    ("0.334999", "EUR", 1, "0.33"),
    ("0.005", "EUR", 3, "0.02"),  # 0.015: rounded once, at the total
    ("12.5", "JPY", 1, "13"),
    ("12.5", "JPY", 3, "38"),
    ("0.0335", "KWD", 1, "0.034"),
)
def test_half_a_coin_is_rounded_up_at_the_line(price: str, currency: str, accepted: int, amount: str) -> None:
    line = replace(a_line(), unit_price=Decimal(price), currency=currency)
    scene = given(issued(line), accept(), send(accepted), ship(accepted), receive(accepted))
    assert bill(scene) == {"price 1": (str(accepted), amount)}


@parametrize(
    "minimum,lot_charge,expected",
    (0, 0, {"price 1": ("100", "85.00")}),
    (85, 0, {"price 1": ("100", "85.00")}),
    ("85.01", 0, {"price 1": ("100", "85.00"), "minimum 1": ("1", "0.01")}),
    (0, 40, {"price 1": ("100", "85.00"), "lot_charge 1": ("2", "80.00")}),
    (150, 40, {"price 1": ("100", "85.00"), "lot_charge 1": ("2", "80.00")}),
    (
        200,
        40,
        {"price 1": ("100", "85.00"), "lot_charge 1": ("2", "80.00"), "minimum 1": ("1", "35.00")},
    ),
)
def test_lots_are_charged_and_a_line_is_topped_up_to_its_minimum(
    minimum: object, lot_charge: object, expected: object
) -> None:
    line = a_line(lots=[("L1", 60), ("L2", 40)])
    scene = given(issued(line, contract=contract(minimum=minimum, lot_charge=lot_charge)), accept())
    scene = given(scene, send(60, "L1"), send(40, "L2"), ship(), receive(100))
    assert bill(scene) == expected


def test_a_lot_of_which_nothing_was_accepted_is_not_charged() -> None:
    line = a_line(lots=[("L1", 60), ("L2", 40)])
    scene = given(issued(line, contract=contract(lot_charge=40)), accept(), send(60, "L1"), send(40, "L2"))
    scene = given(scene, ship(60, "L1"), receive(60, lot="L1"))
    assert bill(scene)["lot_charge 1"] == ("1", "40.00")


@parametrize(
    "unit,weights,quantity,amount",
    ("KGM", (None, None), "100", "250.00"),
    ("LBR", (None, None), "45.359", "113.40"),
    ("C62", ("12.2", "8.2"), "20.4", "51.00"),
    ("C62", ("12.2004", "8.2"), "20.4", "51.00"),
)
def test_a_kilogram_is_paid_by_what_was_weighed(
    unit: str, weights: tuple[str | None, str | None], quantity: str, amount: str
) -> None:
    line = replace(a_line(lots=[("L1", 60), ("L2", 40)]), unit_price=Decimal("2.5"), basis=Basis.KG)
    scene = given(issued(line, unit=unit), accept())
    for lot, some, weight in (("L1", 60, weights[0]), ("L2", 40, weights[1])):
        item = SendLine(1, Decimal(some), lot, weight=Decimal(weight) if weight else None)
        scene = given(scene, Send((item,)))
    scene = given(scene, ship(), receive(100))
    assert bill(scene) == {"price 1": (quantity, amount)}


def test_what_is_paid_by_the_kilogram_goes_out_weighed() -> None:
    scene = given(issued(replace(a_line(), basis=Basis.KG)), accept())
    scene.when(send()).refused("weight.missing", "lines.0.weight")
    assert billing.ordered_amount(scene.order, scene.order.lines[0]) is None
    weighed = Send((SendLine(1, Decimal(100), weight=Decimal("20.4")),))
    scene = given(scene, weighed)
    assert billing.ordered_amount(scene.order, scene.order.lines[0]) == Decimal("17.34")
    scene.when(Correct(scene.sequence(e.PiecesSent), "Typed wrongly")).then(sent=0)
    assert (scene.order.lines[0].weight, scene.order.lines[0].weighed) == (0, 0)


def test_a_price_for_a_lot_is_paid_for_every_lot() -> None:
    line = replace(a_line(lots=[("L1", 60), ("L2", 40)]), unit_price=Decimal(75), basis=Basis.LOT)
    scene = given(issued(line), accept(), send(60, "L1"), send(40, "L2"), ship(), receive(100))
    assert bill(scene) == {"price 1": ("2", "150.00")}


@parametrize(
    "fee,answers,expected",
    (90, [agree()], ("1", "90.00")),
    (90, [agree(), hurry(date(2026, 12, 8)), agree("SO-1-C2")], ("2", "180.00")),
    (90, [refuse()], None),
    (90, [], None),
    (0, [agree()], None),
)
def test_an_earlier_day_that_was_accepted_costs_its_fee(
    fee: int, answers: list[Command], expected: object
) -> None:
    lines = a_line(), a_line(2, lots=[("L2", 100)])
    scene = given(issued(*lines, contract=contract(expedite_fee=fee)), accept())
    scene = given(scene, hurry(date(2026, 12, 10)), *answers, send(), ship(), receive(100))
    assert bill(scene).get("expedite 0") == expected


def both_come() -> list[Command]:
    """Something of each of two lines."""
    return [
        step
        for line in (1, 2)
        for step in (send(10, line=line), ship(10, line=line), receive(10, line=line, parcel=f"SO-1-P{line}"))
    ]


@parametrize(
    "here,there,times",
    (False, False, 0),
    (True, False, 1),
    (False, True, 1),
    (True, True, 2),
)
def test_the_fee_of_an_order_that_was_taken_up_is_paid_with_it(here: bool, there: bool, times: int) -> None:
    scene, other = (
        given(issued(draft={"number": number}, contract=contract(expedite_fee=90)), accept(), *steps)
        for number, hurried in (("SO-1", here), ("SO-2", there))
        for steps in [(hurry(date(2026, 12, 10)), agree(f"{number}-C1")) if hurried else ()]
    )
    scene.when(Merge(("SO-2",)), others=[other]).then()
    assert [each.change for each in scene.order.expedites] == [
        f"{number}-C1" for number, hurried in (("SO-1", here), ("SO-2", there)) if hurried
    ]
    given(scene, accept(date(2026, 12, 10)), *both_come())
    assert bill(scene).get("expedite 0") == ((str(times), f"{90 * times}.00") if times else None)


def test_each_order_was_hurried_for_its_own_fee_whatever_takes_it_up() -> None:
    scene, other = (
        given(issued(draft={"number": number}, contract=contract(expedite_fee=fee)), accept(), *steps)
        for number, fee in (("SO-1", 50), ("SO-2", 80))
        for steps in [(hurry(date(2026, 12, 10)), agree(f"{number}-C1"))]
    )
    scene.when(Merge(("SO-2",)), others=[other]).then()
    given(scene, accept(date(2026, 12, 10)), *both_come())
    assert bill(scene).get("expedite 0") == ("1", "130.00")


@parametrize(
    "received,expected",
    (4, ("early 1", "1", "40.00")),
    (5, ("early 1", "1", "40.00")),
    (6, None),
    (7, None),  # a Saturday: nobody could have received it before Monday
    (8, None),
    (9, ("late 1", "1", "-25.00")),
    (10, ("late 1", "2", "-50.00")),
    (16, ("late 1", "6", "-150.00")),
)
def test_days_late_are_working_days_after_the_promise(
    received: int, expected: tuple[str, str, str] | None
) -> None:
    scene = given(issued(contract=contract(late_per_day=25, early_reward=40)), accept(FRIDAY), send(), ship())
    scene.at(day(received, 12)).when(receive(100)).then()
    found = {name: each for name, each in bill(scene).items() if name != "price 1"}
    assert found == ({expected[0]: expected[1:]} if expected else {})


def test_a_saturday_promised_is_kept_until_monday_is_over() -> None:
    agreed = contract(late_per_day=25, early_reward=40)
    scene = given(issued(contract=agreed), accept(date(2026, 11, 7)), send(), ship())
    scene.at(day(9, 12)).when(receive(100)).then()
    assert bill(scene)["late 1"] == ("1", "-25.00")
    scene = given(issued(contract=agreed), accept(date(2026, 11, 7)), send(), ship())
    scene.at(day(6, 12)).when(receive(100)).then()
    assert bill(scene)["early 1"] == ("1", "40.00")


def test_as_long_as_something_is_to_come_nothing_is_late_or_early() -> None:
    agreed = contract(late_per_day=25, early_reward=40)
    scene = given(issued(contract=agreed), accept(MONDAY), send(60), ship(60), receive(60))
    assert "early 1" not in bill(scene)
    scene = given(scene, send(40), ship(40))
    scene.at(day(10, 12)).when(receive(40, parcel="SO-1-P2")).then()
    assert bill(scene)["late 1"] == ("1", "-25.00")


def test_too_few_are_no_reason_for_a_reward() -> None:
    agreed = contract(early_reward=40)
    scene = given(issued(contract=agreed), accept(MONDAY), send(), ship(), receive(98), lose(2))
    assert "early 1" not in bill(scene)
    scene = given(issued(contract=agreed), accept(MONDAY), send(), ship(), receive(99), lose(1))
    assert bill(scene)["early 1"] == ("1", "40.00")


def rejected(*after: Command, **amounts: object) -> Scene:
    agreed = contract(reject_charge="1.25", late_per_day=25, **amounts)
    scene = given(issued(contract=agreed), accept(FRIDAY), send(), ship(), receive(90, rejected=10))
    return given(scene, *after)


@parametrize(
    "decision,ours_,expected",
    ({"scrap": 10}, False, {"rejects 1": ("10", "-12.50")}),
    ({"rework": 10}, False, {"rejects 1": ("10", "-12.50")}),
    ({"return_": 4, "scrap": 6}, False, {"rejects 1": ("10", "-12.50")}),
    ({"reinspect": 10}, False, {}),
    ({"use_as_is": 10}, False, {}),
    ({"rework": 10}, True, {"rework 1": ("10", "8.50")}),
    ({"scrap": 10}, True, {"scrapped 1": ("10", "8.50")}),
    ({"return_": 10}, True, {}),
    ({"reinspect": 10}, True, {}),
)
def test_who_is_responsible_bears_what_was_rejected(decision: Any, ours_: bool, expected: object) -> None:
    asked = dispose(**decision)
    scene = rejected(ours(asked) if ours_ else asked)
    found = bill(scene)
    assert found.pop("price 1") == ("90", "76.50")
    assert found == expected


def test_rework_here_is_not_the_suppliers_work() -> None:
    assert "rework 1" not in bill(rejected(ours(dispose(at="here", rework=10))))


def test_rework_of_ours_is_paid_once_more_and_late_for_nobody() -> None:
    scene = rejected(ours(dispose(rework=10)), ship(10, nonconformance=NC))
    scene.at(day(16, 12)).when(receive(10, parcel="SO-1-P2")).then()
    assert bill(scene) == {"price 1": ("100", "85.00"), "rework 1": ("10", "8.50")}


def test_rework_of_the_suppliers_is_free_deducted_and_late() -> None:
    scene = rejected(dispose(rework=10), ship(10, nonconformance=NC))
    scene.at(day(16, 12)).when(receive(10, parcel="SO-1-P2")).then()
    assert bill(scene) == {
        "price 1": ("100", "85.00"),
        "rejects 1": ("10", "-12.50"),
        "late 1": ("6", "-150.00"),
    }
    assert billing.total_of(settlement.cost_of(scene.order)) == Decimal("-77.50"), "the supplier owes us"


def test_a_repair_that_was_approved_is_paid_and_one_that_was_rejected_is_not() -> None:
    asked = ours(dispose(repair=10))
    assert bill(rejected(asked, sign()))["rework 1"] == ("10", "8.50")
    assert "rework 1" not in bill(rejected(asked, sign("reject")))


def test_what_was_lost_in_rework_was_not_worked_on() -> None:
    scene = rejected(ours(dispose(rework=10)), lose(4))
    assert bill(scene)["rework 1"] == ("6", "5.10")
    scene.when(Correct(scene.sequence(e.PiecesLost), "It came after all")).then()
    assert bill(scene)["rework 1"] == ("10", "8.50")


@parametrize(
    "steps,price",
    ([counter(None, terms(1, 100, "0.95")), answer()], "95.00"),
    ([accept(), change(changed(1, price="0.80")), approve(), agree()], "80.00"),
    ([accept(), change(changed(1, price="0.80")), approve()], "85.00"),
)
def test_the_price_that_was_accepted_last_holds(steps: list[Command], price: str) -> None:
    scene = given(issued(), *steps, send(), ship(), receive(100))
    assert bill(scene) == {"price 1": ("100", price)}


def test_the_contract_of_the_day_of_issue_holds() -> None:
    agreed = contract(minimum=100)
    scene = done(agreed)
    assert scene.order.lines[0].contract == agreed
    assert load_order(dump_order(scene.order)) == scene.order


def test_closing_settles_what_the_estimate_said() -> None:
    scene = done(contract(minimum=100))
    estimate = billing.charges(scene.order)
    scene.when(Close()).then("closed").happened(e.OrderClosed, e.OrderSettled)
    assert scene.order.settlements == (Settlement(scene.now, estimate),)
    (price, top_up) = estimate
    assert (price.receipts, price.unit, price.rate) == (("SO-1-R1",), "C62", Decimal("0.85"))
    assert (top_up.kind, top_up.amount) == (ChargeKind.MINIMUM, Decimal(15))


def proof(scene: Scene) -> dict[str, tuple[str, ...]]:
    """The receipts of each kind of charge, by the end of their names."""
    found = settlement.cost_of(scene.order)
    return {each.kind.value: tuple(name[-2:] for name in each.receipts) for each in found}


def test_only_receipts_whose_pieces_are_paid_prove_a_price() -> None:
    scene = given(issued(), accept(), send(), ship(50), ship(10, unprocessed=10), ship(5), ship(35))
    given(scene, receive(50), receive(unprocessed=10, parcel="SO-1-P2"))
    given(scene, receive(rejected=5, parcel="SO-1-P3"), receive(pending=35, parcel="SO-1-P4"))
    given(scene, dispose(scrap=5), judge(accepted=35))
    assert proof(scene) == {"price": ("R1", "R4")}


def test_lots_and_minimum_are_proved_by_the_receipts_of_their_line_and_its_deliveries() -> None:
    agreed = contract(lot_charge=10, minimum=200)
    halves = (counter(None, terms(1, 60), terms(1, 40, promise=date(2026, 12, 28))), answer())
    scene = given(issued(a_line(1), a_line(2, 50, [("L2", 50)]), contract=agreed), *halves)
    given(scene, send(60), send(40, line=3), send(50, line=2))
    given(scene, ship(60), receive(60), ship(50, line=2), receive(50, line=2, parcel="SO-1-P2"))
    given(scene, ship(40, line=3), receive(40, line=3, parcel="SO-1-P3"))
    found = {
        (each.kind, each.line): tuple(name[-2:] for name in each.receipts)
        for each in settlement.cost_of(scene.order)
    }
    assert found[ChargeKind.LOT_CHARGE, 1] == found[ChargeKind.MINIMUM, 1] == ("R1", "R3")
    assert found[ChargeKind.LOT_CHARGE, 2] == found[ChargeKind.MINIMUM, 2] == ("R2",)


def test_rejects_used_as_they_are_are_paid_by_the_receipt_that_found_them() -> None:
    scene = given(issued(), accept(), send(), ship(95), receive(95), ship(5))
    given(scene, receive(rejected=5, parcel="SO-1-P2"), dispose(use_as_is=5), sign())
    assert proof(scene) == {"price": ("R1", "R2")}


def test_rejects_rework_and_days_have_receipts_of_their_own() -> None:
    scene = given(issued(contract=contract(reject_charge=1, late_per_day=2)), accept(FRIDAY), send())
    given(scene, ship(90), receive(90), ship(10), receive(rejected=10, parcel="SO-1-P2"))
    given(scene, ours(dispose(rework=10)), arrived(), ship(10, nonconformance=NC))
    scene.at(day(10)).when(receive(10, parcel="SO-1-P3")).then()
    assert proof(scene) == {"price": ("R1", "R3"), "rework": ("R3",)}
    scene = given(issued(contract=contract(reject_charge=1, late_per_day=2)), accept(FRIDAY), send())
    given(scene, ship(90), receive(90), ship(10))
    scene.at(day(10)).when(receive(rejected=10, parcel="SO-1-P2")).then()
    given(scene, dispose(scrap=10))
    assert proof(scene) == {"price": ("R1",), "rejects": ("R2",), "late": ("R2",)}


def test_accepted_pieces_of_a_cancelled_order_stay_payable_and_nothing_is_late() -> None:
    agreed = contract(late_per_day=25)
    scene = given(issued(contract=agreed), accept(FRIDAY), send(), ship(60), receive(60))
    scene = given(scene, Cancel("No longer needed"), ship(40, unprocessed=40))
    scene.at(day(16, 12)).when(receive(unprocessed=40, parcel="SO-1-P2")).then("cancelled")
    assert bill(scene) == {"price 1": ("60", "51.00")}
    assert isinstance(scene.stream[-1][2], e.OrderSettled)


def test_an_order_of_which_nothing_came_is_settled_with_nothing() -> None:
    scene = given(issued(), Cancel("Placed twice"))
    assert scene.order.end is not None
    assert scene.order.settlements == ()


def test_what_was_completed_by_force_is_late_by_its_last_receipt() -> None:
    scene = given(issued(contract=contract(late_per_day=25)), accept(FRIDAY), send(), ship(60))
    scene.at(day(9, 12)).when(receive(60)).then()
    scene.at(day(20, 12)).when(ForceComplete("Enough", Signature("Abel Stone"))).then("closed")
    assert bill(scene) == {"price 1": ("60", "51.00"), "late 1": ("1", "-25.00")}


def test_what_turns_up_after_the_end_is_an_adjustment_and_never_late() -> None:
    agreed = contract(late_per_day=25, minimum="84.50")
    scene = given(issued(contract=agreed), accept(FRIDAY), send(), ship(), receive(98), lose(2), Close())
    assert bill(scene) == {"price 1": ("98", "83.30"), "minimum 1": ("1", "1.20")}
    settled = scene.order.settlements
    scene.at(day(30)).when(receive(2, parcel="", slip="PS-9")).then("closed", accepted=98, pending=2)
    assert scene.order.settlements == settled
    scene.when(judge(accepted=2)).then("closed", accepted=100)
    scene.happened(e.PiecesJudged, e.SettlementAdjusted)
    (adjusted,) = scene.order.settlements[len(settled) :]
    assert adjusted.adjustment
    assert [(each.kind.value, str(each.quantity), str(each.amount)) for each in adjusted.charges] == [
        ("price", "2", "1.70"),
        ("minimum", "-1", "-1.20"),
    ]
    # It follows from what came since, not from what was settled before.
    assert [each.receipts for each in adjusted.charges] == [("SO-1-R2",), ("SO-1-R2",)]
    paid = billing.total_of(settlement.settled(scene.order))
    assert paid == billing.total_of(billing.charges(scene.order)) == Decimal(85)


def test_whose_fault_it_was_may_be_found_out_after_the_end() -> None:
    scene = rejected(dispose(scrap=10)).when(Close()).then("closed")
    assert bill(scene) == {"price 1": ("90", "76.50"), "rejects 1": ("10", "-12.50")}
    scene.when(SetResponsibility(NC, "us"), by=QUALITY).then("closed")
    (adjusted,) = scene.order.settlements[1:]
    assert [(each.kind.value, str(each.amount)) for each in adjusted.charges] == [
        ("scrapped", "8.50"),
        ("rejects", "12.50"),
    ]


def test_pieces_found_wrong_after_they_were_used_are_rejects_of_who_is_responsible() -> None:
    scene = done(contract(reject_charge="1.25")).when(Close()).when(report(3)).then("closed")
    assert "rejects 1" not in bill(scene)
    scene.when(SetResponsibility(NC, "supplier"), by=QUALITY).then("closed")
    assert bill(scene)["rejects 1"] == ("3", "-3.75")


def test_found_pieces_are_accepted_or_used_up_but_not_rejected_any_more() -> None:
    scene = given(issued(), accept(), send(), ship(), receive(98), lose(2), Close())
    scene = given(scene, receive(2, parcel="", slip="PS-9"))
    scene.when(judge(rejected=1)).refused("judge.ended", "lines.0.rejected")
    scene.when(judge(tested=2)).then("closed", accepted=98, test_consumed=2).happened(e.PiecesJudged)


def test_lines_in_different_units_have_no_cost_of_a_piece() -> None:
    scene = done(None)
    metres = replace(scene.order.lines[0], line=2, unit="MTR")
    assert settlement.each_piece(replace(scene.order, lines=(*scene.order.lines, metres))) is None


def test_a_stream_folds_to_the_settlement_it_was_written_with() -> None:
    scene = done(contract(minimum=100)).when(Close()).then("closed")
    assert fold(scene.stream) == scene.order


def test_a_corrected_receipt_proves_nothing() -> None:
    scene = done(None)
    scene.when(Correct(scene.sequence(e.PiecesReceived), "Wrong box")).then()
    assert bill(scene) == {}


@pytest.mark.parametrize("kind", list(ChargeKind))
def test_every_kind_of_charge_can_come_about(kind: ChargeKind) -> None:
    agreed = contract(expedite_fee=9, minimum=100, lot_charge=1, early_reward=1)
    hurried = given(issued(contract=agreed), accept(), hurry(date(2026, 12, 10)), agree())
    hurried = given(hurried, send(), ship(), receive(100))
    free = rejected(ours(dispose(rework=5, scrap=5)), ship(5, nonconformance=NC))
    late = rejected(dispose(rework=10), ship(10, nonconformance=NC))
    late.at(day(16, 12)).when(receive(10, parcel="SO-1-P2")).then()
    credit = SettleClaim("SO-1-L1", "credited", Decimal(1))
    credited = given(issued(), accept(), send(), arrived(), lose(2), credit)
    kinds = {
        charge.kind for scene in (hurried, free, late, credited) for charge in billing.charges(scene.order)
    }
    assert kind in kinds
