"""Who waits for an order that somebody else keeps locked: whoever wants that order, and nobody else."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from models.tables.orders import OrderRow
from models.tables.types import table
from tests.stories import issued, master_data
from tests.systems import API, running

ORDERS = table(OrderRow)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_dozen_that_wait_for_one_order_keep_no_other_order_waiting(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        locked, other = await issued(system), await issued(system)
        buyer = system.login(Role.BUYER)
        with system.database.write() as session:
            session.execute(select(ORDERS.c.number).where(ORDERS.c.number == locked).with_for_update())
            waiting = [
                asyncio.create_task(buyer.post(f"{API}/orders/{locked}/hold", json={"reason": "drawing"}))
                for _ in range(12)
            ]
            await asyncio.sleep(0.5)
            async with asyncio.timeout(5):
                answer = await buyer.post(f"{API}/orders/{other}/hold", json={"reason": "drawing"})
            assert answer.status_code == 200
            assert not any(task.done() for task in waiting)
        statuses = sorted([answer.status_code for answer in await asyncio.gather(*waiting)])
        # One of them holds it; to the others it was on hold already.
        assert statuses == [200, *[409] * 11]
