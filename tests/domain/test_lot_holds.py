"""Lot holds as orders hear of them: what is held concerns them while they have pieces of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain import commands as c
from models.domain import events as e
from models.domain.authority import Actor, Role
from models.domain.errors import Forbidden, Refusal
from models.domain.evolve import lot_changes
from models.domain.facts import Facts, lots_to_lock
from models.domain.lot_holds import HeldAbove, OpenHold, check_hold, there_of, to_release
from models.domain.notices import notices
from models.domain.pieces import Bucket
from tests.domain.asking import NC, accept, arrived, dispose, judge, receive, send, ship
from tests.domain.orders import BUYER, CLOCK, DESIGN, Scene, a_line, a_lot, given, issued

HOLD = c.ReportLotHold("h1", "STEEL", ("L1",), "suspect heat")
RELEASE = c.ReportLotRelease("h1", "Chemistry is fine")


def held(scene: Scene, command: c.ReportLotHold = HOLD) -> Scene:
    scene.when(command, by=CLOCK).then()
    return scene


def there() -> Scene:
    return given(issued(), accept(), send(100), arrived())


def mails(scene: Scene) -> list[tuple[str, str]]:
    rules = {alert.alert: alert.rule for alert in scene.order.alerts.values()}
    return [(notice.mail, notice.party) for notice in notices(scene.events, rules)]


def test_an_order_with_such_pieces_is_flagged_and_its_supplier_and_planner_told() -> None:
    scene = held(there()).flags("lot_hold").happened(e.LotHeld, e.AlertRaised)
    assert mails(scene) == [("lot_held", "supplier"), ("alert", "planner"), ("alert", "buyer")]
    scene.when(RELEASE, by=CLOCK).then("in_process", at_supplier=100).flags()
    scene.happened(e.LotReleased, e.AlertCleared)
    assert mails(scene) == [("lot_released", "supplier")]


def test_it_is_told_once() -> None:
    held(held(there())).happened()
    scene = held(there())
    scene.when(RELEASE, by=CLOCK).then()
    scene.when(RELEASE, by=CLOCK).happened()


def test_a_supplier_without_such_pieces_is_not_asked_to_stop() -> None:
    scene = held(given(there(), ship(100))).flags("lot_hold")
    assert ("lot_held", "supplier") not in mails(scene)


def test_an_order_without_such_pieces_is_not_concerned() -> None:
    held(given(issued(), accept())).flags().happened()
    held(there(), c.ReportLotHold("h2", "STEEL", ("L9",))).flags().happened()
    held(given(there(), ship(100), receive(100))).flags().happened()


def test_once_its_pieces_have_come_to_an_end_it_is_not_concerned_any_more() -> None:
    scene = held(given(there(), ship(100), receive(90, rejected=10))).flags("nonconforming", "lot_hold")
    scene.when(dispose(scrap=10)).then().flags()
    assert not list(scene.order.open_alerts)


def test_only_the_product_tells_of_a_hold() -> None:
    there().when(HOLD, by=BUYER).refused("forbidden.system")


def test_what_was_made_from_a_held_lot_stays_and_names_it() -> None:
    scene = issued()
    scene.shelf["L1"] = a_lot("L1", held=True, hold_reason="suspect heat", held_with="STEEL")
    scene.when(send(10)).refused("lot.held", "lines.0.lot", lot="L1", held="STEEL", reason="suspect heat")


def test_what_was_made_from_a_held_lot_is_not_accepted() -> None:
    scene = given(there(), ship(100))
    scene.shelf["L1"] = a_lot("L1", 0, held=True, hold_reason="suspect heat", held_with="STEEL")
    given(scene, receive(100)).then("receiving", pending=100)
    scene.when(judge(accepted=100)).refused("judge.lot_held", lot="STEEL", reason="suspect heat")


BY_HER = OpenHold("h1", DESIGN.id, "suspect heat")
BY_PAPER = OpenHold("SO-1-D1:L1", "document:SO-1-D1", "SO-1-D1 contradicts the order")
HIM = Actor("u_other", "user", frozenset({Role.DESIGN_AUTHORITY}))


def test_a_lot_is_held_by_one_person_at_a_time() -> None:
    check_hold("L1", [])
    check_hold("L1", [BY_PAPER])
    with pytest.raises(Refusal, match="on hold already \\(suspect heat\\)"):
        check_hold("L1", [BY_PAPER, BY_HER])


def test_somebody_else_releases_it_and_a_paper_s_hold_nobody() -> None:
    assert to_release("L1", [BY_PAPER, BY_HER], HIM) == BY_HER
    with pytest.raises(Forbidden, match="somebody else"):
        to_release("L1", [BY_HER], DESIGN)
    with pytest.raises(Refusal, match="certificate"):
        to_release("L1", [BY_PAPER], HIM)
    with pytest.raises(Refusal, match="not on hold"):
        to_release("L1", [], HIM)


def test_a_lot_held_with_another_says_which_and_scrap_is_not_released() -> None:
    with pytest.raises(Refusal, match=r"made from lot L0, which is\. Release L0\."):
        to_release("L1", [], HIM, above=HeldAbove("L0", "Soft"))
    with pytest.raises(Refusal, match=r"made from another lot, which is\. Ask who is cleared"):
        to_release("L1", [], HIM, above=HeldAbove("", "no reason given"))
    with pytest.raises(Refusal, match="scrap what WO-1 made, and not all of lot L1 is with the scrap"):
        to_release("L1", [BY_HER], HIM, scrapped_of="WO-1")


def test_the_first_part_of_a_split_order_hears_of_the_release_and_the_others_know_of_no_hold() -> None:
    scene = held(given(issued(), accept(), send(60), arrived()))
    shares = tuple(c.SplitChild((c.LineQuantity(1, Decimal(some)),)) for some in (70, 30))
    first, second = scene.when(c.Split(shares)).then().born.values()
    first.then().flags("lot_hold")
    second.then().flags()
    assert not second.order.lot_holds
    first.when(RELEASE, by=CLOCK).then(at_supplier=60).flags()
    assert mails(first) == [("lot_released", "supplier")]
    given(second, send(30, "L1")).flags()


def back_as_b() -> Scene:
    """RH1-B: 30 accepted, 6 pending, 4 rejected; 60 have not come back yet."""
    return given(there(), ship(40), receive(30, pending=6, rejected=4, output_lot="RH1-B"))


def test_a_hold_of_what_pieces_came_back_as_concerns_the_order_and_not_the_raw_ones_there() -> None:
    scene = held(back_as_b(), c.ReportLotHold("h1", "RH1-B", ("RH1-B",), "thin")).flags(
        "nonconforming", "lot_hold"
    )
    assert mails(scene) == [("alert", "planner"), ("alert", "buyer")]


def test_rejects_of_a_held_lot_that_went_there_again_are_to_be_left_alone() -> None:
    scene = held(
        given(back_as_b(), dispose(rework=4), judge(accepted=6)),
        c.ReportLotHold("h1", "RH1-B", ("RH1-B",), "thin"),
    )
    assert ("lot_held", "supplier") in mails(scene)
    assert there_of(scene.order, {"RH1-B"}) == {"1:L1": Decimal(4)}
    assert there_of(scene.order, {"L1"}) == {"1:L1": Decimal(64)}


def test_a_lot_of_which_all_was_accepted_concerns_its_order_no_more() -> None:
    scene = given(there(), ship(40), receive(40, output_lot="RH1-B"))
    held(scene, c.ReportLotHold("h1", "RH1-B", ("RH1-B",), "thin")).flags().happened()


def test_what_came_back_is_a_lot_before_any_of_it_is_accepted() -> None:
    scene = given(there(), ship(10), receive(pending=6, rejected=4, output_lot="TW-C"))
    found = lot_changes(scene.order, scene.events)["TW-C"]
    assert (found.quantity, found.booked, found.part) == (0, 0, "FLANGE")
    given(scene, judge(accepted=6))
    found = lot_changes(scene.order, scene.events)["TW-C"]
    assert (found.quantity, found.booked) == (6, 6)


def test_what_may_be_rejects_of_a_held_lot_is_not_accepted_whatever_it_is_called() -> None:
    scene = given(back_as_b(), dispose(rework=4), ship(4, nonconformance=NC))
    work = {"1:L1": a_lot("L1", 0, held=True, hold_reason="thin", held_with="RH1-B")}
    known = Facts(lots={"L1": a_lot("L1", 0)}, at_work=work)
    again = receive(4, parcel="SO-1-P2", output_lot="RWK-C")
    scene.when(again, facts=known).then()
    assert scene.order.stock["1:L1"][Bucket.PENDING] == 10
    scene.when(judge(accepted=4), facts=known).refused("judge.lot_held", lot="RH1-B", reason="thin")


def renamed(begun: Scene | None = None) -> Scene:
    """RH1-B: 5 pending; RH1-C: 3 pending, 20 accepted. The last name given is RH1-C."""
    first = (ship(40), receive(0, pending=5, unprocessed=35, output_lot="RH1-B"))
    return given(
        begun or there(), *first, ship(30), receive(20, pending=3, parcel="SO-1-P2", output_lot="RH1-C")
    )


def test_a_hold_of_what_pending_pieces_came_back_as_reaches_them_after_the_next_ones_got_another_name() -> (
    None
):
    scene = renamed()
    assert scene.order.lines[0].output_lot("L1") == "RH1-C"
    assert scene.order.came_back_as(1, "L1") == ("RH1-C", "RH1-B")
    held(scene, c.ReportLotHold("h1", "RH1-B", ("RH1-B",), "thin")).flags("lot_hold")
    shelf = {"RH1-B": a_lot("RH1-B", 0, held=True, hold_reason="thin"), "RH1-C": a_lot("RH1-C", 20)}
    scene.when(judge(accepted=8), facts=Facts(lots=shelf)).refused("judge.lot_held", lot="RH1-B")
    assert {"RH1-B", "RH1-C"} <= lots_to_lock(scene.order, judge(accepted=8))


def test_a_name_that_nothing_pending_has_any_more_concerns_the_order_no_more() -> None:
    scene = given(renamed(), judge(accepted=8), ship(30), receive(20, pending=7, parcel="SO-1-P3"))
    assert scene.order.came_back_as(1, "L1") == ("RH1-C",)
    held(scene, c.ReportLotHold("h1", "RH1-B", ("RH1-B",), "thin")).flags()


def test_the_first_part_of_a_split_order_knows_what_its_pieces_came_back_as() -> None:
    shares = tuple(c.SplitChild((c.LineQuantity(1, Decimal(some)),)) for some in (110, 10))
    begun = given(issued(a_line(1, 120), lots=[a_lot("L1", 200)]), accept(), send(100), arrived())
    first, second = renamed(begun).when(c.Split(shares)).then().born.values()
    assert first.order.came_back_as(1, "L1") == ("RH1-C", "RH1-B")
    assert second.order.came_back_as(1, "L1") == ()
    assert dict(second.order.lines[0].output_lots) == {}
