"""A proposal, its rejection, another one and its acceptance; then a load, its parcel and its trace, over HTTP."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from activities.doctor import records
from models.domain.authority import Role
from models.settings import Settings
from models.tables.orders import EdgeRow
from models.tables.types import table
from tests.stories import BEHALF, LOT, issued, master_data
from tests.systems import System, running

_EDGES = table(EdgeRow)


async def mails(system: System, number: str) -> list[tuple[str, str, str]]:
    """What was written, to what kind of person, in which language; alerts have tests of their own."""
    found = await system.get(f"/orders/{number}/mail")
    return sorted(
        (item["template"], item["party"].partition(":")[0], item["locale"])
        for item in found["items"]
        if item["template"] != "alert"
    )


def actions(order: Any) -> dict[str, bool]:
    return {item["command"]: item["allowed"] for item in order["next_actions"]}


async def test_other_terms_are_proposed_rejected_proposed_again_and_accepted(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=(), locale="zh")
        number = await issued(system)
        need_by = date.fromisoformat((await system.get(f"/orders/{number}"))["need_by"])
        later = str(need_by + timedelta(days=7))

        async def act(who: Role, name: str, **body: Any) -> Any:
            return await system.command(who, number, name, **body)

        async def propose(**terms: Any) -> Any:
            return await act(Role.BUYER, "acknowledge", decision="counter", on_behalf_of=BEHALF, **terms)

        order = await propose(promise_date=later, reason="One bath is down")
        assert (order["stage"], order["revision"]) == ("countered", 1)
        proposal = order["proposal"]
        assert (proposal["by"], proposal["reason"]) == ("Ana", "One bath is down")
        assert proposal["lines"] == [
            {
                "line": 1,
                "quantity": {"from": "1200", "to": "1200"},
                "unit_price": {"from": "0.85", "to": "0.85"},
                "promise_date": {"from": str(need_by), "to": later},
                "part": None,
                "lots": [],
            }
        ]
        assert order["missing"] == [{"what": "answer:proposal", "owed_by": "buyer"}]
        assert order["headline"] == "Acme Plating proposed other terms; the buyer owes an answer"
        seen = await system.login(Role.BUYER).get(f"/api/v1/orders/{number}")
        assert actions(seen.json())["answer-counter"]
        assert not actions(seen.json())["send"]

        refused = await act(
            Role.BUYER,
            "acknowledge",
            decision="counter",
            on_behalf_of=BEHALF,
            lines=[{"line": 1, "quantity": 600}, {"line": 1, "quantity": 500}],
            status=422,
        )
        assert (refused["code"], refused["errors"][0]["field"]) == ("counter.parts", "lines.1.quantity")
        assert "add up to 1100; 1200 are ordered" in refused["detail"]

        order = await act(Role.BUYER, "answer-counter", decision="reject", reason="Our customer waits")
        assert (order["stage"], order["proposal"], order["revision"]) == ("issued", None, 1)
        stale = order["version"]
        await propose(lines=[{"line": 1, "quantity": "1000", "unit_price": 0.9, "promise_date": later}])
        refused = await act(Role.BUYER, "answer-counter", decision="accept", if_match=stale, status=412)
        assert refused["code"] == "order.version"
        order = await act(Role.BUYER, "answer-counter", decision="accept")
        line = order["lines"][0]
        assert (order["stage"], order["revision"], order["proposal"]) == ("acknowledged", 2, None)
        assert (line["ordered"], line["unit_price"], line["promise_date"]) == ("1000", "0.9", later)
        assert (order["promise_first"], order["promise_current"]) == (later, later)
        assert order["cost"]["ordered"] == "900.00"
        assert (await act(Role.BUYER, "answer-counter", decision="accept", status=409))[
            "code"
        ] == "counter.none"

        events = (await system.get(f"/orders/{number}/events"))["items"]
        told = [event["type"] for event in events if "counter" in event["type"]]
        assert told == ["order_countered", "counter_rejected", "order_countered", "counter_accepted"]
        assert await mails(system, number) == [
            ("counter_answered", "supplier_contact", "zh"),
            ("counter_answered", "supplier_contact", "zh"),
            ("order_countered", "user", "en"),
            ("order_countered", "user", "en"),
            ("order_issued", "supplier_contact", "zh"),
        ]
        assert records(system.database, settings.files_dir, system.app.state.clock()) == []


async def test_a_load_is_reported_shipped_and_found_in_the_genealogy(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        number = await issued(system)

        async def act(who: Role, name: str, **body: Any) -> Any:
            return await system.command(who, number, name, **body)

        await act(Role.BUYER, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        await act(Role.RECEIVING, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1200}])
        now: datetime = system.app.state.clock()
        load: dict[str, Any] = {
            "line": 1,
            "equipment": "Barrel line 2",
            "load": "F-17",
            "started_at": (now - timedelta(hours=3)).isoformat(),
            "ended_at": (now - timedelta(hours=1)).isoformat(),
            "parameters": {"pH": 5.6, "current": "40 A", "cycles": 3},
            "lots": [{"lot": LOT, "quantity": 700}],
            "on_behalf_of": BEHALF,
        }
        order = await act(Role.PLANNER, "report-process", **load)
        (shown,) = order["lines"][0]["processes"]
        assert (shown["equipment"], shown["load"]) == ("Barrel line 2", "F-17")
        assert shown["parameters"] == {"pH": "5.6", "current": "40 A", "cycles": "3"}
        assert shown["lots"] == [{"lot": LOT, "quantity": "700"}]
        refused = await act(Role.PLANNER, "report-process", **load, status=409)
        assert (refused["code"], refused["errors"][0]["field"]) == ("process.repeated", "lots.0.quantity")
        more = [{"lot": LOT, "quantity": 501}]
        refused = await act(Role.PLANNER, "report-process", **{**load, "lots": more}, status=409)
        assert refused["code"] == "process.more_than_sent"
        refused = await act(Role.PLANNER, "report-process", **{**load, "parameters": {"pH": [1]}}, status=422)
        assert refused["errors"][0]["field"].startswith("parameters.pH")
        refused = await act(
            Role.BUYER,
            "ship",
            lines=[{"line": 1, "quantity": 700, "load": "F-18"}],
            on_behalf_of=BEHALF,
            status=422,
        )
        assert refused["detail"] == "Load F-18 was not reported for line 1; reported were: F-17."
        order = await act(
            Role.BUYER, "ship", lines=[{"line": 1, "quantity": 700, "load": "F-17"}], on_behalf_of=BEHALF
        )
        assert order["parcels"][0]["contents"][0]["load"] == "F-17"
        await act(
            Role.RECEIVING,
            "receive",
            parcel=order["parcel"],
            lines=[{"line": 1, "counted": 700, "accepted": 700, "output_lot": "OUT-1"}],
        )
        with system.database.read() as session:
            edges = session.execute(
                select(_EDGES.c.from_node, _EDGES.c.to_node, _EDGES.c.quantity, _EDGES.c.load).where(
                    _EDGES.c.order_number == number, _EDGES.c.how == "process"
                )
            ).all()
        work, node = f"order:{number}:1:{LOT}", edges[0].load
        assert node.startswith("load:ACME:Barrel line 2:F-17:")
        assert [tuple(edge) for edge in edges] == [
            (work, node, 700, node),
            (node, work, 700, node),
            (work, "lot:OUT-1", 700, node),
        ]
        assert records(system.database, settings.files_dir, system.app.state.clock()) == []
