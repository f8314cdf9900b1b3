"""A trace over HTTP, from whatever names the pieces, on both databases."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from api.trace_lines import CannotTrace, lines, look
from models.domain.authority import Role
from models.domain.trace import Direction
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import OrderRow
from models.tables.parts import Part
from models.tables.plants import Plant
from models.tables.shop_floor import DispatchRow
from models.tables.types import table
from tests.api.conftest import API, NOW, Login
from tests.domain.asking import arrived, receive, send, ship
from tests.domain.genealogies import link
from tests.domain.orders import given, issued
from tests.paper import sheets
from tests.traced import BARS, edge, record_all, tell_story


@pytest.fixture
def viewer(app: FastAPI, as_role: Login) -> TestClient:
    client = as_role(Role.VIEWER)
    with app.state.database.write() as session:
        tell_story(session)
    return client


def trace(client: TestClient, identifier: str, direction: str = "both", status: int = 200) -> Any:
    answer = client.get(f"{API}/trace/{identifier}", params={"direction": direction})
    assert answer.status_code == status, answer.text
    return answer.json()


def names(told: Any, kind: str) -> list[str]:
    return sorted(node["id"].partition(":")[2] for node in told["nodes"] if node["kind"] == kind)


def figures(row: Any) -> dict[str, int]:
    skip = ("part", "unit", "lot", "items")
    return {name: int(row[name]) for name in row if name not in skip and int(row[name])}


def test_the_heat_s_story_is_answered_number_by_number(viewer: TestClient) -> None:
    told = trace(viewer, "HX-1", "forward")
    assert told["root"]["identifier"] == "heat:HX-1"
    assert names(told, "lot") == [BARS, "J4520-A", "J4520-B"]
    assert names(told, "work_order") == ["4520"]
    assert names(told, "supplier") == ["ACME", "FORGE", "STEEL"]
    assert [
        (row["customer"], row["part"], row["quantity"], row["dispatch"]) for row in told["customers"]
    ] == [
        ("CONTOSO", "FLANGE", "50", "D-2"),
        ("NORTHWIND", "FLANGE", "200", "D-1"),
    ]
    assert {row["part"]: figures(row) for row in told["balance"]} == {
        "4140-BAR": {"made": 10, "on_hand": 8, "consumed": 2},
        "FLANGE": {"made": 300, "on_hand": 45, "dispatched": 250, "scrapped": 1, "tested": 2, "lost": 2},
    }
    assert {row["lot"]: figures(row) for row in told["lots"]} == {
        BARS: {"made": 10, "on_hand": 8, "consumed": 2},
        "J4520-A": {"made": 300, "passed_on": 296, "tested": 2, "lost": 2},
        "J4520-B": {"made": 296, "dispatched": 250, "on_hand": 45, "scrapped": 1},
    }
    assert told["elapsed_ms"] > 0
    sums = [{"part": "FLANGE", "quantity": "250", "unit": "C62"}]
    assert told["answer"] == {
        "customers": 2,
        "dispatched": sums,
        "missing": 0,
        "unexplained": [],
        "nothing_drawn": 0,
        "mismatches": 0,
    }
    assert [step for step in told["edges"] if step["how"] == "rework"] == [
        {"from": "lot:J4520-B", "to": "order:SO-2:1:J4520-A", "quantity": "10", "unit": "C62"}
        | {"how": "rework", "order": "SO-2"}
    ]


def test_of_a_bad_load_it_says_how_many_pieces_each_customer_can_have_at_most(viewer: TestClient) -> None:
    load = "load:FORGE:Bath 3:F-2:2026-11-02T12:00:00Z"
    told = trace(viewer, load, "forward")
    assert [(row["customer"], row["quantity"], row["at_most"]) for row in told["customers"]] == [
        ("CONTOSO", "50", "50"),
        ("NORTHWIND", "200", "148"),
    ]
    assert told["answer"]["dispatched"] == [
        {"part": "FLANGE", "quantity": "250", "unit": "C62", "at_most": "148"}
    ]
    assert {node["id"]: node["at_most"] for node in told["nodes"] if "at_most" in node} == {
        "order:SO-1:1:J4520-A": "150",
        "order:SO-2:1:J4520-A": "148",
        "lot:J4520-B": "148",
        "dispatch:D-1": "148",
    }
    (to_northwind,) = (step for step in told["edges"] if step["to"] == "dispatch:D-1")
    assert to_northwind["at_most"] == "148"
    sheet = viewer.get(f"{API}/trace/{load}.csv", params={"direction": "forward"}).text
    rows = {row["to"]: row["at_most"] for row in csv.DictReader(sheet.lstrip("\ufeff").splitlines())}
    assert (rows["dispatch:D-1"], rows["dispatch:D-2"]) == ("148", "50")


def test_of_two_heats_in_one_job_each_has_at_most_what_went_in(viewer: TestClient) -> None:
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        edge(session, link("lot:STEEL-2", "consume", "job:4520", 1))
    told = trace(viewer, "HX-1", "forward")
    # Two bars of three became 300 pieces: of each piece it may be either.
    assert {row["dispatch"]: row["at_most"] for row in told["customers"]} == {"D-1": "200", "D-2": "50"}
    assert not any("at_most" in node for node in told["nodes"])


FOUND = (
    (BARS, "forward", [BARS, "J4520-A", "J4520-B"]),
    ("mtr-hx-1", "forward", [BARS, "J4520-A", "J4520-B"]),
    ("certificate:MTR-HX-1/STEEL", "forward", [BARS, "J4520-A", "J4520-B"]),
    ("M-77", "forward", [BARS, "J4520-A", "J4520-B"]),
    ("hx-1", "back", [BARS]),
    ("4520", "both", [BARS, "J4520-A", "J4520-B"]),
    # Ten of them came back to be worked on again.
    ("SO-2", "back", [BARS, "J4520-A", "J4520-B"]),
    ("SO-1", "back", [BARS, "J4520-A"]),
    ("SO-2", "forward", ["J4520-B"]),
    ("D-2", "back", [BARS, "J4520-A", "J4520-B"]),
    ("F-2", "back", [BARS, "J4520-A", "J4521-A", "STEEL-2"]),
    ("load:FORGE:Bath 3:F-1:2026-11-02T09:00:00Z", "back", [BARS, "J4520-A"]),
    ("lot:J4520-A", "back", [BARS, "J4520-A"]),
)


def test_whatever_names_the_pieces_finds_them(viewer: TestClient) -> None:
    for identifier, direction, expected in FOUND:
        told = trace(viewer, identifier, direction)
        assert names(told, "lot") == expected, identifier
        assert {row["unexplained"] for row in told["balance"]} == {"0"}, identifier


def test_material_says_with_which_certificate_it_came_or_that_there_is_none(viewer: TestClient) -> None:
    told = trace(viewer, "MTR-HX-1", "forward")
    assert told["root"]["identifier"] == "certificate:MTR-HX-1/STEEL"
    of_bars = {"lot": BARS, "type": "material", "number": "MTR-HX-1", "issuer": "Steel"}
    assert (told["certificates"], told["missing"]) == ([of_bars], [])
    lots = table(Lot)
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        session.execute(update(lots).where(lots.c.number == BARS).values(certificate=None))
    told = trace(viewer, "HX-1", "forward")
    assert told["missing"] == [{"lot": BARS, "supplier": "STEEL", "type": "material"}]
    assert told["answer"]["missing"] == 1
    assert trace(viewer, "MTR-HX-1", status=404)["code"] == "trace.unknown"


def test_other_jobs_that_shared_a_load_are_siblings(viewer: TestClient) -> None:
    told = trace(viewer, "4520", "forward")
    assert told["siblings"] == []
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        edge(session, link(f"lot:{BARS}", "consume", "job:4521", 1))
    (sibling,) = trace(viewer, "4520", "both")["siblings"]
    assert (sibling["work_order"], sibling["shared"][0]) == ("4521", f"lot:{BARS}")


def test_several_things_of_one_name_are_offered(viewer: TestClient) -> None:
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        session.add(
            Lot(
                number="HX-1",
                part="4140-BAR",
                quantity=Decimal(1),
                uom="C62",
                on_hand=Decimal(1),
                created_at=viewer.app.state.clock(),  # type: ignore[attr-defined]
            )
        )
    told = trace(viewer, "HX-1", status=300)
    assert [each["identifier"] for each in told["choices"]] == ["lot:HX-1", "heat:HX-1"]
    assert names(trace(viewer, "lot:HX-1"), "lot") == ["HX-1"]
    assert viewer.get(f"{API}/trace/HX-1.csv").status_code == 300


def test_what_nobody_knows_is_refused_with_what_can_be_asked(viewer: TestClient) -> None:
    refused = trace(viewer, "NOBODY", status=404)
    assert refused["code"] == "trace.unknown"
    assert "supplier lot" in refused["detail"]


NEAR = (
    ("j4520", ["lot:J4520-A", "lot:J4520-B"]),
    ("452", ["work_order:4520", "work_order:4521", "lot:J4520-A", "lot:J4520-B", "lot:J4521-A"]),
    ("lot:452", ["lot:J4520-A", "lot:J4520-B", "lot:J4521-A"]),
    ("steel-00", [f"lot:{BARS}"]),
    ("x-1", ["heat:HX-1", "certificate:MTR-HX-1/STEEL"]),
    ("-77", ["supplier_lot:M-77/STEEL"]),
    ("order:so-", ["order:SO-1", "order:SO-2", "order:SO-3"]),
    ("load:f-", ["load:FORGE:Bath 3:F-1:2026-11-02T09:00:00Z", "load:FORGE:Bath 3:F-2:2026-11-02T12:00:00Z"]),
    # What means anything in a pattern, and what is in every name, is not.
    ("%", []),
    ("J452_", []),
    ("J%A", []),
    ("5", []),
    ("NOBODY", []),
)


@pytest.mark.parametrize(("typed", "expected"), NEAR)
def test_of_what_nothing_is_called_that_which_has_it_in_its_name_is_offered(
    viewer: TestClient, typed: str, expected: list[str]
) -> None:
    refused = trace(viewer, quote(typed), status=404)
    assert refused["code"] == "trace.unknown"
    assert [each["identifier"] for each in refused["choices"]] == expected
    for each in expected:
        assert trace(viewer, quote(each))["root"]["identifier"] == each
    for ending in (".csv", ".pdf"):
        answer = viewer.get(f"{API}/trace/{quote(typed)}{ending}")
        assert (answer.status_code, answer.json()["choices"]) == (404, refused["choices"])


def test_few_are_offered_what_begins_so_first_and_each_is_told_as_where_several_are_called_so(
    viewer: TestClient,
) -> None:
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        shared = {"part": "4140-BAR", "uom": "C62", "created_at": NOW}
        some = {"quantity": Decimal(1), "on_hand": Decimal(1)}
        for number in (*(f"ZZ-J4520-{place}" for place in range(12)), "J4520-AA"):
            session.add(Lot(number=number, **shared, **some))
    choices = trace(viewer, "J4520", status=404)["choices"]
    assert len(choices) == 8
    assert [each["value"] for each in choices[:4]] == ["J4520-A", "J4520-B", "J4520-AA", "ZZ-J4520-0"]
    assert choices[0] == {"identifier": "lot:J4520-A", "kind": "lot", "value": "J4520-A", "of": "FLANGE"}


def test_the_command_line_says_the_same(viewer: TestClient, settings: Settings) -> None:
    view = look(settings, "HX-1", Direction.FORWARD)
    told = list(lines(view))
    assert (
        told[0]
        == "heat:HX-1: 2 customers, 250 pcs of FLANGE dispatched, 0 certificates missing, 0 unexplained"
    )
    assert told[1] == "  4140-BAR (pcs): 10 made = 8 on hand + 2 consumed"
    assert "  NORTHWIND: 200 pcs of FLANGE from J4520-B, dispatch D-1" in told
    with pytest.raises(CannotTrace, match="Nothing is called NOBODY") as refused:
        look(settings, "NOBODY", Direction.BOTH)
    assert "in their name" not in str(refused.value)
    with pytest.raises(CannotTrace, match="These have it in their name:\n  lot:J4520-A  FLANGE\n"):
        look(settings, "J4520", Direction.BOTH)


def test_the_edges_come_as_a_file(viewer: TestClient) -> None:
    answer = viewer.get(f"{API}/trace/HX-1.csv?direction=forward")
    assert answer.status_code == 200
    lines = answer.text.removeprefix("\ufeff").split("\r\n")
    assert lines[0] == (
        "from,to,quantity,unit,how,parcel,load,order,unsure,certificates,counted_in,conversion,at_most,taken,taken_unit"
    )
    assert lines[1] == f"lot:{BARS},job:4520,2,C62,consume,,,,,MTR-HX-1,,,2,,"
    told = trace(viewer, "HX-1", "forward")
    assert len(lines) == len(told["edges"]) + 2


def test_all_of_it_is_on_paper(viewer: TestClient) -> None:
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        edge(session, link("lot:STEEL-2", "consume", "job:4521", 1))
    answer = viewer.get(f"{API}/trace/HX-1.pdf?direction=forward")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    first, *others = sheets(answer.content)
    assert (first.wide, first.high) == (297, 210)
    text = " ".join(sheet.text for sheet in (first, *others))
    for said in (
        "Heat: HX-1",
        "2 customers · 250 pcs of FLANGE · ✓ no certificate missing · ✓ 0 unexplained",
        "300 pcs",
        "Contoso 50 pcs FLANGE B J4520-B D-2 Oslo",
        "4140-BAR 10 pcs 8 pcs – 2 pcs",
        "Steel Material",
        "Bath 3 · F-1 · Mon 2 Nov 10:00",
        "sent 300 pcs Order SO-1",
        "Certificate of the material MTR-HX-1 Steel 20260315-STEEL-001 came with the lot",
    ):
        assert said in text, said
    assert viewer.get(f"{API}/trace/NOBODY.pdf").json()["code"] == "trace.unknown"


def test_times_on_paper_are_those_of_the_reader_s_plant(
    app: FastAPI, viewer: TestClient, as_role: Login
) -> None:
    with app.state.database.write() as session:
        times = {"timezone": "America/Chicago", "calendar": "DE", "created_at": NOW}
        session.add(Plant(code="DALLAS", name="Dallas", **times))
    # Who is of no plant reads the times of the first one.
    for client, zone, hour in (
        (viewer, "America/Chicago", "03:00"),
        (as_role(Role.BUYER, plant="MAIN"), "Europe/Berlin", "10:00"),
    ):
        text = " ".join(sheet.text for sheet in sheets(client.get(f"{API}/trace/HX-1.pdf").content))
        assert f"Mon 2 Nov {hour}" in text
        assert zone in text


def test_a_piece_that_is_nowhere_is_unexplained(viewer: TestClient, settings: Settings) -> None:
    lots = table(Lot)
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        session.execute(update(lots).where(lots.c.number == "J4520-B").values(on_hand=Decimal(44)))
        session.execute(update(lots).where(lots.c.number == BARS).values(on_hand=Decimal(10)))
    told = trace(viewer, "HX-1", "forward")
    assert {row["part"]: row["unexplained"] for row in told["balance"]} == {"4140-BAR": "-2", "FLANGE": "1"}
    # Bars and flanges are not added up, nor do too many make good for too few.
    assert told["answer"]["unexplained"] == [
        {"part": "4140-BAR", "unit": "C62", "quantity": "-2"},
        {"part": "FLANGE", "unit": "C62", "quantity": "1"},
    ]
    page = viewer.get("/trace?q=HX-1&direction=forward").text.replace("\xa0", " ")
    assert "! -2 pcs of 4140-BAR unexplained" in page
    assert "! 1 pc of FLANGE unexplained" in page
    assert next(lines(look(settings, "HX-1", Direction.FORWARD))).endswith(
        "0 certificates missing, -2 pcs of 4140-BAR, 1 pc of FLANGE unexplained"
    )


def test_controlled_parts_are_absent_for_who_is_not_cleared(viewer: TestClient, as_role: Login) -> None:
    parts, orders = table(Part), table(OrderRow)
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        session.execute(update(parts).where(parts.c.number == "FLANGE").values(export_controlled=True))
        session.execute(update(orders).values(export_controlled=True))
    told = trace(viewer, "HX-1")
    assert [node["id"] for node in told["nodes"]] == [f"lot:{BARS}", "supplier:STEEL"]
    assert {row["part"]: figures(row) for row in told["balance"]} == {
        "4140-BAR": {"made": 10, "on_hand": 8, "consumed": 2}
    }
    assert "4520" not in str(told)
    assert trace(viewer, "4520", status=404)["code"] == "trace.unknown"
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        session.execute(update(table(DispatchRow)).values(export_controlled=True))
    for typed in ("452", "J4520", "SO-", "F-", "D-"):
        assert trace(viewer, typed, status=404)["choices"] == [], typed
    cleared = as_role(Role.BUYER, cleared=True)
    assert "4520" in names(trace(cleared, "HX-1"), "work_order")


def test_a_trace_flags_where_metal_was_melted_once_a_part_asks_for_it(
    app: FastAPI, viewer: TestClient
) -> None:
    def lots(identifier: str) -> dict[str, Any]:
        told = trace(viewer, identifier)
        return {node["number"]: node for node in told["nodes"] if node["kind"] == "lot"}

    assert all(node["dfars"] is False and "melted" not in node for node in lots("HX-1").values())
    with app.state.database.write() as session:
        session.execute(update(table(Part)).where(table(Part).c.number == "FLANGE").values(dfars=True))
        session.execute(update(table(Lot)).where(table(Lot).c.number == BARS).values(country_of_melt="SE"))
    found = lots("HX-1")
    assert {number: (node["dfars"], node["melted"]) for number, node in found.items()} == {
        BARS: (False, "qualifying"),
        "J4520-A": (True, "qualifying"),
        "J4520-B": (True, "qualifying"),
    }
    assert found["J4520-B"]["clauses"] == {"252.225-7008": False, "252.225-7009": True}
    # Also from behind, where the bars are all that says it.
    assert lots("lot:J4520-B")["J4520-B"]["melted"] == "qualifying"
    with app.state.database.write() as session:
        session.execute(update(table(Lot)).where(table(Lot).c.number == BARS).values(country_of_melt=None))
    assert lots("HX-1")["J4520-B"]["melted"] == "unknown"


def test_what_is_held_with_another_lot_is_marked_to_the_dispatch(app: FastAPI, viewer: TestClient) -> None:
    with app.state.database.write() as session:
        held = {"held": True, "hold_reason": "Wrong melt"}
        session.execute(update(table(Lot)).where(table(Lot).c.number == BARS).values(**held))
    nodes = {node["id"]: node for node in trace(viewer, "HX-1")["nodes"]}
    assert (nodes[f"lot:{BARS}"]["held_with"], nodes["lot:J4520-B"]["held_with"]) == (None, BARS)
    assert nodes["dispatch:D-1"]["held"] is True


def test_pieces_counted_in_kilograms_say_how_many_one_was(app: FastAPI, viewer: TestClient) -> None:
    weighed = given(issued(draft={"number": "SO-9"}), send(100), arrived(), ship(98))
    weighed = weighed.when(receive("20", uom="KGM", conversion="4.9", parcel="SO-9-P1"))
    with app.state.database.write() as session:
        record_all(session, weighed)
    told = trace(viewer, "order:SO-9")
    [back] = [edge for edge in told["edges"] if edge["how"] == "process"]
    assert (back["quantity"], back["counted_in"], back["conversion"]) == ("98", "KGM", "4.9")
    assert all("counted_in" not in edge for edge in told["edges"] if edge["how"] != "process")
    rows = list(
        csv.DictReader(viewer.get(f"{API}/trace/order:SO-9.csv").text.removeprefix("\ufeff").splitlines())
    )
    assert {(row["how"], row["counted_in"], row["conversion"]) for row in rows} == {
        ("ship", "", ""),
        ("process", "KGM", "4.9"),
    }
    paper = "".join(sheet.text for sheet in sheets(viewer.get(f"{API}/trace/order:SO-9.pdf").content))
    assert "counted in another unit: 1 kg = 4.9" in paper.replace("\xa0", " ")


def test_who_is_not_cleared_reads_no_load_and_no_lot_of_a_heat_that_is_controlled(
    viewer: TestClient, as_role: Login
) -> None:
    loads = [node["id"] for node in trace(viewer, "HX-1")["nodes"] if node["kind"] == "load"]
    shared = [node["id"] for node in trace(viewer, "HX-2")["nodes"] if node["kind"] == "load"]
    (own,) = set(loads) - set(shared)
    orders, lots = table(OrderRow), table(Lot)
    with viewer.app.state.database.write() as session:  # type: ignore[attr-defined]
        session.add(
            Part(number="SECRET", revision="A", uom="C62", bom=[], export_controlled=True, created_at=NOW)
        )
        hidden = orders.c.number.in_(("SO-1", "SO-2"))
        session.execute(update(orders).where(hidden).values(export_controlled=True))
        session.execute(
            update(lots).where(lots.c.number == "STEEL-2").values(part="SECRET", heat_number="HX-1")
        )
    cleared = as_role(Role.BUYER, cleared=True)
    for typed in (own, own.partition(":")[2].lower()):
        unknown = trace(viewer, typed, status=404)
        assert (unknown["code"], unknown["choices"]) == ("trace.unknown", []), typed
        assert trace(cleared, typed)["root"]["nodes"] == [own], typed
    # What was in a load with others' pieces is known of by its name, and these alone are read.
    read = trace(viewer, shared[0])
    assert read["root"]["nodes"] == shared
    assert {name.partition(":")[0] for name in names(read, "order")} == {"SO-3"}
    # What a heat or a certificate stands for is told as far as who asks may know of it.
    choices = {client: trace(client, "X-1", status=404)["choices"] for client in (viewer, cleared)}
    for client, lots_of_heat in ((viewer, BARS), (cleared, f"{BARS}, STEEL-2")):
        assert [(each["identifier"], each["of"]) for each in choices[client]] == [
            ("heat:HX-1", lots_of_heat),
            ("certificate:MTR-HX-1/STEEL", BARS),
        ]
    assert trace(viewer, "HX-1")["root"]["nodes"] == [f"lot:{BARS}"]
