"""kill -9 at the commits of what is done across orders: nothing is half done, every open order has its workflow."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from httpx2 import TransportError
from sqlalchemy import select
from temporalio.client import WorkflowExecutionStatus

from activities.doctor import examine
from models.codec import load_order
from models.domain.authority import Role
from models.domain.order import ENDED
from models.domain.pieces import SENT, total
from models.tables.lots import Lot, LotHoldRow
from models.tables.orders import OrderRow
from models.tables.types import table
from tests.e2e.test_reassigned_orders import another_supplier
from tests.faults.site import COMMANDS, OUTBOX, Site, assert_chained, eventually
from tests.stories import BEHALF, LOT, issued
from tests.systems import API

ORDERS, LOTS, HOLDS = table(OrderRow), table(Lot), table(LotHoldRow)


# Each way takes as long as its three new starts of everything.
@pytest.mark.parametrize("moment", [pytest.param("received", marks=pytest.mark.soak), "applied"])
async def test_one_machine_killed_at_any_commit_loses_no_piece_and_no_workflow(
    one: Site, moment: str
) -> None:
    await story(one, moment)


@pytest.mark.soak
async def test_a_split_that_is_saved_and_not_applied_when_all_is_killed_is_done_once(one: Site) -> None:
    """The shortest of the ways above: a killed split that waits for the relay."""
    workers = [name for name in one.parts if name.startswith(("api", "worker"))]
    number = await issued(one, quantity=100)
    before = everything(one)
    parts = [{"lines": [{"line": 1, "quantity": some}]} for some in (60, 40)]
    await struck(one, workers, number, "split", "received", {"children": parts})
    children = (await one.order(number))["superseded_by"]
    ordered = [(await one.order(child))["lines"][0]["ordered"] for child in children]
    assert (ordered, everything(one)) == (["60", "40"], before)
    for each in (number, *children):
        assert_chained(one.events(each))
        await settled(one, each)


@pytest.mark.parametrize("moment", [pytest.param("received", marks=pytest.mark.soak), "applied"])
async def test_two_of_everything_killed_at_any_commit_lose_no_piece_and_no_workflow(
    two: Site, moment: str
) -> None:
    await story(two, moment)


async def story(here: Site, moment: str) -> None:
    """One order takes up another, one is split, and its first part is given away; each time all are killed."""
    workers = [name for name in here.parts if name.startswith(("api", "worker"))]
    known = await here.login(Role.ADMIN).get(f"{API}/suppliers/BETA")
    if known.status_code == 404:
        await another_supplier(here)
    number, other, third = [await issued(here, quantity=quantity) for quantity in (100, 40, 7)]
    await here.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await here.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 30}])
    before = everything(here)

    async def strike(order: str, name: str, **body: Any) -> None:
        await struck(here, workers, order, name, moment, body)

    await strike(other, "merge", orders=[third])
    parts = [{"lines": [{"line": 1, "quantity": some}]} for some in (60, 40)]
    await strike(number, "split", children=parts)
    first, second = (await here.order(number))["superseded_by"]
    await strike(first, "reassign", supplier="BETA", pieces="return", reason="The bath is down")
    assert everything(here) == before
    draft = (await here.order(first))["reassigned_to"]
    assert [line["ordered"] for line in (await here.order(draft))["lines"]] == ["60"]
    for ended in (number, third):
        assert (await here.order(ended))["stage"] == "cancelled"
    for each in (number, other, third, first, second):
        assert_chained(here.events(each))
        await settled(here, each)
    now = datetime.now(UTC)
    found = await examine(here.database, here.settings.files_dir, here.temporal, now)
    assert [(each.where, each.what) for each in found] == []


async def test_a_lot_hold_whose_machine_is_killed_at_its_commit_tells_both_orders_once(one: Site) -> None:
    lot = {"number": "SUSPECT", "part": "FLANGE-DN50", "quantity": 20, "uom": "C62"}
    await one.post(Role.ADMIN, "/lots", lot, status=201)
    orders = [await issued(one, quantity=10) for _ in range(2)]
    for number in orders:
        sent = [{"line": 1, "lot": "SUSPECT", "quantity": 10}]
        await one.command(Role.RECEIVING, number, "send", lines=sent)
    why = {"reason": "Wrong melt"}
    asked = asyncio.create_task(one.ask(Role.QUALITY, "/lots/SUSPECT/hold", why))
    for _ in range(20_000):
        if held(one):
            break
        await asyncio.sleep(0.001)
    one.kill("api", "worker")
    with suppress(TransportError):
        await asked
    one.start("api", "worker")
    for number in orders:
        await eventually(lambda order=number: told(one, order) == ["applied"], f"{number} is told")  # type: ignore[misc]
        await eventually(lambda order=number: bool(one.mails(order, "lot_held")), f"{number} has its mail")  # type: ignore[misc]
    again = await one.ask(Role.QUALITY, "/lots/SUSPECT/hold", why)
    assert (again.status_code, again.json()["code"]) == (409, "lot.already_held")
    for number in orders:
        assert (await one.order(number))["flags"] == ["lot_hold"]
        assert [event.type for event in one.events(number)].count("lot_held") == 1
        assert len(one.outbox(number, OUTBOX.c.template == "lot_held")) == 1
        assert_chained(one.events(number))
        await settled(one, number)
    found = await examine(one.database, one.settings.files_dir, one.temporal, datetime.now(UTC))
    assert [(each.where, each.what) for each in found] == []


def held(site: Site) -> int:
    """How many holds of lots are written down."""
    with site.database.read() as session:
        return len(session.scalars(select(HOLDS.c.id)).all())


def told(site: Site, order: str) -> list[str]:
    """How far the order is with what it was told of a hold."""
    return [command.status for command in site.commands(order) if command.name == "report-lot-hold"]


async def struck(
    site: Site, workers: list[str], order: str, name: str, moment: str, body: dict[str, Any]
) -> None:
    """Asks, and kills every API and every worker as soon as the command is `moment`."""
    key = f"{moment} {order} {name}"
    asked = asyncio.create_task(site.ask(Role.BUYER, f"/orders/{order}/{name}", body, key=key))
    for _ in range(20_000):
        if status(site, key) in {moment, "applied"}:
            break
        await asyncio.sleep(0.001)
    site.kill(*workers)
    with suppress(TransportError):
        await asked
    site.start(*workers)
    await eventually(lambda: status(site, key) == "applied", f"{name} is applied")
    again = await site.ask(Role.BUYER, f"/orders/{order}/{name}", body, key=key)
    assert again.status_code == 200, again.text


def status(site: Site, key: str) -> str | None:
    with site.database.read() as session:
        return session.scalar(select(COMMANDS.c.status).where(COMMANDS.c.idempotency_key == key))


def everything(site: Site) -> tuple[Decimal, Decimal]:
    """How many pieces all orders together have sent, and how many of the lot are on our shelf."""
    with site.database.read() as session:
        snapshots = session.scalars(select(ORDERS.c.snapshot).where(ORDERS.c.snapshot.is_not(None))).all()
        shelf = session.scalars(select(LOTS.c.on_hand).where(LOTS.c.number == LOT)).one()
    return sum((total(load_order(each).stock, *SENT) for each in snapshots), Decimal(0)), shelf


async def settled(site: Site, order: str) -> None:
    """Until the order's workflow runs as long as the order is open, and no longer."""
    ended = (await site.order(order))["stage"] in ENDED
    wanted = WorkflowExecutionStatus.COMPLETED if ended else WorkflowExecutionStatus.RUNNING
    handle = site.temporal.get_workflow_handle(order)
    for _ in range(300):
        if (await handle.describe()).status is wanted and not site.waiting(order):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{order} has no workflow that is {wanted.name}")
