"""What is proved of orders and lots over HTTP: approval, specification, where the metal was melted."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from models.domain.authority import Role
from tests.api.conftest import API, LOT, PART, Login

FIRST = "20260315-ACME-001"
APPROVAL = {"process": "PLATE", "spec": "ASTM B633", "certificate": "N-1", "valid_from": "2020-01-01"}


def draft(client: TestClient, lot: str = FIRST, **fields: Any) -> str:
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 5, "lots": [{"lot": lot, "quantity": 5}]}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2026-12-18", "lines": [line]} | fields
    answer = client.post(API + "/orders", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def proved(client: TestClient, path: str) -> dict[str, Any]:
    answer = client.get(f"{API}{path}/compliance")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_order_that_is_as_it_should_be_has_no_findings(stocked: TestClient) -> None:
    assert stocked.post(API + "/suppliers/ACME/approvals", json=APPROVAL).status_code == 201
    assert proved(stocked, f"/orders/{draft(stocked, lines=[])}")["findings"] == []
    found = proved(stocked, f"/orders/{draft(stocked)}")
    assert found["findings"] == []
    assert (found["approval"]["certificate"], found["approval"]["valid_to"]) == ("N-1", None)
    assert found["routings"] == [{"line": 1, "spec": "ASTM B633", "spec_revision": "2023", "same": True}]
    (metal,) = found["specialty_metals"]
    assert (metal["lot"], metal["melted"]) == (FIRST, "qualifying")
    assert metal["clauses"] == {"252.225-7008": False, "252.225-7009": True}


def test_a_missing_approval_another_revision_and_foreign_metal_are_found(stocked: TestClient) -> None:
    lot = LOT | {"number": "FOREIGN", "country_of_melt": "MX"}
    assert stocked.post(API + "/lots", json=lot).status_code == 201
    number = draft(stocked, "FOREIGN", spec="ASTM B633", spec_revision="2019")
    found = proved(stocked, f"/orders/{number}")
    assert found["findings"] == [
        "approval_missing",
        "specification_differs",
        "specification_not_in_force",
        "melted_elsewhere",
    ]
    assert found["approval"] is None
    assert found["specialty_metals"][0]["clauses"] == {"252.225-7008": False, "252.225-7009": False}


def test_an_approval_that_has_ended_does_not_count(stocked: TestClient) -> None:
    ended = APPROVAL | {"valid_to": "2026-03-15"}
    assert stocked.post(API + "/suppliers/ACME/approvals", json=ended).status_code == 201
    assert proved(stocked, f"/orders/{draft(stocked)}")["findings"] == ["approval_missing"]


def test_metal_is_followed_through_the_job_to_the_bar(stocked: TestClient) -> None:
    bar = PART | {"number": "BAR-4140", "revision": "A", "dfars": False, "uom": "C62"}
    assert stocked.post(API + "/parts", json=bar).status_code == 201
    for number, country in (("BAR-SE", "SE"), ("BAR-CN", "CN"), ("BAR-NONE", None)):
        lot = LOT | {"number": number, "part": "BAR-4140", "country_of_melt": country, "quantity": 10}
        assert stocked.post(API + "/lots", json=lot).status_code == 201
    made = {}
    for number, bars in (
        ("J-1", ("BAR-SE",)),
        ("J-2", ("BAR-SE", "BAR-NONE")),
        ("J-3", ("BAR-SE", "BAR-CN")),
    ):
        job = {"number": number, "type": "MTO", "part": PART["number"], "revision": "B", "quantity": 3}
        assert stocked.post(API + "/work-orders", json=job).status_code == 201
        for lot in bars:
            used = stocked.post(API + f"/work-orders/{number}/consumptions", json={"lot": lot, "quantity": 1})
            assert used.status_code == 201, used.text
        out = stocked.post(API + f"/work-orders/{number}/outputs", json={"lot": f"{number}-A", "quantity": 3})
        assert out.status_code == 201, out.text
        made[number] = proved(stocked, f"/lots/{number}-A")
    assert [made[number]["melted"] for number in made] == ["qualifying", "unknown", "elsewhere"]
    assert made["J-2"]["clauses"] == {"252.225-7008": None, "252.225-7009": None}
    assert [source["lot"] for source in made["J-3"]["sources"]] == ["BAR-CN", "BAR-SE"]
    assert made["J-1"]["dfars"] is True
    assert proved(stocked, "/lots/BAR-SE")["dfars"] is False


def test_nothing_is_proved_of_what_is_not_there_or_not_for_everybody(
    stocked: TestClient, as_role: Login
) -> None:
    secret = PART | {"number": "SEEKER", "export_controlled": True}
    assert stocked.post(API + "/parts", json=secret).status_code == 201
    cleared = as_role(Role.RECEIVING, Role.QUALITY, cleared=True)
    assert cleared.post(API + "/lots", json=LOT | {"number": "S-1", "part": "SEEKER"}).status_code == 201
    viewer = as_role(Role.VIEWER)
    for path in ("/orders/NONE", "/lots/NONE", "/lots/S-1"):
        assert viewer.get(f"{API}{path}/compliance").status_code == 404
    assert cleared.get(f"{API}/lots/S-1/compliance").status_code == 200


@pytest.mark.parametrize(
    ("country", "melted", "clauses"),
    [
        ("US", None, []),
        ("SE", "qualifying", ["252.225-7008"]),
        ("CN", "elsewhere", ["252.225-7008", "252.225-7009"]),
        (None, "unknown", ["252.225-7008", "252.225-7009"]),
    ],
)
def test_a_dispatch_warns_of_metal_melted_where_a_clause_does_not_allow(
    stocked: TestClient, country: str | None, melted: str | None, clauses: list[str]
) -> None:
    lot = LOT | {"number": "MELT-1", "country_of_melt": country}
    assert stocked.post(API + "/lots", json=lot).status_code == 201
    body = {"customer": "NORTHWIND", "destination": "Graz", "lines": [{"lot": "MELT-1", "quantity": 5}]}
    made = stocked.post(API + "/dispatches", json=body)
    assert made.status_code == 201, made.text
    expected = [{"code": "dispatch.melted", "lot": "MELT-1", "melted": melted, "clauses": clauses}]
    assert made.json()["warnings"] == (expected if clauses else [])
    read = stocked.get(f"{API}/dispatches/{made.json()['number']}").json()
    assert read["warnings"] == made.json()["warnings"]


def test_what_a_dispatch_warned_of_stays_whatever_is_said_of_the_lot_later(stocked: TestClient) -> None:
    lots = {number: LOT | {"number": number, "country_of_melt": melt} for number, melt in _DOUBTFUL.items()}
    for lot in lots.values():
        assert stocked.post(API + "/lots", json=lot).status_code == 201
    lines = [{"lot": number, "quantity": 5} for number in lots]
    body = {"customer": "NORTHWIND", "destination": "Graz", "lines": lines}
    gone = stocked.post(API + "/dispatches", json=body).json()
    for change in ({"country_of_melt": "US"}, {"country_of_origin": "US"}, {"received_on": "2016-01-01"}):
        refused = stocked.put(f"{API}/lots/MELT-CN", json=lots["MELT-CN"] | change)
        assert (refused.status_code, refused.json()["code"]) == (409, "lot.judged_by")
        assert [error["field"] for error in refused.json()["errors"]] == list(change)
    said = stocked.put(f"{API}/lots/MELT-NONE", json=lots["MELT-NONE"] | {"country_of_melt": "US"})
    assert said.status_code == 200, said.text
    assert [each["melted"] for each in gone["warnings"]] == ["elsewhere", "unknown"]
    assert stocked.get(f"{API}/dispatches/{gone['number']}").json()["warnings"] == gone["warnings"]


_DOUBTFUL = {"MELT-CN": "CN", "MELT-NONE": None}


def test_a_part_under_no_clause_is_dispatched_without_a_warning(stocked: TestClient) -> None:
    stocked.post(API + "/parts", json=PART | {"number": "PLAIN", "dfars": False})
    lot = LOT | {"number": "MELT-2", "part": "PLAIN", "country_of_melt": "CN"}
    assert stocked.post(API + "/lots", json=lot).status_code == 201
    body = {"customer": "NORTHWIND", "destination": "Graz", "lines": [{"lot": "MELT-2", "quantity": 5}]}
    assert stocked.post(API + "/dispatches", json=body).json()["warnings"] == []
