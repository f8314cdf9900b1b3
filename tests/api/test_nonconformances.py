"""The quality ledger over HTTP: every nonconformance with what became of it and what is done about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from tests.stories import BEHALF, LOT, issued, master_data
from tests.systems import System, running


@pytest.fixture
async def system(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        yield system


async def rejected(system: System) -> str:
    """Closed with ten of a hundred scrapped."""
    number = await issued(system, quantity=100)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 100}])
    line = {"line": 1, "counted": 100, "accepted": 90, "rejected": 10}
    await system.command(Role.RECEIVING, number, "receive", lines=[line], packing_slip="PS-1")
    scrap = {"nonconformance": f"{number}-N1", "lines": [{"quantity": 10, "decision": "scrap"}]}
    await system.command(
        Role.QUALITY, number, "disposition", cause="Thin", responsibility="supplier", **scrap
    )
    order = await system.command(Role.BUYER, number, "close")
    assert order["stage"] == "closed"
    return number


async def listed(system: System, query: str = "") -> list[Any]:
    return list((await system.get(f"/nonconformances{query}"))["items"])


async def test_a_nonconformance_is_followed_after_its_order_was_closed(system: System) -> None:
    number = await rejected(system)
    (item,) = await listed(system)
    assert (item["nonconformance"], item["order"], item["supplier"]) == (f"{number}-N1", number, "ACME")
    assert (item["part"], item["quantity"], item["open"], item["responsibility"]) == (
        "FLANGE-DN50",
        "10",
        False,
        "supplier",
    )
    assert item["dispositions"] == [{"decision": "scrap", "at": "supplier", "quantity": "10"}]
    due = str(system.app.state.clock().date() + timedelta(days=10))
    plan = {"nonconformance": f"{number}-N1", "cause": "Cold bath", "action": "Measure it", "due": due}
    refused = await system.command(
        Role.QUALITY, number, "plan-action", owner="nobody@example.com", status=422, **plan
    )
    assert refused["code"] == "action.owner"
    made = await system.command(Role.QUALITY, number, "plan-action", owner="supplier", **plan)
    assert made["action"] == f"{number}-N1-C1"
    (item,) = await listed(system, "?action=planned&supplier=ACME&responsibility=supplier&reviewed=false")
    assert [(each["owner"], each["due"], each["state"]) for each in item["actions"]] == [
        ("supplier", due, "planned")
    ]
    assert date.fromisoformat(item["action_due"]) == date.fromisoformat(due)
    assert await listed(system, "?open=true") == []
    await system.command(
        Role.QUALITY,
        number,
        "complete-action",
        nonconformance=f"{number}-N1",
        action=made["action"],
        note="Done",
    )
    verify = {"nonconformance": f"{number}-N1", "action": made["action"], "effective": True}
    await system.command(Role.QUALITY, number, "verify-action", status=403, **verify)
    await system.command(Role.ADMIN, number, "verify-action", **verify)
    await system.command(
        Role.APPROVER, number, "review-nonconformance", nonconformance=f"{number}-N1", note="Seen"
    )
    (item,) = await listed(system, "?action=verified&reviewed=true")
    assert [review["note"] for review in item["reviews"]] == ["Seen"]


async def test_the_list_goes_on_where_it_ended(system: System) -> None:
    numbers = [await rejected(system) for _ in range(3)]
    first = await system.get("/nonconformances?limit=2")
    rest = await system.get(f"/nonconformances?limit=2&cursor={first['next']}".replace("+", "%2B"))
    found = [item["order"] for item in [*first["items"], *rest["items"]]]
    assert found == numbers[::-1]
    assert rest["next"] is None
