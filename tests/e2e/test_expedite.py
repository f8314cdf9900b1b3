"""An order is expedited over HTTP: previewed, asked of the supplier, accepted; others are pushed by the relay."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

from temporalio.testing import WorkflowEnvironment

from activities.doctor import records
from models.domain.authority import Role
from models.settings import Settings
from tests.e2e.test_other_terms import mails
from tests.stories import BEHALF, issued, master_data
from tests.systems import System, running


async def alerts(system: System, number: str) -> dict[str, str]:
    found = await system.get(f"/orders/{number}/alerts")
    return {item["rule"]: item["details"] for item in found["items"] if item["open"]}


async def until_pushed(system: System, number: str) -> dict[str, str]:
    """The other order hears of it as soon as the relay has its turn."""
    for _ in range(200):
        found = await alerts(system, number)
        if "pushed_back" in found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{number} was never told")


async def test_an_expedited_order_pushes_others_and_is_accepted_sooner(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=(), locale="zh")
        number, other, shipped = [await issued(system, quantity=20) for _ in range(3)]
        for each in (number, other, shipped):
            await system.command(Role.BUYER, each, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        lines = [{"line": 1, "quantity": 20}]
        await system.command(Role.RECEIVING, shipped, "send", lines=lines)
        await system.command(Role.BUYER, shipped, "ship", lines=lines, on_behalf_of=BEHALF)

        async def act(who: Role, name: str, **body: Any) -> Any:
            return await system.command(who, number, name, **body)

        need_by = date.fromisoformat((await system.get(f"/orders/{number}"))["need_by"])
        sooner = str(need_by - timedelta(days=7))
        preview = await system.get(f"/orders/{number}/expedite-preview?need_by={sooner}")
        assert (preview["expected"], preview["gained"]) == (str(need_by), 5)
        (row,) = preview["orders"]
        assert (row["order"], row["expected"], row["overtaken"]) == (other, str(need_by), True)
        assert date.fromisoformat(row["forecast"]) > need_by

        push = [{"order": other, "forecast": row["forecast"]}]
        refused = await act(
            Role.BUYER,
            "expedite",
            need_by=sooner,
            reason="The line stands",
            push=[{"order": shipped, "forecast": row["forecast"]}],
            status=422,
        )
        assert (refused["code"], refused["errors"][0]["field"]) == ("expedite.not_pushed", "push.0.order")
        order = await act(Role.BUYER, "expedite", need_by=sooner, reason="The line stands", push=push)
        assert order["flags"] == ["urgent", "unacknowledged_change"]
        assert (order["open_change"]["kind"], order["open_change"]["state"]) == ("expedite", "approved")
        assert (order["need_by"], order["expedites"]) == (str(need_by), [])
        told = await until_pushed(system, other)
        assert told["pushed_back"] == f"{number} · {row['forecast']}"
        assert (await system.get(f"/orders/{other}"))["forecast"] == row["forecast"]

        order = await act(
            Role.BUYER, "acknowledge", decision="accept", change=order["change"], on_behalf_of=BEHALF
        )
        assert (order["need_by"], order["promise_current"], order["revision"]) == (sooner, sooner, 2)
        (kept,) = order["expedites"]
        assert (kept["change"], kept["from"], kept["to"]) == (f"{number}-C1", str(need_by), sooner)
        assert (await act(Role.PLANNER, "expedite", need_by=sooner, reason="x", status=403))["status"] == 403
        assert ("expedite_requested", "supplier_contact", "zh") in await mails(system, number)
        assert ("change_answered", "user", "en") in await mails(system, number)
        assert records(system.database, settings.files_dir, system.app.state.clock()) == []
