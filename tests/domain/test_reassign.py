"""reassign: what is not done goes to another supplier as a draft, and the old order ends or is closed with the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from models.domain import commands as c
from models.domain import events as e
from models.domain.contract import Basis, Terms
from models.domain.facts import DraftLine, Facts
from models.domain.missing import missing
from models.domain.next_steps import Step, next_steps
from models.domain.notices import notices
from models.domain.pieces import Bucket
from models.domain.purpose import why_pointless
from tests.domain.asking import (
    accept,
    agree,
    approve,
    arrived,
    change,
    changed,
    counter,
    decline,
    dispose,
    lose,
    receive,
    send,
    ship,
)
from tests.domain.orders import (
    NEED_BY,
    PLANNER,
    Scene,
    a_draft,
    a_line,
    a_lot,
    day,
    given,
    issue_facts,
    issued,
    parametrize,
)


def elsewhere(
    pieces: Literal["return", "transfer"] = "return", supplier: str = "BETA", **lines: tuple[object, object]
) -> c.Reassign:
    """`elsewhere(line1=(40, "0.9"))`: so many of line 1 at that price."""
    named = tuple(
        c.ReassignLine(int(name[4:]), Decimal(str(some)), Decimal(str(price)))
        for name, (some, price) in lines.items()
    )
    return c.Reassign(supplier, pieces, "The bath is down", named)


def lines(scene: Scene) -> tuple[DraftLine, ...]:
    (draft,) = scene.then().drafts
    return draft.lines


def test_an_order_that_was_declined_is_placed_elsewhere_and_ends_at_once() -> None:
    scene = given(issued(), decline()).when(elsewhere())
    scene.then("cancelled")
    (draft,) = scene.drafts
    assert (draft.number, draft.supplier, draft.need_by) == ("SO-1-1", "BETA", NEED_BY)
    assert (draft.reassigned_from, draft.purchase_order) == ("SO-1", "")
    (line,) = draft.lines
    assert (line.quantity, line.unit_price, line.lots) == (100, None, (("L1", Decimal(100)),))
    assert scene.order.kin.reassigned_to == "SO-1-1"
    assert list(scene.order.open_alerts) == []


EUR = Terms("st_2", "EUR", date(2026, 1, 1), price=Decimal("0.92"))
USD = replace(EUR, terms="st_3", currency="USD", price=Decimal(40), basis=Basis.LOT)


@parametrize(
    "agreed, command, price",
    ((), elsewhere(), (None, "EUR", Basis.PIECE)),
    ((EUR, USD), elsewhere(), ("0.92", "EUR", Basis.PIECE)),
    ((USD,), elsewhere(), ("40", "USD", Basis.LOT)),
    # A price that is named is in the old order's currency, unless it says which.
    ((USD,), elsewhere(line1=(100, "0.9")), ("0.9", "EUR", Basis.PIECE)),
    ((EUR,), replace(elsewhere(line1=(100, "0.9")), currency="usd"), ("0.9", "USD", Basis.PIECE)),
    (
        (EUR,),
        c.Reassign("BETA", "return", "Late", (c.ReassignLine(1, Decimal(7)),)),
        ("0.92", "EUR", Basis.PIECE),
    ),
    ((replace(EUR, valid_from=date(2027, 1, 1)),), elsewhere(), (None, "EUR", Basis.PIECE)),
    ((replace(EUR, process="PAINT"),), elsewhere(), (None, "EUR", Basis.PIECE)),
)
def test_it_is_ordered_at_the_other_suppliers_price_or_at_none_never_at_the_old_ones(
    agreed: tuple[Terms, ...], command: c.Reassign, price: tuple[str | None, str, Basis]
) -> None:
    scene = given(issued(), decline())
    known = Facts(numbers=("SO-1-1",), supplier_known=True, approved={"BETA": "Beta"})
    scene.when(command, facts=replace(known, supplier_terms=agreed))
    (line,) = lines(scene)
    wanted = Decimal(price[0]) if price[0] is not None else None
    assert (line.unit_price, line.currency, line.basis) == (wanted, *price[1:])


def test_a_currency_has_three_letters() -> None:
    command = replace(elsewhere(line1=(1, 1)), currency="Euro")
    given(issued(), decline()).when(command).refused("currency.unknown", "currency")


@parametrize(
    "facts, controlled, code",
    ({"supplier_has_contact": False}, False, "supplier.no_contact"),
    ({"contacts_cleared": False}, True, "supplier.not_cleared"),
)
def test_nothing_goes_to_a_supplier_where_nobody_would_get_the_order(
    facts: dict[str, bool], controlled: bool, code: str
) -> None:
    scene = given(issued(), decline())
    scene.state = replace(scene.order, export_controlled=controlled)
    known = Facts(numbers=("SO-1-1",), supplier_known=True, approved={"BETA": "Beta"}, contacts_cleared=True)
    scene.when(elsewhere(), facts=replace(known, **facts)).refused(code, "supplier")
    scene.when(elsewhere(), facts=known).then("cancelled")


def test_what_is_out_comes_back_before_the_order_ends() -> None:
    scene = given(issued(), accept(), send(60), arrived()).when(elsewhere())
    scene.then("in_process", at_supplier=60).flags("cancelling")
    scene.happened(e.OrderReassigned, e.LinesShortClosed, e.CancellationRequested)
    lots = [{"lot": "L1", "quantity": 60}]
    owed = {"what": "return:line-1", "owed_by": "supplier", "quantity": 60, "unit": "C62", "lots": lots}
    assert missing(scene.order) == [owed]
    assert [item.step for item in next_steps(scene.order)] == [Step.RETURN]
    assert lines(scene)[0].quantity == 100
    given(scene, receive(0, unprocessed=60, parcel="", slip="LS-1")).then(
        "cancelled", returned_unprocessed=60
    )


def test_what_was_accepted_is_closed_and_paid_here_and_the_rest_done_elsewhere() -> None:
    scene = given(issued(), accept(), send(80), arrived(), ship(30), receive(30), elsewhere())
    scene.then("receiving", accepted=30, at_supplier=50).flags()
    assert lines(scene)[0] == replace(lines(scene)[0], quantity=Decimal(70), lots=(("L1", Decimal(70)),))
    assert [item.step for item in next_steps(scene.order)] == [Step.RETURN]
    scene.when(send(1)).refused("order.reassigned", order="SO-1-1")
    given(scene, ship(50, unprocessed=50), receive(0, unprocessed=50, parcel="SO-1-P2"))
    scene.then("received", accepted=30, returned_unprocessed=50)
    given(scene, c.Close()).then("closed")


def test_pieces_that_are_here_or_on_their_way_are_not_asked_of_the_other_one() -> None:
    scene = given(
        issued(),
        accept(),
        send(90),
        arrived(),
        ship(40),
        receive(20, rejected=5, pending=5),
        lose(4, from_=Bucket.IN_TRANSIT_BACK),
    )
    # Of the ten in the box four were lost: nobody can work on those.
    assert lines(scene.when(elsewhere()))[0].quantity == 100 - 20 - 5 - 5 - 10
    assert lines(scene)[0].lots == (("L1", Decimal(60)),)


@parametrize(
    "pieces,accepted,out,anew,lots,owed",
    # Ten reworked stay; five returned for good are needed anew, of no lot.
    ("transfer", 85, 0, 5, (), set()),
    ("return", 85, 0, 5, (), set()),
    # Ten more are with the supplier for the first time.
    ("transfer", 75, 10, 15, (("L1", Decimal(10)),), {"transfer"}),
    ("return", 75, 10, 15, (("L1", Decimal(10)),), {"return"}),
    ("return", 0, 10, 15, (("L1", Decimal(10)),), {"return"}),
)
def test_rejects_that_are_out_again_are_not_given_away(
    pieces: Literal["return", "transfer"],
    accepted: int,
    out: int,
    anew: int,
    lots: Any,
    owed: set[str],
) -> None:
    ordered = accepted + out + 15
    scene = given(
        issued(a_line(1, ordered, [("L1", ordered)])),
        accept(),
        send(ordered),
        arrived(),
        ship(accepted + 15),
        receive(accepted, rejected=15),
        dispose(rework=10, return_=5),
    ).when(elsewhere(pieces))
    scene.then()
    assert [(line.quantity, line.lots) for line in lines(scene)] == [(anew, lots)]
    assert not scene.order.cancelling
    found = {item["what"].partition(":")[0] for item in missing(scene.order)}
    assert found == {"rework", "confirm-return", *owed}
    told = [told for told in scene.wait(day(20, month=12)) if "return_reminder" in told]
    assert bool(told) is ("return" in owed)


def test_reworked_pieces_come_back_to_the_old_order_and_no_more_than_the_others_is_asked_elsewhere() -> None:
    scene = given(
        issued(), accept(), send(), arrived(), ship(), receive(85, rejected=15), dispose(rework=10, return_=5)
    )
    scene.when(elsewhere(line1=(6, 1))).refused("reassign.more_than_open", open=5, ordered=100)
    given(scene, ship(4, nonconformance="SO-1-N1"))
    # Those already on their way back are not counted twice.
    assert lines(scene.when(elsewhere()))[0].quantity == 5


@parametrize(
    "steps, quantity",
    ((ship(50), receive(40, rejected=10), dispose(scrap=10)), 50),
    ((lose(10), ship(40), receive(40)), 50),
    # More went out than is ordered now, so that there are others in the place of those scrapped.
    (
        (
            ship(50),
            receive(40, rejected=10),
            dispose(scrap=10),
            change(changed(1, 80)),
            approve(),
            agree(),
        ),
        40,
    ),
    # Back as they went: they are worked on elsewhere.
    ((ship(40), receive(40), receive(0, unprocessed=20, parcel="", slip="LS-1")), 60),
)
def test_pieces_that_are_gone_are_asked_of_nobody(steps: tuple[Any, ...], quantity: int) -> None:
    scene = given(issued(), accept(), send(100), arrived(), *steps).when(elsewhere())
    assert [(line.quantity, line.lots) for line in lines(scene)] == [(quantity, (("L1", quantity),))]


def test_nothing_is_left_to_give_away_where_the_rest_is_lost() -> None:
    steps: list[Any] = [accept(), send(), arrived(), lose(10), ship(90)]
    given(issued(), *steps).when(elsewhere()).refused("reassign.nothing_left")


def test_only_what_is_named_goes_at_the_price_named() -> None:
    both = (a_line(1), a_line(2, 50, [("L3", 50)]))
    scene = given(issued(*both), accept()).when(elsewhere(line2=(30, "1.2")))
    assert [(line.line, line.quantity, line.unit_price) for line in lines(scene)] == [(2, 30, Decimal("1.2"))]
    assert all(line.short_closed for line in scene.order.lines)


def test_a_transfer_waits_for_nothing_to_come_back() -> None:
    scene = given(issued(), accept(), send(60), arrived(), elsewhere("transfer"))
    assert [item["what"] for item in missing(scene.order)] == ["transfer:line-1"]
    assert [item.step for item in next_steps(scene.order)] == [Step.TRANSFER]
    assert scene.order.reassigned is not None
    assert (scene.order.reassigned.pieces, scene.order.reassigned.to) == ("transfer", "SO-1-1")
    assert not any("return" in told for told in scene.wait(day(20, month=12)))


def test_the_supplier_is_told_once_and_reminded_of_what_it_has() -> None:
    scene = given(issued(milestones=()), accept(), send(60)).when(elsewhere())
    told = notices(scene.then().events, {})
    assert [(notice.mail, notice.party) for notice in told] == [("order_reassigned", "supplier")]
    told_later = [told for told in scene.wait(day(19)) if "return" in told]
    assert told_later == [
        "09 09:00 remind return_reminder",
        "16 09:00 raise return_overdue",
        "17 09:00 escalate return_overdue 1",
        "18 09:00 escalate return_overdue 2",
    ]
    given(scene, receive(0, unprocessed=60, parcel="", slip="LS-1")).then("cancelled")
    assert list(scene.order.open_alerts) == []


def test_what_is_owed_back_of_a_smaller_order_is_asked_for_too() -> None:
    scene = given(issued(milestones=()), accept(), send(60), change(changed(1, 40)), approve(), agree())
    assert [told for told in scene.wait(day(16, 12)) if "return" in told] == [
        "09 09:00 remind return_reminder",
        "16 09:00 raise return_overdue",
    ]


def test_the_order_that_comes_of_it_knows_what_it_takes_the_place_of() -> None:
    draft = a_draft(reassigned_from="SO-0")
    scene = Scene([a_lot("L1")])
    scene.when(c.Issue(), facts=Facts(lots=dict(scene.shelf), issue=issue_facts(draft))).then("issued")
    assert scene.order.kin.reassigned_from == "SO-0"


@parametrize(
    "wish, code, field",
    (elsewhere(supplier="ACME"), "reassign.same_supplier", "supplier"),
    (elsewhere(supplier="NOBODY"), "supplier.unknown", "supplier"),
    (elsewhere(supplier="GAMMA"), "supplier.not_approved", "supplier"),
    (elsewhere(line1=(101, 1)), "reassign.more_than_open", "lines.0.quantity"),
    (elsewhere(line1=(0, 1)), "quantity.zero", "lines.0.quantity"),
    (elsewhere(line9=(1, 1)), "line.unknown", "lines.0.line"),
    (elsewhere(line1=(1, -1)), "quantity.too_small", "lines.0.unit_price"),
    (c.Reassign("BETA", "return", " "), "reason.missing", "reason"),
)
def test_a_wish_that_does_not_fit_is_refused(wish: c.Reassign, code: str, field: str) -> None:
    given(issued(), accept()).when(wish).refused(code, field).then_nothing("acknowledged")


def test_nothing_is_given_away_that_is_done_or_still_open() -> None:
    later = NEED_BY + timedelta(days=7)
    done: list[Any] = [accept(), send(), ship()]
    assert (found := why_pointless(given(issued(), *done).order, "reassign")) is not None
    assert found.code == "reassign.nothing_left"
    given(issued(), *done).when(elsewhere()).refused("reassign.nothing_left")
    given(issued(), counter(later)).when(elsewhere()).refused("change.proposal_waits")
    given(issued(), accept(), change(changed(1, 80))).when(elsewhere()).refused("change.open")
    given(issued(), accept(), c.Hold("drawing")).when(elsewhere()).refused("order.hold")
    given(issued(), accept(), send(1), c.Cancel("x")).when(elsewhere()).refused("order.cancelling")
    issued().when(elsewhere(), by=PLANNER).refused("forbidden.role")
    given(issued(), accept(), send(80), ship(30), receive(30), elsewhere()).when(elsewhere()).refused(
        "order.reassigned"
    )


@parametrize(
    "gone, most",
    ((lose(10),), 60),
    ((ship(0, tested=5),), 65),
    ((ship(20), receive(0, rejected=20, parcel="SO-1-P2"), dispose("SO-1-N1", scrap=20)), 50),
)
def test_no_more_is_asked_of_another_supplier_than_there_is(gone: tuple[c.Command, ...], most: int) -> None:
    scene = given(issued(), accept(), send(100), arrived(), ship(30), receive(30), *gone)
    refused = scene.when(elsewhere(line1=(most + 1, 1)))
    refused.refused("reassign.more_than_open", "lines.0.quantity", open=most, ordered=100)
    assert lines(scene.when(elsewhere(line1=(most, 1))))[0].quantity == most
