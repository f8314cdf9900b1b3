"""A job that uses too little or too much of its material keeps its pieces here until quality decides."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from models.settings import Settings
from tests.api.conftest import API, PART
from tests.api.test_shop_floor import JOB, SIGNED, decide, floor, leave, made, on_hand, out, refused, use

__all__ = ["floor"]
SQLITE_ONLY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def bom(client: TestClient, **more: Any) -> None:
    """Ten bars make 1,000 pieces; the job is to make 1,200."""
    line = {"part": "BAR-4140", "revision": "A", "quantity": "0.01"} | more
    answer = client.put(f"{API}/parts/FLANGE-DN50/B", json=PART | {"bom": [line]})
    assert answer.status_code == 200, answer.text


def standing(client: TestClient) -> list[tuple[str, str, str, str]]:
    items = client.get(API + "/material-mismatches?open=true").json()["items"]
    return [(each["id"], each["wrong"], each["quantity"], each["expected"][0]["quantity"]) for each in items]


def test_too_little_material_keeps_what_was_made_here_until_quality_accepts_it(floor: TestClient) -> None:
    bom(floor, tolerance="0")
    use(floor, 2)
    out(floor, 300)
    assert standing(floor) == [("WO-3201-M1", "short", "2", "3")]
    assert refused(leave(floor, "WO-3201-A", 10)) == "dispatch.material"
    accepted = decide(floor, "WO-3201-M1", **SIGNED)
    assert (accepted.status_code, accepted.json()["signature"]["name"]) == (200, "Q. Lee")
    assert leave(floor, "WO-3201-A", 10).status_code == 201
    # What was accepted stays accepted until it gets worse.
    out(floor, 1, lot="WO-3201-A")
    assert standing(floor) == [("WO-3201-M2", "short", "2", "4")]


@SQLITE_ONLY
def test_material_recorded_later_makes_good_for_what_was_missing(floor: TestClient) -> None:
    bom(floor, tolerance="0")
    out(floor, 300)
    assert standing(floor) == [("WO-3201-M1", "short", "0", "3")]
    used = use(floor, 2)
    assert standing(floor) == [("WO-3201-M1", "short", "2", "3")]
    use(floor, 1)
    assert standing(floor) == []
    assert refused(decide(floor, "WO-3201-M1", **SIGNED)) == "mismatch.withdrawn"
    assert leave(floor, "WO-3201-A", 10).status_code == 201
    assert used["mismatch"] is None
    assert on_hand(floor, "WO-3201-A") == ("290", "300")


@SQLITE_ONLY
def test_more_material_than_the_job_needs_is_a_mismatch_until_it_is_taken_back(floor: TestClient) -> None:
    bom(floor, tolerance="0")
    assert _made_for(floor, 300).status_code == 200
    use(floor, 3)
    assert standing(floor) == []
    more = made(floor, f"{JOB}/consumptions", lot="20260315-ACME-900", quantity=1)
    assert standing(floor) == [("WO-3201-M1", "excess", "4", "3")]
    floor.post(f"{JOB}/consumptions/{more['id']}/reverse", json={"reason": "Wrong job"})
    assert standing(floor) == []


@SQLITE_ONLY
def test_more_than_quality_accepted_is_for_quality_again(floor: TestClient) -> None:
    bom(floor, tolerance="0")
    assert _made_for(floor, 300).status_code == 200
    use(floor, 4)
    assert decide(floor, "WO-3201-M1", **SIGNED).status_code == 200
    assert standing(floor) == []
    use(floor, 1)
    assert standing(floor) == [("WO-3201-M2", "excess", "5", "3")]


@SQLITE_ONLY
def test_without_a_tolerance_a_tenth_more_or_less_is_allowed(floor: TestClient) -> None:
    bom(floor, quantity="0.1")
    assert _made_for(floor, 90).status_code == 200
    use(floor, 9)
    out(floor, 90)
    assert standing(floor) == []
    out(floor, 9)
    assert standing(floor) == []
    # 112 want 10 whole bars, less a tenth.
    out(floor, 13, confirm=True)
    assert standing(floor) == [("WO-3201-M1", "short", "9", "12")]
    line = {"part": "BAR-4140", "quantity": "0.01", "tolerance": "1"}
    answer = floor.put(f"{API}/parts/FLANGE-DN50/B", json=PART | {"bom": [line]})
    assert [error["field"] for error in answer.json()["errors"]] == ["bom.0.tolerance"]


@SQLITE_ONLY
def test_what_was_made_of_nothing_stays_here_until_its_material_is_recorded(floor: TestClient) -> None:
    bom(floor, quantity="0.0054", tolerance="0.1")
    # Half a bar: rounded in the job's favour, but not down to nothing.
    out(floor, 100)
    assert standing(floor) == [("WO-3201-M1", "short", "0", "1")]
    answer = leave(floor, "WO-3201-A", 10)
    assert refused(answer) == "dispatch.material"
    assert "used 0 C62 of BAR-4140" in answer.json()["detail"]
    traced = "/trace/lot:WO-3201-A?direction=both"
    assert floor.get(API + traced).json()["answer"]["nothing_drawn"] == 1
    assert "! 1 work order with no material recorded" in floor.get("/trace?q=lot:WO-3201-A").text
    use(floor, 1)
    assert standing(floor) == []
    assert leave(floor, "WO-3201-A", 10).status_code == 201
    assert floor.get(API + traced).json()["answer"]["nothing_drawn"] == 0
    assert "with no material recorded" not in floor.get("/trace?q=lot:WO-3201-A").text


# What came out, by operation, of 3 bars for 300 pieces; the mismatches there are then.
OUT: dict[str, tuple[list[tuple[int | None, int]], list[tuple[str, str, str]]]] = {
    "at one operation, in two parts": ([(10, 150), (10, 150)], []),
    "at two operations, one after the other": ([(10, 300), (30, 300)], []),
    "fewer at the second one": ([(10, 300), (30, 250)], []),
    "more at the second one": ([(10, 300), (30, 400)], [("short", "3", "4")]),
    "of the job as a whole, too": ([(10, 300), (None, 300)], []),
    "too many at one of them": ([(10, 300), (30, 300), (10, 100)], [("short", "3", "4")]),
}


@SQLITE_ONLY
@pytest.mark.parametrize(("outputs", "wrong"), OUT.values(), ids=OUT)
def test_pieces_that_come_out_of_two_operations_are_of_their_material_once(
    floor: TestClient, outputs: list[tuple[int | None, int]], wrong: list[tuple[str, str, str]]
) -> None:
    bom(floor, tolerance="0")
    use(floor, 3)
    for operation, pieces in outputs:
        out(floor, pieces, operation=operation)
    assert [each[1:] for each in standing(floor)] == wrong


class TestWhereAnyAmountWillDo:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"bom_tolerance": None})

    @SQLITE_ONLY
    def test_nothing_will_not(self, floor: TestClient) -> None:
        bom(floor)
        out(floor, 300)
        assert standing(floor) == [("WO-3201-M1", "short", "0", "3")]
        use(floor, 1)
        assert standing(floor) == []


def _made_for(client: TestClient, quantity: int) -> Any:
    return client.put(f"{API}/work-orders/WO-3201", json=_job(client) | {"quantity": quantity})


def _job(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{API}/work-orders/WO-3201").json()
    return {
        name: found[name] for name in ("type", "part", "revision", "due", "customer", "customer_order")
    } | {
        "operations": [
            {name: value for name, value in each.items() if value is not None and name in _STEP}
            for each in found["operations"]
        ]
    }


_STEP = ("sequence", "kind", "process", "spec", "spec_revision")
