"""A change of a running order over HTTP: refused, approved by somebody else, declined, and acknowledged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from temporalio.testing import WorkflowEnvironment

from activities.doctor import records
from models.domain.authority import Role
from models.settings import Settings
from tests.e2e.test_other_terms import actions, mails
from tests.stories import BEHALF, LOT, issued, master_data
from tests.systems import running


async def test_a_change_holds_once_somebody_else_approved_it_and_the_supplier_accepted(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=(), locale="zh")
        number = await issued(system)
        system.login(Role.APPROVER)

        async def act(who: Role, name: str, **body: Any) -> Any:
            return await system.command(who, number, name, **body)

        await act(Role.BUYER, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        before = await system.get(f"/orders/{number}")
        sooner = str(date.fromisoformat(before["need_by"]) - timedelta(days=5))
        lines = [{"line": 1, "quantity": 1000, "unit_price": "0.9"}]
        wanted: dict[str, Any] = {"need_by": sooner, "spec_revision": "2024", "lines": lines}

        refused = await act(
            Role.BUYER, "propose-change", changes={"lines": [{"line": 1, "lots": 3}]}, reason="x", status=422
        )
        assert refused["errors"][0]["field"].startswith("changes.lines.0.lots")
        refused = await act(
            Role.BUYER,
            "propose-change",
            changes={"lines": [{"line": 1, "lots": [{"lot": "L-9", "quantity": 5}]}]},
            reason="Another lot",
            status=422,
        )
        assert (refused["code"], refused["errors"][0]["field"]) == (
            "lot.unknown",
            "changes.lines.0.lots.0.lot",
        )

        order = await act(Role.BUYER, "propose-change", changes=wanted, reason="Our customer waits")
        change = order["change"]
        # The order that is answered says what the command made and what is open.
        assert (change, order["revision"], order["flags"]) == (f"{number}-C1", 1, [])
        assert order["missing"] == [{"what": f"change:{change}", "owed_by": "approver"}]
        await act(Role.BUYER, "decide-change", change=change, decision="approve", status=403)
        order = await act(Role.APPROVER, "decide-change", change=change, decision="approve")
        assert (order["need_by"], order["revision"]) == (before["need_by"], 1)
        assert order["flags"] == ["unacknowledged_change"]
        shown = order["open_change"]
        assert (shown["state"], shown["reason"]) == ("approved", "Our customer waits")
        assert shown["need_by"] == {"from": before["need_by"], "to": sooner}
        assert shown["spec_revision"] == {"from": "2023", "to": "2024"}
        assert shown["lines"] == [
            {
                "line": 1,
                "quantity": {"from": "1200", "to": "1000"},
                "unit_price": {"from": "0.85", "to": "0.9"},
                "lots": {
                    "from": [{"lot": LOT, "quantity": "1200"}],
                    "to": [{"lot": LOT, "quantity": "1000"}],
                },
            }
        ]
        seen = await system.login(Role.BUYER).get(f"/api/v1/orders/{number}")
        assert actions(seen.json()) | {"withdraw-change": True, "propose-change": False} == actions(
            seen.json()
        )

        refused = await act(
            Role.BUYER, "acknowledge", decision="decline", change=change, on_behalf_of=BEHALF, status=422
        )
        assert refused["errors"][0]["field"] == "reason"
        order = await act(
            Role.BUYER,
            "acknowledge",
            decision="decline",
            change=change,
            reason="Too soon",
            on_behalf_of=BEHALF,
        )
        assert (order["stage"], order["revision"], order["open_change"]) == ("acknowledged", 1, None)

        order = await act(Role.BUYER, "propose-change", changes={"lines": lines}, reason="Fewer are needed")
        second = order["change"]
        await act(Role.APPROVER, "decide-change", change=second, decision="approve")
        refused = await act(
            Role.BUYER, "acknowledge", decision="accept", change=change, on_behalf_of=BEHALF, status=409
        )
        assert refused["code"] == "change.not_open"
        order = await act(Role.BUYER, "acknowledge", decision="accept", change=second, on_behalf_of=BEHALF)
        line = order["lines"][0]
        assert (order["stage"], order["revision"], order["flags"]) == ("acknowledged", 2, [])
        assert (line["ordered"], line["unit_price"], order["need_by"]) == ("1000", "0.9", before["need_by"])
        assert order["cost"]["ordered"] == "900.00"
        await act(Role.BUYER, "propose-change", changes={"spec_revision": "2024"}, reason="New standard")
        await act(Role.BUYER, "withdraw-change", change=f"{number}-C3")

        events = (await system.get(f"/orders/{number}/events"))["items"]
        assert [event["type"] for event in events if event["type"].startswith("change")] == [
            "change_proposed",
            "change_approved",
            "change_declined",
            "change_proposed",
            "change_approved",
            "change_acknowledged",
            "change_proposed",
            "change_withdrawn",
        ]
        told = [each for each in await mails(system, number) if each[0].startswith("change")]
        assert told == [
            *[("change_answered", "user", "en")] * 2,
            *[("change_approved", "supplier_contact", "zh")] * 2,
            *[("change_decided", "user", "en")] * 2,
            *[("change_proposed", "user", "en")] * 3,
        ]
        assert records(system.database, settings.files_dir, system.app.state.clock()) == []
