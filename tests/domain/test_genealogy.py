"""Which lot became which, edge by edge, and how a correction takes edges back."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from models.domain import events as e
from models.domain.commands import ConfirmReturn, Correct
from models.domain.genealogy import edges
from tests.domain.asking import NC, dispose, over, process, receive, send, ship
from tests.domain.orders import NOW, Scene, a_line, day, given, issued

WORK = "order:SO-1:1:L1"


def of(scene: Scene) -> list[tuple[str, str, str, int]]:
    """The edges of the last step."""
    found: Iterable[e.Event] = scene.events
    return [
        (edge.from_node, edge.how, edge.to_node, int(edge.quantity))
        for event in found
        for edge in edges(scene.order, event)
    ]


def test_pieces_go_out_and_come_back_as_another_lot() -> None:
    scene = issued()
    assert of(scene.when(send(100))) == [("lot:L1", "ship", WORK, 100)]
    assert of(scene.when(ship(100))) == []
    assert of(scene.when(receive(80, rejected=10, unprocessed=10, output_lot="OUT-1"))) == [
        (WORK, "return", "lot:L1", 10),
        (WORK, "process", "lot:OUT-1", 10),
        (WORK, "process", "lot:OUT-1", 80),
    ]
    assert of(scene.when(dispose(rework=10))) == [("lot:OUT-1", "rework", WORK, 10)]
    assert of(scene.when(ship(10, nonconformance=NC)).when(receive(10, parcel="SO-1-P2"))) == [
        (WORK, "process", "lot:OUT-1", 10)
    ]


def test_what_goes_back_for_good_is_returned_and_no_rework() -> None:
    scene = given(issued(), send(100), ship(100), receive(80, rejected=20, output_lot="OUT-1"))
    forward = of(scene.when(dispose(return_=20)))
    assert forward == [("lot:OUT-1", "return", WORK, 20)]
    assert of(scene.when(ConfirmReturn(NC, Decimal(20)))) == []


def test_a_correction_writes_the_same_edges_taken_off() -> None:
    scene = given(issued(), send(100), ship(100), receive(60, pending=40, output_lot="OUT-1"))
    forward = of(scene)
    undone = of(scene.when(Correct(scene.sequence(e.PiecesReceived), "Other order")))
    assert sorted(undone) == sorted((source, how, target, -some) for source, how, target, some in forward)


def test_each_receipt_leads_to_the_lot_it_became() -> None:
    scene = given(issued(), send(100), ship(60), receive(60, output_lot="OUT-1"), ship(40))
    assert of(scene.when(receive(40, parcel="SO-1-P2", output_lot="OUT-2"))) == [
        (WORK, "process", "lot:OUT-2", 40)
    ]


def test_surplus_pieces_that_are_kept_have_come_through_the_order_like_the_others() -> None:
    loose = a_line(tolerance=Decimal("0.02"))
    scene = given(issued(loose), send(100), ship(100), receive(103, output_lot="OUT-1"))
    assert of(scene.when(over("accept", 2))) == [(WORK, "process", "lot:OUT-1", 2)]
    assert of(scene.when(over("return", 1))) == []


def test_pieces_without_a_lot_leave_no_edge() -> None:
    assert of(given(issued(a_line(lots=()))).when(send(100))) == []


LOAD = "load:ACME:Bath 3:F-1:2026-11-02T09:00:00Z"


def named(scene: Scene) -> list[tuple[str, str, str, int, str]]:
    """The edges of the last step that name a load, with it."""
    return [
        (edge.from_node, edge.how, edge.to_node, int(edge.quantity), edge.load)
        for event in scene.events
        for edge in edges(scene.order, event)
        if edge.load
    ]


def test_pieces_pass_their_load_and_their_receipt_names_it() -> None:
    scene = given(issued(), send(100)).at(day(3))
    through = [(WORK, "process", LOAD, 60, LOAD), (LOAD, "process", WORK, 60, LOAD)]
    assert named(scene.when(process(started=NOW, L1=60))) == through
    assert named(scene.when(ship(60, load="F-1"))) == []
    assert named(scene.when(receive(60, output_lot="OUT-1"))) == [(WORK, "process", "lot:OUT-1", 60, LOAD)]
    # The others were in no load anybody named.
    assert named(given(scene, ship(40)).when(receive(40, parcel="SO-1-P2"))) == []


def test_taking_back_a_load_takes_back_its_edges_and_no_others() -> None:
    scene = given(issued(), send(100)).at(day(3))
    given(scene, process(started=NOW, L1=60), process(started=NOW, L1=40))
    assert named(scene.when(Correct(scene.sequence(e.ProcessReported), "Another order"))) == [
        (WORK, "process", LOAD, -40, LOAD),
        (LOAD, "process", WORK, -40, LOAD),
    ]


def test_one_load_is_one_node_for_every_line_it_held() -> None:
    scene = given(
        issued(a_line(1, 60, [("L1", 60)]), a_line(2, 40, [("L2", 40)])), send(60), send(40, "L2", 2)
    )
    given(scene.at(day(3)), process(started=NOW, L1=60))
    assert named(scene.when(process(line=2, started=NOW, L2=40)))[0][2] == LOAD


def test_a_load_without_lots_leaves_no_edge() -> None:
    scene = given(issued(a_line(lots=())), send(100)).at(day(3))
    assert named(scene.when(process(started=NOW, unnamed=60))) == []
