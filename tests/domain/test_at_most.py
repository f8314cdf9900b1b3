"""Of pieces that nobody told apart: how many of them can be of what a trace began with, computed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from models.domain.at_most import AtMost, Books, Feed, at_most, left
from models.domain.trace import Direction, Link, Trace, among, follow
from tests.domain.genealogies import link
from tests.domain.test_trace_story import ACME, BARS, CONTOSO, FORGE, NORTHWIND, SECOND, B, lots, trace

LARGE, SMALL, JOB, MADE = "lot:LARGE", "lot:SMALL", "job:1", "lot:M"
FIRST, LAST = "dispatch:D-1", "dispatch:D-2"
# Two heats, 60 and 40 pieces, in one job that makes 100.
MIXED = (
    link(LARGE, "consume", JOB, 60),
    link(SMALL, "consume", JOB, 40),
    link(JOB, "process", MADE, 100),
    link(MADE, "dispatch", FIRST, 70),
    link(MADE, "dispatch", LAST, 30),
)


def forward(links: Iterable[Link], *roots: str) -> Trace:
    return follow(roots, Direction.FORWARD, among(links))


def books(
    links: Iterable[Link],
    made: int = 100,
    *,
    parts: Mapping[str, str] | None = None,
    got: Mapping[str, object] | None = None,
    kept: Mapping[str, object] | None = None,
) -> Books:
    """Lots got all that came to them, one part, unless something else is said."""
    came: dict[str, Decimal] = {}
    drawn: dict[str, list[Feed]] = {}
    for each in links:
        if each.how == "rework":
            continue
        came[each.target] = came.get(each.target, Decimal(0)) + each.quantity
        if each.how == "consume":
            part = (parts or {}).get(each.source, "BLANK")
            feed = Feed(each.target, each.source, part, each.quantity)
            drawn.setdefault(each.target, []).append(feed)
    known = {node: some for node, some in came.items() if node.startswith(("lot:", "order:"))}
    known |= {node: Decimal(str(some)) for node, some in (got or {}).items()}
    surplus = {node: Decimal(str(some)) for node, some in (kept or {}).items()}
    return Books(known, surplus, drawn, {job: Decimal(made) for job in drawn})


def ways(found: AtMost) -> dict[tuple[str, str], int]:
    return {(key[0], key[1]): int(most) for key, most in found.links.items()}


def sent(found: AtMost) -> dict[str, int]:
    return {target: most for (_, target), most in ways(found).items() if target.startswith("dispatch:")}


@pytest.mark.parametrize(
    ("roots", "expected"),
    [
        # At most 40 of 70, and at most 30 of 30.
        ([SMALL], {FIRST: 40, LAST: 30}),
        ([LARGE], {FIRST: 60, LAST: 30}),
        # All pieces are of what the trace began with: nothing is said.
        ([SMALL, LARGE], {}),
        ([JOB], {}),
        ([MADE], {}),
    ],
)
def test_no_more_of_a_heat_than_went_in_came_out_to_anybody(
    roots: Sequence[str], expected: dict[str, int]
) -> None:
    assert sent(at_most(forward(MIXED, *roots), books(MIXED))) == expected


@pytest.mark.parametrize(
    ("of_box", "expected"),
    [(20, {FIRST: 20, LAST: 20}), (50, {FIRST: 50, LAST: 30}), (100, {})],
)
def test_no_more_than_was_in_a_box_left_of_the_lot_it_was_booked_in_as(
    of_box: int, expected: dict[str, int]
) -> None:
    began = {MADE: (Decimal(of_box), "C62")}
    found = at_most(forward(MIXED, MADE), replace(books(MIXED), began=began))
    assert sent(found) == expected
    assert found.nodes.get(MADE) == (of_box if of_box < 100 else None)


def test_a_node_says_it_where_it_is_less_than_what_is_there() -> None:
    found = at_most(forward(MIXED, SMALL), books(MIXED))
    assert {node: int(most) for node, most in found.nodes.items()} == {JOB: 40, MADE: 40, FIRST: 40}


@pytest.mark.parametrize(
    ("made", "parts", "expected"),
    [
        # Two bars of each heat make 100 pieces: nobody knows how many each bar made.
        (100, {}, 100),
        # So also while only three of them are recorded.
        (3, {}, 3),
        # What is drawn beside the bars is no measure of them.
        (100, {"lot:SCREWS": "SCREW"}, 100),
    ],
)
def test_one_bar_may_have_become_any_number_of_pieces(
    made: int, parts: dict[str, str], expected: int
) -> None:
    links = (
        link(LARGE, "consume", JOB, 2),
        link(SMALL, "consume", JOB, 2),
        *(link(lot, "consume", JOB, 200) for lot in parts),
        link(JOB, "process", MADE, made),
        link(MADE, "dispatch", FIRST, made),
    )
    found = at_most(forward(links, SMALL), books(links, parts=parts))
    assert sent(found) == {FIRST: expected}
    assert found.nodes == {}


def test_other_material_beside_the_only_heat_takes_nothing_off_it() -> None:
    links = (
        link(SMALL, "consume", JOB, 2),
        link("lot:GAS", "consume", JOB, 5),
        link(JOB, "process", MADE, 100),
        link(MADE, "dispatch", FIRST, 70),
    )
    assert at_most(forward(links, SMALL), books(links, parts={"lot:GAS": "GAS"})) == AtMost()


def test_what_is_counted_otherwise_is_no_bound() -> None:
    links = (
        link(LARGE, "consume", JOB, 60, unit="KGM"),
        link(SMALL, "consume", JOB, 40, unit="KGM"),
        link(JOB, "process", MADE, 50),
        link(MADE, "dispatch", FIRST, 50),
    )
    assert sent(at_most(forward(links, SMALL), books(links, 50))) == {FIRST: 50}


def test_a_lot_that_another_was_merged_into_has_no_more_of_it() -> None:
    links = (link(SMALL, "merge", MADE, 40), link(MADE, "dispatch", FIRST, 70))
    assert sent(at_most(forward(links, SMALL), books(links, got={MADE: 160}))) == {FIRST: 40}


def test_of_two_ways_into_a_lot_both_count() -> None:
    links = (
        link(SMALL, "split", "lot:X", 15),
        link(SMALL, "split", "lot:Y", 25),
        link("lot:X", "merge", MADE, 15),
        link("lot:Y", "merge", MADE, 25),
        link(LARGE, "merge", MADE, 60),
        link(MADE, "dispatch", FIRST, 70),
    )
    assert sent(at_most(forward(links, SMALL), books(links))) == {FIRST: 40}


def test_reworked_pieces_come_into_their_circle_once() -> None:
    work, again = "order:S:1:M", "order:S:1:M"
    links = (
        *MIXED[:3],
        link(MADE, "ship", work, 100),
        link(work, "process", "lot:N", 100, order="S", first=1, last=1),
        link("lot:N", "rework", again, 30, order="S", first=2, last=2),
        link(again, "process", "lot:N", 30, order="S", first=3, last=3, parcel="P2"),
        link("lot:N", "dispatch", FIRST, 70),
    )
    assert sent(at_most(forward(links, SMALL), books(links, got={"lot:N": 100}))) == {FIRST: 40}


def test_surplus_that_nobody_sent_may_be_of_anything() -> None:
    work = "order:S:1:M"
    links = (
        *MIXED[:3],
        link(MADE, "ship", work, 100),
        link(work, "process", "lot:N", 103),
        link("lot:N", "dispatch", FIRST, 103),
    )
    assert sent(at_most(forward(links, SMALL), books(links, kept={work: 3}))) == {FIRST: 43}


def test_a_lot_that_nobody_named_had_at_most_what_was_assumed() -> None:
    links = (
        link(SMALL, "ship", "order:S:1:SMALL", 40),
        link(LARGE, "ship", "order:S:1:LARGE", 60),
        link("order:S:1:LARGE", "process", MADE, 50),
        link("order:S:1:SMALL", "process", MADE, 0, assumed=Decimal(50)),
        link(MADE, "dispatch", FIRST, 45),
    )
    found = at_most(forward(links, SMALL), books(links))
    assert sent(found) == {FIRST: 40}


def test_nothing_is_said_of_the_one_heat_of_the_story() -> None:
    assert at_most(trace(BARS), of_story()) == AtMost()


def test_of_the_bad_second_load_148_can_have_come_to_either_customer() -> None:
    """150 were in it, 2 of them went into tests; 298 of both loads went on, and nobody kept them apart."""
    found = at_most(trace(SECOND), of_story())
    assert sent(found) == {NORTHWIND: 148, CONTOSO: 50}
    assert {node: int(most) for node, most in found.nodes.items()} == {
        FORGE: 150,
        ACME: 148,
        B: 148,
        NORTHWIND: 148,
    }
    # What the box of that load had is all of it.
    assert (FORGE, ACME) not in ways(found)


def of_story() -> Books:
    booked: dict[str, Any] = {f"lot:{shelf.lot}": shelf.booked for shelf in lots()}
    sent_out = {FORGE: Decimal(300), ACME: Decimal(298)}
    bars = Feed("job:4520", BARS, "4140-BAR", Decimal(2))
    return Books(booked | sent_out, {}, {"job:4520": [bars]}, {"job:4520": Decimal(300)})


def test_a_genealogy_deeper_than_python_calls_is_bound() -> None:
    links = [*MIXED[:3], link(MADE, "split", "lot:0", 100)]
    links += [link(f"lot:{number}", "split", f"lot:{number + 1}", 100) for number in range(3000)]
    found = at_most(forward(links, SMALL), books(links))
    assert found.nodes["lot:3000"] == 40


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Each alone may have 40 and 30, both together have no more than the lot.
        ([("M", 70, 40), ("M", 30, 30)], {"quantity": 100, "at_most": 40}),
        ([("M", 70, 40), ("N", 30, None)], {"quantity": 100, "at_most": 70}),
        ([("M", 70, None), ("N", 30, None)], {"quantity": 100}),
    ],
)
def test_what_left_together_is_of_it_no_more_than_the_lot_had(
    rows: list[tuple[str, int, int | None]], expected: dict[str, Any]
) -> None:
    left_for = [
        {"lot": lot, "part": "FLANGE", "quantity": Decimal(some), "unit": "C62"}
        | ({"at_most": Decimal(most)} if most is not None else {})
        for lot, some, most in rows
    ]
    assert left(left_for, {"M": Decimal(40)}) == [expected | {"part": "FLANGE", "unit": "C62"}]
