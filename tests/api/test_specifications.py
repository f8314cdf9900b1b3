"""The register of specifications over HTTP, and the revision that drafts take from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import API, SPECIFICATION, Hands
from tests.api.test_compliance import draft, proved

TWO, NEXT = SPECIFICATION["revisions"]
TODAY = {"revision": "2026", "in_force_from": "2026-03-16", "withdrawn_on": None}


def register(client: TestClient, *revisions: dict[str, Any], code: str = "ASTM B633") -> Any:
    body = {"title": "Zinc", "revisions": list(revisions)}
    return client.put(f"{API}/specifications/{quote(code)}", json=body)


def ordered(client: TestClient, number: str) -> tuple[str, str]:
    found = client.get(f"{API}/orders/{number}").json()
    return found["spec"], found["spec_revision"]


def test_revisions_are_kept_in_time_and_two_on_one_day_are_refused(stocked: TestClient) -> None:
    assert register(stocked, TODAY, TWO, NEXT).json()["revisions"] == [TWO, NEXT, TODAY]
    refused = register(stocked, TWO, NEXT | {"in_force_from": "2019-11-01"})
    assert (refused.status_code, refused.json()["code"]) == (422, "specification.revisions")
    assert [error["field"] for error in refused.json()["errors"]] == ["revisions.1.in_force_from"]


@pytest.mark.parametrize("address", ["AMS 2759/3", quote("AMS 2759/3", safe="")])
def test_a_code_may_have_a_slash(stocked: TestClient, address: str) -> None:
    made = stocked.post(API + "/specifications", json=SPECIFICATION | {"code": "AMS 2759/3"})
    assert made.status_code == 201, made.text
    assert stocked.get(made.headers["location"]).json() == made.json()
    assert stocked.get(f"{API}/specifications/{address}").json()["code"] == "AMS 2759/3"
    wrong = stocked.post(API + "/specifications", json=SPECIFICATION | {"code": "AMS 2759/"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "code")


def test_a_draft_takes_the_revision_in_force_on_the_plants_day(stocked: TestClient, clock: Hands) -> None:
    assert register(stocked, TWO, NEXT, TODAY).status_code == 200
    number = draft(stocked)
    assert ordered(stocked, number) == ("ASTM B633", "2026")
    assert proved(stocked, f"/orders/{number}")["specification"] == {
        "spec": "ASTM B633",
        "ordered": "2026",
        "day": "2026-03-16",
        "in_force": "2026",
        "in_force_from": "2026-03-16",
        "standing": "in_force",
        "ok": True,
    }
    # It is the sixteenth, but not yet where the plant is.
    clock.now = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)
    assert ordered(stocked, draft(stocked)) == ("ASTM B633", "2023")


def test_a_revision_that_is_named_stays_and_is_warned_of(stocked: TestClient) -> None:
    number = draft(stocked, spec_revision="2019")
    edited = stocked.patch(f"{API}/orders/{number}", json={"priority": "urgent"}).json()
    assert edited["spec_revision"] == "2019"
    assert (
        "ASTM B633: revision 2019 is ordered; on 2026-03-16 revision 2023 is in force" in edited["warnings"]
    )
    found = proved(stocked, f"/orders/{number}")
    assert (found["specification"]["standing"], found["specification"]["in_force"]) == ("superseded", "2023")
    assert "specification_not_in_force" in found["findings"]
    plain = stocked.patch(f"{API}/orders/{number}", json={"spec_revision": "2023"}).json()
    assert not any("in force" in warning for warning in plain["warnings"])


def test_of_what_is_not_registered_the_routing_says_the_revision(stocked: TestClient) -> None:
    number = draft(stocked, spec="AMS 2418")
    assert ordered(stocked, number) == ("AMS 2418", "2023")
    assert proved(stocked, f"/orders/{number}")["specification"] is None
    withdrawn = NEXT | {"withdrawn_on": "2026-01-01"}
    assert register(stocked, TWO, withdrawn).status_code == 200
    number = draft(stocked)
    assert ordered(stocked, number) == ("ASTM B633", "2023")
    found = proved(stocked, f"/orders/{number}")["specification"]
    assert (found["standing"], found["in_force"], found["ok"]) == ("withdrawn", None, False)


def test_what_is_registered_later_for_a_day_that_has_passed_is_found(stocked: TestClient) -> None:
    number = draft(stocked)
    assert proved(stocked, f"/orders/{number}")["specification"]["ok"]
    assert register(stocked, TWO, NEXT, TODAY).status_code == 200
    assert ordered(stocked, number) == ("ASTM B633", "2023")
    found = proved(stocked, f"/orders/{number}")
    assert (found["specification"]["standing"], found["specification"]["in_force"]) == ("superseded", "2026")
    assert "specification_not_in_force" in found["findings"]


def test_converted_operations_are_ordered_to_what_is_in_force(stocked: TestClient) -> None:
    assert register(stocked, TWO, NEXT, TODAY).status_code == 200
    body = {"operations": [{"work_order": "WO-3201", "operation": 30}], "supplier": "ACME"}
    made = stocked.post(API + "/orders/convert", json=body)
    assert made.status_code == 201, made.text
    (group,) = made.json()["items"]
    assert group["spec_revision"] == "2026"
    assert ordered(stocked, group["number"]) == ("ASTM B633", "2026")
