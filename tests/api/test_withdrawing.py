"""Steel counted in kilograms goes out as pieces: it has less by what went, and the trace says so, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.doctor import records
from models.domain.authority import Role
from models.settings import Settings
from tests.stories import BEHALF, issued, master_data
from tests.systems import System, running

STEEL = "STEEL-1"


@pytest.fixture
async def system(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        bar = {"number": "BAR", "revision": "1", "description": "Round bar", "uom": "KGM"}
        await system.post(Role.ADMIN, "/parts", bar, status=201)
        flange = await system.get("/parts/FLANGE-DN50/B")
        made_of = {"bom": [{"part": "BAR", "quantity": "0.204"}]}
        body = {name: value for name, value in flange.items() if name != "created_at"} | made_of
        answer = await system.login(Role.ADMIN).put("/api/v1/parts/FLANGE-DN50/B", json=body)
        assert answer.status_code == 200, answer.text
        lot = {"number": STEEL, "part": "BAR", "quantity": 30, "heat_number": "HX-9"}
        await system.post(Role.ADMIN, "/lots", lot, status=201)
        yield system


async def order_of_steel(system: System) -> str:
    line = {
        "work_order": "WO-3201",
        "operation": 30,
        "quantity": 200,
        "unit_price": "0.85",
        "currency": "USD",
    }
    number = await issued(system, lines=[line | {"lots": [{"lot": STEEL, "quantity": 200}]}])
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    return number


async def send(system: System, number: str, quantity: int, status: int = 200, **said: Any) -> Any:
    line = {"line": 1, "lot": STEEL, "quantity": quantity, **said}
    return await system.command(Role.RECEIVING, number, "send", status=status, lines=[line])


async def on_hand(system: System) -> str:
    return str((await system.get(f"/lots/{STEEL}"))["on_hand"])


async def balance(system: System) -> dict[str, dict[str, str]]:
    view = await system.get(f"/trace/lot:{STEEL}")
    assert view["answer"]["unexplained"] == []
    names = ("made", "on_hand", "in_transit", "at_suppliers", "consumed")
    return {
        f"{row['part']} {row['unit']}": {name: row[name] for name in names if row[name] != "0"}
        for row in view["balance"]
    }


async def test_pieces_take_kilograms_from_their_lot_and_give_them_back(system: System) -> None:
    number = await order_of_steel(system)
    (lot,) = (await system.get(f"/orders/{number}"))["lines"][0]["lots"]
    assert lot["takes"] == {"unit": "KGM", "on_hand": "30", "quantity": "40.8", "each": ["51", "250"]}
    short = await send(system, number, 200, 409)
    assert (short["code"], short["errors"][0]["field"]) == ("lot.short", "lines.0.quantity")
    assert "has 30 KGM on hand; 200 C62 take 40.8 KGM" in short["detail"]
    assert await on_hand(system) == "30"

    # What the bill of material says, then what the scale said.
    await send(system, number, 100)
    assert await on_hand(system) == "9.6"
    weighed = await send(system, number, 40, weight="8.5")
    assert await on_hand(system) == "1.1"
    assert await balance(system) == {
        "BAR KGM": {"made": "30", "on_hand": "1.1", "consumed": "28.9"},
        "FLANGE-DN50 C62": {"made": "140", "in_transit": "140"},
    }
    view = await system.get(f"/trace/lot:{STEEL}")
    (edge,) = (edge for edge in view["edges"] if edge["from"] == f"lot:{STEEL}")
    told = {name: edge[name] for name in ("quantity", "unit", "taken", "taken_unit")}
    assert told == {"quantity": "140", "unit": "C62", "taken": "28.9", "taken_unit": "KGM"}
    sheet = (await system.login(Role.VIEWER).get(f"/api/v1/trace/lot:{STEEL}.csv")).text
    assert "28.9,KGM" in sheet

    event = weighed["version"]
    await system.command(Role.RECEIVING, number, "correct", event=event, reason="Another job's")
    assert await on_hand(system) == "9.6"
    assert (await balance(system))["BAR KGM"] == {"made": "30", "on_hand": "9.6", "consumed": "20.4"}
    assert records(system.database, system.settings.files_dir, system.app.state.clock()) == []


async def test_what_came_back_as_it_went_is_in_the_lot_again(system: System) -> None:
    number = await order_of_steel(system)
    await send(system, number, 100, taken="21")
    shipped = {"line": 1, "quantity": 60, "unprocessed": 20}
    await system.command(Role.RECEIVING, number, "ship", lines=[shipped], on_behalf_of=BEHALF)
    (parcel,) = (await system.get(f"/orders/{number}"))["parcels"]
    counted = {"line": 1, "counted": 60, "pending": 40, "unprocessed": 20}
    body = {"parcel": parcel["parcel"], "lines": [counted]}
    await system.command(Role.RECEIVING, number, "receive", **body)
    assert await on_hand(system) == "13.2"
    assert (await balance(system))["BAR KGM"] == {"made": "30", "on_hand": "13.2", "consumed": "16.8"}
    await send(system, number, 20, taken="4")
    assert await on_hand(system) == "9.2"
    assert records(system.database, system.settings.files_dir, system.app.state.clock()) == []
