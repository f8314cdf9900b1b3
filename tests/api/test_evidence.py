"""All that proves how an order was done, as one file: its papers and those of its material, on both databases."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.queries.order_evidence import evidence
from models.queries.orders import Reader
from models.settings import Settings
from tests.stories import LOT, issued, master_data
from tests.systems import API, System, running

PDF = b"%PDF-1.7 "
BARS = "20260301-MILL-001"


@pytest.fixture
async def system(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    """The flange's lot came out of a job that used bars up; another lot has nothing to do with it."""
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        part = {"number": "BAR", "revision": "A", "description": "Bar", "uom": "C62"}
        await system.post(Role.ADMIN, "/parts", part, status=201)
        for number in (BARS, "OTHER"):
            lot = {"number": number, "part": "BAR", "quantity": 5, "uom": "C62"}
            await system.post(Role.ADMIN, "/lots", lot, status=201)
        used = {"lot": BARS, "quantity": 2}
        await system.post(Role.RECEIVING, "/work-orders/WO-3201/consumptions", used, status=201)
        made = {"lot": "WO-3201-A", "quantity": 20}
        await system.post(Role.RECEIVING, "/work-orders/WO-3201/outputs", made, status=201)
        yield system


async def upload(system: System, path: str, query: str, content: bytes, name: str) -> Any:
    headers = {"Content-Type": "application/pdf", "X-Filename": name}
    answer = await system.login(Role.QUALITY).post(f"{API}{path}?{query}", content=content, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def sent(system: System) -> str:
    number = await issued(
        system,
        lines=[
            {"work_order": "WO-3201", "operation": 30, "quantity": 20, "unit_price": "1", "currency": "USD"}
            | {"lots": [{"lot": "WO-3201-A", "quantity": 20}]}
        ],
    )
    lines = [{"line": 1, "lot": "WO-3201-A", "quantity": 20}]
    await system.command(Role.RECEIVING, number, "send", lines=lines)
    return number


async def unpacked(
    system: System, number: str, who: Role = Role.VIEWER
) -> tuple[ZipFile, list[dict[str, str]]]:
    answer = await system.login(who).get(f"{API}/orders/{number}/evidence.zip")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="{number}-evidence.zip"'
    archive = ZipFile(BytesIO(answer.content))
    assert archive.testzip() is None
    index = archive.read(f"{number}/index.csv").decode("utf-8-sig")
    return archive, list(csv.DictReader(index.splitlines()))


async def test_an_order_s_evidence_has_its_papers_and_those_of_the_material_it_sent(system: System) -> None:
    number = await sent(system)
    await upload(
        system, f"/orders/{number}/documents", "type=other&number=P-1", PDF + b"photo", "a/..%2Fb.pdf"
    )
    await upload(
        system,
        f"/lots/{BARS}/documents",
        "type=cert_3_1&number=MTR-7&issuer=Mill&revision=A",
        PDF + b"A",
        "mtr.pdf",
    )
    await upload(
        system,
        f"/lots/{BARS}/documents",
        "type=cert_3_1&number=MTR-7&issuer=Mill&revision=B",
        PDF + b"B",
        "mtr.pdf",
    )
    await upload(system, "/lots/WO-3201-A/documents", "type=coc&number=OURS", PDF + b"ours", "coc.pdf")
    await upload(system, f"/lots/{LOT}/documents", "type=coc&number=ELSE", PDF + b"else", "else.pdf")
    await upload(system, "/lots/OTHER/documents", "type=coc&number=NONE", PDF + b"none", "none.pdf")
    archive, index = await unpacked(system, number)
    assert [(row["of"], row["type"], row["number"], row["path"]) for row in index] == [
        (number, "other", "P-1", f"order/{number}-D1 {index[0]['filename'].replace('/', '_')}"),
        (BARS, "cert_3_1", "MTR-7", f"material/{BARS}/{BARS}-C1 mtr.pdf"),
        (BARS, "cert_3_1", "MTR-7", f"material/{BARS}/{BARS}-C2 mtr.pdf"),
        ("WO-3201-A", "coc", "OURS", "material/WO-3201-A/WO-3201-A-C1 coc.pdf"),
    ]
    assert [row["superseded_by"] for row in index] == ["", f"{BARS}-C2", "", ""]
    assert index[0]["matched"] == "yes"
    assert archive.namelist() == [f"{number}/index.csv", *(f"{number}/{row['path']}" for row in index)]
    for row in index:
        content = archive.read(f"{number}/{row['path']}")
        assert (hashlib.sha256(content).hexdigest(), str(len(content))) == (row["sha256"], row["size"])
    assert archive.read(f"{number}/material/{BARS}/{BARS}-C2 mtr.pdf") == PDF + b"B"


async def test_a_file_that_is_lost_is_named_and_the_others_come(system: System) -> None:
    number = await sent(system)
    await upload(system, f"/lots/{BARS}/documents", "type=coc&number=GONE", PDF + b"gone", "gone.pdf")
    await upload(system, f"/lots/{BARS}/documents", "type=coc&number=HERE", PDF + b"here", "here.pdf")
    sha256 = hashlib.sha256(PDF + b"gone").hexdigest()
    system.app.state.uploads.store.path(sha256).unlink()
    archive, index = await unpacked(system, number)
    assert [(row["number"], bool(row["path"])) for row in index] == [("HERE", True), ("GONE", False)]
    assert len(archive.namelist()) == 2


async def test_who_is_not_cleared_gets_no_paper_of_controlled_material(system: System) -> None:
    number = await sent(system)
    await upload(system, f"/lots/{BARS}/documents", "type=coc&number=MTR-7", PDF, "mtr.pdf")
    part = {"description": "Bar", "uom": "C62", "export_controlled": True}
    answer = await system.login(Role.ADMIN).put(f"{API}/parts/BAR/A", json=part)
    assert answer.status_code == 200, answer.text
    _, index = await unpacked(system, number)
    assert index == []
    with system.database.read() as session:
        (known,) = evidence(session, number, Reader((), cleared=True))
    assert known.of == BARS


async def test_an_order_that_has_nothing_yet_has_an_empty_index(system: System) -> None:
    archive, index = await unpacked(system, await issued(system))
    assert (len(archive.namelist()), index) == (1, [])
    answer = await system.login(Role.VIEWER).get(f"{API}/orders/SO-1999-1/evidence.zip")
    assert (answer.status_code, answer.json()["code"]) == (404, "order.unknown")
