"""Lot holds over HTTP: what they reach, who is told, and who may let go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from activities import holding
from activities.doctor import records
from api.app import now
from models.domain.authority import Role
from models.domain.lot_holds import OpenHold
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import EdgeRow
from models.tables.parts import Part
from tests.stories import BEHALF, LOT, issued, master_data
from tests.systems import System, running


@pytest.fixture
async def system(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        yield system


WHY = {"reason": "Wrong melt"}


async def sent(system: System) -> str:
    number = await issued(system, quantity=100)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 100}])
    return number


async def lot(system: System, number: str) -> None:
    body = {"number": number, "part": "FLANGE-DN50", "quantity": 50, "uom": "C62"}
    await system.post(Role.ADMIN, "/lots", body, status=201)


def made(system: System, order: str, source: str, target: str, quantity: int = 10) -> None:
    """As the transaction of an event would write it."""
    with system.database.write() as session:
        session.add(
            EdgeRow(
                from_node=source,
                to_node=target,
                quantity=Decimal(quantity),
                unit="C62",
                how="process",
                order_number=order,
                event=1,
            )
        )


async def until(system: System, number: str, flags: list[str]) -> Any:
    for _ in range(200):
        order = await system.get(f"/orders/{number}")
        if order["flags"] == flags:
            return order
        await asyncio.sleep(0.05)
    raise AssertionError(f"{order['flags']} is not {flags}")


async def test_a_hold_reaches_the_orders_that_have_such_pieces_and_its_release_too(system: System) -> None:
    number = await sent(system)
    other = await issued(system, quantity=10)
    held = await system.post(Role.QUALITY, f"/lots/{LOT}/hold", WHY)
    assert (held["held"], held["hold_reason"], held["orders"]) == (True, "Wrong melt", [number])
    await until(system, number, ["lot_hold"])
    refused = await system.command(
        Role.RECEIVING, other, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1}], status=409
    )
    assert refused["code"] == "lot.held"
    assert "Wrong melt" in refused["detail"]
    mails = [mail["template"] for mail in (await system.get(f"/orders/{number}/mail"))["items"]]
    assert "lot_held" in mails
    alerts = (await system.get("/alerts?open=true"))["items"]
    assert [(alert["order"], alert["rule"]) for alert in alerts if alert["rule"] == "lot_on_hold"] == [
        (number, "lot_on_hold")
    ]
    released = await system.post(
        Role.DESIGN_AUTHORITY, f"/lots/{LOT}/release", {"reason": "Analysis is fine"}
    )
    assert (released["held"], released["orders"]) == (False, [number])
    await until(system, number, [])
    assert "lot_released" in [
        mail["template"] for mail in (await system.get(f"/orders/{number}/mail"))["items"]
    ]
    items = (await system.get(f"/lots/{LOT}/holds"))["items"]
    assert [(item["reason"], item["release_reason"]) for item in items] == [
        ("Wrong melt", "Analysis is fine")
    ]


async def test_a_hold_covers_everything_made_from_the_lot(system: System) -> None:
    number = await sent(system)
    for name in ("MADE-1", "MADE-2", "ELSE-1"):
        await lot(system, name)
    made(system, number, f"order:{number}:1:{LOT}", "lot:MADE-1")
    made(system, number, "lot:MADE-1", "work_order:WO-9")
    made(system, number, "work_order:WO-9", "lot:MADE-2")
    # A load is shared by pieces that have nothing to do with each other.
    made(system, number, f"order:{number}:1:{LOT}", "load:ACME:Bath:7:now")
    made(system, number, "load:ACME:Bath:7:now", "lot:ELSE-1")
    # What a correction took back was never made.
    made(system, number, "lot:MADE-1", "lot:ELSE-1", 5)
    made(system, number, "lot:MADE-1", "lot:ELSE-1", -5)
    held = await system.post(Role.RECEIVING, f"/lots/{LOT}/hold", WHY)
    assert held["covers"] == sorted([LOT, "MADE-1", "MADE-2"])
    line = {
        "work_order": "WO-3201",
        "operation": 30,
        "quantity": 10,
        "unit_price": "0.85",
        "lots": [{"lot": "MADE-2", "quantity": 10}],
    }
    next_order = await issued(system, lines=[line])
    refused = await system.command(
        Role.RECEIVING, next_order, "send", lines=[{"line": 1, "lot": "MADE-2", "quantity": 1}], status=409
    )
    assert f"made from lot {LOT}, which is on hold (Wrong melt)" in refused["detail"]
    shown = await system.get("/lots/MADE-2/holds")
    assert (shown["items"], shown["covered_by"]) == ([], {"lot": LOT, "reason": "Wrong melt"})
    assert (await system.get("/lots/ELSE-1/holds"))["covered_by"] is None


async def test_an_order_anybody_may_know_of_does_not_name_a_controlled_lot_above_its_pieces(
    system: System,
) -> None:
    number = await sent(system)
    await lot(system, "SECRET-9")
    made(system, number, "lot:SECRET-9", f"lot:{LOT}")
    with system.database.write() as session:
        part = {"number": "SECRET", "revision": "A", "uom": "C62", "export_controlled": True}
        session.add(Part(**part, created_at=now()))
        session.get_one(Lot, "SECRET-9").part = "SECRET"
    with system.database.write() as session:
        holding.place(session, "SECRET-9", OpenHold("H-1", "u_q", "Wrong melt"), "Wrong melt", now())
    order = await until(system, number, ["lot_hold"])
    assert "SECRET-9" not in str(order)
    events = (await system.get(f"/orders/{number}/events"))["items"]
    (told,) = (event for event in events if event["type"] == "lot_held")
    assert (told["payload"]["lot"], told["payload"]["lots"]) == (LOT, [LOT])
    refused = await system.command(
        Role.RECEIVING,
        await issued(system, quantity=10),
        "send",
        lines=[{"line": 1, "lot": LOT, "quantity": 1}],
        status=409,
    )
    assert (refused["code"], "SECRET-9" in str(refused)) == ("lot.held", False)


async def test_a_lot_is_released_by_another_than_who_held_it(system: System) -> None:
    await system.post(Role.DESIGN_AUTHORITY, f"/lots/{LOT}/hold", WHY)
    refused = await system.post(Role.DESIGN_AUTHORITY, f"/lots/{LOT}/release", WHY, status=403)
    assert refused["code"] == "forbidden.same_person"
    await system.post(Role.QUALITY, f"/lots/{LOT}/release", WHY, status=403)
    assert (await system.post(Role.ADMIN, f"/lots/{LOT}/release", WHY))["held"] is False


async def test_a_hold_is_placed_once_and_needs_a_reason(system: System) -> None:
    key = {"Idempotency_Key": "hold-1"}
    first = await system.post(Role.QUALITY, f"/lots/{LOT}/hold", WHY, **key)
    assert await system.post(Role.QUALITY, f"/lots/{LOT}/hold", WHY, **key) == first
    assert (await system.post(Role.RECEIVING, f"/lots/{LOT}/hold", WHY, status=409))[
        "code"
    ] == "lot.already_held"
    await system.post(Role.QUALITY, f"/lots/{LOT}/hold", {"reason": " "}, status=422)
    await system.post(Role.QUALITY, "/lots/NO-LOT/hold", WHY, status=404)
    await system.post(Role.BUYER, f"/lots/{LOT}/hold", WHY, status=403)


async def shipped(system: System, **fields: Any) -> str:
    """Ten pieces that were sent and are on their way back; gives the order's number."""
    number = await issued(system, quantity=10)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 10}])
    await system.command(Role.RECEIVING, number, "report-milestone", code="REC", on_behalf_of=BEHALF)
    await back(system, number, 10, **fields)
    return number


