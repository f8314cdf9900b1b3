"""The first orders ever to a supplier, all at once: looking whether they can be issued writes nothing."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from models.tables.suppliers import SupplierContact
from tests.stories import draft, master_data
from tests.systems import API, running


async def test_every_one_of_them_is_issued_at_once(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        numbers = [await draft(system, quantity=10) for _ in range(8)]
        buyer = system.login(Role.BUYER)
        answers = await asyncio.gather(
            *(buyer.post(f"{API}/orders/{number}/issue", json={}) for number in numbers)
        )
        assert [answer.status_code for answer in answers] == [200] * 8, [each.text for each in answers]
        with system.database.read() as session:
            assert session.scalar(select(func.count()).select_from(SupplierContact)) == 1
