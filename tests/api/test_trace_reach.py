"""How a trace is read: at once, or a few thousand links at a time; the rules are the same, and so is the answer."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import insert, text

from models.db import Database
from models.domain.trace import Direction, Link, Trace, among, follow
from models.queries.trace import Begin, Genealogy, streamed
from models.queries.trace_reach import Reach
from models.tables.orders import EdgeRow
from models.tables.types import table
from tests.domain.genealogies import link

# Every output piece of a hub lot by a job of its own.
_HUB = text(
    "WITH RECURSIVE piece(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM piece WHERE i < :count) "
    "INSERT INTO genealogy (from_node, to_node, quantity, unit, how, parcel, load, source, assumed) "
    "SELECT 'lot:' || :hub, 'job:' || :hub || i, 1000000, 'C62', 'consume', '', '', 'test', 0 FROM piece "
    "UNION ALL "
    "SELECT 'job:' || :hub || i, 'lot:' || :hub || i, 1000000, 'C62', 'process', '', '', 'test', 0 FROM piece"
)


def written(database: Database, links: list[Link]) -> None:
    with database.write() as session:
        rows = [
            {"from_node": each.source, "to_node": each.target, "quantity": each.quantity, "unit": each.unit}
            | {"how": each.how, "load": each.load, "parcel": each.parcel, "source": "test"}
            | {"assumed": each.assumed}
            for each in links
        ]
        session.execute(insert(table(EdgeRow)), rows)


def told(trace: Trace) -> set[tuple[tuple[str, ...], int, str]]:
    return {(step.link.key, int(step.link.quantity), step.unsure) for step in trace.steps}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hub_lot_s_file_takes_the_memory_of_a_small_one(database: Database) -> None:
    small, large = 2_000, 20_000
    with database.write() as session:
        for name, count in (("SMALL", small), ("LARGE", large)):
            session.execute(_HUB, {"hub": name, "count": count})
    peaks = {}
    for name, count in (("SMALL", small), ("LARGE", large)):
        with database.snapshot(spilling=True) as session:
            tracemalloc.start()
            found = streamed(session, Begin((f"lot:{name}",)), Direction.FORWARD, cleared=True)
            assert sum(1 for _ in found) == 2 * count
            peaks[name] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert peaks["LARGE"] < 1.5 * peaks["SMALL"], peaks


def test_the_database_alone_tells_what_the_rules_would(database: Database) -> None:
    links = [
        link("lot:A", "consume", "job:1", 2),
        link("lot:A", "consume", "job:1", 3),
        link("job:1", "process", "lot:B", 5),
        link("lot:B", "dispatch", "dispatch:D", 4),
        link("lot:X", "consume", "job:2", 1),
    ]
    written(database, links)
    for direction, root in (
        (Direction.FORWARD, "lot:A"),
        (Direction.BACK, "dispatch:D"),
        (Direction.BOTH, "lot:B"),
    ):
        with database.snapshot(spilling=True) as session:
            steps = tuple(streamed(session, Begin((root,)), direction, cleared=True))
        expected = follow([root], direction, among(links))
        assert len(steps) == len(expected.steps)
        assert told(expected) == {(step.link.key, int(step.link.quantity), step.unsure) for step in steps}


def test_what_was_taken_back_is_not_gone_on_from(database: Database) -> None:
    links = [
        link("lot:A", "consume", "job:1", 2),
        link("lot:A", "consume", "job:1", -2),
        link("job:1", "process", "lot:B", 5),
    ]
    written(database, links)
    with database.snapshot() as session:
        assert not list(streamed(session, Begin(("lot:A",)), Direction.FORWARD, cleared=True))
        reach = Reach(session, ("lot:A",), frozenset(), Direction.FORWARD)
        assert not follow(["lot:A"], Direction.FORWARD, reach).steps


def test_links_are_read_whole_whatever_their_names_are_made_of(database: Database) -> None:
    odd = 'A "1"\\ \x1f 钢'
    load = f"load:ACME:{odd}:1:2026-11-02T09:00:00Z"
    links = [
        link(f"lot:{odd}", "ship", "order:S:1:A", "2.5", parcel="S-P1", load=odd, unit="KGM"),
        link("lot:B", "ship", "order:S:1:A", 0, assumed=Decimal("0.25")),
        link("order:S:1:A", "process", "lot:C", 1, load=load),
        link("lot:C", "consume", "job:1", 1),
    ]
    written(database, links)
    with database.snapshot() as session:
        reach = Reach(session, ("job:1",), frozenset(), Direction.BACK)
        read = {one for each in links for one in reach([each.target], False)}
    assert read == set(links)


@pytest.mark.parametrize("seed", range(6))
def test_reading_at_once_leaves_nothing_out_that_the_rules_let_belong(seed: int, database: Database) -> None:
    draw = random.Random(seed)
    links = list(_anything(draw))
    written(database, links)
    nodes = sorted({node for each in links for node in (each.source, each.target)})
    with database.snapshot() as session:
        genealogy = Genealogy(session, cleared=True)
        for _ in range(12):
            roots = tuple(draw.sample(nodes, draw.choice((1, 1, 2))))
            behind = frozenset(draw.sample(nodes, draw.choice((0, 0, 2))))
            for direction in Direction:
                known = follow(roots, direction, among(links), behind)
                reach = Reach(session, roots, behind, direction)
                assert told(follow(roots, direction, genealogy.over(reach), behind)) == told(known)
                assert told(follow(roots, direction, genealogy, behind)) == told(known)


def _anything(draw: random.Random) -> Iterator[Link]:
    """Lots, jobs, pieces at suppliers, loads and dispatches, joined in all ways there are; also in circles."""
    lots = [f"lot:{place}" for place in range(8)]
    jobs = [f"job:{place}" for place in range(3)]
    works = [f"order:S{order}:1:{lot}" for order in range(3) for lot in range(3)]
    loads = [f"load:ACME:Bath:{place}:2026-11-02T09:00:00Z" for place in range(2)]
    ways = (
        ("consume", lots, jobs),
        ("process", jobs, lots),
        ("ship", lots, works),
        ("process", works, lots),
        ("rework", lots, works),
        ("return", works, lots),
        ("split", works, works),
        ("dispatch", lots, ["dispatch:D1", "dispatch:D2"]),
    )
    for _ in range(30):
        how, sources, targets = draw.choice(ways)
        load = draw.choice(("", "", *loads)) if how == "process" else ""
        yield link(draw.choice(sources), how, draw.choice(targets), draw.choice((1, 2, 5)), load=load)
    for load in loads:
        for work in draw.sample(works, 2):
            yield link(work, "process", load, 3, load=load)
            yield link(load, "process", work, 3, load=load)
