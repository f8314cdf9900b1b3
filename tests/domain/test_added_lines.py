"""A change order that adds a line: asked for, approved, and kept with its own terms once it is agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.domain import events as e
from models.domain.authority import Actor, Role
from models.domain.commands import Close, Command, ProposeChange
from models.domain.contract import Basis, Terms
from models.domain.covering import Covered
from models.domain.headline import missing
from models.domain.records import PlannedLot
from tests.domain.asking import (
    CHANGE,
    accept,
    added,
    agree,
    answer,
    approve,
    arrived,
    change,
    changed,
    counter,
    receive,
    refuse,
    reject,
    send,
    ship,
    terms,
    withdraw,
)
from tests.domain.orders import (
    BUYER,
    PLAN,
    SUPPLIER_LINK,
    Scene,
    a_line,
    a_lot,
    an_operation,
    given,
    issued,
    parametrize,
)

D = Decimal
TERMS = Terms("st_1", "EUR", date(2026, 1, 1), price=D("1.2"), basis=Basis.LOT, lot_charge=D(7))
CLEARED = Actor(BUYER.id, "user", frozenset({Role.BUYER}), cleared=True)


def shop(**fields: Any) -> Scene:
    """An order of one line, and operation 30 of WO-7, which nobody has ordered yet."""
    scene = issued(a_line(1, 100), lots=[a_lot("L1", 100), a_lot("L7", 60)])
    scene.operations[("WO-7", 30)] = an_operation(**fields)
    return given(scene, accept())


def joined(scene: Scene) -> Scene:
    return given(scene, change(added(price="0.5", L7=50)), approve(), agree())


def test_a_proposal_made_before_a_line_was_added_leaves_that_line_alone() -> None:
    scene = issued(a_line(1, 100), lots=[a_lot("L1", 100), a_lot("L7", 60)])
    scene.operations[("WO-7", 30)] = an_operation()
    given(scene, change(added(price="0.5", L7=50)), counter(date(2026, 12, 21)), approve(), agree())
    given(scene, answer()).then("acknowledged")
    assert [(line.ordered, line.unit_price) for line in scene.order.lines] == [
        (100, D("0.85")),
        (50, D("0.5")),
    ]


def test_a_line_is_added_once_the_supplier_accepts_it() -> None:
    scene = given(shop(plan=PLAN, contract=TERMS), change(added(L7=50)))
    assert scene.event(e.ChangeProposed).added[0].quantity == 50
    given(scene, approve()).flags("unacknowledged_change")
    # Until then the old revision stands, and nothing goes out on what nobody agreed to.
    assert (scene.order.revision, len(scene.order.lines)) == (1, 1)
    scene.when(send(50, "L7", 2)).refused("line.unknown")
    given(scene, agree()).then("acknowledged").flags()
    assert scene.order.revision == 2
    line = scene.order.lines[1]
    assert (line.line, line.work_order, line.operation) == (2, "WO-7", 30)
    assert (line.part, line.part_revision, line.unit, line.ordered) == ("FLANGE", "B", "C62", 50)
    assert line.lots == (PlannedLot("L7", D(50), "H7"),)
    # What is kept of master data, as an issue keeps it.
    assert (line.plan, line.contract, line.unit_price, line.basis) == (PLAN, TERMS, D("1.2"), Basis.LOT)


def test_a_new_line_is_worked_like_every_other() -> None:
    scene = joined(shop())
    steps: list[Command] = [send(100), send(50, "L7", 2), arrived(), ship(100), ship(50, "L7", 2)]
    given(scene, *steps).then("shipped", in_transit_back=150)
    given(scene, receive(100), receive(50, parcel="SO-1-P2", line=2)).then("received", accepted=150)
    assert missing(scene.order) == []
    given(scene, Close()).then("closed")
    (settled,) = scene.order.settlements
    assert sum(charge.amount for charge in settled.charges) == D("85") + D("25")


def test_a_received_order_is_open_again_with_a_new_line() -> None:
    scene = given(shop(), send(100), ship(100), receive(100)).then("received", accepted=100)
    joined(scene).then("receiving", accepted=100)
    scene.when(Close()).refused("order.stage")


def test_the_last_line_is_cancelled_while_another_takes_its_place() -> None:
    scene = given(shop(), change(changed(1, 0), added(price=1)), approve(), agree())
    assert [line.ordered for line in scene.order.lines] == [0, 50]


@parametrize("steps", (reject(),), (withdraw(),), (approve(), refuse()), (approve(), withdraw()))
def test_a_line_that_is_not_agreed_to_leaves_nothing_behind(steps: tuple[Command, ...]) -> None:
    scene = shop()
    lines = scene.order.lines
    given(scene, change(added(price=1)), *steps).flags()
    assert (scene.order.lines, scene.order.revision) == (lines, 1)
    # The operation is free for the next one who asks.
    given(scene, change(added(price=1)), approve("SO-1-C2"), agree("SO-1-C2"))
    assert len(scene.order.lines) == 2


def test_who_asked_for_a_line_does_not_approve_it() -> None:
    both = Actor(BUYER.id, "user", frozenset({Role.BUYER, Role.APPROVER}))
    given(shop(), change(added(price=1))).when(approve(), by=both).refused("change.own")


@parametrize(
    "wanted, code, field",
    (change(added("WO-9", price=1)), "operation.unknown", "changes.lines.0.operation"),
    (change(added(operation=40, price=1)), "operation.unknown", "changes.lines.0.operation"),
    (change(added(price=1), added(price=1)), "operation.repeated", "changes.lines.1.operation"),
    (change(added(quantity=None, price=1)), "quantity.missing", "changes.lines.0.quantity"),
    (change(added(quantity=0, price=1)), "quantity.zero", "changes.lines.0.quantity"),
    (change(added(quantity="1.5", price=1)), "quantity.too_precise", "changes.lines.0.quantity"),
    (change(added(price="-1")), "quantity.too_small", "changes.lines.0.unit_price"),
    (change(added()), "unit_price.missing", "changes.lines.0.unit_price"),
    (change(changed(1, 90), added(price=1, L9=5)), "lot.unknown", "changes.lines.1.lots.0.lot"),
    (change(added(quantity=51, price=1)), "operations.beyond", "changes.lines.0.quantity"),
    (change(added(price=1, L7=0)), "quantity.zero", "changes.lines.0.lots.0.quantity"),
    (change(added(price=1, L7=51)), "lots.more_than_ordered", "changes.lines.0.lots"),
)  # fmt: skip
def test_a_line_that_cannot_be_is_refused_at_its_field(wanted: ProposeChange, code: str, field: str) -> None:
    scene = shop().when(wanted)
    scene.refused(code, field).then_nothing("acknowledged")


@parametrize(
    "fact, code",
    ({"process": "ANODIZE"}, "line.other_process"),
    ({"spec": "AMS 2404"}, "line.other_spec"),
    ({"type": "TRIAL"}, "line.other_type"),
    ({"revision": "C"}, "line.other_revision"),
    ({"covered": Covered(D(50), (("SO-4", D(50)),))}, "operations.covered"),
    ({"covered": Covered(D(50))}, "operations.covered"),
)
def test_what_does_not_fit_stays_an_order_of_its_own(fact: dict[str, Any], code: str) -> None:
    shop(**fact).when(change(added(price=1))).refused(code, "changes.lines.0.operation")


@parametrize("routed", "2019", "2024", "")
def test_the_order_says_to_which_revision_a_line_is_whatever_its_routing_names(routed: str) -> None:
    scene = given(shop(spec_revision=routed), change(added(price=1)), approve(), agree())
    assert (scene.order.spec_revision, len(scene.order.lines)) == ("2023", 2)


def test_a_controlled_part_goes_on_no_order_that_everybody_sees() -> None:
    scene = shop(export_controlled=True)
    scene.when(change(added(price=1)), by=CLEARED).refused("line.export_controlled")
    # Who may not know of the part is told no more than of one there is not.
    scene.when(change(added(price=1))).refused("operation.unknown")


def test_an_operation_of_the_order_is_not_added_again() -> None:
    scene = joined(shop())
    scene.when(change(added(price=1))).refused("operations.covered", orders="SO-1")


def test_a_supplier_without_approval_gets_no_new_line() -> None:
    scene = shop()
    scene.approved = {"BETA": ""}
    scene.when(change(added(price=1))).refused("supplier.not_approved", "changes.lines.0.operation")


@parametrize("by_then", pytest.param(True, id="approving"), pytest.param(False, id="accepting"))
def test_a_line_that_somebody_ordered_meanwhile_is_not_agreed_to(by_then: bool) -> None:
    scene = given(shop(), change(added(price=1)), *(() if by_then else (approve(),)))
    free = scene.operations[("WO-7", 30)]
    scene.operations[("WO-7", 30)] = replace(free, covered=Covered(D(50), (("SO-4", D(50)),)))
    scene.when(approve() if by_then else agree()).refused("operations.covered", "change", orders="SO-4")
    # Nor one for more than they left.
    rest = Covered(D(10), (("SO-4", D(10)),))
    scene.operations[("WO-7", 30)] = replace(free, covered=rest)
    scene.when(approve() if by_then else agree()).refused("operations.beyond", "change", left=40, entered=50)
    # It can still be refused, or taken back.
    given(scene, reject() if by_then else refuse())
    assert len(scene.order.lines) == 1
    assert not scene.order.changes[CHANGE].open


def test_what_is_kept_of_a_part_is_what_holds_on_the_day_it_is_agreed() -> None:
    scene = given(shop(), change(added(price=1)), approve())
    scene.operations[("WO-7", 30)] = an_operation(plan=PLAN)
    given(scene, agree())
    assert scene.order.lines[1].plan == PLAN


def test_the_supplier_does_not_ask_for_a_line_itself() -> None:
    shop().when(change(added(price=1)), by=SUPPLIER_LINK).refused("forbidden.supplier")


def test_a_line_is_not_raised_beyond_what_its_operation_has_left() -> None:
    scene = shop()
    scene.operations[("WO-1", 30)] = an_operation(quantity=D(120))
    scene.when(change(changed(1, 121))).refused(
        "operations.beyond", "changes.lines.0.quantity", left=20, most=120, entered=121
    )
    given(scene, change(changed(1, 120)))
    scene.operations[("WO-1", 30)] = an_operation(quantity=D(110))
    scene.when(approve()).refused("operations.beyond", "change", left=10)
    scene.operations[("WO-1", 30)] = an_operation(quantity=D(120))
    given(scene, approve())
    scene.operations[("WO-1", 30)] = an_operation(quantity=D(110))
    scene.when(agree()).refused("operations.beyond", "change", left=10)
    scene.operations[("WO-1", 30)] = an_operation(quantity=D(120))
    assert given(scene, agree()).order.lines[0].ordered == 120
    # Fewer may always be asked for, also of what was ordered beyond it before.
    scene.operations[("WO-1", 30)] = an_operation(quantity=D(50))
    given(scene, change(changed(1, 110)))


def divided(quantity: int) -> Scene:
    """Line 1, of 100, comes as 60 and 40 (line 2); the work order is for `quantity`."""
    days = (terms(1, 60, promise=date(2026, 11, 30)), terms(1, 40, promise=date(2026, 12, 7)))
    scene = given(issued(a_line(1, 100), lots=[a_lot("L1", 100)]), counter(None, *days), answer())
    scene.operations[("WO-1", 30)] = an_operation(quantity=D(quantity))
    return scene


def test_what_one_line_of_an_operation_gives_away_another_may_have() -> None:
    scene = given(divided(100), change(changed(1, 40), changed(2, 60)), approve(), agree())
    assert [line.ordered for line in scene.order.lines] == [40, 60]


def test_lines_of_one_operation_are_not_raised_beyond_it_together() -> None:
    scene = divided(110)
    scene.when(change(changed(1, 70), changed(2, 50))).refused(
        "operations.beyond", "changes.lines.0.quantity", line=1, left=10, entered=70, most=60
    )
    given(scene, change(changed(1, 65), changed(2, 45)))
    scene.operations[("WO-1", 30)] = an_operation(quantity=D(105))
    scene.when(approve()).refused("operations.beyond", "change", left=5)


def test_a_line_is_not_raised_beyond_what_an_added_one_leaves() -> None:
    scene = shop()
    scene.operations[("WO-1", 30)] = an_operation(quantity=D(110))
    more = replace(added(quantity=10, price=1), work_order="WO-1", operation=30)
    scene.when(change(changed(1, 110), more)).refused(
        "operations.beyond", "changes.lines.0.quantity", most=100
    )
    given(scene, change(more))
