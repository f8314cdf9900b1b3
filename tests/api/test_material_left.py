"""What a job used turns out to differ from its bill of material after its pieces left: quality is told at once."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient

from models.domain.authority import Role
from models.tables.outbox import Outbox, OutboxRecipient
from tests.api.conftest import API, LOT, PART, PLANT, WORK_ORDER, Login
from tests.api.test_bom_quantities import SQLITE_ONLY, bom
from tests.api.test_shop_floor import JOB, SIGNED, decide, floor, leave, made, out, use

__all__ = ["floor"]


def mails(app: FastAPI) -> list[tuple[str, str]]:
    with app.state.database.read() as session:
        rows = session.exec(
            select(Outbox.template, OutboxRecipient.address)
            .join(OutboxRecipient, col(OutboxRecipient.outbox_id) == col(Outbox.id))
            .where(col(Outbox.template) == "material_left")
            .order_by(OutboxRecipient.address)
        )
        return [(template, address) for template, address in rows]


def left(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(API + "/alerts?open=true").json()["material_left"]
    return found


def test_quality_is_told_of_material_that_turns_out_wrong_after_the_dispatch(
    floor: TestClient, app: FastAPI, as_role: Login
) -> None:
    quality = as_role(Role.QUALITY)
    bom(floor, tolerance="0")
    made(floor, f"{API}/parts", **PART | {"number": "TUBE-1", "revision": "0"})
    tube = made(floor, f"{API}/lots", **LOT | {"part": "TUBE-1", "part_revision": "0"})["number"]
    use(floor, 3)
    out(floor, 300)
    note = leave(floor, "WO-3201-A", 10).json()
    assert (left(floor), mails(app), note["mismatches"]) == ([], [], [])

    # Somebody remembers what else went in.
    wrong = made(floor, f"{JOB}/consumptions", lot=tube, quantity=1)["mismatch"]
    assert wrong == "WO-3201-M1"
    (told,) = left(quality)
    assert (told["mismatch"], told["work_order"], told["wrong"]) == (wrong, "WO-3201", "part")
    assert [(each["dispatch"], each["customer"]) for each in told["dispatches"]] == [
        (note["number"], "NORTHWIND")
    ]
    assert {template for template, _ in mails(app)} == {"material_left"}
    people = [address for _, address in mails(app)]
    assert people
    # Whatever is recorded next, nobody is written to again about the same one.
    out(floor, 1, lot="WO-3201-A")
    assert [address for _, address in mails(app)] == people

    page = quality.get("/alerts").text
    assert "Other material in what has left" in page
    assert f'href="/material-mismatches/{wrong}"' in page
    assert "pieces have left already" in quality.get("/master/work-orders/WO-3201").text
    note = quality.get(f"{API}/dispatches/{note['number']}").json()
    assert note["mismatches"] == [{"mismatch": wrong, "work_order": "WO-3201", "lot": "WO-3201-A"}]
    assert "differs from its bill of material" in quality.get(f"/dispatches/{note['number']}").text

    traced = quality.get(f"{API}/trace/lot:WO-3201-A?direction=both").json()
    assert traced["answer"]["mismatches"] == 1
    assert [node["mismatches"] for node in traced["nodes"] if node["kind"] == "work_order"] == [[wrong]]
    assert f"quality has not accepted that: {wrong}." in quality.get("/trace?q=lot:WO-3201-A").text
    body = {"identifier": "lot:WO-3201-A", "reason": "Doubt", "drill": True}
    opened = made(quality, f"{API}/recalls", **body)
    recall = quality.get(f"{API}/recalls/{opened['recall']}").json()
    gaps = [each for each in recall["scope"]["gaps"] if each["gap"] == "material"]
    assert gaps == [{"gap": "material", "where": "WO-3201", "mismatch": wrong}]
    assert f"({wrong})" in quality.get(f"/recalls/{recall['recall']}").text

    # What quality decides instead is told in place of that.
    for decision, said in (
        ("hold", "put what was made of it on hold"),
        ("scrap", "decided to scrap what was made"),
    ):
        assert decide(floor, wrong, **SIGNED | {"decision": decision}).status_code == 200
        traced = quality.get(f"{API}/trace/lot:WO-3201-A?direction=both").json()
        (job,) = [node for node in traced["nodes"] if node["kind"] == "work_order"]
        assert job["mismatches_decided"] == {wrong: decision}
        page = quality.get("/trace?q=lot:WO-3201-A").text
        assert said in page
        assert "quality has not accepted" not in page
    assert decide(floor, wrong, **SIGNED).status_code == 200
    assert left(quality) == []
    assert quality.get(f"{API}/dispatches/{note['number']}").json()["mismatches"] == []
    traced = quality.get(f"{API}/trace/lot:WO-3201-A?direction=both").json()
    assert traced["answer"]["mismatches"] == 0


@SQLITE_ONLY
def test_before_anything_left_the_refused_dispatch_says_it(floor: TestClient, app: FastAPI) -> None:
    bom(floor, tolerance="0")
    out(floor, 300)
    assert leave(floor, "WO-3201-A", 10).status_code == 409
    assert (left(floor), mails(app)) == ([], [])


# Who there is of quality by plant, and whose mail it becomes when MTY made the lots.
TOLD: dict[str, tuple[dict[str, str | None], set[str]]] = {
    "those of the plant, and those of none": (
        {"quality": "MTY", "buyer-quality": None, "planner-quality": "OTHER"},
        {"quality", "buyer-quality"},
    ),
    "all, where the plant has nobody": (
        {"buyer-quality": "OTHER", "planner-quality": "OTHER"},
        {"buyer-quality", "planner-quality"},
    ),
}


@SQLITE_ONLY
@pytest.mark.parametrize(("people", "told"), TOLD.values(), ids=TOLD)
def test_the_plant_s_quality_people_are_told(
    floor: TestClient, app: FastAPI, as_role: Login, people: dict[str, str | None], told: set[str]
) -> None:
    made(floor, f"{API}/plants", **PLANT | {"code": "OTHER"})
    for name, plant in people.items():
        as_role(*(Role(role) for role in name.split("-")), plant=plant)
    here = as_role(Role.RECEIVING, plant="MTY")
    bom(floor, tolerance="0")
    use(here, 3)
    out(here, 300)
    assert leave(here, "WO-3201-A", 10).status_code == 201
    made(here, f"{JOB}/outputs", lot="WO-3201-A", quantity=100)
    assert {address.partition("@")[0] for _, address in mails(app)} == told


# Who is at which plant and who is cleared, and whose mail it becomes when what MTY's job used is controlled.
CLEARED: dict[str, tuple[dict[str, tuple[str | None, bool]], set[str]]] = {
    "of the plant's, who is cleared": (
        {"quality": ("MTY", False), "buyer-quality": ("MTY", True), "planner-quality": ("OTHER", True)},
        {"buyer-quality"},
    ),
    "of all, where nobody of the plant's is": (
        {"quality": ("MTY", False), "buyer-quality": ("OTHER", False), "planner-quality": ("OTHER", True)},
        {"planner-quality"},
    ),
    "a cleared admin, where nobody of quality is": (
        {"quality": ("MTY", False), "buyer-admin": (None, True)},
        {"buyer-admin"},
    ),
    "nobody, where nobody is": ({"quality": ("MTY", False)}, set()),
}


@SQLITE_ONLY
@pytest.mark.parametrize(("people", "told"), CLEARED.values(), ids=CLEARED)
def test_of_controlled_material_only_cleared_people_are_told(
    floor: TestClient,
    app: FastAPI,
    as_role: Login,
    people: dict[str, tuple[str | None, bool]],
    told: set[str],
) -> None:
    made(floor, f"{API}/plants", **PLANT | {"code": "OTHER"})
    for name, (plant, cleared) in people.items():
        as_role(*(Role(role) for role in name.split("-")), plant=plant, cleared=cleared)
    here = as_role(Role.RECEIVING, Role.PLANNER, Role.BUYER, plant="MTY", cleared=True)
    bom(floor, tolerance="0")
    tube = {"number": "TUBE-1", "revision": "0", "export_controlled": True}
    made(floor, f"{API}/parts", **PART | tube)
    lot = made(here, f"{API}/lots", **LOT | {"part": "TUBE-1", "part_revision": "0"})["number"]
    use(here, 3)
    out(here, 300)
    assert leave(here, "WO-3201-A", 10).status_code == 201
    assert made(here, f"{JOB}/consumptions", lot=lot, quantity=1)["mismatch"] == "WO-3201-M1"
    assert {address.partition("@")[0] for _, address in mails(app)} == told


def test_who_is_not_cleared_is_mailed_of_no_dispatch_that_is_controlled(
    floor: TestClient, app: FastAPI, as_role: Login
) -> None:
    """What the job made went out by itself, and as part of something that only cleared people know of."""
    as_role(Role.QUALITY, Role.BUYER, cleared=True)
    as_role(Role.QUALITY, Role.PLANNER)
    here = as_role(Role.RECEIVING, Role.PLANNER, Role.BUYER, cleared=True)
    bom(floor, tolerance="0")
    secret = {"number": "SEEKER", "revision": "A", "export_controlled": True}
    made(floor, f"{API}/parts", **PART | secret)
    order = {"number": "EX1", "part": "SEEKER", "revision": "A", "customer_order": None}
    made(here, f"{API}/work-orders", **WORK_ORDER | order)
    use(here, 3)
    out(here, 300)
    made(here, f"{API}/work-orders/EX1/consumptions", lot="WO-3201-A", quantity=20)
    seeker = made(here, f"{API}/work-orders/EX1/outputs", quantity=20)["lot"]
    hidden = leave(here, seeker, 5).json()["number"]
    known = leave(here, "WO-3201-A", 10).json()["number"]
    made(here, f"{JOB}/outputs", lot="WO-3201-A", quantity=100)
    with app.state.database.read() as session:
        rows = session.exec(
            select(OutboxRecipient.address, Outbox.context)
            .join(Outbox, col(OutboxRecipient.outbox_id) == col(Outbox.id))
            .where(col(Outbox.template) == "material_left")
        ).all()
    told = {
        address.partition("@")[0]: {each["dispatch"] for each in context["dispatches"]}
        for address, context in rows
    }
    assert told["quality-buyer"] == {hidden, known}
    assert told["quality-planner"] == {known}


@SQLITE_ONLY
def test_material_that_is_recorded_after_all_ends_the_alert(floor: TestClient) -> None:
    bom(floor, tolerance="0")
    use(floor, 3)
    out(floor, 300)
    assert leave(floor, "WO-3201-A", 10).status_code == 201
    out(floor, 100, lot="WO-3201-A")
    assert [each["mismatch"] for each in left(floor)] == ["WO-3201-M1"]
    use(floor, 1)
    assert left(floor) == []
