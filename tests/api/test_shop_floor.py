"""What jobs used up and made, and what left: one transaction each, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlmodel import col
from starlette.testclient import TestClient

from activities import lot_names, shop_floor
from activities.floor_stock import Recorder
from activities.shop_floor import Step
from models.domain.authority import Role
from models.tables.orders import EdgeRow
from models.tables.parts import Part
from models.tables.types import table
from tests.api.conftest import API, LOT, NOW, PART, WORK_ORDER, Hands, Login
from tests.paper import sheets

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
JOB = f"{API}/work-orders/WO-3201"
BAR = "20260315-ACME-900"


@pytest.fixture
def floor(stocked: TestClient) -> TestClient:
    """The admin's client, with a lot of ten bars that the job's part is made of."""
    bar = PART | {"number": "BAR-4140", "revision": "A", "dfars": False}
    assert stocked.post(API + "/parts", json=bar).status_code == 201
    bars = LOT | {
        "number": BAR,
        "part": "BAR-4140",
        "part_revision": "A",
        "quantity": 10,
        "certificate": "C-9",
    }
    assert stocked.post(API + "/lots", json=bars).status_code == 201
    return stocked


def on_hand(client: TestClient, lot: str) -> tuple[str, str]:
    found = client.get(f"{API}/lots/{lot}").json()
    return found["on_hand"], found["quantity"]


def made(client: TestClient, path: str, **body: Any) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused(answer: Any, status: int = 409) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["code"])


def use(client: TestClient, quantity: object = 2, **more: Any) -> Any:
    return made(client, f"{JOB}/consumptions", lot=BAR, quantity=quantity, **more)


def out(client: TestClient, quantity: object = 300, **more: Any) -> Any:
    return made(client, f"{JOB}/outputs", quantity=quantity, **more)


def leave(client: TestClient, lot: str, quantity: object, **more: Any) -> Any:
    lines = [{"lot": lot, "quantity": quantity}]
    # The job is for an outside operation that is no matter here.
    body = {"customer": "NORTHWIND", "destination": "Dock 4, Graz", "lines": lines, "confirm": True}
    return client.post(API + "/dispatches", json=body | more)


def edges(app: FastAPI) -> list[tuple[str, str, Decimal, str]]:
    rows = table(EdgeRow)
    with app.state.database.read() as session:
        found = session.execute(select(rows).where(rows.c.source != "").order_by(rows.c.id)).all()
    return [(row.from_node, row.to_node, row.quantity, row.how) for row in found]


# --- the way through


def test_bars_become_pieces_that_leave_for_customers(app: FastAPI, floor: TestClient) -> None:
    used = use(floor, operation=10, operator="Kim", machine="Lathe 2")
    assert (used["quantity"], used["late"], used["mismatch"]) == ("2", False, None)
    output = out(floor, 300, operation=10)
    assert output["lot"] == "WO-3201-A"
    papers = {"vehicle": "GR-112", "carrier": "own", "recipient": "Ms Berg"}
    first = leave(floor, "WO-3201-A", 200, **papers).json()
    assert (first["number"], first["recipient"]) == ("DN-2026-00001", "Ms Berg")
    assert first["lines"][0]["part"] == "FLANGE-DN50"
    assert leave(floor, "WO-3201-A", 50, customer="CONTOSO").json()["number"] == "DN-2026-00002"
    assert on_hand(floor, BAR) == ("8", "10")
    assert on_hand(floor, "WO-3201-A") == ("50", "300")
    assert edges(app) == [
        (f"lot:{BAR}", "job:WO-3201", Decimal(2), "consume"),
        ("job:WO-3201", "lot:WO-3201-A", Decimal(300), "process"),
        ("lot:WO-3201-A", "dispatch:DN-2026-00001", Decimal(200), "dispatch"),
        ("lot:WO-3201-A", "dispatch:DN-2026-00002", Decimal(50), "dispatch"),
    ]
    assert [each["number"] for each in floor.get(API + "/dispatches").json()["items"]] == [
        "DN-2026-00002",
        "DN-2026-00001",
    ]
    some = floor.get(API + "/dispatches?customer=CONTOSO&lot=WO-3201-A").json()["items"]
    assert [each["number"] for each in some] == ["DN-2026-00002"]


@sqlite_only
def test_more_of_the_same_joins_its_lot_and_the_next_is_numbered_on(floor: TestClient) -> None:
    assert [out(floor)["lot"], out(floor)["lot"], out(floor, 5, lot="WO-3201-A")["lot"]] == [
        "WO-3201-A",
        "WO-3201-B",
        "WO-3201-A",
    ]
    assert on_hand(floor, "WO-3201-A") == ("305", "305")


@sqlite_only
def test_what_a_job_makes_is_not_added_to_a_lot_of_another(floor: TestClient) -> None:
    assert floor.post(f"{API}/work-orders", json=WORK_ORDER | {"number": "WO-2"}).status_code == 201
    made(floor, f"{API}/work-orders/WO-2/outputs", quantity=5)
    floor.post(API + "/lots", json=LOT | {"number": "BY-HAND", "supplier": None})
    for lot, whose in (("WO-2-A", "WO-2"), ("BY-HAND", "before WO-3201")):
        answer = floor.post(f"{JOB}/outputs", json={"lot": lot, "quantity": 1})
        assert refused(answer) == "output.other_job"
        assert whose in answer.json()["detail"]
    assert on_hand(floor, "WO-2-A") == ("5", "5")


def test_two_jobs_that_begin_a_lot_of_one_name_at_once_do_not_share_it(
    app: FastAPI, floor: TestClient
) -> None:
    assert floor.post(f"{API}/work-orders", json=WORK_ORDER | {"number": "WO-2"}).status_code == 201
    some, now = Decimal(5), app.state.clock()
    with ThreadPoolExecutor(1) as pool:
        with app.state.database.write() as session:
            name = lot_names.one(session, "SHARED")
            asked = pool.submit(floor.post, f"{JOB}/outputs", json={"lot": "shared", "quantity": 5})
            # Nothing is written yet that it could run into: it is the name that it waits for.
            assert wait([asked], timeout=1).not_done
            by = Recorder("u_1")
            shop_floor.produce(session, "WO-2", name, some, (), None, Step(), by, now, over=some)
        assert refused(asked.result()) == "output.other_job"
    assert on_hand(floor, "Shared") == ("5", "5")


def test_a_lot_is_found_in_whatever_letters_its_number_is_typed(floor: TestClient) -> None:
    assert floor.post(API + "/lots", json=LOT | {"number": "Mixed-1", "supplier": None}).status_code == 201
    again = floor.post(API + "/lots", json=LOT | {"number": "MIXED-1", "supplier": None})
    assert refused(again) == "exists"
    assert "Mixed-1" in again.json()["detail"]
    used = made(floor, f"{JOB}/consumptions", lot=BAR.lower(), quantity=2)
    assert used["lot"] == BAR
    output = out(floor, 300, lot="Made-1")
    assert output["lot"] == "Made-1"
    assert out(floor, 10, lot="MADE-1")["lot"] == "Made-1"
    assert leave(floor, "made-1", 50).json()["lines"][0]["lot"] == "Made-1"
    assert on_hand(floor, "mADE-1") == ("260", "310")
    held = floor.post(f"{API}/lots/MADE-1/hold", json={"reason": "Cracks"})
    assert (held.json()["number"], held.json()["held"]) == ("Made-1", True)
    for path in ("uses", "holds", "documents", "compliance"):
        assert floor.get(f"{API}/lots/made-1/{path}").status_code == 200, path
    found = floor.get(f"{API}/lots/made-1/uses").json()
    assert found["count"] == 1
    assert floor.get(f"{API}/lots/made-1/compliance").json()["lot"] == "Made-1"
    assert out(floor, 1)["lot"] == "WO-3201-A"
    assert out(floor, 1, lot="wo-3201-a")["lot"] == "WO-3201-A"


def test_the_same_request_again_is_answered_and_not_repeated(floor: TestClient) -> None:
    again = {"Idempotency-Key": "scan-1"}
    body = {"lot": BAR, "quantity": 2}
    first = floor.post(f"{JOB}/consumptions", json=body, headers=again)
    second = floor.post(f"{JOB}/consumptions", json=body, headers=again)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert on_hand(floor, BAR) == ("8", "10")


def test_two_at_once_do_not_use_the_same_bars(floor: TestClient) -> None:
    def take(_: int) -> int:
        return floor.post(f"{JOB}/consumptions", json={"lot": BAR, "quantity": 4}).status_code

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(take, range(4)))
    assert answers == [201, 201, 409, 409]
    assert on_hand(floor, BAR) == ("2", "10")


# --- refused, and nothing written


@sqlite_only
def test_nothing_is_written_of_what_is_refused(app: FastAPI, floor: TestClient) -> None:
    used = floor.post(f"{JOB}/consumptions", json={"lot": BAR, "quantity": 11})
    assert refused(used) == "lot.short"
    assert "10" in used.json()["detail"]
    assert refused(floor.post(f"{JOB}/consumptions", json={"lot": "X", "quantity": 1}), 422) == "lot.unknown"
    nowhere = floor.post(f"{API}/work-orders/NO/outputs", json={"quantity": 1})
    assert refused(nowhere, 404) == "unknown"
    step = {"lot": BAR, "quantity": 1, "operation": 77}
    assert refused(floor.post(f"{JOB}/consumptions", json=step), 422) == "operation.unknown"
    bought = floor.post(f"{JOB}/outputs", json={"lot": BAR, "quantity": 1})
    assert refused(bought) == "output.bought_lot"
    assert refused(leave(floor, BAR, 11)) == "lot.short"
    tomorrow = (NOW + timedelta(days=2)).date().isoformat()
    assert refused(leave(floor, BAR, 1, shipped_on=tomorrow), 422) == "time.future"
    assert edges(app) == []
    assert floor.get(API + "/dispatches").json()["items"] == []
    assert on_hand(floor, BAR) == ("10", "10")


def test_what_is_held_or_made_of_it_stays_where_it_is(floor: TestClient) -> None:
    use(floor)
    out(floor)
    assert floor.post(f"{API}/lots/{BAR}/hold", json={"reason": "Wrong melt"}).status_code == 200
    assert refused(floor.post(f"{JOB}/consumptions", json={"lot": BAR, "quantity": 1})) == "lot.held"
    answer = leave(floor, "WO-3201-A", 1)
    assert refused(answer) == "lot.held"
    assert BAR in answer.json()["detail"]


def test_a_job_does_not_use_up_what_it_made(floor: TestClient) -> None:
    use(floor)
    out(floor)
    own = floor.post(f"{JOB}/consumptions", json={"lot": "WO-3201-A", "quantity": 1})
    assert refused(own) == "consumption.own_output"
    # Nor what another job made of it.
    assert floor.post(f"{API}/work-orders", json=WORK_ORDER | {"number": "WO-2"}).status_code == 201
    made(floor, f"{API}/work-orders/WO-2/consumptions", lot="WO-3201-A", quantity=5)
    made(floor, f"{API}/work-orders/WO-2/outputs", quantity=5)
    own = floor.post(f"{JOB}/consumptions", json={"lot": "WO-2-A", "quantity": 1})
    assert refused(own) == "consumption.own_output"
    back = floor.post(f"{API}/work-orders/WO-2/outputs", json={"lot": "WO-3201-A", "quantity": 1})
    assert refused(back) == "output.own_input"


@sqlite_only
def test_who_may_record_and_who_may_not(floor: TestClient, as_role: Login) -> None:
    viewer, dock = as_role(Role.VIEWER), as_role(Role.RECEIVING)
    assert refused(viewer.post(f"{JOB}/consumptions", json={"lot": BAR, "quantity": 1}), 403)
    assert refused(as_role(Role.PLANNER).post(f"{API}/dispatches", json={}), 403) == "forbidden.role"
    assert use(dock)["quantity"] == "2"
    assert viewer.get(f"{JOB}/consumptions").json()["items"][0]["lot"] == BAR


@sqlite_only
def test_a_controlled_dispatch_is_for_the_cleared_alone(floor: TestClient, as_role: Login) -> None:
    secret = PART | {"number": "SECRET", "export_controlled": True}
    floor.post(API + "/parts", json=secret)
    dock, cleared = as_role(Role.RECEIVING), as_role(Role.RECEIVING, Role.BUYER, cleared=True)
    made(cleared, API + "/lots", **LOT | {"number": "S-1", "part": "SECRET"})
    assert refused(leave(dock, "S-1", 1), 403) == "forbidden.controlled"
    number = leave(cleared, "S-1", 1).json()["number"]
    assert dock.get(API + "/dispatches").json()["items"] == []
    assert dock.get(f"{API}/dispatches/{number}").status_code == 404
    assert cleared.get(f"{API}/dispatches/{number}").json()["export_controlled"] is True


@sqlite_only
def test_what_a_job_made_for_an_outside_operation_leaves_without_it_only_when_somebody_says_so(
    floor: TestClient,
) -> None:
    steps = floor.get(f"{API}/work-orders/WO-3201").json()["operations"]
    outside = [each["sequence"] for each in steps if each["kind"] == "outside"]
    out(floor, 300)
    answer = leave(floor, "WO-3201-A", 10, confirm=False)
    assert refused(answer) == "dispatch.unfinished"
    assert f"0 C62 are done with operation {outside[0]} of WO-3201" in answer.json()["detail"]
    assert leave(floor, "WO-3201-A", 10).status_code == 201
    # What came out of the last of them has nothing before it.
    out(floor, 5, operation=outside[-1])
    assert leave(floor, "WO-3201-B", 5, confirm=False).status_code == 201


@sqlite_only
def test_what_is_counted_and_found_by_a_lot_that_moved_stays(floor: TestClient) -> None:
    bars = floor.get(f"{API}/lots/{BAR}").json()
    body = {name: bars[name] for name in (*LOT, "part_revision", "certificate")}
    used = use(floor)
    for change, code in (({"quantity": 500}, "lot.counted"), ({"heat_number": "HX-9"}, "lot.found_by")):
        assert refused(floor.put(f"{API}/lots/{BAR}", json=body | change)) == code
    added = floor.put(f"{API}/lots/{BAR}", json=body | {"unit_cost": "2.5"})
    assert added.status_code == 200, added.text
    # It would have come after its use.
    for day in ("2016-01-01", "2026-03-16"):
        assert refused(floor.put(f"{API}/lots/{BAR}", json=body | {"received_on": day})) == "lot.judged_by"
    page = floor.get(f"/master/lots/{BAR}").text
    assert 'value="10" readonly aria-describedby="settled-1"' in page
    assert 'name="received_on" type="text" value="2026-03-15" readonly' in page
    # Taken back, nothing of it went anywhere.
    floor.post(f"{JOB}/consumptions/{used['id']}/reverse", json={"reason": "Wrong lot"})
    assert floor.put(f"{API}/lots/{BAR}", json=body | {"quantity": 500}).json()["on_hand"] == "500"
    assert "readonly" not in floor.get(f"/master/lots/{BAR}").text
    out(floor)
    made_here = {"part": PART["number"], "part_revision": "B", "quantity": 500, "uom": "C62"}
    assert refused(floor.put(f"{API}/lots/WO-3201-A", json=made_here)) == "lot.counted"


# --- late, inspected, with serials


@sqlite_only
def test_a_late_entry_is_marked_with_who_and_when(floor: TestClient) -> None:
    used = use(floor, at="2026-03-16T06:00:00Z")
    assert (used["late"], used["at"], used["recorded_at"]) == (
        True,
        "2026-03-16T06:00:00Z",
        "2026-03-16T09:30:00Z",
    )
    assert used["recorded_by"]
    assert leave(floor, BAR, 1, shipped_on="2026-03-15").json()["late"] is True
    assert leave(floor, BAR, 1).json()["late"] is False


@sqlite_only
def test_a_lot_is_neither_used_nor_gone_before_it_was_there(floor: TestClient) -> None:
    early = {"lot": BAR, "quantity": 1, "at": "2026-03-14T09:00:00Z"}
    assert refused(floor.post(f"{JOB}/consumptions", json=early), 422) == "time.before_lot"
    assert refused(leave(floor, BAR, 1, shipped_on="2026-03-13"), 422) == "time.before_lot"
    out(floor, at="2026-03-15T08:00:00Z")
    assert leave(floor, "WO-3201-A", 1, shipped_on="2026-03-14").status_code == 201
    answer = leave(floor, "WO-3201-A", 1, shipped_on="2026-03-12")
    assert refused(answer, 422) == "time.before_lot"
    assert "2026-03-12" in answer.json()["detail"]


@sqlite_only
def test_what_failed_its_inspection_is_a_held_lot_of_its_own(floor: TestClient) -> None:
    out(floor)
    failed = {"verdict": "fail", "inspector": "Bo", "note": "Thread torn"}
    apart = floor.post(f"{JOB}/outputs", json={"quantity": 3, "lot": "WO-3201-A", "inspection": failed})
    assert refused(apart) == "output.failed"
    assert out(floor, 3, inspection=failed)["lot"] == "WO-3201-B"
    lot = floor.get(f"{API}/lots/WO-3201-B").json()
    assert (lot["held"], lot["hold_reason"]) == (True, "Thread torn")
    assert out(floor, 3, lot="WO-3201-A", inspection={"verdict": "pass"})["inspection"]["verdict"] == "pass"


def by_serial(client: TestClient) -> None:
    """Every flange has a number."""
    answer = client.put(f"{API}/parts/FLANGE-DN50/B", json=PART | {"trace": "serial"})
    assert answer.status_code == 200, answer.text


@sqlite_only
def test_pieces_that_nobody_tells_apart_are_given_no_numbers(app: FastAPI, floor: TestClient) -> None:
    named = {"quantity": 1, "serials": ["A"]}
    assert refused(floor.post(f"{JOB}/outputs", json=named), 422) == "serial.not_tracked"
    assert refused(floor.post(f"{JOB}/consumptions", json=named | {"lot": BAR}), 422) == "serial.not_tracked"
    answer = leave(floor, "", 1, lines=[named | {"lot": BAR}])
    assert refused(answer, 422) == "serial.not_tracked"
    assert edges(app) == []


@sqlite_only
def test_nothing_comes_out_of_a_job_before_its_material_went_in(app: FastAPI, listed: TestClient) -> None:
    early = {"quantity": 1, "at": "2020-01-05T09:00:00Z"}
    assert refused(listed.post(f"{JOB}/outputs", json=early), 422) == "time.before_job"
    use(listed, at="2026-03-16T06:00:00Z")
    answer = listed.post(f"{JOB}/outputs", json=early | {"at": "2026-03-13T09:00:00Z"})
    assert refused(answer, 422) == "time.before_material"
    assert "2026-03-13" in answer.json()["detail"]
    assert [edge[3] for edge in edges(app)] == ["consume"]
    late = out(listed, at="2026-03-16T07:00:00Z")
    assert late["late"] is True


@sqlite_only
def test_a_late_output_of_a_job_without_material_is_recorded(floor: TestClient) -> None:
    assert floor.post(API + "/parts", json=PART | {"number": "CAST", "bom": []}).status_code == 201
    assert floor.post(API + "/work-orders", json=WORK_ORDER | {"number": "WO-9", "part": "CAST"}).is_success
    output = made(floor, f"{API}/work-orders/WO-9/outputs", quantity=5, at="2026-03-13T09:00:00Z")
    assert (output["late"], output["at"]) == (True, "2026-03-13T09:00:00Z")
    assert leave(floor, output["lot"], 5, shipped_on="2026-03-14").status_code == 201


@sqlite_only
def test_serials_come_out_once_and_leave_once(floor: TestClient) -> None:
    by_serial(floor)
    out(floor, 2, serials=["S1", "S2"])
    again = floor.post(f"{JOB}/outputs", json={"quantity": 1, "serials": ["S2"]})
    assert refused(again) == "serial.made"
    line = {"lot": "WO-3201-A", "quantity": 1, "serials": ["S1"]}
    assert leave(floor, "", 1, lines=[line]).status_code == 201
    assert refused(leave(floor, "", 1, lines=[line])) == "serial.gone"


@sqlite_only
def test_an_absurd_output_is_asked_about_before_it_is_kept(floor: TestClient) -> None:
    absurd = {"quantity": 100_000}
    answer = floor.post(f"{JOB}/outputs", json=absurd)
    assert (refused(answer), answer.json()["errors"][0]["field"]) == ("output.beyond_job", "quantity")
    assert floor.get(f"{JOB}/outputs").json()["items"] == []
    assert floor.post(f"{JOB}/outputs", json=absurd | {"confirm": True}).status_code == 201


# --- taken back


def test_a_record_typed_wrongly_is_taken_back_and_kept(app: FastAPI, floor: TestClient) -> None:
    used, why = use(floor, 9), {"reason": "Typed 9 for 2"}
    back = floor.post(f"{JOB}/consumptions/{used['id']}/reverse", json=why)
    assert back.status_code == 200, back.text
    assert (back.json()["reverse_reason"], back.json()["reversed_at"]) == (
        "Typed 9 for 2",
        "2026-03-16T09:30:00Z",
    )
    assert on_hand(floor, BAR) == ("10", "10")
    assert refused(floor.post(f"{JOB}/consumptions/{used['id']}/reverse", json=why)) == "record.reversed"
    output = out(floor, 300)
    note = leave(floor, "WO-3201-A", 300).json()["number"]
    taken = f"{JOB}/outputs/{output['id']}/reverse"
    assert refused(floor.post(taken, json=why)) == "output.moved_on"
    assert floor.post(f"{API}/dispatches/{note}/reverse", json=why).status_code == 200
    assert floor.post(taken, json=why).status_code == 200
    assert on_hand(floor, "WO-3201-A") == ("0", "0")
    assert [edge[2] for edge in edges(app)] == [9, -9, 300, 300, -300, -300]


@sqlite_only
def test_material_is_not_taken_back_out_of_what_was_made(floor: TestClient, clock: Hands) -> None:
    used = use(floor)
    clock.now += timedelta(hours=1)
    out(floor)
    back = floor.post(f"{JOB}/consumptions/{used['id']}/reverse", json={"reason": "Wrong"})
    assert refused(back) == "consumption.moved_on"
    assert "WO-3201-A" in back.json()["detail"]


# --- other material than the bill of material names


@pytest.fixture
def listed(floor: TestClient) -> TestClient:
    """The job's part is made of bars of revision A alone."""
    bom = [{"part": "BAR-4140", "revision": "A", "quantity": 1}]
    answer = floor.put(f"{API}/parts/FLANGE-DN50/B", json=PART | {"bom": bom})
    assert answer.status_code == 200, answer.text
    for number, part in {"TUBE": "TUBE-1", "OLD": "BAR-4140"}.items():
        floor.post(API + "/parts", json=PART | {"number": part, "revision": "0"})
        lot = LOT | {"number": number, "part": part, "part_revision": "0", "quantity": 10}
        assert floor.post(API + "/lots", json=lot).status_code == 201
    return floor


