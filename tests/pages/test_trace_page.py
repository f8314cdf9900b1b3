"""The trace page: the answer first, then the way of the pieces, however many there are."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import insert, update
from sqlmodel import col

from api.pages.trace_graph import Drawing, Line, drawing
from api.pages.trace_labels import Area, apart, area
from models.db import Database
from models.domain.authority import Role
from models.queries.trace_reach import MOST_HELD
from models.tables.lots import Lot, LotHoldRow
from models.tables.orders import EdgeRow
from models.tables.parts import Part
from models.tables.shop_floor import DispatchLineRow, DispatchRow
from tests.domain.genealogies import link
from tests.domain.orders import NOW
from tests.pages.browser import Browsers, StaffPage
from tests.systems import System
from tests.traced import BARS, edge, tell_story

STORY = "2 customers · 250 pcs of FLANGE · ✓ no certificate missing · ✓ 0 unexplained"


@pytest.fixture
async def told(system: System, sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Browsers]:
    """Browsers of a product that knows nothing but the story: its database takes the other's place."""
    file = shutil.copy(sqlite_template, tmp_path / "sendout.db")
    database = Database(f"sqlite:///{file}")
    with database.write() as session:
        tell_story(session)
    state, whole = system.app.state, system.app.state.database
    keyring = state.keyring
    state.database, state.keyring = database, type(keyring)(database, state.clock)
    browsers = Browsers(system)
    yield browsers
    await browsers.close()
    state.database, state.keyring = whole, keyring
    database.dispose()


async def test_the_answer_stands_first_and_everything_below_it(told: Browsers) -> None:
    viewer = told.of(Role.VIEWER)
    page = await viewer.open("/trace?q=HX-1&direction=forward")
    assert page.status == 200
    assert STORY in page.text
    for words in (
        "Contoso 50 pcs FLANGE B J4520-B D-2",
        "J4520-A 300 pcs",
        "SO-2",
        "Bath 3 · F-1 · Mon 2 Nov",
    ):
        assert words in page.text
    assert page.links["Download as CSV"].endswith("/api/v1/trace/heat%3AHX-1.csv?direction=forward")
    assert page.links["D-1"].endswith("/dispatches/D-1")
    assert (await viewer.open("/dispatches/D-1")).status == 200
    paper = page.links["Download as PDF"]
    assert paper.endswith("/trace.pdf?q=heat%3AHX-1&direction=forward")
    assert (await viewer.get(paper)).content.startswith(b"%PDF-")
    file = await viewer.get("/api/v1/trace/heat%3AHX-1.csv?direction=forward")
    assert file.text.count("\n") == 14


async def test_of_a_bad_load_it_says_how_many_each_customer_has_at_most(told: Browsers) -> None:
    load = "load%3AFORGE%3ABath+3%3AF-2%3A2026-11-02T12%3A00%3A00Z"
    page = await told.of(Role.VIEWER).open(f"/trace?q={load}&direction=forward")
    assert "2 customers · at most 148 of 250 pcs of FLANGE" in page.text
    assert "Northwind FLANGE B at most 148 of 200 pcs 1" in page.text
    assert "Contoso at most 50 of 50 pcs FLANGE B" in page.text
    assert "at most" not in (await told.of(Role.VIEWER).open("/trace?q=HX-1&direction=forward")).text


async def test_a_customer_stands_once_for_every_part_with_what_they_got_of_it(told: Browsers) -> None:
    database = told.system.app.state.database
    sent = {
        "dispatch": "D-3",
        "part": "4140-BAR",
        "part_revision": "B",
        "unit": "C62",
        "quantity": Decimal(3),
    }
    with database.write() as session:
        to = {"destination": "Oslo", "shipped_on": date(2026, 12, 2), "recorded_at": NOW, "recorded_by": "u"}
        session.add(DispatchRow(number="D-3", customer="CONTOSO", **to))
        session.flush()
        session.add(DispatchLineRow(line=1, lot=BARS, **sent))
        edge(session, link(f"lot:{BARS}", "dispatch", "dispatch:D-3", 3))
    page = await told.of(Role.VIEWER).open("/trace?q=HX-1&direction=forward")
    for row in ("Contoso 4140-BAR B 3 pcs 1", "Contoso FLANGE B 50 pcs 1", "Northwind FLANGE B 200 pcs 1"):
        assert row in page.text


