"""What an order cannot hold is refused over HTTP, and the next command is applied all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.types import table
from tests.stories import LOT, issued, master_data
from tests.systems import System, running


@pytest.fixture
async def system(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        yield system


async def out(system: System) -> str:
    """An order with a hundred pieces on their way."""
    number = await issued(system)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 100}])
    return number


async def receive(system: System, number: str, slip: str, **line: object) -> Any:
    """The refusal of one counted line."""
    lines = [{"line": 1, **line}]
    return await system.command(Role.RECEIVING, number, "receive", status=422, packing_slip=slip, lines=lines)


async def test_a_text_too_long_and_a_lot_without_an_address_are_refused(system: System) -> None:
    number = await out(system)
    for lot, code in (("x" * 9_000, "text.too_long"), ("A/B?#%", "text.key")):
        refused = await receive(system, number, "1", counted=10, accepted=10, output_lot=lot)
        assert (refused["code"], refused["errors"][0]["field"]) == (code, "lines.0.output_lot")
    refused = await system.command(Role.BUYER, number, "hold", status=422, reason="x" * 900_000)
    assert refused["errors"] == [
        {"field": "reason", "message": "Enter at most 2000 characters; this text has 900000."}
    ]
    assert (await system.command(Role.BUYER, number, "hold", reason="x" * 2_000))["flags"] == ["hold"]


async def test_counting_ever_more_than_was_sent_comes_to_an_end_and_blocks_nothing(system: System) -> None:
    number = await out(system)
    lines = [{"line": 1, "counted": 999_999_999_999, "pending": 999_999_999_999}]
    body = {"packing_slip": "1", "lines": lines}
    await system.command(Role.RECEIVING, number, "receive", **body)
    for slip in ("2", "3"):
        body["packing_slip"] = slip
        refused = await system.command(Role.RECEIVING, number, "receive", status=409, **body)
        assert refused["code"] == "quantity.total_too_large"
        assert refused["errors"][0]["field"] == "lines.0.counted"
    assert "hold" in (await system.command(Role.BUYER, number, "hold", reason="Recount"))["flags"]


async def test_what_the_database_can_never_keep_is_refused_and_blocks_nothing(system: System) -> None:
    number = await out(system)
    with system.database.write() as session:
        # No order's limit knows of what other orders put on the shelf.
        session.execute(update(table(Lot)).values(on_hand=Decimal("9223372036854")))
    refused = await receive(system, number, "1", counted=10, unprocessed=10)
    assert refused["code"] == "command.impossible"
    assert (await system.command(Role.BUYER, number, "hold", reason="Recount"))["flags"] == ["hold"]
