"""Plants and suppliers, contacts and approvals."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.routes.supplier_approvals import ApprovalView
from api.routes.supplier_contacts import ContactView
from models.domain.authority import Role
from models.queries.master import approval_on, contacts_for
from tests.api.conftest import API, PLANT, SUPPLIER, Login

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CONTACTS, APPROVALS = API + "/suppliers/ACME/contacts", API + "/suppliers/ACME/approvals"
APPROVAL = {"process": "PLATE", "spec": "ASTM B633", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}


def wrong_fields(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "america/monterrey", "../etc/passwd", "localtime", ""])
def test_a_time_zone_is_one_iana_knows(stocked: TestClient, timezone: str) -> None:
    assert wrong_fields(stocked.post(API + "/plants", json=PLANT | {"timezone": timezone})) == ["timezone"]


def test_a_calendar_must_be_known_to_be_kept_by_a_plant_or_supplier(stocked: TestClient) -> None:
    for path, body in (("/plants", PLANT), ("/suppliers", SUPPLIER)):
        answer = stocked.post(API + path, json=body | {"code": "NEW", "calendar": "NOPE"})
        assert wrong_fields(answer) == ["calendar"]
        assert "create it first" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("code", ["acme", "TOOLONGX", "A-B", "", "ÄB", "A B"])
def test_a_supplier_code_fits_into_a_lot_number(stocked: TestClient, code: str) -> None:
    assert wrong_fields(stocked.post(API + "/suppliers", json=SUPPLIER | {"code": code})) == ["code"]


@pytest.mark.parametrize(
    "email",
    [
        "a@b.example,c@d.example",
        "a@b.example\r\nBcc: x@y.example",
        "Ana <ana@acme.example>",
        "no-at.example",
        "two@@acme.example",
        "dot.@acme.example",
        "x@-acme.example",
        "x@acme..example",
        "x" * 65 + "@acme.example",
        "x@" + "a" * 250 + ".example",
        "",
    ],
)
def test_a_mail_address_is_one_plain_address(stocked: TestClient, email: str) -> None:
    body = SUPPLIER | {"code": "NEW", "email": email}
    assert wrong_fields(stocked.post(API + "/suppliers", json=body)) == ["email"]


def test_a_supplier_speaks_a_language_we_have(stocked: TestClient) -> None:
    answer = stocked.post(API + "/suppliers", json=SUPPLIER | {"code": "NEW", "locale": "de"})
    assert wrong_fields(answer) == ["locale"]


def test_a_contact_takes_the_suppliers_language_and_order_mail_when_nothing_is_said(
    stocked: TestClient,
) -> None:
    answer = stocked.post(CONTACTS, json={"name": "Ana", "email": "ana@acme.example"})
    assert answer.status_code == 201
    contact = answer.json()
    ContactView(**contact)
    assert contact["id"].startswith("sc_")
    assert (contact["locale"], contact["notify"], contact["cleared"]) == ("es", ["orders"], False)
    assert stocked.get(answer.headers["location"]).json() == contact
    assert stocked.get(CONTACTS).json() == {"items": [contact], "next": None}


def test_a_contact_is_replaced_and_keeps_its_id(stocked: TestClient) -> None:
    body = {"name": "Ana", "email": "ana@acme.example"}
    first = stocked.post(CONTACTS, json=body)
    changed = stocked.put(
        first.headers["location"], json=body | {"locale": "en", "notify": ["quality", "orders", "quality"]}
    )
    assert changed.json() == first.json() | {"locale": "en", "notify": ["orders", "quality"]}


def test_one_address_is_one_contact_of_a_supplier(stocked: TestClient) -> None:
    body = {"name": "Ana", "email": "ana@acme.example"}
    stocked.post(CONTACTS, json=body)
    twin = stocked.post(CONTACTS, json=body)
    assert (twin.status_code, twin.json()["code"]) == (409, "exists")
    other = stocked.post(CONTACTS, json=body | {"email": "bo@acme.example"})
    taken = stocked.put(other.headers["location"], json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "exists")
    stocked.post(API + "/suppliers", json=SUPPLIER | {"code": "FORGE"})
    assert stocked.post(API + "/suppliers/FORGE/contacts", json=body).status_code == 201


def test_a_contact_is_not_found_under_another_supplier(stocked: TestClient) -> None:
    stocked.post(API + "/suppliers", json=SUPPLIER | {"code": "FORGE"})
    contact = stocked.post(CONTACTS, json={"name": "Ana", "email": "ana@acme.example"}).json()
    elsewhere = f"{API}/suppliers/FORGE/contacts/{contact['id']}"
    assert stocked.get(elsewhere).status_code == 404
    assert stocked.put(elsewhere, json={"name": "X", "email": "x@y.example"}).status_code == 404
    assert stocked.get(API + "/suppliers/FORGE/contacts").json()["items"] == []


def test_contacts_and_approvals_of_nobody_are_404(stocked: TestClient) -> None:
    for path in ("contacts", "approvals"):
        assert stocked.get(f"{API}/suppliers/NOPE/{path}").status_code == 404
    nobodys = f"{API}/suppliers/NOPE/"
    assert stocked.post(nobodys + "contacts", json={"name": "A", "email": "a@b.example"}).status_code == 404
    assert stocked.post(nobodys + "approvals", json=APPROVAL).status_code == 404


def test_a_buyer_adds_contacts_but_no_approvals(stocked: TestClient, as_role: Login) -> None:
    buyer = as_role(Role.BUYER)
    assert buyer.post(CONTACTS, json={"name": "Ana", "email": "ana@acme.example"}).status_code == 201
    assert buyer.post(APPROVALS, json=APPROVAL).status_code == 403


def test_contacts_are_asked_by_what_they_want_to_know(stocked: TestClient, app: FastAPI) -> None:
    for name, notify in (("ana", ["orders"]), ("bo", ["quality", "digest"]), ("cy", ["orders", "quality"])):
        stocked.post(CONTACTS, json={"name": name, "email": f"{name}@acme.example", "notify": notify})
    with app.state.database.read() as session:
        asked = {topic: contacts_for(session, "ACME", topic) for topic in ("orders", "quality", "digest")}
    assert {topic: {contact.name for contact in found} for topic, found in asked.items()} == {
        "orders": {"ana", "cy"},
        "quality": {"bo", "cy"},
        "digest": {"bo"},
    }


def test_an_approval_names_a_known_process_and_ends_after_it_begins(stocked: TestClient) -> None:
    answer = stocked.post(APPROVALS, json=APPROVAL | {"process": "NOPE", "valid_to": "2025-01-01"})
    assert wrong_fields(answer) == ["process", "valid_to"]


def test_an_approval_is_kept_read_and_replaced(stocked: TestClient) -> None:
    created = stocked.post(APPROVALS, json=APPROVAL)
    assert created.status_code == 201
    ApprovalView(**created.json())
    again = stocked.post(APPROVALS, json=APPROVAL)
    assert (again.status_code, again.json()["code"]) == (409, "exists")
    place = created.headers["location"]
    longer = stocked.put(place, json=APPROVAL | {"valid_to": None, "certificate": "NADCAP 1"})
    assert longer.json() == created.json() | {"valid_to": None, "certificate": "NADCAP 1"}
    assert stocked.get(APPROVALS).json()["items"] == [stocked.get(place).json()]


@pytest.mark.parametrize(
    ("spec", "day", "certificate"),
    [
        ("ASTM B633", date(2026, 1, 1), "narrow"),
        ("ASTM B633", date(2026, 12, 31), "narrow"),
        ("ASTM B633", date(2027, 1, 1), "wide"),
        ("AMS 2404", date(2026, 6, 1), "wide"),
        ("AMS 2404", date(2025, 12, 31), None),
    ],
)
def test_the_approval_in_force_is_the_nearest_to_the_specification(
    stocked: TestClient, app: FastAPI, spec: str, day: date, certificate: str | None
) -> None:
    stocked.post(APPROVALS, json=APPROVAL | {"certificate": "narrow"})
    stocked.post(APPROVALS, json={"process": "PLATE", "valid_from": "2026-01-01", "certificate": "wide"})
    with app.state.database.read() as session:
        found = approval_on(session, "ACME", "PLATE", spec, day)
    assert (found and found.certificate) == certificate
