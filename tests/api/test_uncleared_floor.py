"""Who is not cleared neither uses, makes, reads nor names what is export-controlled, and is told nothing of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from sqlmodel import col
from starlette.testclient import TestClient
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from models.domain.authority import Role
from models.tables.parts import Part
from tests.api.conftest import API, LOT, PART, PLAN, ROUTING, SALES_ORDER, WORK_ORDER, Login

SECRET_PART, SECRET_LOT, SECRET_JOB = "BAR-EXP", "R-EXP", "EX1"
SECRETS = (SECRET_PART, SECRET_LOT, SECRET_JOB)
JOB = f"{API}/work-orders/WO-3201"


@pytest.fixture
def cleared(stocked: TestClient, as_role: Login) -> TestClient:
    """There are a controlled part, a lot of it and a job for it; WO-3201 is for another part."""
    hands = as_role(Role.ADMIN, Role.QUALITY, cleared=True)
    secret = PART | {"number": SECRET_PART, "revision": "A", "export_controlled": True, "dfars": False}
    lot = LOT | {"number": SECRET_LOT, "part": SECRET_PART, "part_revision": "A", "quantity": 50}
    job = WORK_ORDER | {"number": SECRET_JOB, "part": SECRET_PART, "revision": "A", "customer_order": None}
    bom = PART | {"bom": [{"part": "TUBE-1", "revision": None, "quantity": "1"}]}
    wrote = [
        hands.post(API + "/parts", json=secret),
        hands.post(API + "/parts", json=PART | {"number": "TUBE-1", "revision": "0"}),
        hands.post(API + "/lots", json=lot),
        hands.post(API + "/work-orders", json=job),
        hands.put(f"{API}/parts/FLANGE-DN50/B", json=bom),
    ]
    assert [answer.is_success for answer in wrote] == [True] * 5, [answer.text for answer in wrote]
    return hands


@pytest.fixture
def dock(cleared: TestClient, as_role: Login) -> TestClient:
    return as_role(Role.RECEIVING, Role.QUALITY)


def used(client: TestClient, lot: str = SECRET_LOT) -> Any:
    return client.post(f"{JOB}/consumptions", json={"lot": lot, "quantity": 1})


def said(answer: Any, asked: str, instead: str) -> tuple[int, str]:
    """The answer as if it were of another name."""
    return answer.status_code, answer.text.replace(asked, instead)


def test_a_controlled_lot_or_job_is_as_unknown_as_one_there_is_none_of(
    dock: TestClient, cleared: TestClient
) -> None:
    with capture_logs() as logged:
        assert said(used(dock), SECRET_LOT, "NO-1") == said(used(dock, "NO-1"), "", "")
        for path, body in (
            ("consumptions", {"lot": LOT["supplier_lot"], "quantity": 1}),
            ("outputs", {"quantity": 1}),
        ):
            hidden, missing = (
                dock.post(f"{API}/work-orders/{job}/{path}", json=body) for job in (SECRET_JOB, "NO-2")
            )
            assert said(hidden, SECRET_JOB, "NO-2") == said(missing, "NO-2", "NO-2")
            assert hidden.status_code == 404
    told = [(entry["kind"], entry["key"]) for entry in logged if entry["event"] == "controlled_refused"]
    assert told == [("lot", SECRET_LOT), ("work order", SECRET_JOB), ("work order", SECRET_JOB)]
    assert cleared.get(f"{API}/lots/{SECRET_LOT}").json()["on_hand"] == "50"
    taken = dock.post(f"{JOB}/outputs", json={"lot": SECRET_LOT, "quantity": 1})
    assert (taken.status_code, taken.json()["code"]) == (409, "output.other_job")
    assert SECRET_PART not in taken.text
    assert used(cleared).status_code == 201


def test_a_use_of_a_controlled_lot_is_absent_and_not_taken_back(
    dock: TestClient, cleared: TestClient
) -> None:
    record = used(cleared).json()["id"]
    assert [row["lot"] for row in cleared.get(f"{JOB}/consumptions").json()["items"]] == [SECRET_LOT]
    assert dock.get(f"{JOB}/consumptions").json()["items"] == []
    wrong = {"reason": "Typed wrongly"}
    assert dock.post(f"{JOB}/consumptions/{record}/reverse", json=wrong).status_code == 404
    assert cleared.post(f"{JOB}/consumptions/{record}/reverse", json=wrong).status_code == 200


def test_what_keeps_a_lot_here_is_not_named_to_who_may_not_know_it(
    dock: TestClient, cleared: TestClient
) -> None:
    mismatch = used(cleared).json()["mismatch"]
    lot = dock.post(f"{JOB}/outputs", json={"quantity": 5}).json()["lot"]
    left = {"customer": "N", "destination": "Graz", "lines": [{"lot": lot, "quantity": 1}]}
    answer = dock.post(API + "/dispatches", json=left)
    assert (answer.status_code, answer.json()["code"]) == (409, "dispatch.material")
    assert mismatch in cleared.post(API + "/dispatches", json=left).text
    assert not [secret for secret in (*SECRETS, mismatch) if secret in answer.text]


def test_a_lot_of_a_controlled_part_is_refused_as_of_an_unknown_one(
    dock: TestClient, cleared: TestClient, app: FastAPI
) -> None:
    def came(client: TestClient, part: str, revision: str | None = None) -> Any:
        return client.post(API + "/lots", json=LOT | {"part": part, "part_revision": revision})

    for revision in (None, "A"):
        with capture_logs() as logged:
            hidden = came(dock, SECRET_PART, revision)
        assert hidden.status_code == 422
        assert said(hidden, SECRET_PART, "NO-3") == said(came(dock, "NO-3", revision), "", "")
        assert [(entry["kind"], entry["key"]) for entry in logged] == [("part", SECRET_PART)]
    assert came(cleared, SECRET_PART).status_code == 201
    # Of a part of which one revision is controlled, a lot of none may be of that one.
    cleared.post(API + "/parts", json=PART | {"number": "TUBE-1", "revision": "1"})
    with app.state.database.write() as session:
        one = (col(Part.number) == "TUBE-1", col(Part.revision) == "1")
        session.execute(update(Part).where(*one).values(export_controlled=True))
    assert [came(dock, "TUBE-1", revision).status_code for revision in (None, "1", "0")] == [422, 422, 201]


def test_a_hold_says_nothing_of_a_mismatch_only_cleared_people_know_of(
    dock: TestClient, cleared: TestClient
) -> None:
    mismatch = used(cleared).json()["mismatch"]
    lot = dock.post(f"{JOB}/outputs", json={"quantity": 5}).json()["lot"]
    decided = {"decision": "hold", "reason": "Wait for the laboratory"}
    assert cleared.post(f"{API}/material-mismatches/{mismatch}/disposition", json=decided).is_success
    assert dock.get(f"{API}/lots/{lot}").json()["hold_reason"] == "Wait for the laboratory"
    left = {"customer": "N", "destination": "Graz", "lines": [{"lot": lot, "quantity": 1}]}
    assert mismatch not in dock.post(API + "/dispatches", json=left).text
    for path in (f"{API}/lots/{lot}/holds", f"{API}/lot-holds", f"/master/lots/{lot}", "/alerts", "/"):
        answer = dock.get(path)
        assert answer.status_code == 200, path
        assert mismatch not in answer.text, path


def test_a_use_does_not_say_that_a_controlled_part_should_have_been_used(
    dock: TestClient, cleared: TestClient
) -> None:
    bom = PART | {"bom": [{"part": SECRET_PART, "revision": "A", "quantity": "1"}]}
    assert cleared.put(f"{API}/parts/FLANGE-DN50/B", json=bom).is_success
    lot = dock.post(f"{API}/lots", json=LOT | {"part": "TUBE-1", "part_revision": "0"}).json()["number"]
    assert used(dock, lot).json()["mismatch"] is None
    (told,) = cleared.get(f"{JOB}/consumptions").json()["items"]
    assert told["mismatch"] == "WO-3201-M1"


def test_a_lot_is_held_with_a_controlled_one_without_its_name(dock: TestClient, cleared: TestClient) -> None:
    used(cleared)
    lot = dock.post(f"{JOB}/outputs", json={"quantity": 5}).json()["lot"]
    assert dock.get(f"{API}/lots/{lot}").json()["held"] is False
    assert cleared.post(f"{API}/lots/{SECRET_LOT}/hold", json={"reason": "Bad BAR-EXP melt"}).is_success
    left = {"customer": "N", "destination": "Graz", "lines": [{"lot": lot, "quantity": 1}]}
    answers = [
        dock.get(f"{API}/lots/{lot}"),
        dock.get(f"{API}/lots/{lot}/holds"),
        dock.get(f"{API}/trace/lot:{lot}"),
        dock.post(f"{API}/work-orders/WO-3201/consumptions", json={"lot": lot, "quantity": 1}),
        dock.post(API + "/dispatches", json=left),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 409, 409]
    assert not [secret for secret in SECRETS for answer in answers if secret in answer.text]
    lot_read, holds, trace, *_ = (answer.json() for answer in answers)
    assert (lot_read["held"], lot_read["held_with"]) == (True, None)
    assert holds["covered_by"] == {"lot": None, "reason": "no reason given"}
    assert [node["held"] for node in trace["nodes"] if node["id"] == f"lot:{lot}"] == [True]
    assert cleared.get(f"{API}/lots/{lot}/holds").json()["covered_by"]["lot"] == SECRET_LOT
    assert cleared.get(f"{API}/lots/{SECRET_LOT}/holds").json()["covers"] == sorted([SECRET_LOT, lot])


MADE_OF = PART | {"number": "CAP-1", "bom": [{"part": SECRET_PART, "quantity": 1}]}
NAMING: dict[str, tuple[str, dict[str, Any]]] = {
    "a work order": ("/work-orders", WORK_ORDER | {"number": "WO-X", "part": SECRET_PART, "revision": "A"}),
    "a work order below one": ("/work-orders", WORK_ORDER | {"number": "WO-X", "parent": SECRET_JOB}),
    "a routing": ("/routings", ROUTING | {"part": SECRET_PART, "revision": "A"}),
    "an inspection plan": ("/inspection-plans", PLAN | {"part": SECRET_PART, "revision": "A"}),
    "a sales order": (
        "/sales-orders",
        {
            "number": "SO-X",
            "customer": "NORTHWIND",
            "lines": [SALES_ORDER["lines"][0] | {"part": SECRET_PART, "revision": "A"}],
        },
    ),
    "terms": ("/suppliers/ACME/terms", {"part": SECRET_PART, "currency": "USD", "valid_from": "2026-01-01"}),
    "a bill of material": ("/parts", MADE_OF),
}


@pytest.mark.parametrize("kind", NAMING)
def test_what_names_a_controlled_part_is_refused_as_if_there_were_none(
    cleared: TestClient, stocked: TestClient, kind: str
) -> None:
    office, (path, body) = stocked, NAMING[kind]
    with capture_logs() as logged:
        hidden = office.post(API + path, json=body)
    secret = SECRET_JOB if "parent" in body else SECRET_PART
    unknown = office.post(API + path, content=json.dumps(body).replace(secret, "NO-4"))
    assert hidden.status_code == 422
    assert said(hidden, secret, "NO-4") == said(unknown, "", "")
    (told,) = [entry for entry in logged if entry["event"] == "controlled_refused"]
    assert secret in told["key"]
    assert cleared.post(API + path, json=body).status_code == 201


def test_a_job_or_sale_is_not_changed_to_a_controlled_part(cleared: TestClient, stocked: TestClient) -> None:
    office, secret = stocked, {"part": SECRET_PART, "revision": "A"}
    lines = [SALES_ORDER["lines"][0] | secret]
    for client, status in ((office, 422), (cleared, 200)):
        for path, body in (
            ("/work-orders/WO-3201", WORK_ORDER | secret),
            ("/sales-orders/SO-88", SALES_ORDER | {"lines": lines}),
        ):
            assert client.put(API + path, json=body).status_code == status, path
    # From then on they are controlled themselves.
    assert office.put(f"{API}/work-orders/WO-3201", json=WORK_ORDER).status_code == 404


def test_a_read_that_is_refused_is_in_the_log_with_who_asked(dock: TestClient, cleared: TestClient) -> None:
    paths = (f"/lots/{SECRET_LOT}", f"/work-orders/{SECRET_JOB}", f"/parts/{SECRET_PART}/A", "/lots/NO-1")
    with capture_logs(processors=[merge_contextvars]) as logged:
        assert [dock.get(API + path).status_code for path in paths] == [404] * 4
        assert dock.get(f"{API}/lots/{SECRET_LOT}/compliance").status_code == 404
    told = [(entry["kind"], entry["key"]) for entry in logged]
    assert told == [
        ("lot", SECRET_LOT),
        ("work order", SECRET_JOB),
        ("part", f"{SECRET_PART} A"),
        ("lot", SECRET_LOT),
    ]
    (by,) = {entry["by"] for entry in logged}
    assert by.startswith("u_")
