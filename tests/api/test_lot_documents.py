"""The files of certificates that came with bought material."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from activities.doctor_files import files
from models.domain.authority import Role
from tests.api.conftest import API, LOT, NOW, PART, Hands, Login

NUMBER = "20260315-ACME-001"
PDF = b"%PDF-1.7 mill test report"
MTR = {"type": "cert_3_1", "number": "MTR-4140-7", "issuer": "Nucor Steel", "revision": "A"}


def upload(client: TestClient, content: bytes = PDF, lot: str = NUMBER, **said: str) -> Any:
    """With whatever is said beside what is printed; `key` makes it a request that may come twice."""
    key = {"Idempotency-Key": said.pop("key")} if "key" in said else {}
    return client.post(
        f"{API}/lots/{lot}/documents",
        params=MTR | said,
        content=content,
        headers={"Content-Type": "application/pdf", "X-Filename": "mtr%201.pdf"} | key,
    )


def test_the_file_of_a_lots_certificate_is_kept_and_comes_back_byte_by_byte(
    stocked: TestClient, as_role: Login
) -> None:
    receiving = as_role(Role.RECEIVING)
    made = upload(receiving)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["document"], told["filename"], told["size"]) == (f"{NUMBER}-C1", "mtr 1.pdf", len(PDF))
    assert made.headers["location"] == f"{API}/documents/{NUMBER}-C1"
    listed = stocked.get(f"{API}/lots/{NUMBER}/documents").json()["items"]
    assert listed == [told]
    assert {name: told[name] for name in MTR} == MTR
    # The lot came the day before.
    assert told["late"] is True
    assert told["added_at"] == "2026-03-16T09:30:00Z"
    read = stocked.get(made.headers["location"])
    assert read.content == PDF
    assert read.headers["content-disposition"].startswith("attachment")


def test_one_of_the_day_the_lot_came_is_not_late(stocked: TestClient) -> None:
    lot = stocked.post(API + "/lots", json=LOT | {"received_on": None}).json()["number"]
    assert upload(stocked, lot=lot).json()["late"] is False


def test_a_certificate_comes_once_and_a_newer_revision_replaces_it(stocked: TestClient) -> None:
    first = upload(stocked).json()["document"]
    again = upload(stocked, b"%PDF-1.7 other", issuer="nucor  steel")
    assert (again.status_code, again.json()["code"]) == (409, "document.exists")
    assert again.json()["errors"][0]["field"] == "number"
    newer = upload(stocked, b"%PDF-1.7 newer", revision="B").json()
    assert newer["supersedes"] == first
    listed = stocked.get(f"{API}/lots/{NUMBER}/documents").json()["items"]
    assert [(item["document"], item["superseded_by"]) for item in listed] == [
        (first, newer["document"]),
        (newer["document"], ""),
    ]
    assert stocked.get(f"{API}/documents/{first}").content == PDF
    # The same mill's report may come with another lot of the heat.
    other = stocked.post(API + "/lots", json=LOT).json()["number"]
    assert upload(stocked, lot=other).status_code == 201


def test_a_repeated_upload_is_the_same_one(stocked: TestClient) -> None:
    made = [upload(stocked, key="once") for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert len(stocked.get(f"{API}/lots/{NUMBER}/documents").json()["items"]) == 1
    assert upload(stocked, b"%PDF-1.7 else", key="once").json()["code"] == "idempotency.reused"


@pytest.mark.parametrize(
    ("content", "said", "status", "code"),
    [
        (b"", {}, 422, "file.empty"),
        (b"GIF89a", {}, 415, "file.lies"),
        (PDF, {"type": "heat_chart"}, 422, "document.not_of_material"),
        (PDF, {"supersedes": "X-C1"}, 422, "document.supersedes_of_lot"),
        (PDF, {"lot": "NO-LOT"}, 404, "unknown"),
    ],
)
def test_what_is_no_certificate_of_the_lot_is_refused_and_not_kept(
    stocked: TestClient, app: FastAPI, content: bytes, said: dict[str, str], status: int, code: str
) -> None:
    answer = upload(stocked, content, **said)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert list(app.state.uploads.store.all()) == []


def test_who_may_not_add_documents_is_refused(stocked: TestClient, as_role: Login) -> None:
    assert upload(as_role(Role.PLANNER)).status_code == 403


def test_a_controlled_lots_certificate_is_not_there_for_who_is_not_cleared(
    stocked: TestClient, as_role: Login
) -> None:
    admin = as_role(Role.ADMIN, Role.RECEIVING, cleared=True)
    admin.post(API + "/parts", json=PART | {"number": "SECRET-1", "export_controlled": True})
    lot = admin.post(API + "/lots", json=LOT | {"part": "SECRET-1", "number": "SECRET-LOT"}).json()["number"]
    assert upload(admin, lot=lot).status_code == 201
    assert admin.get(f"{API}/documents/{lot}-C1").content == PDF
    for path in (f"/documents/{lot}-C1", f"/lots/{lot}/documents", f"/trace/{MTR['number']}"):
        assert stocked.get(API + path).status_code == 404
    assert upload(stocked, lot=lot).status_code == 404


def test_a_trace_begins_at_a_kept_certificate_and_leads_to_its_file(stocked: TestClient) -> None:
    missing = stocked.get(f"{API}/trace/lot:{NUMBER}").json()
    assert [row["lot"] for row in missing["missing"]] == [NUMBER]
    document = upload(stocked).json()["document"]
    for named in (MTR["number"], MTR["number"].lower(), document):
        found = stocked.get(f"{API}/trace/{named}").json()
        assert found["root"]["nodes"] == [f"lot:{NUMBER}"]
        assert found["missing"] == []
        [paper] = found["certificates"]
        assert {
            name: paper[name] for name in ("lot", "document", "type", "number", "issuer", "filename")
        } == {
            "lot": NUMBER,
            "document": document,
            "type": "cert_3_1",
            "number": MTR["number"],
            "issuer": MTR["issuer"],
            "filename": "mtr 1.pdf",
        }


def test_the_doctor_compares_files_with_the_rows_of_lots(
    stocked: TestClient, app: FastAPI, clock: Hands
) -> None:
    sha256 = upload(stocked).json()["sha256"]
    store = app.state.uploads.store

    def found() -> list[tuple[str, str]]:
        with app.state.database.snapshot() as session:
            later = clock() + timedelta(days=36500)
            return [(each.code, each.where) for each in files(session, store.folder, later, read=True)]

    assert clock() == NOW
    assert found() == []
    store.path(sha256).write_bytes(b"%PDF-1.7 mill test repor!")
    assert found() == [("file.changed", f"{NUMBER} document {NUMBER}-C1")]
    store.path(sha256).unlink()
    assert found() == [("file.missing", f"{NUMBER} document {NUMBER}-C1")]
