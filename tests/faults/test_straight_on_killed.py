"""kill -9 at the commits of an offer and of its answer: every piece is with one of the two orders, and with one only."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from activities.doctor import examine
from models.domain.authority import Role
from tests.faults.site import Site, assert_chained
from tests.faults.test_across_orders import settled, struck
from tests.stories import BEHALF, LOT, issued


@pytest.mark.parametrize("moment", [pytest.param("received", marks=pytest.mark.soak), "applied"])
async def test_one_machine_killed_at_any_commit_has_no_piece_twice(one: Site, moment: str) -> None:
    await story(one, moment)


@pytest.mark.parametrize("moment", [pytest.param("received", marks=pytest.mark.soak), "applied"])
async def test_two_of_everything_killed_at_any_commit_have_no_piece_twice(two: Site, moment: str) -> None:
    await story(two, moment)


async def story(here: Site, moment: str) -> None:
    """Forty pieces are offered to another order, which takes them; all are killed each time."""
    workers = [name for name in here.parts if name.startswith(("api", "worker"))]
    first, second = [await issued(here, quantity=quantity) for quantity in (100, 40)]
    for number in (first, second):
        await here.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await here.command(Role.RECEIVING, first, "send", lines=[{"line": 1, "lot": LOT, "quantity": 60}])
    await here.command(Role.BUYER, first, "report-milestone", code="REC", on_behalf_of=BEHALF)
    lines = [{"line": 1, "quantity": 40}]
    offer: dict[str, Any] = {"lines": lines, "to_order": second, "on_behalf_of": BEHALF}
    await struck(here, workers, first, "ship", moment, offer)
    assert await buckets(here, first) == {"sent": 60, "at_supplier": 60}
    assert await buckets(here, second) == {}
    take = {"transfer": f"{first}-T1", "decision": "take", "on_behalf_of": BEHALF}
    await struck(here, workers, second, "answer-transfer", moment, take)
    assert await buckets(here, first) == {"sent": 60, "at_supplier": 20, "forwarded": 40}
    assert await buckets(here, second) == {"sent": 40, "in_transit_out": 40}
    for each in (first, second):
        assert_chained(here.events(each))
        await settled(here, each)
    now = datetime.now(UTC)
    found = await examine(here.database, here.settings.files_dir, here.temporal, now)
    assert [(each.where, each.what) for each in found] == []


async def buckets(here: Site, number: str) -> dict[str, Decimal]:
    pieces = (await here.order(number))["lines"][0]["pieces"]
    return {name: Decimal(some) for name, some in pieces.items() if Decimal(some)}