async def test_of_more_than_anybody_can_look_at_it_leads_to_the_file(told: Browsers) -> None:
    database = told.system.app.state.database
    lot = {"part": "FLANGE", "uom": "C62", "created_at": NOW}
    with database.write() as session:
        session.add(Lot(number="HUB", quantity=MOST_HELD, on_hand=Decimal(0), **lot))
        job = {"from_node": "lot:HUB", "how": "consume", "quantity": Decimal(1), "unit": "C62", "source": "t"}
        names = [f"job:H{number}" for number in range(MOST_HELD)]
        session.execute(insert(EdgeRow), [{**job, "to_node": name} for name in names])
    viewer = told.of(Role.VIEWER)
    page = await viewer.open("/trace?q=lot%3AHUB&direction=forward")
    assert page.status == 200
    assert "More than 5,000 lots, jobs, orders and dispatches belong to it" in page.text
    assert "H4999" not in page.html
    file = await viewer.get(page.links["Download as CSV"])
    assert file.text.count("\n") == MOST_HELD + 1
    paper = await viewer.get("/trace.pdf?q=lot%3AHUB&direction=forward")
    assert paper.status_code == 409
    # The way back is short, and is shown.
    assert "More than" not in (await viewer.open("/trace?q=lot%3AHUB&direction=back")).text


async def test_the_way_back_says_nothing_of_customers_it_did_not_look_for(told: Browsers) -> None:
    page = await told.of(Role.VIEWER).open("/trace?q=HX-1&direction=back")
    assert page.text.count("Customers are not followed in this direction.") == 2
    assert "0 customers" not in page.text
    assert "Nothing of it has left for a customer." not in page.text
    both = [
        given["href"] for tag, given in page.tags if tag == "a" and "direction=both" in str(given["href"])
    ]
    assert STORY in (await told.of(Role.VIEWER).open(str(both[0]))).text


async def test_a_customer_is_one_row_with_all_they_got(told: Browsers, system: System) -> None:
    with system.app.state.database.write() as session:
        gone = {"customer": "CONTOSO", "destination": "Oslo", "shipped_on": date(2026, 12, 3)}
        session.add(DispatchRow(number="D-3", **gone, recorded_at=NOW, recorded_by="u"))
        session.flush()
        line = {"lot": "J4520-B", "part": "FLANGE", "part_revision": "B", "unit": "C62"}
        session.add(DispatchLineRow(dispatch="D-3", line=1, quantity=Decimal(7), **line))
        edge(session, link("lot:J4520-B", "dispatch", "dispatch:D-3", 7))
    page = await told.of(Role.VIEWER).open("/trace?q=HX-1&direction=forward")
    assert "Contoso FLANGE B 57 pcs 2 " in page.text
    assert "Contoso 7 pcs FLANGE B J4520-B D-3 Oslo" in page.text


async def test_what_no_drawing_has_room_for_is_in_the_file(told: Browsers, system: System) -> None:
    with system.app.state.database.write() as session:
        for place in range(90):
            edge(session, link("lot:J4520-B", "dispatch", f"dispatch:X-{place}", 1))
    viewer = told.of(Role.VIEWER)
    page = await viewer.open("/trace?q=J4520-B&direction=forward")
    (opens,) = [
        str(given["href"]) for tag, given in page.tags if tag == "a" and "open=" in str(given["href"])
    ]
    page = await viewer.open(opens)
    assert "In the file (CSV)" in page.text
    assert "Show them" not in page.text


