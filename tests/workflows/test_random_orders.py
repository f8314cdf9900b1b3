"""Random commands through the real workflow: where it ends is what its events lead to, and its history replays."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from models.codec import load_event, load_order
from models.domain.authority import Role
from models.domain.evolve import fold
from models.settings import Settings
from models.tables.orders import EventRow, OrderRow
from models.tables.types import table
from tests.domain import invariants
from tests.stories import BEHALF, LOT, issued, master_data
from tests.systems import API, System, running
from workflows.options import WORKFLOWS, runner

ORDERS, EVENTS = table(OrderRow), table(EventRow)
STEPS = 14


def commands(chance: random.Random, number: str, version: int) -> tuple[Role, str, dict[str, Any]]:
    """One of what is done to orders every day, possible or not, about some pieces."""
    some, few = chance.randint(1, 40), chance.randint(1, 3)
    by: dict[str, Any] = {"on_behalf_of": BEHALF}
    box, change, rejected = f"{number}-P1", f"{number}-C{few}", f"{number}-N1"
    every: list[tuple[Role, str, dict[str, Any]]] = [
        (Role.BUYER, "acknowledge", {"decision": "accept"} | by),
        (Role.RECEIVING, "send", {"lines": [{"line": 1, "quantity": some, "lot": LOT}]}),
        (Role.BUYER, "report-milestone", {"code": "REC"} | by),
        (Role.BUYER, "ship", {"lines": [{"line": 1, "quantity": some}]} | by),
        (
            Role.RECEIVING,
            "receive",
            {"parcel": box, "lines": [{"line": 1, "counted": some, "accepted": some - 1, "rejected": 1}]},
        ),
        (
            Role.QUALITY,
            "report-nonconformance",
            {"lines": [{"line": 1, "quantity": few}], "defect": "Blisters"},
        ),
        (
            Role.QUALITY,
            "disposition",
            {"nonconformance": rejected, "decisions": [{"quantity": few, "decision": "scrap"}]},
        ),
        (
            Role.BUYER,
            "propose-change",
            {"changes": {"lines": [{"line": 1, "quantity": 60}]}, "reason": "More"},
        ),
        (Role.APPROVER, "decide-change", {"change": change, "decision": "approve"}),
        (Role.BUYER, "acknowledge", {"decision": "accept", "change": change} | by),
        (Role.BUYER, "hold", {"reason": "Drawing changes"}),
        (Role.BUYER, "resume", {}),
        (Role.BUYER, "declare-loss", {"lines": [{"line": 1, "quantity": few}], "reason": "Gone"}),
        (Role.BUYER, "correct", {"event": max(1, version - few), "reason": "Typed wrongly"}),
        (
            Role.BUYER,
            "split",
            {
                "children": [
                    {"lines": [{"line": 1, "quantity": some}]},
                    {"lines": [{"line": 1, "quantity": few}]},
                ]
            },
        ),
        (Role.BUYER, "cancel", {"reason": "No longer needed"}),
    ]
    # The end comes seldom, so that there is something before it.
    return every[chance.choice([*range(len(every) - 2), *range(8), len(every) - 2, len(every) - 1])]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_whatever_is_asked_of_the_workflow_its_history_replays_to_the_same_order(
    seed: int, settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    chance = random.Random(seed)
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        number = await issued(system, quantity=40)
        applied = 0
        for step in range(STEPS):
            version = (await system.get(f"/orders/{number}"))["version"]
            role, name, body = commands(chance, number, version)
            headers = {"Idempotency-Key": f"{seed}-{step}"}
            if chance.random() < 0.2:
                # Decided on a page from before.
                headers["If-Match"] = str(max(1, version - 1))
            answers = [
                await system.login(role).post(f"{API}/orders/{number}/{name}", json=body, headers=headers)
                for _ in range(chance.choice([1, 1, 2]))
            ]
            assert {answer.status_code < 500 for answer in answers} == {True}, answers[0].text
            # The same key is the same command, however often it is sent.
            assert len({answer.status_code for answer in answers}) == 1
            applied += answers[0].status_code == 200
        assert applied > 2, "hardly anything was possible"
        for each in _as_its_events_say(system):
            handle = system.temporal.get_workflow_handle(each)
            history = await handle.fetch_history()
            await Replayer(workflows=WORKFLOWS, workflow_runner=runner(settings)).replay_workflow(history)


def _as_its_events_say(system: System) -> list[str]:
    """The orders there are, each as its events lead to, with as many pieces as were sent."""
    with system.database.read() as session:
        rows = session.execute(select(ORDERS).where(ORDERS.c.snapshot.is_not(None))).all()
        for row in rows:
            order = load_order(row.snapshot)
            stream = session.execute(
                select(EVENTS).where(EVENTS.c.order_number == row.number).order_by(EVENTS.c.sequence)
            ).all()
            assert (
                fold((each.sequence, each.at, load_event(each.type, each.payload)) for each in stream)
                == order
            )
            invariants.check_state(order)
            assert all(some >= Decimal(0) for held in order.stock.values() for some in held.values())
    return [row.number for row in rows]