async def back(system: System, number: str, quantity: int, **fields: Any) -> None:
    line = {"line": 1, "quantity": quantity, **fields}
    await system.command(Role.RECEIVING, number, "ship", lines=[line], on_behalf_of=BEHALF)


async def receive(system: System, number: str, parcel: int, **parts: Any) -> None:
    counted = sum(part for part in parts.values() if isinstance(part, int))
    line = {"line": 1, "counted": counted, **parts}
    name = f"{number}-P{parcel}"
    await system.command(Role.RECEIVING, number, "receive", parcel=name, lines=[line])


@pytest.fixture
async def plain(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    """Without an inspection plan and without papers."""
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        yield system


async def test_what_came_back_as_a_lot_is_one_before_any_of_it_is_accepted(plain: System) -> None:
    number = await shipped(plain)
    await receive(plain, number, 1, pending=6, rejected=4, output_lot="TW-C")
    lot = await plain.get("/lots/TW-C")
    assert (lot["part"], lot["quantity"], lot["on_hand"]) == ("FLANGE-DN50", "0", "0")
    assert (await plain.get("/trace/lot:TW-C"))["root"]["value"] == "TW-C"
    for path in ("/api/v1/lots/TW-C/label.pdf", "/l/TW-C"):
        answer = await plain.login(Role.RECEIVING).get(path, follow_redirects=False)
        assert answer.status_code < 400, f"{path}: {answer.text}"
    held = await plain.post(Role.QUALITY, "/lots/TW-C/hold", WHY)
    assert held["orders"] == [number]
    judged = {"lines": [{"line": 1, "accepted": 6}]}
    refused = await plain.command(Role.QUALITY, number, "judge", status=409, **judged)
    assert refused["code"] == "judge.lot_held"
    await plain.post(Role.DESIGN_AUTHORITY, "/lots/TW-C/release", {"reason": "Fine"})
    await plain.command(Role.QUALITY, number, "judge", **judged)
    lot = await plain.get("/lots/TW-C")
    assert (lot["quantity"], lot["on_hand"]) == ("6", "6")
    assert records(plain.database, plain.settings.files_dir, plain.app.state.clock()) == []


async def test_a_hold_of_what_was_received_reaches_its_order_and_stops_the_rework(plain: System) -> None:
    number = await shipped(plain)
    await receive(plain, number, 1, accepted=6, rejected=4, output_lot="RH1-B")
    decided = {"nonconformance": f"{number}-N1", "lines": [{"quantity": 4, "decision": "rework"}]}
    await plain.command(Role.QUALITY, number, "disposition", **decided)
    held = await plain.post(Role.QUALITY, "/lots/RH1-B/hold", WHY)
    assert held["orders"] == [number]
    await until(plain, number, ["nonconforming", "lot_hold"])
    mails = [mail["template"] for mail in (await plain.get(f"/orders/{number}/mail"))["items"]]
    assert "lot_held" in mails
    await back(plain, number, 4, nonconformance=f"{number}-N1")
    await receive(plain, number, 2, pending=4, output_lot="RWK-C")
    refused = await plain.command(
        Role.QUALITY, number, "judge", status=409, lines=[{"line": 1, "accepted": 4}]
    )
    assert (refused["code"], "RH1-B" in refused["detail"]) == ("judge.lot_held", True)
