"""What a supplier gives back joins no lot of another job and none that was bought, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from tests.stories import LOT, issued, master_data
from tests.systems import System, running

BOUGHT = "20260316-STEEL-002"


@pytest.fixture
async def system(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    """Two jobs for the flange, each with a lot of its own to send."""
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        outside = {"sequence": 30, "kind": "outside", "process": "PLATE", "spec": "ASTM B633"}
        job = {"number": "WO-3202", "type": "MTO", "part": "FLANGE-DN50", "revision": "B", "quantity": 10}
        await system.post(Role.ADMIN, "/work-orders", {**job, "operations": [outside]}, status=201)
        lot = {"number": BOUGHT, "part": "FLANGE-DN50", "quantity": 50, "uom": "C62"}
        await system.post(Role.ADMIN, "/lots", lot, status=201)
        yield system


async def out(system: System, job: str, lot: str) -> str:
    """An order of ten pieces of a job that are at the supplier."""
    line = {"work_order": job, "operation": 30, "quantity": 10, "unit_price": "1", "currency": "USD"}
    number = await issued(system, lines=[{**line, "lots": [{"lot": lot, "quantity": 10}]}])
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": lot, "quantity": 10}])
    return number


async def receive(
    system: System, number: str, slip: str, output: str, status: int = 200, **parts: int
) -> Any:
    counted = {"line": 1, "counted": sum(parts.values()), "output_lot": output, **parts}
    body = {"packing_slip": slip, "lines": [counted]}
    return await system.command(Role.RECEIVING, number, "receive", status=status, **body)


def told(refused: Any) -> tuple[str, str, str]:
    return refused["code"], refused["errors"][0]["field"], refused["detail"].partition(";")[0]


async def test_pieces_are_received_only_into_a_lot_of_their_own_origin(system: System) -> None:
    one, other = await out(system, "WO-3201", LOT), await out(system, "WO-3202", BOUGHT)
    # One job in several boxes is one lot, judged or not.
    await receive(system, one, "1", "OUT-1", pending=3)
    await receive(system, one, "2", "OUT-1", accepted=3)
    refused = await receive(system, other, "1", "OUT-1", status=409, accepted=2)
    field = "lines.0.output_lot"
    assert told(refused) == ("receive.other_origin", field, f"Lot OUT-1 came out of {one} (WO-3201)")
    assert f"what comes back of {BOUGHT} is another lot" in refused["detail"]
    refused = await receive(system, other, "1", LOT, status=409, accepted=2)
    assert told(refused) == ("receive.other_origin", field, f"Lot {LOT} was bought or there before")
    await system.post(
        Role.RECEIVING, "/work-orders/WO-3201/outputs", {"lot": "MADE-1", "quantity": 5}, status=201
    )
    refused = await receive(system, other, "1", "MADE-1", status=409, accepted=2)
    assert told(refused)[2] == "Lot MADE-1 came out of WO-3201"
    await receive(system, one, "3", "MADE-1", accepted=1)
    assert (await system.get("/lots/OUT-1"))["quantity"] == "3"


async def test_a_name_is_free_again_once_its_pieces_were_taken_back(system: System) -> None:
    one, other = await out(system, "WO-3201", LOT), await out(system, "WO-3202", BOUGHT)
    wrong = await receive(system, one, "1", "OUT-1", accepted=3)
    await receive(system, other, "1", "OUT-1", status=409, accepted=2)
    corrected = {"event": wrong["version"], "reason": "Read the wrong label"}
    await system.command(Role.RECEIVING, one, "correct", **corrected)
    await receive(system, other, "1", "OUT-1", accepted=2)
    refused = await receive(system, one, "2", "OUT-1", status=409, accepted=3)
    assert told(refused)[2] == f"Lot OUT-1 came out of {other} (WO-3202)"
