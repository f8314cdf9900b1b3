"""Lots of other parts than the line's: one that has nothing to do with it stays here; one of what the part is made
of goes out, and what comes back is another lot. Number by number, nothing is unexplained."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from models.domain import commands as c
from models.domain.authority import Actor, Role
from models.domain.balance import by_part
from models.domain.conversions import taken
from models.domain.facts import Facts
from models.domain.pieces import Took
from models.domain.trace import netted
from tests.domain.asking import accept, arrived, dispose, judge, over, receive, send, ship
from tests.domain.genealogies import nothing_unexplained, said, written
from tests.domain.orders import BUYER, Scene, a_draft, a_line, a_lot, given, issue_facts, issued, parametrize

BAR = frozenset({"BAR"})
BOTH = Actor("u_both", "user", frozenset({Role.RECEIVING, Role.QUALITY}))
TWO_LOTS = a_line(lots=[("L1", 60), ("A1", 40)])


def of_bars(quantity: object = 100, unit: str = "C62", **fields: Any) -> Scene:
    """An order of flanges that the supplier makes of our bars, lot A1; half a kilogram goes into each."""
    line = a_line(quantity=quantity, lots=[("A1", quantity)])
    lots, each = [a_lot("A1", 100, part="BAR", unit=unit)], {"BAR": Took(Decimal("0.5"), "KGM")}
    return given(issued(line, lots=lots, materials=BAR, amounts=each, **fields), accept())


def told(*scenes: Scene) -> dict[tuple[str, str], dict[str, int]]:
    """The balance per part and unit; nothing is unexplained, neither of a part nor of a lot."""
    lots = nothing_unexplained({"A1": 100}, *scenes)
    return {(balance.part, balance.unit): said(balance) for balance in by_part(lots)}


class TestWhatMayGo:
    def test_a_lot_of_another_part_is_refused(self) -> None:
        scene = given(issued(a_line(lots=[])), accept())
        scene.shelf["A1"] = a_lot("A1", 100, part="BAR")
        scene.when(send(10, "A1")).refused(
            "send.lot_of_other_part", "lines.0.lot", lot="A1", holds="BAR", part="FLANGE", possible="FLANGE"
        )

    def test_a_lot_of_what_the_part_is_made_of_goes(self) -> None:
        of_bars().when(send(60, "A1")).then("acknowledged", in_transit_out=60)

    def test_a_lot_of_neither_is_refused_and_what_may_go_is_said(self) -> None:
        scene = of_bars()
        scene.shelf["X"] = a_lot("X", 100, part="NUT")
        scene.when(send(10, "X")).refused("send.lot_of_other_part", "lines.0.lot", possible="FLANGE, BAR")

    def test_nobody_who_is_not_cleared_hears_what_a_controlled_lot_holds(self) -> None:
        scene = given(issued(a_line(lots=[])), accept())
        scene.shelf["A1"] = a_lot("A1", 100, part="SECRET", controlled=True)
        scene.when(send(10, "A1")).refused("lot.unknown", "lines.0.lot")
        cleared = replace(BUYER, cleared=True)
        scene.when(send(10, "A1"), by=cleared).refused("send.lot_of_other_part", holds="SECRET")

    def test_a_draft_that_names_one_is_not_issued(self) -> None:
        draft = a_draft(TWO_LOTS)
        lots = {"L1": a_lot("L1"), "A1": a_lot("A1", part="BAR")}
        scene = Scene()
        scene.when(c.Issue(), facts=Facts(lots=lots, issue=issue_facts(draft)))
        scene.refused("send.lot_of_other_part", "lines.0.lots.1.lot", holds="BAR")
        scene.when(c.Issue(), facts=Facts(lots=lots, issue=issue_facts(draft, materials=BAR))).then()

    @parametrize("materials, code", (frozenset(), "send.lot_of_other_part"), (BAR, ""))
    def test_a_change_to_such_a_lot(self, materials: frozenset[str], code: str) -> None:
        scene = given(issued(), accept())
        scene.shelf["A1"] = a_lot("A1", part="BAR")
        scene.materials = materials
        lots = (c.ChangedLot("L1", Decimal(60)), c.ChangedLot("A1", Decimal(40)))
        scene.when(c.ProposeChange(c.Changes(lines=(c.ChangedLine(1, lots=lots),)), "Bars"))
        if code:
            scene.refused(code, "changes.lines.0.lots.1.lot")
        else:
            scene.then()


class TestWhatItIsCalled:
    def test_what_is_made_of_another_part_gets_a_number(self) -> None:
        scene = given(of_bars(), send(100), ship(60), receive(60))
        assert scene.order.lines[0].output_lot("A1") == "SO-1-L1"
        assert (scene.shelf["SO-1-L1"].part, scene.shelf["SO-1-L1"].on_hand) == ("FLANGE", 60)
        assert (scene.shelf["A1"].part, scene.shelf["A1"].on_hand) == ("BAR", 0)

    def test_the_next_receipt_of_it_is_of_the_same_lot(self) -> None:
        scene = given(of_bars(), send(100), ship(60), receive(60), ship(40), receive(40, parcel="SO-1-P2"))
        assert scene.shelf["SO-1-L1"].on_hand == 100

    def test_so_is_what_is_counted_in_another_unit(self) -> None:
        scene = given(of_bars(unit="KGM"), send(100), ship(60), receive(60))
        assert (scene.shelf["SO-1-L1"].unit, scene.shelf["SO-1-L1"].on_hand) == ("C62", 60)

    def test_a_name_that_was_typed_is_taken(self) -> None:
        scene = given(of_bars(), send(100), ship(60), receive(60, output_lot="MADE-1"))
        assert set(scene.shelf) == {"A1", "MADE-1"}

    def test_the_lot_that_went_out_is_none(self) -> None:
        scene = given(of_bars(), send(100), ship(60))
        scene.when(receive(60, output_lot="A1")).refused("lot.other_part", "lines.0.output_lot", part="BAR")

    def test_what_came_back_as_it_went_is_still_the_lot(self) -> None:
        scene = given(of_bars(), send(100), ship(60, unprocessed=60), receive(0, unprocessed=60))
        assert set(scene.shelf) == {"A1"}
        assert scene.shelf["A1"].on_hand == 60

    def test_two_lots_are_told_apart(self) -> None:
        lots = [a_lot("L1", 60), a_lot("A1", 40, part="BAR")]
        scene = given(issued(TWO_LOTS, lots=lots, materials=BAR), accept(), send(60, "L1"), send(40, "A1"))
        given(scene, ship(60, "L1"), ship(40, "A1"))
        given(scene, receive(60, lot="L1"), receive(40, lot="A1", parcel="SO-1-P2"))
        assert {lot: fact.on_hand for lot, fact in scene.shelf.items()} == {"L1": 60, "A1": 0, "SO-1-L1": 40}

    def test_they_are_though_nobody_names_the_one_that_is_still_out(self) -> None:
        lots = [a_lot("L1", 60), a_lot("A1", 40, part="BAR")]
        scene = given(issued(TWO_LOTS, lots=lots, materials=BAR), accept(), send(60, "L1"), send(40, "A1"))
        given(scene, ship(60, "L1"), receive(60, lot="L1"), ship(40, "A1"), receive(40, parcel="SO-1-P2"))
        assert {lot: fact.on_hand for lot, fact in scene.shelf.items()} == {"L1": 60, "A1": 0, "SO-1-L1": 40}
        nothing_unexplained({"L1": 60, "A1": 40}, scene)


class TestTheBalance:
    def test_another_part_in_the_same_unit(self) -> None:
        scene = given(of_bars(), send(80), ship(60), receive(50, rejected=6, pending=4))
        assert told(scene) == {
            ("BAR", "C62"): {"made": 100, "on_hand": 20, "consumed": 80},
            ("FLANGE", "C62"): {"made": 80, "on_hand": 50, "rejected": 6, "pending": 4, "in_transit": 20},
        }

    def test_what_is_consumed_names_the_order_and_its_line(self) -> None:
        scene = given(of_bars(), send(80))
        lots = nothing_unexplained({"A1": 100}, scene)
        items = {(item["figure"], item["where"]): int(item["quantity"]) for lot in lots for item in lot.items}
        assert items["consumed", "order:SO-1:1:A1"] == 80

    def test_kilograms_out_and_pieces_back(self) -> None:
        scene = given(of_bars(unit="KGM"), send(80), ship(60), receive(50, unprocessed=10))
        assert told(scene) == {
            ("BAR", "KGM"): {"made": 100, "on_hand": 65, "consumed": 35},
            ("FLANGE", "C62"): {"made": 70, "on_hand": 50, "in_transit": 20},
        }

    def test_what_comes_back_as_it_was_is_not_consumed(self) -> None:
        scene = given(of_bars(), send(80), ship(60, unprocessed=10), receive(50, unprocessed=10))
        assert told(scene) == {
            ("BAR", "C62"): {"made": 100, "on_hand": 30, "consumed": 70},
            ("FLANGE", "C62"): {"made": 70, "on_hand": 50, "in_transit": 20},
        }
        assert told(given(scene, send(10))) == {
            ("BAR", "C62"): {"made": 100, "on_hand": 20, "consumed": 80},
            ("FLANGE", "C62"): {"made": 80, "on_hand": 50, "in_transit": 30},
        }

    def test_rework_of_what_was_made(self) -> None:
        scene = given(of_bars(), send(100), ship(100), receive(90, rejected=10), dispose(rework=10))
        assert told(scene)["FLANGE", "C62"] == {"made": 100, "on_hand": 90, "in_transit": 10}
        given(scene, ship(10, nonconformance="SO-1-N1"))
        scene.when(receive(0, parcel="SO-1-P2", pending=8, scrapped=2), by=BOTH).then()
        assert told(given(scene, judge(accepted=8))) == {
            ("BAR", "C62"): {"made": 100, "consumed": 100},
            ("FLANGE", "C62"): {"made": 100, "on_hand": 98, "scrapped": 2},
        }

    def test_tests_and_surplus(self) -> None:
        scene = given(of_bars(), send(50), arrived(), ship(45, tested=3), receive(48), over("return", 3))
        assert told(scene) == {
            ("BAR", "C62"): {"made": 100, "on_hand": 50, "consumed": 50},
            ("FLANGE", "C62"): {"made": 50, "on_hand": 45, "tested": 3, "at_suppliers": 2},
        }

    def test_a_receipt_that_was_typed_wrongly(self) -> None:
        scene = given(of_bars(), send(80), ship(60), receive(50, unprocessed=10))
        receipt = next(
            number for number, _, event in scene.stream if type(event).__name__ == "PiecesReceived"
        )
        given(scene, c.Correct(receipt, "Counted wrongly"))
        assert told(scene) == {
            ("BAR", "C62"): {"made": 100, "on_hand": 20, "consumed": 80},
            ("FLANGE", "C62"): {"made": 80, "in_transit": 80},
        }
        assert told(given(scene, receive(60)))["FLANGE", "C62"] == {
            "made": 80,
            "on_hand": 60,
            "in_transit": 20,
        }

    def test_straight_on_to_the_next_supplier(self) -> None:
        first, second = two_orders()
        forward(first, second, 60)
        assert [item.to_lot for each in second.order.transfers.values() for item in each.lines] == ["SO-1-L1"]
        assert told(first, second) == {
            ("BAR", "C62"): {"made": 100, "on_hand": 20, "consumed": 80},
            ("FLANGE", "C62"): {"made": 80, "at_suppliers": 20, "in_transit": 60},
        }
        given(second, ship(50, unprocessed=5), receive(45, unprocessed=5, parcel="SO-2-P1"))
        # What the second supplier did not work on is flanges by now, and no bars.
        assert {lot: int(fact.on_hand) for lot, fact in first.shelf.items()} == {"A1": 20, "SO-1-L1": 50}
        given(first, ship(20), receive(18, rejected=2))
        assert told(first, second) == {
            ("BAR", "C62"): {"made": 100, "on_hand": 20, "consumed": 80},
            ("FLANGE", "C62"): {"made": 80, "on_hand": 68, "rejected": 2, "in_transit": 10},
        }

    def test_straight_on_and_received_under_another_name(self) -> None:
        first, second = two_orders()
        forward(first, second, 60)
        given(second, ship(60), receive(50, pending=10, output_lot="MADE", parcel="SO-2-P1"))
        assert told(first, second)["FLANGE", "C62"] == {
            "made": 80,
            "on_hand": 50,
            "pending": 10,
            "at_suppliers": 20,
        }


def two_orders() -> tuple[Scene, Scene]:
    """The first makes flanges of our bars, the second works on them at the next operation."""
    first = given(of_bars(), send(80), arrived())
    line = replace(a_line(lots=[]), operation=40)
    second = given(issued(line, lots=[], draft={"number": "SO-2"}), accept())
    second.shelf = first.shelf
    return first, second


def forward(first: Scene, second: Scene, quantity: object) -> None:
    first.when(replace(ship(quantity, carrier="Road"), to_order="SO-2"), others=[second]).then()
    name = list(first.order.transfers)[-1]
    second.when(c.AnswerTransfer(name, "take"), others=[first]).then()


def taken_over(quantity: object = 60, unit: str = "KGM") -> tuple[Scene, Scene]:
    """Eighty pieces' bars, 40 kg, went to the first supplier; `quantity` of them went on as they were to another one,
    who has the same operation."""
    first = given(of_bars(unit=unit), send(80), arrived())
    second = given(issued(a_line(lots=[]), lots=[], draft={"number": "SO-2"}, materials=BAR), accept())
    second.shelf = first.shelf
    forward(first, second, quantity)
    return first, second


def lots_gave(scene: Scene) -> dict[tuple[str, str], int]:
    """What the ways of an order say that a lot gave, or has again, in its own unit."""
    gave = {(link.source, link.target): taken(scene.order, link) for link in netted(written(scene))}
    return {way: int(took.quantity) for way, took in gave.items() if took is not None}


class TestKilogramsThatGoOnAsTheyWere:
    def test_they_are_what_the_next_supplier_makes_pieces_of(self) -> None:
        first, second = taken_over()
        assert [item.to_lot for each in second.order.transfers.values() for item in each.lines] == ["A1"]
        bars = {"made": 100, "on_hand": 60, "consumed": 40}
        assert told(first, second) == {
            ("BAR", "KGM"): bars,
            ("FLANGE", "C62"): {"made": 80, "at_suppliers": 20, "in_transit": 60},
        }
        given(second, arrived(), ship(50), receive(45, rejected=5, parcel="SO-2-P1"))
        assert told(first, second) == {
            ("BAR", "KGM"): bars,
            ("FLANGE", "C62"): {"made": 80, "on_hand": 45, "rejected": 5, "at_suppliers": 30},
        }

    def test_what_the_next_supplier_did_not_work_on_either_is_in_the_lot_again(self) -> None:
        first, second = taken_over()
        given(second, arrived(), ship(60, unprocessed=10), receive(50, unprocessed=10, parcel="SO-2-P1"))
        assert told(first, second) == {
            ("BAR", "KGM"): {"made": 100, "on_hand": 65, "consumed": 35},
            ("FLANGE", "C62"): {"made": 70, "on_hand": 50, "at_suppliers": 20},
        }
        assert lots_gave(second) == {("order:SO-2:1:A1", "lot:A1"): 5}
        given(second, send(4))
        assert told(first, second) == {
            ("BAR", "KGM"): {"made": 100, "on_hand": 63, "consumed": 37},
            ("FLANGE", "C62"): {"made": 74, "on_hand": 50, "at_suppliers": 20, "in_transit": 4},
        }
        # By weight, of its own: what came from the other supplier left our shelf there.
        assert lots_gave(first) == {("lot:A1", "order:SO-1:1:A1"): 40}
        assert lots_gave(second)["lot:A1", "order:SO-2:1:A1"] == 2

    def test_all_of_it_is_when_both_send_it_back(self) -> None:
        first, second = taken_over()
        given(first, ship(20, unprocessed=20), receive(0, unprocessed=20))
        given(second, arrived(), ship(60, unprocessed=60), receive(0, unprocessed=60, parcel="SO-2-P1"))
        assert first.shelf["A1"].on_hand == 100
        assert told(first, second)["BAR", "KGM"] == {"made": 100, "on_hand": 100}
        receipt = next(
            number for number, _, event in second.stream if type(event).__name__ == "PiecesReceived"
        )
        given(second, c.Correct(receipt, "Counted wrongly"))
        assert told(first, second)["BAR", "KGM"] == {"made": 100, "on_hand": 70, "consumed": 30}

    def test_in_two_boxes_each_has_its_share(self) -> None:
        first, second = taken_over(50)
        forward(first, second, 10)
        given(second, arrived(), ship(60, unprocessed=60), receive(0, unprocessed=60, parcel="SO-2-P1"))
        assert told(first, second) == {
            ("BAR", "KGM"): {"made": 100, "on_hand": 90, "consumed": 10},
            ("FLANGE", "C62"): {"made": 20, "at_suppliers": 20},
        }

    def test_what_is_split_takes_nothing_twice(self) -> None:
        scene = given(of_bars(unit="KGM"), send(80), ship(60), receive(30, unprocessed=10))
        shares = (c.SplitChild((c.LineQuantity(1, Decimal(some)),)) for some in (80, 20))
        one, two = scene.when(c.Split(tuple(shares))).then().born.values()
        assert told(scene, one, two) == {
            ("BAR", "KGM"): {"made": 100, "on_hand": 65, "consumed": 35},
            ("FLANGE", "C62"): {"made": 70, "on_hand": 30, "in_transit": 40},
        }
        given(one, send(10))
        given(two, send(20))
        assert scene.shelf["A1"].on_hand == 50
        assert lots_gave(one) == {("lot:A1", "order:SO-1-1:1:A1"): 5}
        assert lots_gave(two) == {("lot:A1", "order:SO-1-2:1:A1"): 10}
        assert told(scene, one, two) == {
            ("BAR", "KGM"): {"made": 100, "on_hand": 50, "consumed": 50},
            ("FLANGE", "C62"): {"made": 100, "on_hand": 30, "in_transit": 70},
        }
        given(two, ship(20, unprocessed=20), receive(0, unprocessed=20, parcel="SO-1-2-P1"))
        assert told(scene, one, two)["BAR", "KGM"] == {"made": 100, "on_hand": 60, "consumed": 40}