async def test_every_size_of_the_drawing_is_a_link_that_keeps_what_was_asked(
    told: Browsers, system: System
) -> None:
    with system.app.state.database.write() as session:
        for place in range(90):
            edge(session, link("lot:J4520-B", "dispatch", f"dispatch:X-{place}", 1))
    viewer = told.of(Role.VIEWER)
    page = await viewer.open("/trace?q=J4520-B&direction=forward")
    (opens,) = [
        str(given["href"]) for tag, given in page.tags if tag == "a" and "open=" in str(given["href"])
    ]
    page = await viewer.open(opens)
    whole = _picture(page)
    sizes = {"50": "50 %", "75": "75 %", "150": "150 %"}
    for percent, name in sizes.items():
        asked = parse_qs(urlsplit(page.links[name]).query)
        folds = parse_qs(urlsplit(opens).query)["open"]
        assert (asked["zoom"], asked["direction"], asked["q"]) == ([percent], ["forward"], ["J4520-B"])
        assert asked["open"] == folds
        assert urlsplit(page.links[name]).fragment == "graph"
        sized = await viewer.open(page.links[name])
        assert _picture(sized) == (
            whole[0],
            [whole[0][0] * int(percent) // 100, whole[0][1] * int(percent) // 100],
        )
        assert f'aria-current="true">{name}' in sized.html
        assert "In the file (CSV)" in sized.text


def _picture(page: StaffPage) -> tuple[list[int], list[int]]:
    """How large the drawing is by itself, and how large it is shown."""
    drawn = re.search(r'<svg width="(\d+)" height="(\d+)"[^>]* viewBox="0 0 (\d+) (\d+)"', page.html)
    assert drawn is not None
    wide, high, whole_wide, whole_high = map(int, drawn.groups())
    return [whole_wide, whole_high], [wide, high]


async def test_figures_stand_digit_below_digit(told: Browsers) -> None:
    page = await told.of(Role.VIEWER).open("/trace?q=HX-1")
    assert '<th scope="col" class="number">Made in all</th>' in page.html
    assert '<td data-label="Made in all" class="number">' in page.html


async def test_it_is_one_click_away_from_lots_jobs_and_orders(told: Browsers) -> None:
    viewer = told.of(Role.VIEWER)
    for path, asked in (
        (f"/master/lots/{BARS}", f"lot%3A{BARS}"),
        ("/master/work-orders/4520", "work_order%3A4520"),
        ("/orders/SO-2", "order%3ASO-2"),
    ):
        page = await viewer.open(path)
        assert f"/trace?q={asked}" in [given.get("href") for tag, given in page.tags if tag == "a"], path
        assert (await viewer.open(f"/trace?q={asked}")).status == 200


async def test_what_nobody_knows_is_said_with_what_was_typed_kept(told: Browsers) -> None:
    page = await told.of(Role.VIEWER).open("/trace?q=NOBODY")
    assert page.status == 404
    assert "Nothing is called NOBODY" in page.text
    assert page.form_to("/trace").fields["q"] == "NOBODY"


async def test_what_has_it_in_its_name_is_offered(told: Browsers) -> None:
    viewer = told.of(Role.VIEWER)
    page = await viewer.open("/trace?q=j4520&direction=back")
    assert page.status == 404
    assert "Nothing is called j4520" in page.text
    assert (
        "These have it in their name. Is it one of them? Lot J4520-A FLANGE Lot J4520-B FLANGE" in page.text
    )
    assert page.form_to("/trace").fields["q"] == "j4520"
    offered = "/trace?q=lot%3AJ4520-A&direction=back"
    assert offered in [given.get("href") for tag, given in page.tags if tag == "a"]
    assert "Lot: J4520-A" in (await viewer.open(offered)).text
    assert "in their name" not in (await viewer.open("/trace?q=NOBODY")).text


async def test_of_several_of_one_name_each_is_offered(told: Browsers, system: System) -> None:
    with system.app.state.database.write() as session:
        lot = {"number": "HX-1", "part": "FLANGE", "quantity": Decimal(1), "on_hand": Decimal(1)}
        session.add(Lot(**lot, uom="C62", created_at=system.app.state.clock()))
    viewer = told.of(Role.VIEWER)
    page = await viewer.open("/trace?q=hx-1&direction=back")
    assert "Several things are called so. Which one?" in page.text
    assert "Lot HX-1 FLANGE Heat HX-1 20260315-STEEL-001" in page.text
    chosen = "/trace?q=heat%3AHX-1&direction=back"
    assert chosen in [given.get("href") for tag, given in page.tags if tag == "a"]
    assert "Heat: HX-1" in (await viewer.open(chosen)).text


@pytest.mark.parametrize(("locale", "word"), [("zh", "2 个客户"), ("es", "2 clientes")])
async def test_it_is_told_in_every_language(told: Browsers, locale: str, word: str) -> None:
    assert word in (await told.of(Role.VIEWER, locale=locale).open("/trace?q=HX-1")).text


def test_many_nodes_of_a_kind_are_one_box_until_it_is_opened() -> None:
    lots = [{"id": f"lot:{place}", "kind": "lot"} for place in range(500)]
    nodes = [{"id": "lot:BAR", "kind": "lot"}, {"id": "job:1", "kind": "work_order"}, *lots]
    used = {"from": "lot:BAR", "to": "job:1", "quantity": Decimal(1), "unit": "C62", "how": "consume"}
    made = [used | {"from": "job:1", "to": lot["id"], "how": "process"} for lot in lots]
    folded = drawing(nodes, [used, *made], ["lot:BAR"], [])
    assert [(box.layer, len(box.of), box.fold) for box in folded.boxes] == [
        (0, 1, ""),
        (1, 1, ""),
        (2, 500, "2.lot"),
    ]
    assert [line.sums["C62"] for line in folded.lines] == [1, 500]
    opened = drawing(nodes, [used, *made], ["lot:BAR"], ["2.lot"])
    assert sum(len(box.of) for box in opened.boxes) == 502
    assert len(opened.boxes) == 83


def test_quantities_stay_where_many_lines_fan_out_each_at_its_own_end() -> None:
    lots = [{"id": f"lot:{place}", "kind": "lot"} for place in range(70)]
    nodes = [{"id": "job:1", "kind": "work_order"}, *lots]
    way = {"from": "job:1", "quantity": Decimal(1), "unit": "C62", "how": "process"}
    found = drawing(nodes, [way | {"to": lot["id"]} for lot in lots], ["job:1"], ["1.lot"])
    assert found.labelled
    assert len({line.y for line in found.lines}) == 70


# Which box leads to which, and how many go there.
CROWDED: dict[str, list[tuple[str, str, int]]] = {
    "ways that cross": [
        ("lot:A", "job:1", 150),
        ("lot:A", "job:2", 100),
        ("lot:B", "job:1", 7),
        ("lot:B", "job:2", 8),
    ],
    "three of three": [(f"lot:{a}", f"job:{b}", 100 * a + b) for a in range(1, 4) for b in range(1, 4)],
    "one that passes a layer": [
        *(("lot:A", "job:1", 150), ("job:1", "lot:B", 150), ("lot:A", "job:2", 100)),
        *(("lot:B", "job:2", 12_000), ("job:2", "lot:C", 1_000)),
    ],
    "a load of two orders": [
        *(("lot:A", "order:1", 300), ("lot:B", "order:2", 100), ("order:2", "lot:B", 100)),
        *(("order:1", "load:1", 150), ("order:2", "load:1", 100)),
    ],
}
KINDS = {"job": "work_order"}


def crowded(ways: list[tuple[str, str, int]]) -> Drawing:
    kinds = {name: name.partition(":")[0] for a, b, _ in ways for name in (a, b)}
    nodes = [{"id": name, "kind": KINDS.get(kind, kind)} for name, kind in kinds.items()]
    way = {"unit": "C62", "how": "process"}
    edges = [way | {"from": a, "to": b, "quantity": Decimal(some)} for a, b, some in ways]
    return drawing(nodes, edges, [ways[0][0]], [])


@pytest.mark.parametrize("ways", CROWDED.values(), ids=CROWDED)
def test_no_quantity_lies_over_another_or_under_a_box(ways: list[tuple[str, str, int]]) -> None:
    found = crowded(ways)
    assert found.labelled
    assert len(found.lines) == len(ways)
    labels = [area(line.sums, line.x, line.y) for line in found.lines]
    for one, other in combinations(labels, 2):
        assert not _meet(one, other), found.lines
    for box in found.boxes:
        place = Area(box.x, box.y, box.x + found.box_width, box.y + found.box_height)
        assert not any(_meet(place, each) for each in labels), box
    assert max(each.bottom for each in labels) <= found.height


def _meet(one: Area, other: Area) -> bool:
    return not (one.beside(other) or one.bottom <= other.top or other.bottom <= one.top)


def test_as_many_quantities_as_are_ever_drawn_find_their_places_at_once() -> None:
    @dataclass
    class Crowded:
        x: int
        y: int
        sums: dict[str, Decimal]

    labels = [Crowded(240, 44, {"C62": Decimal(1000 + place)}) for place in range(300)]
    boxes = [Crowded(16 + place % 6 * 256, 16 + place // 6 * 72, {}) for place in range(300)]
    began = time.process_time()
    apart(labels, boxes)
    # A search from place to place took half a minute.
    assert time.process_time() - began < 2
    areas = [area(each.sums, each.x, each.y) for each in labels]
    assert not any(_meet(one, other) for one, other in combinations(areas, 2))


def test_each_quantity_that_goes_into_a_load_is_nearest_to_its_own_line() -> None:
    lines = crowded(CROWDED["a load of two orders"]).lines
    for line in lines:
        assert min(lines, key=lambda other: _away(line, other.path)) is line, line


def _away(label: Line, path: str) -> float:
    """How far the middle of a quantity is from a line that is straight or one curve."""
    begin, *bends, end = re.findall(r"(-?\d+) (-?\d+)", path)
    points = [complex(int(x), int(y)) for x, y in (begin, *(bends or (begin, end)), end)]
    middle = complex(label.x, label.y - 8)
    part = [place / 100 for place in range(101)]
    factors = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3) for t in part]
    return min(
        abs(sum(f * point for f, point in zip(each, points, strict=True)) - middle) for each in factors
    )


@pytest.mark.parametrize("reached", [[True, False], [True], [False]], ids=["both", "forward", "back"])
def test_a_load_stands_with_its_order_whichever_way_it_was_reached(reached: list[bool]) -> None:
    load, at_work = "load:ACME:Bath 3:B-1:2026-11-02T09:00:00Z", "order:SO-1:1:A"
    nodes = [
        {"id": name, "kind": kind}
        for name, kind in (("lot:A", "lot"), (at_work, "order"), (load, "load"), ("lot:B", "lot"))
    ]
    way = {"quantity": Decimal(5), "unit": "C62", "how": "process"}
    ends = [("lot:A", at_work), (at_work, "lot:B")]
    ends += [(at_work, load) if into else (load, at_work) for into in reached]
    found = drawing(nodes, [way | {"from": a, "to": b} for a, b in ends], ["lot:A"], [])
    layers = {box.id: box.layer for box in found.boxes}
    assert layers == {"lot:A": 0, at_work: 1, load: 1, "lot:B": 2}
    (beside,) = [line for line in found.lines if load in (line.source, line.target)]
    assert (beside.target, beside.sums["C62"]) == (load, 5)


def test_what_leads_back_does_not_pull_the_layers_apart() -> None:
    nodes = [{"id": name, "kind": "lot"} for name in ("lot:A", "lot:B", "lot:C")]
    way = {"quantity": Decimal(1), "unit": "C62", "how": "process"}
    ways = [("lot:A", "lot:B"), ("lot:B", "lot:C"), ("lot:C", "lot:A")]
    found = drawing(nodes, [way | {"from": a, "to": b} for a, b in ways], ["lot:A"], [])
    assert sorted(box.layer for box in found.boxes) == [0, 1, 2]


@pytest.mark.parametrize("first", ["order:S:1:J", "lot:J", "job:1", "dispatch:D"])
def test_pieces_that_come_back_as_their_lot_leave_their_order_behind_it(first: str) -> None:
    """Whichever node the trace began at; the load stands under its order, and no way leads through a box."""
    load = "load:S:F:1:2026-11-02T09:00:00Z"
    kinds = {"order:S:1:J": "order", "lot:BAR": "lot", "job:1": "work_order", "lot:J": "lot"}
    kinds |= {"dispatch:D": "dispatch", load: "load"}
    nodes = [{"id": name, "kind": kinds[name]} for name in sorted(kinds, key=lambda each: each != first)]
    ways = [("lot:BAR", "job:1"), ("job:1", "lot:J"), ("lot:J", "order:S:1:J"), ("order:S:1:J", "lot:J")]
    ways += [("lot:J", "dispatch:D"), ("order:S:1:J", load), (load, "order:S:1:J")]
    edges = [{"quantity": Decimal(1), "unit": "C62", "how": "process", "from": a, "to": b} for a, b in ways]
    found = drawing(nodes, edges, [first], [])
    at = {box.id: box for box in found.boxes}
    layers = {name: box.layer for name, box in at.items()}
    assert layers == {"lot:BAR": 0, "job:1": 1, "lot:J": 2, "order:S:1:J": 3, "dispatch:D": 3, load: 3}
    assert at[load].y - at["order:S:1:J"].y == at["lot:J"].y + 56
    for one, other in combinations(found.lines, 2):
        assert abs(one.x - other.x) >= 40 or abs(one.y - other.y) >= 12, "no quantity over another"
    back = next(line for line in found.lines if line.target == "lot:J" and line.source == "order:S:1:J")
    assert at["lot:J"].x + found.box_width < back.x < at["order:S:1:J"].x


async def test_a_made_lot_says_its_heat_its_melt_and_what_holds_it(told: Browsers) -> None:
    viewer = told.of(Role.VIEWER)
    page = await viewer.open("/master/lots/J4520-B")
    assert f"Made of Lot Part Heat Supplier lot {BARS} 4140-BAR HX-1 STEEL · M-77" in page.text
    assert "Unit pcs" in page.text
    assert "C62" not in page.text
    with told.system.database.write() as session:
        session.execute(update(Part).where(col(Part.number) == "FLANGE").values(dfars=True))
        bars = session.get_one(Lot, BARS)
        bars.country_of_melt, bars.held, bars.hold_reason = "CN", True, "Wrong melt"
        hold = {"held_by": "u_1", "held_at": told.system.app.state.clock()}
        session.add(LotHoldRow(id="h-1", lot=BARS, reason="Wrong melt", **hold))
    page = await viewer.open("/trace?q=HX-1&direction=forward")
    assert "other melt" in page.text
    assert "Specialty metals (DFARS)" in page.text
    assert "melted elsewhere: fits neither DFARS 252.225-7008 nor 252.225-7009" in page.text
    assert f"Held with {BARS}" in (await viewer.open("/master/lots/J4520-B")).text
    page = await viewer.open("/dispatches")
    assert page.text.count("Contains pieces of a lot on hold") == 2
    assert "Northwind · NORTHWIND" in page.text
    page = await viewer.open("/dispatches/D-2")
    assert f"Contoso has pieces of lot J4520-B, and lot {BARS} is on hold: Wrong melt." in page.text
    page = await viewer.open("/alerts")
    assert f"Lot on hold: {BARS}" in page.text
    assert "D-2 CONTOSO · Contoso D-1 NORTHWIND · Northwind" in page.text
    assert page.links["4520"].endswith("/master/work-orders/4520")
