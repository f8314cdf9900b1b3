"""What jobs used beside their bills of material is in the quality ledger, as a kind of its own."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from models.domain.authority import Role
from tests.api.conftest import API, LOT, PART, Login
from tests.api.test_bom_quantities import bom
from tests.api.test_shop_floor import JOB, SIGNED, decide, floor, made, out, use

__all__ = ["floor"]


def ledger(client: TestClient, query: str = "") -> list[tuple[str, str, bool]]:
    answer = client.get(f"{API}/nonconformances{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return [(each["nonconformance"], each["kind"], each["open"]) for each in items]


def test_a_mismatch_is_a_line_of_the_ledger_that_says_where_it_is_decided(
    floor: TestClient, as_role: Login
) -> None:
    quality = as_role(Role.QUALITY)
    bom(floor, tolerance="0")
    made(floor, f"{API}/parts", **PART | {"number": "TUBE-1", "revision": "0"})
    tube = made(floor, f"{API}/lots", **LOT | {"part": "TUBE-1", "part_revision": "0"})["number"]
    made(floor, f"{JOB}/consumptions", lot=tube, quantity=1)
    use(floor, 1)
    out(floor, 300)
    first, second = ("WO-3201-M1", "material", True), ("WO-3201-M2", "material", True)
    # Other material may stand for what is missing: one mismatch until it is taken back.
    assert ledger(quality) == [first]
    item = quality.get(f"{API}/nonconformances").json()["items"][0]
    assert (item["work_order"], item["order"], item["part"], item["lot"]) == ("WO-3201", None, "TUBE-1", tube)
    assert (item["defect"], item["decide_at"]) == ("part", "/material-mismatches/WO-3201-M1/disposition")
    assert ledger(quality, "?kind=material&open=true&part=TUBE-1") == [first]
    for none in (
        "kind=pieces",
        "open=false",
        "part=BAR-4140",
        "supplier=ACME",
        "reviewed=false",
        "action=none",
    ):
        assert ledger(quality, f"?{none}") == [], none
    assert quality.get(f"{API}/nonconformances?kind=paper").status_code == 422

    made(floor, f"{JOB}/consumptions", lot=tube, quantity=2)
    assert ledger(quality) == [second, first]
    page = quality.get("/quality").text
    assert 'href="/quality">All <span class="count quiet">2</span>' in page.replace(
        ' aria-current="true"', ""
    )
    assert 'href="/material-mismatches/WO-3201-M2"' in page
    assert "WO-3201-M1" not in quality.get("/quality?kind=pieces").text
    assert "WO-3201-M1" in quality.get("/quality?state=open&kind=material").text

    following = quality.get(f"{API}/nonconformances?limit=1").json()
    assert [each["nonconformance"] for each in following["items"]] == ["WO-3201-M2"]
    rest = following["next"].replace("+", "%2B")
    assert ledger(quality, f"?limit=1&cursor={rest}") == [first]

    assert decide(floor, "WO-3201-M1", **SIGNED).status_code == 200
    assert ledger(quality, "?open=false") == [("WO-3201-M1", "material", False)]
    assert ledger(quality, "?open=true") == [second]


def test_a_mismatch_with_a_controlled_part_is_absent_for_who_is_not_cleared(
    floor: TestClient, as_role: Login
) -> None:
    cleared = as_role(Role.ADMIN, Role.QUALITY, cleared=True)
    secret = PART | {"number": "BAR-EXP", "revision": "A", "export_controlled": True, "dfars": False}
    made(cleared, f"{API}/parts", **secret)
    lot = made(cleared, f"{API}/lots", **LOT | {"part": "BAR-EXP", "part_revision": "A"})["number"]
    bom(floor, tolerance="0")
    made(cleared, f"{JOB}/consumptions", lot=lot, quantity=1)
    assert ledger(cleared) == [("WO-3201-M1", "material", True)]
    quality = as_role(Role.QUALITY)
    assert ledger(quality) == []
    assert "WO-3201-M1" not in quality.get("/quality").text
