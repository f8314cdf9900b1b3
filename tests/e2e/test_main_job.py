"""The main job over HTTP, workflow, `apply` and the database, on both databases."""

from __future__ import annotations

from typing import Any

from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from tests.stories import BEHALF, LOT, MEASURED, issued, master_data
from tests.systems import running


async def test_an_order_runs_from_issue_to_closure(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        number = await issued(system)

        async def act(who: Role, name: str, **body: Any) -> Any:
            return await system.command(who, number, name, **body)

        order = await act(Role.BUYER, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        assert order["stage"] == "acknowledged"
        await act(Role.RECEIVING, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1200}])
        await act(Role.PLANNER, "report-milestone", code="REC", on_behalf_of=BEHALF)
        made = await act(Role.BUYER, "submit-inspection", line=1, results=MEASURED, on_behalf_of=BEHALF)
        assert made["verdict"] == "pass"
        await act(
            Role.QUALITY, "review-inspection", inspection=made["inspection"], decision="release", note=""
        )
        first = await act(Role.BUYER, "ship", lines=[{"line": 1, "quantity": 700}], on_behalf_of=BEHALF)
        order = await act(
            Role.RECEIVING,
            "receive",
            parcel=first["parcel"],
            lines=[{"line": 1, "counted": 700, "accepted": 690, "rejected": 10}],
        )
        assert order["stage"] == "receiving"
        await act(
            Role.QUALITY,
            "disposition",
            nonconformance=order["nonconformance"],
            lines=[{"quantity": 10, "decision": "scrap"}],
            cause="thin",
            responsibility="supplier",
        )
        second = await act(Role.BUYER, "ship", lines=[{"line": 1, "quantity": 500}], on_behalf_of=BEHALF)
        order = await act(
            Role.RECEIVING,
            "receive",
            parcel=second["parcel"],
            lines=[{"line": 1, "counted": 500, "accepted": 500}],
        )
        assert order["stage"] == "received"
        refused = await act(Role.BUYER, "close", status=409)
        assert refused["code"] == "close.gaps"
        pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ncertificate"
        answer = await system.login(Role.QUALITY).post(
            f"/api/v1/orders/{number}/documents?type=coc&lot={LOT}&heat=HX-1&quantity=1200",
            content=pdf,
            headers={"Content-Type": "application/pdf", "X-Filename": "coc.pdf"},
        )
        assert answer.status_code == 201, answer.text
        document = answer.json()
        assert document["matched"]
        back = await system.login(Role.VIEWER).get(f"/api/v1/documents/{document['document']}")
        assert back.content == pdf
        order = await act(Role.BUYER, "close")
        assert order["stage"] == "closed"
        pieces = order["lines"][0]["pieces"]
        assert (pieces["sent"], pieces["accepted"], pieces["scrapped"]) == ("1200", "1190", "10")
        assert await system.temporal.get_workflow_handle(number).result() == "closed"
