"""Processes, parts and inspection plans."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import API, PART, PLAN, PROCESS

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STEP = {"code": "a", "kind": "process", "name": "A", "day": 3}
SIZE = {"number": "1", "name": "Thickness", "lower": "8", "upper": "12"}


def wrong_fields(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


def process(client: TestClient, **changes: Any) -> Any:
    return client.post(API + "/processes", json=PROCESS | {"code": "HEAT"} | changes)


def plan(client: TestClient, *characteristics: dict[str, Any], **changes: Any) -> Any:
    body = PLAN | {"characteristics": list(characteristics)} | changes
    return client.put(API + "/inspection-plans/FLANGE-DN50/B/PLATE", json=body)


def test_milestone_codes_are_unique(stocked: TestClient) -> None:
    assert wrong_fields(process(stocked, milestones=[STEP, STEP])) == ["milestones.1.code"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "lunch"}, "kind"), ({"day": -1}, "day"), ({"day": 1.5}, "day"), ({"day": True}, "day")],
)
def test_a_milestone_has_a_known_kind_and_a_day_that_can_come(
    stocked: TestClient, change: dict[str, Any], field: str
) -> None:
    assert wrong_fields(process(stocked, milestones=[STEP | change])) == [f"milestones.0.{field}"]


def test_a_milestone_without_a_name_is_called_by_its_code(stocked: TestClient) -> None:
    answer = process(stocked, milestones=[{"code": "a", "kind": "other"}])
    assert answer.json()["milestones"] == [{"code": "a", "kind": "other", "name": "a", "day": None}]


def test_required_documents_are_types_we_know_each_once(stocked: TestClient) -> None:
    assert wrong_fields(process(stocked, required_documents=["coc", "poem"])) == ["required_documents.1"]
    answer = process(stocked, required_documents=["coc", "cert_3_1", "coc"])
    assert answer.json()["required_documents"] == ["coc", "cert_3_1"]


def test_instructions_keep_their_lines(stocked: TestClient) -> None:
    answer = process(stocked, instructions="Mask.\r\nRack.\n说明")
    assert answer.json()["instructions"] == "Mask.\nRack.\n说明"


def test_every_revision_of_a_part_is_listed_under_its_number(stocked: TestClient) -> None:
    stocked.post(API + "/parts", json=PART | {"revision": "C"})
    listed = stocked.get(API + "/parts/FLANGE-DN50").json()["items"]
    assert [part["revision"] for part in listed] == ["B", "C"]
    assert stocked.get(API + "/parts/NOPE").json() == {"items": [], "next": None}


@pytest.mark.parametrize("key", ["a/b", "a?b", "..", "a#", "%41", " ", "x" * 65, "a\nb"])
def test_a_key_can_be_part_of_an_address(stocked: TestClient, key: str) -> None:
    assert wrong_fields(stocked.post(API + "/parts", json=PART | {"number": key})) == ["number"]


@pytest.mark.parametrize("key", ["SS 316-L", "法兰-50", "A+B&C=D", "ü;,:@"])
def test_a_key_may_be_anything_else(stocked: TestClient, key: str) -> None:
    created = stocked.post(API + "/parts", json=PART | {"number": key})
    assert created.status_code == 201
    assert stocked.get(created.headers["location"]).json()["number"] == key


@pytest.mark.parametrize("unit", ["", "C6 2", "LONG", "ü", "%", "QQQ"])
def test_a_unit_is_a_code_of_recommendation_20(stocked: TestClient, unit: str) -> None:
    assert wrong_fields(stocked.post(API + "/parts", json=PART | {"revision": "C", "uom": unit})) == ["uom"]


def test_a_unit_people_write_is_kept_as_its_code(stocked: TestClient) -> None:
    answer = stocked.post(API + "/parts", json=PART | {"revision": "C", "uom": "kg"})
    assert answer.json()["uom"] == "KGM"


def test_a_bill_of_material_names_other_known_parts_once(stocked: TestClient) -> None:
    stocked.post(API + "/parts", json=PART | {"number": "BAR", "revision": "1", "uom": "KGM"})
    bom = [
        {"part": "BAR", "quantity": "0.204"},
        {"part": "BAR", "quantity": 1},
        {"part": "NOPE", "quantity": 1},
        {"part": "NEW", "quantity": 1},
        {"part": "FLANGE-DN50", "quantity": 0},
    ]
    answer = stocked.post(API + "/parts", json=PART | {"number": "NEW", "bom": bom})
    assert wrong_fields(answer) == ["bom.1.part", "bom.2.part", "bom.3.part", "bom.4.quantity"]
    answer = stocked.post(API + "/parts", json=PART | {"number": "NEW", "bom": bom[:1]})
    assert answer.json()["bom"] == [{"part": "BAR", "quantity": "0.204"}]


@pytest.mark.parametrize(
    ("characteristic", "field"),
    [
        (SIZE | {"lower": "12.1"}, "upper"),
        (SIZE | {"nominal": "7.999"}, "nominal"),
        (SIZE | {"nominal": "12.001"}, "nominal"),
        (SIZE | {"lower": None, "upper": None}, "lower"),
        (SIZE | {"kind": "attribute"}, "kind"),
        (SIZE | {"kind": "colour"}, "kind"),
        (SIZE | {"sample": "some"}, "sample"),
        (SIZE | {"sample": 0}, "sample"),
        (SIZE | {"sample": True}, "sample"),
        (SIZE | {"sample": {"aql": "1.1"}}, "sample"),
        (SIZE | {"sample": {"aql": "1.0", "level": 2}}, "sample"),
        (SIZE | {"lower": True}, "lower"),
        (SIZE | {"lower": "1_0"}, "lower"),
        (SIZE | {"lower": "abc"}, "lower"),
    ],
)
def test_a_characteristic_that_cannot_be_judged_is_refused(
    stocked: TestClient, characteristic: dict[str, Any], field: str
) -> None:
    other = {"number": "9", "name": "Adhesion", "kind": "attribute"}
    assert wrong_fields(plan(stocked, other, characteristic)) == [f"characteristics.1.{field}"]


def test_a_nominal_on_the_limit_is_inside(stocked: TestClient) -> None:
    assert plan(stocked, SIZE | {"nominal": "8"}).status_code == 200
    assert plan(stocked, SIZE | {"nominal": "12.0"}).status_code == 200


def test_one_limit_is_enough(stocked: TestClient) -> None:
    answer = plan(stocked, {"number": "1", "name": "Thickness", "lower": 8})
    assert answer.json()["characteristics"][0]["upper"] is None


def test_characteristic_numbers_are_unique_and_one_is_needed(stocked: TestClient) -> None:
    assert wrong_fields(plan(stocked, SIZE, SIZE | {"number": 1})) == ["characteristics.1.number"]
    assert wrong_fields(plan(stocked)) == ["characteristics"]


def test_limits_are_kept_exactly(stocked: TestClient) -> None:
    body = (
        '{"part":"FLANGE-DN50","revision":"B","process":"PLATE","characteristics":[{"number":"1",'
        '"name":"x","lower":0.1,"nominal":0.30000000000000004,"upper":"10.0"}]}'
    )
    address = API + "/inspection-plans/FLANGE-DN50/B/PLATE"
    answer = stocked.put(address, content=body, headers={"Content-Type": "application/json"})
    kept = answer.json()["characteristics"][0]
    assert (kept["lower"], kept["nominal"], kept["upper"]) == ("0.1", "0.30000000000000004", "10")


def test_a_plan_is_for_a_known_part_revision_and_process(stocked: TestClient) -> None:
    body = PLAN | {"revision": "Z", "process": "NOPE"}
    assert wrong_fields(stocked.post(API + "/inspection-plans", json=body)) == ["part", "process"]


def test_a_gtin_is_kept_as_fourteen_digits(stocked: TestClient) -> None:
    path = API + f"/parts/{PART['number']}/{PART['revision']}"
    assert stocked.put(path, json=PART | {"gtin": "950 6000 134352"}).json()["gtin"] == "09506000134352"
    assert wrong_fields(stocked.put(path, json=PART | {"gtin": "9506000134353"})) == ["gtin"]


def test_two_revisions_may_have_the_same_gtin_and_two_parts_may_not(stocked: TestClient) -> None:
    item = PART | {"gtin": "96385074"}
    assert stocked.post(API + "/parts", json=item | {"revision": "C"}).status_code == 201
    assert stocked.post(API + "/parts", json=item | {"revision": "D"}).status_code == 201
    answer = stocked.post(API + "/parts", json=item | {"number": "OTHER"})
    assert wrong_fields(answer) == ["gtin"]
    assert PART["number"] in answer.json()["errors"][0]["message"]
