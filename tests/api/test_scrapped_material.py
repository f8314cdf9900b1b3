"""What quality decides to scrap of a job goes to scrap: in the lot, the genealogy and the balance, and for good."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from activities.doctor import records
from models.domain.authority import Role
from tests.api.conftest import API, NOW, WORK_ORDER, Login
from tests.api.test_shop_floor import JOB, decide, floor, leave, listed, made, on_hand, out, refused

__all__ = ["floor", "listed"]
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LATER = f"{API}/work-orders/WO-9"


def wrong(client: TestClient, pieces: int = 300) -> None:
    """The job used up a tube and made pieces of it."""
    made(client, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    out(client, pieces)


def scrap(client: TestClient) -> Any:
    answer = decide(client, "WO-3201-M1", decision="scrap", reason="Soft")
    assert answer.status_code == 200, answer.text
    return answer.json()


def used_elsewhere(client: TestClient, quantity: int) -> Any:
    assert client.post(API + "/work-orders", json=WORK_ORDER | {"number": "WO-9"}).status_code == 201
    return made(client, f"{LATER}/consumptions", lot="WO-3201-A", quantity=quantity)


def figures(client: TestClient, lot: str = "WO-3201-A") -> dict[str, str]:
    told = client.get(f"{API}/trace/lot:{lot}").json()
    assert told["answer"]["unexplained"] == []
    (row,) = [row for row in told["lots"] if row["lot"] == lot]
    return {name: row[name] for name in ("made", "on_hand", "scrapped", "consumed")}


def release(client: TestClient, lot: str = "WO-3201-A") -> Any:
    return client.post(f"{API}/lots/{lot}/release", json={"reason": "Hard enough"})


def test_scrapped_pieces_are_scrap_in_lot_genealogy_and_balance(listed: TestClient, app: FastAPI) -> None:
    wrong(listed)
    assert figures(listed) == {"made": "300", "on_hand": "300", "scrapped": "0", "consumed": "0"}
    decided = scrap(listed)
    (gone,) = decided["scrapped"]
    assert (gone["lot"], gone["quantity"], decided["elsewhere"]) == ("WO-3201-A", "300", [])
    assert on_hand(listed, "WO-3201-A") == ("0", "300")
    assert figures(listed) == {"made": "300", "on_hand": "0", "scrapped": "300", "consumed": "0"}
    edges = listed.get(f"{API}/trace/lot:WO-3201-A", params={"direction": "forward"}).json()["edges"]
    assert [(edge["to"], edge["how"], edge["quantity"]) for edge in edges] == [
        ("scrap:WO-3201-A", "scrap", "300")
    ]
    assert refused(leave(listed, "WO-3201-A", 10)) == "dispatch.scrapped"
    assert records(app.state.database, app.state.settings.files_dir, NOW) == []


def test_what_was_used_before_is_named_and_no_release_brings_any_of_it_back(
    listed: TestClient, as_role: Login, app: FastAPI
) -> None:
    wrong(listed)
    used = used_elsewhere(listed, 11)
    decided = scrap(listed)
    assert decided["scrapped"][0]["quantity"] == "289"
    (there,) = decided["elsewhere"]
    assert (there["lot"], there["kind"], there["number"], there["quantity"]) == (
        "WO-3201-A",
        "work_order",
        "WO-9",
        "11",
    )
    assert figures(listed) == {"made": "300", "on_hand": "0", "scrapped": "289", "consumed": "11"}
    design = as_role(Role.DESIGN_AUTHORITY)
    assert refused(release(design)) == "lot.scrapped"
    # What comes back into the lot goes the same way.
    back = listed.post(f"{LATER}/consumptions/{used['id']}/reverse", json={"reason": "Wrong lot"})
    assert back.status_code == 200, back.text
    assert figures(listed) == {"made": "300", "on_hand": "0", "scrapped": "300", "consumed": "0"}
    assert records(app.state.database, app.state.settings.files_dir, NOW) == []


@sqlite_only
def test_what_another_job_made_of_it_is_said_to_come_from_it(listed: TestClient, as_role: Login) -> None:
    wrong(listed)
    used_elsewhere(listed, 11)
    made(listed, f"{LATER}/outputs", quantity=11)
    scrap(listed)
    answer = leave(listed, "WO-9-A", 5)
    assert refused(answer) == "dispatch.scrapped"
    assert answer.json()["detail"].startswith("Lot WO-9-A comes from WO-3201, which used TUBE-1;")


@sqlite_only
def test_what_the_job_makes_later_is_scrapped_at_once(listed: TestClient) -> None:
    wrong(listed)
    scrap(listed)
    out(listed, 5)
    assert on_hand(listed, "WO-3201-B") == ("0", "5")
    (row,) = listed.get(API + "/material-mismatches").json()["items"]
    assert [(each["lot"], each["quantity"]) for each in row["scrapped"]] == [
        ("WO-3201-A", "300"),
        ("WO-3201-B", "5"),
    ]


@sqlite_only
def test_a_person_s_hold_of_a_lot_that_is_all_scrapped_can_be_lifted(
    listed: TestClient, as_role: Login
) -> None:
    wrong(listed)
    listed.post(f"{API}/lots/WO-3201-A/hold", json={"reason": "Looks soft"})
    scrap(listed)
    assert release(as_role(Role.DESIGN_AUTHORITY)).status_code == 200
    assert on_hand(listed, "WO-3201-A") == ("0", "300")


@sqlite_only
def test_a_lot_held_with_another_says_where_to_release(listed: TestClient, as_role: Login) -> None:
    made(listed, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    out(listed)
    listed.post(f"{API}/lots/TUBE/hold", json={"reason": "Soft"})
    answer = release(as_role(Role.DESIGN_AUTHORITY))
    assert refused(answer) == "lot.not_held"
    assert answer.json()["detail"] == (
        "Lot WO-3201-A is not on hold itself: it was made from lot TUBE, which is. Release TUBE."
    )