def decide(client: TestClient, mismatch: str, **body: Any) -> Any:
    return client.post(f"{API}/material-mismatches/{mismatch}/disposition", json=body)


SIGNED = {
    "decision": "accept",
    "reason": "Same steel",
    "signature": {"name": "Q. Lee", "meaning": "accepted"},
}


def test_other_material_is_recorded_and_keeps_the_pieces_here(listed: TestClient, as_role: Login) -> None:
    assert use(listed)["mismatch"] is None
    used = made(listed, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    assert used["mismatch"] == "WO-3201-M1"
    out(listed)
    answer = leave(listed, "WO-3201-A", 10)
    assert refused(answer) == "dispatch.material"
    assert "WO-3201-M1" in answer.json()["detail"]
    assert refused(decide(listed, "WO-3201-M1", **SIGNED | {"signature": None}), 422) == "signature.missing"
    accepted = decide(as_role(Role.QUALITY), "WO-3201-M1", **SIGNED).json()
    assert (accepted["decision"], accepted["signature"]["name"]) == ("accept", "Q. Lee")
    assert accepted["signature"]["role"] == "quality"
    assert refused(decide(listed, "WO-3201-M1", **SIGNED)) == "mismatch.decided"
    assert leave(listed, "WO-3201-A", 10).status_code == 201


@pytest.mark.parametrize("part", ["TUBE-1", "BAR-4140", "FLANGE-DN50"])
def test_other_material_with_a_controlled_part_in_it_is_absent_for_who_is_not_cleared(
    listed: TestClient, app: FastAPI, as_role: Login, part: str
) -> None:
    """What was used, what should have been, or what the job makes."""
    made(listed, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    cleared = as_role(Role.QUALITY, cleared=True)
    uncleared = as_role(Role.QUALITY, Role.PLANNER)
    assert [row["id"] for row in uncleared.get(API + "/material-mismatches").json()["items"]] == [
        "WO-3201-M1"
    ]
    with app.state.database.write() as session:
        session.execute(update(Part).where(col(Part.number) == part).values(export_controlled=True))
    assert uncleared.get(API + "/material-mismatches").json()["items"] == []
    assert uncleared.get(API + "/material-mismatches?open=true").json()["items"] == []
    assert decide(uncleared, "WO-3201-M1", **SIGNED).status_code == 404
    assert len(cleared.get(API + "/material-mismatches?open=true").json()["items"]) == 1
    assert decide(cleared, "WO-3201-M1", **SIGNED).status_code == 200


@sqlite_only
def test_another_revision_is_other_material(listed: TestClient) -> None:
    made(listed, f"{JOB}/consumptions", lot="OLD", quantity=1)
    (found,) = listed.get(API + "/material-mismatches?open=true").json()["items"]
    assert (found["wrong"], found["expected"]) == (
        "revision",
        [{"part": "BAR-4140", "quantity": "1", "revision": "A"}],
    )


@sqlite_only
def test_what_quality_does_not_accept_is_held(listed: TestClient) -> None:
    made(listed, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    out(listed)
    assert decide(listed, "WO-3201-M1", decision="hold", reason="Soft").status_code == 200
    assert refused(leave(listed, "WO-3201-A", 10)) == "lot.held"
    assert [
        lot["held"] for lot in listed.get(API + "/lots").json()["items"] if lot["number"] == "WO-3201-A"
    ] == [True]
    # What the job makes later is on hold from its first moment.
    out(listed, 5)
    assert listed.get(API + "/lots/WO-3201-B").json()["hold_reason"] == "WO-3201-M1: Soft"
    assert refused(leave(listed, "WO-3201-B", 5)) == "lot.held"


@sqlite_only
def test_what_a_job_makes_after_its_lots_were_released_is_not_held(
    listed: TestClient, as_role: Login
) -> None:
    made(listed, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    out(listed)
    assert decide(listed, "WO-3201-M1", decision="hold", reason="Soft").status_code == 200
    design = as_role(Role.DESIGN_AUTHORITY)
    released = design.post(f"{API}/lots/WO-3201-A/release", json={"reason": "Hard enough"})
    assert released.status_code == 200, released.text
    out(listed, 5)
    assert leave(listed, "WO-3201-B", 5).status_code == 201


@sqlite_only
def test_a_use_that_was_none_blocks_nothing(listed: TestClient) -> None:
    used = made(listed, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    listed.post(f"{JOB}/consumptions/{used['id']}/reverse", json={"reason": "Wrong lot scanned"})
    use(listed, 10)
    out(listed, 10)
    assert leave(listed, "WO-3201-A", 10).status_code == 201
    assert listed.get(API + "/material-mismatches?open=true").json()["items"] == []
    assert refused(decide(listed, "WO-3201-M1", **SIGNED)) == "mismatch.withdrawn"


@sqlite_only
def test_a_packing_list_on_paper_has_lots_serials_and_the_customer_s_name(floor: TestClient) -> None:
    by_serial(floor)
    out(floor, 2, serials=["S-1", "S-2"])
    lines = [{"lot": "WO-3201-A", "quantity": 1, "serials": ["S-2"]}]
    number = leave(floor, "WO-3201-A", 1, lines=lines, recipient="Ms Berg").json()["number"]
    answer = floor.get(f"{API}/dispatches/{number}.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    (sheet,) = sheets(answer.content)
    for said in (
        number,
        "Northwind Ltd · NORTHWIND",
        "Ms Berg",
        "WO-3201-A",
        "SS Flange DN50",
        "S-2",
        "Total 1 pc",
    ):
        assert said in sheet.text
    assert "S-1" not in sheet.text
    floor.post(f"{API}/dispatches/{number}/reverse", json={"reason": "Not loaded"})
    (sheet,) = sheets(floor.get(f"{API}/dispatches/{number}.pdf").content)
    assert "Reversed: these pieces did not leave." in sheet.text
    assert floor.get(f"{API}/dispatches/DN-2026-00099.pdf").status_code == 404


# --- customers


@sqlite_only
def test_customers_are_master_data(floor: TestClient) -> None:
    contacts = [{"name": "Max Holm", "email": "max@contoso.example"}]
    body = {"code": "CONTOSO", "name": "Contoso", "contacts": contacts}
    told = [each | {"locale": "en"} for each in contacts]
    assert made(floor, f"{API}/customers", **body)["contacts"] == told
    assert refused(floor.post(f"{API}/customers", json=body)) == "exists"
    changed = floor.put(f"{API}/customers/CONTOSO", json=body | {"name": "Contoso Ltd"}).json()
    assert changed["name"] == "Contoso Ltd"
    assert floor.get(f"{API}/customers").json()["items"][0] == changed
    wrong = [{"name": "Max", "email": "nobody"}]
    assert floor.put(f"{API}/customers/CONTOSO", json=body | {"contacts": wrong}).status_code == 422
