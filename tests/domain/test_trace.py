"""Which pieces belong to a trace: what the records tell apart stays apart, and nothing is followed in circles."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from models.domain import events as e
from models.domain.commands import Correct
from models.domain.trace import Direction, Link, Trace, among, follow
from tests.domain.asking import NC, dispose, process, receive, send, ship
from tests.domain.genealogies import link, lots_of, written
from tests.domain.orders import NOW, a_line, day, given, issued

BACK, FORWARD, BOTH = Direction.BACK, Direction.FORWARD, Direction.BOTH


def trace(links: Iterable[Link], root: str, direction: Direction = FORWARD) -> Trace:
    return follow([root], direction, among(links))


def lots(links: Iterable[Link], root: str, direction: Direction = FORWARD) -> set[str]:
    return lots_of(trace(links, root, direction).nodes)


JOBS = (
    link("lot:BAR", "consume", "job:1", 2),
    link("lot:GAS", "consume", "job:1", 5),
    link("job:1", "process", "lot:A", 10),
    link("job:1", "process", "lot:B", 10),
    link("lot:A", "dispatch", "dispatch:D-1", 4),
    link("lot:A", "consume", "job:2", 6),
    link("job:2", "process", "lot:C", 6),
)


@pytest.mark.parametrize(
    ("root", "direction", "expected"),
    [
        ("lot:BAR", FORWARD, {"BAR", "A", "B", "C"}),
        ("lot:BAR", BACK, {"BAR"}),
        ("lot:C", BACK, {"C", "A", "BAR", "GAS"}),
        ("lot:A", BOTH, {"A", "C", "BAR", "GAS"}),
        ("job:1", FORWARD, {"A", "B", "C"}),
        ("job:1", BACK, {"BAR", "GAS"}),
        ("dispatch:D-1", BACK, {"A", "BAR", "GAS"}),
        ("dispatch:D-1", FORWARD, set()),
    ],
)
def test_jobs_join_what_they_drew_with_all_they_made(
    root: str, direction: Direction, expected: set[str]
) -> None:
    assert lots(JOBS, root, direction) == expected


def test_a_brother_of_the_root_is_not_of_its_trace() -> None:
    assert "lot:B" not in trace(JOBS, "lot:A", BOTH).nodes


def test_what_was_taken_back_leads_nowhere() -> None:
    undone = link("lot:A", "consume", "job:2", -6)
    assert lots([*JOBS, undone], "lot:A") == {"A"}


def test_a_circle_ends_where_it_began() -> None:
    circle = [link("lot:A", "consume", "job:1"), link("job:1", "process", "lot:A")]
    assert set(trace(circle, "lot:A", BOTH).nodes) == {"lot:A", "job:1"}


def test_pieces_that_come_back_unprocessed_are_not_followed_in_circles() -> None:
    links = written(given(issued(), send(100), ship(60, unprocessed=10), receive(50, unprocessed=10)))
    assert lots(links, "lot:L1", BOTH) == {"L1"}
    assert {step.link.how for step in trace(links, "lot:L1").steps} == {"ship", "process", "return"}


def test_an_order_s_own_pieces_are_not_all_of_the_lot_they_were_sent_from() -> None:
    links = [
        *(link("lot:L1", "ship", "order:S:1:L1", 60), link("order:S:1:L1", "return", "lot:L1", 10)),
        *(link("lot:L1", "ship", "order:T:1:L1", 40), link("order:T:1:L1", "process", "lot:X", 40)),
    ]
    found = follow(["order:S:1:L1"], FORWARD, among(links), behind=frozenset({"lot:L1"}))
    assert found.nodes == ("order:S:1:L1", "lot:L1")


def test_reworked_pieces_are_of_the_lot_their_rework_names() -> None:
    """L1 and L2 come back as one lot; only pieces of L1 are worked on again, and come back as another."""
    line = a_line(1, 100, [("L1", 60), ("L2", 40)])
    scene = given(issued(line), send(60, "L1"), send(40, "L2"), ship(60, "L1"))
    given(scene, receive(50, rejected=10, output_lot="OUT"), ship(40, "L2"))
    given(scene, receive(40, lot="L2", parcel="SO-1-P2", output_lot="OUT"), dispose(rework=10))
    given(scene, ship(10, "L1", nonconformance=NC), receive(10, parcel="SO-1-P3", output_lot="AGAIN"))
    links = written(scene)
    assert lots(links, "lot:AGAIN", BACK) == {"AGAIN", "OUT", "L1"}
    assert lots(links, "lot:L2") == {"L2", "OUT"}
    # From the lot itself, whatever was worked on again belongs.
    assert lots(links, "lot:OUT") == {"OUT", "AGAIN"}


def test_what_left_the_supplier_before_the_rework_came_is_not_of_it() -> None:
    scene = given(issued(), send(100), ship(60), receive(60, output_lot="FIRST"), ship(40))
    given(scene, receive(30, rejected=10, parcel="SO-1-P2", output_lot="SECOND"), dispose(rework=10))
    given(scene, ship(10, nonconformance=NC), receive(10, parcel="SO-1-P3", output_lot="THIRD"))
    links = written(scene)
    assert lots(links, "lot:SECOND") == {"SECOND", "THIRD"}
    assert lots(links, "lot:THIRD", BACK) == {"THIRD", "SECOND", "L1"}


def two_loads() -> list[Link]:
    scene = given(issued(), send(100)).at(day(3))
    given(scene, process("F-1", started=NOW, L1=60), process("F-2", started=NOW, L1=30))
    given(scene, ship(50, load="F-1"), receive(50, output_lot="ONE"))
    given(scene, ship(30, load="F-2"), receive(30, parcel="SO-1-P2", output_lot="TWO"))
    return written(given(scene, ship(20), receive(20, parcel="SO-1-P3", output_lot="REST")))


LOAD = "load:ACME:Bath 3:F-1:2026-11-02T09:00:00Z"


def test_out_of_a_load_go_the_pieces_that_name_it_and_those_that_name_none() -> None:
    found = trace(two_loads(), LOAD)
    assert lots_of(found.nodes) == {"ONE", "REST"}
    assert {step.link.target: step.unsure for step in found.steps if step.link.target.startswith("lot:")} == {
        "lot:ONE": "",
        "lot:REST": "load",
    }


def test_back_from_a_box_that_names_its_load_no_other_load_is_found() -> None:
    found = trace(two_loads(), "lot:ONE", BACK)
    assert [node for node in found.nodes if node.startswith("load:")] == [LOAD]
    assert "load:" in "".join(trace(two_loads(), "lot:L1").nodes)


def told_late() -> list[Link]:
    """Half of the pieces are back before anybody tells of the load they were in."""
    scene = given(issued(), send(10), ship(5), receive(5, output_lot="FIRST")).at(day(3))
    given(scene, process("F-1", started=NOW, L1=10))
    return written(given(scene, ship(5), receive(5, parcel="SO-1-P2", output_lot="SECOND")))


def test_a_load_that_was_told_of_after_pieces_came_back_had_them_in_it() -> None:
    found = trace(told_late(), LOAD)
    assert {step.link.target: step.unsure for step in found.steps if step.link.target.startswith("lot:")} == {
        "lot:FIRST": "load",
        "lot:SECOND": "load",
    }
    for lot in ("FIRST", "SECOND"):
        assert LOAD in trace(told_late(), f"lot:{lot}", BACK).nodes


def test_a_load_has_no_pieces_that_were_sent_after_it_was_told_of() -> None:
    scene = given(issued(), send(60)).at(day(3))
    given(scene, process("F-1", started=NOW, L1=60), ship(60), receive(60, rejected=10, output_lot="OUT"))
    given(
        scene, dispose(rework=10), ship(10, nonconformance=NC), receive(10, parcel="SO-1-P2", output_lot="B")
    )
    assert lots(written(scene), LOAD, BACK) == {"L1"}


def test_a_lot_does_not_leave_a_load_as_another() -> None:
    line = (a_line(1, 60, [("L1", 60)]), a_line(2, 40, [("L2", 40)]))
    scene = given(issued(*line), send(60), send(40, "L2", 2)).at(day(3))
    given(scene, process(started=NOW, L1=60), process(line=2, started=NOW, L2=40))
    links = written(scene)
    assert lots(links, "lot:L1", BOTH) == {"L1"}
    assert lots(links, LOAD, BACK) == {"L1", "L2"}


def test_where_nobody_named_the_lot_every_lot_that_was_out_is_a_source() -> None:
    line = a_line(1, 100, [("L1", 60), ("L2", 40)])
    scene = given(issued(line), send(60, "L1"), send(40, "L2"), ship(30), receive(30, output_lot="OUT"))
    back = trace(written(scene), "lot:OUT", BACK)
    assert lots_of(back.nodes) == {"OUT", "L1", "L2"}
    assert {step.link.source: step.unsure for step in back.steps if step.link.target == "lot:OUT"} == {
        "order:SO-1:1:L1": "",
        "order:SO-1:1:L2": "lot",
    }
    assert lots(written(scene), "lot:L2") == {"L2", "OUT"}
    given(scene, Correct(scene.sequence(e.PiecesReceived), "Other order"))
    assert lots(written(scene), "lot:L2") == {"L2"}


def test_pieces_split_off_and_handed_on_are_followed_over_orders() -> None:
    links = [
        *(link("lot:A", "ship", "order:S:1:A", 9), link("order:S:1:A", "split", "order:T:1:A", 9)),
        *(link("order:T:1:A", "ship", "order:U:1:A", 9), link("order:U:1:A", "process", "lot:B", 9)),
    ]
    assert lots(links, "lot:A") == {"A", "B"}
    assert lots(links, "lot:B", BACK) == {"A", "B"}
