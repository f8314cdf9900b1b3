"""Terms of suppliers: kept with what they were before, refused field by field."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient

from api.routes.supplier_terms import TermsView
from models.domain.authority import Role
from models.queries.contracts import terms_of
from models.tables.master_changes import MasterChange
from tests.api.conftest import API, PROCESS, SUPPLIER, Login

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TERMS = API + "/suppliers/ACME/terms"
BODY = {
    "process": "PLATE",
    "part": "FLANGE-DN50",
    "basis": "piece",
    "price": "0.0875",
    "minimum": "150",
    "lot_charge": "35.50",
    "expedite_fee": 200,
    "late_per_day": "25",
    "reject_charge": "1.25",
    "early_reward": "40",
    "currency": "usd",
    "valid_from": "2026-01-01",
}


def errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def test_terms_are_kept_read_listed_and_replaced_with_what_they_were(
    stocked: TestClient, app: FastAPI
) -> None:
    made = stocked.post(TERMS, json=BODY)
    assert made.status_code == 201, made.text
    saved = made.json()
    TermsView(**saved)
    assert (saved["currency"], saved["price"], saved["lot_charge"]) == ("USD", "0.0875", "35.5")
    place = made.headers["location"]
    assert stocked.get(TERMS).json() == {"items": [saved], "next": None}
    dearer = stocked.put(place, json=BODY | {"price": "0.09"})
    assert dearer.json() == saved | {"price": "0.09"}
    with app.state.database.read() as session:
        kept = session.exec(
            select(MasterChange)
            .where(MasterChange.table_name == "supplier_terms")
            .order_by(col(MasterChange.id))
        ).all()
        assert [(row.before or {}).get("price") for row in kept] == [None, "0.0875"]
        (read,) = terms_of(session, "ACME")
    assert str(read.price) == "0.09"


def test_terms_for_everything_need_a_currency_and_a_day_only(stocked: TestClient) -> None:
    made = stocked.post(TERMS, json={"currency": "MXN", "valid_from": "2026-01-01"}).json()
    assert (made["process"], made["part"], made["basis"], made["price"]) == ("", "", "piece", "0")


def test_everything_wrong_is_named_at_once(stocked: TestClient) -> None:
    wrong = errors(
        stocked.post(
            TERMS,
            json=BODY
            | {
                "process": "NOPE",
                "part": "NOPE",
                "price": "-1",
                "minimum": "0.005",
                "late_per_day": "10000000000000",
            },
        )
    )
    assert set(wrong) == {"process", "part", "price", "minimum", "late_per_day"}
    assert wrong["minimum"] == "USD is paid with 2 decimals; 0.005 has more."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("basis", "dozen"),
        ("currency", "XXX"),
        ("currency", ""),
        ("valid_from", "soon"),
        ("price", "much"),
        ("price", True),
        ("price", "0.0000001"),
        ("surcharge", "1"),
    ],
)
def test_what_is_no_term_is_refused_by_name(stocked: TestClient, field: str, value: object) -> None:
    assert list(errors(stocked.post(TERMS, json=BODY | {field: value}))) == [field]


def test_yen_have_no_decimals(stocked: TestClient) -> None:
    wrong = errors(stocked.post(TERMS, json=BODY | {"currency": "JPY"}))
    assert set(wrong) == {"lot_charge", "reject_charge"}


def test_from_one_day_on_there_is_one_price(stocked: TestClient) -> None:
    first = stocked.post(TERMS, json=BODY)
    again = stocked.post(TERMS, json=BODY | {"price": "0.09"})
    assert (again.status_code, again.json()["code"]) == (409, "exists")
    assert first.json()["id"] in again.json()["detail"]
    for other in ({"valid_from": "2026-07-01"}, {"currency": "EUR"}, {"part": None}, {"process": None}):
        made = stocked.post(TERMS, json=BODY | other)
        assert made.status_code == 201
        assert stocked.put(made.headers["location"], json=BODY).json()["code"] == "exists"


def test_terms_belong_to_their_supplier(stocked: TestClient) -> None:
    stocked.post(API + "/suppliers", json=SUPPLIER | {"code": "FORGE"})
    made = stocked.post(TERMS, json=BODY).json()
    elsewhere = f"{API}/suppliers/FORGE/terms/{made['id']}"
    assert stocked.get(elsewhere).status_code == 404
    assert stocked.put(elsewhere, json=BODY).status_code == 404
    assert stocked.get(f"{API}/suppliers/NOPE/terms").status_code == 404
    assert stocked.post(f"{API}/suppliers/NOPE/terms", json=BODY).status_code == 404


def test_buyers_and_finance_agree_terms_others_read_them(stocked: TestClient, as_role: Login) -> None:
    for role, status in ((Role.BUYER, 201), (Role.FINANCE, 201), (Role.QUALITY, 403), (Role.VIEWER, 403)):
        body = BODY | {"valid_from": f"2026-0{len(role) % 9 + 1}-01"}
        client = as_role(role)
        assert client.post(TERMS, json=body).status_code == status, role
        assert client.get(TERMS).status_code == 200


def test_terms_are_of_a_process_there_is(stocked: TestClient) -> None:
    stocked.post(API + "/processes", json=PROCESS | {"code": "HEAT"})
    assert stocked.post(TERMS, json=BODY | {"process": "HEAT"}).status_code == 201
